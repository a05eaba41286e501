//! Who is meant: an account's address, and e-mail addresses compared as people mean them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::Text;
use super::unicode::{nfc, same_text};

/// Folds an e-mail address for comparison: its normalization form and ASCII case only, as addresses compare
/// everywhere.
pub fn fold(user_name: &str) -> Text {
    Text::from(folded(user_name))
}

/// Folds an e-mail address for comparison, without a copy where there is nothing to fold.
pub fn folded(user_name: &str) -> Cow<'_, str> {
    // Composed first: `A` and a ring of its own are one letter, which has no ASCII case.
    let composed = nfc(user_name);
    if composed.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(composed.to_ascii_lowercase())
    } else {
        composed
    }
}

/// Whether two e-mail addresses are the same, without ASCII case and whatever their normalization form.
pub fn same_address(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    folded(a) == folded(b)
}

/// One person's account at one connection: `account.CONNECTION["KEY"]`.
///
/// The key, not the e-mail address, is the identity. It is a `user` label, or
/// `DIRECTORY/KEY-COLUMN` for a directory's person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The connection's label.
    pub connection: Text,
    /// The key in that connection.
    pub key: Text,
}

impl Address {
    /// The account `key` at `connection`.
    pub fn new(connection: impl Into<Text>, key: impl Into<Text>) -> Self {
        Self { connection: connection.into(), key: key.into() }
    }

    /// Whether both name one account: a key is the same in every normalization form.
    pub fn is_same(&self, other: &Self) -> bool {
        same_text(&self.connection, &other.connection) && same_text(&self.key, &other.key)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account.{}[\"", self.connection)?;
        for c in self.key.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                c => write!(f, "{c}")?,
            }
        }
        f.write_str("\"]")
    }
}

/// The text is not an account's address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an account's address such as account.prod[\"ada\"]")]
pub struct ParseAddressError(String);

impl FromStr for Address {
    type Err = ParseAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || ParseAddressError(text.to_owned());
        let rest = text.trim().strip_prefix("account.").ok_or_else(fail)?;
        let (connection, rest) = rest.split_once('[').ok_or_else(fail)?;
        let quoted = rest.strip_suffix(']').ok_or_else(fail)?;
        let inner = quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"')).ok_or_else(fail)?;
        let mut key = String::with_capacity(inner.len());
        let mut chars = inner.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => key.push(match chars.next().ok_or_else(fail)? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    escaped @ ('"' | '\\') => escaped,
                    _ => return Err(fail()),
                }),
                '"' => return Err(fail()),
                c => key.push(c),
            }
        }
        if connection.is_empty() || key.is_empty() {
            return Err(fail());
        }
        Ok(Self::new(connection, key))
    }
}

/// How a person names an account on the command line: its address, or an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// `account.prod["ada"]`
    Address(Address),
    /// `ada@example.com`: any account with that recorded, desired or live user name.
    UserName(Text),
}

impl Who {
    /// Reads WHO: what starts with `account.` must be an address, everything else is a user name.
    pub fn parse(text: &str) -> Result<Self, ParseAddressError> {
        if text.trim_start().starts_with("account.") && !text.contains('@')
            || text.contains('[') && text.trim_start().starts_with("account.")
        {
            return text.parse().map(Self::Address);
        }
        Ok(Self::UserName(fold(text.trim())))
    }

    /// Whether this names the account at `address` with one of `names`.
    pub fn matches<'a>(&self, address: &Address, names: impl IntoIterator<Item = &'a str>) -> bool {
        match self {
            Self::Address(wanted) => wanted.is_same(address),
            Self::UserName(wanted) => names.into_iter().any(|name| same_address(wanted, name)),
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::UserName(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Who, fold, same_address};

    #[test]
    fn an_address_reads_back_what_it_writes() {
        for key in ["ada", "hr/E1001", "a\"b", "a\\b", "a\nb\t\r", "ä ö", "x]\"["] {
            let address = Address::new("prod", key);
            assert_eq!(address.to_string().parse::<Address>().as_ref(), Ok(&address), "{address}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "account.prod", "account.prod[ada]", "account.[\"a\"]", "user.ada"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn case_counts_only_beyond_ascii() {
        assert!(same_address("Ada@Example.com", "ada@example.COM"));
        assert!(!same_address("Ä@example.com", "ä@example.com"));
        assert_eq!(fold("Ada@Example.com"), "ada@example.com");
        for (a, b) in
            [("Zo\u{eb}@x", "zoe\u{308}@X"), ("A\u{30a}@x", "\u{c5}@x"), ("\u{212a}@x", "k@x")]
        {
            assert!(same_address(a, b), "{a:?} {b:?}");
            assert_eq!(fold(a), fold(b));
        }
        assert!(!same_address("A\u{30a}@x", "a\u{30a}@x"));
    }

    #[test]
    fn who_is_an_address_or_a_user_name() {
        let address = Address::new("prod", "ada");
        for (text, matches) in [
            ("account.prod[\"ada\"]", true),
            ("account.prod[\"bob\"]", false),
            ("Ada@example.com", true),
            ("account.prod[\"ad\u{e0}\"]", false),
            ("account.services@example.com", false),
        ] {
            let who = Who::parse(text).unwrap();
            assert_eq!(who.matches(&address, ["ada@example.com"]), matches, "{text}");
        }
        assert!(Who::parse("account.prod").is_err());
    }
}
