//! What a text would cost the parser, told before it is parsed: a tree takes a hundred times the memory of a text that
//! is all brackets and commas.

use super::scan::Scan;

/// Most pieces of one configuration: words, signs and quoted texts. 100,000 `user` blocks with eight attributes each
/// have under four million. A million local values are four million, and took one gigabyte.
pub(super) const MOST_PIECES: u64 = 6_000_000;

/// Most that objects written out may cost together: each costs the square of its entries, since the parser
/// compares every key with all before it. One object of 30,000 entries is within it.
const MOST: u64 = 1_000_000_000;

/// Where a text becomes too much, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heavy {
    /// The entries of the object that begins there.
    Objects(usize),
    /// All in all.
    Pieces(usize),
}

/// A text of more bytes is parsed in parts of about this size, since its tree takes many times its memory.
const PART: usize = if cfg!(test) { 1 << 12 } else { 1 << 20 };

/// What a text weighs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Weight {
    /// How many pieces it has, with those of the texts before it.
    pub(super) pieces: u64,
    /// Where a large one may be cut, so that each part is a sequence of whole blocks.
    pub(super) cuts: Vec<usize>,
}

/// Weighs a text. `before` is how many pieces other texts had already.
pub(super) fn weigh(text: &str, before: u64) -> Result<Weight, Heavy> {
    let mut scan = Scan::of(text);
    // Where each open bracket is, whether it may be an object's, and what separates entries in it.
    let mut open: Vec<(usize, bool, u64)> = Vec::new();
    let (mut cost, mut last, mut pieces, mut in_word) = (0_u64, 0, before, false);
    let mut cuts = Vec::new();
    let mut add = |object: bool, entries: u64| {
        cost = cost.saturating_add(if object { (entries + 1).saturating_pow(2) } else { 0 });
        cost > MOST
    };
    while let Some(c) = scan.peek() {
        let start = scan.at;
        if let (',' | '\n', Some((_, _, entries))) = (c, open.last_mut()) {
            *entries += 1;
        }
        let heredoc = scan.rest().starts_with("<<");
        let comment = c == '#' || scan.rest().starts_with("//") || scan.rest().starts_with("/*");
        let slip = scan.step(c).is_some();
        let word = is_word(c);
        pieces += u64::from(!(word && in_word || c.is_whitespace() && c != '\n'));
        in_word = word;
        if heredoc {
            // What stands in its templates is not looked at closely.
            let template =
                text.get(start..scan.at).and_then(|body| body.get(body.find(['$', '%'])?..));
            let entries = template.map_or(0, |body| body.matches([',', '\n']).count() as u64);
            pieces += template.map_or(0, signs);
            if add(true, entries) {
                return Err(Heavy::Objects(start));
            }
        }
        if pieces > MOST_PIECES {
            return Err(Heavy::Pieces(start));
        }
        while open.len() > scan.open.len() {
            if let Some((at, object, entries)) = open.pop()
                && add(object, entries)
            {
                return Err(Heavy::Objects(at));
            }
        }
        if open.len() < scan.open.len() {
            open.push((
                start,
                c != '[' && c != '(' && object_follows(text.get(..last).unwrap_or("")),
                0,
            ));
        }
        if slip {
            break;
        }
        let whole = c == '\n'
            && scan.open.is_empty()
            && text.as_bytes().get(..last).is_some_and(|before| before.ends_with(b"}"));
        if whole && scan.at - cuts.last().copied().unwrap_or(0) >= PART {
            cuts.push(scan.at);
        }
        if !c.is_whitespace() && !comment {
            last = scan.at;
        }
    }
    match open.into_iter().find(|(_, object, entries)| add(*object, *entries)) {
        Some((at, _, _)) => Err(Heavy::Objects(at)),
        None => Ok(Weight { pieces, cuts }),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// At most as many pieces as a text has.
fn signs(text: &str) -> u64 {
    2 * text.chars().filter(|c| !is_word(*c) && (*c == '\n' || !c.is_whitespace())).count() as u64
}

/// Whether a brace behind this text begins an object: a block's stands behind a name or a label.
fn object_follows(before: &str) -> bool {
    let rest = before.trim_end_matches(is_word);
    let name = before.get(rest.len()..).unwrap_or("");
    name == "in" || name.is_empty() && !before.ends_with('"')
}

#[cfg(test)]
mod tests {
    use super::{Heavy, MOST_PIECES, PART};

    fn weigh(text: &str, before: u64) -> Result<u64, Heavy> {
        super::weigh(text, before).map(|weight| weight.pieces)
    }

    #[test]
    fn a_large_text_is_cut_between_blocks_only() {
        let cuts = |text: &str| super::weigh(text, 0).unwrap().cuts;
        let block = "user \"a\" {\n  note = <<E\n}\nE\n  x = {\n}\n  y = \"}\"\n}\n";
        let text = block.repeat(3 * PART / block.len());
        let found = cuts(&text);
        assert_eq!(found.len(), 2);
        for cut in &found {
            assert_eq!(cut % block.len(), 0);
        }
        assert!(cuts(&block.repeat(9)).is_empty());
        // Nothing behind a slip is looked at: it is in the last part.
        assert_eq!(cuts(&format!("{text}a = \"x\n{text}")), found);
    }

    #[test]
    fn objects_without_end_are_found_before_they_are_parsed() {
        let entries = "a = 1, ".repeat(40_000);
        let lines = "a = 1\n".repeat(40_000);
        for heavy in [
            format!("a = {{{entries}}}"),
            format!("a = {{\n{lines}}}"),
            format!("a = {{\n{lines}"),
            format!("a = [for k in {{{entries}}} : k]"),
            format!("a = [for k in /* x */ {{{entries}}} : k]"),
            format!("a = \"${{ {{{entries}}} }}\""),
            format!("a = <<E\n${{ {{{entries}}} }}\nE\n"),
            format!("a = f({{{}}})\n", "a = 1, ".repeat(10_000)).repeat(11),
        ] {
            assert!(matches!(weigh(&heavy, 0), Err(Heavy::Objects(_))), "{}", &heavy[..20]);
        }
        for light in [
            format!("locals {{\n{lines}}}\n"),
            format!("rule \"x\" {{\n{lines}}}\n"),
            format!("a = [{}]", "1, ".repeat(40_000)),
            format!("a = {{{}}}", "a = 1, ".repeat(30_000)),
            "a = { b = 1 }\n".repeat(40_000),
        ] {
            assert!(weigh(&light, 0).is_ok(), "{}", &light[..20]);
        }
    }

    #[test]
    fn pieces_are_counted() {
        for (text, pieces) in [
            ("", 0),
            ("a = 1\n", 4),
            ("a-b_c9=\"some words, and more\"\n", 4),
            ("user \"a\" {\n}\n", 6),
            ("a.b[0]", 6),
            ("a = \"${b}${c}\"", 7),
            ("# a comment, which is one\n", 2),
            ("/* so\nis */", 1),
            ("a = <<E\nas, long, as, it, likes\nE\n", 3),
        ] {
            assert_eq!(weigh(text, 0), Ok(pieces), "{text}");
            assert_eq!(weigh(text, MOST_PIECES - pieces), Ok(MOST_PIECES), "{text}");
            let more = weigh(text, MOST_PIECES - pieces + 1);
            assert_eq!(pieces > 0, matches!(more, Err(Heavy::Pieces(_))), "{text}");
        }
    }

    #[test]
    fn what_is_all_signs_weighs_too_much_wherever_it_stands() {
        let before = MOST_PIECES - 1_000;
        for text in [
            format!("a = [{}]", "1,".repeat(600)),
            format!("a = [{}]", "[],".repeat(600)),
            format!("a = \"{}\"", "${1}".repeat(600)),
            format!("a = <<E\n{}\nE\n", "${1}".repeat(600)),
            format!("a = <<E\n{}\nE\n", "%{if a}%{endif}".repeat(600)),
            format!("a = <<E\n${{[{}]}}\nE\n", "1,".repeat(600)),
            format!("a = b{}", ".a".repeat(600)),
            format!("a = {}", "[".repeat(1_200)),
            format!("a = {}{}", "[".repeat(600), "]".repeat(600)),
            "a=1\n".repeat(300),
        ] {
            assert!(matches!(weigh(&text, before), Err(Heavy::Pieces(_))), "{}", &text[..20]);
            assert!(weigh(&text, 0).is_ok_and(|pieces| pieces > 1_000));
        }
        // However long, a text is a text.
        let prose = "words, and more words; it's five.\n".repeat(1_000);
        assert_eq!(weigh(&format!("a = <<E\nx\n{prose}E\n/*{prose}*/"), 0), Ok(4));
    }
}
