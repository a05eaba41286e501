//! Which backend the state of a folder was in last: `.enroll/backend.json`, so that a backend that changes or goes
//! is noticed, and its state can be moved.
//!
//! ```json
//! {
//!   "format_version": "1.0",
//!   "backend": {
//!     "kind": "gcs",
//!     "bucket": "acme-enroll",
//!     "key": "prod.state.json"
//!   }
//! }
//! ```

use serde::{Deserialize, Serialize};

use super::json;
use crate::model::{Azure, Backend, Gcs, Http, S3, Text};

const FORMAT_VERSION: &str = "1.0";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonMemory {
    format_version: String,
    backend: JsonBackend,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum JsonBackend {
    S3 {
        bucket: Text,
        key: Text,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<Text>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        endpoint: Option<Text>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        encrypt: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kms_key_id: Option<Text>,
    },
    Gcs {
        bucket: Text,
        key: Text,
    },
    Azure {
        account: Text,
        container: Text,
        key: Text,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        endpoint: Option<Text>,
    },
    Http {
        address: Option<Text>,
        lock_address: Option<Text>,
        unlock_address: Option<Text>,
        update_method: Option<Text>,
        lock_method: Option<Text>,
        unlock_method: Option<Text>,
    },
}

/// The bytes that remember a backend.
pub fn write(backend: &Backend) -> Vec<u8> {
    let backend = match backend.clone() {
        Backend::S3(S3 { bucket, key, region, endpoint, encrypt, kms_key_id }) => {
            JsonBackend::S3 { bucket, key, region, endpoint, encrypt, kms_key_id }
        }
        Backend::Gcs(Gcs { bucket, key }) => JsonBackend::Gcs { bucket, key },
        Backend::Azure(Azure { account, container, key, endpoint }) => {
            JsonBackend::Azure { account, container, key, endpoint }
        }
        Backend::Http(Http {
            address,
            lock_address,
            unlock_address,
            update_method,
            lock_method,
            unlock_method,
        }) => JsonBackend::Http {
            address,
            lock_address,
            unlock_address,
            update_method,
            lock_method,
            unlock_method,
        },
    };
    let memory = JsonMemory { format_version: FORMAT_VERSION.to_owned(), backend };
    json::pretty(&memory).into_bytes()
}

/// Reads which backend is remembered.
pub fn read(bytes: &[u8]) -> Result<Backend, String> {
    let memory: JsonMemory = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if memory.format_version != FORMAT_VERSION {
        return Err(format!("its format {} is not {FORMAT_VERSION}", memory.format_version));
    }
    Ok(match memory.backend {
        JsonBackend::S3 { bucket, key, region, endpoint, encrypt, kms_key_id } => {
            Backend::S3(S3 { bucket, key, region, endpoint, encrypt, kms_key_id })
        }
        JsonBackend::Gcs { bucket, key } => Backend::Gcs(Gcs { bucket, key }),
        JsonBackend::Azure { account, container, key, endpoint } => {
            Backend::Azure(Azure { account, container, key, endpoint })
        }
        JsonBackend::Http {
            address,
            lock_address,
            unlock_address,
            update_method,
            lock_method,
            unlock_method,
        } => Backend::Http(Http {
            address,
            lock_address,
            unlock_address,
            update_method,
            lock_method,
            unlock_method,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use crate::model::{Azure, Backend, Gcs, Http, S3};

    #[test]
    fn what_is_remembered_is_read_back_and_nothing_else_is() {
        for backend in [
            Backend::S3(S3 { bucket: "b".into(), key: "k".into(), encrypt: true, ..S3::default() }),
            Backend::S3(S3 { endpoint: Some("https://e".into()), ..S3::default() }),
            Backend::Gcs(Gcs { bucket: "b".into(), key: "k".into() }),
            Backend::Azure(Azure { account: "a".into(), ..Azure::default() }),
            Backend::Http(Http { address: Some("https://x".into()), ..Http::default() }),
            Backend::Http(Http::default()),
        ] {
            assert_eq!(read(&write(&backend)), Ok(backend));
        }
        for text in ["", "{}", r#"{"format_version":"1.0","backend":{"kind":"ftp"}}"#] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
