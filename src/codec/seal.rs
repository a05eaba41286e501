//! Checksums over a file's own bytes: the SHA-256 of the text with the checksum's digits as zeros, so
//! that changing any byte of the file changes it.

use super::sha256;

/// What stands in the checksum's place while it is reckoned.
pub(super) const BLANK: &str =
    "sha256:0000000000000000000000000000000000000000000000000000000000000000";
const KEY: &str = "\"checksum\": \"";

/// Puts the checksum where the text holds a blank one.
pub(super) fn seal(mut text: String) -> String {
    let checksum = sha256([text.as_bytes()]);
    if let Some(at) = position(&text) {
        text.replace_range(at..at + BLANK.len(), &checksum);
    }
    text
}

/// Whether `checksum` is that of the text which holds it.
pub(super) fn holds(text: &str, checksum: &str) -> bool {
    let (before, rest) =
        position(text).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""));
    let after = rest.get(BLANK.len()..).unwrap_or("");
    sha256([before.as_bytes(), BLANK.as_bytes(), after.as_bytes()]) == checksum
}

/// Where the first checksum begins. Nothing before it can hold the key: what comes from outside is
/// further down, and a quote in it would be escaped.
fn position(text: &str) -> Option<usize> {
    text.find(KEY).map(|at| at + KEY.len())
}
