//! What a configuration may not read, in a work tree and in a revision alike.

use std::path::{Component, Path};

use crate::crypt::is_encrypted;
use crate::source::SourceError;

/// How Enroll's own files begin, the state, its backup, journal and lock: what they hold is none of
/// the configuration's business.
pub(super) const OWN: &str = "enroll.state.json";

/// Whether a name is one of Enroll's own, without case, as some file systems compare.
pub(super) fn is_own(name: &str) -> bool {
    name.as_bytes().get(..OWN.len()).is_some_and(|start| start.eq_ignore_ascii_case(OWN.as_bytes()))
}

/// How much of a file [`written_by_enroll`] looks at, in bytes.
pub(super) const START: usize = 160;

/// Whether a file starts as our states, plans and journals do, whatever its name.
pub(super) fn written_by_enroll(start: &[u8]) -> bool {
    let has = |key| holds(start, key);
    is_encrypted(start)
        || start.starts_with(b"{\"begin\":{\"format_version\":\"")
        || start.starts_with(b"{\n  \"format_version\": ")
            && (has(b"\n  \"enroll_version\": ") || has(b"\n  \"lineage\": "))
}

/// Whether a file starts as our audit logs do, whose names are whatever somebody chose.
pub(super) fn is_audit_log(start: &[u8]) -> bool {
    start.starts_with(b"{\"at\":\"") && holds(start, b"\",\"who\":\"")
}

fn holds(start: &[u8], key: &[u8]) -> bool {
    let start = start.get(..start.len().min(START)).unwrap_or(start);
    start.windows(key.len()).any(|window| window == key)
}

/// Refuses a file that starts as one of ours does.
pub(super) fn refuse_ours(path: &str, start: &[u8]) -> Result<(), SourceError> {
    if written_by_enroll(start) {
        Err(refuse(path, "it is a state, a plan or a journal that Enroll wrote"))
    } else if is_audit_log(start) {
        Err(refuse(path, "it is an audit log that Enroll wrote"))
    } else {
        Ok(())
    }
}

pub(super) fn refuse(path: &str, why: &str) -> SourceError {
    SourceError::Refused { path: path.to_owned(), why: why.to_owned() }
}

/// The parts of a path as it is written, where it may be read at all.
pub(super) fn parts(path: &str) -> Result<Vec<&str>, SourceError> {
    let mut parts = Vec::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(part) => match part.to_str() {
                Some(part) if !part.starts_with('.') => parts.push(part),
                Some(_) | None => {
                    return Err(refuse(path, "dot-files and dot-folders are not read"));
                }
            },
            Component::CurDir => {}
            Component::ParentDir => {
                return Err(refuse(path, "`..` leads out of the configuration's folder"));
            }
            Component::RootDir | Component::Prefix(_) => {
                return Err(refuse(
                    path,
                    "only files below the configuration's folder are read: write a relative path",
                ));
            }
        }
    }
    if parts.is_empty() {
        return Err(refuse(path, "it names no file"));
    }
    Ok(parts)
}

/// Whether a path that leads to `real` hides a file of variables behind another name: those may hold secrets, and
/// `config` knows them by their names.
pub(super) fn hides_variables(plain: &Path, real: &Path) -> bool {
    plain != real
        && real.to_str().is_some_and(|real| real.to_ascii_lowercase().ends_with(".vars.hcl"))
}

pub(super) fn refuse_variables(path: &str) -> SourceError {
    refuse(path, "it is a file of variables, which may hold secrets")
}
