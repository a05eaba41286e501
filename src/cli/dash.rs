//! Terraform's single dash: `-auto-approve` means `--auto-approve`.

use std::collections::BTreeSet;
use std::ffi::OsString;

use super::habits::is_flag;

/// Gives a second dash to every long flag that has one, of Enroll's own and of Terraform's. Short flags, values and everything after
/// `--` stay as they are.
pub(super) fn double_dashes(
    arguments: impl IntoIterator<Item = OsString>,
    command: &clap::Command,
) -> Vec<OsString> {
    let mut known = BTreeSet::from(["help".to_owned(), "version".to_owned()]);
    collect(command, &mut known);
    let mut rest_is_plain = false;
    arguments
        .into_iter()
        .map(|argument| {
            let Some(text) = argument.to_str() else { return argument };
            rest_is_plain = rest_is_plain || text == "--";
            let Some(flag) = text.strip_prefix('-').filter(|flag| !flag.starts_with('-')) else {
                return argument;
            };
            let name = flag.split('=').next().unwrap_or(flag);
            let is_long = known.contains(name) || is_flag(name);
            if !rest_is_plain && name.len() > 1 && is_long {
                return format!("-{text}").into();
            }
            argument
        })
        .collect()
}

/// The names of all long flags of a command and of those below it.
pub(super) fn collect(command: &clap::Command, known: &mut BTreeSet<String>) {
    known.extend(command.get_arguments().filter_map(|a| a.get_long()).map(ToOwned::to_owned));
    for sub in command.get_subcommands() {
        collect(sub, known);
    }
}

#[cfg(test)]
mod tests {
    use super::double_dashes;
    use crate::cli::args::Cli;
    use clap::CommandFactory;

    #[test]
    fn known_long_flags_get_their_second_dash() {
        let given = [
            "enroll",
            "-chdir=x",
            "-C",
            "dir",
            "plan",
            "-var",
            "a=b",
            "-vv",
            "-detailed-exitcode",
            "--format=json",
            "-unknown",
            "-",
            "--",
            "-var",
        ];
        let expected = [
            "enroll",
            "--chdir=x",
            "-C",
            "dir",
            "plan",
            "--var",
            "a=b",
            "-vv",
            "--detailed-exitcode",
            "--format=json",
            "-unknown",
            "-",
            "--",
            "-var",
        ];
        assert_eq!(double_dashes(given.map(Into::into), &Cli::command()), expected);
    }
}
