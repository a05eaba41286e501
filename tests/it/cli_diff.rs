//! `enroll diff` over the history of real repositories.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{MAIN, PEOPLE, Ran, TestEnv};

/// Runs git in a folder below the environment's, as nobody in particular, and returns what it says.
fn git(env: &TestEnv, folder: &str, args: &[&str]) -> String {
    let mut command = std::process::Command::new("git");
    env.prepare(&mut command);
    for name in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{name}_NAME"), "Nobody")
            .env(format!("GIT_{name}_EMAIL"), "n@x.org");
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let ran = env.finish(command.current_dir(env.path().join(folder)).args(args));
    assert_eq!(ran.code, 0, "git {args:?}: {ran}");
    ran.stdout.trim().to_owned()
}

fn commit(env: &TestEnv, message: &str) -> String {
    git(env, ".", &["add", "-A"]);
    git(env, ".", &["commit", "-q", "--allow-empty", "-m", message]);
    git(env, ".", &["rev-parse", "HEAD"])
}

/// A repository with the company in it, committed on `main`.
fn repository() -> TestEnv {
    let env = TestEnv::staff();
    git(&env, ".", &["init", "-q", "-b", "main"]);
    commit(&env, "company");
    env
}

fn diff(env: &TestEnv, args: &[&str]) -> Ran {
    env.run(&[&["diff"], args].concat())
}

/// One change a line.
fn short(ran: &Ran) -> String {
    let plan: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran}"));
    let line = |change: &Value| {
        let steps: Vec<&str> =
            change["actions"].as_array().unwrap().iter().map(|a| a.as_str().unwrap()).collect();
        let address = change["address"].as_str().unwrap();
        format!("{address} {} {}", steps.join("+"), change["reason"].as_str().unwrap())
    };
    plan["changes"].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

fn changes(env: &TestEnv, args: &[&str]) -> String {
    let ran = diff(env, &[&["--format=json"], args].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran}");
    short(&ran)
}

#[test]
fn the_work_tree_is_compared_with_a_revision() {
    let env = repository();
    assert_eq!(changes(&env, &["main"]), "");
    env.write("people.csv", PEOPLE.replace("Grace,Eng", "Grace,Res").replace("E3,joan", "E4,new"));
    let ran = diff(&env, &["main", "-detailed-exitcode"]);
    let text = ran.to_string();
    let id = git(&env, ".", &["rev-parse", "main"]);
    insta::assert_snapshot!(text.replace(&id[..10], "COMMIT"), @r#"
    exit 2
    --- stdout
    BETWEEN main (COMMIT) and the work tree: no service and no state was asked, so a create may turn out to be an adoption

    Removals and downgrades:

      ↓ account.prod["hr/E3"]  joan@example.com  deprovision by disable (left rule staff)
          active: true → false

    Changes:

      + account.prod["hr/E4"]  new@example.com  create (not in the account yet)
          user_name: "new@example.com"
          given_name: "Joan"
          department: "Sales"
          people.csv:4
      ~ account.prod["hr/E2"]  grace@example.com  update (changed in people.csv (team))
          department: "Engineering" → "Resineering"
          people.csv:3

    Cost at prod: 3 writes, 0 reads and 7 lists; about 10 s.
    Plan: 1 to create, 0 to adopt, 1 to update, 0 to enable, 1 to disable, 0 to delete, 0 to forget; 0 blocked, 1 unchanged.
    --- stderr
    "#);
}

#[test]
fn each_form_of_naming_revisions() {
    let env = repository();
    let company = git(&env, ".", &["rev-parse", "HEAD"]);
    git(&env, ".", &["switch", "-q", "-c", "topic"]);
    env.edit("people.csv", "Ada,Engineering", "Ada,Research");
    commit(&env, "topic");
    git(&env, ".", &["switch", "-q", "main"]);
    env.edit("people.csv", "Joan,Sales,active", "Joan,Sales,left");
    commit(&env, "main goes on");
    git(&env, ".", &["switch", "-q", "topic"]);

    let ada = "account.prod[\"hr/E1\"] update attributes_changed";
    let joan_back = "account.prod[\"hr/E3\"] enable enabled_at_source";
    let joan_out = "account.prod[\"hr/E3\"] disable disabled_at_source";
    let back = format!("{ada}\n{joan_back}");
    for (args, expected) in [
        (&["main"][..], back.as_str()),
        (&["main", "topic"], &back),
        (&["main..topic"], &back),
        (&["main..."], ada),
        (&["main...topic"], ada),
        (&["main...", "topic"], ada),
        (&["main...", "HEAD"], ada),
        (&["topic...main"], joan_out),
        (&[&company, "main"], joan_out),
        (&["main~1", "main"], joan_out),
        (&["HEAD~1", "HEAD"], ada),
    ] {
        assert_eq!(changes(&env, args), expected, "{args:?}");
    }
}

#[test]
fn deleted_rules_renamed_files_and_a_folder_below_the_top() {
    let env = TestEnv::new();
    git(&env, ".", &["init", "-q", "-b", "main"]);
    commit(&env, "empty");
    fs::create_dir_all(env.path().join("zoom/sub")).unwrap();
    env.write("zoom/main.hcl", MAIN.replace("people.csv", "sub/people.csv"));
    env.write("zoom/sub/people.csv", PEOPLE);
    env.write("people.hcl", "not of this configuration\n");
    commit(&env, "company");
    let zoom = |args: &[&str]| env.run(&[&["-C", "zoom", "diff", "--format=json"], args].concat());
    // The folder is new: everybody is.
    let ran = zoom(&["main~1"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert_eq!(short(&ran).matches("create").count(), 3, "{ran}");
    assert!(ran.stderr.contains("everybody is new"), "{ran}");

    fs::rename(env.path().join("zoom/sub/people.csv"), env.path().join("zoom/all.csv")).unwrap();
    fs::rename(env.path().join("zoom/main.hcl"), env.path().join("zoom/company.hcl")).unwrap();
    env.edit("zoom/company.hcl", "sub/people.csv", "all.csv");
    commit(&env, "renamed");
    assert_eq!(short(&zoom(&["main~1"])), "");
    assert_eq!(short(&zoom(&["main~1", "main"])), "");

    let rules = env.read("zoom/company.hcl");
    env.write("zoom/company.hcl", &rules[..rules.find("rule \"staff\"").unwrap()]);
    assert_eq!(short(&zoom(&["main"])).matches("forget rule_deleted").count(), 3);
    // Under the actions of the newer revision.
    env.edit(
        "zoom/company.hcl",
        "  guard {",
        "  actions {\n    deprovision_on_rule_deletion = true\n  }\n  guard {",
    );
    let ran = zoom(&["main"]);
    assert_eq!(short(&ran).matches("disable rule_deleted").count(), 3, "{ran}");
    let plan: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (&plan["guards"][0]["planned"], &plan["guards"][0]["tripped"]),
        (&3.into(), &true.into())
    );
}

#[test]
fn what_json_says_is_valid_and_no_plan_to_apply() {
    let schema = fs::read_to_string(crate::support::repository("schema/plan.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let env = repository();
    env.edit("people.csv", "Ada,Engineering", "Ada,Research");
    let head = commit(&env, "ada");
    for (args, head) in [
        (&["HEAD~1"][..], Value::Null),
        (&["HEAD~1", "main"], serde_json::json!({"name": "main", "commit": head})),
    ] {
        let ran = diff(&env, &[&["--format", "json"], args].concat());
        let plan: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert!(schema.is_valid(&plan), "{ran}");
        assert_eq!((&plan["complete"], &plan["changes"][0]["id"]), (&false.into(), &Value::Null));
        assert_eq!(plan["basis"]["options"]["between"]["head"], head);
        assert_eq!(plan["basis"]["options"]["between"]["base"]["name"], "HEAD~1");
        env.write("review.json", &ran.stdout);
        let applied = env.sandbox(&["apply", "review.json"]);
        assert_eq!(applied.code, 1, "{applied}");
        fs::remove_file(env.path().join("review.json")).unwrap();
    }
    assert!(!env.path().join(".enroll").exists() && !env.path().join("enroll.state.json").exists());
    let failed = diff(&env, &["--format=json", "nowhere"]);
    let failed: Value = serde_json::from_str(&failed.stdout).unwrap();
    assert!(schema.is_valid(&failed) && failed.get("changes").is_none());
}

#[test]
fn variables_apply_to_both() {
    let env = repository();
    let with =
        MAIN.replace("user_name  = person.email", "user_name  = \"${person.first}@${var.domain}\"");
    env.write("main.hcl", format!("variable \"domain\" {{\n}}\n{with}"));
    commit(&env, "domain");
    env.edit("people.csv", "Ada,Engineering", "Ada,Research");
    let args = ["diff", "--format=json", "main", "--var", "domain=example.org"];
    let ran = env.run(&args);
    assert_eq!(short(&ran), "account.prod[\"hr/E1\"] update attributes_changed", "{ran}");
    let ran =
        env.run_with(&["diff", "--format=json", "HEAD"], &[("ENROLL_VAR_domain", "example.org")]);
    assert_eq!(short(&ran), "account.prod[\"hr/E1\"] update attributes_changed", "{ran}");
    // One that only the newer declares stands in the environment.
    let ran =
        env.run_with(&["diff", "--format=json", "HEAD~1"], &[("ENROLL_VAR_domain", "example.org")]);
    assert_eq!((ran.code, short(&ran).matches("update").count()), (0, 3), "{ran}");
}

#[test]
fn broken_revisions_are_named_with_file_and_line() {
    let env = repository();
    env.edit("main.hcl", "filter     =", "filter     = persn.team == ");
    commit(&env, "broken");
    env.edit("main.hcl", "persn.team == ", "prson.team == ");
    let ran = diff(&env, &["main"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran}");
    assert!(ran.stderr.contains("main:main.hcl:20:"), "{ran}");
    assert!(ran.stderr.contains("--> main.hcl:20:"), "{ran}");
}

#[test]
fn a_revision_that_is_not_there_says_what_to_do() {
    let env = repository();
    env.edit("people.csv", "Ada,Engineering", "Ada,Research");
    commit(&env, "ada");
    let says = |ran: &Ran, texts: &[&str]| {
        assert_eq!(ran.code, 1, "{ran}");
        for text in texts {
            assert!(ran.stderr.contains(text), "{text}: {ran}");
        }
    };
    says(&diff(&env, &["nowhere"]), &["there is no revision `nowhere` here", "git fetch"]);
    // Nothing is an option of git's, whatever it looks like.
    for name in ["--output=stolen", "-h", "--upload-pack=x", "main:people.csv", "", "@{", "--"] {
        let ran = diff(&env, &["--", name]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{name}: {ran}");
        assert!(!env.path().join("stolen").exists());
    }
    let top = env.path().display().to_string();
    let clone = TestEnv::new();
    git(&clone, ".", &["clone", "-q", "--depth=1", &format!("file://{top}"), "shallow"]);
    let shallow = |args: &[&str]| clone.run(&[&["-C", "shallow", "diff"], args].concat());
    says(
        &shallow(&["HEAD~1"]),
        &["this clone is shallow", "--unshallow", "fetch-depth: 0", "GIT_DEPTH"],
    );
    git(&clone, ".", &["clone", "-q", &format!("file://{top}"), "whole"]);
    git(&clone, "whole", &["switch", "-q", "-c", "topic"]);
    git(&clone, "whole", &["branch", "-q", "-D", "main"]);
    says(&clone.run(&["-C", "whole", "diff", "main"]), &["did you mean `origin/main`?"]);
    git(&clone, "whole", &["switch", "-q", "--orphan", "other"]);
    git(&clone, "whole", &["commit", "-q", "--allow-empty", "-m", "other"]);
    says(&clone.run(&["-C", "whole", "diff", "topic..."]), &["no commit in common"]);
    says(&TestEnv::staff().run(&["diff", "main"]), &["is in no git repository"]);
}

#[test]
fn files_that_a_revision_does_not_hold() {
    let env = TestEnv::staff();
    git(&env, ".", &["init", "-q", "-b", "main"]);
    env.write(".gitignore", "*.csv\n");
    commit(&env, "without people");
    let ran = diff(&env, &["main"]);
    assert!(ran.code == 1 && ran.stderr.contains("what git ignores"), "{ran}");
    assert!(ran.stderr.contains("main:main.hcl:"), "{ran}");

    env.write(".gitignore", "");
    env.write("people.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
    commit(&env, "a pointer");
    env.write("people.csv", PEOPLE);
    let ran = diff(&env, &["main"]);
    assert!(
        ran.code == 1
            && ran.stderr.contains("Git LFS pointer")
            && ran.stderr.contains("git lfs migrate export"),
        "{ran}"
    );
}

/// Links, dot-files, `..` and Enroll's own files are what they are in the work tree.
#[cfg(unix)]
#[test]
fn a_revision_reads_what_the_work_tree_reads() {
    use std::os::unix::fs::symlink;
    type Case<'a> = (&'a str, &'a dyn Fn(&Path), Option<&'a str>);
    let outside = TestEnv::with(&[("secret.csv", PEOPLE)]);
    let out = Path::new("..").join(outside.path().file_name().unwrap()).join("secret.csv");
    let cases: &[Case<'_>] = &[
        ("plain/people.csv", &|_| {}, None),
        ("./people.csv", &|_| {}, None),
        ("link.csv", &|top| symlink("plain/people.csv", top.join("link.csv")).unwrap(), None),
        ("there/people.csv", &|top| symlink("plain", top.join("there")).unwrap(), None),
        (
            "two.csv",
            &|top| {
                symlink("plain/up.csv", top.join("two.csv")).unwrap();
                symlink("../people.csv", top.join("plain/up.csv")).unwrap();
            },
            None,
        ),
        ("out.csv", &|top| symlink(&out, top.join("out.csv")).unwrap(), Some("leads out")),
        (
            "abs.csv",
            &|top| symlink(outside.path().join("secret.csv"), top.join("abs.csv")).unwrap(),
            Some("leads out"),
        ),
        (
            "loop.csv",
            &|top| symlink("loop.csv", top.join("loop.csv")).unwrap(),
            Some("can't be read"),
        ),
        (
            "dot.csv",
            &|top| {
                fs::write(top.join(".hidden"), PEOPLE).unwrap();
                symlink(".hidden", top.join("dot.csv")).unwrap();
            },
            Some("leads to a dot-file"),
        ),
        (".hidden", &|top| fs::write(top.join(".hidden"), PEOPLE).unwrap(), Some("dot-files")),
        ("../people.csv", &|_| {}, Some("`..` leads out")),
        ("/etc/passwd", &|_| {}, Some("relative path")),
        ("plain", &|_| {}, Some("no regular file")),
        (
            "enroll.state.json",
            &|top| fs::write(top.join("enroll.state.json"), "x").unwrap(),
            Some("Enroll's own"),
        ),
        (
            "s.json",
            &|top| {
                fs::write(
                    top.join("s.json"),
                    "{\n  \"format_version\": \"1.0\",\n  \"lineage\": \"x\"",
                )
                .unwrap();
            },
            Some("that Enroll wrote"),
        ),
        ("gone.csv", &|_| {}, Some("gone.csv")),
        // Patterns.
        ("plain/*.csv", &|_| {}, None),
        ("./pl??n/p*e.csv", &|top| fs::write(top.join("plainn"), "").unwrap(), None),
        ("lin*/people.csv", &|top| symlink("plain", top.join("linked")).unwrap(), None),
        (
            "plain/*.csv",
            &|top| {
                fs::write(top.join("plain/.x.csv"), "x").unwrap();
                fs::write(top.join("plain/enroll.state.json.csv"), "x").unwrap();
                fs::create_dir(top.join("plain/folder.csv")).unwrap();
                fs::write(top.join("plain/folder.csv/x"), "x").unwrap();
                symlink("folder.csv", top.join("plain/to-folder.csv")).unwrap();
            },
            None,
        ),
        (
            "plain/*.csv",
            &|top| symlink(Path::new("..").join(&out), top.join("plain/x.csv")).unwrap(),
            Some("leads out"),
        ),
        (
            "plain/*.csv",
            &|top| symlink("nowhere", top.join("plain/x.csv")).unwrap(),
            Some("plain/x.csv"),
        ),
        (
            "plain/*.csv",
            &|top| {
                let name =
                    <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"\xff.csv");
                fs::write(top.join("plain").join(name), PEOPLE).unwrap();
            },
            Some("not UTF-8"),
        ),
        ("out*/*.csv", &|top| symlink("..", top.join("outside")).unwrap(), Some("out")),
        (".hid*/*.csv", &|_| {}, Some("no file matches")),
        ("plain/.hidden/*.csv", &|_| {}, Some("dot-files")),
        (
            "enroll.*.json",
            &|top| fs::write(top.join("enroll.state.json"), "x").unwrap(),
            Some("no file matches"),
        ),
        ("nowhere/*.csv", &|_| {}, Some("nowhere")),
        ("plain/people.csv/*.csv", &|_| {}, Some("plain/people.csv")),
        ("../*.csv", &|_| {}, Some("`..` leads out")),
        ("/etc/*", &|_| {}, Some("relative path")),
    ];
    for (path, prepare, refused) in cases {
        let env = TestEnv::staff();
        git(&env, ".", &["init", "-q", "-b", "main"]);
        fs::create_dir(env.path().join("plain")).unwrap();
        env.write("plain/people.csv", PEOPLE);
        env.edit("main.hcl", "\"people.csv\"", &format!("\"{path}\""));
        prepare(env.path());
        commit(&env, "all");
        let in_tree = env.run(&["validate"]);
        assert_eq!(in_tree.code, i32::from(refused.is_some()), "{path}: {in_tree}");
        env.edit("main.hcl", &format!("\"{path}\""), "\"people.csv\"");
        let ran = diff(&env, &["main"]);
        match refused {
            None => assert_eq!((ran.code, ran.last()), (0, "No changes."), "{path}: {ran}"),
            Some(why) => {
                assert!(ran.code == 1 && ran.stderr.contains(why), "{path}: {ran}");
                assert!(in_tree.stderr.contains(why), "{path}: {in_tree}");
            }
        }
    }
}

/// Another service is not asked: a note says so, and nobody of it is planned.
#[test]
fn a_directory_that_is_a_service_is_not_read() {
    let env = TestEnv::staff();
    git(&env, ".", &["init", "-q", "-b", "main"]);
    let service = "scim {\n    scim_url = \"http://localhost:1/\"\n    auth {\n      method = \"bearer_token\"\n      token = env(\"T\")\n    }\n  }";
    env.edit("main.hcl", "csv = \"people.csv\"", service);
    env.edit("main.hcl", "\"staff\"", "\"of-the-service\"");
    commit(&env, "service");
    env.edit("main.hcl", "person.first", "person.name.givenName");
    let ran = diff(&env, &["main"]);
    assert_eq!((ran.code, ran.last()), (0, "No changes."), "{ran}");
    assert!(ran.says("directory `hr` is not read here"), "{ran}");
    assert!(!ran.says("may show as new"), "{ran}");

    env.write("main.hcl", MAIN);
    let ran = diff(&env, &["main"]);
    assert!(ran.code == 0 && ran.last().starts_with("Plan: 3 to create"), "{ran}");
    let said = "rule `of-the-service` takes from a directory that is not read at `main`";
    assert!(ran.says(said), "{ran}");
}

/// A repository's own settings run nothing, and nothing changes in it.
#[test]
fn a_hostile_repository_runs_nothing() {
    let env = repository();
    let touch = |name: &str| format!("touch '{}/{name}'; false", env.path().display());
    env.write(".gitattributes", "* filter=evil diff=evil\n");
    commit(&env, "attributes");
    for (key, name) in [
        ("core.fsmonitor", "ran-monitor"),
        ("core.pager", "ran-pager"),
        ("pager.ls-tree", "ran-pager"),
        ("filter.evil.smudge", "ran-filter"),
        ("diff.evil.textconv", "ran-textconv"),
        ("diff.external", "ran-diff"),
        ("alias.cat-file", "ran-alias"),
        ("core.sshCommand", "ran-ssh"),
    ] {
        git(&env, ".", &["config", key, &format!("!{}", touch(name))]);
        git(&env, ".", &["config", key, &touch(name)]);
    }
    env.edit("people.csv", "Ada,Engineering", "Ada,Research");
    let before = env.files();
    let ran = diff(&env, &["main"]);
    assert!(ran.code == 0 && ran.stdout.contains("Research"), "{ran}");
    assert_eq!(env.files(), before);
}

#[test]
fn it_has_the_formats_of_a_plan() {
    let env = repository();
    let branch = "`ada`|<b>@team";
    git(&env, ".", &["branch", branch]);
    env.edit("people.csv", "joan@example.com,Joan,Sales", "joan@example.com,Joan,Research");
    let markdown = diff(&env, &["--format=markdown", branch]);
    let said = "**BETWEEN `` `ada`|<b>@team `` (`";
    assert!(markdown.stdout.contains(said), "{markdown}");
    let page = diff(&env, &["--format=html", branch]).stdout;
    assert!(page.contains("&#60;b&#62;@team") && page.contains("joan@example.com"), "{page}");
    let counts = diff(&env, &["--format=gitlab", branch]).stdout;
    assert_eq!(counts, "{\"create\":0,\"update\":1,\"delete\":0}\n");
    for format in ["text", "json", "markdown", "html", "gitlab"] {
        let ran = diff(&env, &["--redact", "--format", format, branch]);
        assert_eq!(ran.code, 0, "{ran}");
        for word in ["joan", "Joan", "@team", "E3"] {
            assert!(!ran.stdout.split("<script>").next().unwrap().contains(word), "{word} {ran}");
        }
    }
    let none = diff(&env, &["--redact", "--format=markdown", "ada"]);
    assert!(none.code == 1 && !none.says("ada") && none.says("No plan could be made"), "{none}");
}
