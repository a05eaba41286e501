//! What an address must look like before it is sent to a service.

use crate::model::{code_point, is_invisible};

/// Longest address that Zoom takes, in characters.
const MAX: usize = 128;

/// Why a text is no address that somebody can sign in with.
pub(super) fn why_not(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("it is empty".to_owned());
    }
    if text.contains(' ') {
        return Some("it holds a space".to_owned());
    }
    if let Some(why) = unseen(text) {
        return Some(why);
    }
    if text.chars().count() > MAX {
        return Some(format!("it is longer than {MAX} characters"));
    }
    match text.split_once('@') {
        None => Some("it has no `@`".to_owned()),
        Some(("", _)) => Some("nothing stands before its `@`".to_owned()),
        Some((_, "")) => Some("nothing stands behind its `@`".to_owned()),
        Some((_, domain)) if domain.contains('@') => Some("it has two `@`".to_owned()),
        Some(_) => None,
    }
}

/// Names the first character that nobody can see, if there is one.
pub(super) fn unseen(text: &str) -> Option<String> {
    let c = text.chars().find(|c| is_invisible(*c))?;
    let what = match c {
        c if c.is_whitespace() => "white space",
        c if c.is_control() => "a control character",
        _ => "an invisible character",
    };
    Some(format!("it holds {what}, {}", code_point(c)))
}

/// The part behind the `@`.
pub(super) fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use super::why_not;

    #[test]
    fn an_address_has_two_parts_and_nothing_that_can_not_be_typed() {
        for (text, good) in [
            ("ada@example.com", true),
            ("a+b.c@x", true),
            ("\u{e4}@\u{f6}.example", true),
            ("", false),
            ("ada", false),
            ("@x", false),
            ("a@", false),
            ("a@b@c", false),
            ("a b@c", false),
            ("a@b\n", false),
            ("a@b\u{0}", false),
            ("\u{7f}@b", false),
            ("a\u{fe0f}@b", false),
            ("a@\u{3164}b", false),
            ("a\u{a0}@b", false),
            ("e\u{301}@b", true),
        ] {
            assert_eq!(why_not(text).is_none(), good, "{text:?}");
        }
        assert!(why_not(&format!("{}@x.org", "a".repeat(123))).is_some());
        assert!(why_not(&format!("{}@x.org", "a".repeat(122))).is_none());
    }
}
