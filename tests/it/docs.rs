//! What the documentation shows is what happens: every folder of `examples/` runs, and every block of
//! the README.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{TestEnv, copy_folder, repository};

fn examples() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(repository("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    names
}

/// To write the plans anew: `ENROLL_BLESS=1 cargo test examples_do_what_they_show`
#[test]
fn examples_do_what_they_show() {
    for name in examples() {
        let folder = repository("examples").join(&name);
        let env = TestEnv::copy_of(&folder);
        let valid = env.run(&["validate"]);
        assert!(valid.code == 0 && valid.stderr.is_empty(), "{name}: {valid}");

        let plan = env.sandbox(&["plan", "--detailed-exitcode"]);
        assert!(plan.code == 2 && plan.stderr.is_empty(), "{name}: {plan}");
        if std::env::var_os("ENROLL_BLESS").is_some() {
            fs::write(folder.join("plan.txt"), &plan.stdout).unwrap();
        }
        let shown = fs::read_to_string(folder.join("plan.txt")).unwrap();
        assert!(shown == plan.stdout, "{name}: plan.txt is not what `--sandbox plan` prints");
        assert!(folder.join("README.md").exists(), "{name} has no README.md");

        env.applied();
        let again = env.sandbox(&["plan", "-detailed-exitcode"]);
        assert_eq!((again.code, again.last()), (0, "No changes."), "{name}: {again}");
    }
}

/// A fenced block of a Markdown file.
struct Fence {
    language: String,
    line: usize,
    text: String,
}

fn fences(path: &str) -> Vec<Fence> {
    let text = fs::read_to_string(repository(path)).unwrap();
    let mut found: Vec<Fence> = Vec::new();
    let mut open = false;
    for (at, line) in text.lines().enumerate() {
        match line.strip_prefix("```") {
            Some("") if open => open = false,
            Some(language) => {
                assert!(!open, "{path}:{}: the block before is not closed", at + 1);
                open = true;
                found.push(Fence { language: language.into(), line: at + 1, text: String::new() });
            }
            None if open => {
                let fence = found.last_mut().unwrap();
                fence.text.push_str(line);
                fence.text.push('\n');
            }
            None => {}
        }
    }
    found
}

/// The `hcl` blocks of the README make one configuration, as its text says.
#[test]
fn readme_configuration_is_valid_and_plans() {
    let env = TestEnv::new();
    let mut blocks = 0;
    for fence in fences("README.md").iter().filter(|fence| fence.language == "hcl") {
        env.write(&format!("readme-{:04}.hcl", fence.line), &fence.text);
        blocks += 1;
    }
    assert!(blocks > 3, "the README has lost its configuration");
    for fence in fences("README.md").iter().filter(|fence| fence.language == "csv") {
        env.write("people.csv", &fence.text);
    }
    let valid = env.run(&["validate"]);
    assert!(valid.code == 0 && valid.stderr.is_empty(), "{valid}");
    env.applied();
    let again = env.sandbox(&["plan"]);
    assert_eq!(again.last(), "No changes.", "{again}");
}

/// What the README shows of a directory that is a service goes with the rest of it. No example can run
/// it, since nobody is there to be asked.
#[test]
fn the_directory_of_the_readme_that_is_a_service_is_valid() {
    let env = TestEnv::new();
    let shown =
        fences("README.md").into_iter().find(|fence| fence.text.contains("  scim {")).unwrap();
    let connection = "connection \"prod\" {\n  auth {\n    account_id = env(\"A\")\n    client_id = env(\"B\")\n    client_secret = env(\"C\")\n  }\n}\n";
    env.write("main.hcl", format!("{connection}\n{}", shown.text));
    let refused = env.run(&["validate"]);
    assert!(
        refused.code == 1 && refused.stderr.contains("may not be sent to `acme.example.com`"),
        "{refused}"
    );
    let local = shown.text.replace("https://acme.example.com", "https://localhost");
    env.write("main.hcl", format!("{connection}\n{local}"));
    let valid = env.run(&["validate"]);
    let note = "note: directory `okta` is not read here";
    assert!(valid.code == 0 && valid.stderr.starts_with(note), "{valid}");
}

/// Every `sh` block of every README runs and ends well, one after another in one copy of the examples.
/// Commands that build Enroll are stood in for by the binary that is built already.
#[test]
fn every_shell_block_runs() {
    let mut files = vec!["README.md".to_owned()];
    files.extend(examples().iter().map(|name| format!("examples/{name}/README.md")));
    let mut ran = 0;
    for file in files {
        let env = TestEnv::new();
        copy_folder(&repository("examples"), &env.path().join("examples"));
        for fence in fences(&file).into_iter().filter(|fence| fence.language == "sh") {
            let script: String = fence
                .text
                .lines()
                .filter(|line| !["cargo install --path .", "tests/run.sh"].contains(line))
                .map(|line| line.replace("cargo run --release --", "enroll") + "\n")
                .collect();
            let mut shell = Command::new("bash");
            env.prepare(&mut shell);
            let binary = Path::new(env!("CARGO_BIN_EXE_enroll")).parent().unwrap();
            let path = std::env::var("PATH").unwrap();
            shell.env("PATH", format!("{}:{path}", binary.display()));
            shell.env("HOME", env.path());
            let block = env.finish(shell.args(["-euo", "pipefail", "-c", &script]));
            assert!(block.code == 0, "{file}:{}: {block}", fence.line);
            ran += 1;
        }
    }
    assert!(ran > 8, "the READMEs have lost their commands");
}

/// Languages of blocks that no test looks into are a list, so that a new one is a decision.
#[test]
fn every_block_of_the_readme_is_of_a_known_kind() {
    for fence in fences("README.md") {
        let known = ["sh", "hcl", "csv", "text", "json"].contains(&fence.language.as_str());
        assert!(known, "README.md:{}: a block of language `{}`", fence.line, fence.language);
    }
}

/// The README names every flag of every command, and none that does not exist.
#[test]
fn the_readme_names_every_flag() {
    let env = TestEnv::new();
    let commands = [
        &["init"][..],
        &["force-unlock"],
        &["state", "push"],
        &["fmt"],
        &["validate"],
        &["test-connection"],
        &["plan"],
        &["apply"],
        &["show"],
        &["diff"],
        &["state", "list"],
        &["state", "show"],
        &["sandbox"],
        &["completions"],
        &["version"],
    ];
    let top = env.run(&["--help"]).stdout;
    let listed = top.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed: Vec<&str> = listed.map_while(|line| line.split_whitespace().next()).collect();
    for command in &listed {
        let known = *command == "help" || commands.iter().any(|c| c.first() == Some(command));
        assert!(known, "`{command}` is a new command: add it here and to the README");
    }
    let flag = regex::Regex::new(r"(?m)(?:^|[\s`'(])--([a-z][a-z-]+)").unwrap();
    let flags = |text: &str| -> BTreeSet<String> {
        flag.captures_iter(text).map(|found| found[1].to_owned()).collect()
    };
    let readme = fs::read_to_string(repository("README.md")).unwrap();
    let known: BTreeSet<String> = commands
        .iter()
        .flat_map(|command| flags(&env.run(&[command, &["-h"][..]].concat()).stdout))
        .collect();
    // Cargo's own, of the commands that build.
    let named: BTreeSet<String> = flags(&readme)
        .into_iter()
        .filter(|flag| !["release", "path", "features"].contains(&flag.as_str()))
        .collect();
    assert_eq!(named, known);
    for command in listed.iter().filter(|command| **command != "help") {
        assert!(readme.contains(&format!("| `{command}")) || *command == "state", "{command}");
    }
}

/// What the README says of functions is what there is; `env` stands apart.
#[test]
fn the_readme_names_functions_that_exist() {
    let readme = fs::read_to_string(repository("README.md")).unwrap();
    let from = readme.find("`lower upper").unwrap() + 1;
    let names = readme.get(from..).unwrap().split('`').next().unwrap();
    assert!(names.split_whitespace().count() > 60);
    let calls: Vec<String> =
        names.split_whitespace().map(|name| format!("  {name} = {name}()")).collect();
    let locals = format!("locals {{\n  wrong = uper(\"a\")\n{}\n}}\n", calls.join("\n"));
    let found = TestEnv::with(&[("a.hcl", &locals)]).run(&["validate"]).stderr;
    assert_eq!(found.matches("no function").count(), 1, "{found}");
}
