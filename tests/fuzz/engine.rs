//! A small fuzzer for stable Rust: mutates a corpus, keeps what behaves anew, and holds every input to the
//! target's promises. No input may panic, overflow the stack or go on without end.
//!
//! `cargo test --test fuzz` tries a few hundred inputs a target, always the same ones. With
//! `FUZZ_SECONDS=300` each target goes on for so long, from another seed each time; what it tries stands in
//! `target/tmp/fuzz/TARGET` while it runs, so that an input which ends the process is not lost.

use std::collections::HashSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

/// Inputs of a short run.
const FEW: u64 = 400;
/// Longest input.
const LONGEST: usize = 1 << 14;
/// No input of that length may take so long; looked at in long runs only, where nothing else runs.
const TOO_LONG: Duration = Duration::from_secs(10);
/// Stack of a target: a quarter of what the program's main thread has.
const STACK: usize = 2 << 20;

/// Pieces that mean something to one of the formats.
const WORDS: &[&str] = &[
    "${",
    "%{",
    "}",
    "{",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\\",
    "\n",
    "\r\n",
    "<<-E\n",
    "\nE\n",
    "=",
    ":",
    ",",
    ".",
    "*",
    "...",
    "=>",
    "~",
    "%{ if true }",
    "%{ for x in [1] }",
    "%{ endif }",
    "for x in ",
    " : ",
    " ? ",
    "&&",
    "||",
    "!",
    "-",
    "+",
    "/",
    "%",
    "==",
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "1e999",
    "9223372036854775807",
    "18446744073709551616",
    "0.1",
    "person",
    "var.",
    "local.",
    "user.",
    "connection.",
    "env(\"A\")",
    "file(\"t.txt\")",
    "try(",
    "can(",
    "range(",
    "join(",
    "format(\"%s\", ",
    "regex(\"",
    "replace(",
    "#",
    "//",
    "/*",
    "*/",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "\u{1b}[31m",
    "\u{9b}",
    "é",
    "👩‍🚀",
    "\\u0000",
    "\\ud800",
    "\\u001b",
    "[[[[[[[[",
    "{\"a\":{\"a\":{\"a\":",
    "\"id\":",
    "\"userName\":",
    "\"totalResults\":",
    "\"Resources\":[",
    "\"serial\":",
    "\"lineage\":",
    "\"format_version\": \"1.0\"",
    "\"actions\":",
    "\"update\"",
    "\"delete\"",
    "sha256:",
    "@",
    "\t",
    " ",
    "E1",
    "moved {",
    "removed {",
    "from =",
    "to =",
    "account.prod[\"",
    "1970-01-01T00:00:00Z",
];

/// Draws numbers; the same seed gives the same ones.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`, or 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { usize::try_from(self.next() % end as u64).unwrap() }
    }
}

/// Runs a target: `seeds` to begin with, `check` to hold an input to what was promised. What `check` returns
/// says in words how the input was taken; an input that is taken as none before is mutated further.
pub(crate) fn fuzz(name: &str, seeds: Vec<Vec<u8>>, check: fn(&[u8]) -> String) {
    let run = move |name: String| campaign(&name, &seeds, check);
    let name = name.to_owned();
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || run(name)).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn campaign(name: &str, seeds: &[Vec<u8>], check: fn(&[u8]) -> String) {
    let seconds = std::env::var("FUZZ_SECONDS").ok().map(|text| text.parse::<u64>().unwrap());
    let mut rng = Rng(0x9E37_79B9_7F4A_7C15);
    if seconds.is_some() {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        rng.0 ^= u64::from(now.subsec_nanos()) << 20 | now.as_secs();
    }
    let begun = Instant::now();
    let mut corpus = seeds.to_vec();
    let mut known = HashSet::new();
    let (mut runs, mut slowest) = (0_u64, Duration::ZERO);
    loop {
        let at = usize::try_from(runs).unwrap();
        let input = seeds.get(at).cloned().unwrap_or_else(|| mutate(&corpus, &mut rng));
        let told = hold(name, &input, check, seconds.is_some(), &mut slowest);
        if known.insert(told) && at >= seeds.len() {
            corpus.push(input);
        }
        runs += 1;
        let over = seconds.map_or(runs >= FEW + seeds.len() as u64, |seconds| {
            begun.elapsed() >= Duration::from_secs(seconds)
        });
        if over {
            break;
        }
    }
    if seconds.is_some() {
        let text = format!(
            "{name}: {runs} inputs, {} ways of taking them, slowest {slowest:?}\n",
            known.len()
        );
        fs::write(folder().join(format!("{name}.done")), text).unwrap();
    }
}

/// One input; a panic names it.
fn hold(
    name: &str,
    input: &[u8],
    check: fn(&[u8]) -> String,
    long: bool,
    slowest: &mut Duration,
) -> String {
    let began = Instant::now();
    if long {
        fs::write(folder().join(name), input).unwrap();
    }
    let told = catch_unwind(AssertUnwindSafe(|| check(input))).unwrap_or_else(|_| {
        let path = folder().join(format!("{name}.found"));
        fs::write(&path, input).unwrap();
        panic!(
            "{name} does not hold for {:?}, kept as {}",
            String::from_utf8_lossy(input),
            path.display()
        )
    });
    *slowest = began.elapsed().max(*slowest);
    if long && began.elapsed() > TOO_LONG {
        let path = folder().join(format!("{name}.slow"));
        fs::write(&path, input).unwrap();
        panic!("{name} took {:?} for an input kept as {}", began.elapsed(), path.display());
    }
    told
}

fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn mutate(corpus: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut input = corpus[rng.below(corpus.len())].clone();
    for _ in 0..=rng.below(6) {
        let at = rng.below(input.len() + 1);
        let to = (at + rng.below(24)).min(input.len());
        match rng.below(9) {
            0 if at < input.len() => input[at] ^= 1 << rng.below(8),
            1 if at < input.len() => input[at] = u8::try_from(rng.below(256)).unwrap(),
            2 => drop(input.drain(at..to)),
            3 => {
                let piece = input[at..to].to_vec();
                let where_to = rng.below(input.len() + 1);
                input.splice(where_to..where_to, piece);
            }
            4 => {
                let other = &corpus[rng.below(corpus.len())];
                let from = rng.below(other.len());
                let end = (from + 1 + rng.below(200)).min(other.len());
                input.splice(at..to, other[from..end].iter().copied());
            }
            5 => {
                let piece = WORDS[rng.below(WORDS.len())].repeat(1 << rng.below(8));
                input.splice(at..at, piece.bytes());
            }
            6 => input.truncate(at),
            _ => {
                let word = WORDS[rng.below(WORDS.len())];
                let end = if rng.below(2) == 0 { at } else { to };
                input.splice(at..end, word.bytes());
            }
        }
    }
    input.truncate(LONGEST);
    input
}

/// What was said, without what differs from input to input: names in backticks and quotes, and numbers.
pub(crate) fn outline(text: &str) -> String {
    let mut quoted = false;
    text.chars()
        .filter(|c| {
            if matches!(c, '`' | '"') {
                quoted = !quoted;
            }
            !quoted && !c.is_ascii_digit()
        })
        .take(200)
        .collect()
}
