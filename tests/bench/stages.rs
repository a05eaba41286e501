//! The steps whose cost is counted.

use std::hint::black_box;

use enroll::codec;
use enroll::plan::redacted;
use enroll::render;
use enroll::state::State;

use super::count::grow_gently;
use super::house::{Files, applied, newborn, planned, refreshed};
use super::people::{self, Than};
use super::service::Service;

#[test]
fn reading_and_rules_grow_gently() {
    grow_gently(|counter, people| {
        let csv = people::csv(people, Than::Same);
        let read = Files::new(people::DIRECTORY, &csv);
        counter.step("reading a CSV", || read.load());
        let three = [people::DIRECTORY, people::RULE, people::MORE_RULES].concat();
        let three = Files::new(&three, &csv);
        let merged = counter.step("running three rules and merging what they say", || three.load());
        let accounts = &merged.desired.connections[people::CONNECTION].accounts;
        assert_eq!(accounts.len(), people);
        assert!(accounts.iter().all(|account| account.owner.rules.len() >= 2));
        let blocks = Files::new(&[&people::blocks(people), people::BLOCKS_RULE].concat(), "");
        let settled = counter.step("reading `user` blocks", || blocks.load());
        assert_eq!(settled.desired.connections[people::CONNECTION].accounts.len(), people);
    });
}

#[test]
fn a_settled_plan_grows_gently() {
    grow_gently(|counter, people| {
        let (files, client) = (Files::staff(people, Than::Same), Service::with(people));
        let staff = files.load();
        let first = planned(&staff, &State::default(), &refreshed(&client, &staff, &newborn()));
        let state = codec::state::write(&applied(&client, &first, newborn()).state);

        let staff = counter.step("configuration", || files.load());
        let state = counter.step("state", || codec::state::read(&state).unwrap());
        let live = counter.step("list", || refreshed(&client, &staff, &state));
        let settled = counter.step("plan", || planned(&staff, &state, &live)).plan;
        assert_eq!((settled.has_work(), settled.summary.unchanged), (false, people as u64));
        counter.step("text", || render::text(&settled, false));
        counter.step("JSON", || codec::plan::write(&settled));
    });
}

#[test]
fn a_plan_with_work_grows_gently() {
    grow_gently(|counter, people| {
        let client = Service::with(people);
        let staff = Files::staff(people, Than::Same).load();
        let live = refreshed(&client, &staff, &newborn());
        let first = counter.step("all adopted", || planned(&staff, &newborn(), &live));
        assert_eq!(first.plan.summary.adopt, people as u64);
        let kept = applied(&client, &first, newborn());
        for (name, than, updates) in [
            ("one per cent changed", Than::OnePercent, people / 100),
            ("everybody renamed", Than::Renamed, people),
            ("everybody under another key", Than::Rekeyed, 0),
        ] {
            let changed = Files::staff(people, than).load();
            let plan = counter.step(name, || planned(&changed, &kept.state, &live)).plan;
            assert_eq!(plan.summary.update, updates as u64, "{name}");
            let moved = if than == Than::Rekeyed { people } else { 0 };
            assert_eq!(plan.records.len(), moved, "{name}");
        }
        let nobody = Service::with(0);
        let gone = refreshed(&nobody, &staff, &newborn());
        let plan = counter.step("everybody gone", || planned(&staff, &kept.state, &gone)).plan;
        assert_eq!(plan.summary.blocked, people as u64);
    });
}

#[test]
fn rendering_grows_gently() {
    grow_gently(|counter, people| {
        let staff = Files::staff(people, Than::Same).load();
        let live = refreshed(&Service::with(people), &staff, &newborn());
        let plan = planned(&staff, &newborn(), &live).plan;
        counter.step("text", || render::text(&plan, true));
        counter.step("Markdown", || render::markdown(&plan, 60_000));
        counter.step("Markdown of any length", || render::markdown(&plan, usize::MAX));
        counter.step("HTML", || render::html(&plan));
        counter.step("GitLab", || render::gitlab(&plan));
        let saved = counter.step("JSON", || codec::plan::save(&plan));
        counter.step("reading a saved plan", || codec::plan::read(&saved).unwrap());
        counter.step("pseudonyms", || redacted(&plan));
    });
}

#[test]
fn an_apply_and_its_state_grow_gently() {
    grow_gently(|counter, people| {
        let client = Service::with(0);
        let staff = Files::staff(people, Than::Same).load();
        let live = refreshed(&client, &staff, &newborn());
        let creates = planned(&staff, &newborn(), &live);
        assert_eq!(creates.plan.summary.create, people as u64);
        let kept = counter.step("creates", || applied(&client, &creates, newborn()));
        assert_eq!(kept.state.accounts().count(), people);
        let bytes = counter.step("writing the state", || codec::state::write(&kept.state));
        counter.step("reading the state", || codec::state::read(&bytes).unwrap());
        let mut folded = newborn();
        let unknown = counter.step("folding the journal", || {
            codec::journal::fold(&mut folded, &kept.journal).unwrap()
        });
        assert!(unknown.is_empty());
        assert_eq!(folded, kept.state);
        black_box(counter.step("showing the state", || render::state_text(&kept.state, true)));
    });
}
