//! Two texts as a unified diff, for people.

use anstyle::AnsiColor;
use similar::udiff::UnifiedHunkHeader;
use similar::{DiffOp, group_diff_ops};

use super::paint::{Paint, colour};
use super::plain::plain;

/// What changed between two layouts of the file `name`, line by line, with three lines around. Empty where
/// nothing did. Tabs and the `\r` of line ends stay; other characters that move a terminal are shown.
///
/// A layout moves no line, so each is held against the one of its number: looking for the least difference
/// takes the square of the lines where most of them differ.
pub fn line_diff(name: &str, before: &str, after: &str, coloured: bool) -> String {
    let paint = Paint(coloured);
    let (old, new): (Vec<_>, Vec<_>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let mut shown = String::new();
    for hunk in group_diff_ops(differences(&old, &new), 3) {
        if shown.is_empty() {
            let name = plain(name);
            shown = paint.bold(&format!("--- {name}\n+++ {name}\n"));
        }
        let header = UnifiedHunkHeader::new(&hunk).to_string();
        shown += &paint.with(colour(AnsiColor::Cyan), &header);
        shown.push('\n');
        for op in hunk {
            let lines = |lines: &[&str], sign: char, ink: Option<AnsiColor>| {
                let shown = lines.iter().map(|line| {
                    let text = format!("{sign}{}", shown_line(line));
                    let text = ink.map_or(text.clone(), |ink| paint.with(colour(ink), &text));
                    let end =
                        if line.ends_with('\n') { "" } else { "\\ No newline at end of file\n" };
                    format!("{text}\n{end}")
                });
                shown.collect::<String>()
            };
            let old = old.get(op.old_range()).unwrap_or_default();
            let new = new.get(op.new_range()).unwrap_or_default();
            if let DiffOp::Equal { .. } = op {
                shown += &lines(old, ' ', None);
            } else {
                shown += &lines(old, '-', Some(AnsiColor::Red));
                shown += &lines(new, '+', Some(AnsiColor::Green));
            }
        }
    }
    shown
}

/// The lines of two texts that differ; where one has more lines, everything does.
fn differences(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let replace = |at: usize, old_len: usize, new_len: usize| DiffOp::Replace {
        old_index: at,
        old_len,
        new_index: at,
        new_len,
    };
    if old.len() != new.len() {
        return vec![replace(0, old.len(), new.len())];
    }
    let (mut ops, mut at) = (Vec::new(), 0);
    while let Some(first) = old.get(at).zip(new.get(at)) {
        let equal = first.0 == first.1;
        let alike = |(old, new): &(&&str, &&str)| (old == new) == equal;
        let rest = old.iter().skip(at).zip(new.iter().skip(at));
        let len = rest.take_while(alike).count();
        ops.push(if equal {
            DiffOp::Equal { old_index: at, new_index: at, len }
        } else {
            replace(at, len, len)
        });
        at += len;
    }
    if matches!(ops.as_slice(), [DiffOp::Equal { .. }]) { Vec::new() } else { ops }
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

    #[test]
    fn takes_the_lines_as_they_stand() {
        let diff = |before: &str, after: &str| line_diff("a", before, after, false);
        let text = |lines: &[&str]| lines.join("\n") + "\n";
        let before = text(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
        let after = before.replace("2\n", "b\n").replace("10\n", "j\nk\n");
        assert_eq!(
            diff(&before, &before.replace("2\n", "b\n").replace("10\n", "j\n")),
            text(&[
                "--- a",
                "+++ a",
                "@@ -1,5 +1,5 @@",
                " 1",
                "-2",
                "+b",
                " 3",
                " 4",
                " 5",
                "@@ -7,4 +7,4 @@",
                " 7",
                " 8",
                " 9",
                "-10",
                "+j",
            ])
        );
        assert!(diff(&before, &after).starts_with("--- a\n+++ a\n@@ -1,10 +1,11 @@\n-1\n"));
        // The least difference of such texts would take hours.
        let many = |text: &str| (0..200_000).map(|_| text).collect::<Vec<_>>().join("\n");
        assert_eq!(diff(&many("a"), &many("b")).lines().count(), 400_005);
    }
}
