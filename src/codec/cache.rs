//! The read cache's file. A cache: what can't be read is as good as empty.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::json;
use super::value::JsonValues;
use crate::model::{Fingerprint, Text};
use crate::refresh::{Entry, ReadCache};

const FORMAT_VERSION: &str = "1.0";

#[derive(Serialize, Deserialize)]
struct JsonCache {
    format_version: Text,
    fingerprint: Option<Text>,
    accounts: BTreeMap<Text, JsonEntry>,
}

#[derive(Serialize, Deserialize)]
struct JsonEntry {
    version: Text,
    values: JsonValues,
}

/// Writes a cache.
pub fn write(cache: &ReadCache) -> Vec<u8> {
    let accounts = cache
        .entries
        .iter()
        .map(|(id, entry)| {
            let values = (&entry.values).into();
            (id.clone(), JsonEntry { version: entry.version.clone(), values })
        })
        .collect();
    let fingerprint = cache.fingerprint.as_ref().map(|fingerprint| fingerprint.0.clone());
    let cache = JsonCache { format_version: FORMAT_VERSION.into(), fingerprint, accounts };
    json::text(&cache).into_bytes()
}

/// Reads a cache that is about the account of `fingerprint`; anything else is empty.
pub fn read(bytes: &[u8], fingerprint: &Fingerprint) -> ReadCache {
    let empty = ReadCache { fingerprint: Some(fingerprint.clone()), ..ReadCache::default() };
    let Ok(cache) = serde_json::from_slice::<JsonCache>(bytes) else { return empty };
    if cache.format_version != FORMAT_VERSION || cache.fingerprint.as_ref() != Some(&fingerprint.0)
    {
        return empty;
    }
    let entries = cache
        .accounts
        .into_iter()
        .map(|(id, entry)| (id, Entry { version: entry.version, values: entry.values.into() }))
        .collect();
    ReadCache { entries, ..empty }
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use crate::model::{Attribute, Fingerprint, Value};
    use crate::refresh::{Entry, ReadCache};

    #[test]
    fn a_cache_reads_back_for_its_own_account_alone() {
        let ours = Fingerprint("sha256:1".into());
        let values = [(Attribute::Title, Value::text("CTO"))].into_iter().collect();
        let entries = [("id".into(), Entry { version: "v".into(), values })].into();
        let cache = ReadCache { fingerprint: Some(ours.clone()), entries, changed: false };
        let bytes = write(&cache);
        assert_eq!(read(&bytes, &ours), cache);
        assert!(read(&bytes, &Fingerprint("sha256:2".into())).entries.is_empty());
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length], &ours).entries.is_empty());
        }
    }
}
