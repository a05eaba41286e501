//! Identifiers made from the seed and a counter: the same run gives the same ids.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::options::Manners;

/// The id of the user created as number `seq`.
///
/// Zoom's have 22 characters with `/`, `+` and `&` among them, which a client must escape in a path; other
/// services hand out UUIDs.
pub(super) fn user_id(manners: Manners, seed: u64, seq: u64) -> String {
    let hash = digest("user", seed, seq);
    match manners {
        Manners::Zoom => {
            let mut id: String = STANDARD.encode(&hash).chars().take(22).collect();
            if seq.is_multiple_of(3) {
                id.replace_range(1..2, "&");
            }
            id
        }
        Manners::Rfc => {
            let h = hex(&hash);
            format!("{}-{}-4{}-8{}-{}", &h[..8], &h[8..12], &h[13..16], &h[17..20], &h[20..32])
        }
    }
}

/// The access token issued as number `n`.
pub(super) fn token(seed: u64, n: u64) -> String {
    format!("sandbox.{}", URL_SAFE_NO_PAD.encode(digest("token", seed, n)))
}

/// The tracking id of the answer number `n`, in the shape of Zoom's header.
pub(super) fn tracking_id(seed: u64, n: u64) -> String {
    let tail = hex(&digest("answer", seed, n));
    format!("v=2.0;clid=sandbox;rid=WEB_{tail}")
}

/// A number that looks random and is not.
pub(super) fn scatter(seed: u64, n: u64) -> u64 {
    digest("scatter", seed, n).iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

fn digest(what: &str, seed: u64, n: u64) -> Vec<u8> {
    Sha256::digest(format!("{what}/{seed}/{n}").as_bytes()).to_vec()
}

/// The first 16 bytes in hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(16).fold(String::new(), |mut text, byte| {
        let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
        text.extend([digit(byte >> 4), digit(byte & 15)]);
        text
    })
}
