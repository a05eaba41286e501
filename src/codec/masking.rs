//! What was sent to sign in, taken out of what comes back: whole in any of the ways in which it is written, or a long
//! part of it. A service that puts a token into somebody's name has it shown and kept nowhere.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// What stands in the place of a secret.
pub const HIDDEN: &str = "(sensitive)";

/// Shorter ones stand in other texts by chance.
const SHORTEST: usize = 6;
/// How much of a longer secret is found, in bytes: half of it, within these bounds.
const PART: (usize, usize) = (24, 32);
/// How many bytes are looked at together where a whole answer is looked through.
const WINDOW: usize = 8;
/// How many bits the filter has in front of the windows.
const FILTER: usize = 1 << 18;

/// Finds secrets in texts and in answers.
#[derive(Clone, Default)]
pub struct Masker {
    /// Each with all its forms, and how long a part of it counts.
    secrets: Vec<(String, usize)>,
    /// All windows of the forms that have any.
    windows: Vec<u64>,
    filter: Vec<u64>,
    /// Forms that are too short for windows.
    short: Vec<String>,
}

impl std::fmt::Debug for Masker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Masker").finish_non_exhaustive()
    }
}

impl Masker {
    /// Finds these secrets, also in part, and these names, which are none but were sent as well, whole.
    pub fn new<'a>(
        secrets: impl IntoIterator<Item = &'a str>,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut all: BTreeSet<(String, usize)> = BTreeSet::new();
        let long_enough = |text: &&str| text.len() >= SHORTEST;
        for secret in secrets.into_iter().filter(long_enough) {
            for form in forms(secret) {
                let part = (form.len() / 2).clamp(PART.0, PART.1).min(form.len());
                all.insert((form, part));
            }
        }
        for name in names.into_iter().filter(long_enough) {
            all.extend(forms(name).into_iter().map(|form| (form.clone(), form.len())));
        }
        let mut masker = Self { filter: vec![0; FILTER / 64], ..Self::default() };
        for (form, _) in &all {
            // A part of that length holds a whole window, wherever it begins.
            if form.len() < 2 * WINDOW {
                masker.short.push(form.clone());
                continue;
            }
            for case in [form.clone(), form.to_ascii_lowercase(), form.to_ascii_uppercase()] {
                masker.windows.extend(case.as_bytes().windows(WINDOW).map(number));
            }
        }
        masker.windows.sort_unstable();
        masker.windows.dedup();
        for window in &masker.windows {
            let (word, bit) = place(*window);
            if let Some(word) = masker.filter.get_mut(word) {
                *word |= bit;
            }
        }
        // The longest first: a shorter one may be a part of it.
        masker.secrets = all.into_iter().collect();
        masker.secrets.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
        masker
    }

    /// Whether it finds nothing, since it was made for nothing.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// The text without secrets; `None` where there are none in it.
    pub fn text(&self, text: &str) -> Option<String> {
        self.without(text, 0)
    }

    /// The text without secrets of at least so many bytes.
    fn without(&self, text: &str, least: usize) -> Option<String> {
        if !self.suspects(text.as_bytes()) {
            return None;
        }
        let mut masked = text.to_owned();
        let secrets = self.secrets.iter().filter(|(secret, _)| secret.len() >= least);
        // Whole ones first: a part of one form may be the end of another.
        let whole = secrets.clone().map(|(secret, _)| (secret, secret.len()));
        for (secret, part) in whole.chain(secrets.map(|(secret, part)| (secret, *part))) {
            let mut from = 0;
            while let Some((start, end)) = find(&masked, from, secret, part) {
                masked.replace_range(start..end, HIDDEN);
                from = start + HIDDEN.len();
            }
        }
        (masked != text).then_some(masked)
    }

    /// A JSON answer whose texts and names are without secrets; `None` where there are none in it.
    pub fn json(&self, body: &[u8]) -> Option<Vec<u8>> {
        if self.secrets.is_empty() || !(self.suspects(body) || hides_letters(body)) {
            return None;
        }
        let mut masked = Vec::with_capacity(body.len());
        let (mut at, mut copied) = (0, 0);
        while let Some(start) = memchr::memchr(b'"', body.get(at..)?).map(|found| at + found) {
            let Some(end) = end_of_text(body, start) else { break };
            let literal = body.get(start..end)?;
            let text = serde_json::from_slice::<Cow<'_, str>>(literal).ok();
            // Names are those of a protocol: a word of theirs may be a bad password.
            let after = body.get(end..).unwrap_or(&[]).trim_ascii_start();
            let least = if after.starts_with(b":") { 2 * WINDOW } else { 0 };
            if let Some(text) = text.and_then(|text| self.without(&text, least)) {
                masked.extend_from_slice(body.get(copied..start)?);
                masked.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
                copied = end;
            }
            at = end;
        }
        if copied == 0 {
            return None;
        }
        masked.extend_from_slice(body.get(copied..)?);
        Some(masked)
    }

    /// Whether an answer holds any that does not stand there by chance.
    pub fn finds(&self, answer: &[u8]) -> bool {
        let text = || String::from_utf8_lossy(answer);
        self.suspects(answer) && self.without(&text(), 2 * WINDOW).is_some()
    }

    /// Whether a part of a secret may stand there. Quick, and wrong now and then.
    fn suspects(&self, body: &[u8]) -> bool {
        let known = |window: &[u8]| {
            let window = number(window);
            let (word, bit) = place(window);
            self.filter.get(word).is_some_and(|word| word & bit != 0)
                && self.windows.binary_search(&window).is_ok()
        };
        body.chunks_exact(WINDOW).any(known)
            || self.short.iter().any(|short| contains(body, short.as_bytes()))
    }
}

/// A text as it may be written: as it is, in a form, in HTML, in base64 of each kind, in hexadecimal digits.
fn forms(text: &str) -> BTreeSet<String> {
    let bytes = text.as_bytes();
    let form: String = url::form_urlencoded::byte_serialize(bytes).collect();
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = html.replace('"', "&quot;").replace('\'', "&#39;");
    let digits = bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a String can't fail.
        _ = write!(digits, "{byte:02x}");
        digits
    });
    let encoded = [
        STANDARD.encode(bytes),
        STANDARD_NO_PAD.encode(bytes),
        URL_SAFE.encode(bytes),
        URL_SAFE_NO_PAD.encode(bytes),
    ];
    let written = [text.to_owned(), form.clone(), form.replace('+', "%20"), html, quoted, digits];
    written.into_iter().chain(encoded).collect()
}

fn number(window: &[u8]) -> u64 {
    window.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The word of the filter that a window is in, and its bit.
fn place(window: u64) -> (usize, u64) {
    let mixed = window.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 46;
    let at = usize::try_from(mixed).unwrap_or(0) % FILTER;
    (at / 64, 1 << (at % 64))
}

fn contains(body: &[u8], word: &[u8]) -> bool {
    let (Some(first), most) = (word.first(), body.len().saturating_sub(word.len())) else {
        return false;
    };
    memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), body)
        .take_while(|at| *at <= most)
        .any(|at| body.get(at..at + word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word)))
}

/// Where `part` bytes in a row of a secret stand at `from` or behind, and as much of it as follows: without case.
fn find(text: &str, from: usize, secret: &str, part: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let last = bytes.len().checked_sub(part)?;
    for start in (from..=last).filter(|at| text.is_char_boundary(*at)) {
        let begin = bytes.get(start..start + part)?;
        for at in 0..=secret.len().saturating_sub(part) {
            let rest = secret.as_bytes().get(at..)?;
            if !rest.get(..part).is_some_and(|it| it.eq_ignore_ascii_case(begin)) {
                continue;
            }
            let same = rest.iter().zip(bytes.get(start..)?);
            let length = same.take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
            let mut end = start + length;
            while !text.is_char_boundary(end) {
                end += 1;
            }
            return Some((start, end));
        }
    }
    None
}

/// Whether signs of a JSON text are written as escapes that need none: whoever looks for a word misses it there.
fn hides_letters(body: &[u8]) -> bool {
    memchr::memchr_iter(b'\\', body).any(|at| match body.get(at + 1) {
        Some(b'/') => true,
        Some(b'u') => {
            let digits = body.get(at + 2..at + 6).and_then(|it| std::str::from_utf8(it).ok());
            let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            code.is_some_and(|code| code.is_ascii_graphic())
        }
        Some(_) | None => false,
    })
}

/// One past the quote that ends the JSON text which begins at `start`.
fn end_of_text(body: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        let found = at + memchr::memchr2(b'"', b'\\', body.get(at..)?)?;
        if body.get(found) == Some(&b'"') {
            return Some(found + 1);
        }
        at = found + 2;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{HIDDEN, Masker, forms};

    const TOKEN: &str = "t0ken<of&the>hour/0123456789+abcdefghijKLMNOP=";
    const PASSWORD: &str = "hunter2";
    const ACCOUNT: &str = "acc0unt-of-somebody";

    fn masker() -> Masker {
        Masker::new([TOKEN, PASSWORD, "short"], [ACCOUNT])
    }

    fn masked(value: &Value) -> Value {
        let body = serde_json::to_vec(value).unwrap();
        masker().json(&body).map_or_else(|| value.clone(), |b| serde_json::from_slice(&b).unwrap())
    }

    #[test]
    fn a_secret_is_hidden_however_it_is_written() {
        for secret in [TOKEN, PASSWORD, ACCOUNT] {
            for form in forms(secret) {
                for form in [form.clone(), form.to_uppercase(), form.to_lowercase()] {
                    let text = format!("Ada {form} ü");
                    assert_eq!(masked(&json!({"a": [text]})), json!({"a": ["Ada (sensitive) ü"]}));
                    // As a name, unless that is one of the protocol.
                    let hidden = if form.len() < 16 { &form } else { HIDDEN };
                    assert_eq!(masked(&json!({&form: 1})), json!({hidden: 1}));
                }
            }
        }
        // Half of a token, and as much as follows.
        assert_eq!(masked(&json!({"a": &TOKEN[..24]})), json!({"a": HIDDEN}));
        assert_eq!(masked(&json!({"a": &TOKEN[22..]})), json!({"a": HIDDEN}));
        assert_eq!(
            masked(&json!({"a": format!("x{}y", &TOKEN[3..40])})),
            json!({"a": "x(sensitive)y"})
        );
        // Letters as escapes.
        let escaped: Vec<_> = TOKEN.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
        let escaped = escaped.concat();
        let body = format!("{{\"a\": \"{escaped}\", \"b\\\"\": 1.50}}");
        let hidden = masker().json(body.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(hidden).unwrap(), "{\"a\": \"(sensitive)\", \"b\\\"\": 1.50}");
    }

    #[test]
    fn what_is_none_stays_byte_for_byte() {
        for value in [
            json!({"a": "short", "b": "hunter", "c": &TOKEN[..20], "d": &ACCOUNT[..18], "e": 1.5}),
            json!({"name": "Ada \"the\" \\ Lovelace \u{1f600}"}),
            json!([]),
        ] {
            assert_eq!(masked(&value), value);
        }
        assert_eq!(masker().json(b"no json \"at all"), None);
        assert_eq!(Masker::new([], []).json(TOKEN.as_bytes()), None);
        assert_eq!(masker().text("Ada"), None);
    }

    proptest! {
        #[test]
        fn wherever_it_stands(before in "[a-z\"\\\\ü]{0,20}", after in "[a-z\"\\\\ü]{0,20}", cut in 0_usize..16) {
            let value = json!({"x": before, "name": format!("{before}{}{after}", &TOKEN[cut..])});
            let hidden = masked(&value);
            prop_assert!(!hidden.to_string().contains(&TOKEN[17..41]), "{hidden}");
            prop_assert_eq!(&hidden["x"], &value["x"]);
        }

        #[test]
        fn no_answer_is_too_odd(body in prop::collection::vec(prop::sample::select(b"\"\\u00{}:hunter2 ".to_vec()), 0..40)) {
            if let Some(masked) = masker().json(&body) {
                prop_assert_eq!(
                    serde_json::from_slice::<Value>(&body).is_ok(),
                    serde_json::from_slice::<Value>(&masked).is_ok()
                );
            }
        }
    }
}
