//! The variables of a saved plan: written down as JSON, and read back when it is carried out.

use std::collections::BTreeMap;

use crate::diagnostic::Sources;
use crate::model::Text;

use super::lang::{Env, Names, Value, compile};

/// The values as JSON, by name.
pub(super) fn write(variables: &Names) -> BTreeMap<Text, Text> {
    let one = |(name, value): (&Text, &Value)| {
        let json = call("jsonencode", value.clone())?;
        Some((name.clone(), json.as_text()?.into()))
    };
    variables.iter().filter_map(one).collect()
}

/// The value that JSON stands for; `None` where it stands for none.
pub(super) fn read(json: &str) -> Option<Value> {
    call("jsondecode", Value::text(json))
}

/// What a function of the language makes of a value: numbers stay exact in it, both ways.
fn call(function: &str, value: Value) -> Option<Value> {
    let text = format!("{function}(var.value)");
    let parsed = hcl_edit::parser::parse_expr(&text).ok()?;
    let file = Sources::default().add("", text.clone());
    let (expr, _) = compile(&text, file, &parsed);
    let variables = Names::from([("value".into(), value)]);
    Env { variables: &variables, ..Env::empty() }.eval(&expr).ok()
}

#[cfg(test)]
mod tests {
    use super::{call, read, write};
    use crate::config::lang::{Names, Value};

    #[test]
    fn values_come_back_as_they_were() {
        for json in [
            "null",
            "true",
            "0",
            "-1234567890.125",
            r#""a \"b\" ${c} \u001b\\""#,
            r#"["a",[1,{}],{"k":"v","n":null}]"#,
        ] {
            let value = read(json).unwrap();
            let names = Names::from([("x".into(), value.clone())]);
            let written = write(&names);
            assert_eq!(read(&written["x"]), Some(value), "{json}");
        }
        assert_eq!(call("jsondecode", Value::text("{")), None);
        assert_eq!(read("[1"), None);
    }
}
