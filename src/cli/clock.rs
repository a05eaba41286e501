//! The only clock.

use crate::model::Text;

/// Now, as RFC 3339 in UTC, to the second.
pub(super) fn now() -> Text {
    let seconds = jiff::Timestamp::now().as_second();
    jiff::Timestamp::from_second(seconds).map(|time| time.to_string().into()).unwrap_or_default()
}
