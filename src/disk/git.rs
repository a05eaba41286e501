//! Asking `git` about a repository that may be hostile: nothing that it configures is run, nothing is
//! fetched, and no name is taken for an option.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::diagnostic::Diagnostic;

/// Most that `git` may answer where the answer is kept, in bytes.
const LARGEST: u64 = 512 << 20;

/// Variables by which a hook's environment names another repository than the folder's, and secrets.
const FOREIGN: [&str; 10] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    // Nobody else's business.
    "ENROLL_IDENTITY",
    "ENROLL_IDENTITY_FILE",
];

/// A repository, seen from one of its folders.
#[derive(Clone, Debug)]
pub struct Repository {
    folder: PathBuf,
    /// The folder below the top, with `/` at its end; empty for the top itself.
    prefix: String,
}

/// A commit, by the name that somebody gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The name, such as `main`.
    pub name: String,
    /// The object's id in hexadecimal digits.
    pub id: String,
}

impl Repository {
    /// The repository that `folder` stands in.
    pub fn open(folder: &Path) -> Result<Self, Diagnostic> {
        let at_top = Self { folder: folder.to_owned(), prefix: String::new() };
        let answer = at_top.ask(&["rev-parse", "--show-prefix"])?;
        let prefix = answer.ok.and_then(|prefix| String::from_utf8(prefix).ok()).ok_or_else(|| {
            Diagnostic::error(format!("`{}` is in no git repository", folder.display()))
                .maybe_detail(&answer.said)
                .help("`diff` compares revisions of a git repository; `-C DIR` names another folder")
        })?;
        Ok(Self { prefix: prefix.trim_end_matches('\n').to_owned(), ..at_top })
    }

    /// The commit that somebody means.
    pub fn commit(&self, name: &str) -> Result<Commit, Diagnostic> {
        if let Some(id) = self.find(name)? {
            return Ok(Commit { name: name.to_owned(), id });
        }
        let error = Diagnostic::error(format!("there is no revision `{name}` here"));
        let remote = format!("origin/{name}");
        Err(if self.is_shallow()? {
            error.detail("this clone is shallow: it holds the last commits only").help(DEEPER)
        } else if !name.is_empty() && self.find(&remote)?.is_some() {
            error.help(format!("did you mean `{remote}`?"))
        } else {
            error.help("a branch of the remote is named like `origin/main`; `git fetch` brings it")
        })
    }

    /// The commit where two began to differ, under the name of the first.
    pub fn merge_base(&self, one: &Commit, other: &Commit) -> Result<Commit, Diagnostic> {
        let answer = self.ask(&["merge-base", &one.id, &other.id])?;
        if let Some(id) = answer.ok.as_deref().and_then(object_id) {
            return Ok(Commit { name: format!("{}...", one.name), id });
        }
        let (one, other) = (&one.name, &other.name);
        let summary = format!("`{one}` and `{other}` have no commit in common here");
        let error = Diagnostic::error(summary).maybe_detail(&answer.said);
        Err(if self.is_shallow()? {
            error.help(DEEPER)
        } else {
            error.help(format!("without the dots, `{one}` itself is compared"))
        })
    }

    fn find(&self, name: &str) -> Result<Option<String>, Diagnostic> {
        let name = format!("{name}^{{commit}}");
        let found = self.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &name])?.ok;
        Ok(found.as_deref().and_then(object_id))
    }

    fn is_shallow(&self) -> Result<bool, Diagnostic> {
        let answer = self.ask(&["rev-parse", "--is-shallow-repository"])?.ok;
        Ok(answer.is_some_and(|answer| answer.starts_with(b"true")))
    }

    /// The files of the folder and below it at a commit, as `ls-tree -z` lists them.
    pub(super) fn list(&self, commit: &Commit) -> Result<Vec<u8>, Diagnostic> {
        let folder = self.prefix.trim_end_matches('/');
        let tree = format!("{}:{folder}", commit.id);
        let known = ["rev-parse", "--verify", "--quiet", "--end-of-options", &tree];
        if self.ask(&known)?.ok.is_none() {
            // The folder did not exist then.
            return Ok(Vec::new());
        }
        let answer =
            self.ask(&["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", &tree])?;
        answer.ok.ok_or_else(|| {
            Diagnostic::error(format!("git can't list the files of `{}`", commit.name))
                .maybe_detail(&answer.said)
                .help("`git fsck` looks for damage; a partial clone lacks what was never fetched")
        })
    }

    /// `git`, set up to run nothing of the repository's, to fetch nothing and to ask nobody.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        for name in FOREIGN {
            command.env_remove(name);
        }
        command
            .current_dir(&self.folder)
            .args(["--no-pager", "--no-replace-objects"])
            .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
            .args(["-c", "protocol.allow=never", "-c", "credential.helper="])
            .args(arguments)
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn ask(&self, arguments: &[&str]) -> Result<Answer, Diagnostic> {
        let failed = |error: io::Error| {
            if error.kind() == io::ErrorKind::NotFound {
                Diagnostic::error("there is no `git` to be found")
                    .help("`diff` reads revisions through git: install it")
            } else {
                Diagnostic::error(format!("git can't be run: {error}"))
            }
        };
        let mut child = self.command(arguments).spawn().map_err(failed)?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        // Both at once, so that neither end waits for the other; what is said too much is dropped.
        let (answer, said) = std::thread::scope(|scope| {
            let said = scope.spawn(|| read(err, u64::MAX).unwrap_or_default());
            (read(out, LARGEST + 1), said.join().unwrap_or_default())
        });
        let answer = answer.map_err(failed)?;
        let said = said.get(..said.len().min(4096)).unwrap_or(&[]);
        let said = String::from_utf8_lossy(said).trim().to_owned();
        if answer.len() as u64 > LARGEST {
            _ = child.kill();
            _ = child.wait();
            return Err(Diagnostic::error("the revision has more files than can be listed"));
        }
        let status = child.wait().map_err(failed)?;
        Ok(Answer { ok: status.success().then_some(answer), said })
    }
}

const DEEPER: &str = "`git fetch --unshallow` brings the rest; in GitHub Actions set `fetch-depth: 0` at actions/checkout, in \
     GitLab CI `GIT_DEPTH: 0`";

/// What `git` answered, if it succeeded, and what it said beside.
struct Answer {
    ok: Option<Vec<u8>>,
    said: String,
}

trait MaybeDetail {
    fn maybe_detail(self, said: &str) -> Self;
}

impl MaybeDetail for Diagnostic {
    fn maybe_detail(self, said: &str) -> Self {
        if said.is_empty() { self } else { self.detail(said) }
    }
}

fn read(from: Option<impl Read>, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(limit).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// One line of hexadecimal digits.
fn object_id(answer: &[u8]) -> Option<String> {
    let id = std::str::from_utf8(answer).ok()?.lines().next()?;
    let fits = id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| id.to_owned())
}
