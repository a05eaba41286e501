//! The configuration's folder at a commit as a source, under the rules of the work tree. Files are read
//! as git holds them: nothing is checked out, and no filter runs.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use super::git::{Commit, Repository};
use super::reading::{
    START, hides_variables, is_own, parts, refuse, refuse_ours, refuse_variables,
};
use crate::diagnostic::Diagnostic;
use crate::source::{Entry as Listed, EntryKind, Source, SourceError};

/// How many links one path may lead over, as most systems have it.
const MOST_LINKS: usize = 40;
/// Longest target of a link, in bytes.
const LONGEST_TARGET: u64 = 4096;

const NOT_HELD: &str =
    "git holds no such file; what git ignores, as people's data often is, can't be compared";

const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Link,
    /// Another repository.
    Module,
}

#[derive(Clone, Debug)]
struct Entry {
    kind: Kind,
    id: String,
}

/// The files of a folder at a commit.
#[derive(Debug)]
pub struct Revision {
    repository: Repository,
    commit: Commit,
    entries: BTreeMap<String, Entry>,
    /// Names that are not UTF-8, as well as they can be shown.
    unreadable: Vec<String>,
}

impl Revision {
    /// Lists the folder of `repository` at `commit`.
    pub fn new(repository: &Repository, commit: &Commit) -> Result<Self, Diagnostic> {
        let listed = repository.list(commit)?;
        let mut entries = BTreeMap::new();
        let mut unreadable = Vec::new();
        for line in listed.split(|byte| *byte == 0) {
            let Some(tab) = line.iter().position(|byte| *byte == b'\t') else { continue };
            let (head, name) = line.split_at(tab);
            let name = name.get(1..).unwrap_or(&[]);
            let Ok(name) = std::str::from_utf8(name) else {
                unreadable.push(String::from_utf8_lossy(name).into_owned());
                continue;
            };
            let head = String::from_utf8_lossy(head);
            let mut fields = head.split(' ');
            let kind = match fields.next() {
                Some("120000") => Kind::Link,
                Some("160000") => Kind::Module,
                Some(_) | None => Kind::File,
            };
            let id = fields.nth(1).unwrap_or("").to_owned();
            entries.insert(name.to_owned(), Entry { kind, id });
        }
        Ok(Self { repository: repository.clone(), commit: commit.clone(), entries, unreadable })
    }

    /// Whether there is any configuration.
    pub fn has_configuration(&self) -> bool {
        let own = |name: &&String| !name.contains('/') && !name.starts_with('.');
        let is_hcl = |name: &String| Path::new(name).extension().is_some_and(|e| e == "hcl");
        self.unreadable_configuration().is_some() || self.entries.keys().filter(own).any(is_hcl)
    }

    /// A configuration file whose name is not UTF-8.
    fn unreadable_configuration(&self) -> Option<&String> {
        let is_hcl = |name: &&String| Path::new(name).extension().is_some_and(|e| e == "hcl");
        self.unreadable.iter().filter(is_hcl).find(|name| !name.contains('/'))
    }

    fn is_folder(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.entries.range(below.clone()..).next().is_some_and(|(name, _)| name.starts_with(&below))
    }

    /// Where a path leads to, over links inside of the folder.
    fn real(&self, path: &str) -> Result<String, SourceError> {
        let mut open: Vec<String> = parts(path)?.into_iter().rev().map(str::to_owned).collect();
        if open.iter().any(|part| is_own(part)) {
            return Err(refuse(path, "it is a file of Enroll's own"));
        }
        let mut real: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(part) = open.pop() {
            if part == ".." {
                if real.pop().is_none() {
                    return Err(refuse(path, "the link leads out of the configuration's folder"));
                }
                continue;
            }
            real.push(part);
            let Some(entry) = self.entries.get(&real.join("/")) else { continue };
            if entry.kind == Kind::Link {
                links += 1;
                if links > MOST_LINKS {
                    return Err(self.failed(path, "it leads over too many links"));
                }
                let target = self.target(path, entry)?;
                if target.starts_with('/') {
                    return Err(refuse(path, "the link leads out of the configuration's folder"));
                }
                real.pop();
                let parts = target.split('/').filter(|part| !part.is_empty() && *part != ".");
                open.extend(parts.rev().map(str::to_owned));
            }
        }
        if real.iter().any(|part| part.starts_with('.')) {
            return Err(refuse(path, "the link leads to a dot-file"));
        }
        if real.iter().any(|part| is_own(part)) {
            return Err(refuse(path, "it is a file of Enroll's own"));
        }
        let real = real.join("/");
        if hides_variables(Path::new(&parts(path)?.join("/")), Path::new(&real)) {
            return Err(refuse_variables(path));
        }
        Ok(real)
    }

    /// The file that a path leads to; `None` where there is none.
    fn find(&self, path: &str) -> Result<Option<&Entry>, SourceError> {
        let real = self.real(path)?;
        let found = self.entries.get(&real);
        if self.is_folder(&real) || found.is_some_and(|entry| entry.kind == Kind::Module) {
            return Err(self.failed(path, "it is no regular file"));
        }
        Ok(found)
    }

    /// What an entry of a folder is, whose whole path is `path`.
    fn kind(&self, path: &str, entry: &Entry) -> EntryKind {
        let leads_to_folder = || self.real(path).is_ok_and(|real| self.is_folder(&real));
        match entry.kind {
            Kind::Module => EntryKind::Folder,
            Kind::Link if leads_to_folder() => EntryKind::Folder,
            Kind::File | Kind::Link => EntryKind::File,
        }
    }

    fn target(&self, path: &str, entry: &Entry) -> Result<String, SourceError> {
        let mut target = String::new();
        let read = self.blob(path, entry)?.take(LONGEST_TARGET).read_to_string(&mut target);
        read.map_err(|error| self.failed(path, &error.to_string()))?;
        Ok(target)
    }

    fn blob(&self, path: &str, entry: &Entry) -> Result<Blob, SourceError> {
        let mut command = self.repository.command(&["cat-file", "blob", &entry.id]);
        let failed = |error: io::Error| self.failed(path, &format!("git can't be run: {error}"));
        let mut child = command.stderr(Stdio::null()).spawn().map_err(failed)?;
        let out = child.stdout.take();
        Ok(Blob { child, out })
    }

    fn failed(&self, path: &str, why: &str) -> SourceError {
        let why = format!("at revision `{}`, {why}", self.commit.name);
        SourceError::Failed { path: path.to_owned(), why }
    }
}

impl Source for Revision {
    fn names(&self) -> Result<Vec<String>, SourceError> {
        if let Some(name) = self.unreadable_configuration() {
            return Err(refuse(name, "its name is not UTF-8"));
        }
        let own = |(name, entry): &(&String, &Entry)| {
            entry.kind != Kind::Module && !name.contains('/') && !name.starts_with('.')
        };
        Ok(self.entries.iter().filter(own).map(|(name, _)| name.clone()).collect())
    }

    fn entries(&self, folder: &str) -> Result<Vec<Listed>, SourceError> {
        let below = if folder.is_empty() { String::new() } else { self.real(folder)? + "/" };
        let mut found: BTreeMap<String, EntryKind> = BTreeMap::new();
        let inside = self
            .entries
            .range(below.clone()..)
            .map_while(|(name, entry)| Some((name, name.strip_prefix(&below)?, entry)));
        for (path, name, entry) in inside {
            match name.split_once('/') {
                Some((folder, _)) => found.insert(folder.to_owned(), EntryKind::Folder),
                None => found.insert(name.to_owned(), self.kind(path, entry)),
            };
        }
        for name in self.unreadable.iter().filter_map(|name| name.strip_prefix(&below)) {
            let name = name.split('/').next().unwrap_or(name);
            found.entry(name.to_owned()).or_insert(EntryKind::Unreadable);
        }
        if found.is_empty() && !folder.is_empty() {
            return Err(self.failed(folder, NOT_HELD));
        }
        let seen = |name: &String| !name.starts_with('.') && !is_own(name);
        let found = found.into_iter().filter(|(name, _)| seen(name));
        Ok(found.map(|(name, kind)| Listed { name, kind }).collect())
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>, SourceError> {
        let Some(entry) = self.find(path)? else {
            return Err(self.failed(path, NOT_HELD));
        };
        let mut blob = self.blob(path, entry)?;
        let mut start = Vec::new();
        let read = blob.by_ref().take(START as u64).read_to_end(&mut start);
        read.map_err(|error| self.failed(path, &error.to_string()))?;
        if start.starts_with(LFS) {
            return Err(self.failed(
                path,
                "git holds a Git LFS pointer and not the file itself; keep it in git instead: \
                 `git lfs migrate export --include=FILE`",
            ));
        }
        refuse_ours(path, &start)?;
        Ok(Box::new(Cursor::new(start).chain(blob)))
    }

    fn exists(&self, path: &str) -> Result<bool, SourceError> {
        Ok(self.find(path)?.is_some())
    }
}

/// The content of one file while `git` writes it.
struct Blob {
    child: Child,
    out: Option<ChildStdout>,
}

impl Read for Blob {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(out) = &mut self.out else { return Ok(0) };
        let read = out.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            self.out = None;
            // An end is one only where git says so: a file is never taken for a shorter one.
            if !self.child.wait()?.success() {
                return Err(io::Error::other(
                    "git does not hold its content: damage (`git fsck`), or a partial clone (`git fetch --refetch`)",
                ));
            }
        }
        Ok(read)
    }
}

impl Drop for Blob {
    fn drop(&mut self) {
        if self.out.is_some() {
            _ = self.child.kill();
            _ = self.child.wait();
        }
    }
}
