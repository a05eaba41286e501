//! Checksums over a file's own bytes: the SHA-256 of the text with the checksum's digits as zeros, so
//! that changing any byte of the file changes it.

use super::sha256;

/// What stands in the checksum's place while it is reckoned.
pub(super) const BLANK: &str =
    "sha256:0000000000000000000000000000000000000000000000000000000000000000";
const KEY: &[u8] = b"\"checksum\": \"";

/// Puts the checksum where the text holds a blank one.
pub(super) fn seal(mut text: Vec<u8>) -> Vec<u8> {
    let checksum = sha256([text.as_slice()]);
    if let Some(at) = position(&text)
        && let Some(blank) = text.get_mut(at..at + BLANK.len())
    {
        blank.copy_from_slice(checksum.as_bytes());
    }
    text
}

/// Whether `checksum` is that of the text which holds it.
pub(super) fn holds(text: &[u8], checksum: &str) -> bool {
    let (before, rest) =
        position(text).and_then(|at| text.split_at_checked(at)).unwrap_or((text, b""));
    let after = rest.get(BLANK.len()..).unwrap_or(b"");
    sha256([before, BLANK.as_bytes(), after]) == checksum
}

/// Where the first checksum begins. Nothing before it can hold the key: what comes from outside is
/// further down, and a quote in it would be escaped.
fn position(text: &[u8]) -> Option<usize> {
    text.windows(KEY.len()).position(|window| window == KEY).map(|at| at + KEY.len())
}
