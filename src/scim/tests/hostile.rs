//! A service that means harm, over real connections: each answer ends in a clear error, and soon.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::LazyLock;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use secrecy::SecretString;

use super::support::{TOKEN, options, s2s};
use crate::model::Dialect;
use crate::port::{Failure, FailureKind, ReadAccounts};
use crate::scim::{Auth, Client, ClientOptions};

const MAX_BODY: usize = 65_536;

/// Serves one answer after another, each as `answer` writes it; a write fails once the client is gone.
fn serving(answer: fn(&mut TcpStream) -> std::io::Result<()>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut buffer = [0; 8192];
            let _ = stream.read(&mut buffer);
            let _ = answer(&mut stream);
        }
    });
    url
}

/// What a read comes to, and what signing in there comes to.
async fn asked(answer: fn(&mut TcpStream) -> std::io::Result<()>) -> [Failure; 2] {
    asked_within(Duration::from_secs(30), answer).await
}

async fn asked_within(
    request_timeout: Duration,
    answer: fn(&mut TcpStream) -> std::io::Result<()>,
) -> [Failure; 2] {
    let url = serving(answer);
    let quick = |auth| ClientOptions {
        scim_url: url.clone(),
        auth,
        retries: 0,
        max_body: MAX_BODY,
        request_timeout,
        ..options(Dialect::ZOOM)
    };
    let standing = quick(Auth::BearerToken(SecretString::from(TOKEN)));
    let signing_in = quick(s2s(&format!("{url}/token")));
    let read = Client::new(standing).unwrap().read("1").await.unwrap_err();
    let token = Client::new(signing_in).unwrap().read("1").await.unwrap_err();
    [read, token]
}

#[tokio::test]
async fn an_endless_body() {
    let failures = asked(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
        loop {
            stream.write_all(b"1000\r\n")?;
            stream.write_all(&[b' '; 0x1000])?;
            stream.write_all(b"\r\n")?;
        }
    });
    for failure in failures.await {
        assert!(failure.detail.contains("longer than 65536 bytes"), "{failure}");
        assert_eq!(failure.kind, FailureKind::Protocol);
    }
}

#[tokio::test]
async fn an_endless_header() {
    let one = asked(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nx: ")?;
        loop {
            stream.write_all(&[b'x'; 0x1000])?;
        }
    });
    let many = asked(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
        loop {
            stream.write_all(&b"x: y\r\n".repeat(1000))?;
        }
    });
    for failure in one.await.into_iter().chain(many.await) {
        assert!(failure.detail.contains("header"), "{failure}");
        assert_eq!(failure.kind, FailureKind::Protocol, "{failure}");
    }
}

#[tokio::test]
async fn a_body_that_grows_when_it_is_unpacked() {
    static PACKED: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        for _ in 0..128 {
            packed.write_all(&vec![b' '; 1 << 16]).unwrap();
        }
        packed.finish().unwrap()
    });
    assert!(PACKED.len() < MAX_BODY, "8 MiB in {}", PACKED.len());
    let failures = asked(|stream| {
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ";
        write!(stream, "{head}{}\r\n\r\n", PACKED.len())?;
        stream.write_all(&PACKED)
    });
    for failure in failures.await {
        assert!(failure.detail.contains("longer than 65536 bytes"), "{failure}");
    }
}

#[tokio::test]
async fn a_byte_at_a_time() {
    let failures = asked_within(Duration::from_millis(200), |stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n")?;
        loop {
            stream.write_all(b" ")?;
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    for failure in failures.await {
        assert!(failure.detail.contains("no answer in time"), "{failure}");
        assert_eq!(failure.kind, FailureKind::Unreachable);
    }
}

#[tokio::test]
async fn no_http_at_all() {
    let failures = asked(|stream| stream.write_all(&vec![0xff; 1 << 16]));
    for failure in failures.await {
        assert_eq!(failure.kind, FailureKind::Protocol, "{failure}");
    }
}

#[tokio::test]
async fn a_secret_that_is_said_back_is_hidden_however_it_is_written() {
    // The secret of the app stands where the text is cut, and the token in the id of the request.
    let failures = asked(|stream| {
        let body = format!(
            "{} s3cr3t-of-the-app {}t0ken-of-the-hour{}",
            "x".repeat(100),
            "y".repeat(474),
            "z".repeat(99)
        );
        write!(
            stream,
            "HTTP/1.1 400 Bad\r\nx-request-id: t0ken-of-the-hour\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    });
    let [read, token] = failures.await;
    assert!(read.detail.ends_with("y(sensitive)…"), "{read:?}");
    assert_eq!(read.tracking_id.as_deref(), Some("(sensitive)"));
    assert!(token.detail.contains("x (sensitive) y"), "{token:?}");
}
