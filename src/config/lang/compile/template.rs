//! Templates: quoted and heredoc, with directives and strip markers.

use hcl_edit::Span as _;
use hcl_edit::template::{
    Directive, Element, ForDirective, HeredocTemplate, IfDirective, Strip, Template,
};
use smol_str::SmolStr;

use super::super::node::{Op, Part};
use super::super::value::Value;
use super::Compiler;
use crate::diagnostic::Span;

/// A template's parts under way, with what the markers around say.
#[derive(Default)]
struct Parts {
    parts: Vec<Part>,
    /// Whether the next literal loses the white space at its start.
    strip_next: bool,
}

impl Parts {
    fn starting(strip_next: bool) -> Self {
        Self { parts: Vec::new(), strip_next }
    }

    fn literal(&mut self, text: &str) {
        let text = if std::mem::take(&mut self.strip_next) { text.trim_start() } else { text };
        match self.parts.last_mut() {
            Some(Part::Literal(before)) => *before = SmolStr::from([before, text].concat()),
            _ if text.is_empty() => {}
            _ => self.parts.push(Part::Literal(text.into())),
        }
    }

    /// Takes white space off the end of a literal that stands last.
    fn strip_end(&mut self) {
        if let Some(Part::Literal(text)) = self.parts.last_mut() {
            *text = SmolStr::from(text.trim_end());
        }
    }

    fn push(&mut self, part: Part, strip: Strip, after: bool) {
        if strip.strip_start() {
            self.strip_end();
        }
        self.parts.push(part);
        self.strip_next = after;
    }
}

impl Compiler<'_> {
    /// A quoted template. One that is a single interpolation is that value, whatever its type.
    pub(super) fn quoted_template(&mut self, template: &Template) -> Op {
        if let Some(Element::Interpolation(only)) = template.as_single_element() {
            return self.node(&only.expr).op;
        }
        Op::Template(self.parts(template, Parts::default(), false))
    }

    pub(super) fn heredoc(&mut self, span: Span, heredoc: &HeredocTemplate) -> Op {
        if heredoc.template.is_empty() {
            return Op::Const(Value::text(""));
        }
        self.near = span;
        Op::Template(self.parts(&heredoc.template, Parts::default(), false))
    }

    fn parts(&mut self, template: &Template, mut parts: Parts, strip_end: bool) -> Vec<Part> {
        for element in template {
            self.span(element.span());
            match element {
                Element::Literal(text) => parts.literal(text.value()),
                Element::Interpolation(value) => {
                    let node = self.node(&value.expr);
                    parts.push(Part::Value(node), value.strip, value.strip.strip_end());
                }
                Element::Directive(directive) => match &**directive {
                    Directive::If(directive) => self.if_(directive, &mut parts),
                    Directive::For(directive) => self.for_directive(directive, &mut parts),
                },
            }
        }
        if strip_end {
            parts.strip_end();
        }
        parts.parts
    }

    fn if_(&mut self, directive: &IfDirective, parts: &mut Parts) {
        let (if_, end) = (&directive.if_expr, &directive.endif_expr.strip);
        let condition = self.node(&if_.cond_expr);
        let after_then = directive.else_expr.as_ref().map_or(end, |else_| &else_.strip);
        let then = Parts::starting(if_.strip.strip_end());
        let then = self.parts(&if_.template, then, after_then.strip_start());
        let otherwise = match &directive.else_expr {
            Some(else_) => {
                let otherwise = Parts::starting(else_.strip.strip_end());
                self.parts(&else_.template, otherwise, end.strip_start())
            }
            None => Vec::new(),
        };
        parts.push(Part::If { condition, then, otherwise }, if_.strip, end.strip_end());
    }

    fn for_directive(&mut self, directive: &ForDirective, parts: &mut Parts) {
        let (for_, end) = (&directive.for_expr, &directive.endfor_expr.strip);
        let key = for_.key_var.as_ref().map(|key| key.value());
        let (source, body) =
            self.in_loop(&for_.collection_expr, key, for_.value_var.value(), |this| {
                let body = Parts::starting(for_.strip.strip_end());
                this.parts(&for_.template, body, end.strip_start())
            });
        let part = Part::For { source: Box::new(source), body };
        parts.push(part, for_.strip, end.strip_end());
    }
}
