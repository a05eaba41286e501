//! The steps of a run in this process, each through the entry point that the commands use.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use enroll::apply::{Run, apply};
use enroll::codec::journal::{self, Was};
use enroll::config::{self, Configuration, Inputs};
use enroll::event::{Event, Listener};
use enroll::live::Live;
use enroll::model::{Address, Fingerprint, Text};
use enroll::plan::{Options, PlanInput, Planned, plan};
use enroll::port::{Before, Failure, Finished, Intent, KeepState};
use enroll::refresh::{Mode, Needs, ReadCache, refresh};
use enroll::scim::Client;
use enroll::source::{Entry, EntryKind, Source, SourceError};
use enroll::state::{self, State};

use super::people::{self, CONNECTION, Than};
use super::service::Service;

const NOW: &str = "2026-01-01T00:00:00Z";

/// The files of a configuration, in memory.
pub(crate) struct Files(BTreeMap<&'static str, Arc<[u8]>>);

impl Files {
    /// The connection and `text` in one file, and a CSV unless it is empty.
    pub(crate) fn new(text: &str, csv: &str) -> Self {
        let main = people::connection("http://127.0.0.1:1", None) + text;
        let mut files = BTreeMap::from([("main.hcl", Arc::from(main.into_bytes()))]);
        if !csv.is_empty() {
            files.insert("people.csv", Arc::from(csv.as_bytes()));
        }
        Self(files)
    }

    /// People from a CSV, and the rule that takes them.
    pub(crate) fn staff(people: usize, than: Than) -> Self {
        let text = [people::DIRECTORY, people::RULE].concat();
        Self::new(&text, &people::csv(people, than))
    }

    /// Reads the configuration, which must be sound.
    pub(crate) fn load(&self) -> Configuration {
        let inputs = Inputs { enroll_version: "0.1.0".to_owned(), ..Inputs::default() };
        let loaded = config::load(self, &inputs);
        loaded.configuration.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
    }
}

impl Source for Files {
    fn names(&self) -> Result<Vec<String>, SourceError> {
        Ok(self.0.keys().map(|name| (*name).to_owned()).collect())
    }

    fn entries(&self, _: &str) -> Result<Vec<Entry>, SourceError> {
        let entry = |name: &&str| Entry { name: (*name).to_owned(), kind: EntryKind::File };
        Ok(self.0.keys().map(entry).collect())
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>, SourceError> {
        let bytes = self.0.get(path).ok_or_else(|| SourceError::Missing(path.to_owned()))?;
        Ok(Box::new(Cursor::new(Arc::clone(bytes))))
    }
}

/// Waits for what never sleeps.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(future)
}

/// What the service says, as a plan learns it.
pub(crate) fn refreshed(
    client: &Client<Service>,
    configuration: &Configuration,
    state: &State,
) -> BTreeMap<Text, Live> {
    let needs = Needs {
        connection: &configuration.desired.connections[CONNECTION],
        state,
        options: &Options::default(),
        mode: Mode::Changed,
    };
    let live = wait(refresh(client, needs, &mut ReadCache::default())).unwrap();
    BTreeMap::from([(CONNECTION.into(), live)])
}

/// Which account it is.
pub(crate) fn fingerprints() -> BTreeMap<Text, Fingerprint> {
    let fingerprint = enroll::codec::fingerprint("zoom", "http://127.0.0.1:1/scim2", "account");
    BTreeMap::from([(CONNECTION.into(), fingerprint)])
}

/// Plans, which must be possible.
pub(crate) fn planned(
    configuration: &Configuration,
    state: &State,
    live: &BTreeMap<Text, Live>,
) -> Planned {
    let input = PlanInput {
        desired: &configuration.desired,
        state,
        live,
        fingerprints: &fingerprints(),
        options: &Options::default(),
        config: &configuration.digest,
        sandbox: false,
    };
    plan(&input).unwrap()
}

/// A state that is about to be written for the first time.
pub(crate) fn newborn() -> State {
    let mut state = State { lineage: "benchmark".into(), ..State::default() };
    for (name, fingerprint) in fingerprints() {
        state.connections.entry(name).or_default().fingerprint = Some(fingerprint);
    }
    state
}

/// What an apply left behind.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) state: State,
    /// The journal that leads there.
    pub(crate) journal: String,
}

/// Carries a plan out, all of it.
pub(crate) fn applied(client: &Client<Service>, planned: &Planned, state: State) -> Kept {
    let keeper = Keeper(Mutex::new(Kept { journal: journal::begin(&state, &"run".into()), state }));
    let run = Run {
        connection: &CONNECTION.into(),
        port: client,
        live: None,
        keep: &keeper,
        listener: &Nobody,
        now: &|| NOW.into(),
        at_once: 4,
        may_pend: true,
        stop: &AtomicBool::new(false),
    };
    let outcome = wait(apply(&run, &planned.work));
    assert!(outcome.is_success(), "{:?}", outcome.failed.first());
    assert_eq!(outcome.done_in_all(), planned.plan.summary.steps());
    keeper.0.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps state and journal in memory, as `disk` does in files.
struct Keeper(Mutex<Kept>);

impl Keeper {
    fn append(&self, line: impl FnOnce(&mut State) -> String) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let line = line(&mut kept.state);
        kept.journal.push_str(&line);
    }
}

impl KeepState for Keeper {
    async fn intent(
        &self,
        intent: &Intent,
        at: &Text,
        before: Option<&Before>,
    ) -> Result<(), Failure> {
        self.append(|state| {
            let record = state.account(&intent.address);
            journal::intent(intent, at, Was { record, live: before })
        });
        Ok(())
    }

    async fn done(
        &self,
        address: &Address,
        record: Option<&state::Account>,
        step: Option<&Finished<'_>>,
    ) -> Result<(), Failure> {
        self.append(|state| {
            let line = journal::done(address, record, step, None);
            state.put(address, record.cloned());
            line
        });
        Ok(())
    }

    async fn failed(&self, step: &Finished<'_>) -> Result<(), Failure> {
        self.append(|_| journal::failed(step));
        Ok(())
    }
}

struct Nobody;

impl Listener for Nobody {
    fn hear(&self, _: &Event) {}
}
