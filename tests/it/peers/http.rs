//! Asks a peer directly: an opinion that does not pass through Enroll.

use serde_json::Value as Json;
use tokio::runtime::{Builder, Runtime};

use super::server::Peer;

#[derive(Debug)]
pub(super) struct Http {
    runtime: Runtime,
    client: reqwest::Client,
    base: String,
    token: String,
}

impl Http {
    pub(super) fn new(peer: &Peer) -> Self {
        // A connection kept between two questions is closed by node after five seconds, unnoticed: the
        // runtime only runs while something is asked.
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0);
        Self {
            runtime: Builder::new_current_thread().enable_all().build().unwrap(),
            client: client.build().unwrap(),
            base: peer.url.clone(),
            token: peer.token.clone(),
        }
    }

    /// Status and body of the answer.
    pub(super) fn ask(&self, method: &str, path: &str, body: Option<&Json>) -> (u16, String) {
        let method = method.parse().unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        request = match self.token.split_once(':') {
            Some((name, password)) => request.basic_auth(name, Some(password)),
            None => request.bearer_auth(&self.token),
        };
        if let Some(body) = body {
            request =
                request.header("content-type", "application/scim+json").body(body.to_string());
        }
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        })
    }

    /// Makes a user and says its id.
    #[track_caller]
    pub(super) fn create(&self, user: &Json) -> String {
        let (status, text) = self.ask("POST", "/Users", Some(user));
        assert_eq!(status, 201, "{text}");
        let user: Json = serde_json::from_str(&text).unwrap();
        user["id"].as_str().unwrap().to_owned()
    }

    /// A user's resource as it comes over the wire.
    #[track_caller]
    pub(super) fn text(&self, id: &str) -> String {
        let (status, text) = self.ask("GET", &format!("/Users/{id}"), None);
        assert_eq!(status, 200, "{text}");
        text
    }

    /// Whether there is a user of that id.
    #[track_caller]
    pub(super) fn has(&self, id: &str) -> bool {
        let (status, text) = self.ask("GET", &format!("/Users/{id}"), None);
        assert!(matches!(status, 200 | 404), "{status} {text}");
        status == 200
    }

    /// Changes a user behind Enroll's back.
    #[track_caller]
    pub(super) fn edit(&self, user_name: &str, change: impl FnOnce(&mut Json)) {
        let mut user = self.user(user_name);
        change(&mut user);
        let path = format!("/Users/{}", user["id"].as_str().unwrap());
        let (status, text) = self.ask("PUT", &path, Some(&user));
        assert_eq!(status, 200, "{text}");
    }

    /// Deletes a user behind Enroll's back.
    #[track_caller]
    pub(super) fn delete(&self, id: &str) {
        let (status, text) = self.ask("DELETE", &format!("/Users/{id}"), None);
        assert_eq!(status, 204, "{text}");
    }

    /// Every user, by pages of 50.
    #[track_caller]
    pub(super) fn users(&self) -> Vec<Json> {
        let mut users: Vec<Json> = Vec::new();
        loop {
            let path = format!("/Users?startIndex={}&count=50", users.len() + 1);
            let (status, text) = self.ask("GET", &path, None);
            assert_eq!(status, 200, "{text}");
            let page: Json = serde_json::from_str(&text).unwrap();
            let found = page["Resources"].as_array().cloned().unwrap_or_default();
            users.extend(found.iter().cloned());
            let total = page["totalResults"].as_u64().unwrap();
            if found.is_empty() || u64::try_from(users.len()).unwrap() >= total {
                return users;
            }
        }
    }

    /// The users of that name: none, one, or more.
    #[track_caller]
    pub(super) fn named(&self, user_name: &str) -> Vec<Json> {
        self.users().into_iter().filter(|user| user["userName"] == user_name).collect()
    }

    /// The user of that name.
    #[track_caller]
    pub(super) fn user(&self, user_name: &str) -> Json {
        let mut found = self.named(user_name);
        assert_eq!(found.len(), 1, "users called {user_name}: {found:?}");
        found.remove(0)
    }

    /// The id of the user of that name.
    #[track_caller]
    pub(super) fn id(&self, user_name: &str) -> String {
        self.user(user_name)["id"].as_str().unwrap().to_owned()
    }
}
