//! A state's document, plain or encrypted.
//!
//! An encrypted one is a line of JSON that names the lineage and serial beside an age file in base64, since servers
//! of Terraform's HTTP protocol take nothing but JSON, and look at the serial.

use serde::Deserialize;

use super::state::{self as plain, StateError};
use crate::crypt::{Crypt, CryptError, WRAPPED, is_encrypted};
use crate::diagnostic::Diagnostic;
use crate::model::Text;
use crate::port::Intent;
use crate::state::State;

/// What stands around an encrypted state.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(rename = "encrypted")]
    _encrypted: &'a str,
    lineage: Text,
    serial: u64,
    data: &'a str,
}

/// Why a state can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It does not open.
    #[error(transparent)]
    Crypt(#[from] CryptError),
    /// It is none.
    #[error(transparent)]
    State(#[from] StateError),
}

impl ReadError {
    /// Adds the ways out, if there are ways that don't depend on where the state is.
    pub fn explain(&self, said: Diagnostic) -> Result<Diagnostic, Diagnostic> {
        match self {
            Self::State(StateError::Newer(_)) => {
                Ok(said.help("use the Enroll that wrote it, or a newer one"))
            }
            Self::Crypt(error) if !error.help().is_empty() => Ok(error.with_help(said)),
            Self::State(_) | Self::Crypt(_) => Err(said),
        }
    }
}

/// What is to be written of a state, with the writes of unknown outcome in it.
pub fn write(crypt: &Crypt, state: &State, intents: &[Intent]) -> Result<Vec<u8>, CryptError> {
    let document = plain::write_with(state, intents);
    if !crypt.is_on() {
        return Ok(document);
    }
    wrap(crypt, &state.lineage, state.serial, &document)
}

/// What [`write`] was given.
pub fn read(crypt: &Crypt, bytes: &[u8]) -> Result<(State, Vec<Intent>), ReadError> {
    // One that is empty is neither.
    let nothing = bytes.iter().all(u8::is_ascii_whitespace);
    let encrypted = is_encrypted(bytes);
    if nothing || crypt.is_plain(encrypted).or_else(|error| unlike_a_state(bytes, error))? {
        return Ok(plain::read_with(bytes)?);
    }
    let damaged = |()| CryptError::Damaged;
    let text = std::str::from_utf8(bytes).map_err(|_| CryptError::Damaged)?;
    let envelope: Envelope<'_> = serde_json::from_str(text).map_err(|_| CryptError::Damaged)?;
    // Not a byte but those that were written: what stands outside of the encryption is not proven by it.
    let (before, after) = around(&envelope.lineage, envelope.serial);
    let inside = text.strip_prefix(&before);
    let as_written = inside.and_then(|rest| {
        // git may have changed its end; an editor may have taken it.
        let ends = [after.to_owned(), after.trim_end().to_owned(), after.replace('\n', "\r\n")];
        ends.iter().find_map(|end| rest.strip_suffix(end.as_str()))
    });
    as_written.filter(|data| *data == envelope.data).ok_or(()).map_err(damaged)?;
    let (state, intents) = plain::read_with(&crypt.decrypt_base64(envelope.data)?)?;
    if (&state.lineage, state.serial) != (&envelope.lineage, envelope.serial) {
        return Err(CryptError::Damaged.into());
    }
    Ok((state, intents))
}

/// What does not even look like a state is not called a plain one.
fn unlike_a_state(bytes: &[u8], error: CryptError) -> Result<bool, ReadError> {
    match plain::read(bytes) {
        Err(StateError::Malformed(_)) if error == CryptError::Plain => {
            Err(CryptError::Damaged.into())
        }
        Ok(_) | Err(_) => Err(error.into()),
    }
}

/// The same document as it would be written now: encrypted, to these recipients, or in plain.
pub fn renew(crypt: &Crypt, bytes: &[u8]) -> Result<Vec<u8>, ReadError> {
    if !crypt.is_on() && !is_encrypted(bytes) {
        return Ok(bytes.to_owned());
    }
    let (state, intents) = read(&crypt.reading_either(), bytes)?;
    Ok(write(crypt, &state, &intents)?)
}

/// What is to be kept of a state's bytes as they were found: a plain one is encrypted where that is wanted.
pub fn keep(crypt: &Crypt, bytes: Vec<u8>) -> Result<Vec<u8>, CryptError> {
    if !crypt.is_on() || is_encrypted(&bytes) {
        return Ok(bytes);
    }
    match plain::read(&bytes) {
        Ok(state) => wrap(crypt, &state.lineage, state.serial, &bytes),
        Err(_) => Ok(crypt.protect(bytes)?.into_owned()),
    }
}

fn wrap(
    crypt: &Crypt,
    lineage: &Text,
    serial: u64,
    document: &[u8],
) -> Result<Vec<u8>, CryptError> {
    let (before, after) = around(lineage, serial);
    let mut out = before.into_bytes();
    out.extend_from_slice(crypt.encrypt_base64(document)?.as_bytes());
    out.extend_from_slice(after.as_bytes());
    Ok(out)
}

/// One line, with nothing but its end that git or an editor would write in another way.
fn around(lineage: &Text, serial: u64) -> (String, &'static str) {
    let lineage = serde_json::Value::from(lineage.as_str());
    (format!("{WRAPPED}, \"lineage\": {lineage}, \"serial\": {serial}, \"data\": \""), "\"}\n")
}
