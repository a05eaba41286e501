//! `enroll fmt`: files, links, permissions and exit codes. What a layout is, the samples show.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::support::{Ran, TestEnv, repository};

const UGLY: &str = "user ada {\nuser_name=\"ada@example.com\"\n}\n";
const NEAT: &str = "user \"ada\" {\n  user_name = \"ada@example.com\"\n}\n";

fn piped(env: &TestEnv, args: &[&str], text: &str) -> Ran {
    let mut command = env.command(args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    env.ended(child.wait_with_output().unwrap())
}

#[test]
fn every_file_of_the_folder_is_laid_out_and_named() {
    let env = TestEnv::with(&[
        ("a.hcl", UGLY),
        ("b.hcl", NEAT),
        ("c.auto.vars.hcl", "domain=\"x\""),
        (".d.hcl", UGLY),
        ("e.tf", UGLY),
    ]);
    fs::create_dir(env.path().join("sub.hcl")).unwrap();
    let check = env.run(&["fmt", "-check"]);
    assert_eq!((check.code, check.stdout.as_str()), (3, "a.hcl\nc.auto.vars.hcl\n"), "{check}");
    assert_eq!(env.read("a.hcl"), UGLY);

    let ran = env.run(&["fmt"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "a.hcl\nc.auto.vars.hcl\n"), "{ran}");
    assert_eq!((env.read("a.hcl"), env.read("b.hcl")), (NEAT.to_owned(), NEAT.to_owned()));
    assert_eq!(env.read("c.auto.vars.hcl"), "domain = \"x\"");
    assert_eq!((env.read(".d.hcl"), env.read("e.tf")), (UGLY.to_owned(), UGLY.to_owned()));
    let again = env.run(&["fmt", "--check", "--diff"]);
    assert_eq!((again.code, again.stdout.as_str()), (0, ""), "{again}");
}

#[test]
fn a_diff_shows_no_secret() {
    let env = TestEnv::with(&[
        (
            "a.hcl",
            "auth {\nclient_secret=\"hunter2\"\n}\nvariable s {\nsensitive=true\ndefault=\"hunter2\"\n}\n",
        ),
        ("b.auto.vars.hcl", "pin=\"hunter2\"\npins=[\n\"hunter2\",\n]\nlong=<<E\nhunter2\nE\n"),
    ]);
    for args in [&["fmt", "--check", "--diff"][..], &["fmt", "--diff"]] {
        let ran = env.run(args);
        assert!(ran.says("+  client_secret = *********"), "{ran}");
        assert!(ran.says("+pin = *********\n"), "{ran}");
        assert!(!ran.says("hunter2"), "{ran}");
    }
    assert!(env.read("b.auto.vars.hcl").contains("pin = \"hunter2\""));
}

#[test]
fn a_diff_shows_what_changes() {
    let env = TestEnv::with(&[("a.hcl", UGLY)]);
    let ran = env.run(&["fmt", "--check", "--diff"]);
    insta::assert_snapshot!(ran, @r#"
    exit 3
    --- stdout
    a.hcl
    --- a.hcl
    +++ a.hcl
    @@ -1,3 +1,3 @@
    -user ada {
    -user_name="ada@example.com"
    +user "ada" {
    +  user_name = "ada@example.com"
     }
    --- stderr
    "#);
}

#[test]
fn named_files_may_stand_anywhere_and_errors_stop_no_other_file() {
    let env = TestEnv::with(&[("a.hcl", UGLY), ("bad.hcl", "a = [\n"), ("b.txt", UGLY)]);
    let other = TestEnv::with(&[("c.hcl", UGLY)]);
    let outside = other.path().join("c.hcl");
    let args = ["fmt", "bad.hcl", "b.txt", "gone.hcl", ".", outside.to_str().unwrap(), "a.hcl"];
    let ran = env.run(&args);
    assert_eq!(ran.code, 1, "{ran}");
    for said in [
        "this `[` is never closed",
        "bad.hcl:1:5",
        "`b.txt` is not `*.hcl`",
        "`gone.hcl` can't be read",
        "`.` is a folder",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {ran}");
    }
    assert_eq!((env.read("a.hcl"), other.read("c.hcl")), (NEAT.to_owned(), NEAT.to_owned()));
    assert_eq!((env.read("bad.hcl"), env.read("b.txt")), ("a = [\n".to_owned(), UGLY.to_owned()));
}

#[test]
fn a_dash_reads_from_one_end_and_writes_to_the_other() {
    let env = TestEnv::new();
    for (args, text, code, expected) in [
        (&["fmt", "-"][..], UGLY, 0, NEAT),
        (&["fmt", "-"], NEAT, 0, NEAT),
        (&["fmt", "--check", "-"], UGLY, 3, "<stdin>\n"),
        (&["fmt", "--check", "-"], NEAT, 0, ""),
        (&["fmt", "-"], "a = [", 1, ""),
        (&["fmt", "-", "a.hcl"], UGLY, 1, ""),
    ] {
        let ran = piped(&env, args, text);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, expected), "{args:?}: {ran}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_permissions_and_a_link_stays_one() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let env = TestEnv::with(&[("a.hcl", UGLY)]);
    let mode =
        |name: &str| fs::metadata(env.path().join(name)).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(env.path().join("a.hcl"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("a.hcl", env.path().join("b.hcl")).unwrap();
    let ran = env.run(&["fmt", "b.hcl"]);
    assert_eq!((ran.code, env.read("a.hcl").as_str(), mode("a.hcl")), (0, NEAT, 0o640), "{ran}");
    assert!(env.path().join("b.hcl").is_symlink());
    assert_eq!(env.files(), ["a.hcl", "b.hcl"]);
}

/// What is shown to others, and what `init` writes, is laid out already.
#[test]
fn examples_the_starter_and_the_readme_are_canonical() {
    let env = TestEnv::new();
    assert_eq!(env.run(&["init"]).code, 0);
    let check = env.run(&["fmt", "--check", "--diff"]);
    assert_eq!(check.code, 0, "{check}");
    for entry in fs::read_dir(repository("examples")).unwrap() {
        let folder = entry.unwrap().path();
        let check = env.run(&["-C", folder.to_str().unwrap(), "fmt", "--check", "--diff"]);
        assert_eq!(check.code, 0, "{check}");
    }
    let readme = fs::read_to_string(repository("README.md")).unwrap();
    let blocks: Vec<&str> = readme.split("\n```hcl\n").skip(1).collect();
    assert!(blocks.len() > 3);
    for block in blocks {
        let text = format!("{}\n", block.split("\n```").next().unwrap());
        let check = piped(&env, &["fmt", "--check", "--diff", "-"], &text);
        assert_eq!(check.code, 0, "{check}");
    }
}

#[test]
fn the_hooks_of_pre_commit_name_commands_that_exist() {
    let hooks = fs::read_to_string(repository(".pre-commit-hooks.yaml")).unwrap();
    let entries: Vec<&str> =
        hooks.lines().filter_map(|line| line.trim().strip_prefix("entry: enroll ")).collect();
    assert_eq!(entries, ["fmt", "validate"]);
    assert_eq!(hooks.matches("- id: ").count(), entries.len());
    let env = TestEnv::new();
    for entry in entries {
        assert_eq!(env.run(&[entry, "--help"]).code, 0, "{entry}");
    }
    // `args` are put behind the entry, and files behind them.
    env.write("a.hcl", UGLY);
    assert_eq!(env.run(&["fmt", "-C", ".", "a.hcl"]).code, 0);
    assert_eq!(env.read("a.hcl"), NEAT);
}
