//! What a plan says must not depend on what was read on the way.

use proptest::prelude::*;

use super::service::{Faults, Service, replan, round};
use crate::live::Account;
use crate::model::{Attribute as A, LicenseValue, Value};
use crate::plan::Planned;
use crate::plan::tests::world::World;
use crate::refresh::{Mode, ReadCache};

const KEYS: [&str; 4] = ["zoomOneBizPlus", "zoomWhiteboard", "zoomPhoneSite", "zoomNew"];

/// What somebody has or is to have: a title, a phone, a role, and licences; none where it is not managed.
type Person = (Option<usize>, Option<usize>, Option<bool>, Vec<Option<usize>>, bool);

fn person() -> impl Strategy<Value = Person> {
    (
        proptest::option::of(0..3usize),
        proptest::option::of(0..3usize),
        proptest::option::of(any::<bool>()),
        proptest::collection::vec(proptest::option::of(0..6usize), KEYS.len()),
        proptest::bool::weighted(0.8),
    )
}

fn text(which: usize) -> Value {
    Value::text(["", "Boss", "Rene\u{301}"][which])
}

fn license(which: usize) -> LicenseValue {
    match which {
        0 => LicenseValue::Bool(false),
        1 => LicenseValue::Bool(true),
        other => LicenseValue::Text(["", "0", "16", "true"][other - 2].into()),
    }
}

fn set(values: &mut crate::model::Values, person: &Person) {
    let (title, phone, admin, licenses, _) = person;
    for (attribute, value) in [(A::Title, title), (A::Phone, phone)] {
        match value {
            Some(which) => drop(values.set(attribute, text(*which))),
            None => drop(values.remove(attribute)),
        }
    }
    values.remove(A::Roles);
    if let Some(admin) = admin {
        let role = if *admin { "Admin" } else { "Member" };
        values.set(A::Roles, Value::Set(Box::new([role.into()].into())));
    }
    values.remove(A::Licenses);
    for (key, value) in KEYS.iter().zip(licenses) {
        if let Some(which) = value {
            values.set_license((*key).into(), license(*which));
        }
    }
}

/// Nobody who is off has a licence.
fn strip(account: &mut Account) {
    if !account.active {
        account.values.remove(A::Licenses);
    }
}

fn told(planned: &Planned) -> String {
    let mut plan = planned.plan.clone();
    plan.cost.clear();
    format!("{plan:#?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Cold, warm, and read anew altogether: before anything was applied, after it, after the configuration
    /// moved, and after somebody changed the accounts in the service.
    #[test]
    fn two_plans_of_an_unchanged_world_are_the_same(
        there in proptest::collection::vec(person(), 3),
        first in proptest::collection::vec(person(), 4),
        second in proptest::collection::vec(person(), 4),
        edited in proptest::collection::vec(proptest::option::of(person()), 3),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new();
            world.options.allow_privileges = None;
            world.connection().settings.guard.max_privileges = crate::model::Limit::Count(2);
            for (at, person) in there.iter().enumerate() {
                let account = world.is(&format!("p{at}"), person.4);
                set(&mut account.values, person);
                strip(account);
                account.version = Some("v0".into());
            }
            for (at, person) in first.iter().enumerate() {
                let account = world.want(&format!("p{at}"), person.4);
                set(&mut account.values, person);
            }
            let service = Service::of(&world, Faults::default());
            same(&world, &service, "at first").await;
            round(&mut world, &service).await;
            same(&world, &service, "after an apply").await;
            for (account, person) in world.connection().accounts.iter_mut().zip(&second) {
                account.active = person.4;
                set(&mut account.values, person);
            }
            same(&world, &service, "after the configuration moved").await;
            {
                let mut accounts = service.accounts.lock().unwrap();
                for (account, person) in accounts.iter_mut().zip(&edited) {
                    if let Some(person) = person {
                        account.active = person.4;
                        set(&mut account.values, person);
                        strip(account);
                        account.version = Some("edited".into());
                    }
                }
            }
            same(&world, &service, "after the service moved").await;
            round(&mut world, &service).await;
            same(&world, &service, "at last").await;
            let left = replan(&world, &service, Mode::Changed).await.plan;
            assert!(!left.has_work(), "work is left after an apply: {:#?}", left.changes);
        });
    }
}

async fn same(world: &World, service: &Service, when: &str) {
    *world.cache.lock().unwrap() = ReadCache::default();
    let cold = told(&replan(world, service, Mode::Changed).await);
    let warm = told(&replan(world, service, Mode::Changed).await);
    let full = told(&replan(world, service, Mode::Full).await);
    let again = told(&replan(world, service, Mode::Changed).await);
    for (how, other) in [("warm", warm), ("full", full), ("again", again)] {
        let differs = cold.lines().zip(other.lines()).filter(|(a, b)| a != b);
        let differs: Vec<_> = differs.take(12).collect();
        assert!(cold == other, "{when}, {how}: {differs:#?}");
    }
}
