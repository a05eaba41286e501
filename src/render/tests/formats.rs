//! What the formats have in common, and what needs few words: the page, GitLab's report.

use proptest::prelude::*;

use super::changes::change;
use super::samples::{EVIL, blocked, drift, each, empty, guarded, holding, many};
use crate::model::{Attribute, LicenseValue, Value};
use crate::plan::{AttributeChange, Origin, Plan, Reason};
use crate::render::attributes::ValueChange;
use crate::render::{gitlab, html, text};

#[test]
fn gitlab_counts_three_things() {
    for (plan, expected) in [
        (empty(), r#"{"create":0,"update":0,"delete":0}"#),
        (each(), r#"{"create":1,"update":5,"delete":8}"#),
        (drift(), r#"{"create":0,"update":1,"delete":0}"#),
        (blocked(), r#"{"create":0,"update":0,"delete":0}"#),
        (guarded(), r#"{"create":0,"update":0,"delete":1}"#),
        (many(10_000), r#"{"create":2000,"update":7000,"delete":500}"#),
    ] {
        assert_eq!(gitlab(&plan), format!("{expected}\n"));
    }
}

/// Every tag of a page with the names of its attributes, without what stands in them.
fn tags(page: &str) -> Vec<String> {
    let (_, body) = page.split_once("<body>").unwrap();
    let tag = regex::Regex::new(r#"<[/!]?[^\s>]*(?:\s+[a-z-]+(?:="[^"]*")?)*\s*/?>|<"#).unwrap();
    let value = regex::Regex::new(r#"="[^"]*""#).unwrap();
    tag.find_iter(body).map(|found| value.replace_all(found.as_str(), "=").into_owned()).collect()
}

#[test]
fn a_page_has_a_row_for_each_account() {
    for (plan, removals, others) in [
        (empty(), 0, 0),
        (each(), 8, 4),
        (drift(), 0, 1),
        (blocked(), 0, 3),
        (many(10_000), 500, 9500),
    ] {
        let page = html(&plan);
        assert_eq!(page.matches("<tr data-actions=").count(), removals + others);
        assert_eq!(page.contains("id=\"removals\""), removals > 0);
        let rows = |id: &str| {
            let (_, table) = page.split_once(&format!("<table id=\"{id}\">"))?;
            Some(table.split("</table>").next()?.matches("<tr data-actions=").count())
        };
        assert_eq!(
            (rows("removals").unwrap_or(0), rows("others").unwrap_or(0)),
            (removals, others)
        );
    }
}

#[test]
fn a_page_is_one_file_that_allows_only_itself() {
    let policy = regex::Regex::new(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src [^\"]*\">",
    )
    .unwrap();
    for plan in [each(), guarded(), holding(EVIL, "x")] {
        let page = html(&plan);
        let policy = policy.find(&page).unwrap().as_str();
        assert!(
            !policy.contains("unsafe") && policy.contains("default-src &#39;none&#39;"),
            "{policy}"
        );
        assert_eq!(page.matches("<script").count(), 1);
        assert_eq!(page.matches("</script").count(), 1);
        assert_eq!(page.matches("<style").count(), 1);
        for word in [" src=", "<link", "@import", "url(", " style=", " onclick"] {
            let raw = tags(&page).join("");
            assert!(!raw.contains(word), "{word}");
        }
    }
}

#[test]
fn a_large_plan_says_first_what_decides() {
    let mut plan = many(22);
    plan.guards = guarded().guards;
    plan.cost = each().cost;
    insta::assert_snapshot!(text(&plan, false), @r#"
    Guard: 12 removals planned at prod, at most 10 allowed: `apply` will refuse.
    If each of them is meant, `--allow-removals 12` lets 12 through. The number names nobody: a plan saved with `--out` lets only these through.

    Blocked: 1 by actions.create.
    Drift: 1 account drifted.
    Cost at prod: 9 writes, 0 reads and 2 lists; about 5 min.

    Removals and downgrades:

      ↓ account.prod["hr/E00019"]  e00019@example.com  deprovision by disable (left rule engineering)
          active: true → false
          people.csv:21

    Drift to be reverted:

      ~ account.prod["hr/E00015"]  e00015@example.com  update (changed in the service)
          department: "Sales" → "Ops"  (changed in the service)
          people.csv:17

    Changes:

      + account.prod["hr/E00008"]  e00008@example.com  create (not in the account yet)
          user_name: "e00008@example.com"
          given_name: "Name 8"
          title: "Title 8"
          user_type: "Basic"
          people.csv:10
      + account.prod["hr/E00009"]  e00009@example.com  create (not in the account yet)
          user_name: "e00009@example.com"
          given_name: "Name 9"
          title: "Title 9"
          user_type: "Basic"
          people.csv:11
      + account.prod["hr/E00010"]  e00010@example.com  create (not in the account yet)
          user_name: "e00010@example.com"
          given_name: "Name 10"
          title: "Title 10"
          user_type: "Basic"
          people.csv:12
      + account.prod["hr/E00011"]  e00011@example.com  create (not in the account yet)
          user_name: "e00011@example.com"
          given_name: "Name 11"
          title: "Title 11"
          user_type: "Basic"
          people.csv:13
      = account.prod["hr/E00016"]  e00016@example.com  adopt (already in the account)
          people.csv:18
      ↑ account.prod["hr/E00017"]  e00017@example.com  enable (active in hr again)
          active: false → true
          people.csv:19
      ~ department: "Ops" → "Engineering" on 10 accounts  update (changed in people.csv (team)), rule engineering
            account.prod["hr/E00000"]  e00000@example.com  people.csv:2
            account.prod["hr/E00001"]  e00001@example.com  people.csv:3
            account.prod["hr/E00002"]  e00002@example.com  people.csv:4
            account.prod["hr/E00003"]  e00003@example.com  people.csv:5
            account.prod["hr/E00004"]  e00004@example.com  people.csv:6
            account.prod["hr/E00005"]  e00005@example.com  people.csv:7
            account.prod["hr/E00006"]  e00006@example.com  people.csv:8
            account.prod["hr/E00007"]  e00007@example.com  people.csv:9
            account.prod["hr/E00020"]  e00020@example.com  people.csv:22
            account.prod["hr/E00021"]  e00021@example.com  people.csv:23
      ~ account.prod["hr/E00012"]  e00012@example.com  update (changed in people.csv (team))
          title: "Clerk" → "Title 12"
          people.csv:14
      ~ account.prod["hr/E00013"]  e00013@example.com  update (changed in people.csv (team))
          title: "Clerk" → "Title 13"
          people.csv:15
      ~ account.prod["hr/E00014"]  e00014@example.com  update (changed in people.csv (team))
          title: "Clerk" → "Title 14"
          people.csv:16

    Blocked:

      ! account.prod["hr/E00018"]  e00018@example.com  no change (not in the account yet)
          ! create blocked by actions.create: `actions.create` is off
          people.csv:20

    Guard: 12 removals planned at prod, at most 10 allowed: `apply` will refuse.
    If each of them is meant, `--allow-removals 12` lets 12 through. The number names nobody: a plan saved with `--out` lets only these through.

    Plan: 4 to create, 1 to adopt, 14 to update, 1 to enable, 1 to disable, 0 to delete, 0 to forget; 1 blocked, 96 unchanged.
    "#);
}

fn assert_same_page(hostile: &str, other: &str) {
    // Long values are laid out in another way than short ones.
    let harmless = tags(&html(&holding(&"o".repeat(hostile.chars().count()), "two")));
    assert!(harmless.len() > 100);
    let page = html(&holding(hostile, other));
    assert!(tags(&page) == harmless, "{hostile:?} {other:?}");
    assert!(!page.contains(['\u{202e}', '\u{1b}', '\0']));
}

#[test]
fn nothing_hostile_gets_into_a_page() {
    assert_same_page(EVIL, "x");
    for part in EVIL.split(' ').filter(|part| !part.is_empty()) {
        assert_same_page(part, &format!("{part}{part}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_it_holds_the_page_is_the_same(
        hostile in r#"[ -~\n<>&"'\PC]{1,40}"#,
        other in r"\PC{1,30}",
    ) {
        prop_assume!(hostile != other);
        assert_same_page(&hostile, &other);
    }
}

#[test]
fn long_values_are_shown_as_what_differs() {
    let line = |before: Value, after: Value| {
        let (before, after) = (Some(before), Some(after));
        let (attribute, origin) = (Attribute::Title, Origin::Config);
        let of = change("ada", &[], Reason::AttributesChanged);
        ValueChange::of(&AttributeChange::new(attribute, before, after, origin), &of).line()
    };
    let texts = |before: &str, after: &str| line(Value::text(before), Value::text(after));
    assert_eq!(texts("a \"b\"", "c"), r#"title: "a \"b\"" → "c""#);
    let long = "The quick brown fox jumps over the lazy dog, ".repeat(4);
    insta::assert_snapshot!([
        texts(&format!("{long}and sleeps"), &format!("{long}and eats")),
        texts(&format!("x{long}"), &format!("y{long}")),
        texts(&format!("one {long}two {long}end"), &format!("1 {long}2 {long}end")),
        texts(&long, ""),
        texts(&"ab ".repeat(3_000), &"cd ".repeat(3_000)),
    ].join("\n"), @r#"
    title: "…zy dog, and [-sleep-]{+eat+}s"
    title: "[-x-]{+y+}The quick br…"
    title: "[-one-]{+1+} The quick b…e lazy dog, [-two-]{+2+} The quick b…"
    title: "[-The quick brown fox jumps over the lazy dog, The quick brown fox jumps over the lazy dog, The quick brown fox jumps over…-]"
    title: "[-ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab ab …-]{+cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd cd …+} "
    "#);
    let set = |items: &[&str]| {
        let filler = (0..20).map(|n| format!("a-long-role-{n:02}").into());
        Value::Set(Box::new(items.iter().map(|item| (*item).into()).chain(filler).collect()))
    };
    let map = |value: &str| {
        let filler =
            (0..20).map(|n| (format!("a-long-licence-{n:02}").into(), LicenseValue::Bool(true)));
        let own = ("plan".into(), LicenseValue::Text(value.into()));
        Value::Map(Box::new(filler.chain([own]).collect()))
    };
    insta::assert_snapshot!([
        line(set(&["owner"]), set(&["member"])),
        line(map("500"), map("1000")),
    ].join("\n"), @r#"
    title: [{+"member"+}, [-"owner"-], … 20 the same]
    title: { [-plan = "500"-]{+plan = "1000"+}, … 20 the same }
    "#);
}

/// Two equal plans are equal to the byte in each format.
#[test]
fn each_format_is_deterministic() {
    let formats: [fn(&Plan) -> String; 3] = [html, |plan| text(plan, false), gitlab];
    for format in formats {
        assert_eq!(format(&many(500)), format(&many(500)));
    }
}
