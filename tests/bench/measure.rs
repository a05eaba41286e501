//! What one process costs, as the system counted it when it ended.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// What a process cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) user: Duration,
    pub(crate) system: Duration,
    pub(crate) wall: Duration,
    /// Its peak, in bytes.
    pub(crate) memory: u64,
    pub(crate) code: i32,
}

impl Usage {
    pub(crate) fn cpu(&self) -> Duration {
        self.user + self.system
    }
}

/// Runs `command` to its end and says what it cost.
///
/// This program runs itself in between: the system counts only all ended children of a process together, and
/// a child begins with its parent's memory, which here holds more than what is to be measured.
pub(crate) fn run(command: &Command, out: &Path, err: &Path) -> Usage {
    let mut between = Command::new(std::env::current_exe().unwrap());
    between.arg("measure").args([out, err]).arg(command.get_program()).args(command.get_args());
    between.env_clear();
    between.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    between.current_dir(command.get_current_dir().unwrap()).stdin(Stdio::null());
    let output = between.stderr(Stdio::inherit()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<u64> = said.split_whitespace().map(|word| word.parse().unwrap()).collect();
    let [user, system, wall, memory, code] = numbers[..] else { panic!("{said}") };
    let time = Duration::from_micros;
    Usage {
        user: time(user),
        system: time(system),
        wall: time(wall),
        memory,
        code: i32::try_from(code).unwrap(),
    }
}

/// The process in between: its arguments are the files for output and errors, the program and its arguments.
pub(crate) fn measure(args: &[String]) {
    let file = |path: &str| Stdio::from(File::create(path).unwrap());
    let began = Instant::now();
    let mut command = Command::new(&args[2]);
    command.args(&args[3..]).stdin(Stdio::null()).stdout(file(&args[0])).stderr(file(&args[1]));
    let status = command.status().unwrap();
    let wall = began.elapsed().as_micros();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    println!(
        "{} {} {wall} {} {}",
        usage.user_time().num_microseconds(),
        usage.system_time().num_microseconds(),
        usage.max_rss() * unit,
        status.code().unwrap_or(255)
    );
}
