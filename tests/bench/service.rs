//! A service in memory, below the client: it answers requests with the bytes that Zoom would send.

use std::sync::{Mutex, PoisonError};

use enroll::model::Service as Kind;
use enroll::scim::{Auth, Client, ClientOptions, Clock, Loss, Lost, Outgoing, Reply, Transport};
use serde_json::{Value, json};

use super::people::resource;

const BASE: &str = "http://127.0.0.1:1/scim2";

/// Everybody whom the service has, by place in the list, as JSON. Somebody's id is made from the place.
#[derive(Debug, Default)]
pub(crate) struct Service(Mutex<Vec<String>>);

impl Service {
    /// A service with that many people, behind a client without a pace.
    pub(crate) fn with(people: usize) -> Client<Self> {
        let items = (0..people).map(|n| item(n, resource(n))).collect();
        let clock = Clock::fixed(jiff::Timestamp::constant(1_767_225_600, 0));
        let auth = Auth::BearerToken("token".to_owned().into());
        let options = ClientOptions {
            rate: enroll::model::Rate::all(enroll::model::Pace::Unlimited),
            ..ClientOptions::new(BASE, Kind::Zoom.dialect(), auth, clock)
        };
        Client::with_transport(options, Self(Mutex::new(items))).unwrap()
    }

    /// The pages of a list of so many people, each of so many.
    #[allow(dead_code, reason = "not every benchmark asks for them")]
    pub(crate) fn pages(people: usize, each: usize) -> Vec<String> {
        let items: Vec<String> = (0..people).map(|n| item(n, resource(n))).collect();
        let page = |(at, page)| list(items.len(), at * each + 1, page);
        items.chunks(each).enumerate().map(page).collect()
    }

    fn answer(&self, outgoing: &Outgoing) -> Option<(u16, String)> {
        let mut items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(body) = &outgoing.body {
            let user: Value = serde_json::from_slice(body).ok()?;
            let place = items.len();
            items.push(item(place, user));
            return Some((201, items[place].clone()));
        }
        let query = |name: &str| {
            let mut pairs = outgoing.url.query_pairs();
            pairs.find(|(key, _)| key == name).and_then(|(_, value)| value.parse::<usize>().ok())
        };
        let Some(start) = query("startIndex") else {
            let id = outgoing.url.path_segments()?.next_back()?;
            return Some((200, items.get(id.strip_prefix("id-")?.parse::<usize>().ok()?)?.clone()));
        };
        let from = (start - 1).min(items.len());
        let page = &items[from..(from + query("count")?).min(items.len())];
        Some((200, list(items.len(), start, page)))
    }
}

fn list(total: usize, start: usize, page: &[String]) -> String {
    format!(
        "{{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\
         \"totalResults\":{total},\"startIndex\":{start},\"itemsPerPage\":{},\"Resources\":[{}]}}",
        page.len(),
        page.join(",")
    )
}

fn item(place: usize, mut user: Value) -> String {
    let id = format!("id-{place:08}");
    user["meta"] = json!({
        "resourceType": "User",
        "location": format!("{BASE}/Users/{id}"),
        "created": "2026-01-01T00:00:00.000Z",
        "lastModified": format!("2026-01-01T00:00:00.{:03}Z", place % 1000),
        "version": "W/\"1\"",
    });
    user["id"] = id.into();
    user.to_string()
}

impl Transport for Service {
    async fn carry(&self, outgoing: Outgoing) -> Result<Reply, Lost> {
        let (status, body) = self.answer(&outgoing).ok_or_else(|| Lost {
            loss: Loss::Invalid,
            sent: false,
            detail: format!("{} {} is not for this service", outgoing.method, outgoing.url),
        })?;
        Ok(Reply { status, body: body.into_bytes(), ..Reply::default() })
    }
}
