//! The lock of a shared state, as Terraform's HTTP protocol writes it; what an object store keeps has the
//! lease beside it.
//!
//! ```json
//! {"ID": "5e0f…", "Operation": "enroll apply", "Info": "", "Who": "ada@runner-7", "Version": "0.1.0",
//!  "Created": "2026-11-24T10:11:12Z", "Path": "", "Renewed": "2026-11-24T10:12:12Z", "Renewals": 3}
//! ```

use serde::{Deserialize, Serialize};

use super::json;
use crate::model::Text;
use crate::port::Holder;

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct JsonLock {
    #[serde(rename = "ID")]
    id: Text,
    operation: Text,
    info: Text,
    who: Text,
    version: Text,
    created: Text,
    path: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    renewed: Option<Text>,
    /// Makes each renewal another document, also within a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    renewals: Option<u64>,
    /// Given back: nobody holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    released: Option<bool>,
}

/// A lock as an object store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Who holds it, or held it last.
    pub holder: Holder,
    /// Whether it was given back.
    pub released: bool,
}

fn json(holder: &Holder) -> JsonLock {
    JsonLock {
        id: holder.id.clone(),
        operation: holder.operation.clone(),
        info: Text::default(),
        who: holder.who.clone(),
        version: holder.version.clone(),
        created: holder.created.clone(),
        path: Text::default(),
        renewed: holder.renewed.clone(),
        renewals: None,
        released: None,
    }
}

fn bytes(lock: &JsonLock) -> Vec<u8> {
    json::text(lock).into_bytes()
}

/// Who locks, as Terraform's protocol says it.
pub fn write_holder(holder: &Holder) -> Vec<u8> {
    bytes(&JsonLock { renewed: None, ..json(holder) })
}

/// The lock that is to be given back, where nothing else is known of it.
pub fn write_id(id: &str) -> Vec<u8> {
    write_holder(&Holder { id: id.into(), ..Holder::default() })
}

/// Who holds a lock, by a server's answer. Servers differ in what they say: whatever is there counts.
pub fn read_holder(bytes: &[u8]) -> Option<Holder> {
    Some(holder(serde_json::from_slice(bytes).ok()?)).filter(|holder| !holder.id.is_empty())
}

/// A lock as an object.
pub fn write(lock: &Lock) -> Vec<u8> {
    bytes(&JsonLock {
        renewals: Some(lock.holder.renewals),
        released: lock.released.then_some(true),
        ..json(&lock.holder)
    })
}

/// Reads a lock that is an object.
pub fn read(bytes: &[u8]) -> Result<Lock, String> {
    let lock: JsonLock = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if lock.id.is_empty() {
        return Err("it has no ID".to_owned());
    }
    let released = lock.released.unwrap_or(false);
    Ok(Lock { holder: holder(lock), released })
}

fn holder(lock: JsonLock) -> Holder {
    Holder {
        id: lock.id,
        who: lock.who,
        operation: lock.operation,
        version: lock.version,
        created: lock.created,
        renewed: lock.renewed,
        renewals: lock.renewals.unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::{Holder, Lock, read, read_holder, write, write_holder, write_id};

    fn ada() -> Holder {
        Holder {
            id: "5e0f".into(),
            who: "ada@runner-7".into(),
            operation: "enroll apply".into(),
            version: "0.1.0".into(),
            created: "2026-11-24T10:11:12Z".into(),
            renewed: Some("2026-11-24T10:12:12Z".into()),
            renewals: 0,
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for (renewals, released) in [(0, false), (7, true)] {
            let lock = Lock { holder: Holder { renewals, ..ada() }, released };
            assert_eq!(read(&write(&lock)), Ok(lock));
        }
        let told = read_holder(&write_holder(&ada())).unwrap();
        assert_eq!(told, Holder { renewed: None, ..ada() });
        assert_eq!(read_holder(&write_id("x")).unwrap().id, "x");
    }

    #[test]
    fn a_lock_of_terraform_has_every_field_that_servers_ask_for() {
        let text = String::from_utf8(write_holder(&ada())).unwrap();
        for field in ["ID", "Operation", "Info", "Who", "Version", "Created", "Path"] {
            assert!(text.contains(&format!("\"{field}\":")), "{text}");
        }
        assert!(!text.contains("Renewed"), "{text}");
    }

    #[test]
    fn what_is_no_lock_is_told_apart() {
        for text in ["", "{", "[]", "{}", r#"{"ID": 7}"#, r#"{"ID": ""}"#, "locked", "null"] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
            assert_eq!(read_holder(text.as_bytes()), None, "{text}");
        }
        assert!(read_holder(br#"{"ID": "a", "Who": "b", "More": [1]}"#).is_some());
    }
}
