//! Functions that Terraform or its like have and Enroll has not: what to write instead, or why there is nothing.

/// Why no function tells the day, and how to bring it in.
const TODAY: &str = "no expression knows what day it is: the same files make the same plan on any day; hand a date over: \
     `variable \"today\" {}`, and --var today=2026-11-28";

/// By name, sorted.
const FUNCTIONS: [(&str, &str); 56] = [
    ("abspath", "a path is relative to the folder of the configuration, and stays so"),
    ("base64gzip", "nothing that Enroll sends is compressed; base64encode writes a text in Base64"),
    ("base64sha256", "sha256 writes the digest in hexadecimal"),
    ("base64sha512", "sha256 writes a digest in hexadecimal"),
    ("basename", "split the path: reverse(split(\"/\", path))[0]"),
    ("bcrypt", "Enroll handles no passwords, and what depends on chance would differ in each plan"),
    (
        "chomp",
        "trimspace takes line breaks and blanks off; trimsuffix(text, \"\\n\") takes off one line break",
    ),
    ("cidrhost", "Enroll knows people and no networks"),
    ("cidrnetmask", "Enroll knows people and no networks"),
    ("cidrsubnet", "Enroll knows people and no networks"),
    ("cidrsubnets", "Enroll knows people and no networks"),
    ("current_date", TODAY),
    ("dirname", "take the last part off: replace(path, \"//[^/]*$/\", \"\")"),
    (
        "ephemeralasnull",
        "nothing is ephemeral here: secrets stand in `auth` only, and are in no plan",
    ),
    ("filebase64", "`file` reads a text file; base64encode writes a text in Base64"),
    ("filebase64sha256", "write sha256(file(\"…\")), which is hexadecimal"),
    ("filebase64sha512", "write sha256(file(\"…\")), which is hexadecimal"),
    ("filemd5", "write sha256(file(\"…\"))"),
    ("fileset", "a `directory` takes files by a pattern: csv = \"people/*.csv\""),
    ("filesha1", "write sha256(file(\"…\"))"),
    ("filesha256", "write sha256(file(\"…\"))"),
    ("filesha512", "write sha256(file(\"…\"))"),
    ("formatlist", "write a loop: [for x in list : format(\"…\", x)]"),
    ("indent", "a heredoc with `<<-` takes its indentation off"),
    ("issensitive", "a sensitive value stands in `auth` only, and nothing may ask about it"),
    ("jsondecodefile", "write jsondecode(file(\"…\"))"),
    ("list", "write the items in brackets: [\"a\", \"b\"]"),
    ("log", "numbers are exact here: there are + - * / % and max, min, sum, abs, ceil, floor"),
    ("map", "write the entries in braces: { a = 1 }"),
    ("matchkeys", "write a loop: [for i, key in keys : values[i] if contains(wanted, key)]"),
    ("md5", "sha256 writes a digest in hexadecimal"),
    (
        "nonsensitive",
        "a sensitive value stands in `auth` only: for a value that may be seen, leave `sensitive` off the variable",
    ),
    ("now", TODAY),
    ("parseint", "tonumber reads a decimal number"),
    (
        "pathexpand",
        "a path is relative to the folder of the configuration, and nothing is read outside of it",
    ),
    ("plantimestamp", TODAY),
    ("pow", "numbers are exact here: multiply, as in n * n"),
    (
        "rsadecrypt",
        "Enroll decrypts nothing in an expression: a secret comes from the environment, by `env` inside `auth`",
    ),
    ("sensitive", "write `sensitive = true` on the variable"),
    ("sha1", "sha256 writes a digest in hexadecimal"),
    ("sha512", "sha256 writes a digest in hexadecimal"),
    ("signum", "write n > 0 ? 1 : n < 0 ? -1 : 0"),
    ("strrev", "write join(\"\", reverse(split(\"\", text)))"),
    ("templatefile", "write the template in place, in quotes or as a heredoc"),
    ("templatestring", "write the template in place, in quotes or as a heredoc"),
    ("textdecodebase64", "base64decode reads UTF-8; Enroll knows no other encoding"),
    ("textencodebase64", "base64encode writes UTF-8; Enroll knows no other encoding"),
    ("timestamp", TODAY),
    ("today", TODAY),
    ("tomap", "an object is a map already"),
    (
        "transpose",
        "write a loop: { for item in distinct(flatten(values(m))) : item => [for key, list in m : key if contains(list, item)] }",
    ),
    ("type", "`type` is for `terraform console`; can(…) and try(…) tell whether a value fits"),
    (
        "urlencode",
        "Enroll writes addresses for the web by itself; single characters are replaced by replace(text, \" \", \"%20\")",
    ),
    ("uuid", "a plan must not depend on chance"),
    ("uuidv5", "sha256 makes the same text of the same text; an account is known by its key"),
    ("yamlencode", "jsonencode writes JSON, which is YAML too"),
];

/// The way out for who calls a function of this name.
pub(super) fn function(name: &str) -> Option<&'static str> {
    let at = FUNCTIONS.binary_search_by_key(&name, |(word, _)| word).ok()?;
    FUNCTIONS.get(at).map(|(_, help)| *help)
}

#[cfg(test)]
mod tests {
    use super::{FUNCTIONS, function};
    use crate::config::lang::functions;

    /// What `terraform metadata functions -json` of 1.11 names, without the namespace `core`, which has the same again.
    const TERRAFORM: &str = "abs abspath alltrue anytrue base64decode base64encode base64gzip base64sha256 base64sha512 \
        basename bcrypt can ceil chomp chunklist cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist compact \
        concat contains csvdecode dirname distinct element endswith ephemeralasnull file filebase64 filebase64sha256 \
        filebase64sha512 fileexists filemd5 fileset filesha1 filesha256 filesha512 flatten floor format formatdate \
        formatlist indent index issensitive join jsondecode jsonencode keys length log lookup lower matchkeys max md5 \
        merge min nonsensitive one parseint pathexpand plantimestamp pow range regex regexall replace reverse rsadecrypt \
        sensitive setintersection setproduct setsubtract setunion sha1 sha256 sha512 signum slice sort split startswith \
        strcontains strrev substr sum templatefile templatestring textdecodebase64 textencodebase64 timeadd timecmp \
        timestamp title tobool tolist tomap tonumber toset tostring transpose trim trimprefix trimspace trimsuffix try \
        upper urlencode uuid uuidv5 values yamldecode yamlencode zipmap";

    #[test]
    fn each_function_of_terraform_is_there_or_answered() {
        assert_eq!(TERRAFORM.split_whitespace().count(), 118);
        for name in TERRAFORM.split_whitespace() {
            let there = functions::find(name).is_some();
            assert!(there != function(name).is_some(), "{name}");
        }
        assert!(FUNCTIONS.is_sorted_by_key(|(name, _)| *name));
    }

    #[test]
    fn an_answer_calls_only_what_there_is() {
        // A word before a parenthesis is a call.
        for (name, help) in FUNCTIONS {
            for (at, _) in help.match_indices('(') {
                let before = help.get(..at).unwrap_or("");
                let word = before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
                assert!(word.is_empty() || functions::find(word).is_some(), "{name}: {word}");
            }
        }
    }
}
