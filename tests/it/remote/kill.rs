//! Applies on a shared state are killed at many moments, and the next one runs elsewhere: with nothing of the
//! journal, only with what stands in the state.

use super::world::World;
use crate::schema::{holds, validator};

const KILLS: usize = 30;
const PEOPLE: usize = 18;

/// A small generator, so that each run kills at the same counts of writes.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

#[test]
fn a_fresh_folder_goes_on_where_a_killed_run_ended() {
    rounds(&World::new(), KILLS / 3);
}

/// Kills so many runs in each of three rounds; after each round everything is owned and settled.
pub(super) fn rounds(world: &World, kills: usize) {
    world.faults("lose-every-create=5,drop-every-put=7");
    let mut dice = Dice(11);
    for round in 0..3 {
        for kill in 0..kills {
            // Everybody changes, and somebody comes.
            let machine = world.machine(PEOPLE * (round + 1) / 2 + kill % 3);
            machine.people(PEOPLE * (round + 1) / 2 + kill % 3, &format!("Round {round}"));
            machine.kill_after(dice.roll(7));
            // As somebody who knows that its holder is gone would.
            world.server.set_lock(None);
        }
        let people = PEOPLE * (round + 1) / 2 + 2;
        let machine = world.machine(people);
        machine.people(people, &format!("Round {round}"));
        machine.applied();
        machine.settled(people);
        world.machine(people).run(&["plan"]);
    }
    let stranger = world.zoom.user("stranger@example.com").unwrap();
    assert!(stranger.active);
}

#[test]
fn what_was_announced_is_in_the_state_before_anything_is_sent() {
    let world = World::new();
    let machine = world.machine(4);
    // The first create never ends: the run is killed while it waits.
    world.faults("slow-every-write=1,slow-ms=60000");
    let mut child = machine.command(&["apply", "-auto-approve"]).spawn().unwrap();
    let announced = |text: &String| text.contains("\"intents\"");
    while !world.server.document().as_ref().is_some_and(announced) {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    drop(child.kill());
    child.wait().unwrap();
    let document = world.server.document().unwrap();
    assert!(document.contains("\"format_version\": \"1.1\""), "{document}");
    holds(&validator("state"), &document);
    for n in 0..4 {
        assert!(document.contains(&format!("p{n:03}@example.com")), "{document}");
    }
    world.faults("");
    world.server.set_lock(None);
    let other = world.machine(4);
    // A copy beside a configuration without a backend says the same.
    let pulled = other.run(&["state", "pull"]).out;
    assert!(pulled.contains("\"intents\""), "{pulled}");
    other.applied();
    other.settled(4);
}
