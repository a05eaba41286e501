//! The keys of a profile in AWS's own files, `~/.aws/credentials` and `~/.aws/config`.
//!
//! Keys that stand there are read. What those files can name instead (single sign-on, roles, programs) is the
//! business of AWS's tools, which hand their keys on: `aws configure export-credentials --format env`.

use std::collections::BTreeMap;

/// What a profile says, by name; where files differ, the first counts.
pub(super) fn read(files: &[String], profile: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for text in files {
        let mut inside = false;
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                let name = name.trim();
                inside = name == profile
                    || name.strip_prefix("profile").is_some_and(|rest| rest.trim() == profile);
            } else if inside
                && !line.starts_with(['#', ';'])
                && let Some((key, value)) = line.split_once('=')
            {
                let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().to_owned());
                found.entry(key).or_insert(value);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_profile_is_read_from_both_files() {
        let credentials = "# mine\n[default]\naws_access_key_id = A\naws_secret_access_key=S=\n\n[other]\naws_access_key_id = B\n";
        let config = "[default]\nregion = eu-west-1\naws_access_key_id = later\n[profile other]\nregion=us-east-2\n; x = y\n";
        let files = [credentials.to_owned(), config.to_owned()];
        let shown = |profile: &str| {
            let found = read(&files, profile);
            found.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            shown("default"),
            "aws_access_key_id=A aws_secret_access_key=S= region=eu-west-1"
        );
        assert_eq!(shown("other"), "aws_access_key_id=B region=us-east-2");
        assert_eq!(shown("nobody"), "");
    }
}
