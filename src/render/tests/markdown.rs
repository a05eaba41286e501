//! Plans as comments on pull requests: what they say, how long they get, and that nothing in them acts.

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;

use super::samples::{EVIL, blocked, drift, each, empty, guarded, holding, many};
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use crate::render::{LEAST_BYTES, markdown, markdown_failed};

const ROOM: usize = 60_000;

fn shown(plan: &Plan) -> String {
    markdown(plan, ROOM)
}

#[test]
fn nothing_to_do() {
    insta::assert_snapshot!(shown(&empty()), @r#"
    <!-- enroll-plan -->
    ## Enroll plan

    **No changes.**

    | | accounts | |
    | :-: | --: | :-- |
    |  | 96 | unchanged |
    "#);
}

#[test]
fn one_of_each() {
    insta::assert_snapshot!(shown(&each()), @r#"
    <!-- enroll-plan -->
    ## Enroll plan

    **Plan: 1 to create, 2 to adopt, 2 to update, 1 to enable, 4 to disable, 2 to delete, 2 to forget; 0 blocked, 96 unchanged.**

    **SANDBOX: an embedded account stands in for the service**

    | | accounts | |
    | :-: | --: | :-- |
    | `+` | 1 | create |
    | `=` | 2 | adopt |
    | `~` | 2 | update |
    | `↑` | 1 | enable |
    | `↓` | 4 | disable |
    | `-` | 2 | delete |
    | `.` | 2 | forget |
    |  | 96 | unchanged |

    - Drift: 1 account drifted.
    - Left alone: 1 not managed.
    - Cost at `prod`: 9 writes, 0 reads and 2 lists; about 5 min.

    ### Removals and downgrades (8)

    - `=↓` `account.prod["hr/E3"]` `e3@example.com` **adopt, disable** (already in the account, inactive in `hr`) · `active: true → false` · moved from `account.prod["grace"]` · `people.csv:4`
    - `↓` `account.prod["hr/E4"]` `e4@example.com` **disable** (inactive in `hr`) · `active: true → false` · `people.csv:5`
    - `↓` `account.prod["hr/E5"]` `e5@example.com` **deprovision by disable** (left rule `engineering`) · `active: true → false`
    - `~` `account.prod["hr/E8"]` `e8@example.com` **update** (changed in `people.csv` (`team`)) · `user_type: "Licensed" → "Basic"` · `people.csv:9`
    - `-` `account.prod["x1"]` `x1@example.com` **deprovision by delete** (rule `engineering` deleted)
    - `↓-` `account.prod["x2"]` `x2@example.com` **deprovision by disable, deprovision by delete** (left rule `engineering`) · `active: true → false`
    - `.` `account.prod["x3"]` `x3@example.com` **forget** (rule `engineering` deleted)
    - `.` `account.prod["x4"]` `x4@example.com` **forget** (already gone from the account)

    <details><summary>Create (1)</summary>

    - `+` `account.prod["hr/E1"]` `e1@example.com` **create** (not in the account yet) · `user_name: "e1@example.com"` · `given_name: "Ada"` · `family_name: "Lovelace"` · `department: "Engineering"` · `user_type: "Licensed"` · `licenses: { plan = "x y", zoom_phone = true }` · `people.csv:2`

    </details>

    <details><summary>Adopt (1)</summary>

    - `=` `account.prod["hr/E2"]` `e2@example.com` **adopt** (already in the account) · `people.csv:3`

    </details>

    <details><summary>Enable (1)</summary>

    - `↑` `account.prod["hr/E6"]` `e6@example.com` **enable** (active in `hr` again) · `user_type: "Basic" → "Licensed"` · `active: false → true` · `people.csv:7`

    </details>

    <details><summary>Update (1)</summary>

    - `~` `account.prod["hr/E7"]` `e7@example.com` **update** (changed in `people.csv` (`team`)) · `department: "Ops" → "Engineering"` · `title: "CTO"` · `phone: "+1" → none` (changed in the service) · `people.csv:8`

    </details>

    <details><summary>Only the state learns (1)</summary>

    ```text
    account.prod["b"]: its owning rules, its new address from account.prod["c"]
    ```

    </details>

    <details><summary>Not managed, and left alone (1)</summary>

    ```text
    prod  guest@example.com  [id=k7]  (off)
    ```

    </details>

    <details><summary>Findings (1)</summary>

    ```text
    warning: a user type that Zoom does not name
      help: one
      help: two
    ```

    </details>
    "#);
}

#[test]
fn drift_only() {
    insta::assert_snapshot!(shown(&drift()), @r#"
    <!-- enroll-plan -->
    ## Enroll plan

    **Plan: 0 to create, 0 to adopt, 1 to update, 0 to enable, 0 to disable, 0 to delete, 0 to forget; 0 blocked, 96 unchanged.**

    | | accounts | |
    | :-: | --: | :-- |
    | `~` | 1 | update |
    |  | 96 | unchanged |

    - Drift: 1 account drifted.

    <details><summary>Drift to be reverted (1)</summary>

    - `~` `account.prod["ada"]` `ada@example.com` **update** (changed in the service) · `department: "Sales" → "Ops"` (changed in the service) · `people.csv:3`

    </details>
    "#);
}

#[test]
fn blocked_only() {
    insta::assert_snapshot!(shown(&blocked()), @r#"
    <!-- enroll-plan -->
    ## Enroll plan

    **Plan: 0 to create, 0 to adopt, 0 to update, 0 to enable, 0 to disable, 0 to delete, 0 to forget; 3 blocked, 96 unchanged.**

    | | accounts | |
    | :-: | --: | :-- |
    | `!` | 3 | blocked |
    |  | 96 | unchanged |

    - Blocked: 1 by `disabled_outside`, 1 by `guard.protect`, 1 by `rule.staff.prevent_removal`.

    ### Blocked (3)

    - `!` `account.prod["a"]` `a@example.com` **no change** (left rule `engineering`); deprovision by disable blocked by `guard.protect`: protected by `guard.protect`; to lift that, take the address out of it and apply while the account is still asked for
    - `!` `account.prod["b"]` `b@example.com` **no change** (left rule `engineering`); deprovision by delete blocked by `rule.staff.prevent_removal`: `prevent_removal` of rule `staff`; to lift that, turn it off and apply while the account is still asked for
    - `!` `account.prod["c"]` `c@example.com` **no change** (left rule `engineering`); enable blocked by `disabled_outside`: somebody switched it off in the service; `--confirm c@example.com` lets it through
    "#);
}

#[test]
fn a_guard_that_tripped() {
    insta::assert_snapshot!(shown(&guarded()), @r#"
    <!-- enroll-plan -->
    ## Enroll plan

    **Plan: 0 to create, 0 to adopt, 0 to update, 0 to enable, 1 to disable, 0 to delete, 0 to forget; 0 blocked, 96 unchanged.**

    **Guard: 12 removals planned at `prod`, at most 10 allowed: `apply` will refuse.**

    **If each of them is meant, `--allow-removals 12` lets 12 through. The number names nobody: a plan saved with `--out` lets only these through.**

    | | accounts | |
    | :-: | --: | :-- |
    | `↓` | 1 | disable |
    |  | 96 | unchanged |

    ### Removals and downgrades (1)

    - `↓` `account.prod["a"]` `a@example.com` **deprovision by disable** (left rule `engineering`) · `active: true → false`
    "#);
}

#[test]
fn equal_changes_are_said_once() {
    insta::assert_snapshot!(shown(&many(40)), @r#"
    <!-- enroll-plan -->
    ## Enroll plan

    **Plan: 8 to create, 2 to adopt, 24 to update, 2 to enable, 2 to disable, 0 to delete, 0 to forget; 2 blocked, 96 unchanged.**

    | | accounts | |
    | :-: | --: | :-- |
    | `+` | 8 | create |
    | `=` | 2 | adopt |
    | `~` | 24 | update |
    | `↑` | 2 | enable |
    | `↓` | 2 | disable |
    | `!` | 2 | blocked |
    |  | 96 | unchanged |

    - Blocked: 2 by `actions.create`.
    - Drift: 2 accounts drifted.

    ### Blocked (2)

    - `!` `account.prod["hr/E00018"]` `e00018@example.com` **no change** (not in the account yet); create blocked by `actions.create`: `actions.create` is off · `people.csv:20`
    - `!` `account.prod["hr/E00038"]` `e00038@example.com` **no change** (not in the account yet); create blocked by `actions.create`: `actions.create` is off · `people.csv:40`

    ### Removals and downgrades (2)

    - `↓` `account.prod["hr/E00019"]` `e00019@example.com` **deprovision by disable** (left rule `engineering`) · `active: true → false` · `people.csv:21`
    - `↓` `account.prod["hr/E00039"]` `e00039@example.com` **deprovision by disable** (left rule `engineering`) · `active: true → false` · `people.csv:41`

    <details><summary>Update (22)</summary>


    `~` `department: "Ops" → "Engineering"` on **16 accounts** **update** (changed in `people.csv` (`team`)), rule `engineering`

    ```text
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
    account.prod["hr/E00022"]  e00022@example.com  people.csv:24
    account.prod["hr/E00023"]  e00023@example.com  people.csv:25
    account.prod["hr/E00024"]  e00024@example.com  people.csv:26
    account.prod["hr/E00025"]  e00025@example.com  people.csv:27
    account.prod["hr/E00026"]  e00026@example.com  people.csv:28
    account.prod["hr/E00027"]  e00027@example.com  people.csv:29
    ```
    - `~` `account.prod["hr/E00012"]` `e00012@example.com` **update** (changed in `people.csv` (`team`)) · `title: "Clerk" → "Title 12"` · `people.csv:14`
    - `~` `account.prod["hr/E00013"]` `e00013@example.com` **update** (changed in `people.csv` (`team`)) · `title: "Clerk" → "Title 13"` · `people.csv:15`
    - `~` `account.prod["hr/E00014"]` `e00014@example.com` **update** (changed in `people.csv` (`team`)) · `title: "Clerk" → "Title 14"` · `people.csv:16`
    - `~` `account.prod["hr/E00032"]` `e00032@example.com` **update** (changed in `people.csv` (`team`)) · `title: "Clerk" → "Title 32"` · `people.csv:34`
    - `~` `account.prod["hr/E00033"]` `e00033@example.com` **update** (changed in `people.csv` (`team`)) · `title: "Clerk" → "Title 33"` · `people.csv:35`
    - `~` `account.prod["hr/E00034"]` `e00034@example.com` **update** (changed in `people.csv` (`team`)) · `title: "Clerk" → "Title 34"` · `people.csv:36`

    </details>

    <details><summary>Drift to be reverted (2)</summary>

    - `~` `account.prod["hr/E00015"]` `e00015@example.com` **update** (changed in the service) · `department: "Sales" → "Ops"` (changed in the service) · `people.csv:17`
    - `~` `account.prod["hr/E00035"]` `e00035@example.com` **update** (changed in the service) · `department: "Sales" → "Ops"` (changed in the service) · `people.csv:37`

    </details>

    <details><summary>Create (8)</summary>

    - `+` `account.prod["hr/E00008"]` `e00008@example.com` **create** (not in the account yet) · `user_name: "e00008@example.com"` · `given_name: "Name 8"` · `title: "Title 8"` · `user_type: "Basic"` · `people.csv:10`
    - `+` `account.prod["hr/E00009"]` `e00009@example.com` **create** (not in the account yet) · `user_name: "e00009@example.com"` · `given_name: "Name 9"` · `title: "Title 9"` · `user_type: "Basic"` · `people.csv:11`
    - `+` `account.prod["hr/E00010"]` `e00010@example.com` **create** (not in the account yet) · `user_name: "e00010@example.com"` · `given_name: "Name 10"` · `title: "Title 10"` · `user_type: "Basic"` · `people.csv:12`
    - `+` `account.prod["hr/E00011"]` `e00011@example.com` **create** (not in the account yet) · `user_name: "e00011@example.com"` · `given_name: "Name 11"` · `title: "Title 11"` · `user_type: "Basic"` · `people.csv:13`
    - `+` `account.prod["hr/E00028"]` `e00028@example.com` **create** (not in the account yet) · `user_name: "e00028@example.com"` · `given_name: "Name 28"` · `title: "Title 28"` · `user_type: "Basic"` · `people.csv:30`
    - `+` `account.prod["hr/E00029"]` `e00029@example.com` **create** (not in the account yet) · `user_name: "e00029@example.com"` · `given_name: "Name 29"` · `title: "Title 29"` · `user_type: "Basic"` · `people.csv:31`
    - `+` `account.prod["hr/E00030"]` `e00030@example.com` **create** (not in the account yet) · `user_name: "e00030@example.com"` · `given_name: "Name 30"` · `title: "Title 30"` · `user_type: "Basic"` · `people.csv:32`
    - `+` `account.prod["hr/E00031"]` `e00031@example.com` **create** (not in the account yet) · `user_name: "e00031@example.com"` · `given_name: "Name 31"` · `title: "Title 31"` · `user_type: "Basic"` · `people.csv:33`

    </details>

    <details><summary>Adopt (2)</summary>

    - `=` `account.prod["hr/E00016"]` `e00016@example.com` **adopt** (already in the account) · `people.csv:18`
    - `=` `account.prod["hr/E00036"]` `e00036@example.com` **adopt** (already in the account) · `people.csv:38`

    </details>

    <details><summary>Enable (2)</summary>

    - `↑` `account.prod["hr/E00017"]` `e00017@example.com` **enable** (active in `hr` again) · `active: false → true` · `people.csv:19`
    - `↑` `account.prod["hr/E00037"]` `e00037@example.com` **enable** (active in `hr` again) · `active: false → true` · `people.csv:39`

    </details>
    "#);
}

#[test]
fn no_plan_could_be_made() {
    let found = [Diagnostic::error("the key `ada` stands twice").detail("here").help("rename one")];
    insta::assert_snapshot!(markdown_failed(&found, ROOM), @r#"
    <!-- enroll-plan -->
    ## Enroll plan

    **No plan could be made.**

    ```text
    error: the key `ada` stands twice
      here
      help: rename one
    ```
    "#);
    let long = vec![Diagnostic::error("x".repeat(90)); 100];
    let cut = markdown_failed(&long, LEAST_BYTES);
    assert!(cut.len() <= LEAST_BYTES && cut.contains(" more not shown.**"), "{cut}");
}

/// How many accounts a comment shows, by the marks of their addresses.
fn accounts(text: &str) -> usize {
    text.matches("account.prod[").count()
}

#[test]
fn nine_hundred_changes_fit_and_what_does_not_is_counted() {
    let whole = markdown(&many(900), usize::MAX);
    assert_eq!(accounts(&whole), 900);
    let cut = shown(&many(900));
    assert!(cut.len() <= ROOM && cut.len() > ROOM - 400, "{}", cut.len());
    let missing = 900 - accounts(&cut);
    assert!(missing > 0 && cut.contains(&format!("\n**{missing} more not shown.**")), "{missing}");
    // Every removal stands there, and what is shown is not broken off.
    assert_eq!(cut.matches("**deprovision by disable**").count(), 45);
    assert_eq!(cut.matches("<details>").count(), cut.matches("</details>").count());
    assert_eq!(cut.matches("```").count() % 2, 0);
    assert!(!cut.contains("are alone longer"), "{cut}");
}

#[test]
fn removals_are_cut_only_where_they_alone_are_too_long() {
    let plan = many(10_000);
    let cut = shown(&plan);
    assert!(cut.len() <= ROOM, "{}", cut.len());
    assert!(
        cut.starts_with("<!-- enroll-plan -->\n## Enroll plan\n\n**Who can still sign in"),
        "{cut}"
    );
    assert!(!cut.contains("<details>"));
    // Each part has its share, and says how much of it is missing.
    let missing = |line: &str| line.strip_prefix("**")?.split_once(" more not")?.0.parse().ok();
    let missing: Vec<usize> = cut.lines().filter_map(missing).collect();
    assert_eq!((missing.len(), missing.iter().sum::<usize>()), (3, 10_000 - accounts(&cut)));
    let parts: Vec<_> = cut.split("\n### ").skip(1).map(accounts).collect();
    assert!(parts.len() == 2 && parts.iter().all(|shown| *shown > 50), "{parts:?}");
}

#[test]
fn every_limit_is_kept_to() {
    for plan in [many(300), holding(EVIL, "x"), holding(&"long".repeat(9_000), "x")] {
        for room in (LEAST_BYTES..40_000).step_by(577) {
            let text = markdown(&plan, room);
            assert!(text.len() <= room, "{} of {room}", text.len());
            assert!(text.starts_with("<!-- enroll-plan -->\n"));
        }
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "the parser's kinds, not ours")]
/// The kinds of the nodes of a document, with every text outside of code.
fn structure(text: &str) -> Vec<String> {
    let arena = Arena::new();
    let mut options = Options::default();
    let extension = &mut options.extension;
    extension.table = true;
    extension.autolink = true;
    extension.strikethrough = true;
    extension.tasklist = true;
    extension.footnotes = true;
    extension.shortcodes = true;
    extension.math_dollars = true;
    extension.math_code = true;
    extension.superscript = true;
    extension.wikilinks_title_after_pipe = true;
    extension.alerts = true;
    extension.description_lists = true;
    extension.multiline_block_quotes = true;
    let root = parse_document(&arena, text, &options);
    root.descendants()
        .map(|node| match &node.data.borrow().value {
            NodeValue::Text(text) => format!("text {text}"),
            NodeValue::HtmlBlock(html) => format!("html {}", html.literal),
            NodeValue::HtmlInline(html) => format!("html {html}"),
            NodeValue::Code(_) => "code".to_owned(),
            NodeValue::CodeBlock(block) => format!("block {}", block.info),
            other => format!("{:?}", std::mem::discriminant(other)),
        })
        .collect()
}

/// Two plans that differ only in what came from outside read alike but for what stands in code.
fn assert_harmless(text: &str, other: &str) {
    let harmless = structure(&markdown(&holding("one", "two"), usize::MAX));
    let shown = markdown(&holding(text, other), usize::MAX);
    let found = structure(&shown);
    let differs = found.iter().zip(&harmless).find(|(found, harmless)| found != harmless);
    assert!(found == harmless, "{text:?} {other:?}: {differs:?}");
    let comments = found.iter().filter(|node| node.starts_with("html") && node.contains("<!--"));
    assert_eq!(comments.count(), 1);
}

#[test]
fn nothing_hostile_acts() {
    assert!(structure("@x `a` <b>").contains(&"html <b>".to_owned()));
    assert_harmless(EVIL, "x");
    for part in EVIL.split(' ').chain(EVIL.split('\n')) {
        if !part.is_empty() {
            assert_harmless(part, &format!("{part}{part}"));
        }
    }
    for text in ["`", "``", "```", "\n```\n", " ", "  ", "` `", "\\", "\\`", "|", "<!--", "-->"] {
        assert_harmless(text, "x");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn whatever_it_holds_it_stays_in_its_place(
        text in r"[ -~\n\t`|<>@#\[\]()!*_\PC]{1,40}",
        other in r"[`\n <>]{1,12}|\PC{1,30}",
    ) {
        prop_assume!(text != other);
        assert_harmless(&text, &other);
    }
}
