//! From the configuration and the environment to who can read what is written, and with what it is read.

use std::path::PathBuf;

use super::context::Context;
use super::exit::Stop;
use crate::crypt::{Crypt, Given};
use crate::diagnostic::Diagnostic;
use crate::disk;
use crate::model::Encrypt;

/// Identities themselves, one a line.
const IDENTITY: &str = "ENROLL_IDENTITY";
/// A file of them.
const IDENTITY_FILE: &str = "ENROLL_IDENTITY_FILE";

/// The largest file of identities, in bytes.
const LARGEST: u64 = 1 << 20;

/// As the configuration says: whoever encrypts reads nothing plain, nor the other way round.
pub(super) fn strict(encrypt: Option<&Encrypt>) -> Result<Crypt, Stop> {
    let Some(encrypt) = encrypt else { return Ok(Crypt::off()) };
    made(Some(encrypt), identities()?)
}

/// For whoever changes from one to the other: reads both.
pub(super) fn either(encrypt: Option<&Encrypt>) -> Result<Crypt, Stop> {
    Ok(made(encrypt, identities()?)?.reading_either())
}

fn made(encrypt: Option<&Encrypt>, given: Given) -> Result<Crypt, Stop> {
    let recipients = encrypt.map(|encrypt| encrypt.recipients.as_slice());
    let crypt = Crypt::new(recipients, given);
    let crypt = crypt.map_err(|error| error.explain("nothing can be encrypted"))?;
    crypt
        .check_identities()
        .map_err(|error| error.with_help(Diagnostic::error(error.to_string())))?;
    Ok(crypt)
}

/// The identities that the environment gives.
fn identities() -> Result<Given, Stop> {
    let set = |name| Context::environment(name).filter(|value: &String| !value.trim().is_empty());
    let mut given = Given::new();
    given.extend(set(IDENTITY).map(|text| (IDENTITY.to_owned(), text.into())));
    if let Some(path) = set(IDENTITY_FILE) {
        if path.to_ascii_uppercase().contains("AGE-SECRET-KEY-") {
            let said = format!("{IDENTITY_FILE} holds an identity, not the name of a file");
            return Err(Diagnostic::error(said).help(format!("put it into {IDENTITY}")).into());
        }
        let path = PathBuf::from(path);
        let failed = |error: &dyn std::fmt::Display| {
            Diagnostic::error(format!("{IDENTITY_FILE}: `{}` can't be read: {error}", path.display()))
                .help("it names the file that `age-keygen -o FILE` wrote; a path is relative to where Enroll is started")
        };
        let bytes = disk::read_small(&path, LARGEST).map_err(|error| {
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            if missing { failed(&"there is no such file") } else { failed(&error) }
        })?;
        // What was read is not shown, whatever it is.
        let text = String::from_utf8(bytes).map_err(|_| failed(&"it is no text"))?;
        given.push((format!("{IDENTITY_FILE}: `{}`", path.display()), text.into()));
    }
    Ok(given)
}
