//! Tokens, and what must never be seen of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value as Json, json};

use super::support::{
    SECRET, Scripted, TOKEN, TOKEN_URL, headed, lost, options, reply, s2s, scripted, user,
};
use crate::model::Dialect;
use crate::port::{FailureKind, ReadAccounts, WriteAccounts};
use crate::scim::{Auth, Client, ClientOptions, Loss, Lost, Outgoing, Reply, Trouble};

fn zoom(
    token: impl Fn(usize) -> Result<Reply, Lost> + Send + Sync + 'static,
    answer: impl Fn(&Outgoing) -> Result<Reply, Lost> + Send + Sync + 'static,
) -> Client<Scripted> {
    let tokens = AtomicUsize::new(0);
    let options = ClientOptions { auth: s2s(TOKEN_URL), ..options(Dialect::ZOOM) };
    scripted(options, move |request, _| {
        if request.url.path().ends_with("/token") {
            token(tokens.fetch_add(1, Ordering::SeqCst))
        } else {
            answer(request)
        }
    })
}

fn granted(token: &str, scope: &str) -> Json {
    json!({"access_token": token, "token_type": "bearer", "expires_in": 3600, "scope": scope,
           "api_url": "https://evil.example.com"})
}

fn bearer(request: &Outgoing) -> String {
    request.headers["authorization"].to_str().unwrap().trim_start_matches("Bearer ").to_owned()
}

#[tokio::test(start_paused = true)]
async fn one_token_serves_however_many_wait() {
    let client = zoom(
        |n| reply(200, &granted(&format!("{TOKEN}{n}"), "user:read scim2:admin")),
        |request| {
            assert_eq!(bearer(request), format!("{TOKEN}0"));
            assert_eq!(request.url.host_str(), Some("127.0.0.1"), "api_url is ignored");
            reply(200, &user("1", "a@x"))
        },
    );
    let client = Arc::new(client);
    let reads: Vec<_> = (0..50)
        .map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { client.read("1").await.map(|_| ()) })
        })
        .collect();
    for read in reads {
        read.await.unwrap().unwrap();
    }
    assert_eq!(client.requests().token, 1);
    let seen = client.session.transport.seen.lock().unwrap();
    let form = String::from_utf8(seen[0].body.clone().unwrap()).unwrap();
    assert_eq!(form, "grant_type=account_credentials&account_id=acc");
    assert!(seen[0].headers["authorization"].to_str().unwrap().starts_with("Basic "));
    assert!(seen[0].url.query().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_ends() {
    let client = zoom(
        |n| reply(200, &granted(&format!("t{n}"), "scim2")),
        |request| reply(200, &json!({"id": "1", "userName": bearer(request)})),
    );
    let mut used = Vec::new();
    for _ in 0..4 {
        used.push(client.read("1").await.unwrap().unwrap().user_name.to_string());
        tokio::time::advance(Duration::from_secs(3400)).await;
        used.push(client.read("1").await.unwrap().unwrap().user_name.to_string());
        tokio::time::advance(Duration::from_secs(150)).await;
    }
    assert_eq!(used, ["t0", "t0", "t1", "t1", "t2", "t2", "t3", "t3"]);
}

#[tokio::test(start_paused = true)]
async fn after_a_401_a_token_is_fetched_once_more_and_only_once() {
    let invalid = json!({"code": 124, "message": "Invalid access token."});
    for status in [401, 400] {
        let body = invalid.clone();
        let client = Arc::new(zoom(
            |n| reply(200, &granted(&format!("t{n}"), "scim2")),
            move |request| {
                if bearer(request) == "t0" {
                    reply(status, &body)
                } else {
                    reply(200, &user("1", "a@x"))
                }
            },
        ));
        let reads: Vec<_> = (0..8)
            .map(|_| {
                let client = Arc::clone(&client);
                tokio::spawn(async move { client.read("1").await.map(|_| ()) })
            })
            .collect();
        for read in reads {
            read.await.unwrap().unwrap();
        }
        assert_eq!(client.requests().token, 2, "many refused requests renew the token once");
    }
    let client =
        zoom(|n| reply(200, &granted(&format!("t{n}"), "scim2")), move |_| reply(401, &invalid));
    let failure = client.read("1").await.unwrap_err();
    assert_eq!((failure.kind, failure.status), (FailureKind::Unauthorized, Some(401)));
    assert!(failure.is_shared() && !failure.help.is_empty());
    assert_eq!((client.requests().token, client.requests().read), (2, 2));
    // Nothing renews a standing token.
    let client = scripted(options(Dialect::ZOOM), |_, _| headed(401, &[]));
    assert_eq!(client.read("1").await.unwrap_err().kind, FailureKind::Unauthorized);
    assert_eq!(client.requests().read, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_signing_in_is_told_apart() {
    let zoom_says = |reason: &str, error: &str| json!({"reason": reason, "error": error});
    for (status, body, trouble, help) in [
        (
            400,
            zoom_says("Invalid client_id or client_secret", "invalid_client"),
            Trouble::Client,
            "client_secret",
        ),
        (401, json!({"error": "invalid_client"}), Trouble::Client, "client_secret"),
        (401, json!({}), Trouble::Client, "client_secret"),
        (400, json!({"code": 4702, "message": "Invalid client"}), Trouble::Client, "client_secret"),
        (400, zoom_says("Bad Request", "invalid_request"), Trouble::Account, "account_id"),
        (
            400,
            zoom_says("Invalid authorization code", "invalid_grant"),
            Trouble::Account,
            "account_id",
        ),
        (
            400,
            json!({"code": 4717, "message": "The app has been disabled."}),
            Trouble::App,
            "activate",
        ),
        (400, json!({"code": 4738, "message": "x"}), Trouble::App, "activate"),
        (400, zoom_says("The app is deactivated", "invalid_request"), Trouble::App, "activate"),
        (
            400,
            zoom_says("unsupported grant type", "unsupported_grant_type"),
            Trouble::Grant,
            "Server-to-Server",
        ),
        (400, json!({"error": "invalid_scope"}), Trouble::Scope, "scope"),
        (404, json!("<html><title>Not here</title>"), Trouble::Other, "token_url"),
        (302, json!({}), Trouble::Other, "redirect"),
        (200, json!({"access_token": ""}), Trouble::Other, "token_url"),
        (200, json!({"token": "x"}), Trouble::Other, "token_url"),
        (200, json!([]), Trouble::Other, "token_url"),
        (200, granted(TOKEN, "user:read:admin"), Trouble::Scope, "scim2:admin"),
        (200, granted(TOKEN, ""), Trouble::Scope, "scim2:admin"),
        (200, granted(TOKEN, "scim20 xscim2"), Trouble::Scope, "scim2:admin"),
    ] {
        let shown = body.to_string();
        let client = zoom(move |_| reply(status, &body), |_| panic!("nothing may be asked"));
        let error = client.sign_in().await.unwrap_err();
        assert_eq!(error.trouble, trouble, "{shown}: {error:?}");
        assert!(error.failure.help.iter().any(|line| line.contains(help)), "{shown}: {error:?}");
        assert_eq!(client.list().await.unwrap_err().kind, error.failure.kind);
    }
    for (loss, sent) in [(Loss::Broken, true), (Loss::Connect, false)] {
        let client = zoom(move |_| lost(sent), |_| panic!("nothing may be asked"));
        assert_eq!(client.sign_in().await.unwrap_err().trouble, Trouble::Lost(loss));
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_token_is_not_asked_for_by_everybody() {
    let client = Arc::new(zoom(|_| reply(400, &json!({"error": "invalid_client"})), |_| panic!()));
    let options = client.requests();
    assert_eq!(options.token, 0);
    let reads: Vec<_> = (0..4)
        .map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { client.read("1").await.is_err() })
        })
        .collect();
    for read in reads {
        assert!(read.await.unwrap());
    }
    assert_eq!(client.requests().token, 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_says_nothing_of_scopes_is_used() {
    let client = zoom(
        |n| {
            if n < 2 {
                headed(503, &[])
            } else {
                reply(200, &json!({"access_token": TOKEN, "expires_in": "3599"}))
            }
        },
        |_| reply(200, &user("1", "a@x")),
    );
    assert_eq!(client.sign_in().await.unwrap().scopes, None);
    assert!(client.read("1").await.unwrap().is_some());
    assert_eq!(client.requests().token, 3);
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_in_an_error_or_in_debug_output() {
    let basic =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("app:{SECRET}"));
    let hidden = [SECRET, TOKEN, basic.as_str()];
    let check = |shown: String| {
        for secret in hidden {
            assert!(!shown.contains(secret), "{shown}");
        }
    };
    // A service that says back all it was sent.
    let echo = |request: &Outgoing| {
        let header = request.headers["authorization"].to_str().unwrap().to_owned();
        let words = format!("bad {header} {SECRET} {TOKEN}");
        let mut answer = reply(400, &json!({"detail": words.clone(), "reason": words})).unwrap();
        answer.headers.insert("x-zm-trackingid", words.parse().unwrap());
        answer.headers.insert("location", words.parse().unwrap());
        answer
    };
    let client = zoom(|_| reply(200, &granted(TOKEN, "scim2")), move |request| Ok(echo(request)));
    let failure = client.read("1").await.unwrap_err();
    assert!(failure.detail.contains("(sensitive)"), "{failure}");
    check(format!("{failure} {failure:?}"));
    check(format!("{:?}", client.delete("1").await.unwrap_err()));
    let client = zoom(
        |_| reply(200, &granted(TOKEN, "scim2")),
        move |request| Ok(Reply { status: 307, ..echo(request) }),
    );
    check(format!("{:?}", client.read("1").await.unwrap_err()));
    let headers = client.session.transport.seen.lock().unwrap()[1].headers.clone();
    check(format!("{headers:?}"));
    let client = scripted(
        ClientOptions { auth: s2s(TOKEN_URL), ..options(Dialect::ZOOM) },
        move |request, _| Ok(echo(request)),
    );
    // The service can't have said a token here that the client never had.
    let shown = format!("{:?}", client.sign_in().await.unwrap_err()).replace(TOKEN, "");
    check(shown);

    for auth in [
        s2s(TOKEN_URL),
        Auth::BearerToken(SecretString::from(TOKEN)),
        Auth::Basic { username: "u".to_owned(), password: SecretString::from(SECRET) },
    ] {
        check(format!(
            "{auth:?} {:?}",
            ClientOptions { auth: auth.clone(), ..options(Dialect::SCIM) }
        ));
    }
    // What can't be a header does not show either.
    let auth = Auth::BearerToken(SecretString::from(format!("{TOKEN}\n{SECRET}")));
    let client = scripted(ClientOptions { auth, ..options(Dialect::SCIM) }, |_, _| panic!());
    check(format!("{:?}", client.read("1").await.unwrap_err()));
}

#[tokio::test(start_paused = true)]
async fn each_method_signs_in_as_its_rfc_says() {
    let header = |auth: Auth| async {
        let client = scripted(ClientOptions { auth, ..options(Dialect::SCIM) }, |request, _| {
            if request.url.path().ends_with("/token") {
                return reply(200, &json!({"access_token": TOKEN, "token_type": "Bearer"}));
            }
            reply(200, &user("1", "a@x"))
        });
        client.read("1").await.unwrap();
        let seen = client.session.transport.seen.lock().unwrap();
        let form = seen[0].body.clone().map(|body| String::from_utf8(body).unwrap());
        (seen.last().unwrap().headers["authorization"].to_str().unwrap().to_owned(), form)
    };
    let secret = || SecretString::from("pass");
    let (basic, _) = header(Auth::Basic { username: "user".to_owned(), password: secret() }).await;
    assert_eq!(basic, "Basic dXNlcjpwYXNz");
    let (bearer, _) = header(Auth::BearerToken(secret())).await;
    assert_eq!(bearer, "Bearer pass");
    let client = Auth::ClientCredentials {
        token_url: TOKEN_URL.to_owned(),
        client_id: "c".to_owned(),
        client_secret: secret(),
        scope: Some("users groups".to_owned()),
    };
    let (bearer, form) = header(client).await;
    assert_eq!(bearer, format!("Bearer {TOKEN}"));
    assert_eq!(form.as_deref(), Some("grant_type=client_credentials&scope=users+groups"));
}
