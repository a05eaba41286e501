//! Counts what a step costs, and compares two sizes.

use std::alloc::System;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Other sizes than the usual ones, as two numbers with a comma between.
pub(crate) const SIZES: &str = "ENROLL_GROWTH_SIZES";

/// What begins a line of standard output that says what was counted.
pub(crate) const COUNTED: &str = "counted";

/// How much more than n log n a step may grow: tables double at their own sizes.
const MARGIN: f64 = 1.05;

/// Does each step for a number of people, and counts what they cost.
pub(crate) struct Counter {
    people: usize,
    steps: Vec<(&'static str, [usize; 2])>,
}

impl Counter {
    /// Does one step and counts it under its name.
    pub(crate) fn step<T>(&mut self, name: &'static str, step: impl FnOnce() -> T) -> T {
        let (mut step, mut result) = (Some(step), None);
        let region = Region::new(ALLOCATOR);
        measured_step(&mut || result = step.take().map(|step| step()));
        let change = region.change();
        let calls = change.allocations + change.reallocations;
        println!("\n{COUNTED}\t{name}\t{}\t{calls}\t{}", self.people, change.bytes_allocated);
        self.steps.push((name, [calls, change.bytes_allocated]));
        result.unwrap()
    }
}

/// The frame by which a profiler knows what belongs to a step.
#[inline(never)]
fn measured_step(step: &mut dyn FnMut()) {
    step();
}

/// Runs steps at two sizes. None may grow faster than n log n.
pub(crate) fn grow_gently(steps: fn(&mut Counter, usize)) {
    // The counts are the process's: one at a time.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let sizes = sizes();
    let [small, large] = sizes.map(|people| {
        let mut counter = Counter { people, steps: Vec::new() };
        steps(&mut counter, people);
        counter.steps
    });
    assert!(!small.is_empty());
    let large: BTreeMap<_, _> = large.into_iter().collect();
    let mut wrong = Vec::new();
    for (name, costs) in small {
        for (what, few, many) in [
            ("allocations", costs[0], large[name][0]),
            ("allocated bytes", costs[1], large[name][1]),
        ] {
            wrong.extend(too_much(sizes, few as f64, many as f64).map(|growth| {
                format!(
                    "{name}: {few} {what} for {} people, {many} for {}: {growth}",
                    sizes[0], sizes[1]
                )
            }));
        }
    }
    assert!(wrong.is_empty(), "more than n log n:\n{}", wrong.join("\n"));
}

/// Says so where a cost grew faster than n log n.
pub(crate) fn too_much(sizes: [usize; 2], few: f64, many: f64) -> Option<String> {
    let [small, large] = sizes.map(|people| people as f64);
    let limit = large * large.ln() / (small * small.ln()) * MARGIN;
    let growth = many / few;
    (growth > limit).then(|| format!("{growth:.2} times as much, at most {limit:.2} is allowed"))
}

pub(crate) fn sizes() -> [usize; 2] {
    match std::env::var(SIZES) {
        Ok(text) => {
            let (small, large) = text.split_once(',').unwrap();
            [small.parse().unwrap(), large.parse().unwrap()]
        }
        Err(_) => [5_000, 10_000],
    }
}

#[test]
fn growth_is_told_from_n_log_n() {
    let sizes = [5_000, 10_000];
    for (few, many, allowed) in [
        (100.0, 100.0, true),
        (100.0, 200.0, true),
        (100.0, 216.0, true),
        (100.0, 240.0, false),
        (100.0, 400.0, false),
    ] {
        assert_eq!(too_much(sizes, few, many).is_none(), allowed, "{few} {many}");
    }
}
