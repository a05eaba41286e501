//! One step of one account: write, look whether it stuck, say what the state now holds.

use super::verify::{answers, settled_version, unstuck};
use crate::event::Trouble;
use crate::live::Account as Live;
use crate::model::{Attribute, Text, Value, Values};
use crate::plan::{Operation, Step};
use crate::port::{Answer, Answered, Created, Failure, FailureKind, Update, WriteAccounts};
use crate::state::{Account as Record, Left, Provenance, Refused, Status};

/// What became of a step: what the state holds from now on, and what went wrong.
#[derive(Debug)]
pub(super) struct Done {
    /// What the state learns.
    pub learns: Learns,
    /// What went wrong.
    pub trouble: Option<Trouble>,
    /// The service's id of the last write.
    pub tracking_id: Option<String>,
}

/// What the state learns from a step.
#[derive(Debug)]
pub(super) enum Learns {
    /// Nothing: the account is as it was, or nobody knows.
    Nothing,
    /// The account's record is this from now on; `None` where it goes.
    Holds(Option<Box<Record>>),
}

impl Done {
    fn well(record: Option<Record>) -> Self {
        Self { learns: Learns::Holds(record.map(Box::new)), trouble: None, tracking_id: None }
    }

    pub(super) fn failed(failure: Failure) -> Self {
        let trouble = Some(Trouble { failure, attribute: None });
        Self { learns: Learns::Nothing, trouble, tracking_id: None }
    }

    fn tracked(self, tracking_id: Option<String>) -> Self {
        Self { tracking_id, ..self }
    }
}

/// Carries out one step. `current` is the record as it stands before it.
pub(super) async fn carry_out<W: WriteAccounts>(
    port: &W,
    step: &Step,
    id: Option<&Text>,
    current: Option<&Record>,
) -> Done {
    let result = match (&step.operation, id) {
        (Operation::Record, _) => Ok(Done::well(step.record.clone())),
        (Operation::Create(new), _) => match port.create(new).await {
            Ok(made) => Ok(created(step, &made.said).tracked(made.tracking_id)),
            Err(failure) if failure.kind == FailureKind::Taken => {
                // A create without an answer may have been what took the address.
                let unknown = current.is_some_and(|current| current.status == Status::Unknown);
                Ok(if unknown { never_known(step) } else { turned_down(step, failure) })
            }
            Err(failure) => Err(failure),
        },
        (Operation::Update(update), Some(id)) => update_to(port, step, id, update, current).await,
        (Operation::Disable, Some(id)) => switch(port, step, id, false, current).await,
        (Operation::Enable(update), Some(id)) => enable(port, step, id, update, current).await,
        (Operation::Delete, Some(id)) => delete(port, id, current).await,
        (_, None) => Err(Failure::new(FailureKind::Local, "the step has no account")),
    };
    result.unwrap_or_else(Done::failed)
}

fn created(step: &Step, made: &Created) -> Done {
    if *made == Created::Unknown {
        return never_known(step);
    }
    let record = step.record.clone().map(|mut record| {
        match made {
            Created::Account(live) => {
                record.id = Some(live.id.clone());
                record.version = settled_version(&record, live);
            }
            Created::Pending | Created::Unknown => record.status = Status::Pending,
        }
        record
    });
    Done::well(record)
}

/// The address belongs to an account that is not shown: remembered, so that it is not asked for every
/// night. Should that account appear, it is a stranger to adopt.
fn turned_down(step: &Step, failure: Failure) -> Done {
    let record = step.record.clone().map(|mut record| {
        let desired = Value::Text(record.user_name.clone());
        record.refused.insert(Attribute::UserName, Refused { desired, live: None, status: None });
        record.status = Status::Pending;
        record.provenance = Provenance::Adopted;
        record.written = Values::new();
        Box::new(record)
    });
    let trouble = Some(Trouble { failure, attribute: None });
    let learns = record.map_or(Learns::Nothing, |record| Learns::Holds(Some(record)));
    Done { learns, trouble, tracking_id: None }
}

/// A create had no answer, and then the address was taken: perhaps by that very create. Nothing there is ours for it.
fn never_known(step: &Step) -> Done {
    let mut failure = Failure::new(
        FailureKind::Taken,
        "a request to create it had no answer, and now the address is taken: whether that request did it is \
         not known",
    );
    failure.help.push(
        "nothing is taken for Enroll's own there: once the account shows, it is adopted while the person is \
         asked for"
            .to_owned(),
    );
    let mut done = turned_down(step, failure);
    if let Learns::Holds(Some(record)) = &mut done.learns {
        record.status = Status::Unknown;
    }
    done
}

/// Deletes, and looks whether that stuck: some services only switch off, and what is on is not gone.
async fn delete<W: WriteAccounts>(
    port: &W,
    id: &str,
    current: Option<&Record>,
) -> Result<Done, Failure> {
    let tracking_id = port.delete(id).await?.tracking_id;
    let there = port.read(id).await;
    if matches!(&there, Ok(Some(live)) if live.active) {
        return Err(Failure::new(
            FailureKind::Refused,
            "the service accepted the delete, and the account is still there and switched on",
        ));
    }
    // Where it could not be read, the next list tells.
    let stays = current.filter(|_| !matches!(there, Ok(None))).map(|current| {
        let reason = current.left.as_ref().map_or_else(|| "deleted".into(), |l| l.reason.clone());
        Record {
            status: Status::Deprovisioned,
            left: Some(Left { at: None, reason, off_before: false, deleted: true }),
            leaver: None,
            version: None,
            ..current.clone()
        }
    });
    Ok(Done::well(stays).tracked(tracking_id))
}

/// The account after a write: the answer where that says enough, else a look at it.
async fn after<W: WriteAccounts>(
    port: &W,
    id: &str,
    answer: Answer,
    enough: impl Fn(&Live) -> bool,
) -> Result<Live, Failure> {
    if let Some(live) = answer.filter(enough) {
        return Ok(live);
    }
    port.read(id).await?.ok_or_else(|| {
        Failure::new(FailureKind::Missing, "the account is not there any more after the write")
    })
}

async fn update_to<W: WriteAccounts>(
    port: &W,
    step: &Step,
    id: &str,
    update: &Update,
    current: Option<&Record>,
) -> Result<Done, Failure> {
    let Answered { said, tracking_id } = port.update(id, update).await?;
    let live = after(port, id, said, |live| answers(update, live)).await?;
    Ok(settle(step, update, &live, current).tracked(tracking_id))
}

/// Records what stuck, and what did not as refused.
fn settle(step: &Step, update: &Update, live: &Live, current: Option<&Record>) -> Done {
    let mut record = step.record.clone();
    let refused = unstuck(update, live);
    if let Some(record) = &mut record {
        for (attribute, refused) in &refused {
            record.refuse(*attribute, refused.clone());
            let written = current.map(|current| &current.written);
            if let Value::Map(keys) = &refused.desired {
                for key in keys.keys() {
                    match written.and_then(|written| written.license(key)) {
                        Some(before) => record.written.set_license(key.clone(), before.clone()),
                        None => record.written.retain_licenses(|other| other != key),
                    }
                }
            } else {
                match written.and_then(|written| written.get(*attribute)) {
                    Some(before) => drop(record.written.set(*attribute, before.clone())),
                    None => drop(record.written.remove(*attribute)),
                }
            }
            if *attribute == Attribute::UserName {
                record.user_name.clone_from(&live.user_name);
            }
        }
        record.version = if refused.is_empty() { settled_version(record, live) } else { None };
    }
    let trouble = refused.first().map(|(attribute, first)| Trouble {
        failure: did_not_stick(&refused, first, *attribute),
        attribute: Some(*attribute),
    });
    Done { learns: Learns::Holds(record.map(Box::new)), trouble, tracking_id: None }
}

fn did_not_stick(all: &[(Attribute, Refused)], first: &Refused, attribute: Attribute) -> Failure {
    let name = |(attribute, refused): &(Attribute, Refused)| match &refused.desired {
        Value::Map(keys) => keys.keys().map(|key| format!("{attribute}.{key}")).collect(),
        Value::Text(_) | Value::Bool(_) | Value::Set(_) => vec![attribute.name().to_owned()],
    };
    let names: Vec<String> = all.iter().flat_map(name).collect();
    let mut failure = Failure::new(
        FailureKind::Refused,
        format!("the service accepted the change and did not keep {}", names.join(", ")),
    );
    failure.help.push(if attribute == Attribute::UserName {
        let name = first.desired.as_text().unwrap_or_default();
        format!(
            "rename the account to {name} in the service; the next plan will find nothing to do"
        )
    } else {
        "it is remembered as refused and not sent again until it changes here or there; \
         `--retry-refused` sends it once more"
            .to_owned()
    });
    failure
}

async fn switch<W: WriteAccounts>(
    port: &W,
    step: &Step,
    id: &str,
    active: bool,
    current: Option<&Record>,
) -> Result<Done, Failure> {
    let Answered { said, tracking_id } = port.set_active(id, active).await?;
    let live = after(port, id, said, |live| live.active == active).await?;
    if live.active == active {
        return Ok(Done::well(step.record.clone()).tracked(tracking_id));
    }
    let word = if active { "on" } else { "off" };
    let mut failure = Failure::new(
        FailureKind::Refused,
        format!("the service accepted the request and did not switch the account {word}"),
    );
    failure.help.push(
        "owners and admins can't be switched off over SCIM: make the person a member first"
            .to_owned(),
    );
    let record = current.cloned().map(|mut record| {
        record.refused.insert(
            Attribute::Active,
            Refused {
                desired: Value::Bool(active),
                live: Some(Value::Bool(live.active)),
                status: None,
            },
        );
        record
    });
    let trouble = Some(Trouble { failure, attribute: Some(Attribute::Active) });
    let learns = record.map_or(Learns::Nothing, |record| Learns::Holds(Some(Box::new(record))));
    Ok(Done { learns, trouble, tracking_id })
}

/// Switches on, then gives back, in two writes: the service keeps licences off an account that is off.
async fn enable<W: WriteAccounts>(
    port: &W,
    step: &Step,
    id: &str,
    update: &Update,
    current: Option<&Record>,
) -> Result<Done, Failure> {
    let switched = switch(port, step, id, true, current).await?;
    if switched.trouble.is_some() || update.is_empty() {
        return Ok(switched);
    }
    match update_to(port, step, id, update, current).await {
        Ok(done) => Ok(done),
        Err(failure) => {
            // The account is on; what it had is still to be given back. It stays kept, and what the
            // rules manage shows as an update in the next plan.
            let record = step.record.clone().map(|mut record| {
                if let Some(current) = current {
                    record.kept.clone_from(&current.kept);
                    record.written.clone_from(&current.written);
                }
                record
            });
            let trouble = Some(Trouble { failure, attribute: None });
            let learns = Learns::Holds(record.map(Box::new));
            Ok(Done { learns, trouble, tracking_id: None })
        }
    }
}
