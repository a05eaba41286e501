//! What an apply does where the service does not do what it is asked.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::service::{Faults, Heard, Keeper, Service, replan, round};
use crate::apply::{Run, apply};
use crate::event::What;
use crate::model::{Action, Attribute as A, Value};
use crate::plan::tests::world::{CONNECTION, World};
use crate::refresh::Mode;
use crate::state::Status;

fn people(n: usize) -> World {
    let mut world = World::new();
    for n in 0..n {
        world.want(&format!("p{n:02}"), true).values.set(A::Title, Value::text("Engineer"));
    }
    world
}

#[tokio::test]
async fn a_settled_plan_reads_nobody_and_a_full_one_everybody() {
    let mut world = people(7);
    let service = Service::of(&world, Faults::default());
    let (_, outcome, _) = round(&mut world, &service).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(outcome.count(Action::Create), 7);
    let reads = || service.reads.swap(0, Ordering::SeqCst);
    reads();
    assert!(!replan(&world, &service, Mode::Changed).await.plan.has_work());
    assert_eq!(reads(), 0, "a settled plan reads nobody");
    service.accounts.lock().unwrap()[3].version = Some("touched".into());
    assert!(!replan(&world, &service, Mode::Changed).await.plan.has_work());
    assert_eq!(reads(), 1, "one account changed");
    assert!(!replan(&world, &service, Mode::Changed).await.plan.has_work());
    assert_eq!(reads(), 0, "the cache knows it");
    assert!(!replan(&world, &service, Mode::Full).await.plan.has_work());
    assert_eq!(reads(), 7);
}

#[tokio::test]
async fn an_admin_is_found_while_planning_and_never_sent_a_disable() {
    let mut world = people(2);
    let service = Service::of(&world, Faults::default());
    round(&mut world, &service).await;
    service.accounts.lock().unwrap()[0].admin = Some(true);
    world.connection().accounts.clear();
    let writes = service.writes.load(Ordering::SeqCst);
    let (planned, outcome, _) = round(&mut world, &service).await;
    assert!(outcome.is_success());
    assert_eq!(planned.plan.changes[0].blocked[0].by.to_string(), "admin");
    assert_eq!(service.writes.load(Ordering::SeqCst) - writes, 1, "the other one alone");
}

#[tokio::test]
async fn an_ignored_attribute_fails_that_account_and_is_remembered() {
    let mut world = people(3);
    let mut service = Service::of(&world, Faults::default());
    round(&mut world, &service).await;
    world.connection().accounts[1].values.set(A::Title, Value::text("CTO"));
    world.connection().accounts[2].values.set(A::Department, Value::text("Ops"));
    service.faults.ignored.insert(A::Title);
    let (_, outcome, _) = round(&mut world, &service).await;
    assert_eq!((outcome.failed.len(), outcome.done_in_all()), (1, 1), "{outcome:?}");
    let What::Failed(trouble) = &outcome.failed[0].what else { panic!() };
    assert_eq!(trouble.attribute, Some(A::Title));
    assert!(trouble.failure.detail.contains("did not keep title"));
    // Later plans show it as refused and send nothing.
    let planned = replan(&world, &service, Mode::Changed).await;
    assert!(!planned.plan.has_work());
    assert_eq!(planned.plan.changes[0].blocked[0].by.to_string(), "refused");
    world.options.retry_refused = true;
    service.faults.ignored.clear();
    let (_, outcome, _) = round(&mut world, &service).await;
    assert!(outcome.is_success());
    world.options.retry_refused = false;
    assert!(replan(&world, &service, Mode::Changed).await.plan.changes.is_empty());
}

#[tokio::test]
async fn a_disable_that_did_not_stick_is_told_and_tried_again_in_every_run() {
    let mut world = people(1);
    let service = Service::of(&world, Faults::default());
    round(&mut world, &service).await;
    world.connection().accounts[0].active = false;
    for _ in 0..2 {
        let planned = replan(&world, &service, Mode::Changed).await;
        assert_eq!(planned.plan.summary.disable, 1);
        // Made an admin after the plan had looked.
        service.accounts.lock().unwrap()[0].admin = Some(true);
        let keeper = Keeper { state: Mutex::new(world.state.clone()), ..Keeper::default() };
        let outcome = run(&service, &keeper, &planned.work).await;
        let What::Failed(trouble) = &outcome.failed[0].what else { panic!() };
        assert_eq!(trouble.attribute, Some(A::Active));
        world.state = keeper.state.into_inner().unwrap();
        assert_eq!(world.state.connections[CONNECTION].accounts["p00"].status, Status::Active);
        service.accounts.lock().unwrap()[0].admin = None;
    }
}

async fn run(
    service: &Service,
    keeper: &Keeper,
    work: &crate::plan::Work,
) -> crate::event::Outcome {
    let (heard, stop, connection) = (Heard::default(), AtomicBool::new(false), CONNECTION.into());
    let run = Run {
        connection: &connection,
        port: service,
        keep: keeper,
        live: None,
        listener: &heard,
        now: &|| "2026-01-01T00:00:00Z".into(),
        at_once: 1,
        may_pend: true,
        stop: &stop,
    };
    apply(&run, work).await
}

#[tokio::test]
async fn a_created_account_that_stays_hidden_is_pending_and_found_later() {
    let mut world = people(2);
    let mut faults = Faults::default();
    faults.hidden.insert("p01@example.com".into());
    let mut service = Service::of(&world, faults);
    let (_, outcome, _) = round(&mut world, &service).await;
    assert!(outcome.is_success());
    let status = |world: &World| world.state.connections[CONNECTION].accounts["p01"].status;
    assert_eq!(status(&world), Status::Pending);
    let planned = replan(&world, &service, Mode::Changed).await;
    assert!(!planned.plan.has_work());
    assert_eq!((planned.plan.summary.pending, planned.plan.summary.unchanged), (1, 1));
    service.faults.hidden.clear();
    round(&mut world, &service).await;
    assert_eq!(status(&world), Status::Active);
    assert!(!replan(&world, &service, Mode::Changed).await.plan.has_work());
}

#[tokio::test]
async fn a_failure_that_all_would_share_stops_the_run() {
    let mut world = people(20);
    let service = Service::of(&world, Faults { down_from: Some(5), ..Faults::default() });
    let (_, outcome, _) = round(&mut world, &service).await;
    assert_eq!(outcome.done_in_all(), 5);
    assert!(service.writes.load(Ordering::SeqCst) <= 5 + 3, "only what was in flight goes on");
    assert_eq!(outcome.done_in_all() + outcome.failed.len() as u64 + outcome.not_started, 20);
    assert_eq!(outcome.stopped.len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_that_can_not_be_recorded() {
    let world = people(3);
    let service = Service::of(&world, Faults::default());
    let planned = replan(&world, &service, Mode::Changed).await;
    let keeper = Keeper { broken: true, ..Keeper::default() };
    let outcome = run(&service, &keeper, &planned.work).await;
    assert_eq!(service.writes.load(Ordering::SeqCst), 0);
    assert!(!outcome.is_success());
}

#[tokio::test]
async fn a_foreign_address_fails_alone() {
    let mut world = people(3);
    let mut faults = Faults::default();
    faults.elsewhere.insert("p01@example.com".into());
    let service = Service::of(&world, faults);
    let (_, outcome, events) = round(&mut world, &service).await;
    assert_eq!((outcome.done_in_all(), outcome.failed.len()), (2, 1));
    assert_eq!(outcome.failed[0].user_name, "p01@example.com");
    let started = events.iter().filter(|event| event.what == What::Start).count();
    assert_eq!(started, 3);
}

#[tokio::test]
async fn what_an_enable_could_not_give_back_is_given_back_by_the_next_plan() {
    let mut world = people(1);
    let licences =
        Value::Map(Box::new([("zoomIQ".into(), crate::model::LicenseValue::Bool(true))].into()));
    let mut service = Service::of(&world, Faults::default());
    round(&mut world, &service).await;
    // No rule manages either of the two.
    let set = |service: &Service| {
        let values = &mut service.accounts.lock().unwrap()[0].values;
        values.set(A::UserType, Value::text("Licensed"));
        values.set(A::Licenses, licences.clone());
    };
    set(&service);
    world.connection().accounts[0].active = false;
    round(&mut world, &service).await;
    world.connection().accounts[0].active = true;
    // The second write of the enable, which gives back, fails.
    service.faults.fail_write = Some(service.writes.load(Ordering::SeqCst) + 1);
    let (_, outcome, _) = round(&mut world, &service).await;
    assert_eq!(outcome.failed.len(), 1, "{outcome:?}");
    let values = |service: &Service| service.accounts.lock().unwrap()[0].values.clone();
    assert_eq!(values(&service).get(A::Licenses), None);
    let mut elsewhere = (world.clone(), Service::of(&world, Faults::default()));
    elsewhere.1.accounts = Mutex::new(service.accounts.lock().unwrap().clone());

    let (_, outcome, _) = round(&mut world, &service).await;
    assert!(outcome.is_success(), "{outcome:?}");
    assert_eq!(values(&service).get(A::Licenses), Some(&licences));
    assert_eq!(values(&service).text(A::UserType), Some("Licensed"));
    assert!(!replan(&world, &service, Mode::Full).await.plan.has_work());

    // Where it came through after all, or somebody else gave it back, only the state learns of it,
    // and what somebody takes away later is not given back once more.
    let (mut world, service) = elsewhere;
    set(&service);
    let (planned, _, _) = round(&mut world, &service).await;
    assert!(planned.plan.changes.is_empty() && planned.plan.records.len() == 1);
    service.accounts.lock().unwrap()[0].values.set(A::UserType, Value::text("Basic"));
    assert!(!replan(&world, &service, Mode::Full).await.plan.has_work());
}
