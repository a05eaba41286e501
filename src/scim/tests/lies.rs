//! Lists that lie by one account: whoever is recorded is found, or nothing is planned.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::support::{Scripted, options, reply, scripted};
use crate::live::Live;
use crate::model::Dialect;
use crate::plan::Options;
use crate::plan::tests::world::{CONNECTION, World};
use crate::port::{Failure, FailureKind};
use crate::refresh::{Mode, Needs, ReadCache, refresh};
use crate::scim::{Client, Lost, Outgoing, Reply};
use crate::state::Status;

/// What of a list is not true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    None,
    /// One account is on no page; the total counts it, or does not.
    Dropped {
        at: usize,
        counted: bool,
    },
    /// One account takes the place of the one after it.
    Doubled {
        at: usize,
    },
    /// The total is never more than this.
    Capped {
        most: usize,
    },
    /// The total counts the page.
    Follows,
    /// The total is one too many, or one too few.
    Stale {
        more: bool,
    },
    /// Who is off is in no list.
    Hides,
    /// Another order in every request.
    Reordered {
        step: usize,
    },
}

/// How pages go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paging {
    Index,
    /// `startIndex` is ignored.
    NoStart,
    Cursor,
}

/// What stands past the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Past {
    Empty,
    Status(u16),
    FirstPage,
    LastPage,
}

#[derive(Clone, Debug)]
struct Service {
    /// Whether each account is switched on.
    accounts: Vec<bool>,
    page: usize,
    lie: Lie,
    paging: Paging,
    past: Past,
}

impl Service {
    fn answer(&self, outgoing: &Outgoing, request: usize) -> Result<Reply, Lost> {
        let path = outgoing.url.path();
        if let Some(id) = path.strip_prefix("/scim2/Users/") {
            return reply(200, &self.user(id.trim_start_matches('u').parse().unwrap()));
        }
        if path.ends_with("ServiceProviderConfig") {
            return reply(404, &json!({"detail": "not here"}));
        }
        let query = |name: &str| {
            let found = outgoing.url.query_pairs().find(|(key, _)| key == name);
            found.and_then(|(_, value)| value.parse::<usize>().ok())
        };
        let count = query("count").unwrap().min(self.page);
        let mut listed: Vec<usize> = (0..self.accounts.len()).collect();
        let mut total = listed.len();
        match self.lie {
            Lie::None | Lie::Follows => {}
            Lie::Dropped { at, counted } => {
                listed.remove(at % total);
                total -= usize::from(!counted);
            }
            Lie::Doubled { at } => {
                let at = at % total;
                listed[(at + 1) % total] = listed[at];
            }
            Lie::Capped { most } => total = total.min(most),
            Lie::Stale { more } => total = if more { total + 1 } else { total - 1 },
            Lie::Hides => {
                listed.retain(|at| self.accounts[*at]);
                total = listed.len();
            }
            Lie::Reordered { step } => {
                let turn = request * step % total.max(1);
                listed.rotate_left(turn);
            }
        }
        let start = match self.paging {
            Paging::Index => query("startIndex").unwrap() - 1,
            Paging::NoStart => 0,
            Paging::Cursor => query("cursor").unwrap_or(0),
        };
        let rows = |start: usize| -> Vec<usize> {
            listed.iter().copied().skip(start).take(count).collect()
        };
        let mut page = rows(start);
        if page.is_empty() && start > 0 {
            page = match self.past {
                Past::Empty => page,
                Past::Status(status) => return reply(status, &json!({"detail": "no such page"})),
                Past::FirstPage => rows(0),
                Past::LastPage => rows((listed.len().max(1) - 1) / count * count),
            };
        }
        if self.lie == Lie::Follows {
            total = page.len();
        }
        let users: Vec<Value> = page.iter().map(|at| self.user(*at)).collect();
        let mut body = json!({"totalResults": total, "Resources": users});
        if self.paging == Paging::Cursor && start + count < listed.len() {
            body["nextCursor"] = json!((start + count).to_string());
        }
        reply(200, &body)
    }

    fn user(&self, at: usize) -> Value {
        json!({"id": format!("u{at}"), "userName": format!("u{at}@example.com"), "active": self.accounts[at]})
    }

    fn client(&self) -> Client<Scripted> {
        let service = self.clone();
        scripted(options(Dialect::SCIM), move |outgoing, n| service.answer(outgoing, n))
    }

    /// What a plan would see, with everybody recorded and asked for.
    async fn refreshed(&self) -> Result<Live, Failure> {
        let mut world = World::new();
        for (at, active) in self.accounts.iter().enumerate() {
            world.want(&format!("u{at}"), *active);
            let status = if *active { Status::Active } else { Status::Disabled };
            world.have(&format!("u{at}"), status).id = Some(format!("u{at}").into());
        }
        let needs = Needs {
            connection: &world.desired.connections[CONNECTION],
            state: &world.state,
            options: &Options::default(),
            mode: Mode::Changed,
        };
        refresh(&self.client(), needs, &mut ReadCache::default()).await
    }
}

fn services() -> impl Strategy<Value = Service> {
    let lie = prop_oneof![
        Just(Lie::None),
        (0..20usize, any::<bool>()).prop_map(|(at, counted)| Lie::Dropped { at, counted }),
        (0..20usize).prop_map(|at| Lie::Doubled { at }),
        (1..14usize).prop_map(|most| Lie::Capped { most }),
        Just(Lie::Follows),
        any::<bool>().prop_map(|more| Lie::Stale { more }),
        Just(Lie::Hides),
        (1..5usize).prop_map(|step| Lie::Reordered { step }),
    ];
    let paging = prop_oneof![
        3 => Just(Paging::Index),
        1 => Just(Paging::NoStart),
        1 => Just(Paging::Cursor)
    ];
    let past = prop_oneof![
        Just(Past::Empty),
        Just(Past::Status(400)),
        Just(Past::Status(404)),
        Just(Past::FirstPage),
        Just(Past::LastPage)
    ];
    let accounts = proptest::collection::vec(proptest::bool::weighted(0.8), 1..14);
    (accounts, 1..6usize, lie, paging, past).prop_map(|(accounts, page, lie, paging, past)| {
        Service { accounts, page, lie, paging, past }
    })
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whoever_is_recorded_is_found_or_nothing_is_planned(service in services()) {
        match run(service.refreshed()) {
            Ok(live) => {
                for (at, active) in service.accounts.iter().enumerate() {
                    let account = live.get(&format!("u{at}"));
                    prop_assert_eq!(account.map(|account| account.active), Some(*active), "u{}", at);
                }
                prop_assert_eq!(live.accounts().len(), service.accounts.len());
            }
            Err(failure) => {
                prop_assert_eq!(failure.kind, FailureKind::Incomplete, "{}", failure);
                let honest = service.lie == Lie::None && service.paging != Paging::NoStart;
                prop_assert!(!honest, "{}", failure);
            }
        }
    }

    /// A directory has no ids to ask for: there the list must prove itself, as far as its own pages can.
    #[test]
    fn a_directory_is_whole_or_refused(service in services()) {
        let hides = matches!(service.lie, Lie::Hides | Lie::Dropped { counted: false, .. });
        // A page that is repeated past the end is the end; that `startIndex` was never heeded shows nowhere.
        let twice = service.paging == Paging::NoStart
            && (matches!(service.lie, Lie::Capped { .. } | Lie::Stale { more: false })
                || service.page == 1);
        prop_assume!(!hides && !twice);
        match run(service.client().resources()) {
            Ok(text) => {
                let people: Vec<Value> = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(people.len(), service.accounts.len(), "{}", text);
            }
            Err(failure) => prop_assert_eq!(failure.kind, FailureKind::Incomplete, "{}", failure),
        }
    }
}

#[test]
fn an_honest_list_is_read_however_it_ends() {
    for past in [Past::Empty, Past::Status(400), Past::Status(404), Past::FirstPage, Past::LastPage]
    {
        for (accounts, page) in [(1, 5), (5, 5), (12, 5), (10, 3)] {
            let service = Service {
                accounts: vec![true; accounts],
                page,
                lie: Lie::None,
                paging: Paging::Index,
                past,
            };
            assert_eq!(run(service.refreshed()).unwrap().accounts().len(), accounts, "{past:?}");
        }
    }
}
