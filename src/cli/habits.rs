//! What people type who know Terraform, where Enroll has it under another name or not at all.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// Terraform's commands, with what to do here.
const COMMANDS: [(&str, &str); 20] = [
    (
        "console",
        "write the expression into the file and run `enroll plan`: it shows what comes of it for each person",
    ),
    (
        "destroy",
        "whoever no rule asks for any more is removed as `remove_action` says: take people out of the source or the filter, or end a single account with a `removed` block, and run `enroll plan`",
    ),
    ("env", "there are no workspaces: each folder is a configuration with a state of its own"),
    ("get", "there are no modules: all `*.hcl` files of the folder are one configuration"),
    (
        "graph",
        "Enroll orders the steps of a plan by itself; `enroll plan --format html` shows them on a page",
    ),
    (
        "import",
        "an account that is there already is adopted by its address: ask for that `user_name`, and the next `enroll apply` takes it over",
    ),
    (
        "login",
        "credentials stand in the environment, as `auth` in the configuration names them; `enroll test-connection` tries them",
    ),
    ("logout", "credentials stand in the environment only: there is nothing to log out of"),
    ("metadata", "the functions and blocks of the language are in the README"),
    ("modules", "there are no modules: all `*.hcl` files of the folder are one configuration"),
    (
        "output",
        "there are no outputs: `enroll plan --format json` and `enroll state pull` print everything",
    ),
    (
        "providers",
        "there are no providers: a service is a `connection` block, and `enroll test-connection` tries it",
    ),
    ("push", "`enroll state push FILE` writes a state over the one that is kept"),
    (
        "refresh",
        "each `enroll plan` asks the services; the state learns at the next `enroll apply`",
    ),
    (
        "rm",
        "`enroll state rm ADDRESS` drops an account from the state and leaves the service alone",
    ),
    ("taint", "Enroll never deletes a person to create them anew"),
    (
        "test",
        "`enroll validate` checks the files, and `enroll --sandbox apply` rehearses them without a service",
    ),
    ("unlock", "`enroll force-unlock ID` takes a lock away"),
    ("untaint", "Enroll never deletes a person to create them anew"),
    (
        "workspace",
        "there are no workspaces: each folder is a configuration with a state of its own, and `-C DIR` works in another one",
    ),
];

/// Terraform's flags, with what to do here.
const FLAGS: [(&str, &str); 27] = [
    (
        "allow-missing-config",
        "`enroll plan` finds who is there already by the address: nothing is imported",
    ),
    (
        "allow-missing",
        "`enroll state rm` drops a record, and there is nothing that it lets be missing",
    ),
    ("backend", "where the state is stands in `backend` of the `enroll` block"),
    (
        "backend-config",
        "where the state is stands in `backend` of the `enroll` block; credentials for it come from the environment",
    ),
    ("backup", "the state that was before is kept beside it by itself"),
    ("backup-out", "the state that was before is kept beside it by itself"),
    (
        "compact-warnings",
        "leave it out: warnings go to standard error, and --format json has none of them in the way",
    ),
    ("concise", "leave it out: what is unchanged is only counted"),
    ("consolidate-warnings", "leave it out: findings of one kind are counted together"),
    ("deprecation", "leave it out: nothing is deprecated"),
    (
        "destroy",
        "to remove people, take them out of the source or the filter, or write `removed` blocks, and plan that",
    ),
    ("exclude", "name whom the plan is for by --target"),
    ("from-module", "there are no modules: `enroll init` writes a configuration to begin with"),
    (
        "generate-config-out",
        "an account that is there already is adopted by its address, once the files ask for it",
    ),
    ("get", "there are no modules to get"),
    (
        "input",
        "Enroll asks for no variables; --no-input makes every question an error, and --auto-approve answers that of apply",
    ),
    (
        "json",
        "write --format json: plan, show and diff print one document, apply one object a line",
    ),
    ("list", "`enroll fmt` names the files that it changes"),
    (
        "lock",
        "an apply always locks its state, since two at once could send twice; --lock-timeout waits for the other, and `enroll force-unlock ID` takes away a lock that was left behind",
    ),
    ("lockfile", "there are no providers to lock"),
    ("plugin-dir", "there are no providers: a service is a `connection` block"),
    ("recursive", "a configuration is one folder: run `enroll fmt` in each, or name the files"),
    (
        "refresh-only",
        "each plan shows what changed in the service apart from what the files ask for",
    ),
    ("replace", "Enroll never deletes a person to create them anew"),
    (
        "state",
        "the state is `enroll.state.json`, or where `backend` of the `enroll` block says; -C DIR works in another folder",
    ),
    (
        "state-out",
        "the state is `enroll.state.json`, or where `backend` of the `enroll` block says",
    ),
    ("upgrade", "there are no modules and no providers to upgrade"),
];

/// Whether Terraform has a long flag of this name that is answered here.
pub(super) fn is_flag(name: &str) -> bool {
    find(&FLAGS, name).is_some()
}

fn find(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(word, _)| *word == name).map(|(_, help)| *help)
}

/// Puts the way out for a habit of Terraform's into an error of the command line.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "no other error is about a name that is not there"
)]
pub(super) fn answer(mut error: Error) -> Error {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.trim_start_matches('-').to_owned()),
        Some(_) | None => None,
    };
    let help = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            word(ContextKind::InvalidSubcommand).and_then(|word| find(&COMMANDS, &word))
        }
        ErrorKind::UnknownArgument => word(ContextKind::InvalidArg)
            .and_then(|word| find(&FLAGS, word.split('=').next().unwrap_or(""))),
        _ => None,
    };
    if let Some(help) = help {
        let tips = ContextValue::StyledStrs(vec![help.into()]);
        error.insert(ContextKind::Suggested, tips);
        // What looks alike is not what is meant.
        error.remove(ContextKind::SuggestedArg);
        error.remove(ContextKind::SuggestedSubcommand);
    }
    error
}

#[cfg(test)]
mod tests {
    use super::{COMMANDS, FLAGS, answer, is_flag};
    use crate::cli::args::Cli;
    use crate::cli::dash::double_dashes;
    use clap::CommandFactory;

    fn said(arguments: &[&str]) -> String {
        let command = Cli::command();
        let arguments = ["enroll"].iter().chain(arguments).map(Into::into);
        let arguments = double_dashes(arguments, &command);
        let error = command.try_get_matches_from(arguments).unwrap_err();
        answer(error).to_string()
    }

    #[test]
    fn a_command_of_terraform_is_answered() {
        for (name, help) in COMMANDS {
            let said = said(&[name]);
            assert!(said.contains(&format!("unrecognized subcommand '{name}'")), "{said}");
            assert!(said.contains(&format!("tip: {help}")), "{said}");
        }
    }

    #[test]
    fn a_flag_of_terraform_is_answered_with_either_dash_and_any_value() {
        for (name, help) in FLAGS {
            for written in [format!("-{name}"), format!("--{name}"), format!("-{name}=false")] {
                let said = said(&["validate", &written]);
                assert!(said.contains(&format!("unexpected argument '--{name}' found")), "{said}");
                assert_eq!(said.matches("tip:").count(), 1, "{said}");
                assert!(said.contains(&format!("tip: {help}")), "{said}");
            }
        }
    }

    #[test]
    fn what_no_habit_explains_is_said_as_ever() {
        assert!(said(&["plan", "--formt=json"]).contains("'--format'"));
        assert!(!said(&["aply"]).contains("workspace"));
        assert!(!is_flag("var"));
    }

    /// Terraform's flags and commands, by the help of 1.11, each of which is there or answered.
    #[test]
    fn nothing_of_terraform_is_unheard_of() {
        let known: Vec<String> = std::iter::once(&Cli::command())
            .chain(Cli::command().get_subcommands())
            .flat_map(|command| {
                command
                    .get_arguments()
                    .filter_map(|a| a.get_long())
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .collect();
        for name in "allow-missing-config auto-approve backend backend-config backup chdir check compact-warnings destroy \
             detailed-exitcode diff force-copy from-module generate-config-out get input json list lock lock-timeout \
             migrate-state no-color out parallelism plugin-dir reconfigure recursive refresh refresh-only replace state \
             state-out target upgrade var var-file"
            .split_whitespace()
        {
            assert!(known.iter().any(|known| known == name) != is_flag(name), "{name}");
        }
        let commands = Cli::command();
        let commands: Vec<&str> = commands.get_subcommands().map(clap::Command::get_name).collect();
        for name in "init validate plan apply destroy console fmt force-unlock get graph import login logout metadata modules \
             output providers refresh show state taint test untaint version workspace"
            .split_whitespace()
        {
            assert!(commands.contains(&name) != COMMANDS.iter().any(|(word, _)| *word == name), "{name}");
        }
    }
}
