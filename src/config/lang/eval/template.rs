//! Templates: text with values in it.

use smol_str::SmolStr;

use super::super::columns::Cell;
use super::super::node::{Node, Op, Part};
use super::super::value::Value;
use super::operators::a_type;
use super::{Fault, Machine, Outcome};
use crate::diagnostic::Span;

impl Machine<'_> {
    pub(super) fn template(&mut self, span: Span, parts: &[Part]) -> Outcome {
        let mut out = String::new();
        self.parts(span, parts, &mut out)?;
        Ok(Value::Text(SmolStr::from(out)))
    }

    fn parts(&mut self, span: Span, parts: &[Part], out: &mut String) -> Result<(), Fault> {
        for part in parts {
            match part {
                Part::Literal(text) => self.push(span, text, out)?,
                Part::Value(node) => self.interpolate(node, out)?,
                Part::If { condition, then, otherwise } => {
                    let branch = if self.truth(condition, "%{ if }")? { then } else { otherwise };
                    self.parts(span, branch, out)?;
                }
                Part::For { source, body } => {
                    let collection = self.eval(&source.collection)?;
                    self.each(source, &collection, &mut |machine, _| {
                        machine.parts(span, body, out)
                    })?;
                }
            }
        }
        Ok(())
    }

    fn interpolate(&mut self, node: &Node, out: &mut String) -> Result<(), Fault> {
        // The common case, a cell of the person, goes from the record into the text.
        if let (Op::Column { name: _, column: Some(column) }, Some(person)) =
            (&node.op, self.env.person)
            && let Cell::Text(text) = person.cell(*column)
        {
            self.steps(1, node.span)?;
            return self.push(node.span, text, out);
        }
        let value = self.eval(node)?;
        if let Some(text) = value.as_text() {
            return self.push(node.span, text, out);
        }
        match value.to_text() {
            Some(text) => self.push(node.span, &text, out),
            None if value.is_null() => {
                Err(Fault::plain(node.span, "this value is null, which has no text")
                    .map_problem(|problem| problem.help("give a default: coalesce(…, \"\")")))
            }
            None => Err(Fault::plain(
                node.span,
                format!("a template needs a string here, not {}", a_type(&value)),
            )),
        }
    }

    fn push(&mut self, span: Span, text: &str, out: &mut String) -> Result<(), Fault> {
        self.bytes(text.len() as u64, span)?;
        out.push_str(text);
        Ok(())
    }
}
