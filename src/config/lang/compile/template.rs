//! Templates: quoted and heredoc, with directives.

use std::vec::IntoIter;

use hcl_edit::template::{
    Directive, Element, ForDirective, HeredocTemplate, IfDirective, Template,
};
use hcl_edit::{Decorated, Span as _};
use smol_str::SmolStr;

use super::super::node::{Op, Part};
use super::super::value::Value;
use super::Compiler;
use super::literals::{Literals, Style};

/// The literals of a template, white space done with, in the order of the text.
type Texts = IntoIter<String>;

/// A template, or the text that it is if there is nothing else in it.
fn whole(parts: Vec<Part>) -> Op {
    match parts.as_slice() {
        [] => Op::Const(Value::text("")),
        [Part::Literal(text)] => Op::Const(Value::Text(text.clone())),
        _ => Op::Template(parts),
    }
}

impl Compiler<'_> {
    /// A quoted template. One that is a single interpolation is that value, whatever its type.
    pub(super) fn quoted_template(&mut self, template: &Template) -> Op {
        if let Some(Element::Interpolation(only)) = template.as_single_element() {
            return self.node(&only.expr).op;
        }
        let mut texts = Literals::of(template, Style::Quoted);
        whole(self.parts(template, &mut texts))
    }

    pub(super) fn heredoc(&mut self, heredoc: &HeredocTemplate) -> Op {
        if heredoc.template.is_empty() {
            return Op::Const(Value::text(""));
        }
        // The parser has taken the indentation off already, but not as Terraform does where
        // directives are involved: so the literals are read from the text again.
        let flush = heredoc.indent().is_some() || self.slice(self.near).starts_with("<<-");
        let style = Style::Heredoc { text: self.text, flush };
        let mut texts = Literals::of(&heredoc.template, style);
        whole(self.parts(&heredoc.template, &mut texts))
    }

    fn parts(&mut self, template: &Template, texts: &mut Texts) -> Vec<Part> {
        let mut parts = Vec::new();
        for element in template {
            self.span(element.span());
            match element {
                Element::Literal(_) => {
                    let text = texts.next().unwrap_or_default();
                    if !text.is_empty() {
                        parts.push(Part::Literal(SmolStr::from(text)));
                    }
                }
                Element::Interpolation(value) => parts.push(Part::Value(self.node(&value.expr))),
                Element::Directive(directive) => parts.push(match &**directive {
                    Directive::If(directive) => self.if_(directive, texts),
                    Directive::For(directive) => self.for_directive(directive, texts),
                }),
            }
        }
        parts
    }

    fn if_(&mut self, directive: &IfDirective, texts: &mut Texts) -> Part {
        let condition = self.node(&directive.if_expr.cond_expr);
        let then = self.parts(&directive.if_expr.template, texts);
        let otherwise = match &directive.else_expr {
            Some(else_) => self.parts(&else_.template, texts),
            None => Vec::new(),
        };
        Part::If { condition, then, otherwise }
    }

    fn for_directive(&mut self, directive: &ForDirective, texts: &mut Texts) -> Part {
        let for_ = &directive.for_expr;
        let key = for_.key_var.as_ref().map(Decorated::value);
        let (source, body) =
            self.in_loop(&for_.collection_expr, key, for_.value_var.value(), |this| {
                this.parts(&for_.template, texts)
            });
        Part::For { source: Box::new(source), body }
    }
}
