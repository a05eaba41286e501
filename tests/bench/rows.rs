//! The runs that are measured, each with what it must have done.

use std::path::Path;

use serde::Deserialize;

use super::ground::{Ground, Ran};
use super::measure::Usage;
use super::people::{self, Than};
use super::serve::Requests;
use super::table;

pub(crate) const FIRST_PLAN: &str = "first plan (all adopted), JSON";
pub(crate) const FIRST_APPLY: &str = "first apply (all adopted)";
pub(crate) const SETTLED: &str = "settled plan";
pub(crate) const ONE_PERCENT: &str = "plan, 1 % changed";
pub(crate) const BLOCKS: &str = "settled plan, `user` blocks";
pub(crate) const CREATES: &str = "apply, all created";
pub(crate) const VALIDATE: &str = "`validate`, small";
pub(crate) const PACED: &str = "apply, all created at 30/s";

/// Writes a second in [`PACED`].
pub(crate) const PACE: u32 = 30;

/// How often a run is done that leaves things as they were.
fn times(people: usize) -> usize {
    match people {
        0 => 15,
        1..=20_000 => 9,
        _ => 3,
    }
}

/// One kind of run at one size.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) people: usize,
    pub(crate) usage: Usage,
    pub(crate) requests: Requests,
}

/// All of them.
pub(crate) struct Rows(Vec<Row>);

/// Measures everything at these sizes.
pub(crate) fn all(binary: &Path, sizes: &[usize]) -> Rows {
    let mut rows = Rows(Vec::new());
    rows.validate(binary);
    for &people in sizes {
        eprintln!("measuring {} people", table::thousands(people));
        rows.staff(binary, people);
        rows.blocks(binary, people);
        // What is created twenty thousand times over is the sandbox's time, not the client's.
        if people <= 10_000 {
            rows.creates(binary, people);
        }
    }
    rows.paced(binary);
    rows
}

impl Rows {
    pub(crate) fn get(&self, what: &str, people: usize) -> Option<&Row> {
        self.0.iter().find(|row| row.what == what && row.people == people)
    }

    fn validate(&mut self, binary: &Path) {
        let mut ground = Ground::offline(binary);
        let quickstart = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart");
        ground.write("main.hcl", &std::fs::read_to_string(quickstart.join("main.hcl")).unwrap());
        let runs: Vec<Ran> = (0..times(0)).map(|_| ground.run(&["validate"], 0)).collect();
        self.add(VALIDATE, 0, &runs);
    }

    fn staff(&mut self, binary: &Path, people: usize) {
        let rules = [people::DIRECTORY, people::RULE].concat();
        let mut ground = Ground::new(binary, people, None, &rules);
        ground.write("people.csv", &people::csv(people, Than::Same));
        let plan = |ground: &mut Ground<'_>, args: &[&str]| -> Vec<Ran> {
            (0..times(people)).map(|_| ground.run(&[&["plan"], args].concat(), 0)).collect()
        };

        let first = plan(&mut ground, &["-format=json"]);
        first[0].must(summary(&first[0]).adopt == people);
        self.add(FIRST_PLAN, people, &first);

        let apply = ground.run(&["apply", "-auto-approve", "--first-run"], 0);
        apply.must(apply.requests.write == 0);
        self.add(FIRST_APPLY, people, &[apply]);

        let settled = plan(&mut ground, &["-detailed-exitcode"]);
        settled[0].must(settled[0].out.ends_with("No changes.\n"));
        self.add(SETTLED, people, &settled);

        ground.write("people.csv", &people::csv(people, Than::OnePercent));
        let changed = plan(&mut ground, &[]);
        let (updates, out) = (people / 100, &changed[0].out);
        changed[0].must(out.contains(&format!("{updates} to update, 0 to enable")));
        self.add(ONE_PERCENT, people, &changed);
    }

    fn blocks(&mut self, binary: &Path, people: usize) {
        let mut ground = Ground::new(binary, people, None, people::BLOCKS_RULE);
        ground.write("people.hcl", &people::blocks(people));
        ground.run(&["apply", "-auto-approve", "--first-run"], 0);
        let runs: Vec<Ran> =
            (0..times(people)).map(|_| ground.run(&["plan", "-detailed-exitcode"], 0)).collect();
        runs[0].must(runs[0].out.ends_with("No changes.\n"));
        self.add(BLOCKS, people, &runs);
    }

    fn creates(&mut self, binary: &Path, people: usize) {
        let ran = created(binary, people, None);
        self.add(CREATES, people, &[ran]);
    }

    fn paced(&mut self, binary: &Path) {
        let people = 10 * PACE as usize;
        let ran = created(binary, people, Some(PACE));
        self.add(PACED, people, &[ran]);
    }

    /// Of several equal runs the least of time counts, since only what else the machine does makes a run
    /// slower; of memory the most.
    fn add(&mut self, what: &'static str, people: usize, runs: &[Ran]) {
        let requests = runs[0].requests;
        let mut usage = runs[0].usage;
        for ran in runs {
            ran.must(ran.requests == requests);
            if ran.usage.cpu() < usage.cpu() {
                (usage.user, usage.system) = (ran.usage.user, ran.usage.system);
            }
            usage.wall = usage.wall.min(ran.usage.wall);
            usage.memory = usage.memory.max(ran.usage.memory);
        }
        self.0.push(Row { what, people, usage, requests });
    }

    /// Everything that was measured, as Markdown.
    pub(crate) fn table(&self) -> String {
        let head = [
            "run",
            "people",
            "CPU",
            "user",
            "system",
            "wall",
            "peak memory",
            "list",
            "read",
            "write",
        ];
        let rows: Vec<Vec<String>> = self.0.iter().map(Row::cells).collect();
        table::markdown(&head.map(str::to_owned), &rows)
    }
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let Self { what, people, usage, requests } = self;
        vec![
            (*what).to_owned(),
            table::thousands(*people),
            table::seconds(usage.cpu()),
            table::seconds(usage.user),
            table::seconds(usage.system),
            table::seconds(usage.wall),
            table::megabytes(usage.memory),
            requests.list.to_string(),
            requests.read.to_string(),
            requests.write.to_string(),
        ]
    }
}

fn created(binary: &Path, people: usize, write_rate: Option<u32>) -> Ran {
    let rules = [people::DIRECTORY, people::RULE].concat();
    let mut ground = Ground::new(binary, 0, write_rate, &rules);
    ground.write("people.csv", &people::csv(people, Than::Same));
    let ran = ground.run(&["apply", "-auto-approve"], 0);
    ran.must(ran.requests.write == people as u64);
    ran
}

#[derive(Deserialize)]
struct Shown {
    summary: Summary,
}

#[derive(Deserialize)]
struct Summary {
    adopt: usize,
}

fn summary(ran: &Ran) -> Summary {
    serde_json::from_str::<Shown>(&ran.out).unwrap_or_else(|_| panic!("{}", ran.tail())).summary
}
