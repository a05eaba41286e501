//! Paths and filters of RFC 7644: `emails[type eq "work"].value`, `userName eq "x" and active eq true`.

use serde_json::{Map, Value};

use super::schema::{Attr, Kind, USER, find};
use crate::sandbox::user::{CORE, ENTERPRISE};

/// What a PATCH operation points at.
#[derive(Debug)]
pub(super) struct Path {
    /// The extension that holds the attribute.
    pub(super) extension: Option<&'static Attr>,
    /// `None`: the whole extension.
    pub(super) attr: Option<&'static Attr>,
    pub(super) filter: Option<Filter>,
    pub(super) sub: Option<&'static Attr>,
}

impl Path {
    /// Reads a path; `None` where it leads nowhere.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = strip_urn(text, CORE).unwrap_or(text);
        let extension = strip_urn(text, ENTERPRISE).and_then(|_| find(USER, ENTERPRISE));
        let (text, attrs) = match extension.map(|attr| attr.kind) {
            Some(Kind::Complex(attrs)) => (strip_urn(text, ENTERPRISE)?, attrs),
            _ => (text, USER),
        };
        if text.is_empty() {
            return extension.map(|_| Self { extension, attr: None, filter: None, sub: None });
        }
        let end = text.find(['[', '.']).unwrap_or(text.len());
        let attr = find(attrs, text.get(..end)?)?;
        let mut rest = text.get(end..)?;
        let filter = match rest.strip_prefix('[') {
            Some(inner) => {
                let close = inner.rfind(']')?;
                rest = inner.get(close + 1..)?;
                Some(Filter::parse(inner.get(..close)?)?)
            }
            None => None,
        };
        let sub = match (rest.strip_prefix('.'), attr.kind) {
            (Some(name), Kind::Complex(subs)) => Some(find(subs, name)?),
            (None, _) if rest.is_empty() => None,
            _ => return None,
        };
        Some(Self { extension, attr: Some(attr), filter, sub })
    }
}

/// What follows a schema's name and its colon; empty where nothing does.
fn strip_urn<'a>(text: &'a str, urn: &str) -> Option<&'a str> {
    let head = text.get(..urn.len()).filter(|head| head.eq_ignore_ascii_case(urn))?;
    let tail = text.get(head.len()..)?;
    if tail.is_empty() { Some(tail) } else { tail.strip_prefix(':') }
}

/// Comparisons that must all hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filter {
    pub(super) terms: Vec<Term>,
}

/// One comparison: a path of keys, and the value it must have (`None`: any).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    pub(super) keys: Vec<String>,
    pub(super) value: Option<Value>,
}

impl Filter {
    /// Reads `eq`, `pr` and `and`; `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        let mut terms = Vec::new();
        loop {
            let (name, after) = word(rest)?;
            let (operator, after) = word(after)?;
            let keys = keys(name);
            if operator.eq_ignore_ascii_case("pr") {
                terms.push(Term { keys, value: None });
                rest = after;
            } else if operator.eq_ignore_ascii_case("eq") {
                let mut stream = serde_json::Deserializer::from_str(after).into_iter::<Value>();
                let value = stream.next()?.ok()?;
                rest = after.get(stream.byte_offset()..)?.trim_start();
                terms.push(Term { keys, value: Some(value) });
            } else {
                return None;
            }
            if rest.is_empty() {
                return Some(Self { terms });
            }
            let (and, after) = word(rest)?;
            if !and.eq_ignore_ascii_case("and") {
                return None;
            }
            rest = after;
        }
    }

    /// Whether an object satisfies all of it.
    pub(super) fn holds(&self, object: &Map<String, Value>) -> bool {
        self.terms.iter().all(|term| present(object, &term.keys, term.value.as_ref()))
    }

    /// An object that satisfies it, for an `add` that finds none.
    pub(super) fn example(&self) -> Map<String, Value> {
        let pairs = self.terms.iter().filter_map(|term| match term.keys.as_slice() {
            [key] => Some((key.clone(), term.value.clone()?)),
            _ => None,
        });
        pairs.collect()
    }

    /// The address of a plain `userName eq "x"`, which an index can find.
    pub(super) fn user_name(&self) -> Option<&str> {
        match self.terms.as_slice() {
            [Term { keys, value: Some(Value::String(name)) }] if matches!(keys.as_slice(), [key] if key.eq_ignore_ascii_case("userName")) => {
                Some(name)
            }
            _ => None,
        }
    }
}

fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (end > 0).then(|| (&text[..end], text[end..].trim_start()))
}

fn keys(name: &str) -> Vec<String> {
    let name = strip_urn(name, CORE).unwrap_or(name);
    let (mut keys, name) = match strip_urn(name, ENTERPRISE) {
        Some(rest) => (vec![ENTERPRISE.to_owned()], rest),
        None => (Vec::new(), name),
    };
    keys.extend(name.split('.').filter(|key| !key.is_empty()).map(ToOwned::to_owned));
    keys
}

fn present(object: &Map<String, Value>, keys: &[String], wanted: Option<&Value>) -> bool {
    let Some((key, rest)) = keys.split_first() else {
        return false;
    };
    let value = object.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    value.is_some_and(|(_, value)| matches(value, rest, wanted))
}

fn matches(value: &Value, keys: &[String], wanted: Option<&Value>) -> bool {
    match (value, wanted) {
        (Value::Array(values), _) => values.iter().any(|value| matches(value, keys, wanted)),
        (Value::Object(map), Some(_)) if keys.is_empty() => {
            map.get("value").is_some_and(|value| matches(value, keys, wanted))
        }
        (Value::Object(map), _) if !keys.is_empty() => present(map, keys, wanted),
        _ if !keys.is_empty() => false,
        (value, None) => !value.is_null(),
        (Value::String(is), Some(Value::String(wanted))) => is.eq_ignore_ascii_case(wanted),
        (value, Some(wanted)) => value == wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn filters_compare_without_case_and_look_into_lists() {
        let user = json!({"userName": "Ada@x", "active": true, "emails": [{"type": "work", "value": "a@x"}],
            ENTERPRISE: {"department": "R and D"}});
        let holds = |text: &str| Filter::parse(text).map(|it| it.holds(user.as_object().unwrap()));
        assert_eq!(holds(r#"username EQ "ada@X""#), Some(true));
        assert_eq!(holds(r#"emails.value eq "a@x" and active eq true"#), Some(true));
        assert_eq!(holds(r#"emails eq "a@x""#), Some(true));
        assert_eq!(holds("title pr"), Some(false));
        assert_eq!(holds(&format!(r#"{ENTERPRISE}:department eq "R and D""#)), Some(true));
        assert_eq!(holds(r#"userName co "a""#), None);
        assert_eq!(holds("userName eq ada"), None);
    }

    #[test]
    fn paths_lead_to_attributes_or_nowhere() {
        let path = Path::parse(r#"emails[type eq "work"].value"#).unwrap();
        assert_eq!(path.attr.map(|it| it.name), Some("emails"));
        assert_eq!(path.sub.map(|it| it.name), Some("value"));
        let path = Path::parse(&format!("{ENTERPRISE}:manager.value")).unwrap();
        assert_eq!(path.extension.map(|it| it.name), Some(ENTERPRISE));
        assert!(Path::parse(&format!("{CORE}:name.givenName")).is_some());
        for wrong in ["", "nothing", "name.nothing", "emails[type", "title.x", "urn:x:y"] {
            assert!(Path::parse(wrong).is_none(), "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange(text in r#"[a-z\[\]."é:= ]{0,30}"#) {
            for text in [text.clone(), format!("emails[{text}"), format!("{ENTERPRISE}{text}")] {
                drop((Path::parse(&text), Filter::parse(&text)));
            }
        }
    }
}
