//! A service that fails in several ways at once: nobody may be created twice, nobody left out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use super::support::{headed, list_of, lost, options, reply, scripted, user};
use crate::model::{Dialect, Pace, Rate, Values};
use crate::port::{Created, NewAccount, WriteAccounts};
use crate::scim::{ClientOptions, Lost, Outgoing, Reply};

/// Remembers accounts by user name, and how often each was made.
#[derive(Default)]
struct Service {
    accounts: BTreeMap<String, String>,
    posts: u32,
    limited: u32,
    /// Requests that change something, refused ones too.
    writes: u32,
    sent: Vec<Instant>,
}

/// What the service takes.
#[derive(Clone, Copy)]
struct Limits {
    per_second: usize,
    /// Every so many writes the limit is used up by others.
    used_up_every: u32,
}

impl Service {
    fn answer(&mut self, request: &Outgoing, limits: Limits) -> Result<Reply, Lost> {
        if request.method == "GET" {
            let name = request.url.query_pairs().find(|(name, _)| name == "filter");
            let Some((_, filter)) = name else {
                let id = request.url.path().rsplit('/').next().unwrap_or_default().to_owned();
                let owner = self.accounts.iter().find(|(_, known)| **known == id);
                return owner
                    .map_or_else(|| headed(404, &[]), |(name, id)| reply(200, &user(id, name)));
            };
            let wanted = filter.split('"').nth(1).unwrap_or_default();
            let hit: Vec<_> =
                self.accounts.get(wanted).map(|id| user(id, wanted)).into_iter().collect();
            return reply(200, &list_of(&hit));
        }
        let now = Instant::now();
        self.sent.retain(|at| now.duration_since(*at) < Duration::from_secs(1));
        self.writes += 1;
        if self.sent.len() >= limits.per_second || self.writes.is_multiple_of(limits.used_up_every)
        {
            self.limited += 1;
            return headed(429, &[]);
        }
        self.sent.push(now);
        self.posts += 1;
        if self.posts.is_multiple_of(5) {
            return headed(503, &[]);
        }
        let body: serde_json::Value =
            serde_json::from_slice(request.body.as_deref().unwrap_or_default()).unwrap();
        let name = body["userName"].as_str().unwrap().to_owned();
        if self.accounts.contains_key(&name) {
            return headed(409, &[]);
        }
        let id = format!("id-{}", self.accounts.len());
        self.accounts.insert(name.clone(), id.clone());
        if self.posts.is_multiple_of(3) { lost(true) } else { reply(201, &user(&id, &name)) }
    }
}

/// Creates `people` at `pace` a second; returns the seconds that it took, how many writes the service saw, and how
/// many of them it refused with 429.
async fn storm(people: usize, pace: f64, limits: Limits) -> (f64, u32, u32) {
    let service = Arc::new(Mutex::new(Service::default()));
    let answer = Arc::clone(&service);
    let rate = Rate::all(Pace::PerSecond(pace));
    let client = scripted(ClientOptions { rate, ..options(Dialect::ZOOM) }, move |request, _| {
        answer.lock().unwrap().answer(request, limits)
    });
    let client = Arc::new(client);
    let start = Instant::now();
    let tasks: Vec<_> = (0..people)
        .map(|n| {
            let client = Arc::clone(&client);
            let new = NewAccount { user_name: format!("p{n}@x.org").into(), values: Values::new() };
            tokio::spawn(async move { (n, client.create(&new).await.unwrap().said) })
        })
        .collect();
    let mut ids = BTreeMap::new();
    for task in tasks {
        let (n, created) = task.await.unwrap();
        let Created::Account(account) = created else { panic!("p{n} is pending") };
        assert_eq!(account.user_name, format!("p{n}@x.org"));
        ids.insert(format!("p{n}@x.org"), account.id.to_string());
    }
    let service = service.lock().unwrap();
    assert_eq!(service.accounts, ids, "each once, and each known by its id");
    (start.elapsed().as_secs_f64(), service.writes, service.limited)
}

#[tokio::test(start_paused = true)]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "small numbers"
)]
async fn everybody_is_created_exactly_once_and_in_time() {
    // Every fifth write fails, every third create loses its answer, and now and then a 429 without headers.
    for (people, pace, used_up_every) in [
        (15, 10.0, u32::MAX),
        (150, 10.0, u32::MAX),
        (100, 1.0, 60),
        (300, 10.0, 60),
        (600, 20.0, 100),
    ] {
        let limits = Limits { per_second: pace as usize, used_up_every };
        let (seconds, writes, limited) = storm(people, pace, limits).await;
        assert_eq!(limited, writes / used_up_every, "the pace avoids every other refusal");
        // Each create once, and one in five again.
        let due = people as f64 * 1.25 / pace;
        assert!(
            seconds <= due * 1.5,
            "{people} at {pace}/s: {seconds} s of {due} s, {writes} writes, {limited} refused"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_pace_beyond_what_the_service_takes_costs_time_and_nobody() {
    let limits = Limits { per_second: 8, used_up_every: u32::MAX };
    let (seconds, _, limited) = storm(100, 20.0, limits).await;
    assert!(limited > 0);
    let due = 100.0 * 1.25 / 8.0;
    assert!(seconds <= due * 2.5, "{seconds} s of {due} s");
}
