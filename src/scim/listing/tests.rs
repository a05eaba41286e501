//! Tests of this room.

use std::sync::Mutex;

use serde_json::{Value as Json, json};

use super::{Ask, FetchPage, MAX_ACCOUNTS, Terms, list};
use crate::model::{Dialect, Pace};
use crate::port::{Failure, FailureKind};
use crate::scim::decode::{self, Page};

/// A service with manners of its own: the answer to `startIndex` at the request number `.1`.
struct Service<F> {
    answer: F,
    asked: Mutex<Vec<u64>>,
}

impl<F: Fn(u64, usize) -> Json + Sync> FetchPage for Service<F> {
    async fn page(&self, ask: Ask<'_>) -> Result<Page, Failure> {
        let start = match ask {
            // The total of a list of one; the page is that of the start, shortened.
            Ask::One => {
                let mut first = (self.answer)(1, 0);
                let rows = first["Resources"].as_array_mut().unwrap();
                rows.truncate(1);
                return Ok(decode::page(first.to_string().as_bytes()).unwrap());
            }
            Ask::From(start) => start,
            Ask::Cursor(_) => unreachable!("no cursor was offered"),
        };
        let count = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(start);
            asked.len() - 1
        };
        Ok(decode::page((self.answer)(start, count).to_string().as_bytes()).unwrap())
    }

    async fn offers_cursor(&self) -> bool {
        false
    }
}

fn terms() -> Terms<'static> {
    Terms {
        dialect: &Dialect::ZOOM,
        at_once: 4,
        pace: Pace::Unlimited,
        max_page: None,
        may_stay_open: true,
    }
}

fn page(total: u64, ids: impl IntoIterator<Item = u64>) -> Json {
    let users: Vec<_> =
        ids.into_iter().map(|id| json!({"id": format!("{id:04}"), "userName": "x@y"})).collect();
    json!({"totalResults": total, "itemsPerPage": 100, "startIndex": 1, "Resources": users})
}

/// The records `start..` of `all`, at most `most`.
fn cut(all: u64, start: u64, most: u64) -> std::ops::Range<u64> {
    start..(start + most).min(all + 1).max(start)
}

async fn run(answer: impl Fn(u64, usize) -> Json + Sync) -> (Result<usize, Failure>, Vec<u64>) {
    let service = Service { answer, asked: Mutex::new(Vec::new()) };
    let listing = list(&service, &terms()).await;
    let mut asked = service.asked.into_inner().unwrap();
    asked.sort_unstable();
    (listing.map(|listing| listing.live.accounts().len()), asked)
}

#[tokio::test]
async fn a_plain_service_costs_one_request_a_page_and_one_past_the_end() {
    for (all, pages) in [
        (0, vec![1]),
        (1, vec![1, 2]),
        (100, vec![1, 101]),
        (101, vec![1, 101, 102]),
        (450, vec![1, 101, 201, 301, 401, 451]),
    ] {
        let (result, asked) = run(|start, _| page(all, cut(all, start, 100))).await;
        assert_eq!(result.unwrap() as u64, all);
        assert_eq!(asked, pages, "{all}");
    }
}

#[tokio::test]
async fn odd_services_are_read_whole() {
    // Caps the page below `count`.
    let (result, asked) = run(|start, _| page(95, cut(95, start, 30))).await;
    assert_eq!((result.unwrap(), asked), (95, vec![1, 31, 61, 91, 96]));
    // Ignores `count`.
    let (result, asked) = run(|start, _| page(250, cut(250, start, 1000))).await;
    assert_eq!((result.unwrap(), asked), (250, vec![1, 251]));
    // Later pages are shorter than the first: what lies between is asked for again.
    let (result, asked) =
        run(|start, _| page(250, cut(250, start, if start == 1 { 100 } else { 60 }))).await;
    assert_eq!((result.unwrap(), asked), (250, vec![1, 101, 161, 201, 251]));
    // Repeats the first page past the end.
    let (result, _) = run(|start, _| {
        page(150, if start > 150 { cut(150, 1, 100) } else { cut(150, start, 100) })
    })
    .await;
    assert_eq!(result.unwrap(), 150);
    // The last account of each page is there twice.
    let (result, asked) =
        run(|start, _| page(250, cut(250, start, 100).chain([(start + 99).min(250)]))).await;
    assert_eq!((result.unwrap(), asked), (250, vec![1, 101, 201, 251]));
    // An order that is random but stays.
    let (result, _) = run(|start, _| page(210, cut(210, start, 100).map(|n| n * 97 % 211))).await;
    assert_eq!(result.unwrap(), 210);
}

#[tokio::test]
async fn a_list_that_is_not_whole_is_read_twice_and_refused() {
    type Answer = Box<dyn Fn(u64, usize) -> Json + Sync>;
    let cases: Vec<(&str, Answer)> = vec![
        ("short", Box::new(|start, _| page(205, cut(200, start, 100)))),
        (
            "short by one in the middle",
            Box::new(|start, _| page(300, cut(300, start, 100).filter(|id| *id != 150))),
        ),
        ("empty though counted", Box::new(|_, _| page(5, 0..0))),
        ("long", Box::new(|start, _| page(95, cut(98, start, 100)))),
        ("long on the last page", Box::new(|start, _| page(195, cut(199, start, 100)))),
        ("the first page for ever", Box::new(|_, _| page(300, cut(300, 1, 100)))),
        (
            "startIndex as page number",
            Box::new(|start, _| page(300, cut(300, (start - 1) * 100 + 1, 100))),
        ),
        ("one account twice", Box::new(|_, _| page(3, [1, 2, 2]))),
        (
            "another order on each page",
            Box::new(|start, n| {
                page(300, cut(300, start, 100).map(move |id| (id + 37 * n as u64) % 300))
            }),
        ),
        (
            "a total that grows with what is asked",
            Box::new(|start, _| page(start + 200, cut(u64::from(u32::MAX), start, 100))),
        ),
        (
            "a total that falls",
            Box::new(|start, _| page(if start == 1 { 201 } else { 200 }, cut(200, start, 100))),
        ),
    ];
    for (what, answer) in cases {
        let (result, asked) = run(answer).await;
        let failure = result.expect_err(what);
        assert_eq!(failure.kind, FailureKind::Incomplete, "{what}: {failure}");
        assert_eq!(asked.iter().filter(|start| **start == 1).count(), 2, "{what}: {asked:?}");
        assert!(asked.len() < 20, "{what}: {asked:?}");
        assert!(failure.detail.contains("accounts"), "{what}: {failure}");
    }
}

#[tokio::test]
async fn a_list_that_was_short_once_is_read_again() {
    let (result, _) = run(|_, n| if n == 0 { page(3, 1..3) } else { page(3, 1..4) }).await;
    assert_eq!(result.unwrap(), 3);
}

#[tokio::test]
async fn an_endless_list_ends_in_an_error() {
    for total in [u64::MAX, MAX_ACCOUNTS + 1, MAX_ACCOUNTS] {
        let (result, asked) = run(|start, _| page(total, [start])).await;
        assert_eq!(result.unwrap_err().kind, FailureKind::Protocol);
        assert!(asked.len() < 3, "{asked:?}");
    }
    let (result, _) =
        run(|_, _| json!({"totalResults": 1, "Resources": [{"userName": "a"}]})).await;
    assert_eq!(result.unwrap_err().kind, FailureKind::Protocol);
}

/// The answer of a service that heeds no `startIndex` and counts what it shows.
fn rows(rows: u64) -> Json {
    page(rows, 1..=rows)
}

#[tokio::test]
async fn a_list_whose_end_nothing_shows_is_as_whole_as_somebody_says() {
    let no_total = |_: u64, _: usize| json!({"Resources": [{"id": "1"}, {"id": "2"}]});
    let follows = |_: u64, _: usize| rows(50);
    let by_count = |answer: fn(u64, usize) -> Json, max_page, may_stay_open| async move {
        let service = Counting(Service { answer, asked: Mutex::new(Vec::new()) });
        let terms = Terms { max_page, may_stay_open, ..terms() };
        list(&service, &terms).await.map(|listing| listing.live.is_open())
    };
    for (max_page, stays, expected) in [
        (None, true, Some(true)),
        (None, false, None),
        (Some(50), true, None),
        (Some(51), true, Some(false)),
        (Some(51), false, Some(false)),
    ] {
        let result = by_count(follows, max_page, stays).await;
        assert_eq!(result.as_ref().ok(), expected.as_ref(), "{max_page:?} {stays}");
        assert!(result.is_ok() || result.unwrap_err().kind == FailureKind::Incomplete);
    }
    assert!(by_count(no_total, None, true).await.unwrap());
    assert!(!by_count(no_total, Some(3), false).await.unwrap());
}

/// A service that counts the rows of the page that it shows.
struct Counting<F>(Service<F>);

impl<F: Fn(u64, usize) -> Json + Sync> FetchPage for Counting<F> {
    async fn page(&self, ask: Ask<'_>) -> Result<Page, Failure> {
        let mut page = self.0.page(ask).await?;
        page.total = page.total.map(|_| page.users.len() as u64);
        Ok(page)
    }

    async fn offers_cursor(&self) -> bool {
        false
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_takes_neither_bytes_nor_time_without_end() {
    struct Slow(u64);
    impl FetchPage for Slow {
        async fn page(&self, ask: Ask<'_>) -> Result<Page, Failure> {
            let Ask::From(start) = ask else {
                return Ok(decode::page(b"{\"totalResults\":5000}").unwrap());
            };
            tokio::time::sleep(std::time::Duration::from_secs(self.0)).await;
            let body = page(5000, cut(5000, start, 100)).to_string();
            let mut page = decode::page(body.as_bytes()).unwrap();
            page.bytes = if self.0 == 0 { 1 << 30 } else { 1 };
            Ok(page)
        }

        async fn offers_cursor(&self) -> bool {
            false
        }
    }
    let all = |seconds, pace| async move {
        let terms = Terms { pace, at_once: 1, ..terms() };
        list(&Slow(seconds), &terms).await.map(|listing| listing.live.accounts().len())
    };
    // 51 pages: ten minutes, or four times what they need at the pace.
    assert_eq!(all(11, Pace::Unlimited).await.unwrap(), 5000);
    let failure = all(12, Pace::Unlimited).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Incomplete);
    assert!(failure.detail.contains("after 10 minutes"), "{failure}");
    assert_eq!(all(30, Pace::PerSecond(0.1)).await.unwrap(), 5000);
    let failure = all(0, Pace::Unlimited).await.unwrap_err();
    assert!(failure.detail.contains("more than 4 GiB"), "{failure}");
}

#[tokio::test]
async fn a_version_that_says_nothing_is_none() {
    let meta = |metas: &[(&str, &str)]| {
        let users: Vec<_> = metas
            .iter()
            .enumerate()
            .map(|(n, (modified, version))| {
                let mut meta = serde_json::Map::new();
                if !modified.is_empty() {
                    meta.insert("lastModified".to_owned(), json!(modified));
                }
                if !version.is_empty() {
                    meta.insert("version".to_owned(), json!(version));
                }
                json!({"id": n.to_string(), "meta": meta})
            })
            .collect();
        json!({"totalResults": users.len(), "Resources": users})
    };
    for (metas, expected) in [
        (&[("t1", "1"), ("t2", "1")][..], [Some("t1"), Some("t2")].as_slice()),
        (&[("t1", "1")][..], &[Some("t1")]),
        (&[("t1", "1"), ("t1", "2")][..], &[None, None]),
        (&[("t1", "1"), ("", "2")][..], &[Some("t1"), None]),
        (&[("", "v1"), ("", "v2")][..], &[Some("v1"), Some("v2")]),
        (&[("", "1.0.0"), ("", "1.0.0")][..], &[None, None]),
        (&[("", "v1")][..], &[None]),
        (&[("", ""), ("", "")][..], &[None, None]),
    ] {
        let body = meta(metas);
        let service = Service { answer: |_, _| body.clone(), asked: Mutex::new(Vec::new()) };
        let live = list(&service, &terms()).await.unwrap().live;
        let versions: Vec<_> = live.accounts().iter().map(|a| a.version.as_deref()).collect();
        assert_eq!(versions, expected, "{metas:?}");
    }
}
