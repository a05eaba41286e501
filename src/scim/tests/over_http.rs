//! The transport, over real HTTP to this machine.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;
use wiremock::matchers::{body_string, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::support::{SECRET, TOKEN, list_of, options, s2s, user};
use crate::model::Dialect;
use crate::port::{FailureKind, ReadAccounts, WriteAccounts};
use crate::scim::{Auth, Client, ClientOptions, OpenError};

fn quick(scim_url: String, auth: Auth) -> ClientOptions {
    ClientOptions { scim_url, auth, retries: 0, ..options(Dialect::ZOOM) }
}

fn standing() -> Auth {
    Auth::BearerToken(SecretString::from(TOKEN))
}

#[tokio::test]
async fn a_whole_conversation_with_zoom() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/oauth/token"))
        .and(header("authorization", "Basic YXBwOnMzY3IzdC1vZi10aGUtYXBw"))
        .and(header("content-type", "application/x-www-form-urlencoded"))
        .and(body_string("grant_type=account_credentials&account_id=acc"))
        .respond_with(ResponseTemplate::new(200).set_body_json(
            json!({"access_token": TOKEN, "expires_in": 3600, "scope": "scim2:admin"}),
        ))
        .expect(1)
        .mount(&server)
        .await;
    let pages = [("1", 0..100), ("101", 100..200), ("201", 200..230)];
    for (start, range) in pages {
        let users: Vec<_> = range.map(|n| user(&format!("{n}"), "a@x")).collect();
        let mut list = list_of(&users);
        list["totalResults"] = json!(230);
        Mock::given(method("GET"))
            .and(path("/scim2/Users"))
            .and(query_param("startIndex", start))
            .and(query_param("count", "100"))
            .and(header("authorization", format!("Bearer {TOKEN}")))
            .and(header("accept", "application/scim+json"))
            .respond_with(ResponseTemplate::new(200).set_body_json(list))
            .expect(1)
            .mount(&server)
            .await;
    }
    let mut one = list_of(&[user("0", "a@x")]);
    one["totalResults"] = json!(230);
    Mock::given(method("GET"))
        .and(path("/scim2/Users"))
        .and(query_param("startIndex", "1"))
        .and(query_param("count", "1"))
        .respond_with(ResponseTemplate::new(200).set_body_json(one))
        .expect(1)
        .mount(&server)
        .await;
    let auth = s2s(&format!("{}/oauth/token", server.uri()));
    let client = Client::new(quick(format!("{}/scim2/", server.uri()), auth)).unwrap();
    assert_eq!(client.list().await.unwrap().accounts().len(), 230);
    // The page past the end is not found.
    assert_eq!((client.requests().list, client.requests().token), (5, 1));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let elsewhere = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200))
        .expect(0)
        .mount(&elsewhere)
        .await;
    let server = MockServer::start().await;
    let location = format!("{}/Users", elsewhere.uri());
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(307).insert_header("location", location.as_str()))
        .mount(&server)
        .await;
    let client = Client::new(quick(server.uri(), standing())).unwrap();
    let failure = client.list().await.unwrap_err();
    assert_eq!((failure.kind, failure.status), (FailureKind::Protocol, Some(307)));
    assert!(failure.detail.contains(&location));
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_not_read() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_string("x".repeat(70_000)))
        .mount(&server)
        .await;
    let options = ClientOptions { max_body: 65_536, ..quick(server.uri(), standing()) };
    let failure = Client::new(options).unwrap().read("1").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Protocol);
    assert!(failure.detail.contains("longer than 65536 bytes"), "{failure}");
}

#[tokio::test]
async fn silence_ends_with_the_timeout() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_secs(60)))
        .mount(&server)
        .await;
    let options = ClientOptions {
        request_timeout: Duration::from_millis(50),
        ..quick(server.uri(), standing())
    };
    let failure = Client::new(options).unwrap().read("1").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(failure.detail.contains("no answer in time"), "{failure}");
}

#[tokio::test]
async fn nobody_listening_is_told_apart_from_a_broken_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failure = Client::new(quick(url, standing())).unwrap().delete("1").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(
        failure.detail.contains("no connection") && !failure.detail.contains(TOKEN),
        "{failure}"
    );
    assert!(failure.detail.starts_with("127.0.0.1"), "{failure}");

    // Promises more than it sends.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut buffer = [0; 4096];
        let _ = stream.read(&mut buffer).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"id\":").unwrap();
    });
    let failure = Client::new(quick(url, standing())).unwrap().read("1").await.unwrap_err();
    server.join().unwrap();
    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(failure.detail.contains("broke"), "{failure}");
}

#[test]
fn credentials_go_nowhere_else() {
    let refused = |options: ClientOptions| match Client::new(options).unwrap_err() {
        OpenError::Host { what, .. } => what,
        OpenError::Http(error) => panic!("{error}"),
    };
    let evil = "https://zoom.us.evil.example.com/scim2".to_owned();
    assert_eq!(refused(quick(evil.clone(), standing())), "scim_url");
    let good = "https://api.zoom.us/scim2".to_owned();
    assert_eq!(refused(quick(good.clone(), s2s("https://evil.example.com/token"))), "token_url");
    assert_eq!(refused(quick(good.clone(), s2s("http://zoom.us/oauth/token"))), "token_url");
    assert!(Client::new(quick(good, s2s("https://zoom.us/oauth/token"))).is_ok());
    let allow_hosts = vec!["zoom.us.evil.example.com".to_owned()];
    assert!(Client::new(ClientOptions { allow_hosts, ..quick(evil, standing()) }).is_ok());
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_says_what_was_asked_and_nothing_secret() {
    let server = MockServer::start().await;
    let token = json!({"access_token": TOKEN, "scope": "scim2"});
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(200).set_body_json(token))
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .respond_with(
            ResponseTemplate::new(200)
                .insert_header("x-zm-trackingid", "track-1")
                .set_body_json(list_of(&[])),
        )
        .mount(&server)
        .await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let auth = s2s(&format!("{}/oauth/token", server.uri()));
    let client = Client::new(quick(format!("{}/scim2", server.uri()), auth)).unwrap();
    client.find("ada@private.example.com").await.unwrap();
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for part in ["/scim2/Users", "GET", "200", "track-1"] {
        assert!(log.contains(part), "{part}: {log}");
    }
    for part in [TOKEN, SECRET, "YXBwOnMzY3", "ada@private", "access_token"] {
        assert!(!log.contains(part), "{part}: {log}");
    }
}
