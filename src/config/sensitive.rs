//! Columns whose values no finding shows.

use std::collections::BTreeSet;

use super::lang::Expr;
use crate::model::Text;

/// Parts of names of columns that hold what is nobody else's business, in small letters and digits.
const PARTS: [&str; 18] = [
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "motdepasse",
    "pwd",
    "secret",
    "token",
    "apikey",
    "privatekey",
    "credential",
    "salary",
    "gehalt",
    "salaire",
    "socialsecurity",
    "nationalid",
    "iban",
    "birth",
];
/// Whole names.
const NAMES: [&str; 8] = ["pass", "pin", "puk", "ssn", "dob", "nino", "taxid", "wage"];

/// The columns that a directory says are sensitive; beside these, some are by their names.
#[derive(Clone, Debug, Default)]
pub(super) struct Sensitive(pub(super) BTreeSet<Text>);

impl Sensitive {
    /// Whether no value of a column is to be shown.
    pub(super) fn has(&self, column: &str) -> bool {
        let plain = column.chars().filter(|c| c.is_alphanumeric());
        let plain: String = plain.flat_map(char::to_lowercase).collect();
        self.0.contains(column)
            || NAMES.contains(&plain.as_str())
            || PARTS.iter().any(|part| plain.contains(part))
    }

    /// The first such column that an expression takes a value from.
    pub(super) fn in_expr<'e>(&self, expr: &'e Expr) -> Option<&'e str> {
        expr.person_columns().find(|column| self.has(column))
    }
}

#[cfg(test)]
mod tests {
    use super::Sensitive;

    #[test]
    fn some_names_tell_it() {
        let own = Sensitive(["grade".into()].into());
        for (name, expected) in [
            ("password", true),
            ("Initial Password", true),
            ("user_pwd", true),
            ("API-Key", true),
            ("PIN", true),
            ("Base Salary", true),
            ("date_of_birth", true),
            ("grade", true),
            ("department", false),
            ("shipping", false),
            ("status", false),
        ] {
            assert_eq!(own.has(name), expected, "{name}");
        }
    }
}
