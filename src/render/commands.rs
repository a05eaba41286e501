//! Keeps text from steering the log that it is printed into: GitHub, Azure and GitLab take lines of certain forms for
//! commands, whoever wrote them.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

/// What is a command wherever it stands in a line: GitHub's older form, and Azure's
/// (<https://github.com/actions/runner>, `ActionCommand.TryParse`).
const ANYWHERE: [&str; 2] = ["##[", "##vso["];

/// What is one at the beginning of a line, blanks aside: GitHub's form, and GitLab's sections.
const AT_START: [&str; 3] = ["::", "section_start:", "section_end:"];

/// The text with the first character of whatever a log would take for a command written as an escape.
pub fn without_commands(text: &str) -> Cow<'_, str> {
    let suspicious = ["::", "##", "section_"];
    if !suspicious.iter().any(|begin| text.contains(begin)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    // A lone carriage return ends a line there, too.
    for line in text.split_inclusive(['\n', '\r']) {
        let from = line.len() - after_blanks(line).len();
        let at_start = AT_START.iter().any(|command| starts_with(line, from, command));
        let mut at = 0;
        for (here, c) in line.char_indices() {
            let anywhere = c == '#' && ANYWHERE.iter().any(|it| starts_with(line, here, it));
            if anywhere || (at_start && here == from) {
                safe.push_str(part(line, at..here));
                // Writing to a String can't fail.
                _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
                at = here + c.len_utf8();
            }
        }
        safe.push_str(part(line, at..line.len()));
    }
    Cow::Owned(safe)
}

fn part(line: &str, range: Range<usize>) -> &str {
    line.get(range).unwrap_or("")
}

/// Without case, to be safe.
fn starts_with(line: &str, at: usize, what: &str) -> bool {
    line.as_bytes()
        .get(at..at + what.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(what.as_bytes()))
}

/// The line from its first sign that is no blank, no colour and no mark of a difference or a list.
pub(super) fn after_blanks(mut line: &str) -> &str {
    loop {
        let rest = line.trim_start_matches(|c: char| c.is_whitespace() || "+-|>*".contains(c));
        let rest = match rest.strip_prefix("\u{1b}[") {
            Some(colour) => {
                colour.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').get(1..)
            }
            None => None,
        }
        .unwrap_or(rest);
        if rest.len() == line.len() {
            return rest;
        }
        line = rest;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::without_commands;

    #[test]
    fn no_line_is_a_command() {
        for (text, expected) in [
            ("::group::x", "\\u{3a}:group::x"),
            ("a ::group::x\n", "a ::group::x\n"),
            ("a\n  ::error::x\n", "a\n  \\u{3a}:error::x\n"),
            ("a\r::error::x", "a\r\\u{3a}:error::x"),
            ("\u{a0}\u{3000}::x", "\u{a0}\u{3000}\\u{3a}:x"),
            ("+  ::x\n-::y", "+  \\u{3a}:x\n-\\u{3a}:y"),
            ("\u{1b}[1;32m+ \u{1b}[0m::x", "\u{1b}[1;32m+ \u{1b}[0m\\u{3a}:x"),
            ("##[error]x", "\\u{23}#[error]x"),
            ("a ##[add-mask]e ##VSO[task]", "a \\u{23}#[add-mask]e \\u{23}#VSO[task]"),
            ("### ##[", "### \\u{23}#["),
            ("###[", "#\\u{23}#["),
            (" section_start:1:x", " \\u{73}ection_start:1:x"),
            ("section_end:1:x", "\\u{73}ection_end:1:x"),
            ("a::b ## c", "a::b ## c"),
            (":", ":"),
            ("\u{1b}[", "\u{1b}["),
            ("\u{1b}[3é::", "\u{1b}[3é::"),
        ] {
            assert_eq!(without_commands(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_text(text in "[:#\\[ +\\n\\r\u{1b}a-c1m;\u{a0}é-]{0,24}") {
            let safe = without_commands(&text);
            for line in safe.split(['\n', '\r']) {
                prop_assert!(!line.trim_start().starts_with("::"), "{safe:?}");
                prop_assert!(!line.contains("##["), "{safe:?}");
            }
            // Once is enough.
            prop_assert_eq!(without_commands(&safe), &*safe);
        }
    }
}
