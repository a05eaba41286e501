//! A plan in each of its formats: what the flags do, and that a redacted one names nobody.

use insta::assert_snapshot;

use crate::support::TestEnv;

const FORMATS: [&str; 5] = ["text", "json", "markdown", "html", "gitlab"];

/// Every kind of change, with a finding that names somebody.
fn changed() -> TestEnv {
    let env = TestEnv::staff();
    env.edit("main.hcl", "    given_name = person.first\n", "    given_name = person.first\n    family_name = person.last\n    display_name = \"${person.first} ${person.last}\"\n    employee_number = person.id\n    manager = person.boss\n    title = person.title\n    phone = person.phone\n    user_type = person.kind\n");
    env.write(
        "people.csv",
        "id,email,first,last,team,status,boss,title,phone,kind\n\
         E71,ada@example.com,Ada,Lovelace,Engineering,active,grace@example.com,Countess,+44123,Basic\n\
         E72,grace@example.com,Grace,Hopper,Engineering,active,,Admiral,+1555,Licensed\n\
         E73,joan@example.com,Joan,Clarke,Sales,active,chief@example.org,Cryptanalyst,,Basic\n\
         E75,kathy@example.com,Katherine,Johnson,Sales,active,E72,Computer,,Basic\n",
    );
    env.edit(
        "main.hcl",
        "max_removals = 1",
        "max_removals = 1\n    protect = [\"joan@example.com\"]",
    );
    env.applied();
    env.write(
        "people.csv",
        "id,email,first,last,team,status,boss,title,phone,kind\n\
         E71,byron@example.com,Ada,Byron,Research,active,chief@example.org,Duchess,+44999,Basic\n\
         E72,grace@example.com,Grace,Hopper,Engineering,left,,Admiral,+1555,Licensed\n\
         E74,alan@example.com,Alan,Turing,Turing's team,active,kathy@example.com,Fellow,,Turing\n",
    );
    env
}

#[test]
fn a_redacted_plan_names_nobody_in_any_format() {
    let env = changed();
    let words = [
        "ada",
        "byron",
        "lovelace",
        "grace",
        "hopper",
        "joan",
        "clarke",
        "alan",
        "turing",
        "kathy",
        "katherine",
        "johnson",
        "chief",
        "@example",
        "E7",
        "countess",
        "duchess",
        "admiral",
        "fellow",
        "cryptanalyst",
        "computer",
        "+44",
        "1555",
    ];
    let open = env.sandbox(&["plan", "-show-unmanaged"]);
    for word in ["Byron", "Duchess", "grace@example.com", "Turing's team"] {
        assert!(open.says(word), "{word}: {open}");
    }
    let saved = env.sandbox(&["plan", "-out=review.json"]);
    assert_eq!(saved.code, 0, "{saved}");
    for format in FORMATS {
        let format = format!("--format={format}");
        for command in
            [&["plan", "-redact", "-show-unmanaged"][..], &["show", "-redact", "review.json"]]
        {
            let shown = env.sandbox(&[command, &[format.as_str()]].concat());
            assert_eq!(shown.code, 0, "{shown}");
            let said = (shown.stdout.clone() + &shown.stderr).to_lowercase();
            // The script of a page is the same for everybody.
            let said = said.split("<script>").next().unwrap();
            let (_, said) = said.split_once("</style>").unwrap_or(("", said));
            for word in words {
                assert!(
                    !said.contains(&word.to_lowercase()),
                    "{command:?} {format}: {word}\n{said}"
                );
            }
            assert_eq!(shown.stdout, env.sandbox(&[command, &[format.as_str()]].concat()).stdout);
        }
    }
    env.edit("people.csv", "E74,", "E72,");
    let failed = env.sandbox(&["plan", "-redact", "-format=markdown"]);
    assert_eq!(failed.code, 1);
    assert!(!failed.says("E72") && !failed.says("example.com"), "{failed}");
}

#[test]
fn a_redacted_plan_still_says_what_happens() {
    let env = changed();
    env.sandbox(&["plan", "-out=review.json"]);
    // Versions tell nothing where all accounts show the same one: who was created within one millisecond is read.
    let shown = env.sandbox(&["show", "-redact", "review.json"]).to_string();
    assert_snapshot!(shown.replace(", 2 reads", ", 0 reads"), @r#"
    exit 0
    --- stdout
    SANDBOX: an embedded account stands in for the service

    REDACTED: pseudonyms stand for addresses, names and keys; this can't be applied

    Removals and downgrades:

      ↓ account.prod["hr/person-2"]  person-2@redacted.invalid  disable (inactive in hr)
          active: true → false
          people.csv:3
      ↓ account.prod["hr/person-4"]  person-4@redacted.invalid  deprovision by disable (left rule staff)
          active: true → false

    Changes:

      + account.prod["hr/person-3"]  person-3@redacted.invalid  create (not in the account yet)
          user_name: "person-3@redacted.invalid"
          given_name: "given_name of person-3"
          family_name: "family_name of person-3"
          display_name: "display_name of person-3"
          user_type: "user_type-1"
          department: "department-3"
          employee_number: "employee_number of person-3"
          manager: "person-4@redacted.invalid"
          title: "title of person-3"
          people.csv:4
      ~ account.prod["hr/person-1"]  person-1@redacted.invalid  update (changed in people.csv (boss, email, last, phone, team, title))
          user_name: "person-1@redacted.invalid" → "person-1-2@redacted.invalid"
          email: "person-1@redacted.invalid" → "person-1-2@redacted.invalid"
          family_name: "family_name of person-1 before" → "family_name of person-1"
          display_name: "display_name of person-1 before" → "display_name of person-1"
          department: "department-1" → "department-2"
          manager: "person-2@redacted.invalid" → "manager-1"
          title: "title of person-1 before" → "title of person-1"
          phone: "phone of person-1 before" → "phone of person-1"
          people.csv:2

    Guard: 2 removals planned at prod, at most 1 allowed: `apply` will refuse.
    If each of them is meant, `--allow-removals 2` lets 2 through. The number names nobody: a plan saved with `--out` lets only these through.

    Cost at prod: 4 writes, 0 reads and 7 lists.
    Plan: 1 to create, 0 to adopt, 1 to update, 0 to enable, 2 to disable, 0 to delete, 0 to forget; 0 blocked, 0 unchanged.
    --- stderr
    warning: this warning is left out, since it may name people
      --> main.hcl:32:17
       |
      -->
    32 |
       | ^
       |
       = help: leave --redact out to read it
    "#);
}

#[test]
fn a_saved_plan_is_shown_as_the_fresh_one_in_each_format() {
    let env = changed();
    for format in FORMATS {
        let format = format!("--format={format}");
        let fresh = env.sandbox(&["plan", &format, "-out=review.json"]);
        let shown = env.sandbox(&["show", &format, "review.json"]);
        assert!(fresh.code == 0 && shown.code == 0, "{fresh}{shown}");
        assert!(fresh.stdout.starts_with(&shown.stdout), "{fresh}{shown}");
        assert!(shown.stdout.len() > 30);
    }
    assert_eq!(
        env.sandbox(&["show", "-format=gitlab", "review.json"]).stdout,
        "{\"create\":1,\"update\":1,\"delete\":2}\n"
    );
}

#[test]
fn flags_that_can_not_stand_together_say_so() {
    let env = TestEnv::staff_applied();
    env.sandbox(&["plan", "-out=review.json"]);
    for (args, said) in [
        (&["plan", "-redact", "-out=a.json"][..], "error: a redacted plan can't be saved"),
        (&["plan", "-redact", "-v"], "error: --redact can't stand beside -v"),
        (&["plan", "-max-bytes=5000"], "error: --max-bytes is for --format markdown alone"),
        (&["plan", "-format=markdown", "-max-bytes=5"], "error: --max-bytes 5 is too little"),
        (&["show", "-format=html"], "error: --format html is for a plan, and this is the state"),
        (&["show", "-format=gitlab"], "error: --format gitlab is for a plan"),
        (&["show", "-format=markdown"], "error: --format markdown is for a plan"),
        (&["show", "-redact"], "error: --redact is for a plan"),
        (&["show", "-max-bytes=5000"], "error: --max-bytes is for a plan"),
    ] {
        let ran = env.sandbox(args);
        assert!(
            ran.code == 1 && ran.stdout.is_empty() && ran.stderr.contains(said),
            "{args:?} {ran}"
        );
        assert!(ran.stderr.contains("help: "), "{ran}");
    }
    assert!(!env.path().join("a.json").exists());
    let redacted = env.sandbox(&["plan", "-redact", "-format=json"]).stdout;
    env.write("redacted.json", redacted);
    let refused = env.sandbox(&["apply", "redacted.json"]);
    assert!(refused.code == 1 && refused.says("it is redacted"), "{refused}");
}
