//! The `scim` dialect's client against servers that nobody here wrote.

use secrecy::SecretString;

use super::lifecycle::{Keeps, lifecycle};
use super::support::options;
use crate::model::Dialect;
use crate::scim::{Auth, Client, ClientOptions};

#[path = "../../../tests/it/peers/server.rs"]
mod server;

use server::{Kind, Peer};

async fn lives(kind: Kind) {
    let peer = Peer::start(kind);
    let auth = match peer.token.split_once(':') {
        Some((name, password)) => {
            Auth::Basic { username: name.to_owned(), password: SecretString::from(password) }
        }
        None => Auth::BearerToken(SecretString::from(peer.token.as_str())),
    };
    let options = ClientOptions { scim_url: peer.url.clone(), auth, ..options(Dialect::SCIM) };
    let client = Client::new(options).unwrap();
    lifecycle(&client, Keeps { details: true, clears: true }, "peer", 120).await;
}

#[tokio::test]
#[ignore = "needs the peers: tests/run.sh"]
async fn scim2_server_passes_the_life_cycle() {
    lives(Kind::Scim2Server).await;
}

#[tokio::test]
#[ignore = "needs the peers: tests/run.sh"]
async fn scim2_server_with_pages_of_50_passes_the_life_cycle() {
    lives(Kind::PageOf50).await;
}

#[tokio::test]
#[ignore = "needs the peers: tests/run.sh"]
async fn scim2_server_without_patch_or_filter_passes_the_life_cycle() {
    lives(Kind::NoPatchNoFilter).await;
}

#[tokio::test]
#[ignore = "needs the peers: tests/run.sh"]
async fn scimmy_passes_the_life_cycle() {
    lives(Kind::Scimmy).await;
    lives(Kind::ScimmyBasic).await;
}
