//! Files of a pull request, and services, that attack.

use super::Case;

/// What nobody can see is refused in an address by its number, and shown as an escape everywhere else.
#[test]
fn case_50_invisible_characters() {
    let case = Case::new("50-invisible-characters");
    let ran = case.run(&["validate"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stderr.contains("an invisible character, U+FE0F"), "{ran}");
    for (setting, code) in [
        ("domains = [\"exam\u{115f}ple.com\"]", "U+115F"),
        ("guard {\n    protect = [\"boss\u{200b}@example.com\"]\n  }", "U+200B"),
        ("guard {\n    protect = [\"boss\u{3000}@example.com\"]\n  }", "U+3000"),
    ] {
        let main = case.env.read("main.hcl");
        case.write("main.hcl", main.replacen("  auth {", &format!("  {setting}\n  auth {{"), 1));
        let ran = case.run(&["validate"]);
        case.write("main.hcl", main);
        assert!(ran.stderr.contains(code), "{ran}");
    }
    let nobody_sees = ['\u{fe0f}', '\u{115f}', '\u{a0}'];
    assert!(!ran.stderr.contains(nobody_sees), "{ran}");
    let main = case.env.read("main.hcl");
    case.write(
        "main.hcl",
        main.replace("ada\u{fe0f}@", "ada2@").replace("Ad\u{115f}a", "Ad\u{115f}\u{a0}a"),
    );
    for format in ["text", "markdown", "html"] {
        let ran = case.run(&["-sandbox", "plan", &format!("-format={format}")]);
        assert_eq!(ran.code, 0, "{ran}");
        assert!(ran.stdout.contains("Ad\\u{115f}\\u{a0}a"), "{ran}");
        assert!(!ran.stdout.contains(nobody_sees), "{ran}");
    }
}
