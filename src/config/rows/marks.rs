//! What an export says of itself beside its records: that there are more, how many there are, which page it is.
//!
//! Names are told apart without case and signs, so that `nextPageToken`, `next_page_token`, `$NextPageToken` and
//! `@odata.nextLink` need one entry, and by the words that they are made of, since every service has its own. What
//! can't be told from a next page is taken for one: whoever stands on it would be removed.
//!
//! Seen: Microsoft Graph (`@odata.nextLink`), Google (`nextPageToken`), Slack (`response_metadata.next_cursor`), AWS
//! (`IsTruncated`, `NextToken`, `LastEvaluatedKey`), Salesforce (`done`, `nextRecordsUrl`), SAP (`d.__next`, `__count`), Workday
//! (`Response_Results.Total_Pages`), Spring (`last`, `number`), `FreeIPA` (`truncated`), `ForgeRock` (`pagedResultsCookie`),
//! Elasticsearch (`hits.total.relation`), GitHub (`incomplete_results`), Kubernetes (`metadata.continue`), SCIM (`totalResults`).

use std::sync::LazyLock;

use regex::Regex;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::super::lang::{Map, Value};

/// How deep objects beside the records are looked into.
const DEEPEST: usize = 8;
/// A larger number is a time or an id, not a count of pages or a place in a list.
const LARGEST: u64 = 100_000_000;

/// Words that names of all kinds are made of, besides the one that tells the kind.
const COMMON: &str = "is|has|have|are|was|the|there|of|any|odata|opensearch|api|search|query|results?|response|data|lists?|listing\
     |records?|rows?|items?|entries|entry|elements?|users?|people|persons?|members?|employees?|workers?|accounts?|objects?|resources?|sets?|value|values";

fn name(core: &str, more: &str) -> Regex {
    let words = format!("(?:{COMMON}{}{more})*", if more.is_empty() { "" } else { "|" });
    Regex::new(&format!("^{words}(?:{core}){words}$")).expect("the patterns below are fixed")
}

/// Names whose value is true, or not empty, where there are more records.
static MORE: LazyLock<Regex> = LazyLock::new(|| {
    name(
        "truncated?|truncation|partial|partially|incomplete|more|overflow|capped|cutoff|clipped|limit(?:was)?(?:reached|hit|exceeded)",
        "available|pages?|next|size|by|server|count|left|to|come|follow|results?et|results?size|output|file|content|reached|exceeded|export|report",
    )
});

/// Names whose value leads to more records, unless it is empty.
static NEXT: LazyLock<Regex> = LazyLock::new(|| {
    name(
        "next|continuation|continue|resume|resumption|skiptoken|paginationtoken|lastevaluatedkey|pagedresultscookie|remaining(?:paged)?(?:items?|results?|records?|rows?|users?|pages?|entries)(?:count)?",
        "pages?|links?|ur[li]|href|token|cursor|marker|key|offset|start|index|batch|chunk|ids?|skip|str|string|number|num|no|pagination|paging|paged|request|path\
         |ref|position|after|from|exclusive|continuation|scroll|available|exists|count|x|ms",
    )
});

/// Names that may lead to more records: some services give them with the last page too.
static PERHAPS: LazyLock<Regex> = LazyLock::new(|| {
    name(
        "cursor|marker|scrollid|pagetoken|pagingtoken|cookie",
        "end|after|paging|paged|page|next|token|id",
    )
});

/// Names whose value is false where the export is not whole, and true at its end.
static WHOLE: LazyLock<Regex> = LazyLock::new(|| {
    name(
        "complete|completed|done|finished|final|last|lastpage|exhausted|end|endof",
        "page|reached|pages",
    )
});

/// Names that say whether the service could do what it was asked for.
static SUCCESS: LazyLock<Regex> =
    LazyLock::new(|| name("ok|success|successful|succeeded", "request|status"));

/// Names that are not empty where it could not.
static ERRORS: LazyLock<Regex> = LazyLock::new(|| name("errors?|faults?", ""));

/// Names of the number of all records.
static TOTAL: LazyLock<Regex> = LazyLock::new(|| {
    name(
        "totals?|count|found|matche[sd]|matching|numberof",
        "total|number|num|nr|no|x|size|hits?|matched|available|all|overall|grand|paged|filtered|estimated|exact|count|full|entities|export|report",
    )
});

/// Names of the number of pages.
static PAGES: LazyLock<Regex> = LazyLock::new(|| {
    name(
        "(?:(?:total|num|number|nr|count|max|last|all)+(?:of)?pages?|pages?(?:total|count|available)|pages)",
        "total|count|number|no|num",
    )
});

/// Names of the number of this page.
static PAGE: LazyLock<Regex> = LazyLock::new(|| {
    name(
        "page|pageno|pagenr|pageidx",
        "current|this|actual|active|request|requested|number|num|index|position",
    )
});

/// Names of the most records that a page may have.
static SIZE: LazyLock<Regex> = LazyLock::new(|| {
    name(
        "limit|perpage|pagesize|maxresults|maxrecords|maxitems|maxrows|maxcount|maxentries|maxpagesize|pagelimit",
        "size|page|requested|request|max",
    )
});

/// Names of how many records stand before the first.
static OFFSET: LazyLock<Regex> = LazyLock::new(|| {
    name(
        "offset|start|startindex|startat|firstresult|startrecord|startrow|startposition|skip",
        "page|index|request",
    )
});

/// Names of objects that tell of pages.
static HOLDER: LazyLock<Regex> = LazyLock::new(|| {
    name(
        "links?|meta|metadata|page|pages|info|information|paging|paged|pagination|cursors?|headers?|controls?|context|range|window|envelope|nav|navigation\
         |response|results?|lists?|listing|query|search|sets?|d|data",
        "links?|meta|metadata|page|pages|info|information|paging|paged|pagination|cursors?|headers?|controls?",
    )
});

/// What one member says.
#[derive(Debug, PartialEq, Eq)]
enum Mark {
    /// That there are more, in words that go on after its name.
    More(&'static str),
    /// That there may be more.
    Perhaps,
    /// That these are all.
    End,
    /// How many there are in all.
    Total {
        count: u64,
        ends: bool,
    },
    Page(u64),
    Pages(u64),
    Size(u64),
    Offset(u64),
}

/// What an export says of its records.
#[derive(Debug, Default)]
pub(super) struct Said {
    marks: Vec<(String, usize, Mark)>,
}

impl Said {
    /// Takes in what the member `name` of the objects `path` says, which stand above the records or hold them.
    pub(super) fn hear(&mut self, path: &str, name: &str, at: usize, value: &Value) {
        self.member(path, name, at, value, 0, true);
    }

    fn member(
        &mut self,
        path: &str,
        name: &str,
        at: usize,
        value: &Value,
        depth: usize,
        holder: bool,
    ) {
        let whole = format!("{path}{name}");
        // In `value@odata.nextLink` the name before is that of the records.
        let plain = name.rsplit('@').next().unwrap_or(name);
        let plain = plain.chars().filter(char::is_ascii_alphanumeric);
        let plain: String = plain.map(|c| c.to_ascii_lowercase()).collect();
        for mark in marks(&plain, value, depth, holder) {
            self.marks.push((whole.clone(), at, mark));
        }
        if depth == 0 && speaks_of_limit(value, 0) {
            self.marks.push((whole.clone(), at, Mark::More("says that a limit was exceeded")));
        }
        let within = holder && HOLDER.is_match(&plain);
        if within && leads_to_next(value) {
            self.marks.push((format!("{whole}.next"), at, Mark::More("leads to more")));
        }
        if depth < DEEPEST {
            let path = format!("{whole}.");
            for (inner, value) in value.as_map().into_iter().flat_map(Map::entries) {
                self.member(&path, inner, at, value, depth + 1, within);
            }
        }
    }

    /// Why what holds so many people is not the whole export, and where that stands.
    pub(super) fn not_whole(&self, people: usize) -> Vec<(usize, String)> {
        let people = people as u64;
        let of = |want: fn(&Mark) -> Option<u64>| {
            self.marks.iter().find_map(|(name, _, mark)| Some((name, want(mark)?)))
        };
        let pages = of(|mark| if let Mark::Pages(pages) = mark { Some(*pages) } else { None });
        let page = of(|mark| if let Mark::Page(page) = mark { Some(*page) } else { None });
        let ends = pages.is_some_and(|(_, pages)| pages <= 1)
            || self.marks.iter().any(|(_, _, mark)| {
                let all = Mark::Total { count: people, ends: true };
                *mark == Mark::End || *mark == all
            });
        let mut found = Vec::new();
        for (name, at, mark) in &self.marks {
            let why = match mark {
                Mark::More(words) => format!("`{name}` {words}"),
                Mark::Perhaps if !ends => {
                    format!("`{name}` may lead to more, and nothing says that it does not")
                }
                Mark::Total { count, .. } if *count > people => {
                    format!("`{name}` is {count}, and it holds {people}")
                }
                Mark::Pages(pages) if *pages > 1 => match page {
                    Some((of, page)) if page < *pages => {
                        format!("it is page {page} of {pages} (`{of}` and `{name}`)")
                    }
                    _ if ends => continue,
                    Some((of, page)) => {
                        format!("it is page {page}, the last of {pages} (`{of}` and `{name}`)")
                    }
                    None => format!("`{name}` is {pages}, and it is one of them"),
                },
                Mark::Page(page) if *page > 1 && !ends && pages.is_none() => {
                    format!("`{name}` is {page}, so others come before it")
                }
                Mark::Offset(offset) if *offset > 1 && !ends => {
                    format!("`{name}` is {offset}, so others come before its first")
                }
                Mark::Size(size) if *size == people && !ends => format!(
                    "`{name}` is {size}, and it holds just as many: nothing says that there are no more"
                ),
                Mark::Perhaps
                | Mark::End
                | Mark::Total { .. }
                | Mark::Pages(_)
                | Mark::Page(_)
                | Mark::Offset(_)
                | Mark::Size(_) => continue,
            };
            found.push((*at, why));
        }
        found
    }
}

/// What a member says by its plain name. Outside of objects that tell of pages, only what is plain counts.
fn marks(plain: &str, value: &Value, depth: usize, holder: bool) -> Vec<Mark> {
    let flag = flag(value);
    if MORE.is_match(plain) {
        return vec![if is_set(value) {
            Mark::More("says that there are more")
        } else {
            Mark::End
        }];
    }
    if !holder {
        return Vec::new();
    }
    if NEXT.is_match(plain) {
        return vec![if is_set(value) { Mark::More("leads to more") } else { Mark::End }];
    }
    if PERHAPS.is_match(plain) && value.as_map().is_none() {
        return if is_set(value) { vec![Mark::Perhaps] } else { Vec::new() };
    }
    if let (true, Some(flag)) = (WHOLE.is_match(plain), flag) {
        return vec![if flag { Mark::End } else { Mark::More("is false") }];
    }
    if SUCCESS.is_match(plain) && flag == Some(false) {
        return vec![Mark::More("is false")];
    }
    if depth == 0 && ERRORS.is_match(plain) && is_set(value) {
        return vec![Mark::More("is not empty: it was made with errors")];
    }
    // LDAP's timeLimitExceeded, sizeLimitExceeded and adminLimitExceeded (RFC 4511 section 4.1.9).
    if matches!(plain, "resultcode" | "ldapresultcode") && matches!(number(value), Some(3 | 4 | 11))
    {
        return vec![Mark::More("says that a limit was exceeded")];
    }
    let number = number(value).filter(|number| *number < LARGEST);
    if PAGES.is_match(plain) {
        return number.map(Mark::Pages).into_iter().collect();
    }
    if TOTAL.is_match(plain) {
        let ends = ["total", "found", "odatacount"].iter().any(|word| plain.contains(word));
        return total(value, ends);
    }
    if PAGE.is_match(plain) || depth > 0 && matches!(plain, "number" | "current" | "index") {
        if let Some((page, pages)) = value.as_text().and_then(page_of) {
            return vec![Mark::Page(page), Mark::Pages(pages)];
        }
        return number.map(Mark::Page).into_iter().collect();
    }
    // SCIM's `itemsPerPage` is how many there are on this page.
    if SIZE.is_match(plain) && !plain.ends_with("itemsperpage") {
        return number.filter(|size| *size > 0).map(Mark::Size).into_iter().collect();
    }
    if OFFSET.is_match(plain) {
        return match (number, value) {
            (Some(number), _) => vec![Mark::Offset(number)],
            // A text leads on, as Airtable's does.
            (None, Value::Text(_)) if is_set(value) => vec![Mark::Perhaps],
            _ => Vec::new(),
        };
    }
    Vec::new()
}

/// A total as a number, or as an object that says how exact it is.
fn total(value: &Value, ends: bool) -> Vec<Mark> {
    let Some(map) = value.as_map() else {
        return number(value).map(|count| Mark::Total { count, ends }).into_iter().collect();
    };
    if map.get("relation").and_then(Value::as_text).is_some_and(|to| to.starts_with("gt")) {
        return vec![Mark::More("is only the least that there are")];
    }
    let count = ["value", "count"].iter().find_map(|key| number(map.get(key)?));
    count.map(|count| Mark::Total { count, ends }).into_iter().collect()
}

/// Whether a message says that a limit cut the answer short.
fn speaks_of_limit(value: &Value, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    let text = value.as_text().unwrap_or("");
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let below = |value: &Value| speaks_of_limit(value, depth + 1);
    plain.to_ascii_lowercase().contains("limitexceeded")
        || value.as_items().is_some_and(|items| items.iter().any(below))
        || value.as_map().is_some_and(|map| map.entries().values().any(below))
}

/// `1 of 5`, `1/5`.
fn page_of(text: &str) -> Option<(u64, u64)> {
    let (page, pages) = text.split_once("of").or_else(|| text.split_once('/'))?;
    Some((page.trim().parse().ok()?, pages.trim().parse().ok()?))
}

/// Whether links lead to a next page: `[{"rel": "next", "href": "…"}]`, or the text of a `Link` header.
fn leads_to_next(value: &Value) -> bool {
    let says_next = |item: &Value| {
        item.as_map().is_some_and(|map| {
            map.entries().iter().any(|(key, value)| {
                matches!(key.to_ascii_lowercase().as_str(), "rel" | "relation" | "name" | "type")
                    && value.as_text().is_some_and(|to| to.eq_ignore_ascii_case("next"))
            })
        })
    };
    let text = value.as_text().unwrap_or("").to_ascii_lowercase();
    text.contains("rel=\"next\"")
        || text.contains("rel=next")
        || value.as_items().is_some_and(|items| items.iter().any(says_next))
}

/// Whether a value is true, or holds something.
fn is_set(value: &Value) -> bool {
    const NOTHING: [&str; 11] =
        ["", "false", "0", "no", "n", "f", "off", "none", "null", "nil", "undefined"];
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => *number > Decimal::ZERO,
        Value::Text(text) => !NOTHING.contains(&text.trim().to_ascii_lowercase().as_str()),
        Value::List(list) | Value::Set(list) => !list.items().is_empty(),
        Value::Map(map) => map.entries().values().any(is_set),
        Value::User(_) => true,
    }
}

/// A value that is plainly true or false.
fn flag(value: &Value) -> Option<bool> {
    if let Value::Bool(flag) = value {
        return Some(*flag);
    }
    match value.as_text()?.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" => Some(true),
        "false" | "no" | "n" => Some(false),
        _ => None,
    }
}

fn number(value: &Value) -> Option<u64> {
    if let Value::Number(number) = value {
        return number.to_u64();
    }
    value.as_text()?.trim().parse().ok()
}
