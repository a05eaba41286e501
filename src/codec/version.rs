//! Format versions, and the ways from older formats to the present one.

use serde_json::Value;

/// Whether a format is newer than `known`; what is no version at all counts as newer, since nobody knows
/// what it means.
pub(super) fn is_newer(version: &str, known: &str) -> bool {
    let parse = |version: &str| {
        let (major, minor) = version.split_once('.')?;
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    };
    parse(version).is_none_or(|version| Some(version) > parse(known))
}

/// One step from a format to the next.
pub(super) struct Upgrade {
    /// The format that it takes.
    pub from: &'static str,
    /// The format that it makes.
    pub to: &'static str,
    /// What changes in the document, its `format_version` apart.
    pub change: fn(&mut Value),
}

/// Brings a document from `version` to the format `known`, step by step. `None` where no steps lead there.
pub(super) fn upgrade(
    mut document: Value,
    version: &str,
    known: &str,
    upgrades: &[Upgrade],
) -> Option<Value> {
    let mut version = version;
    let mut left = upgrades.len();
    while version != known {
        left = left.checked_sub(1)?;
        let Upgrade { from: _, to, change } = upgrades.iter().find(|step| step.from == version)?;
        change(&mut document);
        version = to;
    }
    if let Some(written) = document.get_mut("format_version") {
        *written = known.into();
    }
    Some(document)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Upgrade, is_newer, upgrade};

    #[test]
    fn versions_compare_by_number() {
        for (version, newer) in [
            ("1.0", false),
            ("0.9", false),
            ("1.1", true),
            ("1.10", true),
            ("2.0", true),
            ("10.0", true),
            ("1", true),
            ("one", true),
            ("", true),
        ] {
            assert_eq!(is_newer(version, "1.0"), newer, "{version}");
        }
    }

    #[test]
    fn an_older_document_is_brought_up_step_by_step() {
        let upgrades = [
            Upgrade { from: "1.1", to: "2.0", change: |document| document["b"] = json!(2) },
            Upgrade { from: "1.0", to: "1.1", change: |document| document["a"] = json!(1) },
            Upgrade { from: "0.1", to: "0.1", change: |_| () },
        ];
        let document = |version: &str| json!({"format_version": version});
        let up = |version: &str| upgrade(document(version), version, "2.0", &upgrades);
        assert_eq!(up("1.0"), Some(json!({"format_version": "2.0", "a": 1, "b": 2})));
        assert_eq!(up("1.1"), Some(json!({"format_version": "2.0", "b": 2})));
        assert_eq!(up("2.0"), Some(document("2.0")));
        // No way there, and a way that leads nowhere.
        assert_eq!((up("0.9"), up("0.1")), (None, None));
    }
}
