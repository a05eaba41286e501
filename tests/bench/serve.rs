//! The sandbox in a process of its own, which says what it was asked for.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use enroll::sandbox::{Class, Manners, MemoryStore, Options, Sandbox, Seed};

use super::people;

/// How many requests a server saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Requests {
    pub(crate) list: u64,
    pub(crate) read: u64,
    pub(crate) write: u64,
    pub(crate) token: u64,
    /// Those that were answered with 429.
    pub(crate) refused: u64,
}

impl Requests {
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            list: self.list - before.list,
            read: self.read - before.read,
            write: self.write - before.write,
            token: self.token - before.token,
            refused: self.refused - before.refused,
        }
    }
}

/// A server that runs until it is dropped.
pub(crate) struct Server {
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Where it is, without a path.
    pub(crate) base: String,
}

impl Server {
    /// A server that has so many people, and lets so many writes a second through.
    pub(crate) fn start(people: usize, write_rate: Option<u32>) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["serve".to_owned(), people.to_string()])
            .args(write_rate.map(|rate| rate.to_string()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let ask = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self { child, ask, answers, base: String::new() };
        server.base = server.line();
        server
    }

    /// What it was asked so far.
    pub(crate) fn requests(&mut self) -> Requests {
        self.ask.write_all(b"\n").unwrap();
        let line = self.line();
        let numbers: Vec<u64> = line.split(' ').map(|word| word.parse().unwrap()).collect();
        let [list, read, write, token, refused] = numbers[..] else { panic!("{line}") };
        Requests { list, read, write, token, refused }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// The process that serves: its arguments are how many people, and how many writes a second.
pub(crate) fn serve(args: &[String]) {
    let people: usize = args[0].parse().unwrap();
    let mut options = Options::new(Manners::Zoom);
    options.clock = Arc::new(jiff::Timestamp::now);
    options.rates.write = args.get(1).map(|rate| rate.parse().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let running = Sandbox::listen(address, options, MemoryStore::new()).unwrap();
    running.add((0..people).map(seed)).unwrap();
    println!("http://{}", running.addr());
    for line in std::io::stdin().lines() {
        if line.is_err() {
            break;
        }
        let counts = running.counts();
        let of = |class| counts.of(class);
        let (list, read, write) = (of(Class::List), of(Class::Read), of(Class::Write));
        println!("{list} {read} {write} {} {}", of(Class::Token), counts.status(429));
    }
}

fn seed(n: usize) -> Seed {
    let resource = people::resource(n);
    let mut seed = Seed::new(resource["userName"].as_str().unwrap());
    for name in ["name", "displayName", "userType"] {
        seed = seed.set(name, resource[name].clone());
    }
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    seed.set(enterprise, resource[enterprise].clone())
}
