//! What the same input costs where nothing is done with it: the least that a plan could take on this machine.
#![allow(dead_code, clippy::struct_field_names, reason = "what is read is kept and not looked at")]

use serde::Deserialize;

use super::service::Service;

/// A user as a client would read one that checks nothing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) user_name: String,
    pub(crate) active: bool,
    pub(crate) display_name: Option<String>,
    pub(crate) user_type: Option<String>,
    pub(crate) name: Name,
    #[serde(rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")]
    pub(crate) enterprise: Enterprise,
    pub(crate) meta: Meta,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Name {
    pub(crate) given_name: Option<String>,
    pub(crate) family_name: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Enterprise {
    pub(crate) department: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Meta {
    pub(crate) last_modified: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(rename = "Resources")]
    resources: Vec<User>,
}

/// The pages of a list of so many people.
pub(crate) fn pages(people: usize) -> Vec<String> {
    Service::pages(people, 100)
}

/// Decodes them, and keeps the users.
pub(crate) fn decode(pages: &[String]) -> Vec<User> {
    let page = |text: &String| serde_json::from_str::<Page>(text).unwrap().resources;
    pages.iter().flat_map(page).collect()
}

/// Reads the fields of a CSV, and keeps them.
pub(crate) fn records(text: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap).collect()
}

/// Reads the state's JSON for its text alone, and keeps the records' bytes.
pub(crate) fn state(bytes: &[u8]) -> usize {
    #[derive(Deserialize)]
    struct State<'a> {
        #[serde(borrow)]
        connections: std::collections::BTreeMap<&'a str, Connection<'a>>,
    }
    #[derive(Deserialize)]
    struct Connection<'a> {
        #[serde(borrow)]
        accounts: std::collections::BTreeMap<String, &'a serde_json::value::RawValue>,
    }
    let state: State<'_> = serde_json::from_slice(bytes).unwrap();
    state.connections.values().map(|connection| connection.accounts.len()).sum()
}
