//! What each part costs by itself, at 1,000, 10,000 and 100,000 people: `cargo bench --bench parts [FILTER]`.
//!
//! Everything goes in through the entry points that the commands use, so that the numbers of two versions
//! compare, whatever changed inside.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that can't go on should say so")]
#![allow(clippy::cast_precision_loss, reason = "no count here needs more than 52 bits")]
#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

mod cpu;
mod floor;
mod house;
mod people;
mod service;
mod table;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use criterion::{BatchSize, BenchmarkId, Criterion, SamplingMode};
use enroll::codec;
use enroll::config::Configuration;
use enroll::live::Live;
use enroll::model::Text;
use enroll::plan::{Plan, Planned};
use enroll::render;
use enroll::scim::Client;
use enroll::state::State;

use cpu::Cpu;
use house::{Files, Kept, applied, newborn, planned, refreshed};
use people::Than;
use service::Service;

/// That of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let (folder, since) = (folder(), SystemTime::now());
    let mut bench = Bench {
        criterion: Criterion::default()
            .with_measurement(Cpu::time())
            .without_plots()
            .output_directory(&folder)
            .warm_up_time(Duration::from_millis(500))
            .configure_from_args(),
        people: 0,
        done: Vec::new(),
    };
    // Without `--bench` this is no measurement: each is done once, to see that it can be.
    let measured = std::env::args().any(|arg| arg == "--bench");
    let sizes: &[usize] = if measured { &[1_000, 10_000, 100_000] } else { &[1_000] };
    for &people in sizes {
        bench.people = people;
        reading(&mut bench);
        planning_and_after(&mut bench);
        least(&mut bench);
    }
    bench.criterion.final_summary();
    let median = |name: &str, people| median(&folder, since, name, people).unwrap_or_default();
    print(sizes, &bench.done, median);
}

/// Where the estimates are put: `criterion/` in the target folder, which this program is in.
fn folder() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.ancestors().nth(3).unwrap().join("criterion")
}

struct Bench {
    criterion: Criterion<Cpu>,
    people: usize,
    done: Vec<&'static str>,
}

impl Bench {
    /// Measures one part: what `setup` makes is handed to it, and is not counted.
    fn part<I, O>(&mut self, name: &'static str, setup: impl Fn() -> I, part: impl Fn(I) -> O) {
        let people = self.people;
        let mut group = self.criterion.benchmark_group(name);
        // Ten runs of a part that takes up to seconds are enough to see a change of a few per cent.
        let (samples, seconds) = if people >= 100_000 { (10, 1) } else { (20, 2) };
        group.sample_size(samples).measurement_time(Duration::from_secs(seconds));
        group.sampling_mode(SamplingMode::Flat);
        group.bench_function(BenchmarkId::from_parameter(people), |bencher| {
            bencher.iter_batched(&setup, |input| black_box(part(input)), BatchSize::PerIteration);
        });
        group.finish();
        if !self.done.contains(&name) {
            self.done.push(name);
        }
    }
}

fn reading(bench: &mut Bench) {
    let csv = people::csv(bench.people, Than::Same);
    let only = Files::new(people::DIRECTORY, &csv);
    bench.part("read a CSV", || (), |()| only.load());
    let one = Files::new(&[people::DIRECTORY, people::RULE].concat(), &csv);
    bench.part("read it, run a rule of ten expressions", || (), |()| one.load());
    let three = Files::new(&[people::DIRECTORY, people::RULE, people::MORE_RULES].concat(), &csv);
    bench.part("read it, run and merge three rules", || (), |()| three.load());
    let blocks = Files::new(&[&people::blocks(bench.people), people::BLOCKS_RULE].concat(), "");
    bench.part("read `user` blocks and their rule", || (), |()| blocks.load());
}

/// What is made once, and only where a benchmark needs it.
struct Ready {
    people: usize,
    staff: Configuration,
    client: Client<Service>,
    live: BTreeMap<Text, Live>,
    adopted: Planned,
    /// The state after everybody was adopted.
    settled: State,
    /// Everybody created, with the journal that leads there.
    created: OnceCell<Kept>,
}

impl Ready {
    fn new(people: usize) -> Self {
        let staff = Files::staff(people, Than::Same).load();
        let client = Service::with(people);
        let live = refreshed(&client, &staff, &newborn());
        let adopted = planned(&staff, &newborn(), &live);
        let settled = applied(&client, &adopted, newborn()).state;
        Self { people, staff, client, live, adopted, settled, created: OnceCell::new() }
    }

    fn adoption(&self) -> &Plan {
        assert_eq!(self.adopted.plan.summary.adopt, self.people as u64);
        &self.adopted.plan
    }

    fn created(&self) -> &Kept {
        self.created.get_or_init(|| {
            let client = Service::with(0);
            let live = refreshed(&client, &self.staff, &newborn());
            applied(&client, &planned(&self.staff, &newborn(), &live), newborn())
        })
    }
}

fn planning_and_after(bench: &mut Bench) {
    let ready = Ready::new(bench.people);
    let Ready { people, staff, client, live, settled, .. } = &ready;
    bench.part("read a list of accounts", || (), |()| refreshed(client, staff, settled));

    let plan = planned(staff, settled, live).plan;
    assert_eq!((plan.has_work(), plan.summary.unchanged), (false, *people as u64));
    bench.part("plan: settled", || (), |()| planned(staff, settled, live));
    let nothing = newborn();
    bench.part("plan: everybody adopted", || (), |()| planned(staff, &nothing, live));
    let changed = Files::staff(*people, Than::OnePercent).load();
    let updates = planned(&changed, settled, live).plan.summary.update;
    assert_eq!(updates, *people as u64 / 100);
    bench.part("plan: 1 % changed", || (), |()| planned(&changed, settled, live));

    let plan = ready.adoption();
    bench.part("show everybody adopted: text", || (), |()| render::text(plan, true));
    bench.part("show everybody adopted: JSON", || (), |()| codec::plan::write(plan));
    let markdown = || render::markdown(plan, 60_000);
    bench.part("show everybody adopted: Markdown", || (), |()| markdown());
    bench.part("show everybody adopted: HTML", || (), |()| render::html(plan));
    bench.part("show everybody adopted: GitLab", || (), |()| render::gitlab(plan));

    bench.part("write the state", || (), |()| codec::state::write(settled));
    let bytes = codec::state::write(settled);
    bench.part("read the state", || (), |()| codec::state::read(&bytes).unwrap());

    let journal = &ready.created().journal;
    bench.part("fold a journal of creates", newborn, |mut state| {
        codec::journal::fold(&mut state, journal).unwrap();
        state
    });
}

/// The floor beside the parts that stand on it.
fn least(bench: &mut Bench) {
    let csv = people::csv(bench.people, Than::Same);
    bench.part("floor: a CSV's fields", || (), |()| floor::records(&csv));
    let pages = floor::pages(bench.people);
    bench.part("floor: a list into plain structs", || (), |()| floor::decode(&pages));
    let bytes = codec::state::write(&Ready::new(bench.people).settled);
    assert_eq!(floor::state(&bytes), bench.people);
    bench.part("floor: the state's records by key", || (), |()| floor::state(&bytes));
}

/// Prints the medians of what was measured now, as Markdown.
fn print(sizes: &[usize], done: &[&str], median: impl Fn(&str, usize) -> String) {
    let mut rows = Vec::new();
    for &name in done {
        let cells: Vec<String> = sizes.iter().map(|people| median(name, *people)).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push([vec![name.to_owned()], cells].concat());
        }
    }
    let mut head = vec!["part".to_owned()];
    head.extend(sizes.iter().map(|people| format!("{} people", table::thousands(*people))));
    println!("\n{}", table::markdown(&head, &rows));
}

/// The median, out of the file that criterion wrote `since` then.
fn median(folder: &Path, since: SystemTime, name: &str, people: usize) -> Option<String> {
    // Names of folders can't have all characters; criterion puts `_` there.
    let plain = |c: char| if "?\"/\\*<>:|^".contains(c) { '_' } else { c };
    let group: String = name.chars().map(plain).collect();
    let file = folder.join(group).join(people.to_string()).join("new/estimates.json");
    if file.metadata().ok()?.modified().ok()? < since {
        return None;
    }
    let estimates: serde_json::Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    let nanoseconds = estimates["median"]["point_estimate"].as_f64()?;
    Some(table::milliseconds(nanoseconds / 1e6))
}
