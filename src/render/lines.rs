//! Two texts as a unified diff, for people.

use anstyle::AnsiColor;
use similar::{ChangeTag, TextDiff};

use super::paint::{Paint, colour};
use super::plain::plain;

/// What changed between two texts of the file `name`, in lines with three around them. Empty where
/// nothing did. Tabs and the `\r` of line ends stay; other characters that move a terminal are shown.
pub fn line_diff(name: &str, before: &str, after: &str, coloured: bool) -> String {
    let paint = Paint(coloured);
    let diff = TextDiff::from_lines(before, after);
    let mut shown = String::new();
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        if shown.is_empty() {
            let name = plain(name);
            shown = paint.bold(&format!("--- {name}\n+++ {name}\n"));
        }
        let header = hunk.header().to_string();
        shown += &paint.with(colour(AnsiColor::Cyan), &header);
        shown.push('\n');
        for change in hunk.iter_changes() {
            let text = shown_line(change.value());
            let ending =
                if change.missing_newline() { "\\ No newline at end of file\n" } else { "" };
            let line = match change.tag() {
                ChangeTag::Equal => format!(" {text}"),
                ChangeTag::Delete => paint.with(colour(AnsiColor::Red), &format!("-{text}")),
                ChangeTag::Insert => paint.with(colour(AnsiColor::Green), &format!("+{text}")),
            };
            shown += &line;
            shown.push('\n');
            shown += ending;
        }
    }
    shown
}

fn shown_line(text: &str) -> String {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let (text, end) = text.strip_suffix('\r').map_or((text, ""), |text| (text, "\r"));
    let shown: Vec<_> = text.split('\t').map(plain).collect();
    shown.join("\t") + end
}

#[cfg(test)]
mod tests {
    use super::line_diff;

    #[test]
    fn shows_what_changed_and_moves_no_terminal() {
        let diff = line_diff(
            "a.hcl",
            "a=1\n\tb = \"\u{1b}[2J\"\nc",
            "a = 1\n\tb = \"\u{1b}[2J\"\nc\n",
            false,
        );
        let expected = "--- a.hcl\n+++ a.hcl\n@@ -1,3 +1,3 @@\n-a=1\n+a = 1\n \tb = \"\\u{1b}[2J\"\n-c\n\\ No newline at end of file\n+c\n";
        assert_eq!(diff, expected);
        assert_eq!(line_diff("a.hcl", "a\n", "a\n", true), "");
    }
}
