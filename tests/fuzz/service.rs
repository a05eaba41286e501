//! What a service answers: pages, users, errors, tokens. The input is the answer's status and header, a
//! line, and its body.

use enroll::model::{Dialect, Pace, Rate};
use enroll::port::{Failure, ReadAccounts, WriteAccounts};
use enroll::scim::{Auth, Client, ClientOptions, Clock, Lost, Outgoing, Reply, Transport};

use crate::engine::{fuzz, outline};
use crate::show::quiet;

/// Answers everything alike, but tokens with a token where `token` says so.
struct Parrot {
    reply: Reply,
    token: bool,
}

impl Transport for Parrot {
    async fn carry(&self, outgoing: Outgoing) -> Result<Reply, Lost> {
        if self.token && outgoing.url.path().ends_with("/token") {
            let body = br#"{"access_token": "t0ken-of-the-hour", "scope": "scim2"}"#.to_vec();
            return Ok(Reply { status: 200, body, ..Reply::default() });
        }
        Ok(self.reply.clone())
    }
}

fn told<T>(result: Result<T, Failure>) -> String {
    match result {
        Ok(_) => "good".to_owned(),
        Err(failure) => {
            let text = format!("{failure} {:?}", failure.help);
            assert!(
                !text.contains("t0ken-of-the-hour") && !text.contains("s3cr3t-of-the-app"),
                "{text}"
            );
            let found = enroll::diagnostic::Diagnostic::error(text.as_str());
            quiet(&enroll::render::diagnostics(&[found], false));
            outline(&failure.detail)
        }
    }
}

fn of_answer(input: &[u8]) -> String {
    let line = input.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (head, body) = input.split_at(line);
    let head = String::from_utf8_lossy(head);
    let (status, value) = head.split_once(' ').unwrap_or((&head, ""));
    let mut reply =
        Reply { status: status.parse().unwrap_or(200), body: body.to_vec(), ..Reply::default() };
    for name in ["retry-after", "location", "x-request-id", "x-ratelimit-type"] {
        if let Ok(value) = value.parse() {
            reply.headers.insert(name, value);
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let mut said = String::new();
    for (dialect, token) in [(Dialect::ZOOM, true), (Dialect::ZOOM, false), (Dialect::SCIM, true)] {
        let auth = Auth::AccountCredentials {
            token_url: "http://127.0.0.1:1/token".to_owned(),
            account_id: "acc".to_owned(),
            client_id: "app".to_owned(),
            client_secret: "s3cr3t-of-the-app".to_owned().into(),
        };
        let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap());
        let options = ClientOptions {
            rate: Rate::all(Pace::Unlimited),
            retries: 1,
            ..ClientOptions::new("http://127.0.0.1:1/scim2", dialect, auth, clock)
        };
        let client =
            Client::with_transport(options, Parrot { reply: reply.clone(), token }).unwrap();
        runtime.block_on(async {
            said += &told(client.list().await);
            said += &told(client.read("a").await);
            said += &told(client.find("a@x.org").await);
            said += &told(client.set_active("a", false).await);
            said += &told(client.delete("a").await);
        });
    }
    said
}

#[test]
fn answers() {
    let user = r#"{"id":"a","userName":"a@x.org","active":true,"name":{"givenName":"A"},"emails":[{"type":"work","value":"a@x.org","primary":true}],"phoneNumbers":[{"type":"work","value":"1"}],"roles":[{"display":"Member","value":"Member"}],"meta":{"lastModified":"2024-01-01T00:00:00Z","version":"1"},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Ops","manager":{"value":"m"}},"urn:ietf:params:scim:schemas:extension:zoom:1.0:User":{"zoomWhiteboard":true}}"#;
    let seeds = [
        format!("200 x\n{user}"),
        format!("200 x\n{{\"totalResults\":1,\"startIndex\":1,\"itemsPerPage\":1,\"Resources\":[{user}]}}"),
        "200 x\n{\"totalResults\":\"1000000000000000000\",\"Resources\":[]}".to_owned(),
        "409 x\n{\"detail\":\"User already exists\",\"status\":\"409\",\"scimType\":\"uniqueness\"}".to_owned(),
        "429 5\n{\"code\":429,\"message\":\"You have reached the maximum daily rate limit\"}".to_owned(),
        "400 x\n{\"reason\":\"Invalid client_id or client_secret\",\"error\":\"invalid_client\"}".to_owned(),
        "307 http://x.org/\n".to_owned(),
        "503 Tue, 24 Nov 2026 00:00:00 GMT\n<html><title>x</title>".to_owned(),
        "200 x\n{\"access_token\":\"t\",\"expires_in\":\"3600\",\"scope\":\"scim2:admin\"}".to_owned(),
    ];
    fuzz("answer", seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect(), of_answer);
}
