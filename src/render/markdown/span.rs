//! Code spans and code blocks that nothing inside can end. In them nothing acts: no mention, link,
//! image, emoji, reference or HTML.

use super::super::phrase::{Phrase, Piece};

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// `text` as a code span.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let fence = "`".repeat(longest_run(text) + 1);
    // One space at both ends is taken away again.
    let touches = |c: char| c == '`' || c == ' ';
    let pad = if text.starts_with(touches) || text.ends_with(touches) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A phrase with what came from outside in code spans.
pub(super) fn phrase(phrase: &Phrase) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Own(words) => words.clone(),
        Piece::Value(text) | Piece::Code(text) => code(text),
    };
    phrase.0.iter().map(piece).collect()
}

/// A fence that none of `lines` can close, without its line break.
pub(super) fn fence<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let longest = lines.into_iter().map(longest_run).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::{code, fence};

    #[test]
    fn a_span_is_longer_than_what_it_holds() {
        for (text, expected) in [
            ("ada", "`ada`"),
            ("a`b", "``a`b``"),
            ("`a", "`` `a ``"),
            ("``", "``` `` ```"),
            (" ", "`   `"),
            ("", "(empty)"),
        ] {
            assert_eq!(code(text), expected);
        }
        assert_eq!(fence(["a", "`````"]), "``````");
        assert_eq!(fence(["a"]), "```");
    }
}
