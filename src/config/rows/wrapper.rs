//! The way to the records of an export that wraps them, and what the wrapper says of them: one that
//! says that there are more is no whole export.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::super::lang::{Map, Value};
use super::cursor::{Cursor, Wrong};
use super::value::Json;

/// What a wrapper says of its records.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Members that lead to more records: the name, and where it stands.
    pub(super) next: Vec<(String, usize)>,
    /// Members that count the records: the name, where it stands, and the number.
    pub(super) totals: Vec<(String, usize, u64)>,
    /// The names that stand at the end of the way as far as it went.
    pub(super) names: Vec<String>,
}

/// Names of members that lead to more, where they are not empty.
const NEXT: [&str; 15] = [
    "hasmore",
    "hasnext",
    "hasnextpage",
    "morerecords",
    "next",
    "nextcursor",
    "nexthref",
    "nextlink",
    "nextpage",
    "nextpagetoken",
    "nextpageurl",
    "nextrecordsurl",
    "nexttoken",
    "odatanextlink",
    "resumptiontoken",
];

/// Names of members that count all records.
const TOTALS: [&str; 11] = [
    "count",
    "itemcount",
    "odatacount",
    "recordcount",
    "total",
    "totalcount",
    "totalelements",
    "totalitems",
    "totalrecords",
    "totalresults",
    "totalsize",
];

/// Names of members that hold such members.
const HOLDERS: [&str; 9] =
    ["link", "links", "meta", "metadata", "page", "pageinfo", "paging", "pagination", "cursor"];

/// A longer value says nothing of pages.
const LONGEST: usize = 64 << 10;

/// Where a way through a document ended.
pub(super) enum End {
    /// At the records, with what is left of the wrapper read by [`Way::leave`].
    Found,
    /// There is nothing of that name.
    Missing,
}

/// A way down to the records.
pub(super) struct Way<'p, 't> {
    pub(super) cursor: Cursor<'t>,
    pub(super) said: Said,
    path: &'p str,
    /// Names seen, for each object on the way.
    open: Vec<Vec<String>>,
}

impl<'p, 't> Way<'p, 't> {
    /// Begins at a document's object. `path` names the members that lead to the records, with dots
    /// between; a name may hold dots itself.
    pub(super) fn new(cursor: Cursor<'t>, path: &'p str) -> Self {
        Self { cursor, said: Said::default(), path, open: Vec::new() }
    }

    /// Goes down until the cursor stands at the value that the path names.
    pub(super) fn descend(&mut self) -> Result<End, Wrong> {
        let mut left = self.path;
        loop {
            if !self.cursor.eat(b'{') {
                return Ok(End::Missing);
            }
            self.open.push(Vec::new());
            let Some(name) = self.members(Some(left))? else {
                return Ok(End::Missing);
            };
            if name == left {
                return Ok(End::Found);
            }
            left = left.get(name.len() + 1..).unwrap_or("");
        }
    }

    /// Reads what stands behind the records, to the end of the document.
    pub(super) fn leave(&mut self) -> Result<(), Wrong> {
        while !self.open.is_empty() {
            if self.cursor.eat(b',') {
                self.members(None)?;
            } else if self.cursor.eat(b'}') {
                self.open.pop();
            } else {
                return Err(self.fail("a comma or `}` is missing here"));
            }
        }
        match self.cursor.peek() {
            None => Ok(()),
            Some(_) => Err(self.fail("something stands behind the end of the document")),
        }
    }

    fn fail(&self, words: &str) -> Wrong {
        Wrong { at: self.cursor.at, words: words.to_owned() }
    }

    /// Reads members of the innermost object until one lies on the path `left`, whose name is given
    /// back, or until the object ends, which closes it.
    fn members(&mut self, left: Option<&str>) -> Result<Option<String>, Wrong> {
        let mut first = left.is_some();
        loop {
            if first && self.cursor.eat(b'}') {
                self.open.pop();
                return Ok(None);
            }
            first = false;
            let (at, name) = self.cursor.name()?;
            let name = name.into_owned();
            if let Some(names) = self.open.last_mut() {
                if names.contains(&name) {
                    let words = format!("the key `{name}` stands in an object twice");
                    return Err(Wrong { at, words });
                }
                if names.len() >= 10_000 {
                    let words = "an object has more than 10000 keys".to_owned();
                    return Err(Wrong { at, words });
                }
                names.push(name.clone());
            }
            let leads = |left: &str| {
                left == name || left.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'))
            };
            if left.is_some_and(leads) {
                return Ok(Some(name));
            }
            let (_, json) = self.cursor.value()?;
            // What can't be told from a page that follows is taken for one.
            let read = if json.len() > LONGEST { None } else { serde_json::from_str(json).ok() };
            let value = read.map_or_else(|| Value::text("…"), |Json(value)| value);
            self.said.hear("", &name, at, &value, 0);
            if self.cursor.eat(b',') {
                continue;
            }
            if self.cursor.eat(b'}') {
                let names = self.open.pop().unwrap_or_default();
                if left.is_some() {
                    self.said.names = names;
                }
                return Ok(None);
            }
            return Err(self.fail("a comma or `}` is missing here"));
        }
    }
}

impl Said {
    /// Takes in what the member `name` says, which stands in `path`.
    fn hear(&mut self, path: &str, name: &str, at: usize, value: &Value, depth: usize) {
        let plain = name.chars().filter(char::is_ascii_alphanumeric);
        let plain: String = plain.map(|c| c.to_ascii_lowercase()).collect();
        let whole = format!("{path}{name}");
        if NEXT.contains(&plain.as_str()) {
            if leads_on(value) {
                self.next.push((whole, at));
            }
        } else if TOTALS.contains(&plain.as_str()) {
            if let Some(total) = count(value) {
                self.totals.push((whole, at, total));
            }
        } else if depth < 2 && HOLDERS.contains(&plain.as_str()) {
            let path = format!("{whole}.");
            for (inner, value) in value.as_map().into_iter().flat_map(Map::entries) {
                self.hear(&path, inner, at, value, depth + 1);
            }
            // Links as a list: {"rel": "next", "href": "…"}.
            let next = |item: &Value| {
                let relation = |key| item.as_map()?.get(key)?.as_text();
                ["rel", "relation"].into_iter().filter_map(relation).any(|to| to == "next")
            };
            if value.as_items().is_some_and(|items| items.iter().any(next)) {
                self.next.push((format!("{path}next"), at));
            }
        }
    }
}

fn leads_on(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => *number > Decimal::ZERO,
        Value::Text(text) => !text.is_empty() && text != "false",
        Value::List(list) | Value::Set(list) => !list.items().is_empty(),
        Value::Map(map) => !map.entries().is_empty(),
        Value::User(_) => true,
    }
}

fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.to_u64(),
        Value::Text(text) => text.parse().ok(),
        Value::Null
        | Value::Bool(_)
        | Value::List(_)
        | Value::Set(_)
        | Value::Map(_)
        | Value::User(_) => None,
    }
}
