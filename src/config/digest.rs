//! The digest of everything that was read, by which a saved plan knows its configuration again.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

/// Digests of the parts, by kind and name, so that the order of reading does not show.
#[derive(Debug, Default)]
pub(super) struct Digest(BTreeMap<(&'static str, String), [u8; 32]>);

impl Digest {
    /// Takes a file that was read.
    pub(super) fn file(&mut self, path: &str, bytes: &[u8]) {
        self.0.insert(("file", path.to_owned()), Sha256::digest(bytes).into());
    }

    /// Takes whether a file that an expression asked for is there.
    pub(super) fn exists(&mut self, path: &str, found: bool) {
        self.0.insert(("exists", path.to_owned()), Sha256::digest([u8::from(found)]).into());
    }

    /// Takes the value of a variable that is not sensitive, as text.
    pub(super) fn variable(&mut self, name: &str, value: &str) {
        self.0.insert(("var", name.to_owned()), Sha256::digest(value.as_bytes()).into());
    }

    /// `sha256:` and the hexadecimal digest of all parts.
    pub(super) fn finish(&self) -> String {
        let mut hasher = Sha256::new();
        for ((kind, name), part) in &self.0 {
            hasher.update(kind.as_bytes());
            hasher.update((name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
            hasher.update(part);
        }
        let mut text = String::from("sha256:");
        for byte in hasher.finalize() {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        }
        text
    }
}
