//! From texts to what they ask for: HCL, expressions, directories.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use enroll::config::lang::{Env, Names, Value, compile};
use enroll::config::{Inputs, load};
use enroll::diagnostic::Sources;
use enroll::live::Live;
use enroll::plan::{Options, PlanInput, plan};
use enroll::source::{Entry, EntryKind, Source, SourceError};
use enroll::state::State;

use crate::engine::{fuzz, outline};
use crate::show::{shown_findings, shown_plan};

const MAIN: &str = include_str!("../samples/fuzz/main.hcl");
const CSV: &str = "id,mail,title,status\r\nE1,a@x.org,\"Head, of \"\"all\"\"\",active\r\nE2,ö@x.org,\"two\nlines\",left\r\n";
const JSON: &str = "[\n  {\"id\": \"E1\", \"mail\": \"a@x.org\", \"title\": \"x\", \"status\": \"active\"},\n  {\"id\": 2, \"mail\": \"b@x.org\", \"title\": \"\\u00e4\", \"status\": \"left\", \"more\": [1, {\"a\": null}]}\n]\n";
const WRAPPED: &str = "{\"count\": 2, \"_links\": {\"next\": null}, \"data\": {\"users\": [\n {\"id\": \"E1\", \"mail\": {\"work\": \"e@x.org\"}, \"groups\": [\"a\"]},\n {\"id\": \"E2\", \"mail\": {\"work\": \"\\u00e9@x.org\"}, \"groups\": []}\n], \"total\": \"2\"}, \"links\": [{\"rel\": \"self\"}]}\n";
const LINES: &str = "{\"id\": {\"n\": 1}, \"mail\": \"c@x.org\", \"x\": 1.5}\n\n{\"mail\": \"d@x.org\", \"id\": {\"n\": \"ö\"}}\r\n";

struct Memory(BTreeMap<&'static str, Vec<u8>>);

impl Source for Memory {
    fn names(&self) -> Result<Vec<String>, SourceError> {
        Ok(self.0.keys().map(|name| (*name).to_owned()).collect())
    }

    fn entries(&self, folder: &str) -> Result<Vec<Entry>, SourceError> {
        let name =
            |name: &&str| Some(name.strip_prefix(folder)?.trim_start_matches('/').to_owned());
        let names = self.0.keys().filter_map(name);
        Ok(names.map(|name| Entry { name, kind: EntryKind::File }).collect())
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read>, SourceError> {
        let bytes = self.0.get(path).ok_or_else(|| SourceError::Missing(path.to_owned()))?;
        Ok(Box::new(Cursor::new(bytes.clone())))
    }
}

/// Loads the configuration with one file in another's place, plans, and shows everything.
fn loaded(name: &'static str, input: &[u8]) -> String {
    let mut files = BTreeMap::from([
        ("main.hcl", MAIN.as_bytes().to_vec()),
        ("people.csv", CSV.as_bytes().to_vec()),
        ("people.json", JSON.as_bytes().to_vec()),
        ("wrapped.json", WRAPPED.as_bytes().to_vec()),
        ("people.jsonl", LINES.as_bytes().to_vec()),
        ("t.txt", b"text".to_vec()),
    ]);
    files.insert(name, input.to_vec());
    let inputs = Inputs {
        environment: BTreeMap::from([("pin".to_owned(), "hunter2-of-the-night".to_owned())]),
        enroll_version: "0.1.0".to_owned(),
        ..Inputs::default()
    };
    let loaded = load(&Memory(files), &inputs);
    shown_findings(&loaded.diagnostics);
    let everything = format!("{:?} {:?}", loaded.diagnostics, loaded.configuration);
    // What the input itself says is no secret.
    let told = String::from_utf8_lossy(input).contains("hunter2");
    assert!(told || !everything.contains("hunter2"), "{everything}");
    if let Some(configuration) = &loaded.configuration {
        for auth in configuration.auths.values() {
            let _ = auth.open(&|_| Some("hunter2".to_owned()));
        }
        let names = configuration.desired.connections.keys();
        let live = names.map(|name| (name.clone(), Live::empty())).collect();
        let input = PlanInput {
            desired: &configuration.desired,
            state: &State::default(),
            live: &live,
            fingerprints: &BTreeMap::new(),
            options: &Options::default(),
            config: &configuration.digest,
            sandbox: false,
        };
        if let Ok(planned) = plan(&input) {
            assert_eq!(enroll::plan::check(&planned, &input), Vec::<String>::new());
            shown_plan(&planned.plan);
        }
    }
    loaded.diagnostics.iter().take(3).map(|found| outline(&found.summary)).collect()
}

fn of_hcl(input: &[u8]) -> String {
    loaded("main.hcl", input)
}

fn of_csv(input: &[u8]) -> String {
    loaded("people.csv", input)
}

fn of_json(input: &[u8]) -> String {
    loaded("people.json", input)
}

fn of_wrapped(input: &[u8]) -> String {
    loaded("wrapped.json", input)
}

fn of_lines(input: &[u8]) -> String {
    loaded("people.jsonl", input)
}

fn of_vars(input: &[u8]) -> String {
    loaded("a.auto.vars.hcl", input)
}

fn of_layout(input: &[u8]) -> String {
    match enroll::config::fmt::format("main.hcl", input) {
        Ok(laid_out) => {
            let text = String::from_utf8_lossy(input);
            let lines = |text: &str| text.split_inclusive('\n').count();
            assert_eq!(lines(&text), lines(&laid_out), "a layout moves no line");
            for name in ["main.hcl", "x.auto.vars.hcl"] {
                let shown =
                    [&text, laid_out.as_str()].map(|text| enroll::config::fmt::shown(name, text));
                assert_eq!(lines(&shown[0]), lines(&text));
                enroll::render::line_diff(name, &shown[0], &shown[1], false);
            }
            let again = enroll::config::fmt::format("main.hcl", laid_out.as_bytes());
            assert_eq!(again.as_ref(), Ok(&laid_out), "laid out twice");
            String::new()
        }
        Err(found) => {
            shown_findings(&found);
            found.iter().take(3).map(|found| outline(&found.summary)).collect()
        }
    }
}

fn of_expression(input: &[u8]) -> String {
    let text = String::from_utf8_lossy(input);
    let parsed = match hcl_edit::parser::parse_expr(&text) {
        Ok(parsed) => parsed,
        Err(error) => return outline(error.message()),
    };
    let mut sources = Sources::default();
    let file = sources.add("x.hcl", text.to_string());
    let (mut expr, problems) = compile(&text, file, &parsed);
    let mut told: String =
        problems.iter().take(2).map(|problem| outline(&problem.summary)).collect();
    let locals = Names::from([
        ("a".into(), Value::list(vec![Value::text("x"), Value::Null, Value::Bool(true)])),
        ("b".into(), Value::map([("x".into(), Value::Number(1.into()))])),
    ]);
    let env = Env { locals: &locals, variables: &locals, ..Env::empty() };
    let before = env.eval(&expr);
    expr.resolve(&env);
    let after = env.eval(&expr);
    assert_eq!(before.is_ok(), after.is_ok());
    match before {
        Ok(value) => {
            told.push_str(value.type_name());
            assert_eq!(Ok(value), after);
        }
        Err(problem) => told.push_str(&outline(&problem.summary)),
    }
    told
}

#[test]
fn hcl() {
    let own = of_hcl(MAIN.as_bytes());
    assert!(own.is_empty(), "{own}");
    let examples = [
        include_str!("../../examples/quickstart/main.hcl"),
        include_str!("../../examples/company/rules.hcl"),
        include_str!("../../src/cli/commands/init/main.hcl"),
        include_str!("../samples/config/rules.txt"),
        include_str!("../samples/config/moves.txt"),
    ];
    let mut seeds = vec![MAIN.as_bytes().to_vec()];
    seeds.extend(examples.iter().map(|text| text.as_bytes()[..text.len().min(6000)].to_vec()));
    fuzz("hcl", seeds, of_hcl);
}

#[test]
fn layouts() {
    let seeds = [
        MAIN,
        include_str!("../../examples/company/rules.hcl"),
        "a = 1 # x\nbcd = [ 1,2 ,\n3]\n\n\n\nx   \"y\" {\n/* c */ k=<<-E\n  t ${ 1+ 2 }\n  E\n}\n",
    ];
    fuzz("layout", seeds.map(|seed| seed.as_bytes().to_vec()).to_vec(), of_layout);
}

#[test]
fn expressions() {
    let mut seeds: Vec<Vec<u8>> = [
        "lower(\"A\")",
        "\"a ${~ local.a[0] ~} %{ for k, v in local.b }${k}=${v}%{ endfor }\"",
        "{ for k, v in local.b : upper(k) => v... if v != null }",
        "[for x in local.a : x == null ? \"\" : x][*].y",
        "try(tonumber(\"1.5\") % 2, format(\"%05.2f %q %v\", 1, \"é\", [1]))",
        "regexall(\"(?P<a>.)(\\\\d+)\", \"a1b22\")",
        "<<-E\n  x\n    %{ if true ~}\n y ${1 + 2}\n  %{ endif }\n  E\n",
        "jsondecode(jsonencode({ a = [1, null, \"\\u00e9\"] })).a[1]",
        "csvdecode(\"a,b\\n1,2\\n\")[0].b",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    seeds.extend(enroll::config::lang::signatures().map(|call| {
        let (name, rest) = call.split_once('(').unwrap();
        let count = rest.matches(',').count() + usize::from(rest.len() > 1);
        format!("{name}({})", vec!["local.a"; count].join(", ")).into_bytes()
    }));
    fuzz("expression", seeds, of_expression);
}

#[test]
fn csv() {
    fuzz("csv", vec![CSV.into(), b"id,mail\n".to_vec()], of_csv);
}

#[test]
fn json() {
    fuzz(
        "json",
        vec![JSON.into(), b"[]".to_vec(), b"{\"people\": [{\"id\": 1.50}]}".to_vec()],
        of_json,
    );
}

#[test]
fn wrapped_json() {
    fuzz("wrapped", vec![WRAPPED.into(), b"{\"data.users\": [{}]}".to_vec()], of_wrapped);
}

#[test]
fn json_lines() {
    fuzz("lines", vec![LINES.into(), b"[{\"id\": 1}]".to_vec()], of_lines);
}

#[test]
fn variables() {
    let seeds = ["team = \"Ops\"\npin = \"hunter2\"\n", "team = [1, { a = \"x\" }]\nnosuch = 1\n"];
    fuzz("variables", seeds.map(|seed| seed.as_bytes().to_vec()).to_vec(), of_vars);
}
