//! Whether two texts say the same: compared as trees, without comments and blanks.

use hcl_edit::expr::{Array, Expression, FuncArgs, Object};
use hcl_edit::structure::{AttributeMut, Block, BlockLabel, Body};
use hcl_edit::template::{Element, ForDirective, IfDirective};
use hcl_edit::visit_mut::{
    VisitMut, visit_array_mut, visit_block_mut, visit_for_directive_mut, visit_func_args_mut,
    visit_if_directive_mut, visit_object_mut,
};

/// Whether `after` parses to the tree that `before` is, apart from what is rewritten on purpose.
pub(super) fn same(mut before: Body, after: &str) -> bool {
    let Ok(mut after) = hcl_edit::parser::parse_body(after) else { return false };
    let mut modern = Modern { blocks: Vec::new() };
    modern.visit_body_mut(&mut before);
    modern.visit_body_mut(&mut after);
    before == after
}

/// Takes away in both trees what tells the older forms from the modern ones.
struct Modern {
    blocks: Vec<String>,
}

impl VisitMut for Modern {
    fn visit_block_mut(&mut self, block: &mut Block) {
        for label in &mut block.labels {
            if let BlockLabel::Ident(name) = label {
                *label = BlockLabel::String(name.as_str().to_owned().into());
            }
        }
        self.blocks.push(block.ident.as_str().to_owned());
        visit_block_mut(self, block);
        self.blocks.pop();
    }

    fn visit_attr_mut(&mut self, mut attribute: AttributeMut<'_>) {
        let is_type = self.blocks == ["variable"] && attribute.key.as_str() == "type";
        let value = attribute.value_mut();
        if is_type {
            *value = Expression::null();
        }
        while let Some(inner) = inner(value) {
            *value = inner;
        }
        self.visit_expr_mut(value);
    }

    fn visit_array_mut(&mut self, array: &mut Array) {
        array.set_trailing("");
        visit_array_mut(self, array);
    }

    fn visit_object_mut(&mut self, object: &mut Object) {
        object.set_trailing("");
        visit_object_mut(self, object);
    }

    fn visit_func_args_mut(&mut self, args: &mut FuncArgs) {
        args.set_trailing("");
        visit_func_args_mut(self, args);
    }

    fn visit_if_directive_mut(&mut self, directive: &mut IfDirective) {
        directive.if_expr.set_preamble("");
        if let Some(other) = &mut directive.else_expr {
            other.set_preamble("");
            other.set_trailing("");
        }
        directive.endif_expr.set_preamble("");
        directive.endif_expr.set_trailing("");
        visit_if_directive_mut(self, directive);
    }

    fn visit_for_directive_mut(&mut self, directive: &mut ForDirective) {
        directive.for_expr.set_preamble("");
        directive.endfor_expr.set_preamble("");
        directive.endfor_expr.set_trailing("");
        visit_for_directive_mut(self, directive);
    }
}

/// What stands in parentheses, or alone in a template.
fn inner(value: &Expression) -> Option<Expression> {
    if let Expression::Parenthesis(parenthesis) = value {
        return Some(parenthesis.inner().clone());
    }
    match value.as_string_template()?.as_single_element()? {
        Element::Interpolation(only) => Some(only.expr.clone()),
        Element::Literal(_) | Element::Directive(_) => None,
    }
}
