//! The page of a plan in a real browser. `tests/run.sh` installs it; pictures are left in
//! `target/tmp/screenshots`.

mod chromium;

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::json;

use crate::support::TestEnv;
use chromium::Browser;

const SHOWN: &str =
    "[...document.querySelectorAll('tbody tr')].filter(row => row.checkVisibility()).length";
const FOUND: &str = "document.getElementById('found').textContent";

/// Waits until the page says how many accounts it found, a few hundred frames at most.
fn until_found(browser: &mut Browser, said: &str) {
    let script = format!(
        "new Promise(done => {{ let left = 500; const look = () => \
         ({FOUND}) === '{said}' || left-- === 0 ? done({FOUND}) : requestAnimationFrame(look); \
         look(); }})"
    );
    assert_eq!(browser.eval(&script), json!(said));
}

fn page(env: &TestEnv) -> PathBuf {
    let plan = env.sandbox(&["plan", "-format=html"]);
    assert_eq!(plan.code, 0, "{plan}");
    env.write("plan.html", &plan.stdout);
    env.path().join("plan.html")
}

fn people(from: u32, to: u32, team: &str, status: &str) -> String {
    (from..to).fold(String::new(), |mut rows, n| {
        // Writing to a String can't fail.
        _ = writeln!(rows, "P{n},p{n}@example.com,Person {n},{team},{status}");
        rows
    })
}

const HEADER: &str = "id,email,first,team,status\n";

/// Removals, equal changes, new people, somebody blocked.
fn company() -> TestEnv {
    let env = TestEnv::staff();
    env.write("people.csv", HEADER.to_owned() + &people(0, 40, "Ops", "active"));
    env.applied();
    let protect = "max_removals = 1\n    protect = [\"p11@example.com\"]";
    env.edit("main.hcl", "max_removals = 1", protect);
    let rows = people(0, 5, "Ops", "left")
        + &people(12, 14, "Ops", "active")
        + &people(14, 40, "Engineering", "active")
        + &people(40, 60, "Sales", "active");
    env.write("people.csv", HEADER.to_owned() + &rows);
    env
}

#[test]
#[ignore = "needs Chromium, which tests/run.sh installs"]
fn a_page_is_searched_filtered_and_sorted() {
    let env = company();
    let mut browser = Browser::open();
    browser.look(1280, 1000, "light");
    browser.go(&page(&env));
    assert_eq!(browser.eval(FOUND), json!("58 accounts"));
    browser.picture("light");
    browser.look(1280, 1000, "dark");
    browser.picture("dark");
    let colours = "const of = getComputedStyle(document.body); [of.backgroundColor, of.color]";
    assert_eq!(browser.eval(colours), json!(["rgb(13, 17, 23)", "rgb(230, 237, 243)"]));

    for (field, value, found) in [
        ("action", "create", "20 of 58 accounts"),
        ("action", "disable", "11 of 58 accounts"),
        ("action", "blocked", "1 of 58 accounts"),
        ("rule", "staff", "58 accounts"),
        ("connection", "prod", "58 accounts"),
    ] {
        let set = format!(
            "(() => {{ const it = document.getElementById('{field}'); it.value = '{value}'; \
             it.dispatchEvent(new Event('change')); return it.value; }})()"
        );
        assert_eq!(browser.eval(&set), json!(value));
        assert_eq!(browser.eval(FOUND), json!(found), "{field} {value}");
        browser.eval("document.getElementById('filter').reset()");
        until_found(&mut browser, "58 accounts");
    }
    // Equal changes, then each of them.
    browser.eval("document.querySelector('.groups').open = true");
    browser.eval("document.querySelectorAll('[data-show]').item(1).click()");
    until_found(&mut browser, "26 of 58 accounts");
    browser.picture("equal-changes");
    browser.eval("document.getElementById('filter').reset()");
    // Sorted as people count: 9 before 10.
    let first = "document.querySelector('#others tbody tr .who').textContent";
    browser.eval("document.querySelector('#others [data-sort=account] button').click()");
    assert_eq!(browser.eval(first), json!("p11@example.com"));
    browser.eval("document.querySelector('#others [data-sort=account] button').click()");
    assert_eq!(browser.eval(first), json!("p59@example.com"));
    let sorted = "document.querySelector('#others [data-sort=account]').ariaSort";
    assert_eq!(browser.eval(sorted), json!("descending"));

    browser.look(400, 1000, "light");
    let wide = "document.documentElement.scrollWidth <= innerWidth";
    assert_eq!(browser.eval(wide), json!(true), "it scrolls sideways");
    browser.picture("narrow");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
#[ignore = "needs Chromium, which tests/run.sh installs"]
fn a_page_is_used_by_keyboard_alone() {
    let env = company();
    let mut browser = Browser::open();
    browser.look(1280, 1000, "light");
    browser.go(&page(&env));
    browser.press("Tab");
    assert_eq!(browser.eval("document.activeElement.className"), json!("skip"));
    browser.press("/");
    for key in ["p", "5", "7"] {
        browser.press(key);
    }
    assert_eq!(browser.eval("document.activeElement.value"), json!("p57"));
    until_found(&mut browser, "1 of 58 accounts");
    assert_eq!(browser.eval(SHOWN), json!(1));
    browser.press("Escape");
    until_found(&mut browser, "58 accounts");
    // Every control is reached in turn, and a head sorts by Enter.
    let mut reached = Vec::new();
    for _ in 0..14 {
        browser.press("Tab");
        let name = "document.activeElement.id || document.activeElement.textContent.trim()";
        reached.push(browser.eval(name).as_str().unwrap().to_owned());
        if reached.last().unwrap() == "Account" {
            browser.press("Enter");
            break;
        }
    }
    assert!(
        reached.starts_with(&["action", "rule", "connection", "Clear"].map(String::from)),
        "{reached:?}"
    );
    let sorted = "document.activeElement.parentElement.ariaSort";
    assert_eq!(browser.eval(sorted), json!("ascending"), "{reached:?}");
}

#[test]
#[ignore = "needs Chromium, which tests/run.sh installs"]
fn nothing_hostile_acts_in_a_page() {
    let env = TestEnv::staff();
    let evil = "&lt;b&gt;\u{202e}</script><script>window.hit=1</script><img src=//127.0.0.1:9 \
         onerror=window.hit=1><a href=x>";
    env.write(
        "people.csv",
        format!("{HEADER}E<b>1</b>,ada@example.com,' onload='window.hit=1' x=',{evil},active\n"),
    );
    let mut browser = Browser::open();
    browser.go(&page(&env));
    assert_eq!(browser.eval("window.hit === undefined"), json!(true));
    assert_eq!(browser.eval("document.querySelectorAll('img, td a, script').length"), json!(1));
    let text = browser.eval("document.querySelector('tbody').textContent");
    for part in ["</script><script>window.hit=1</script>", "&lt;b&gt;", "\\u{202e}", "E<b>1</b>"] {
        assert!(text.as_str().unwrap().contains(part), "{part}: {text}");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// Ten thousand accounts: complete, and no wait for whoever types.
#[test]
#[ignore = "needs Chromium, which tests/run.sh installs"]
fn a_page_holds_ten_thousand_accounts() {
    let env = TestEnv::staff();
    env.write("people.csv", HEADER.to_owned() + &people(0, 10_000, "Engineering", "active"));
    let mut browser = Browser::open();
    browser.look(1280, 1000, "light");
    browser.go(&page(&env));
    assert_eq!(browser.eval(FOUND), json!("10000 accounts"));
    assert_eq!(browser.eval(SHOWN), json!(200));
    browser.picture("ten-thousand");
    let timed = "(() => { const from = performance.now(); \
         document.getElementById('action').dispatchEvent(new Event('change')); \
         document.body.offsetHeight; return Math.round(performance.now() - from); })()";
    println!("filtering 10,000 accounts took {} ms", browser.eval(timed));
    browser.eval("document.getElementById('more').click()");
    assert_eq!(browser.eval(SHOWN), json!(10_000));
    browser.eval(
        "(() => { const it = document.getElementById('search'); it.value = 'p9999@'; \
         it.dispatchEvent(new Event('input')); })()",
    );
    until_found(&mut browser, "1 of 10000 accounts");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
