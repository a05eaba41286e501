//! What the store keeps: the document, the records of the log, and how they are folded.

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::options::Manners;
use super::store::Saved;
use super::user::User;

const FORMAT: &str = "enroll sandbox 1";

/// One change of the account, as it stands in the log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    /// A user is created, or replaces the one of the same id.
    Put(Box<User>),
    /// The user of this id is gone.
    Remove(String),
}

#[derive(Serialize)]
struct RecordOut<'a> {
    serial: u64,
    #[serde(flatten)]
    change: &'a Change,
}

#[derive(Deserialize)]
struct RecordIn {
    serial: u64,
    #[serde(flatten)]
    change: Change,
}

#[derive(Serialize)]
struct DocumentOut<'a> {
    format: &'static str,
    manners: &'static str,
    serial: u64,
    next: u64,
    users: Vec<&'a User>,
}

#[derive(Deserialize)]
struct DocumentIn {
    format: String,
    manners: String,
    serial: u64,
    next: u64,
    users: Vec<User>,
}

/// A record of the log, newline included.
pub(super) fn record(serial: u64, change: &Change) -> Result<Vec<u8>, serde_json::Error> {
    let mut line = serde_json::to_vec(&RecordOut { serial, change })?;
    line.push(b'\n');
    Ok(line)
}

/// The whole account as a document.
pub(super) fn document(
    manners: Manners,
    serial: u64,
    account: &Account,
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&DocumentOut {
        format: FORMAT,
        manners: manners.name(),
        serial,
        next: account.next(),
        users: account.all().collect(),
    })
}

/// Folds what the store holds; says the last serial number too.
///
/// A last line without its newline was cut by a crash before its request was answered: it is left out.
pub(super) fn fold(manners: Manners, saved: &Saved) -> Result<(Account, u64), String> {
    let mut account = Account::default();
    let mut serial = 0;
    if let Some(bytes) = saved.document.as_deref().filter(|bytes| !bytes.is_empty()) {
        let document: DocumentIn = serde_json::from_slice(bytes)
            .map_err(|error| format!("the sandbox's data is not readable: {error}"))?;
        if document.format != FORMAT {
            return Err(format!("the sandbox's data has the format `{}`", document.format));
        }
        if document.manners != manners.name() {
            return Err(format!(
                "the sandbox's data was written with the manners `{}`, not `{}`",
                document.manners,
                manners.name()
            ));
        }
        for user in document.users {
            account.put(user);
        }
        account.reserve(document.next);
        serial = document.serial;
    }
    for (number, line) in saved.log.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let Some(line) = line.strip_suffix(b"\n") else {
            break;
        };
        let record: RecordIn = serde_json::from_slice(line)
            .map_err(|error| format!("line {} of the sandbox's log: {error}", number + 1))?;
        if record.serial <= serial {
            continue;
        }
        serial = record.serial;
        account.apply(record.change);
    }
    Ok((account, serial))
}
