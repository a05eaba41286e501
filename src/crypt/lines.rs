//! Files that grow line by line: each line is encrypted for itself.

use super::{Crypt, CryptError, WRAPPED, is_encrypted};

/// What a plain line of a journal begins with.
const PLAIN: [&str; 4] = ["{\"begin\"", "{\"intent\"", "{\"done\"", "{\"failed\""];
const BEFORE: &str = ", \"data\": \"";
const AFTER: &str = "\"}";

/// A line that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {error}")]
pub struct LineError {
    /// From 1.
    pub line: usize,
    /// Why.
    pub error: CryptError,
}

/// What is to be written of these lines, each of which ends with a line feed.
pub fn protect(crypt: &Crypt, lines: &str) -> Result<String, CryptError> {
    if !crypt.on {
        return Ok(lines.to_owned());
    }
    let mut out = String::with_capacity(2 * lines.len());
    for line in lines.split_inclusive('\n') {
        for part in [WRAPPED, BEFORE, &crypt.encrypt_base64(line.as_bytes())?, AFTER, "\n"] {
            out.push_str(part);
        }
    }
    Ok(out)
}

/// What [`protect`] was given. A last line that was cut off, as a crash leaves it, stays away.
pub fn reveal(crypt: &Crypt, bytes: &[u8]) -> Result<String, LineError> {
    let mut out = String::with_capacity(bytes.len());
    let mut sealed = false;
    for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let failed = |error| LineError { line: at + 1, error };
        // Cut off before it says what it is.
        if WRAPPED.as_bytes().starts_with(line) {
            break;
        }
        let encrypted = is_encrypted(line);
        // Nothing plain follows what is encrypted, and what is plain is a line of a journal.
        let plain = PLAIN.iter().any(|start| line.starts_with(start.as_bytes()));
        if crypt.on && !encrypted && (sealed || !plain && !crypt.either) {
            return Err(failed(CryptError::Damaged));
        }
        sealed |= encrypted;
        if crypt.is_plain(encrypted).map_err(failed)? {
            // A crash may have cut a character in two.
            out.push_str(&String::from_utf8_lossy(line));
            continue;
        }
        let text = std::str::from_utf8(line).map_err(|_| failed(CryptError::Damaged))?;
        let Some(whole) = text.strip_suffix('\n') else {
            // Cut off, or whole but for its end: anything beyond would be a line feed that was changed.
            let beyond = text.find(AFTER).is_some_and(|end| end + AFTER.len() < text.len());
            if beyond {
                return Err(failed(CryptError::Damaged));
            }
            break;
        };
        let data = whole.strip_prefix(WRAPPED).and_then(|rest| rest.strip_prefix(BEFORE));
        let data = data.and_then(|rest| rest.strip_suffix(AFTER));
        let plain = crypt.decrypt_base64(data.ok_or_else(|| failed(CryptError::Damaged))?);
        let plain = plain.map_err(failed)?;
        out.push_str(std::str::from_utf8(&plain).map_err(|_| failed(CryptError::Damaged))?);
    }
    Ok(out)
}
