//! Asking `git` about a repository that may be hostile: nothing that it configures is run, nothing is
//! fetched, and no name is taken for an option.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::diagnostic::Diagnostic;

/// Most that `git` may answer where the answer is kept, in bytes.
const LARGEST: u64 = 512 << 20;

/// All that `git` gets of the environment: where programs and its owner's settings are. Nothing that names another
/// repository, and no secret.
const NEEDED: [&str; 17] = [
    "PATH",
    "HOME",
    "XDG_CONFIG_HOME",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "TMPDIR",
    // Windows.
    "PATHEXT",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
    "PROGRAMDATA",
    "TEMP",
    "TMP",
];

/// Transports, each of which a repository's settings could allow again where only their default were forbidden.
const TRANSPORTS: [&str; 7] = ["file", "git", "ssh", "http", "https", "ext", "fd"];

/// What `git` gets of the environment.
#[derive(Clone, Debug)]
pub struct GitEnvironment(Vec<(&'static str, OsString)>);

impl GitEnvironment {
    /// What it needs of the variables that `look` knows.
    pub fn new(look: impl Fn(&str) -> Option<OsString>) -> Self {
        Self(NEEDED.iter().filter_map(|name| Some((*name, look(name)?))).collect())
    }
}

/// A repository, seen from one of its folders.
#[derive(Clone, Debug)]
pub struct Repository {
    folder: PathBuf,
    /// The folder below the top, with `/` at its end; empty for the top itself.
    prefix: String,
    environment: GitEnvironment,
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
    /// The repository whose checkout `folder` stands in.
    pub fn open(folder: &Path, environment: GitEnvironment) -> Result<Self, Diagnostic> {
        let at_top = Self { folder: folder.to_owned(), prefix: String::new(), environment };
        let none = |said: &str| {
            Diagnostic::error(format!("`{}` is in no git repository", folder.display()))
                .maybe_detail(said)
                .help(
                    "`diff` compares revisions of a git repository; `-C DIR` names another folder",
                )
        };
        let top = checkout(folder).ok_or_else(|| none(""))?;
        let answer = at_top.ask(&["rev-parse", "--show-prefix"])?;
        let prefix = answer.ok.and_then(|prefix| String::from_utf8(prefix).ok());
        let prefix = prefix.ok_or_else(|| {
            let why = format!("git can't use the repository that holds `{}`", folder.display());
            Diagnostic::error(why).maybe_detail(&answer.said).maybe_help(bare(folder))
        })?;
        let answer = at_top.ask(&["rev-parse", "--absolute-git-dir"])?.ok.unwrap_or_default();
        let asked = String::from_utf8_lossy(&answer);
        if !same_folder(Path::new(asked.trim_end_matches(['\n', '\r'])), &git_folder(&top)) {
            return Err(Diagnostic::error(format!(
                "git would ask another repository than the one that holds `{}`",
                folder.display()
            ))
            .detail("the folder holds what git takes for a repository of its own")
            .help(NOT_BARE));
        }
        if is_submodule(&top, &at_top.environment) {
            return Err(Diagnostic::error(format!(
                "`{}` is in a submodule, whose revisions are another repository's",
                folder.display()
            ))
            .detail("whoever can change which commit the submodule is at can change what it is compared with")
            .help("run `diff` in a clone of that repository"));
        }
        Ok(Self { prefix: prefix.trim_end_matches('\n').to_owned(), ..at_top })
    }

    /// The commit that somebody means.
    pub fn commit(&self, name: &str) -> Result<Commit, Diagnostic> {
        if let Some(id) = self.find(name)? {
            self.unambiguous(name, &id)?;
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

    /// Refuses a name that several things have, of which git takes the first: a tag before the branch.
    fn unambiguous(&self, name: &str, id: &str) -> Result<(), Diagnostic> {
        for kind in ["refs/heads", "refs/remotes", "refs/tags"] {
            let whole = format!("{kind}/{name}");
            if self.find(&whole)?.is_some_and(|other| other != id) {
                return Err(Diagnostic::error(format!(
                    "`{name}` is the name of several revisions here, and git takes another than `{whole}`"
                ))
                .help(format!("write the whole name, such as `{whole}`, or the commit's id")));
            }
        }
        Ok(())
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
        command(&self.folder, &self.environment, arguments)
    }

    fn ask(&self, arguments: &[&str]) -> Result<Answer, Diagnostic> {
        run(self.command(arguments))
    }
}

/// `git` in a folder, as [`Repository::command`] has it.
fn command(folder: &Path, environment: &GitEnvironment, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.env_clear().envs(environment.0.iter().map(|(name, value)| (name, value)));
    command.current_dir(folder).args(["--no-pager", "--no-replace-objects"]);
    for setting in ["core.fsmonitor=false", "core.hooksPath=/dev/null", "core.attributesFile="] {
        command.args(["-c", setting]);
    }
    command.args(["-c", "safe.bareRepository=explicit", "-c", "credential.helper="]);
    command.args(["-c", "protocol.allow=never"]);
    for transport in TRANSPORTS {
        command.arg("-c").arg(format!("protocol.{transport}.allow=never"));
    }
    command
        .args(arguments)
        // Where this is set, settings about transports don't count.
        .env("GIT_ALLOW_PROTOCOL", "")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(mut command: Command) -> Result<Answer, Diagnostic> {
    let failed = |error: io::Error| {
        if error.kind() == io::ErrorKind::NotFound {
            Diagnostic::error("there is no `git` to be found")
                .help("`diff` reads revisions through git: install it")
        } else {
            Diagnostic::error(format!("git can't be run: {error}"))
        }
    };
    let mut child = command.spawn().map_err(failed)?;
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

/// The folder of the checkout that a folder stands in: the nearest with a `.git` in it, which git itself lets no
/// repository hold.
pub(super) fn checkout(folder: &Path) -> Option<PathBuf> {
    let real = folder.canonicalize().ok()?;
    real.ancestors().find(|above| above.join(".git").symlink_metadata().is_ok()).map(Path::to_owned)
}

/// Where the repository of a checkout is: its `.git`, or what that file names, in a submodule or another work tree.
fn git_folder(top: &Path) -> PathBuf {
    let git = top.join(".git");
    let named = super::state_file::read_small(&git, 1 << 16).ok();
    let named = named.and_then(|bytes| String::from_utf8(bytes).ok());
    let named = named.as_deref().and_then(|text| text.strip_prefix("gitdir:"));
    named.map_or(git, |named| top.join(named.trim()))
}

/// What to do about a folder that holds what git takes for a repository.
fn bare(folder: &Path) -> Option<String> {
    folder.join("HEAD").symlink_metadata().is_ok().then(|| NOT_BARE.to_owned())
}

fn same_folder(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Whether a checkout is a submodule of one above it.
fn is_submodule(top: &Path, environment: &GitEnvironment) -> bool {
    let Some(above) = top.parent().and_then(checkout) else { return false };
    let Some(inside) = top.strip_prefix(&above).ok().and_then(Path::to_str) else { return false };
    let inside = format!(":(literal){}", inside.replace('\\', "/"));
    let listed = tracked(&above, environment, &["--stage", "--", &inside]);
    // What can't be told is no submodule's: the outer repository is of no other interest.
    listed.is_ok_and(|listed| listed.split(|byte| *byte == 0).any(|e| e.starts_with(b"160000 ")))
}

/// What the index of the repository that holds `folder` has there, as `ls-files -z` lists it; nothing where no
/// repository does. It is not looked for by git, which could be shown another.
pub(super) fn tracked(
    folder: &Path,
    environment: &GitEnvironment,
    arguments: &[&str],
) -> Result<Vec<u8>, Diagnostic> {
    let Some(top) = checkout(folder) else { return Ok(Vec::new()) };
    let mut command = command(folder, environment, &[]);
    command.arg("--git-dir").arg(top.join(".git")).arg("--work-tree").arg(&top);
    command.args(["ls-files", "-z"]).args(arguments);
    let answer = run(command)?;
    answer.ok.ok_or_else(|| {
        Diagnostic::error("git can't list the files that it tracks").maybe_detail(&answer.said)
    })
}

const NOT_BARE: &str = "remove `HEAD`, `config`, `objects` and `refs` from the folder; if you did not put them there, ask who did";

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
