//! What Enroll promises to cost, beside what it costs.

use std::path::Path;
use std::time::Duration;

use super::rows::{BLOCKS, CREATES, FIRST_PLAN, PACE, PACED, Rows, SETTLED, VALIDATE};
use super::table;

/// What a run may cost: its name here, the run, the people, milliseconds of CPU and megabytes.
const FIGURES: [(&str, &str, usize, u64, u64); 6] = [
    ("settled plan, 10,000 people from a CSV, live list", SETTLED, 10_000, 150, 60),
    ("settled plan, 100,000", SETTLED, 100_000, 1_200, 300),
    ("first plan of 100,000 (all adopted), JSON out", FIRST_PLAN, 100_000, 3_000, 500),
    ("settled plan, 100,000 `user` blocks in HCL", BLOCKS, 100_000, 2_500, 450),
    ("`validate` of a small configuration, whole process", VALIDATE, 0, 10, 15),
    ("apply of 10,000 creates, pace unlimited, in the client", CREATES, 10_000, 3_000, 120),
];

/// How much more twice as many people may cost.
const TWICE: f64 = 2.2;

/// The most that the binary may be, in MiB.
const BINARY: f64 = 20.0;

/// The figures of what was measured, as Markdown.
pub(crate) fn table(rows: &Rows, binary: &Path) -> String {
    let mut lines = Vec::new();
    let mut line = |what: &str, cells: [String; 4], held: bool| {
        let held = if held { "yes" } else { "**no**" };
        lines.push([vec![what.to_owned()], cells.to_vec(), vec![held.to_owned()]].concat());
    };
    for (what, run, people, cpu, memory) in FIGURES {
        let Some(row) = rows.get(run, people) else { continue };
        let (cpu, most) = (Duration::from_millis(cpu), memory * 1_000_000);
        let cells = [
            table::seconds(row.usage.cpu()),
            table::seconds(cpu),
            table::megabytes(row.usage.memory),
            table::megabytes(most),
        ];
        line(what, cells, row.usage.cpu() <= cpu && row.usage.memory <= most);
    }
    if let (Some(half), Some(whole)) = (rows.get(SETTLED, 10_000), rows.get(SETTLED, 20_000)) {
        let times = whole.usage.cpu().as_secs_f64() / half.usage.cpu().as_secs_f64();
        let cells = [format!("{times:.2} ×"), format!("{TWICE} ×"), String::new(), String::new()];
        line("settled plan, 20,000 people to 10,000", cells, times <= TWICE);
    }
    let people = 10 * PACE as usize;
    if let Some(row) = rows.get(PACED, people) {
        let most = Duration::from_secs(11);
        let what = format!("{people} creates at {PACE}/s: wall; {} refused", row.requests.refused);
        let cells = [row.usage.wall, most].map(table::seconds);
        let [wall, least] = cells;
        let held = row.usage.wall <= most && row.requests.refused == 0;
        line(&what, [wall, least, String::new(), String::new()], held);
    }
    let size = binary.metadata().unwrap().len() as f64 / f64::from(1 << 20);
    let cells =
        [format!("{size:.1} MiB"), format!("{BINARY:.0} MiB"), String::new(), String::new()];
    line("the binary", cells, size <= BINARY);
    let head = ["figure", "CPU", "at most", "peak memory", "at most", "held"];
    table::markdown(&head.map(str::to_owned), &lines)
}
