//! What an expression mentions, and what it may not.

use super::super::{Root, SecretPosition, compile, list_items, static_path};
use super::{check, compiled, file, run};

fn parse(text: &str) -> hcl_edit::expr::Expression {
    hcl_edit::parser::parse_expr(text).unwrap()
}

/// Mentions and calls of `env`, `!` where a secret must not stand.
fn mentioned(text: &str) -> String {
    let (expr, _) = compile(text, file(text), &parse(text));
    let mark = |position| if position == SecretPosition::Direct { "" } else { "!" };
    let slice = |span: crate::diagnostic::Span| &text[span.start as usize..span.end as usize];
    let mut shown: Vec<(u32, String)> = expr
        .mentions()
        .iter()
        .map(|m| {
            assert_eq!(slice(m.span).split(['.', '[']).next(), Some(m.root.word()));
            (m.span.start, format!("{}{}", slice(m.span), mark(m.position)))
        })
        .collect();
    let calls = expr.env_calls().iter();
    shown.extend(calls.map(|c| (c.span.start, format!("{}{}", slice(c.span), mark(c.position)))));
    shown.sort();
    shown.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
}

#[test]
fn everything_mentioned_is_found_with_its_position() {
    for (text, expected) in [
        ("1", ""),
        ("var.a", "var.a"),
        ("(var.a)", "var.a"),
        ("env(\"A\")", "env(\"A\")"),
        ("trimspace(lower(env(\"A\")))", "env(\"A\")!"),
        ("try(env(\"A\"), var.b)", "env(\"A\") var.b"),
        ("coalesce(env(\"A\"), \"${var.b}\")", "env(\"A\") var.b!"),
        ("\"${env(\"A\")}\"", "env(\"A\")!"),
        ("\"x${env(\"A\")}\"", "env(\"A\")!"),
        ("<<EOT\n${env(\"A\")}\nEOT", "env(\"A\")!"),
        ("\"%{ if env(\"A\") == var.b }${local.c}%{ endif }\"", "env(\"A\")! var.b! local.c!"),
        ("\"%{ for x in var.a }${x}${user.b}%{ endfor }\"", "var.a! user.b!"),
        ("true ? env(\"A\") : var.b", "env(\"A\")! var.b!"),
        ("lower(true ? env(\"A\") : var.b)", "env(\"A\")! var.b!"),
        ("[env(\"A\")]", "env(\"A\")!"),
        ("{ a = env(\"A\"), (var.k) = 1 }", "env(\"A\")! var.k!"),
        ("env(\"A\") == \"x\"", "env(\"A\")!"),
        ("!var.a", "var.a!"),
        ("[for x in var.a : local.b if person.c]", "var.a! local.b! person.c!"),
        ("{for x in var.a : user.k => local.b}", "var.a! user.k! local.b!"),
        ("local.a[env(\"A\")]", "local.a! env(\"A\")!"),
        ("var.a.token", "var.a!"),
        ("var.a[0]", "var.a!"),
        ("lower(var.a)[var.b]", "var.a! var.b!"),
        ("person.a.b[person[\"C d\"]]", "person.a! person[\"C d\"]!"),
        ("person[var.column]", "var.column!"),
        ("join(\",\", local.lists...)", "local.lists!"),
        ("connection.prod", "connection.prod"),
        ("[for var in [1] : var]", ""),
        // What does not compile still counts: the rule on secrets must see it.
        ("nosuch(env(\"A\"))", "env(\"A\")!"),
        ("lower(env(\"A\"), var.b)", "env(\"A\")! var.b!"),
        ("foo[env(\"A\")].bar", "env(\"A\")!"),
        ("var[env(\"A\")]", "env(\"A\")!"),
        ("foo.*.x[env(\"A\")]", "env(\"A\")!"),
        ("a::b(env(\"A\"))", "env(\"A\")!"),
        ("env(env(\"A\"))", "env(\"A\")!"),
        ("try(env(\"A\")...)", "env(\"A\")"),
        ("regex(\"[\", env(\"A\"))", "env(\"A\")!"),
        ("base64decode(tostring(trimspace(env(\"A\"))))", "env(\"A\")"),
    ] {
        assert_eq!(mentioned(text), expected, "{text}");
    }
}

#[test]
fn many_splats_still_mention() {
    let text = format!("var.a{}[env(\"A\")]", "[*]".repeat(20));
    assert_eq!(mentioned(&text), "var.a! env(\"A\")!");
}

#[test]
fn wrong_names_have_a_way_out() {
    check(&[
        ("vra.a", "compile: «vra» there is no `vra` here (did you mean `var`?)"),
        (
            "locals.a",
            "compile: «locals» there is no `locals` here (the values of `locals` are read as local.NAME)",
        ),
        (
            "user",
            "compile: «user» `user` needs a name after it: user.NAME (for all users, write directory = directory.users)",
        ),
        ("local[\"a\"]", "compile: «local» `local` needs a name after it: local.NAME"),
        ("var.nosuch", "error: «var.nosuch» there is no variable `nosuch`"),
        ("local.nosuch", "error: «local.nosuch» there is no local value `nosuch`"),
        ("user.bob.email", "error: «user.bob» there is no user `bob`"),
        ("connection.prod", "error: «connection.prod» `connection` is not a value"),
        (
            "person.a",
            "error: «person.a» there is no `person` here (`person` is known in the `filter` and the `mapping` of a rule with a directory)",
        ),
        ("[for item in [1] : itm]", "compile: «itm» there is no `itm` here (did you mean `item`?)"),
        (
            "data.x.y",
            "compile: «data» there is no `data` here (a `directory` block reads people from a file; `local` holds other values)",
        ),
        (
            "env.HOME",
            "compile: «env» there is no `env` here (the environment is read by a call: env(\"NAME\"))",
        ),
        (
            "env(var.a)",
            "compile: «env(var.a)» `env` takes the name of the variable, written in quotes (such as env(\"ZOOM_CLIENT_SECRET\"))",
        ),
        ("env(\"\")", "compile: «env(\"\")» this can't be the name of a variable"),
        (
            "templatefile(\"x\", {})",
            "compile: «templatefile» there is no function `templatefile` (write the template in place, in quotes or as a heredoc)",
        ),
        (
            "substr(\"a\", 1)",
            "compile: «substr(\"a\", 1)» `substr` takes 3 arguments; `length` is missing (it is called as substr(str, offset, length))",
        ),
        (
            "lookup({}, \"a\", 1, 2)",
            "compile: «lookup({}, \"a\", 1, 2)» `lookup` takes at most 3 arguments, not 4 (it is called as lookup(inputMap, key, [default]))",
        ),
        ("regex(\"(\", \"a\")", "compile: «\"(\"» this pattern is not valid: unclosed group"),
        (
            "replace(\"a\", \"/[/\", \"b\")",
            "compile: «\"/[/\"» this pattern is not valid: unclosed character class",
        ),
        // All problems, in the order of the text.
        (
            "[foo.a, lowr(\"x\"), bar]",
            "compile: «foo» there is no `foo` here (a reference starts with one of `var`, `local`, `user`, `person`, `connection`, `directory`) | «lowr» there is no function `lowr` (did you mean `lower`?) | «bar» there is no `bar` here (did you mean `var`?)",
        ),
    ]);
}

#[test]
fn foreign_words_are_sorted_for_their_search() {
    for word in ["account", "count", "each", "module", "path", "self", "terraform", "variable"] {
        assert!(!run(&format!("{word}.x")).contains("starts with"), "{word}");
    }
    for name in ["filebase64", "formatlist", "sensitive", "timestamp", "tomap", "uuid"] {
        assert!(
            run(&format!("{name}(\"a\")")).contains(") ")
                || run(&format!("{name}(\"a\")")).contains(" (")
        );
    }
}

#[test]
fn every_function_of_the_design_is_there_once() {
    let mut known: Vec<String> = super::super::signatures()
        .map(|signature| signature.split('(').next().unwrap_or_default().to_owned())
        .collect();
    known.sort();
    let mut expected: Vec<&str> = "lower upper title trimspace trim trimprefix trimsuffix replace \
        regex regexall split join format substr startswith endswith strcontains length contains \
        concat distinct flatten compact slice keys values lookup merge toset tolist tostring \
        tonumber tobool sort reverse setunion setintersection setsubtract coalesce coalescelist \
        try can one element range zipmap anytrue alltrue max min abs ceil floor file fileexists \
        csvdecode jsondecode jsonencode base64encode base64decode sha256 env \
        yamldecode sum index chunklist setproduct timecmp timeadd formatdate"
        .split_whitespace()
        .collect();
    expected.sort_unstable();
    assert_eq!(known, expected);
}

#[test]
fn names_are_read() {
    check(&[
        ("local.status[lower(\"ACTIVE\")]", "true"),
        (
            "local.status[\"leave\"]",
            "error: «[\"leave\"]» there is no such key: no key \"leave\"; it has `active`, `left`",
        ),
        ("[user.ada]", "[user.ada]"),
        ("user.ada.email", "\"ada@x.org\""),
        ("keys(user.ada)", "[\"dept\", \"email\"]"),
        ("merge(user.ada, {dept = \"X\"})", "{dept=\"X\", email=\"ada@x.org\"}"),
        ("user.ada == user.ada", "true"),
        ("[for u in [user.ada] : u if u.dept == \"Eng\"]", "[user.ada]"),
        ("\"ada@${var.domain}\"", "\"ada@example.com\""),
        ("regex(var.pattern, \"aaa\")", "\"aaa\""),
        ("[for p in [\"a\", \"b\", \"a\"] : can(regex(p, \"a\"))]", "[true, false, true]"),
        ("csvdecode(file(\"people.csv\"))[*].name", "[\"Ada\", \"Bob\"]"),
        ("fileexists(\"people.csv\") && !fileexists(\"nosuch\")", "true"),
        (
            "file(\"nosuch\")",
            "error: «\"nosuch\"» wrong `path` for `file`: there is no file `nosuch`",
        ),
        (
            "fileexists(\"../x\")",
            "error: «\"../x\"» wrong `path` for `fileexists`: it leads out of the configuration",
        ),
        ("trimprefix(\"abc\", \"ab\")", "\"c\""),
        ("trimsuffix(\"abc\", \"bc\")", "\"a\""),
        ("trimsuffix(\"abc\", \"x\")", "\"abc\""),
    ]);
}

#[test]
fn plain_forms_are_recognised() {
    let reference = |text: &str| compiled(text).unwrap().as_reference().map(|m| m.root);
    assert_eq!(reference("connection.prod"), Some(Root::Connection));
    assert_eq!(reference("directory.hr"), Some(Root::Directory));
    for text in ["connection.prod.x", "lower(var.a)", "\"${var.a}x\"", "[var.a]", "!var.a", "1"] {
        assert_eq!(reference(text), None, "{text}");
    }
    let literal = |text: &str| compiled(text).unwrap().as_literal().map(super::shown);
    for (text, expected) in [
        ("\"a\"", Some("\"a\"")),
        ("<<EOT\na\nEOT", Some("\"a\\n\"")),
        ("-5", Some("-5")),
        ("null", Some("null")),
        ("true", Some("true")),
        ("\"a${1}\"", None),
        ("lower(\"A\")", None),
        ("1 + 1", None),
        ("[1]", None),
        ("!true", None),
    ] {
        assert_eq!(literal(text).as_deref(), expected, "{text}");
    }
    for (text, constant) in [
        ("[lower(\"A\")]", true),
        ("var.a", false),
        ("env(\"A\")", false),
        ("file(\"people.csv\")", false),
        ("keys(person)", false),
        ("[for x in [1] : x]", true),
    ] {
        assert_eq!(compiled(text).unwrap().is_constant(), constant, "{text}");
    }
}

#[test]
fn paths_and_items_are_read_from_the_text() {
    let path = |text: &str| {
        static_path(file(text), &parse(text)).map(|path| format!("{} {:?}", path.root, path.steps))
    };
    assert_eq!(
        path("account.prod[\"hr/E1\"]").as_deref(),
        Some("account [Attribute(\"prod\"), Key(\"hr/E1\")]")
    );
    assert_eq!(path("string").as_deref(), Some("string []"));
    assert_eq!(path("a[0].1").as_deref(), Some("a [Index(0), Index(1)]"));
    for text in ["a[b]", "a[*]", "\"a\"", "f(a).b", "a[1.5]"] {
        assert_eq!(path(text), None, "{text}");
    }
    assert_eq!(list_items(file(""), &parse("[a, \"b\"]")).map(|items| items.len()), Some(2));
    assert!(list_items(file(""), &parse("a")).is_none());
}
