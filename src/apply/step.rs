//! One step of one account: write, look whether it stuck, say what the state now holds.

use std::collections::BTreeMap;

use super::verify::{answers, settled_version, unstuck};
use crate::event::Trouble;
use crate::live::Account as Live;
use crate::model::{Attribute, NewAccount, Text, Value, Values};
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
    others_may: impl Fn() -> bool,
) -> Done {
    let result = match (&step.operation, id) {
        (Operation::Record, _) => Ok(Done::well(step.record.clone())),
        (Operation::Create(new), _) => match port.create(new).await {
            Ok(Answered { said, tracking_id }) => {
                Ok(created(port, step, new, said).await.tracked(tracking_id))
            }
            // A create without an answer may have been what took the address.
            Err(failure)
                if failure.kind == FailureKind::Taken
                    && current.is_some_and(|current| current.status == Status::Unknown) =>
            {
                Ok(never_known(step))
            }
            Err(failure) => Err(failure),
        },
        (Operation::Update(update), Some(id)) => update_to(port, step, id, update, current).await,
        (Operation::Disable, Some(id)) => switch(port, step, id, false).await,
        (Operation::Enable(update), Some(id)) => enable(port, step, id, update, current).await,
        (Operation::Delete, Some(id)) => delete(port, id, current).await,
        (_, None) => Err(Failure::new(FailureKind::Local, "the step has no account")),
    };
    result.unwrap_or_else(|mut failure| {
        if failure.may_be_of_one() && others_may() {
            // What others may be, this one account may not.
            failure.kind = FailureKind::Refused;
        }
        turned_down(step, current, failure)
    })
}

/// What a failed step leaves: of a create or an update that would fail again, what it sent, so that it is not sent
/// every night. Any other step is tried again in every run.
fn turned_down(step: &Step, current: Option<&Record>, failure: Failure) -> Done {
    let status = failure.status.filter(|_| failure.is_lasting());
    let answered = |(attribute, refused): &(Attribute, Refused)| {
        (*attribute, Refused { status, ..refused.clone() })
    };
    let record = match &step.operation {
        // The address belongs to an account that is not shown. Should that appear, it is a stranger to adopt.
        Operation::Create(_) if failure.kind == FailureKind::Taken => {
            let name = step.sends.iter().filter(|(a, _)| *a == Attribute::UserName).cloned();
            step.record.clone().map(|record| not_created(record, name.collect()))
        }
        Operation::Create(_) if status.is_some() => {
            let sent = step.sends.iter().map(answered).collect();
            step.record.clone().map(|record| not_created(record, sent))
        }
        Operation::Update(_) if status.is_some() => current.cloned().map(|mut record| {
            record.refused.retain(|_, refused| refused.status.is_none());
            for (attribute, refused) in step.sends.iter().map(answered) {
                record.refuse(attribute, refused);
            }
            record
        }),
        Operation::Record
        | Operation::Create(_)
        | Operation::Update(_)
        | Operation::Disable
        | Operation::Enable(_)
        | Operation::Delete => None,
    };
    let learns = record.map_or(Learns::Nothing, |record| Learns::Holds(Some(Box::new(record))));
    let trouble = Some(Trouble { failure, attribute: None });
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
    let mut done = turned_down(step, None, failure);
    if let Learns::Holds(Some(record)) = &mut done.learns {
        record.status = Status::Unknown;
    }
    done
}

/// The record of an account that the service would not create: it owns nothing, and remembers not to ask again.
fn not_created(mut record: Record, refused: BTreeMap<Attribute, Refused>) -> Record {
    record.status = Status::Pending;
    record.provenance = Provenance::Adopted;
    record.written = Values::new();
    record.refused = refused;
    record
}

/// What the state holds of a new account: what the service says of it is looked at like the answer to an update.
async fn created<W: WriteAccounts>(port: &W, step: &Step, new: &NewAccount, made: Created) -> Done {
    let Some(mut record) = step.record.clone() else { return Done::well(None) };
    let said = match made {
        Created::Account(said) => *said,
        Created::Unknown => return never_known(step),
        Created::Pending => {
            record.status = Status::Pending;
            return Done::well(Some(record));
        }
    };
    record.id = Some(said.id.clone());
    let asked = Update { user_name: Some(new.user_name.clone()), values: new.values.clone() };
    let (live, failure) = if answers(&asked, &said) {
        (said, None)
    } else {
        match port.read(&said.id).await {
            Ok(Some(live)) => (live, None),
            // Nobody can look yet. What the answer did not show counts as not written, so that it is compared once
            // the account appears, and taken for nobody's change.
            Ok(None) => return Done::well(Some(unseen(record, &asked, &said))),
            Err(failure) => (said, Some(failure)),
        }
    };
    if let Some(mut failure) = failure {
        failure.help.insert(0, "the account was created; what it kept is not known".to_owned());
        let learns = Learns::Holds(Some(Box::new(unseen(record, &asked, &live))));
        let trouble = Some(Trouble { failure, attribute: None });
        return Done { learns, trouble, tracking_id: None };
    }
    // Who is invited is not on yet. Anybody else is: known as our own doing, so that it is switched on like any other.
    let is_off = !live.active && record.status == Status::Active;
    if is_off {
        record.status = Status::Disabled;
    }
    let mut done = settle(Some(record), &asked, &live, None);
    if is_off && done.trouble.is_none() {
        let failure = Failure::new(
            FailureKind::Refused,
            "the service created the account and did not switch it on",
        );
        done.trouble = Some(Trouble { failure, attribute: Some(Attribute::Active) });
    }
    done
}

fn unseen(mut record: Record, asked: &Update, said: &Live) -> Record {
    for (attribute, _) in unstuck(asked, said) {
        record.written.remove(attribute);
    }
    record
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
    Ok(settle(step.record.clone(), update, &live, current).tracked(tracking_id))
}

/// Records what stuck, and what did not as refused.
fn settle(
    mut record: Option<Record>,
    update: &Update,
    live: &Live,
    current: Option<&Record>,
) -> Done {
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
        format!("the service accepted the request and did not keep {}", names.join(", ")),
    );
    let wanted = first.desired.as_text().unwrap_or_default();
    failure.help.push(if attribute == Attribute::UserName {
        format!(
            "rename the account to {wanted} in the service; the next plan will find nothing to do"
        )
    } else if attribute == Attribute::Email {
        format!("change its e-mail address to {wanted} in the service")
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
    // Not remembered as refused: whoever is to go is tried again in every run.
    let trouble = Some(Trouble { failure, attribute: Some(Attribute::Active) });
    Ok(Done { learns: Learns::Nothing, trouble, tracking_id })
}

/// Switches on, then gives back, in two writes: the service keeps licences off an account that is off.
async fn enable<W: WriteAccounts>(
    port: &W,
    step: &Step,
    id: &str,
    update: &Update,
    current: Option<&Record>,
) -> Result<Done, Failure> {
    let switched = switch(port, step, id, true).await?;
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
