//! The sandbox over real HTTP on loopback.

mod faults;
mod keeping;
mod oauth;
mod rfc;
mod zoom;
mod zoom_writes;

use std::net::{Ipv4Addr, SocketAddr};

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::{Faults, Manners, MemoryStore, Options, Running, Sandbox};

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const LICENCES: &str = "urn:ietf:params:scim:schemas:extension:zoom:1.0:User";

/// A sandbox and a client that has a token.
struct World {
    running: Running,
    http: reqwest::Client,
    token: String,
}

/// A status, the headers and the body as JSON.
struct Got {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

impl Got {
    async fn from(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, headers, body }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn id(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }

    /// The addresses on a page.
    fn names(&self) -> Vec<&str> {
        let items = self.body["Resources"].as_array().unwrap();
        items.iter().map(|it| it["userName"].as_str().unwrap()).collect()
    }
}

fn loopback() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

fn options(manners: Manners, spec: &str) -> Options {
    Options { faults: Faults::parse(spec).unwrap(), record: true, ..Options::new(manners) }
}

impl World {
    async fn zoom(spec: &str) -> Self {
        Self::with(options(Manners::Zoom, spec)).await
    }

    async fn rfc(spec: &str) -> Self {
        Self::with(options(Manners::Rfc, spec)).await
    }

    async fn with(options: Options) -> Self {
        Self::on(options, MemoryStore::new()).await
    }

    async fn on(options: Options, store: MemoryStore) -> Self {
        let running = Sandbox::listen(loopback(), options, store).unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut world = Self { running, http, token: String::new() };
        let got = world.ask_token("account_credentials").await;
        world.token = got.body["access_token"].as_str().unwrap_or_default().to_owned();
        world
    }

    async fn ask_token(&self, grant: &str) -> Got {
        let form = [("grant_type", grant), ("account_id", "acc")];
        let request = self.http.post(self.running.token_url()).basic_auth("id", Some("secret"));
        Got::from(request.form(&form).send().await.unwrap()).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.running.scim_url());
        self.http.request(method, url).bearer_auth(&self.token)
    }

    async fn get(&self, path: &str) -> Got {
        Got::from(self.request(Method::GET, path).send().await.unwrap()).await
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Got {
        Got::from(self.request(method, path).json(body).send().await.unwrap()).await
    }

    async fn create(&self, user_name: &str) -> Got {
        self.send(Method::POST, "/Users", &json!({"schemas": [CORE], "userName": user_name})).await
    }

    async fn put(&self, id: &str, mut body: Value) -> Got {
        body["schemas"] = json!([CORE]);
        self.send(Method::PUT, &path(id), &body).await
    }

    async fn patch(&self, id: &str, operations: Value) -> Got {
        let body = json!({"schemas": [PATCH], "Operations": operations});
        self.send(Method::PATCH, &path(id), &body).await
    }

    async fn delete(&self, id: &str) -> Got {
        Got::from(self.request(Method::DELETE, &path(id)).send().await.unwrap()).await
    }

    /// The addresses that a listing by pages of `count` finds.
    async fn list_all(&self, count: usize) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for _ in 0..100 {
            let page =
                self.get(&format!("/Users?count={count}&startIndex={}", names.len() + 1)).await;
            names.extend(page.names().iter().map(|&name| name.to_owned()));
            if page.names().is_empty() {
                break;
            }
        }
        names
    }
}

/// `/Users/ID` with the id escaped.
fn path(id: &str) -> String {
    let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
    format!("/Users/{id}")
}
