//! The `scim` dialect against servers that nobody here wrote.
//!
//! `ENROLL_PEERS` names them: `URL TOKEN` pairs, separated by commas. Whoever runs this starts them.

use secrecy::SecretString;

use super::lifecycle::{Keeps, lifecycle};
use super::support::options;
use crate::model::Dialect;
use crate::scim::{Auth, Client, ClientOptions};

#[tokio::test]
#[ignore = "needs SCIM servers, named by ENROLL_PEERS"]
async fn real_servers_pass_the_life_cycle() {
    let peers = std::env::var("ENROLL_PEERS").expect("ENROLL_PEERS=\"URL TOKEN, URL TOKEN\"");
    for peer in peers.split(',') {
        let (url, token) = peer.trim().split_once(' ').expect("URL and token");
        let client = Client::new(ClientOptions {
            scim_url: url.to_owned(),
            auth: Auth::BearerToken(SecretString::from(token.trim())),
            ..options(Dialect::SCIM)
        })
        .unwrap();
        println!("{url}");
        lifecycle(&client, Keeps { details: true, clears: true }, "peer", 120).await;
        println!("{url}: {:?}", client.requests());
    }
}
