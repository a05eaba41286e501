//! Calls of functions.

use std::sync::OnceLock;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall};

use super::super::expr::EnvCall;
use super::super::functions::{self, Function, Run, Special, check_pattern, wrong_count};
use super::super::node::{Call, Node, Op};
use super::super::problem::Problem;
use super::{Compiler, foreign};
use crate::diagnostic::{Span, did_you_mean};

/// Functions that a secret may go through. They change its writing or choose between secrets, and none takes
/// an argument that asks something of the secret: with `regex("^a", env("X"))` or `trimprefix(env("X"), "a")`
/// whoever writes the files would learn it letter by letter from what fails.
pub const KEEPS_SECRETS: [&str; 6] =
    ["base64decode", "base64encode", "coalesce", "tostring", "trimspace", "try"];

impl Compiler<'_> {
    pub(super) fn call(&mut self, span: Span, call: &FuncCall) -> Op {
        let name_span = self.span(call.name.name.span());
        let name = call.name.name.as_str();
        if call.name.is_namespaced() {
            self.args(call);
            let namespace: Vec<&str> =
                call.name.namespace.iter().map(|name| name.as_str()).collect();
            let problem = Problem::new(span, "functions have no namespace here");
            return self.problem(match namespace.as_slice() {
                ["core"] if functions::find(name).is_some() => {
                    problem.help(format!("write `{name}` alone"))
                }
                ["core"] => problem.maybe_help(foreign::function(name).map(ToOwned::to_owned)),
                _ => problem.help("Enroll has no providers, so there are none of their functions"),
            });
        }
        let Some(function) = functions::find(name) else {
            self.args(call);
            return self.unknown_function(name_span, name);
        };
        let expand = call.args.expand_final();
        if let Some(why) = wrong_count(function, call.args.len(), expand) {
            self.args(call);
            let help = format!("it is called as {}", function.signature());
            return self.problem(Problem::new(span, why).help(help));
        }
        match function.run {
            Run::Special(Special::Environment) => self.environment(span, call),
            Run::Special(special) => self.special(span, call, special),
            Run::Files(_) => {
                self.reads_files = true;
                self.plain(call, function)
            }
            Run::Pure(_) => self.plain(call, function),
        }
    }

    fn args(&mut self, call: &FuncCall) -> Vec<Node> {
        let all = |this: &mut Self| call.args.iter().map(|arg| this.node(arg)).collect();
        if KEEPS_SECRETS.contains(&call.name.name.as_str()) {
            all(self)
        } else {
            self.elsewhere(all)
        }
    }

    fn plain(&mut self, call: &FuncCall, function: &'static Function) -> Op {
        let args = self.args(call);
        let expand = call.args.expand_final();
        let mut call = Call { function, args, expand, pattern: OnceLock::new() };
        if let Err((index, why)) = check_pattern(&mut call) {
            let span = call.args.get(index).map_or(self.near, |node| node.span);
            return self.problem(Problem::new(span, "this pattern is not valid").detail(why));
        }
        Op::Call(Box::new(call))
    }

    fn special(&mut self, span: Span, call: &FuncCall, special: Special) -> Op {
        let mut args = self.args(call);
        let name = call.name.name.as_str();
        if call.args.expand_final() {
            return self.problem(Problem::new(span, format!("`{name}` can't be used with `...`")));
        }
        if special == Special::Try {
            if args.is_empty() {
                return self.problem(Problem::new(span, "`try` takes at least one argument"));
            }
            return Op::Try(args);
        }
        match args.pop() {
            Some(arg) => Op::Can(Box::new(arg)),
            None => Op::Invalid,
        }
    }

    fn environment(&mut self, span: Span, call: &FuncCall) -> Op {
        let name = call.args.iter().next().and_then(Expression::as_str);
        let Some(name) = name.filter(|_| !call.args.expand_final()) else {
            self.args(call);
            return self.problem(
                Problem::new(span, "`env` takes the name of the variable, written in quotes")
                    .help("such as env(\"ZOOM_CLIENT_SECRET\")"),
            );
        };
        if name.is_empty() || name.contains(['=', '\0']) {
            return self.problem(Problem::new(span, "this can't be the name of a variable"));
        }
        self.env_calls.push(EnvCall { name: name.into(), span, position: self.position });
        Op::Environment(name.into())
    }

    fn unknown_function(&mut self, span: Span, name: &str) -> Op {
        let problem = Problem::new(span, format!("there is no function `{name}`"));
        if let Some(help) = foreign::function(name) {
            return self.problem(problem.help(help));
        }
        let near = did_you_mean(name, functions::all().map(|function| function.name));
        self.problem(problem.maybe_help(near.map(|near| format!("did you mean `{near}`?"))))
    }
}
