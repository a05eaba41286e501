//! Several files by a pattern: `*` and `?` within the names between two slashes.

use crate::source::{EntryKind, Source, SourceError};

/// Most files that one pattern may name.
const MOST_FILES: usize = 1_000;

/// Why a pattern names no files.
#[derive(Debug)]
pub(super) struct Unmatched {
    pub(super) summary: String,
    pub(super) help: Option<&'static str>,
}

impl From<SourceError> for Unmatched {
    fn from(error: SourceError) -> Self {
        let missing = matches!(error, SourceError::Missing(_));
        let help = missing.then_some("paths are relative to the configuration's root folder");
        let summary = match error {
            SourceError::Missing(folder) => format!("there is no folder `{folder}`"),
            SourceError::Refused { .. } | SourceError::Failed { .. } => error.to_string(),
        };
        Self { summary, help }
    }
}

/// Whether a path is a pattern.
pub(super) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?'])
}

/// The files that `pattern` names, in the order of their names. It is a part of them never: what can't
/// be told is an error.
pub(super) fn expand(source: &dyn Source, pattern: &str) -> Result<Vec<String>, Unmatched> {
    if pattern.split('/').any(|part| part.contains("**")) {
        return Err(Unmatched {
            summary: format!("`{pattern}` can't be read: `**` is not known"),
            help: Some("name the folders: `*` and `?` stand for a part of one name"),
        });
    }
    if pattern.starts_with('/') {
        // The source says why, in its own words.
        source.open(pattern)?;
    }
    let parts: Vec<&str> =
        pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let mut paths = vec![String::new()];
    for (at, part) in parts.iter().enumerate() {
        let wanted = if at + 1 == parts.len() { EntryKind::File } else { EntryKind::Folder };
        let mut next = Vec::new();
        for path in paths {
            if !is_pattern(part) {
                next.push(join(&path, part));
                continue;
            }
            for entry in source.entries(&path)? {
                if !matches(part, &entry.name) {
                    continue;
                }
                if entry.kind == EntryKind::Unreadable {
                    let why = "its name is not UTF-8".to_owned();
                    let path = join(&path, &entry.name);
                    return Err(SourceError::Refused { path, why }.into());
                }
                if entry.kind == wanted {
                    next.push(join(&path, &entry.name));
                }
            }
            if next.len() > MOST_FILES {
                return Err(Unmatched {
                    summary: format!("`{pattern}` names more than {MOST_FILES} files"),
                    help: None,
                });
            }
        }
        paths = next;
    }
    if paths.is_empty() {
        return Err(Unmatched {
            summary: format!("no file matches `{pattern}`"),
            help: Some(
                "paths are relative to the configuration's root folder; dot-files never match",
            ),
        });
    }
    paths.sort();
    Ok(paths)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Whether a name is as the pattern says.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    // Where to go on when what follows the last star does not fit: the star takes one more.
    let mut again: Option<(usize, usize)> = None;
    while let Some(c) = name.get(n) {
        match pattern.get(p) {
            Some('*') => {
                again = Some((p + 1, n));
                p += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == c => {
                p += 1;
                n += 1;
            }
            Some(_) | None => match again {
                Some((star, taken)) => {
                    again = Some((star, taken + 1));
                    (p, n) = (star, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, name, is) in [
            ("*.csv", "a.csv", true),
            ("*.csv", ".csv", true),
            ("*.csv", "a.csv.bak", false),
            ("*.csv", "a.CSV", false),
            ("a?.csv", "aö.csv", true),
            ("a?.csv", "a.csv", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("*ab", "aab", true),
            ("a*", "a", true),
            ("", "", true),
            ("", "a", false),
            ("a[b].csv", "ab.csv", false),
        ] {
            assert_eq!(matches(pattern, name), is, "{pattern} {name}");
        }
        let long = "a".repeat(20_000);
        assert!(!matches(&format!("{}b", "*a".repeat(20)), &long));
    }
}
