//! A service as a directory: all of its users as they came, from a list that is complete.
//!
//! The list is read as that of a connection; beside it the text of each user is kept.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::client::{Client, Got, NO_LIST};
use super::decode::{Page, RawUser, Scalar, cursor, long_id, same_name};
use super::listing::{self, Ask, FetchPage};
use super::transport::Transport;
use crate::model::Text;
use crate::port::{Failure, FailureKind};

/// Most that the users of one service may take together, in bytes.
const LARGEST: usize = 512 << 20;

impl<T: Transport> Client<T> {
    /// All users as the text of one JSON array, in the order of their ids. Nothing is left out: a list
    /// that is not complete is a failure.
    pub async fn resources(&self) -> Result<String, Failure> {
        let source = Resources { client: self, kept: Mutex::default() };
        let listing = listing::list(&source, &self.terms(false)).await?;
        let mut kept = source.kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::with_capacity(kept.bytes + 2 * kept.users.len() + 2);
        for account in listing.live.accounts() {
            let user = kept.users.remove(&account.id).ok_or_else(|| {
                Failure::new(FailureKind::Protocol, "a listed account was lost; try again")
            })?;
            text.push_str(if text.is_empty() { "[\n" } else { ",\n" });
            text.push_str(&user);
        }
        text.push_str(if text.is_empty() { "[]\n" } else { "\n]\n" });
        Ok(text)
    }

    /// One page of users as they came.
    async fn raw_page(&self, ask: Ask<'_>) -> Result<RawPage, Failure> {
        let request = self.page_request(ask, None);
        let read = |body: &[u8]| serde_json::from_slice::<RawPage>(body);
        match self.get(&request, NO_LIST, read).await? {
            Got::Value(page, reply) if page.is_list => {
                Ok(RawPage { bytes: reply.body.len() as u64, ..page })
            }
            Got::Value(..) => Err(Failure::new(FailureKind::Protocol, NO_LIST)),
            Got::Refused(reply) => Err(self.session.failure(&reply)),
        }
    }
}

/// The pages of a service, whose users are kept on the side.
struct Resources<'a, T> {
    client: &'a Client<T>,
    kept: Mutex<Kept>,
}

/// The users seen so far, by id. One that comes again takes the place of the first.
#[derive(Default)]
struct Kept {
    users: HashMap<Text, Box<str>>,
    bytes: usize,
}

impl<T: Transport> FetchPage for Resources<'_, T> {
    async fn page(&self, ask: Ask<'_>) -> Result<Page, Failure> {
        let page = self.client.raw_page(ask).await?;
        let (next, bytes) = (page.next, page.bytes);
        let mut listed = Page { total: page.total, next, bytes, users: Vec::new(), is_list: true };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for user in page.users {
            let mut shown = RawUser::default();
            shown.id.clone_from(&user.id);
            listed.users.push(shown);
            // The listing refuses one without an id.
            let Some(id) = user.id else { continue };
            kept.bytes += user.text.len();
            if let Some(before) = kept.users.insert(id, user.text) {
                kept.bytes -= before.len();
            }
            if kept.bytes > LARGEST {
                let why = format!("the users take more than {} MiB together", LARGEST >> 20);
                return Err(Failure::new(FailureKind::Protocol, why));
            }
        }
        Ok(listed)
    }

    async fn offers_cursor(&self) -> bool {
        self.client.says_cursor().await
    }
}

/// A `ListResponse`, its users not read.
#[derive(Debug, Default)]
struct RawPage {
    total: Option<u64>,
    users: Vec<RawResource>,
    next: Option<Text>,
    bytes: u64,
    is_list: bool,
}

/// A user with its text.
#[derive(Debug)]
struct RawResource {
    id: Option<Text>,
    text: Box<str>,
}

impl<'de> Deserialize<'de> for RawPage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PageVisitor)
    }
}

struct PageVisitor;

impl<'de> Visitor<'de> for PageVisitor {
    type Value = RawPage;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a SCIM list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawPage, A::Error> {
        let mut page = RawPage::default();
        while let Some(name) = map.next_key::<String>()? {
            if same_name(&name, "totalResults") {
                page.total = map.next_value::<Scalar>()?.as_count();
                page.is_list = true;
            } else if same_name(&name, "Resources") {
                page.users = map.next_value::<Option<Vec<RawResource>>>()?.unwrap_or_default();
                page.is_list = true;
            } else if same_name(&name, "nextCursor") {
                page.next = cursor(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(page)
    }
}

impl<'de> Deserialize<'de> for RawResource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        let Id(id) = serde_json::from_str(raw.get()).map_err(serde::de::Error::custom)?;
        Ok(Self { id, text: raw.get().into() })
    }
}

/// The id of a user.
struct Id(Option<Text>);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(IdVisitor)
    }
}

struct IdVisitor;

impl<'de> Visitor<'de> for IdVisitor {
    type Value = Id;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a SCIM user")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Id, A::Error> {
        let mut id = None;
        while let Some(name) = map.next_key::<String>()? {
            if same_name(&name, "id") {
                id = map.next_value::<Scalar>()?.into_text();
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        match long_id(id.as_ref()) {
            Some(why) => Err(serde::de::Error::custom(why)),
            None => Ok(Id(id)),
        }
    }
}
