//! One page of a listing (RFC 7644 section 3.4.2).

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{RawUser, Scalar, same_name};
use crate::model::Text;

/// A `ListResponse`. What it claims of `startIndex` and `itemsPerPage` is not even read.
#[derive(Clone, Debug, Default)]
pub(in crate::scim) struct Page {
    /// `totalResults`.
    pub(in crate::scim) total: Option<u64>,
    /// The users.
    pub(in crate::scim) users: Vec<RawUser>,
    /// `nextCursor`: where the next page is, of a service that pages by cursor (RFC 9865 section 2.2).
    pub(in crate::scim) next: Option<Text>,
    /// How long the answer was, in bytes; set by whoever fetched it.
    pub(in crate::scim) bytes: u64,
    /// Whether the answer has the members of a list at all.
    pub(in crate::scim) is_list: bool,
}

/// A cursor; an empty one leads nowhere.
pub(in crate::scim) fn cursor(value: Scalar) -> Option<Text> {
    value.into_text().filter(|cursor| !cursor.is_empty())
}

impl<'de> Deserialize<'de> for Page {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PageVisitor)
    }
}

struct PageVisitor;

impl<'de> Visitor<'de> for PageVisitor {
    type Value = Page;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a SCIM list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Page, A::Error> {
        let mut page = Page::default();
        while let Some(part) = map.next_key::<Part>()? {
            match part {
                Part::Total => {
                    page.total = map.next_value::<Scalar>()?.as_count();
                    page.is_list = true;
                }
                Part::Resources => {
                    page.users = map.next_value::<Users>()?.0;
                    page.is_list = true;
                }
                Part::Next => page.next = cursor(map.next_value()?),
                Part::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(page)
    }
}

enum Part {
    Total,
    Resources,
    Next,
    Other,
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(PartVisitor)
    }
}

struct PartVisitor;

impl Visitor<'_> for PartVisitor {
    type Value = Part;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Part, E> {
        Ok(if same_name(name, "Resources") {
            Part::Resources
        } else if same_name(name, "totalResults") {
            Part::Total
        } else if same_name(name, "nextCursor") {
            Part::Next
        } else {
            Part::Other
        })
    }
}

/// Most users of one page, whatever was asked for: an empty one takes three bytes of an answer, and sixty times that
/// in memory.
const MOST: usize = 200_000;

/// The users of a page; `null` is none.
struct Users(Vec<RawUser>);

impl<'de> Deserialize<'de> for Users {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UsersVisitor)
    }
}

struct UsersVisitor;

impl<'de> Visitor<'de> for UsersVisitor {
    type Value = Users;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of users")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Users, A::Error> {
        let mut users = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(1000));
        while let Some(user) = seq.next_element()? {
            if users.len() == MOST {
                return Err(A::Error::custom(format!("more than {MOST} users in one answer")));
            }
            users.push(user);
        }
        Ok(Users(users))
    }

    fn visit_unit<E>(self) -> Result<Users, E> {
        Ok(Users(Vec::new()))
    }
}
