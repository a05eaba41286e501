//! Before the first change of an apply: does each connection still let us in?
//!
//! Between a plan and its answered question an hour may pass. A connection whose test fails now gets
//! none of its work, so that its accounts are not found half done; the others go on.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::connect::of_failure;
use super::planning::Made;
use crate::diagnostic::Diagnostic;
use crate::event::{Event, Listener, Outcome, What};
use crate::model::Text;
use crate::plan::{Task, Work};
use crate::port::Failure;

/// The connections that failed their test, and why.
pub(super) struct Unfit(BTreeMap<Text, Failure>);

/// Tests every connection that is to be written to. What only the state learns needs no service.
pub(super) async fn probe(made: &Made) -> Unfit {
    let work = &made.planned.work;
    let tested = join_all(made.connections.clients.iter().map(|(name, client)| async move {
        if !tasks(work, name).any(writes) {
            return None;
        }
        Some((name.clone(), client.probe().await.err()?))
    }))
    .await;
    Unfit(tested.into_iter().flatten().collect())
}

impl Unfit {
    /// Whether it is one of them.
    pub(super) fn holds(&self, connection: &Text) -> bool {
        self.0.contains_key(connection)
    }

    /// Whether nothing of the work is left to begin, not even a record.
    pub(super) fn is_all(&self, work: &Work) -> bool {
        let addresses = work.tasks.iter().map(|task| &task.address);
        let records = work.records.iter().map(|effect| &effect.address);
        !self.0.is_empty()
            && addresses.chain(records).all(|address| self.holds(&address.connection))
    }

    /// The findings, in the words of `test-connection`.
    pub(super) fn findings(&self) -> Vec<Diagnostic> {
        let finding = |(name, failure): (&Text, &Failure)| {
            of_failure(name, failure)
                .detail("tested before the first change: nothing was begun at this connection")
                .help("once that is mended, plan and apply again")
        };
        self.0.iter().map(finding).collect()
    }

    /// Tells and counts every step of these connections as not started.
    pub(super) fn skip(&self, work: &Work, listener: &dyn Listener) -> Outcome {
        let mut outcome = Outcome::default();
        for task in self.0.keys().flat_map(|name| tasks(work, name)) {
            for step in &task.steps {
                outcome.not_started += 1;
                listener.hear(&Event {
                    address: task.address.clone(),
                    user_name: task.user_name.clone(),
                    id: task.id.clone(),
                    action: step.action,
                    what: What::Skipped,
                });
            }
        }
        outcome
    }
}

fn tasks<'a>(work: &'a Work, connection: &'a Text) -> impl Iterator<Item = &'a Task> {
    work.tasks.iter().filter(move |task| task.address.connection == *connection)
}

fn writes(task: &Task) -> bool {
    task.steps.iter().any(|step| step.operation.writes() > 0)
}
