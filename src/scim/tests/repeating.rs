//! Repetitions, lost answers and limits, over a scripted transport with the clock paused.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::support::{headed, list_of, lost, options, reply, scripted, user};
use crate::model::{Attribute, Dialect, Pace, Rate, Value, Values};
use crate::port::{Created, FailureKind, NewAccount, ReadAccounts, Update, WriteAccounts};
use crate::scim::{ClientOptions, Lost, Outgoing, Reply, Requests};

fn ada() -> NewAccount {
    NewAccount { user_name: "ada@x.org".into(), values: Values::new() }
}

fn title(text: &str) -> Update {
    let values = [(Attribute::Title, Value::text(text))].into_iter().collect();
    Update { user_name: None, values }
}

/// How often each passing trouble comes before the answer.
fn after(
    times: usize,
    trouble: impl Fn() -> Result<Reply, Lost> + Send + Sync + 'static,
    good: impl Fn(&Outgoing) -> Result<Reply, Lost> + Send + Sync + 'static,
) -> impl Fn(&Outgoing, usize) -> Result<Reply, Lost> + Send + Sync + 'static {
    move |request, count| if count < times { trouble() } else { good(request) }
}

#[tokio::test(start_paused = true)]
async fn passing_troubles_are_waited_out() {
    let troubles: Vec<fn() -> Result<Reply, Lost>> = vec![
        || lost(true),
        || lost(false),
        || headed(408, &[]),
        || headed(429, &[]),
        || headed(500, &[]),
        || headed(502, &[]),
        || headed(503, &[("retry-after", "2")]),
        || headed(504, &[]),
    ];
    for trouble in troubles {
        let good = |_: &Outgoing| reply(200, &user("1", "ada@x.org"));
        let client = scripted(options(Dialect::ZOOM), after(5, trouble, good));
        assert!(client.read("1").await.unwrap().is_some(), "{:?}", trouble());
        assert_eq!(client.sent(), vec!["GET /Users/1"; 6]);
        // One more than there are retries.
        let client = scripted(options(Dialect::ZOOM), after(6, trouble, good));
        let failure = client.read("1").await.unwrap_err();
        assert!(matches!(failure.kind, FailureKind::Service | FailureKind::Unreachable));
        assert!(failure.detail.contains("after 6 tries"), "{failure}");
        assert_eq!(client.requests().read, 6);
    }
}

#[tokio::test(start_paused = true)]
async fn what_will_not_pass_is_not_repeated() {
    for (status, kind) in [
        (400, FailureKind::Refused),
        (401, FailureKind::Unauthorized),
        (403, FailureKind::Forbidden),
        (409, FailureKind::Taken),
        (412, FailureKind::Conflict),
        (413, FailureKind::Refused),
        (302, FailureKind::Protocol),
        (501, FailureKind::Refused),
    ] {
        let client = scripted(options(Dialect::ZOOM), move |_, _| headed(status, &[]));
        let failure = client.update("1", &title("x")).await.unwrap_err();
        assert_eq!((failure.kind, failure.status), (kind, Some(status)));
        assert!(!failure.help.is_empty() || status == 400 || status == 413 || status == 412);
        assert_eq!(client.sent().len(), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_the_tries() {
    let short = ClientOptions {
        deadline: Duration::from_secs(20),
        retries: 1000,
        ..options(Dialect::ZOOM)
    };
    let client = scripted(short, |_, _| lost(true));
    let start = Instant::now();
    assert_eq!(client.read("1").await.unwrap_err().kind, FailureKind::Unreachable);
    assert!(start.elapsed() <= Duration::from_secs(20), "{:?}", start.elapsed());
    // A service that asks for more time than there is: said at once, not slept.
    let short = ClientOptions { deadline: Duration::from_secs(20), ..options(Dialect::ZOOM) };
    let client = scripted(short, |_, _| headed(503, &[("retry-after", "3600")]));
    let start = Instant::now();
    let failure = client.read("1").await.unwrap_err();
    assert!(failure.help.iter().any(|help| help.contains("3600 s")), "{failure:?}");
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
#[allow(clippy::too_many_lines, reason = "one table")]
async fn a_post_without_an_answer_is_looked_up_and_never_repeated_blindly() {
    type Case = (
        &'static str,
        fn(&Outgoing, usize) -> Result<Reply, Lost>,
        &'static [&'static str],
        &'static str,
    );
    const LOOK: &str = "GET /Users?filter";
    const POST: &str = "POST /Users";
    let found = |_: &Outgoing, count: usize| match count {
        0 => lost(true),
        1 => reply(200, &list_of(&[user("7", "Ada@x.org")])),
        _ => reply(200, &user("7", "ada@x.org")),
    };
    let cases: [Case; 9] = [
        ("carried out", found, &[POST, LOOK, "GET /Users/7"], "7"),
        (
            "carried out, 500",
            |_, n| match n {
                0 => headed(500, &[]),
                1 => reply(200, &list_of(&[user("7", "ada@x.org")])),
                _ => reply(200, &user("7", "ada@x.org")),
            },
            &[POST, LOOK, "GET /Users/7"],
            "7",
        ),
        (
            "not carried out",
            |_, n| match n {
                0 => headed(503, &[]),
                1 => reply(200, &list_of(&[])),
                _ => reply(201, &user("8", "ada@x.org")),
            },
            &[POST, LOOK, POST],
            "8",
        ),
        (
            "not shown, taken at the repeat",
            |_, n| match n {
                0 => lost(true),
                2 => headed(409, &[]),
                _ => reply(200, &list_of(&[])),
            },
            &[POST, LOOK, POST],
            "unknown",
        ),
        (
            "elsewhere",
            |_, n| match n {
                0 => lost(true),
                _ => reply(
                    400,
                    &json!({"detail": "User ada@x.org not exist or not belong to this account.", "status": 400}),
                ),
            },
            &[POST, LOOK],
            "pending",
        ),
        (
            "never sent",
            |_, n| match n {
                0 | 1 => lost(false),
                _ => reply(201, &user("9", "ada@x.org")),
            },
            &[POST, POST, POST],
            "9",
        ),
        (
            "limited",
            |_, n| match n {
                0 | 1 => headed(429, &[]),
                _ => reply(201, &user("9", "ada@x.org")),
            },
            &[POST, POST, POST],
            "9",
        ),
        ("taken", |_, _| headed(409, &[]), &[POST], "Taken"),
        (
            "taken after a limit",
            |_, n| if n == 0 { headed(429, &[]) } else { headed(409, &[]) },
            &[POST, POST],
            "Taken",
        ),
    ];
    for (what, script, sent, expected) in cases {
        let client = scripted(options(Dialect::ZOOM), script);
        let result = match client.create(&ada()).await.map(|answered| answered.said) {
            Ok(Created::Account(account)) => account.id.to_string(),
            Ok(Created::Pending) => "pending".to_owned(),
            Ok(Created::Unknown) => "unknown".to_owned(),
            Err(failure) => format!("{:?}", failure.kind),
        };
        assert_eq!(result, expected, "{what}");
        assert_eq!(client.sent(), sent, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_that_never_succeeds_is_looked_up_a_last_time() {
    let client = scripted(options(Dialect::ZOOM), |request, _| {
        if request.method == "POST" { lost(true) } else { reply(200, &list_of(&[])) }
    });
    assert_eq!(client.create(&ada()).await.unwrap_err().kind, FailureKind::Unreachable);
    let sent = client.sent();
    assert_eq!(sent.iter().filter(|request| request.starts_with("POST")).count(), 6);
    assert_eq!(sent.len(), 12, "{sent:?}");
    for pair in sent.windows(2) {
        assert_ne!(pair[0], pair[1], "{sent:?}");
    }
    // And where the look-up fails too, nobody claims to know.
    let client = scripted(options(Dialect::ZOOM), |_, _| lost(true));
    let failure = client.create(&ada()).await.unwrap_err();
    assert!(failure.help.iter().any(|help| help.contains("not known")), "{failure:?}");
    assert_eq!(client.sent().iter().filter(|request| request.starts_with("POST")).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_created_account_without_an_id_is_looked_up() {
    for body in [json!({}), json!(null), json!({"userName": "ada@x.org"})] {
        let client = scripted(options(Dialect::SCIM), move |request, _| {
            if request.method == "POST" {
                reply(201, &body)
            } else {
                reply(200, &list_of(&[user("7", "ada@x.org")]))
            }
        });
        let created = client.create(&ada()).await.unwrap().said;
        assert!(matches!(created, Created::Account(account) if account.id == "7"));
    }
    let client = scripted(options(Dialect::SCIM), |request, _| {
        if request.method == "POST" { headed(201, &[]) } else { reply(200, &list_of(&[])) }
    });
    assert_eq!(client.create(&ada()).await.unwrap().said, Created::Pending);
}

#[tokio::test(start_paused = true)]
async fn a_daily_limit_stops_everything() {
    let client = scripted(options(Dialect::ZOOM), |_, _| {
        headed(429, &[("x-ratelimit-type", "Daily-limit"), ("retry-after", "2026-11-24T00:00:00Z")])
    });
    for _ in 0..3 {
        let failure = client.read("1").await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::DailyLimit);
        assert!(failure.is_shared() && failure.help[0].contains("2026-11-24T00:00:00Z"));
    }
    assert_eq!(client.delete("1").await.unwrap_err().kind, FailureKind::DailyLimit);
    assert_eq!(client.requests(), Requests { read: 1, ..Requests::default() });
    // Any other limit that lasts longer than the deadline is not slept through either.
    let client = scripted(options(Dialect::ZOOM), |_, _| headed(429, &[("retry-after", "7200")]));
    let failure = client.delete("1").await.unwrap_err();
    assert!(failure.help[0].contains("2026-11-23T14:00:00Z"), "{failure:?}");
    assert!(client.delete("2").await.is_err());
    assert_eq!(client.requests().write, 1);
    let words = "You have reached the maximum daily rate limit for this API.";
    let client = scripted(options(Dialect::ZOOM), move |_, _| {
        reply(429, &json!({"code": 429, "message": words}))
    });
    assert_eq!(client.list().await.unwrap_err().kind, FailureKind::DailyLimit);
}

#[tokio::test(start_paused = true)]
async fn classes_have_paces_of_their_own_and_the_pace_is_kept() {
    let rate = Rate {
        list: Pace::PerSecond(1.0),
        read: Pace::PerSecond(10.0),
        write: Pace::PerSecond(2.0),
    };
    let client = scripted(ClientOptions { rate, ..options(Dialect::ZOOM) }, |request, _| {
        if request.method == "GET" { reply(200, &user("1", "a@x")) } else { headed(204, &[]) }
    });
    let start = Instant::now();
    let reads = async {
        for _ in 0..41 {
            client.read("1").await.unwrap();
        }
        start.elapsed().as_secs_f64()
    };
    let writes = async {
        for _ in 0..21 {
            client.delete("1").await.unwrap();
        }
        start.elapsed().as_secs_f64()
    };
    let (reads, writes) = tokio::join!(reads, writes);
    assert!((4.0..4.4).contains(&reads), "{reads}");
    assert!((10.0..11.0).contains(&writes), "{writes}");
}

#[tokio::test(start_paused = true)]
async fn a_429_makes_its_class_wait_and_no_other() {
    let client = scripted(options(Dialect::ZOOM), |request, count| {
        if count == 0 {
            headed(429, &[("retry-after", "30")])
        } else if request.method == "GET" {
            reply(200, &user("1", "a@x"))
        } else {
            headed(204, &[])
        }
    });
    let start = Instant::now();
    let first = async {
        client.delete("1").await.unwrap();
        start.elapsed()
    };
    let second = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        client.delete("2").await.unwrap();
        start.elapsed()
    };
    let other = async {
        client.read("1").await.unwrap();
        start.elapsed()
    };
    let (first, second, other) = tokio::join!(first, second, other);
    assert!(first >= Duration::from_secs(30) && second >= Duration::from_secs(30));
    assert!(other < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn deletes_that_find_nobody_are_a_success() {
    let gone = json!({"detail": "User does not exist.", "status": "404"});
    let elsewhere =
        json!({"detail": "User x not exist or not belong to this account.", "status": 400});
    for (status, body) in [(204, json!({})), (200, json!({})), (404, gone), (400, elsewhere)] {
        let client = scripted(options(Dialect::ZOOM), move |_, _| reply(status, &body));
        client.delete("1").await.unwrap();
    }
    let client =
        scripted(options(Dialect::ZOOM), |_, n| if n == 0 { lost(true) } else { headed(404, &[]) });
    client.delete("1").await.unwrap();
    let client = scripted(options(Dialect::ZOOM), |_, _| reply(400, &json!({"detail": "no"})));
    assert_eq!(client.delete("1").await.unwrap_err().kind, FailureKind::Refused);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_ends_in_the_middle_is_asked_for_again() {
    let client = scripted(options(Dialect::ZOOM), |_, n| {
        let mut answer = reply(200, &list_of(&[user("1", "a@x"), user("2", "b@x")])).unwrap();
        if n < 2 {
            answer.body.truncate(60);
        }
        Ok(answer)
    });
    assert_eq!(client.list().await.unwrap().accounts().len(), 2);
    // Two that were cut, a list of one, the page, and one past the end.
    assert_eq!(client.requests().list, 5);
}
