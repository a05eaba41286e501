//! The cases of `tests/samples/fmt`, which Terraform wrote the answers of, and where we differ from it.

use proptest::prelude::*;

use super::token::{Kind, Token, tokens};
use super::{format, layout};

/// The texts of a file before and after, by title.
fn cases(name: &str) -> Vec<(String, String, String)> {
    let path = format!("{}/tests/samples/fmt/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let parts = text.split("\n#### ").skip(1);
    let parts: Vec<(&str, &str)> = parts.map(|part| part.split_once('\n').unwrap()).collect();
    assert!(parts.len() > 20 && parts.len().is_multiple_of(2));
    let mut found = Vec::new();
    for pair in parts.chunks(2) {
        let [(title, before), ("becomes", after)] = pair else { panic!("{pair:?}") };
        found.push(((*title).to_owned(), format!("{before}\n"), format!("{}\n", after.trim_end())));
    }
    found
}

fn all_cases() -> Vec<(String, String, String)> {
    [cases("awkward"), cases("random")].concat()
}

fn formatted(text: &str) -> String {
    format("a.hcl", text.as_bytes()).unwrap_or_else(|found| panic!("{text}\n{found:?}"))
}

#[test]
fn lays_out_as_terraform_does() {
    for (title, before, after) in all_cases() {
        assert_eq!(formatted(&before).trim_end(), after.trim_end(), "{title}");
        assert_eq!(formatted(&after), after, "{title}, again");
        let crlf = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(formatted(&crlf(&before)).trim_end(), crlf(&after).trim_end(), "{title}, CRLF");
    }
}

#[test]
fn every_comment_and_every_heredoc_stays() {
    let kept = |text: &str| -> Vec<String> {
        let in_heredoc = |open: &mut bool, token: &Token<'_>| {
            *open = *open && token.kind != Kind::CloseHeredoc || token.kind == Kind::OpenHeredoc;
            *open
        };
        let mut open = false;
        let kept = |token: &&Token<'_>| {
            let literal = in_heredoc(&mut open, token) && token.kind == Kind::Literal;
            literal || matches!(token.kind, Kind::Comment | Kind::CloseHeredoc)
        };
        tokens(text).iter().filter(kept).map(|token| token.text.to_owned()).collect()
    };
    let mut seen = 0;
    for (title, before, _) in all_cases() {
        let of_before = kept(&before);
        seen += of_before.len();
        assert_eq!(of_before, kept(&formatted(&before)), "{title}");
    }
    assert!(seen > 100);
}

#[test]
fn ends_and_marks_stay_as_they_are() {
    for (before, after) in [
        ("", ""),
        ("\n\n", "\n\n"),
        ("a=1", "a = 1"),
        ("a=1\n\n\n", "a = 1\n\n\n"),
        ("a=1\n  ", "a = 1\n  "),
        ("\u{feff}a=1\nbb=2\n", "\u{feff}a  = 1\nbb = 2\n"),
        ("a=1 # b", "a = 1 # b"),
        ("a=1\r\n\r\n  # b\r\n", "a = 1\r\n\r\n# b\r\n"),
        ("a = <<E\nx\nE   \nb=1\n", "a = <<E\nx\nE   \nb = 1\n"),
    ] {
        assert_eq!(formatted(before), after);
        assert_eq!(formatted(after), after);
    }
}

/// Terraform drops the first two comments, and writes files that can't be read from the others.
#[test]
fn where_terraform_would_spoil_the_file_we_differ() {
    for (before, after) in [
        ("a /* b */ c /* d */ {}\n", "a /* b */ \"c\" /* d */ {}\n"),
        ("a = b[ null ]\n", "a = b[null]\n"),
        ("a = \"${b # c\n}\"\n", "a = \"${b # c\n}\"\n"),
        ("a = \"${ # c\nb}\"\n", "a = \"${ # c\nb}\"\n"),
        ("a = \"${\n(b)\n+ (c)\n}\"\n", "a = ((b)\n+ (c))\n"),
    ] {
        assert_eq!(formatted(before), after);
        assert_eq!(formatted(after), after);
    }
}

#[test]
fn what_does_not_parse_is_an_error_with_its_place() {
    let said = |name: &str, text: &[u8]| {
        let found = format(name, text).unwrap_err();
        let place = found[0].place.as_ref().map(|place| (place.line, place.text.clone()));
        (found[0].summary.clone(), place)
    };
    let (summary, place) = said("a.hcl", b"a = 1\nb = [\n");
    assert_eq!((summary.as_str(), place.unwrap().0), ("this `[` is never closed", 2));
    let (summary, _) = said("a.hcl", b"a = \xff\n");
    assert_eq!(summary, "`a.hcl` is not UTF-8");
    // What stands in a file of variables may be a secret.
    let found = format!("{:?}", format("a.auto.vars.hcl", b"a: \"hunter2\"\n").unwrap_err());
    assert!(!found.contains("hunter2"), "{found}");
}

#[test]
fn a_text_that_aligning_would_blow_up_is_refused() {
    let mut found = tokens("a=1 #\nb=2 #\n");
    layout::lay_out(&mut found);
    assert_eq!(layout::text(&found, 16).unwrap(), "a = 1 #\nb = 2 #\n");
    assert_eq!(layout::text(&found, 15), None);
}

/// Nothing that is read may hang or crash, whatever it is.
#[test]
fn any_text_ends_well() {
    for text in [
        "\"${",
        "<<E",
        "<<E\n",
        "a = \"${\"${",
        "}}}",
        "%{",
        "<<-",
        "a = <<E\n${",
        "\r",
        "\\",
        "/*",
    ] {
        assert_eq!(tokens(text).last().unwrap().kind, Kind::End);
        _ = format("a.hcl", text.as_bytes());
    }
}

/// Puts other blanks between tokens where there may be any.
fn scrambled(text: &str, blanks: &[u32]) -> String {
    let mut found = tokens(text);
    let mut blanks = blanks.iter().cycle();
    let mut before = Kind::End;
    for token in &mut found {
        let fixed = |kind| matches!(kind, Kind::Literal | Kind::OpenHeredoc | Kind::End);
        let glued = before == Kind::OpenQuote
            || matches!(token.kind, Kind::CloseQuote | Kind::CloseHeredoc);
        if token.spaces > 0 && !fixed(before) && !fixed(token.kind) && !glued {
            token.spaces = *blanks.next().unwrap();
        }
        before = token.kind;
    }
    layout::text(&found, u64::MAX).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn the_blanks_before_do_not_show(blanks in prop::collection::vec(1u32..9, 40)) {
        for (title, before, after) in all_cases() {
            let other = formatted(&scrambled(&before, &blanks));
            prop_assert_eq!(other.trim_end(), after.trim_end(), "{}", title);
        }
    }

    #[test]
    fn any_text_is_cut_into_all_of_itself(text in "[a-c\"${}%~<E\n #/*\\\\.\\[\\]=é-]{0,60}") {
        let found = tokens(&text);
        let all: String = found.iter().map(|token| token.text).collect();
        prop_assert_eq!(all.replace(' ', ""), text.replace(' ', ""));
        _ = format("a.hcl", text.as_bytes());
    }
}
