//! What stops nobody else, and what is remembered as refused.

use std::sync::atomic::Ordering;

use super::service::{Faults, Service, replan, round};
use crate::event::{Outcome, What};
use crate::model::{Action, Attribute as A, RemoveAction, Value};
use crate::plan::tests::world::{CONNECTION, World};
use crate::port::{Failure, FailureKind};
use crate::refresh::Mode;
use crate::state::{Account, Status};

fn people(n: usize) -> World {
    let mut world = World::new();
    for n in 0..n {
        let values = &mut world.want(&format!("p{n}"), true).values;
        values.set(A::Title, Value::text("Engineer"));
        values.set(A::Department, Value::text("Lab"));
    }
    world
}

/// A service on which everybody of the world is provisioned already.
async fn settled(world: &mut World) -> Service {
    let service = Service::of(world, Faults::default());
    assert!(round(world, &service).await.1.is_success());
    service
}

fn answer(status: u16, words: &str) -> Failure {
    let kind = if status == 403 { FailureKind::Forbidden } else { FailureKind::Refused };
    Failure { status: Some(status), ..Failure::new(kind, words) }
}

fn record<'a>(world: &'a World, key: &str) -> &'a Account {
    &world.state.connections[CONNECTION].accounts[key]
}

fn counts(outcome: &Outcome) -> (u64, usize, u64) {
    (outcome.done_in_all(), outcome.failed.len(), outcome.not_started)
}

#[tokio::test]
async fn one_failure_stops_no_other_account_and_no_delete() {
    let mut world = people(4);
    let mut service = settled(&mut world).await;
    world.actions().remove_action = RemoveAction::Delete;
    world.connection().accounts.remove(3);
    world.connection().accounts[1].active = false;
    for n in [0, 2] {
        world.connection().accounts[n].values.set(A::Title, Value::text("CTO"));
    }
    let first = service.writes.load(Ordering::SeqCst);
    service.faults.fail_write = Some(first + 1);
    let (_, outcome, _) = round(&mut world, &service).await;
    assert_eq!(counts(&outcome), (3, 1, 0), "{outcome:?}");
    assert_eq!(outcome.count(Action::Delete), 1);
    let (_, outcome, _) = round(&mut world, &service).await;
    assert_eq!(counts(&outcome), (1, 0, 0));
}

#[tokio::test]
async fn a_delete_waits_for_the_steps_of_its_own_account() {
    let mut world = people(2);
    for account in &mut world.connection().accounts {
        account.values.set(A::UserType, Value::text("Licensed"));
    }
    let mut service = settled(&mut world).await;
    world.actions().remove_action = RemoveAction::Delete;
    world.connection().accounts.clear();
    // Each is disabled first, which frees its seat.
    service.faults.fail_write = Some(service.writes.load(Ordering::SeqCst));
    let (_, outcome, _) = round(&mut world, &service).await;
    assert_eq!(counts(&outcome), (2, 1, 1), "{outcome:?}");
    assert_eq!(service.accounts.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_needs_the_address_of_a_failed_rename_waits_for_it() {
    let mut world = people(2);
    let mut service = settled(&mut world).await;
    world.connection().accounts[0].user_name = "new@example.com".into();
    world.connection().accounts[1].user_name = "p0@example.com".into();
    world.want("p9", true).user_name = "p1@example.com".into();
    world.want("p8", true);
    service.faults.refused.insert("p0@example.com".into(), answer(500, "no"));
    let (planned, outcome, _) = round(&mut world, &service).await;
    assert_eq!(planned.plan.summary.steps(), 4);
    // Sent all the same they would be answered 409, and a create remembered as refused.
    assert_eq!(counts(&outcome), (1, 1, 2), "{outcome:?}");
    service.faults.refused.clear();
    let (_, outcome, _) = round(&mut world, &service).await;
    assert_eq!(counts(&outcome), (3, 0, 0), "{outcome:?}");
}

#[tokio::test]
async fn a_refused_create_is_sent_again_only_with_other_values() {
    for (status, words, remembered) in [
        (400, "this name can't be taken", true),
        (422, "no such title", true),
        (400, "You have no more licenses", false),
        (400, "max 5 paid users", false),
        (422, "The account has reached its limit", false),
        (400, "no seat is left", false),
        (400, "the domain is a limited domain", true),
        (413, "too large", false),
        (501, "not offered", false),
    ] {
        let mut world = people(2);
        let mut service = Service::of(&world, Faults::default());
        service.faults.refused.insert("p0@example.com".into(), answer(status, words));
        let (_, outcome, _) = round(&mut world, &service).await;
        assert_eq!(counts(&outcome), (1, 1, 0), "{status} {words}");
        let (planned, outcome, _) = round(&mut world, &service).await;
        let again = usize::from(!remembered);
        assert_eq!(counts(&outcome), (0, again, 0), "{status} {words}");
        assert_eq!(planned.plan.waits(), remembered, "{status} {words}");
        if !remembered {
            continue;
        }
        world.live.clone_from(&service.accounts.lock().unwrap());
        assert_eq!(world.short(), "p0 !create(refused) not_in_account");
        // Whoever leaves meanwhile leaves nothing behind, and other values are tried by themselves.
        let change: [&dyn Fn(&mut World); 3] = [
            &|w| drop(w.connection().accounts[0].values.set(A::Title, Value::text("CTO"))),
            &|w| drop(w.connection().accounts[0].values.remove(A::Department)),
            &|w| w.connection().accounts[0].user_name = "p0b@example.com".into(),
        ];
        for change in change {
            let mut world = world.clone();
            change(&mut world);
            assert_eq!(world.short(), "p0 create not_in_account", "{status} {words}");
        }
        let mut gone = world.clone();
        gone.connection().accounts.remove(0);
        assert_eq!(gone.short(), "");
        world.options.retry_refused = true;
        service.faults.refused.clear();
        let (_, outcome, _) = round(&mut world, &service).await;
        assert_eq!(counts(&outcome), (1, 0, 0));
        world.options.retry_refused = false;
        assert!(replan(&world, &service, Mode::Changed).await.plan.changes.is_empty());
    }
}

#[tokio::test]
async fn values_that_were_refused_together_wait_together() {
    let mut world = people(1);
    let mut service = settled(&mut world).await;
    let set = |world: &mut World, attribute, text| {
        world.connection().accounts[0].values.set(attribute, Value::text(text));
    };
    set(&mut world, A::Title, "Bad");
    set(&mut world, A::Department, "Ops");
    service.faults.refused.insert("p0@example.com".into(), answer(400, "what is that?"));
    assert_eq!(counts(&round(&mut world, &service).await.1), (0, 1, 0));
    let (planned, outcome, _) = round(&mut world, &service).await;
    assert!(planned.plan.waits() && !planned.plan.has_work());
    assert_eq!(counts(&outcome), (0, 0, 0));
    // Something else goes out beside them.
    service.faults.refused.clear();
    set(&mut world, A::Locale, "en-GB");
    let (planned, _, _) = round(&mut world, &service).await;
    assert_eq!(planned.plan.changes[0].actions, [Action::Update]);
    assert!(planned.plan.waits());
    // One of them is mended: the other one may never have been the reason.
    set(&mut world, A::Title, "Good");
    let (planned, outcome, _) = round(&mut world, &service).await;
    assert!(!planned.plan.waits() && outcome.is_success());
    assert!(replan(&world, &service, Mode::Full).await.plan.changes.is_empty());
}

#[tokio::test]
async fn no_removal_and_no_enable_is_ever_remembered_as_refused() {
    let mut world = people(3);
    world.connection().accounts[2].active = false;
    let mut service = settled(&mut world).await;
    world.connection().accounts[1].active = false;
    world.connection().accounts[2].active = true;
    world.connection().accounts.remove(0);
    for n in 0..3 {
        service.faults.refused.insert(format!("p{n}@example.com").into(), answer(400, "no"));
    }
    for _ in 0..3 {
        let (planned, outcome, _) = round(&mut world, &service).await;
        // The third was never created, since it is inactive.
        assert_eq!(planned.plan.summary.disable, 2);
        assert_eq!(counts(&outcome).0, 0);
        assert!(outcome.failed.len() >= 2);
    }
}

#[tokio::test]
async fn a_403_is_of_one_account_where_another_may_be_written() {
    let forbidden = || answer(403, "you may not touch this one");
    // The first is refused, and the others go on, since the next write shows that it is not about all of them.
    let mut world = people(5);
    let mut service = settled(&mut world).await;
    for n in 0..5 {
        world.connection().accounts[n].values.set(A::Title, Value::text("CTO"));
    }
    service.faults.refused.insert("p0@example.com".into(), forbidden());
    let (_, outcome, _) = round(&mut world, &service).await;
    assert_eq!(counts(&outcome), (4, 1, 0), "{outcome:?}");
    assert!(outcome.stopped.is_empty());

    // Remembered only where others had been written before.
    let (planned, outcome, _) = round(&mut world, &service).await;
    assert_eq!(planned.plan.summary.update, 1);
    assert_eq!((counts(&outcome), outcome.stopped.len()), ((0, 1, 0), 1), "nobody else was tried");
    world.connection().accounts.truncate(1);
    world.actions().remove_action = RemoveAction::Disable;
    // Disables come first, and they are done.
    round(&mut world, &service).await;
    assert!(record(&world, "p0").refused.values().all(|refused| refused.status == Some(403)));
    assert!(replan(&world, &service, Mode::Changed).await.plan.waits());

    // All are refused: the run stops.
    let mut world = people(30);
    let mut service = Service::of(&world, Faults::default());
    for n in 0..30 {
        service.faults.refused.insert(format!("p{n}@example.com").into(), forbidden());
    }
    let (_, outcome, _) = round(&mut world, &service).await;
    assert_eq!(outcome.stopped.len(), 1);
    assert!(service.writes.load(Ordering::SeqCst) <= 2 + 3, "only what was in flight goes on");
    // And a scope that is missing is missing for everybody, whatever could be written before.
    let mut world = people(9);
    service = settled(&mut world).await;
    world.actions().remove_action = RemoveAction::Delete;
    world.connection().accounts.truncate(4);
    world.connection().accounts[0].values.set(A::Title, Value::text("CTO"));
    for n in 4..9 {
        let scope = answer(403, "this token does not contain scopes: delete");
        service.faults.refused.insert(format!("p{n}@example.com").into(), scope);
    }
    service.faults.silent = true;
    let (_, outcome, _) = round(&mut world, &service).await;
    assert_eq!(outcome.count(Action::Update), 1);
}

#[tokio::test]
async fn what_a_create_did_not_keep_fails_and_is_nobodys_drift() {
    let mut world = people(2);
    let mut service = Service::of(&world, Faults::default());
    service.faults.dropped.insert(A::Title);
    let (_, outcome, _) = round(&mut world, &service).await;
    assert_eq!(outcome.failed.len(), 2, "{outcome:?}");
    let What::Failed(trouble) = &outcome.failed[0].what else { panic!() };
    assert_eq!(trouble.attribute, Some(A::Title));
    assert!(trouble.failure.detail.ends_with("did not keep title"), "{trouble:?}");
    assert!(record(&world, "p0").id.is_some());
    for mode in [Mode::Changed, Mode::Full] {
        let planned = replan(&world, &service, mode).await.plan;
        assert!(!planned.has_work() && planned.waits());
        for change in &planned.changes {
            assert_eq!(change.reason.word(), "attributes_changed");
            assert!(change.attributes.iter().all(|a| a.origin.word() == "config"));
        }
    }
}

#[tokio::test]
async fn a_rename_that_is_half_kept_is_not_forgotten() {
    for kept in [A::UserName, A::Email] {
        let mut world = people(1);
        let mut service = settled(&mut world).await;
        let email = |service: &Service| {
            service.accounts.lock().unwrap()[0].values.text(A::Email).map(ToOwned::to_owned)
        };
        service.accounts.lock().unwrap()[0].values.set(A::Email, Value::text("p0@example.com"));
        world.connection().accounts[0].user_name = "new@example.com".into();
        service.faults.ignored = [A::UserName, A::Email].into();
        service.faults.ignored.remove(&kept);
        let (_, outcome, _) = round(&mut world, &service).await;
        assert_eq!(outcome.failed.len(), 1, "{kept}");
        for _ in 0..2 {
            let (planned, outcome, _) = round(&mut world, &service).await;
            assert!(planned.plan.waits() && outcome.is_success(), "{kept}");
        }
        let planned = replan(&world, &service, Mode::Changed).await.plan;
        assert_eq!(planned.changes.len(), 1, "{kept}");
        assert_eq!(planned.changes[0].blocked[0].by.to_string(), "refused");
        // Another address: both go along again.
        service.faults.ignored.clear();
        world.connection().accounts[0].user_name = "newer@example.com".into();
        round(&mut world, &service).await;
        if kept == A::UserName {
            assert_eq!(email(&service).as_deref(), Some("newer@example.com"));
        }
        assert!(!replan(&world, &service, Mode::Full).await.plan.waits(), "{kept}");
    }
}

#[tokio::test]
async fn owners_are_read_before_an_allowance_lets_them_go() {
    let mut world = people(10);
    let service = settled(&mut world).await;
    service.accounts.lock().unwrap()[3].admin = Some(true);
    world.connection().accounts.clear();
    world.connection().settings.guard.max_removals = crate::model::Limit::Count(1);
    let planned = replan(&world, &service, Mode::Changed).await.plan;
    assert_eq!(planned.summary.disable, 10, "nothing will be removed, so nobody is read");
    world.options.allow_removals = Some(10);
    let planned = replan(&world, &service, Mode::Changed).await.plan;
    assert_eq!((planned.summary.disable, planned.summary.blocked), (9, 1));
    assert_eq!(record(&world, "p3").status, Status::Active);
}
