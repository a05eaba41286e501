//! Makes text from outside safe for a terminal: nothing in it moves the cursor, changes colours or
//! turns the direction of what stands around it.

use std::borrow::Cow;
use std::fmt::Write;

use crate::model::is_invisible;

/// Shows as escapes what nobody could see: control characters, bidirectional controls, characters that show nothing,
/// and blanks that are no space.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            // Writing to a String can't fail.
            c if is_invisible(c) => {
                _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Text of several lines of our own making around words from outside: line breaks stay.
pub(super) fn plain_lines(text: &str) -> String {
    text.split('\n').map(plain).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_could_mislead_is_shown() {
        for (text, expected) in [
            ("Ada Lovelace", "Ada Lovelace"),
            ("Ünï 日本 😀", "Ünï 日本 😀"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("a\u{202e}b\u{2066}", "a\\u{202e}b\\u{2066}"),
            ("\u{200b}\u{feff}\u{9b}", "\\u{200b}\\u{feff}\\u{9b}"),
            ("a\u{fe0f}\u{3164}\u{115f}", "a\\u{fe0f}\\u{3164}\\u{115f}"),
            ("1\u{a0}000\u{3000}", "1\\u{a0}000\\u{3000}"),
            ("e\u{301}", "e\u{301}"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }
}
