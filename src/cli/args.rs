//! The command line: verbs, flags and their help. Who knows Terraform is at home.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Provision Zoom users from HCL files kept in git: plan, review, apply.
#[derive(Debug, Parser)]
#[command(name = "enroll", version, propagate_version = true, disable_version_flag = false)]
#[command(
    after_help = "Every long flag is taken with one dash too, as Terraform does: -auto-approve, \
-var domain=example.com.\n\nExit codes: 0 success; 1 error, nothing was written; 2 with \
--detailed-exitcode, there is something to apply; 3 a saved plan does not cover the present, or fmt --check found work; 4 apply left work undone; 5 refused by a guard; 6 a \
list of accounts was incomplete."
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// Work in DIR instead of the current folder.
    #[arg(short = 'C', long = "chdir", global = true, value_name = "DIR")]
    pub chdir: Option<PathBuf>,
    /// Work against Zoom accounts embedded in Enroll: no network, no credentials, a state of its own
    /// under .enroll/sandbox/.
    #[arg(long, global = true)]
    pub sandbox: bool,
    /// When to colour the output.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
    /// Never colour the output.
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Never ask: a question is an error.
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Log what is sent and answered, without secrets, to standard error; -vv for more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// The form of the log.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// Where the output is a terminal and `NO_COLOR` is not set.
    Auto,
    /// Into files and pipes too.
    Always,
    /// Never.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a starter configuration and a .gitignore, or move the state to a backend.
    ///
    /// Where there is a configuration already, the state moves to the backend that it names, or back from the
    /// one that it named before, after a question. The copy from before stays.
    Init(InitArgs),
    /// Lay the configuration's files out in the canonical way, as `terraform fmt` does.
    Fmt(FmtArgs),
    /// Read and check the whole configuration, offline and without credentials.
    Validate(ValidateArgs),
    /// Try each connection, or one, step by step: host, token, scope, list.
    TestConnection(TestConnectionArgs),
    /// Show what apply would do, and why. Changes nothing.
    Plan(PlanArgs),
    /// Plan, ask, and carry the plan out.
    Apply(ApplyArgs),
    /// Show a saved plan, or the state.
    Show(ShowArgs),
    /// Show what changed between two git revisions, account by account.
    Diff(DiffArgs),
    /// Look at the accounts in the state.
    #[command(subcommand)]
    State(StateCommand),
    /// Take the lock of a shared state away from whoever holds it.
    ForceUnlock(ForceUnlockArgs),
    /// Serve an embedded Zoom account on loopback, for clients of any kind.
    Sandbox(SandboxArgs),
    /// Print a completion script for a shell.
    Completions(CompletionsArgs),
    /// Print the version.
    Version,
}

/// For the help alone: what was given is read in the order of the command line.
#[derive(Clone, Debug, Args)]
#[allow(dead_code, reason = "`variables_in_order` reads them")]
pub(super) struct Variables {
    /// Set a variable; may be repeated.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub var: Vec<String>,
    /// Read variables from a file of `name = value` lines; may be repeated.
    #[arg(long = "var-file", value_name = "FILE")]
    pub var_file: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// Files to lay out; without any, all `*.hcl` of the folder. `-` reads from standard input and
    /// writes to standard output.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Change nothing; name the files that would change, and exit with 3 if there are any.
    #[arg(long)]
    pub check: bool,
    /// Show what changes.
    #[arg(long)]
    pub diff: bool,
}

#[derive(Debug, Args)]
#[allow(dead_code, reason = "`variables_in_order` reads them")]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    pub variables: Variables,
}

#[derive(Debug, Args)]
#[allow(dead_code, reason = "`variables_in_order` reads the variables")]
pub(super) struct TestConnectionArgs {
    /// The label of a connection or a directory; without it every one is tried.
    pub name: Option<String>,
    #[command(flatten)]
    pub variables: Variables,
}

/// What `plan` and `apply` share.
#[derive(Debug, Args)]
#[allow(dead_code, reason = "`variables_in_order` reads the variables")]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct Planning {
    #[command(flatten)]
    pub variables: Variables,
    /// Whom to look at closer than the list shows: `changed` since it was last seen, or `full`;
    /// `false` asks nobody and takes the state as live.
    #[arg(long, value_enum, default_value_t = Refresh::Changed, value_name = "MODE")]
    pub refresh: Refresh,
    /// Plan only for one account: its address or an e-mail address; may be repeated. Renames that must
    /// go first come along.
    #[arg(long, value_name = "WHO")]
    pub target: Vec<String>,
    /// Let the blocked step of one account through: its address or an e-mail address; may be repeated.
    #[arg(long, value_name = "WHO")]
    pub confirm: Vec<String>,
    /// Allow exactly N removals past a guard that tripped.
    #[arg(long, value_name = "N")]
    pub allow_removals: Option<u64>,
    /// Allow exactly N deletes past a guard that tripped.
    #[arg(long, value_name = "N")]
    pub allow_deletes: Option<u64>,
    /// Allow exactly N accounts to gain or lose a role past a guard that tripped.
    #[arg(long, value_name = "N")]
    pub allow_privileges: Option<u64>,
    /// Let a directory (`hr`) or a rule (`rule.engineering`) yield nobody; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub allow_empty: Vec<String>,
    /// Send values again that the service took without keeping.
    #[arg(long)]
    pub retry_refused: bool,
    /// Go on with a state that is older than one seen on this machine.
    #[arg(long)]
    pub accept_older_state: bool,
    /// List the accounts that Enroll does not manage.
    #[arg(long)]
    pub show_unmanaged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Refresh {
    /// Accounts that changed since they were last seen as written.
    Changed,
    /// Every managed account.
    Full,
    /// Nobody: the state is taken as live, without network or credentials. Can't be applied.
    False,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub planning: Planning,
    #[command(flatten)]
    pub review: Review,
    /// Exit with 2 where there is something to apply.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Save the plan to FILE, for `enroll apply FILE` to carry out exactly what was reviewed.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// How a plan is shown, whatever command shows it.
#[derive(Clone, Debug, Args)]
pub(super) struct Review {
    /// The form of the plan.
    #[arg(long, value_enum, default_value_t = ReviewFormat::Text, value_name = "FORMAT")]
    pub format: ReviewFormat,
    /// Cut the Markdown to so many bytes, between two accounts; 60000 where nothing is said.
    #[arg(long, value_name = "N")]
    pub max_bytes: Option<usize>,
    /// Show pseudonyms instead of addresses, names, keys and other personal values.
    #[arg(long)]
    pub redact: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReviewFormat {
    /// For a terminal.
    Text,
    /// For programs; schema/ describes it.
    Json,
    /// For a comment on a pull request.
    Markdown,
    /// One page that needs no network: search, filters, sorting.
    Html,
    /// GitLab's Terraform report: how many to create, update and delete.
    Gitlab,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For programs; schema/ describes it.
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    /// A plan saved by `enroll plan --out`: what was reviewed is carried out, without asking.
    #[arg(value_name = "PLAN")]
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub planning: Planning,
    /// Don't ask.
    #[arg(long)]
    pub auto_approve: bool,
    /// How many requests may be open at once, instead of the connection's `max_in_flight`.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub parallelism: Option<u32>,
    /// How long to wait for another apply to end, such as 30s or 5m.
    #[arg(long, default_value = "0s", value_name = "DURATION", value_parser = duration)]
    pub lock_timeout: Duration,
    /// There is no state yet and the accounts that are there shall be adopted.
    #[arg(long)]
    pub first_run: bool,
    /// Add a line to FILE for each operation that is executed: when, who, what, and what became of it.
    #[arg(long, value_name = "FILE")]
    pub audit_log: Option<PathBuf>,
    /// The form of what is reported while it runs: text, or one JSON object a line.
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub format: Format,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// A plan saved by `enroll plan --out`; without it the state is shown.
    #[arg(value_name = "PLAN")]
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub review: Review,
}

#[derive(Debug, Args)]
#[allow(dead_code, reason = "`variables_in_order` reads the variables")]
pub(super) struct DiffArgs {
    /// The older revision, such as `main`; `main...` is where the newer one branched off from it, and
    /// `main...topic` names both.
    #[arg(value_name = "BASE")]
    pub base: String,
    /// The newer revision; without it, the files of the folder as they are.
    #[arg(value_name = "HEAD")]
    pub head: Option<String>,
    #[command(flatten)]
    pub variables: Variables,
    /// Let a directory (`hr`) or a rule (`rule.engineering`) yield nobody; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub allow_empty: Vec<String>,
    #[command(flatten)]
    pub review: Review,
    /// Exit with 2 where anything changes.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum StateCommand {
    /// Print the address of every account in the state, one a line.
    List,
    /// Print what the state holds of one account.
    Show {
        /// An account's address, such as `account.prod["ada"]`, or an e-mail address.
        who: String,
    },
    /// Move an account's record to another key, as a `moved` person would be.
    Mv {
        /// The address that the record has, such as `account.prod["ada"]`.
        from: String,
        /// The address that it gets, at the same connection.
        to: String,
    },
    /// Drop an account from the state. The service is left alone.
    Rm {
        /// The account's address, such as `account.prod["ada"]`.
        address: String,
    },
    /// Print the whole state as it is kept, wherever that is.
    Pull,
    /// Write a state over the one that is kept, wherever that is: the same state, further on.
    Push {
        /// The state, as `pull` prints it; `-` reads standard input.
        file: PathBuf,
        /// Write it also over a state that is newer, or another one altogether, or that an apply has not
        /// finished with.
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Move the state where the backend changed; that is what happens anyway, after a question.
    #[arg(long, conflicts_with = "reconfigure")]
    pub migrate_state: bool,
    /// Move the state without asking.
    #[arg(long, conflicts_with = "reconfigure")]
    pub force_copy: bool,
    /// Forget where the state was, and move nothing.
    #[arg(long)]
    pub reconfigure: bool,
    /// How long to wait for another run to end, such as 30s or 5m.
    #[arg(long, default_value = "0s", value_name = "DURATION", value_parser = duration)]
    pub lock_timeout: Duration,
}

#[derive(Debug, Args)]
pub(super) struct ForceUnlockArgs {
    /// The lock's id, as the message of whoever was refused names it.
    pub id: String,
    /// Don't ask.
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub(super) struct SandboxArgs {
    /// Where to listen: a loopback address; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// Keep the account in FILE; without it everything is gone at the end.
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// What ids and tokens are made from.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub seed: u64,
    /// Rehearse faults.
    #[arg(long, default_value = "", value_name = "SPEC", long_help = crate::sandbox::FAULTS_HELP)]
    pub faults: String,
    /// Whose habits it has.
    #[arg(long = "type", value_enum, default_value_t = Manners::Zoom, value_name = "TYPE")]
    pub manners: Manners,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Manners {
    /// Zoom's.
    Zoom,
    /// Those of RFC 7643 and RFC 7644.
    Scim,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Reads `30s`, `5m`, `1h` or a number of seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..) {
        Some("s" | "") => 1,
        Some("m") => 60,
        Some("h") => 3600,
        Some(_) | None => return Err("write a number and s, m or h, such as 30s".to_owned()),
    };
    let number: u64 =
        digits.parse().map_err(|_| "write a number and s, m or h, such as 30s".to_owned())?;
    number
        .checked_mul(unit)
        .map(Duration::from_secs)
        .ok_or_else(|| "that is longer than anybody waits".to_owned())
}

/// `--var` and `--var-file` in the order in which they were given: the later one wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// `NAME=VALUE`
    Var(String),
    /// A file.
    File(String),
}

/// Finds the order, which the parsed arguments have lost.
pub(super) fn variables_in_order(matches: &clap::ArgMatches) -> Vec<Given> {
    let Some((_, sub)) = matches.subcommand() else { return Vec::new() };
    let mut found: Vec<(usize, Given)> = Vec::new();
    for (id, given) in [("var", Given::Var as fn(String) -> Given), ("var_file", Given::File)] {
        if let Ok(Some(values)) = sub.try_get_many::<String>(id)
            && let Some(indices) = sub.indices_of(id)
        {
            found.extend(indices.zip(values.cloned().map(given)));
        }
    }
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().map(|(_, given)| given).collect()
}

#[cfg(test)]
mod tests {
    use super::{Cli, Given, variables_in_order};
    use clap::CommandFactory;

    #[test]
    fn the_order_of_variables_is_that_of_the_command_line() {
        let arguments = ["enroll", "plan", "--var", "a=1", "--var-file", "f", "--var=b=2"];
        let matches = Cli::command().try_get_matches_from(arguments).unwrap();
        let expected =
            [Given::Var("a=1".into()), Given::File("f".into()), Given::Var("b=2".into())];
        assert_eq!(variables_in_order(&matches), expected);
        let none = Cli::command().try_get_matches_from(["enroll", "version"]).unwrap();
        assert_eq!(variables_in_order(&none), []);
    }
}
