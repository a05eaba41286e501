//! After a failure at any write the next runs converge: nobody twice, nobody lost.

use super::service::{Faults, Service, replan, round};
use crate::model::{Attribute as A, RemoveAction, Value};
use crate::plan::tests::world::World;
use crate::refresh::Mode;

/// A world with every kind of step in it, applied once with two rules.
async fn busy(service_of: impl Fn(&World) -> Service) -> (World, Service) {
    let mut world = World::new();
    for n in 0..8 {
        let account = world.want(&format!("p{n}"), n != 2);
        account.values.set(A::UserType, Value::text("Licensed"));
        account.values.set(A::Title, Value::text("Engineer"));
    }
    world.is("p7", true);
    world.is("stranger", true);
    let service = service_of(&world);
    let (_, outcome, _) = round(&mut world, &service).await;
    assert!(outcome.is_success());
    let accounts = &mut world.connection().accounts;
    accounts[0].active = false;
    accounts[1].values.set(A::UserType, Value::text("Basic"));
    accounts[1].user_name = "p1new@example.com".into();
    accounts[2].active = true;
    accounts[3].values.set(A::Title, Value::text("CTO"));
    accounts[4].user_name = "p1@example.com".into();
    accounts.remove(5);
    world.want("p9", true);
    (world, service)
}

#[tokio::test]
async fn a_failure_at_any_write_is_made_good_by_the_next_runs() {
    for silent in [false, true] {
        for delete in [false, true] {
            for fail in 0..14 {
                let of = |world: &World| Service::of(world, Faults { silent, ..Faults::default() });
                let (mut world, mut service) = busy(of).await;
                if delete {
                    world.actions().remove_action = RemoveAction::Delete;
                }
                service.faults.fail_write = Some(service.writes.get_mut().to_owned() + fail);
                round(&mut world, &service).await;
                service.faults.fail_write = None;
                for _ in 0..3 {
                    round(&mut world, &service).await;
                }
                let planned = replan(&world, &service, Mode::Full).await;
                let case = format!("silent {silent}, delete {delete}, write {fail}");
                assert!(!planned.plan.has_work(), "{case}: {:#?}", planned.plan.changes);
                let accounts = service.accounts.lock().unwrap();
                let names: std::collections::BTreeSet<_> =
                    accounts.iter().map(|account| account.user_name.clone()).collect();
                assert_eq!(names.len(), accounts.len(), "{case}: somebody is there twice");
                // Eight people but the one who was never created, one newcomer, one stranger.
                assert_eq!(accounts.len(), if delete { 9 } else { 10 }, "{case}");
                let stranger = accounts.iter().find(|a| a.id == "id-stranger").unwrap();
                assert!(stranger.active && stranger.values.is_empty());
            }
        }
    }
}
