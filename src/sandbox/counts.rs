//! What tests want to know about the traffic.

use std::collections::BTreeMap;

use super::request::Class;

/// How often what was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests by method and class, refused ones included.
    pub requests: BTreeMap<(String, Class), u64>,
    /// Answers by status; what was never answered is not in it.
    pub statuses: BTreeMap<u16, u64>,
    /// Tokens issued.
    pub tokens: u64,
    /// The most requests that were open at once.
    pub open_at_most: u64,
}

impl Counts {
    /// All requests of a class.
    pub fn of(&self, class: Class) -> u64 {
        self.requests.iter().filter(|((_, c), _)| *c == class).map(|(_, n)| n).sum()
    }

    /// All requests of a method, in upper case.
    pub fn method(&self, method: &str) -> u64 {
        self.requests.iter().filter(|((m, _), _)| m == method).map(|(_, n)| n).sum()
    }

    /// Answers with this status.
    pub fn status(&self, status: u16) -> u64 {
        self.statuses.get(&status).copied().unwrap_or_default()
    }
}

/// One request as it was seen, with [`Options::record`](super::Options::record).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// In upper case.
    pub method: String,
    /// Path and query as they were sent.
    pub uri: String,
    /// Its class.
    pub class: Class,
    /// The body, as text; a token request's stays out.
    pub body: String,
    /// The status of the answer; `None` where none was sent.
    pub status: Option<u16>,
}
