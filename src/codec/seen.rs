//! Which serial of which state this machine has seen: `.enroll/seen.json`.
//!
//! ```json
//! {
//!   "format_version": "1.0",
//!   "states": {
//!     "5e0f…": 7
//!   }
//! }
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::json;
use crate::model::Text;

/// The highest serial seen of each lineage.
pub type Serials = BTreeMap<Text, u64>;

/// The bytes are not what [`write()`] wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it does not hold the serials seen: {0}")]
pub struct SeenError(String);

const FORMAT_VERSION: &str = "1.0";

#[derive(Serialize)]
struct SeenOut<'a> {
    format_version: &'static str,
    states: &'a Serials,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeenIn {
    format_version: String,
    states: Serials,
}

/// The bytes of the serials seen.
pub fn write(serials: &Serials) -> Vec<u8> {
    let seen = SeenOut { format_version: FORMAT_VERSION, states: serials };
    json::pretty(&seen).into_bytes()
}

/// Reads the serials seen.
pub fn read(bytes: &[u8]) -> Result<Serials, SeenError> {
    let seen: SeenIn =
        serde_json::from_slice(bytes).map_err(|error| SeenError(error.to_string()))?;
    if seen.format_version == FORMAT_VERSION {
        Ok(seen.states)
    } else {
        Err(SeenError(format!("its format {} is not {FORMAT_VERSION}", seen.format_version)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Serials, read, write};

    #[test]
    fn what_is_written_is_read_back_and_nothing_else_is() {
        let serials: Serials = [("a".into(), 1), ("b".into(), u64::MAX)].into();
        assert_eq!(read(&write(&serials)), Ok(serials));
        for text in
            ["", "{}", r#"{"format_version": "2.0", "states": {}}"#, r#"{"states": {"a": 1}}"#]
        {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
