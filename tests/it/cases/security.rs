//! Files of a pull request, and services, that attack.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::service::{Manners, Service, TOKEN};
use super::{Case, VARIABLES};
use crate::support::{Ran, TestEnv};

/// Runs git below the case's folder, as nobody in particular.
fn git(env: &TestEnv, folder: &str, args: &[&str]) {
    let mut command = Command::new("git");
    env.prepare(&mut command);
    for name in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{name}_NAME"), "a").env(format!("GIT_{name}_EMAIL"), "a@x.org");
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.current_dir(env.path().join(folder));
    let ran = env.finish(command.args(["-c", "protocol.file.allow=always"]).args(args));
    assert_eq!(ran.code, 0, "git {args:?}: {ran}");
}

fn commit(env: &TestEnv, folder: &str) {
    git(env, folder, &["add", "-A", "-f"]);
    git(env, folder, &["commit", "-q", "--allow-empty", "-m", "x"]);
}

/// `zoom/` on a branch on which bob became mallory.
fn branched(case: &Case) {
    git(&case.env, ".", &["init", "-q", "-b", "main"]);
    commit(&case.env, ".");
    git(&case.env, ".", &["checkout", "-q", "-b", "topic"]);
    case.env.edit("zoom/main.hcl", "bob", "mallory");
    commit(&case.env, ".");
}

fn shows_the_difference_or_refuses(ran: &Ran) {
    let shown = ran.code == 2 && ran.says("mallory");
    assert!(shown || ran.code == 1, "{ran}");
    assert!(!ran.says("No changes"), "{ran}");
}

#[test]
fn case_46_bare_repository_fools_diff() {
    let bare = "[core]\n\trepositoryformatversion = 0\n\tbare = ";
    for config in [
        format!("{bare}true\n"),
        format!("{bare}false\n\tworktree = ..\n"),
        format!("{bare}false\n\tworktree = .\n"),
    ] {
        let case = Case::new("46-bare-repository-fools-diff");
        branched(&case);
        let other = TestEnv::new();
        other.write("main.hcl", case.env.read("zoom/main.hcl"));
        git(&other, ".", &["init", "-q", "-b", "main"]);
        commit(&other, ".");
        let zoom = case.env.path().join("zoom");
        for name in ["objects", "refs", "HEAD"] {
            let from = other.path().join(".git").join(name);
            assert!(Command::new("cp").arg("-r").args([&from, &zoom]).status().unwrap().success());
        }
        case.env.write("zoom/config", config);
        commit(&case.env, ".");
        let ran = case.run(&["-C", "zoom", "diff", "main", "-detailed-exitcode"]);
        shows_the_difference_or_refuses(&ran);
        assert!(ran.stderr.contains("ask who did"), "{ran}");
    }
}

#[test]
fn a_folder_that_became_a_submodule_is_not_compared_with_itself() {
    let case = Case::new("46-bare-repository-fools-diff");
    branched(&case);
    let other = TestEnv::new();
    other.write("main.hcl", case.env.read("zoom/main.hcl"));
    git(&other, ".", &["init", "-q", "-b", "main"]);
    commit(&other, ".");
    git(&case.env, ".", &["rm", "-rq", "zoom"]);
    git(&case.env, ".", &["submodule", "--quiet", "add", other.path().to_str().unwrap(), "zoom"]);
    commit(&case.env, ".");
    let ran = case.run(&["-C", "zoom", "diff", "main", "-detailed-exitcode"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stderr.contains("in a submodule"), "{ran}");
}

#[test]
fn another_work_tree_is_compared_as_the_first() {
    let case = Case::new("46-bare-repository-fools-diff");
    branched(&case);
    git(&case.env, ".", &["worktree", "add", "-q", "--detach", "other", "topic"]);
    let ran = case.run(&["-C", "other/zoom", "diff", "main", "-detailed-exitcode"]);
    assert_eq!(ran.code, 2, "{ran}");
}

#[test]
fn a_tag_that_is_named_as_the_branch_is_told() {
    let case = Case::new("46-bare-repository-fools-diff");
    branched(&case);
    git(&case.env, ".", &["tag", "main", "topic"]);
    let ran = case.run(&["-C", "zoom", "diff", "main", "-detailed-exitcode"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stderr.contains("refs/heads/main"), "{ran}");
    let ran = case.run(&["-C", "zoom", "diff", "refs/heads/main", "-detailed-exitcode"]);
    shows_the_difference_or_refuses(&ran);
    assert_eq!(ran.code, 2, "{ran}");
}

/// What `git` gets to see where Enroll starts it.
fn seen_by_git(case: &Case, args: &[&str]) -> String {
    let path = std::env::var("PATH").unwrap();
    let real = path.split(':').map(|folder| Path::new(folder).join("git"));
    let real = real.into_iter().find(|git| git.exists()).unwrap();
    let seen = case.env.path().join("seen.txt");
    fs::create_dir_all(case.env.path().join("bin")).unwrap();
    let script = format!(
        "#!/bin/sh\n{{ env; echo \"args: $*\"; }} >> '{}'\nexec '{}' \"$@\"\n",
        seen.display(),
        real.display()
    );
    case.env.write("bin/git", script);
    let git = case.env.path().join("bin/git");
    fs::set_permissions(git, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{path}", case.env.path().join("bin").display());
    let more = [
        ("PATH", path.as_str()),
        ("AWS_SECRET_ACCESS_KEY", "secret-of-aws"),
        ("ENROLL_HTTP_TOKEN", "secret-of-http"),
        ("GITHUB_TOKEN", "secret-of-github"),
        ("GIT_DIR", "/elsewhere"),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "http.extraheader"),
        ("GIT_CONFIG_VALUE_0", "secret-of-git"),
        ("GIT_ALLOW_PROTOCOL", "ext:file"),
        ("GIT_SSH_COMMAND", "touch ran"),
        ("GIT_EXTERNAL_DIFF", "touch ran"),
        ("PAGER", "touch ran"),
    ];
    let ran = case.env.run_with(args, &[&VARIABLES[..], &more].concat());
    assert_eq!(ran.code, 0, "{ran}");
    case.env.read("seen.txt")
}

#[test]
fn case_47_git_inherits_secrets() {
    let case = Case::new("47-git-inherits-secrets");
    git(&case.env, ".", &["init", "-q", "-b", "main"]);
    commit(&case.env, ".");
    let seen = seen_by_git(&case, &["diff", "HEAD"])
        // With files of its own there, `plan` asks what git tracks.
        + &{
            case.run(&["--sandbox", "plan"]);
            fs::create_dir_all(case.env.path().join(".enroll")).unwrap();
            seen_by_git(&case, &["--sandbox", "plan"])
        };
    let names = |line: &str| line.split_once('=').map(|(name, _)| name.to_owned());
    let mut names: Vec<_> = seen.lines().filter_map(names).collect();
    names.sort();
    names.dedup();
    let needed = [
        "GIT_ALLOW_PROTOCOL",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_NO_LAZY_FETCH",
        "GIT_OPTIONAL_LOCKS",
        "GIT_TERMINAL_PROMPT",
        "HOME",
        "LC_ALL",
        "PATH",
        "PWD",
        "OLDPWD",
        "SHLVL",
        "TMPDIR",
        "XDG_CONFIG_HOME",
        "_",
    ];
    names.retain(|name| !needed.contains(&name.as_str()) && !name.starts_with("args"));
    assert_eq!(names, Vec::<String>::new());
    for secret in VARIABLES.iter().map(|(_, secret)| *secret).chain(["secret-of", "/elsewhere"]) {
        assert!(!seen.contains(secret), "{secret}");
    }
    assert!(seen.lines().any(|line| line == "GIT_ALLOW_PROTOCOL="), "{seen}");
    assert!(seen.contains("ls-files"), "{seen}");
    for line in seen.lines().filter(|line| line.starts_with("args:")) {
        for transport in ["file", "git", "ssh", "http", "https", "ext"] {
            assert!(line.contains(&format!("protocol.{transport}.allow=never")), "{line}");
        }
        assert!(line.contains("safe.bareRepository=explicit"), "{line}");
    }
}

#[test]
fn a_partial_clone_fetches_nothing_and_runs_nothing() {
    let case = Case::new("46-bare-repository-fools-diff");
    branched(&case);
    // What the checkout lacks is promised by a remote whose transport is a program.
    let at = format!("ext::sh -c touch% {}", case.env.path().join("ran").display());
    for (key, value) in [
        ("remote.evil.url", at.as_str()),
        ("remote.evil.promisor", "true"),
        ("extensions.partialClone", "evil"),
        ("core.repositoryformatversion", "1"),
        ("protocol.ext.allow", "always"),
        ("protocol.file.allow", "always"),
    ] {
        git(&case.env, ".", &["config", key, value]);
    }
    let blobs = "for o in $(git rev-list --objects --filter=object:type=blob main -- zoom | cut -d' ' -f1); do \
                 [ $(git cat-file -t $o) = blob ] && rm -f .git/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-); done; true";
    let mut shell = Command::new("sh");
    case.env.prepare(&mut shell);
    case.env.finish(shell.args(["-c", blobs]));
    let ran = case.run(&["-C", "zoom", "diff", "main"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(!case.env.path().join("ran").exists(), "{ran}");
}

/// Lines that a pipeline's log takes for a command.
fn commands(ran: &Ran) -> Vec<String> {
    let all = format!("{}\n{}", ran.stdout, ran.stderr);
    let is_command = |line: &&str| {
        let begin = line.trim_start_matches([' ', '\t', '+', '-']);
        begin.starts_with("::") || begin.starts_with("section_start:") || line.contains("##[")
    };
    all.split(['\n', '\r']).filter(is_command).map(str::to_owned).collect()
}

#[test]
fn case_49_log_commands() {
    let case = Case::new("49-log-commands");
    case.write("::group::people.csv", case.env.read("people.csv"));
    let none: Vec<String> = Vec::new();
    let ran = case.run(&["fmt", "-check", "-diff"]);
    assert_eq!((ran.code, commands(&ran)), (3, none.clone()), "{ran}");
    for format in ["text", "markdown", "html"] {
        let ran = case.run(&["--sandbox", "plan", &format!("-format={format}")]);
        assert_eq!((ran.code, commands(&ran)), (0, none.clone()), "{ran}");
    }
    // The same for names, values, findings and files in other places.
    for evil in ["::error::x", "##[add-mask]e", "section_start:1:x", "\u{a0}::x", "::x\r::y"] {
        let case = Case::new("49-log-commands");
        let quoted = evil.replace('\r', "\\r");
        case.write(
            "main.hcl",
            format!(
                "connection \"prod\" {{\n  auth {{\n    account_id = env(\"A\")\n    client_id = env(\"B\")\n    \
                 client_secret = env(\"C\")\n  }}\n}}\nuser \"{quoted}\" {{\n  user_name = \"a@example.com\"\n  \
                 given_name = \"{quoted}\"\n}}\nrule \"all\" {{\n  connection = connection.prod\n  \
                 users = [user[\"{quoted}\"]]\n}}\n"
            ),
        );
        for args in [
            &["--sandbox", "plan"][..],
            &["--sandbox", "plan", "-format=markdown"],
            &["--sandbox", "apply", "-auto-approve"],
            &["--sandbox", "state", "list"],
            &["--sandbox", "show"],
            &["-vvv", "--sandbox", "plan"],
            &["fmt", "-check", "-diff"],
            &["validate"],
            &["plan", evil],
            &["-C", evil, "plan"],
        ] {
            let ran = case.run(args);
            assert_eq!(commands(&ran), none, "{args:?} {ran}");
        }
    }
}

#[test]
fn case_55_backend_methods_from_files() {
    let service = Service::new(Manners::default());
    let case = Case::at("55-backend-methods-from-files", &service);
    let token = [&VARIABLES[..], &[("ENROLL_HTTP_TOKEN", "tok-of-the-store-123456")]].concat();
    let allowed = [&token[..], &[("ENROLL_ALLOW_HOSTS", "127.0.0.1")]].concat();
    for variables in [&token, &allowed] {
        for args in
            [&["validate"][..], &["apply", "-auto-approve"], &["force-unlock", "-force", "x"]]
        {
            let ran = case.env.run_with(args, variables);
            assert_eq!(ran.code, 1, "{ran}");
            assert!(ran.stderr.contains("main.hcl:5"), "{ran}");
        }
    }
    assert_eq!(service.take_seen().len(), 0);
}

#[test]
fn a_store_on_this_machine_gets_credentials_where_the_operator_says_so() {
    let service = Service::new(Manners::default());
    let case = Case::at("45-journal-in-the-repository", &service);
    let token = [&VARIABLES[..], &[("ENROLL_HTTP_TOKEN", "tok-of-the-store-123456")]].concat();
    let ran = case.env.run_with(&["plan"], &token);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stderr.contains("ENROLL_ALLOW_HOSTS=127.0.0.1"), "{ran}");
    assert_eq!(service.take_seen().len(), 0);
    let allowed = [&token[..], &[("ENROLL_ALLOW_HOSTS", "127.0.0.1")]].concat();
    let ran = case.env.run_with(&["plan"], &allowed);
    assert_eq!(ran.code, 0, "{ran}");
}

/// Files of Enroll's own, as a pull request could bring them.
#[test]
fn what_git_tracks_is_not_enrolls_own() {
    for name in [
        ".enroll/remote/enroll.state.json.journal",
        ".enroll/backend.json",
        ".enroll/cache/prod.json",
        ".enroll/seen.json",
        ".enroll/sandbox/enroll.state.json",
        ".Enroll/cache/prod.json",
        "enroll.state.json",
        "enroll.state.json.journal",
        "enroll.state.json.backup",
        "enroll.state.json.lock",
        "enroll.state.json.lock.info",
        "Enroll.State.json.Journal",
        "ENROLL~1/cache/prod.json",
    ] {
        for below in ["", "zoom/"] {
            let case = Case::new("47-git-inherits-secrets");
            let main = case.env.read("main.hcl");
            let whole = format!("{below}{name}");
            let folder = case.env.path().join(&whole);
            fs::create_dir_all(folder.parent().unwrap()).unwrap();
            case.write(&format!("{below}main.hcl"), main);
            case.write(&whole, "{}");
            git(&case.env, ".", &["init", "-q"]);
            commit(&case.env, ".");
            let folder = format!("./{below}");
            for args in
                [&["--sandbox", "plan"][..], &["apply", "-auto-approve"], &["state", "list"]]
            {
                let ran = case.run(&[&["-C", folder.as_str()], args].concat());
                assert_eq!(ran.code, 1, "{whole}: {ran}");
                assert!(ran.stderr.contains(&format!("git tracks `{name}`")), "{whole}: {ran}");
            }
            // Once it is tracked no more, it is this machine's.
            git(&case.env, ".", &["rm", "-rq", "--cached", &whole]);
            let ran = case.run(&["-C", &folder, "validate"]);
            assert_eq!(ran.code, 0, "{ran}");
            let ran = case.run(&["-C", &folder, "--sandbox", "plan"]);
            assert!(!ran.stderr.contains("git tracks"), "{ran}");
        }
    }
}

#[test]
fn no_folder_of_enrolls_own_is_a_submodule() {
    let other = TestEnv::with(&[("remote", "x")]);
    git(&other, ".", &["init", "-q", "-b", "main"]);
    commit(&other, ".");
    let case = Case::new("47-git-inherits-secrets");
    git(&case.env, ".", &["init", "-q"]);
    git(
        &case.env,
        ".",
        &["submodule", "--quiet", "add", other.path().to_str().unwrap(), ".enroll"],
    );
    commit(&case.env, ".");
    let ran = case.run(&["--sandbox", "plan"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stderr.contains("git tracks `.enroll`"), "{ran}");
}

#[test]
fn a_bare_repository_hides_nothing_that_is_tracked() {
    let case = Case::new("47-git-inherits-secrets");
    git(&case.env, ".", &["init", "-q"]);
    let bare = case.env.path().join("bare");
    git(&case.env, ".", &["init", "-q", "--bare", bare.to_str().unwrap()]);
    for name in ["HEAD", "config", "objects", "refs"] {
        fs::rename(bare.join(name), case.env.path().join(name)).unwrap();
    }
    for folder in ["objects", "refs"] {
        case.write(&format!("{folder}/.keep"), "");
    }
    case.write("enroll.state.json.journal", "{}");
    commit(&case.env, ".");
    let ran = case.run(&["--sandbox", "plan"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stderr.contains("git tracks `enroll.state.json.journal`"), "{ran}");
}

#[test]
fn a_state_in_git_needs_the_operators_word() {
    let case = Case::new("47-git-inherits-secrets");
    git(&case.env, ".", &["init", "-q"]);
    case.write("enroll.state.json", "");
    commit(&case.env, ".");
    let word = |value| case.env.run_with(&["--sandbox", "plan"], &[("ENROLL_STATE_IN_GIT", value)]);
    for (value, code) in [("1", 0), ("", 1), ("0", 1)] {
        let ran = word(value);
        assert_eq!(ran.code, code, "{value}: {ran}");
        assert_eq!(ran.stderr.contains("ENROLL_STATE_IN_GIT=1"), code == 1, "{ran}");
    }
    // The rest of what is Enroll's own is nobody's to change.
    case.write("enroll.state.json.journal", "");
    commit(&case.env, ".");
    assert_eq!(word("1").code, 1);
}

/// What a pipeline may leave beside the files, as the case has it.
const KEY: &str = "gha-creds-0f3a9c.json";

/// A configuration that puts `what` into everybody's title.
fn reading(what: &str) -> String {
    format!(
        "connection \"prod\" {{\n  auth {{\n    account_id    = env(\"ZOOM_ACCOUNT_ID\")\n    \
         client_id     = env(\"ZOOM_CLIENT_ID\")\n    client_secret = env(\"ZOOM_CLIENT_SECRET\")\n  }}\n}}\n\
         user \"ada\" {{\n  user_name = \"ada@example.com\"\n  title     = {what}\n}}\n\
         rule \"all\" {{\n  connection = connection.prod\n  users      = [user.ada]\n}}\n"
    )
}

#[test]
fn case_48_credentials_in_the_workspace() {
    let case = Case::new("48-credentials-in-the-workspace");
    let hidden = ["MADE-UP-FOR-THIS-CASE", "PRIVATE KEY", "service_account"];
    let refuses = |case: &Case, args: &[&str], variables: &[(&str, &str)]| {
        let ran = case.env.run_with(args, &[&VARIABLES[..], variables].concat());
        assert_eq!(ran.code, 1, "{args:?} {ran}");
        for word in hidden {
            assert!(!ran.says(word), "{args:?} {word}: {ran}");
        }
    };
    let key = case.env.path().join(KEY);
    let key = key.to_str().unwrap();
    let named = [("GOOGLE_APPLICATION_CREDENTIALS", key)];
    for variables in [&named[..], &[]] {
        for args in
            [&["--sandbox", "plan"][..], &["validate"], &["--sandbox", "plan", "-format=json"]]
        {
            refuses(&case, args, variables);
        }
    }
    // By other ways, and whatever is in it where the environment names it.
    for variable in [
        "GOOGLE_APPLICATION_CREDENTIALS",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AZURE_FEDERATED_TOKEN_FILE",
        "ZOOM_SECRET_FILE",
        "SIGNING_KEY_FILE",
    ] {
        let case = Case::new("48-credentials-in-the-workspace");
        fs::create_dir(case.env.path().join("creds")).unwrap();
        case.write("creds/named.txt", "MADE-UP-FOR-THIS-CASE");
        let at = |name: &str| case.env.path().join(name);
        symlink(at("creds/named.txt"), at("link.txt")).unwrap();
        fs::hard_link(at("creds/named.txt"), at("hard.txt")).unwrap();
        for name in ["creds/named.txt", "./creds/named.txt", "link.txt", "hard.txt"] {
            case.write("main.hcl", reading(&format!("file({name:?})")));
            for value in ["creds/named.txt", at("creds/named.txt").to_str().unwrap(), "link.txt"] {
                refuses(&case, &["--sandbox", "plan"], &[(variable, value)]);
                // As it is named depends on where Enroll is started, and on the folder.
                let folder = case.env.path().to_str().unwrap();
                refuses(&case, &["-C", folder, "validate"], &[(variable, value)]);
            }
            let ran = case.run(&["--sandbox", "plan"]);
            assert_eq!(ran.code, 0, "nobody says that it is a secret: {ran}");
        }
    }
}

#[test]
fn a_key_is_read_by_no_way() {
    let hidden = ["MADE-UP-FOR-THIS-CASE"];
    let csv = "directory \"d\" {\n  csv = \"x.csv\"\n  key = \"type\"\n}\n";
    for (name, args, main) in [
        ("x.json", &["--sandbox", "plan"][..], reading("file(\"x.json\")")),
        ("x.json", &["--sandbox", "plan"], reading("jsondecode(file(\"x.json\")).private_key")),
        ("x.json", &["--sandbox", "plan"], reading("templatefile(\"x.json\", {})")),
        ("x.json", &["--sandbox", "plan"], reading("filesha256(\"x.json\")")),
        ("x.csv", &["validate"], format!("{}{csv}", reading("null"))),
        ("other.hcl", &["validate"], reading("null")),
        ("x.auto.vars.hcl", &["validate"], reading("null")),
        ("x.vars.hcl", &["validate", "-var-file=x.vars.hcl"], reading("null")),
        ("out.vars.hcl", &["validate", "-var-file=out.vars.hcl"], reading("null")),
        ("other.hcl", &["fmt", "-check", "-diff"], reading("null")),
    ] {
        for linked in [false, true] {
            let case = Case::new("48-credentials-in-the-workspace");
            case.write("main.hcl", &main);
            let key = case.env.path().join(KEY);
            let path = case.env.path().join(name);
            let elsewhere = TestEnv::new();
            if name == "out.vars.hcl" {
                elsewhere.write("vars.hcl", "password = \"MADE-UP-FOR-THIS-CASE\" }");
                symlink(elsewhere.path().join("vars.hcl"), path).unwrap();
            } else if linked {
                symlink(key, path).unwrap();
            } else {
                fs::rename(key, path).unwrap();
            }
            let ran = case.run(args);
            assert_ne!(ran.code, 0, "{name} {args:?} {ran}");
            for word in hidden {
                assert!(!ran.says(word), "{name} {args:?} {word}: {ran}");
            }
        }
    }
}

/// The lines of a journal that says of boss that nothing protects them, and of a stranger that they are Enroll's.
fn forged(state: &Value, run: Option<&str>) -> String {
    let prod = &state["connections"]["prod"];
    let mut boss = prod["accounts"]["boss"].clone();
    for key in ["protect", "protected", "flags", "prevent_removal"] {
        boss.as_object_mut().unwrap().remove(key);
    }
    let stranger = json!({
        "id": null, "user_name": "stranger@example.com", "status": "active", "origin": "created",
        "rules": ["all"], "written": {}, "updated": "2026-01-01T00:00:00Z",
    });
    let mut begin = json!({
        "format_version": "1.1", "lineage": state["lineage"], "serial": state["serial"],
        "fingerprints": {"prod": prod["fingerprint"]},
    });
    if let Some(run) = run {
        begin["run"] = run.into();
    }
    let done = |key: &str, record: &Value| {
        let step = json!({
            "action": "update", "id": record["id"], "user_name": record["user_name"], "result": "done",
            "error": null, "tracking_id": null, "at": "2026-11-28T15:26:28Z",
        });
        json!({"done": {"connection": "prod", "key": key, "record": record, "step": step}})
    };
    let lines = [json!({ "begin": begin }), done("boss", &boss), done("stranger", &stranger)];
    lines.map(|line| format!("{line}\n")).concat()
}

#[test]
fn case_45_journal_in_the_repository() {
    let service = Service::new(Manners::default());
    service.add("stranger@example.com");
    let case = Case::at("45-journal-in-the-repository", &service);
    let main = case.env.read("main.hcl");
    let open = main.replace("    protect      = [\"boss@example.com\"]\n", "");
    assert_ne!(main, open);
    case.write("main.hcl", &open);
    case.apply(&[], 0);
    case.write("main.hcl", &main);
    case.apply(&[], 0);
    let state = service.store();
    // An apply that ended leaves nothing that a journal could belong to.
    assert_eq!(state["runs"], Value::Null, "{state:#}");
    let evil = open.replace("[user.boss, user.a]", "[user.a]");
    for run in [None, Some(""), Some("00000000-0000-4000-8000-000000000000")] {
        for tracked in [false, true] {
            let other = Case::with(&evil, &service);
            fs::create_dir_all(other.env.path().join(".enroll/remote")).unwrap();
            let journal = ".enroll/remote/enroll.state.json.journal";
            other.write(journal, forged(&state, run));
            if tracked {
                git(&other.env, ".", &["init", "-q"]);
                commit(&other.env, ".");
            }
            for args in [&["plan"][..], &["apply", "-auto-approve"]] {
                let ran = other.run(args);
                assert!(service.is_active("boss@example.com"), "{ran}");
                assert!(service.is_active("stranger@example.com"), "{ran}");
                if tracked {
                    assert_eq!(ran.code, 1, "{ran}");
                    assert!(ran.stderr.contains(&format!("git tracks `{journal}`")), "{ran}");
                } else {
                    assert!(ran.stderr.contains("is left out"), "{ran}");
                    assert!(ran.says("boss") && !ran.says("stranger@"), "{ran}");
                }
            }
            // It is out of the way for whoever runs the next apply.
            assert_eq!(other.env.path().join(journal).exists(), tracked);
        }
    }
}

#[test]
fn what_a_run_left_behind_is_taken_in_where_the_store_knows_of_it_and_said_aloud() {
    let service = Service::new(Manners::default());
    let case = Case::at("45-journal-in-the-repository", &service);
    case.killed(&service, 1);
    let runs = service.store()["runs"].clone();
    let run = runs[0].as_str().unwrap_or_else(|| panic!("{runs}"));
    assert_eq!(run.len(), 36);
    let ran = case.run(&["plan"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.stderr.contains(&format!("run {}", &run[..8])), "{ran}");
    assert!(ran.stderr.contains("1 more of unknown outcome"), "{ran}");
    // Whoever reads the log can't make a journal of it.
    assert!(!ran.says(run), "{ran}");
    case.apply(&[], 0);
    assert_eq!(service.store()["runs"], Value::Null);
    let ran = case.plan(&[], 0);
    assert!(!ran.stderr.contains("journal"), "{ran}");
}

#[test]
fn case_53_token_said_back_as_a_name() {
    let service = Service::new(Manners { echo: true, ..Manners::default() });
    service.add("u1@example.com");
    let case = Case::at("53-token-said-back-as-a-name", &service);
    let mut said = Vec::new();
    for args in [
        &["plan", "-out", "plan.json"][..],
        &["plan", "-format=json"],
        &["plan", "-format=markdown"],
        &["plan", "-format=html"],
        &["show", "plan.json"],
        &["apply", "-auto-approve", "-first-run", "-audit-log=audit.jsonl"],
        &["show"],
    ] {
        let ran = case.run(args);
        assert!(!ran.says(TOKEN), "{args:?} {ran}");
        said.push(ran.stdout);
    }
    assert!(said.iter().any(|said| said.contains("(sensitive)")), "{said:#?}");
    for name in case.env.files() {
        assert!(!case.env.read(&name).contains(TOKEN), "{name}");
    }
}

#[test]
fn a_folder_over_a_link_that_leaves_the_repository() {
    let elsewhere = TestEnv::copy_of(Case::new("47-git-inherits-secrets").env.path());
    let case = Case::new("46-bare-repository-fools-diff");
    let at = |name: &str| case.env.path().join(name);
    symlink(elsewhere.path(), at("out")).unwrap();
    symlink("zoom", at("in")).unwrap();
    fs::create_dir(at("below")).unwrap();
    symlink("../zoom", at("below/up")).unwrap();
    for with_git in [false, true] {
        if with_git {
            git(&case.env, ".", &["init", "-q"]);
        }
        for (folder, code) in [("out", 1), ("./out", 1), ("in", 0), ("below/up", 0), ("zoom", 0)] {
            let ran = case.run(&["-C", folder, "validate"]);
            assert_eq!(ran.code, code, "{folder}: {ran}");
            assert_eq!(ran.stderr.contains("over a link"), code == 1, "{folder}: {ran}");
        }
    }
    // However it is written, and below it.
    fs::create_dir(elsewhere.path().join("more")).unwrap();
    for folder in [at("out").to_str().unwrap(), at("out/more").to_str().unwrap(), "below/../out"] {
        let ran = case.run(&["-C", folder, "validate"]);
        assert_eq!(ran.code, 1, "{folder}: {ran}");
        assert!(ran.stderr.contains("over a link"), "{folder}: {ran}");
    }
    let ran = case.run(&["-C", elsewhere.path().to_str().unwrap(), "validate"]);
    assert_eq!(ran.code, 0, "{ran}");
}

/// What nobody can see is refused in an address by its number, and shown as an escape everywhere else.
#[test]
fn case_50_invisible_characters() {
    let case = Case::new("50-invisible-characters");
    let ran = case.run(&["validate"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stderr.contains("an invisible character, U+FE0F"), "{ran}");
    for (setting, code) in [
        ("domains = [\"exam\u{115f}ple.com\"]", "U+115F"),
        ("guard {\n    protect = [\"boss\u{200b}@example.com\"]\n  }", "U+200B"),
        ("guard {\n    protect = [\"boss\u{3000}@example.com\"]\n  }", "U+3000"),
    ] {
        let main = case.env.read("main.hcl");
        case.write("main.hcl", main.replacen("  auth {", &format!("  {setting}\n  auth {{"), 1));
        let ran = case.run(&["validate"]);
        case.write("main.hcl", main);
        assert!(ran.stderr.contains(code), "{ran}");
    }
    let nobody_sees = ['\u{fe0f}', '\u{115f}', '\u{a0}'];
    assert!(!ran.stderr.contains(nobody_sees), "{ran}");
    let main = case.env.read("main.hcl");
    case.write(
        "main.hcl",
        main.replace("ada\u{fe0f}@", "ada2@").replace("Ad\u{115f}a", "Ad\u{115f}\u{a0}a"),
    );
    for format in ["text", "markdown", "html"] {
        let ran = case.run(&["-sandbox", "plan", &format!("-format={format}")]);
        assert_eq!(ran.code, 0, "{ran}");
        assert!(ran.stdout.contains("Ad\\u{115f}\\u{a0}a"), "{ran}");
        assert!(!ran.stdout.contains(nobody_sees), "{ran}");
    }
}

/// Whatever an expression makes of a person's data, a redacted plan shows none of it; what the configuration writes
/// down may be shown.
#[test]
fn case_54_redact_undone_by_the_mapping() {
    let case = Case::new("54-redact-undone-by-the-mapping");
    let main = case.env.read("main.hcl");
    let more = "    division = upper(substr(person.last, 1, 4))\n    \
                organization = \"Analytical Engines\"\n    \
                locale = person.salary > 9 ? \"xx-secret\" : \"yy-secret\"\n    \
                roles = [\"Member\", join(\"\", reverse(split(\"\", person.first)))]\n    \
                licenses = { (replace(person.last, \"V\", \"W\")) = true }\n  }";
    case.write(
        "main.hcl",
        format!("{}{more}\n}}\n", main.trim_end().strip_suffix("  }\n}").unwrap()),
    );
    let words =
        ["YWRhLmFs", "alvarez", "V3lard3", "Velarde", "90123", "ELAR", "secret", "adA", "Welarde"];
    let open = case.run(&["-sandbox", "plan", "-out=plan.json"]);
    assert!(open.code == 0 && words.iter().all(|word| open.says(word)), "{open}");
    for format in ["text", "json", "markdown", "html"] {
        let format = format!("-format={format}");
        for command in
            [&["plan", "-redact", "-show-unmanaged"][..], &["show", "-redact", "plan.json"]]
        {
            let ran = case.run(&[&["-sandbox"], command, &[format.as_str()]].concat());
            assert_eq!(ran.code, 0, "{ran}");
            for word in words {
                assert!(!ran.says(word), "{word}: {ran}");
            }
            let shown = format.ends_with("gitlab") || ran.stdout.contains("Analytical Engines");
            assert!(shown && ran.stdout.contains("Member"), "{ran}");
        }
    }
}
