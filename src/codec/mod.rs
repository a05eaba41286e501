//! Versioned files and machine output. Bytes in, bytes out; nothing here touches a file.
//!
//! Core types carry no serde: each format has structs of its own and a conversion.

pub mod audit;
pub mod backend;
pub mod cache;
pub mod envelope;
pub mod event;
pub mod journal;
pub mod lock;
pub mod masking;
pub mod plan;
pub mod seen;
pub mod state;

mod error;
mod intent;
mod json;
mod record;
mod seal;
mod value;
mod version;

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::model::{Fingerprint, Text};

/// `sha256:` and the digest in hexadecimal.
pub(crate) fn sha256<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    let mut text = String::with_capacity(7 + 64);
    text.push_str("sha256:");
    for byte in hasher.finalize() {
        // Writing to a String can't fail.
        _ = write!(text, "{byte:02x}");
    }
    text
}

/// Names the account at a service: a digest of `type`, `scim_url` and a digest of `account_id`, so
/// that a state shows neither.
pub fn fingerprint(service: &str, scim_url: &str, account_id: &str) -> Fingerprint {
    let account = sha256([account_id.as_bytes()]);
    let url = scim_url.trim_end_matches('/');
    let parts = [service.as_bytes(), b"\n", url.as_bytes(), b"\n", account.as_bytes()];
    Fingerprint(Text::from(sha256(parts)))
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod fingerprint_tests {
    use super::fingerprint;

    #[test]
    fn a_fingerprint_tells_accounts_apart_and_shows_none() {
        let one = fingerprint("zoom", "https://api.zoom.us/scim2", "ACCOUNT");
        assert_eq!(one, fingerprint("zoom", "https://api.zoom.us/scim2/", "ACCOUNT"));
        for (service, url, account) in [
            ("scim", "https://api.zoom.us/scim2", "ACCOUNT"),
            ("zoom", "https://api.zoomgov.com/scim2", "ACCOUNT"),
            ("zoom", "https://api.zoom.us/scim2", "OTHER"),
        ] {
            assert_ne!(one, fingerprint(service, url, account));
        }
        assert!(!one.0.contains("ACCOUNT"));
    }
}
