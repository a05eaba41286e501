//! Text as people see it: canonically equivalent forms are one text, what nobody can see is known, and
//! scripts that are mixed in one word are found.
//!
//! Sources: Unicode Standard Annex 15 (normalization), `Default_Ignorable_Code_Point` of
//! DerivedCoreProperties.txt, and Unicode Technical Standard 39, section 5.1 (mixed scripts).

use std::borrow::Cow;
use std::cmp::Ordering;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, Script};
use icu_properties::script::ScriptWithExtensions;
use icu_properties::{CodePointSetData, CodePointSetDataBorrowed, PropertyNamesLong};

use super::Text;

const COMPOSER: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();
const IGNORABLE: CodePointSetDataBorrowed<'static> =
    CodePointSetData::new::<DefaultIgnorableCodePoint>();

/// Returns a text in Unicode normalization form C. What is in it already, as nearly every text is, is not copied.
pub fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { COMPOSER.normalize(text) }
}

/// Returns a name or text in Unicode normalization form C.
pub fn nfc_text(text: Text) -> Text {
    if is_nfc(&text) { text } else { Text::from(nfc(&text)) }
}

/// Whether a text is in Unicode normalization form C.
pub fn is_nfc(text: &str) -> bool {
    text.is_ascii() || COMPOSER.is_normalized(text)
}

/// Whether two texts are the same but for their Unicode normalization form.
pub fn same_text(a: &str, b: &str) -> bool {
    a == b || !(a.is_ascii() && b.is_ascii()) && nfc(a) == nfc(b)
}

/// Orders two texts by the code points of their normalization form C.
pub fn compare_text(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { nfc(a).cmp(&nfc(b)) }
}

/// Whether a character shows nothing of its own, changes what stands around it, or looks like a space without being
/// one: control characters, `Default_Ignorable_Code_Point`, every white space but U+0020, and what is drawn blank.
pub fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return c.is_control();
    }
    c.is_control()
        || c.is_whitespace()
        || IGNORABLE.contains(c)
        || matches!(
            c,
            // The blank of Braille, the null notehead of music, fillers of Khitan and Egyptian.
            '\u{2800}' | '\u{1d159}' | '\u{16fe4}' | '\u{13441}' | '\u{13442}'
            // Anchors and separators of interlinear annotations.
            | '\u{fff9}'..='\u{fffb}'
        )
}

/// A character's number as Unicode writes it: `U+FE0F`.
pub fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// The names of two scripts of which a word mixes letters, such as Latin and Cyrillic. What Chinese, Japanese and
/// Korean are written in goes together.
pub fn mixed_scripts(word: &str) -> Option<(&'static str, &'static str)> {
    const TOGETHER: [&[Script]; 3] = [
        &[Script::Han, Script::Hiragana, Script::Katakana],
        &[Script::Han, Script::Hangul],
        &[Script::Han, Script::Bopomofo],
    ];
    if word.is_ascii() {
        return None;
    }
    let scripts = ScriptWithExtensions::new();
    // Each letter's scripts, without those that go with every other.
    let letters = word.chars().filter_map(|c| {
        let all: Vec<Script> = scripts.get_script_extensions_val(c).iter().collect();
        (!all.contains(&Script::Common) && !all.contains(&Script::Inherited)).then_some(all)
    });
    let mut first: Option<Script> = None;
    let mut other = None;
    let mut shared: Option<Vec<Script>> = None;
    let mut together: Vec<&[Script]> = TOGETHER.to_vec();
    for of_letter in letters {
        let Some(script) = of_letter.first().copied() else { continue };
        together.retain(|group| of_letter.iter().any(|script| group.contains(script)));
        let first = *first.get_or_insert(script);
        let left = shared.get_or_insert_with(|| of_letter.clone());
        left.retain(|script| of_letter.contains(script));
        if left.is_empty() && other.is_none() {
            other = Some((first, script));
        }
    }
    let (first, other) = other.filter(|_| together.is_empty())?;
    let names = PropertyNamesLong::<Script>::new();
    Some((names.get(first)?, names.get(other)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The Kelvin sign, whose form C is a letter of ASCII.
    const KELVIN: &str = "\u{212a}";

    #[test]
    fn forms_of_one_text_are_the_same() {
        for (a, b, same) in [
            ("Zo\u{eb}", "Zoe\u{308}", true),
            ("Zo\u{eb}", "Zoe", false),
            (KELVIN, "K", true),
            ("\u{1100}\u{1161}", "\u{ac00}", true),
            // Marks of different classes in another order.
            ("q\u{307}\u{323}", "q\u{323}\u{307}", true),
            ("q\u{301}\u{300}", "q\u{300}\u{301}", false),
            // Compatibility is no equivalence.
            ("\u{fb01}", "fi", false),
            ("", "", true),
        ] {
            assert_eq!(same_text(a, b), same, "{a:?} {b:?}");
            assert_eq!(compare_text(a, b) == Ordering::Equal, same, "{a:?} {b:?}");
            assert_eq!(nfc(a) == nfc(b), same, "{a:?} {b:?}");
        }
        assert!(matches!(nfc("Zo\u{eb} 日本"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_flood_of_marks_is_composed_as_any_text() {
        let marks: String = (0..200_000).map(|at| ['\u{301}', '\u{323}'][at % 2]).collect();
        let (a, b) = (format!("e{marks}"), format!("\u{e9}{}", &marks[2..]));
        assert!(same_text(&a, &b));
        assert_eq!(nfc(&nfc(&a)), nfc(&a));
    }

    #[test]
    fn what_nobody_sees_is_known() {
        for c in "\u{0}\u{7f}\u{9b}\u{a0}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{1680}\u{17b4}\u{180e}\u{2000}\u{200a}\
                  \u{200b}\u{200d}\u{2028}\u{202e}\u{202f}\u{205f}\u{2060}\u{2066}\u{2800}\u{3000}\u{3164}\u{fe00}\
                  \u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{e0001}\u{e0041}\u{e0100}\n\t"
            .chars()
        {
            assert!(is_invisible(c), "{c:?}");
        }
        for c in " aZ0@é日\u{301}😀α.-_~\u{fffd}".chars() {
            assert!(!is_invisible(c), "{c:?}");
        }
    }

    #[test]
    fn mixed_scripts_are_named() {
        for (word, mixed) in [
            ("ada.lovelace+1", None),
            ("zoë", None),
            ("иван-7", None),
            ("p\u{430}ul", Some(("Latin", "Cyrillic"))),
            ("\u{430}da", Some(("Cyrillic", "Latin"))),
            ("\u{3b1}lice", Some(("Greek", "Latin"))),
            ("田中たろうタロウー", None),
            ("김金", None),
            ("田中김たろ", Some(("Han", "Hangul"))),
            ("e\u{301}1-2", None),
        ] {
            assert_eq!(mixed_scripts(word), mixed, "{word}");
        }
    }
}
