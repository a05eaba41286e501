//! Tokens in both manners.

use super::*;
use crate::sandbox::Credentials;

#[tokio::test]
async fn a_token_comes_for_the_right_client_account_and_grant() {
    let credentials = Credentials {
        client: Some(("id".to_owned(), "secret".to_owned())),
        account_id: Some("acc".to_owned()),
        ..Credentials::default()
    };
    let world = World::with(Options { credentials, ..options(Manners::Zoom, "") }).await;
    let got = world.ask_token("account_credentials").await;
    assert_eq!(got.status, 200);
    assert_eq!(
        (&got.body["token_type"], &got.body["expires_in"]),
        (&json!("bearer"), &json!(3599))
    );
    assert!(got.body["scope"].as_str().unwrap().contains("scim2:admin"));
    assert_eq!(world.running.counts().tokens, 2);

    let ask = async |user: &str, form: &[(&str, &str)], query: &str| {
        let url = format!("{}{query}", world.running.token_url());
        let request = world.http.post(url).basic_auth(user, Some("secret")).form(form);
        let got = Got::from(request.send().await.unwrap()).await;
        (got.status.as_u16(), got.body["error"].as_str().unwrap_or_default().to_owned())
    };
    let query = "?grant_type=account_credentials&account_id=acc";
    assert_eq!(ask("id", &[], query).await.0, 200);
    assert_eq!(ask("other", &[], query).await, (400, "invalid_client".to_owned()));
    let wrong = [("grant_type", "account_credentials"), ("account_id", "other")];
    assert_eq!(ask("id", &wrong, "").await, (400, "invalid_request".to_owned()));
    let wrong = [("grant_type", "client_credentials")];
    assert_eq!(ask("id", &wrong, "").await, (400, "unsupported_grant_type".to_owned()));
    assert!(world.running.requests().iter().all(|seen| !seen.body.contains("acc")));
}

#[tokio::test]
async fn requests_without_a_good_token_stay_outside() {
    let world = World::zoom("").await;
    for authorization in ["", "Bearer", "Bearer ", "Bearer x", "Basic aWQ6c2VjcmV0", "x"] {
        let url = format!("{}/Users", world.running.scim_url());
        let request = world.http.get(url).header("authorization", authorization);
        let got = Got::from(request.send().await.unwrap()).await;
        assert_eq!((got.status.as_u16(), &got.body["code"]), (401, &json!(124)), "{authorization}");
    }
    world.running.revoke_tokens();
    assert_eq!(
        world.get("/Users").await.body,
        json!({"code": 124, "message": "Invalid access token."})
    );
}

#[tokio::test]
async fn a_scim_service_takes_client_credentials_tokens_and_passwords() {
    let world = World::rfc("").await;
    assert_eq!(world.ask_token("client_credentials").await.status, 200);
    let url = format!("{}/Users", world.running.scim_url());
    let get = || world.http.get(&url);
    assert_eq!(get().bearer_auth("anything").send().await.unwrap().status(), 200);
    assert_eq!(get().basic_auth("a", Some("b")).send().await.unwrap().status(), 200);
    assert_eq!(get().send().await.unwrap().status(), 401);

    let credentials = Credentials {
        bearer: Some("T".to_owned()),
        basic: Some(("a".to_owned(), "b".to_owned())),
        ..Credentials::default()
    };
    let world = World::with(Options { credentials, ..options(Manners::Rfc, "") }).await;
    let url = format!("{}/Users", world.running.scim_url());
    let get = || world.http.get(&url);
    assert_eq!(get().bearer_auth("T").send().await.unwrap().status(), 200);
    assert_eq!(get().bearer_auth("U").send().await.unwrap().status(), 401);
    assert_eq!(get().basic_auth("a", Some("c")).send().await.unwrap().status(), 401);
}
