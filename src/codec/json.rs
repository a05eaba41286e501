//! How what is written becomes JSON.

use serde::Serialize;

/// Every type of a format holds texts, numbers without fractions, flags, and maps with text keys, and goes to
/// memory: there is nothing that could fail. If it did, half a line of a journal or of a state must not be taken
/// for a whole one.
const SURE: &str = "a format has text keys and no floats, so it can be written";

/// Writes a value to memory.
///
/// # Panics
/// Where a value can't be written, which is a bug in its type: the run stops before anything wrong is kept.
pub(super) fn to(out: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(out, value).expect(SURE);
}

/// A value as text.
///
/// # Panics
/// As [`to`].
pub(super) fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect(SURE)
}

/// A value on one line, with its line break.
///
/// # Panics
/// As [`to`].
pub(super) fn line(value: &impl Serialize) -> String {
    let mut line = text(value);
    line.push('\n');
    line
}

/// A value laid out for people, with a line break at its end.
///
/// # Panics
/// As [`to`].
pub(super) fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect(SURE);
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::line;

    #[test]
    #[should_panic(expected = "it can be written")]
    fn what_can_not_be_written_stops_the_run() {
        line(&BTreeMap::from([((1, 2), "a key that is no text")]));
    }
}
