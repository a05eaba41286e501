//! Parts of an expression that can be run alone, to tell why the whole is what it is.

use super::expr::{Expr, Root};
use super::node::{Node, Op, Operator, StepKind};
use super::value::Value;

/// A comparison with a value that is known.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The comparison itself.
    pub whole: Expr,
    /// The side that is not known.
    pub side: Expr,
    /// What it is compared with; each of a list.
    pub wanted: Vec<Value>,
    /// `==` and `contains`; otherwise `!=`.
    pub equal: bool,
}

impl Expr {
    /// The parts of which all must hold, in the order of the text: itself, unless it is made with `&&`.
    pub fn conditions(&self) -> Vec<Self> {
        fn collect<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
            if let Op::Binary(binary) = &node.op
                && binary.operator == Operator::And
            {
                collect(&binary.left, found);
                collect(&binary.right, found);
            } else {
                found.push(node);
            }
        }
        let mut found = Vec::new();
        collect(self.root(), &mut found);
        found.into_iter().map(|node| self.part(node)).collect()
    }

    /// What it compares with known values, if it is nothing but a comparison.
    pub fn as_comparison(&self) -> Option<Comparison> {
        self.compared(self.root())
    }

    /// All comparisons with known values that can be run alone.
    pub fn comparisons(&self) -> Vec<Comparison> {
        let mut found = Vec::new();
        walk(&mut self.root().clone(), &mut |node| {
            found.extend(self.compared(node));
            true
        });
        found
    }

    /// What it takes of a person: columns, and what lies at fixed places below them.
    pub fn subjects(&self) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        walk(&mut self.root().clone(), &mut |node| {
            let fixed = if let Op::Path(base, steps) = &node.op {
                let fixed = |kind: &StepKind| match kind {
                    StepKind::Attribute(_) | StepKind::Number(_) => true,
                    StepKind::Index(key) => key.known().is_some(),
                    StepKind::Splat | StepKind::AttributeSplat => false,
                };
                matches!(base.op, Op::Column { .. }) && steps.iter().all(|s| fixed(&s.kind))
            } else {
                matches!(node.op, Op::Column { .. })
            };
            if fixed {
                found.push(self.part(node));
            }
            !fixed
        });
        found
    }

    /// The names of the columns that it mentions.
    pub fn person_columns(&self) -> impl Iterator<Item = &str> {
        let of_person = self.mentions().iter().filter(|mention| mention.root == Root::Person);
        of_person.map(|mention| mention.name.as_str())
    }

    fn compared(&self, node: &Node) -> Option<Comparison> {
        let (side, wanted, equal) = if let Op::Binary(binary) = &node.op {
            let equal = binary.operator == Operator::Equal;
            if !equal && binary.operator != Operator::Unequal {
                return None;
            }
            match (binary.left.known(), binary.right.known()) {
                (None, Some(wanted)) => (&binary.left, vec![wanted.clone()], equal),
                (Some(wanted), None) => (&binary.right, vec![wanted.clone()], equal),
                (None, None) | (Some(_), Some(_)) => return None,
            }
        } else if let Op::Call(call) = &node.op {
            let [list, side] = call.args.as_slice() else { return None };
            if call.function.name != "contains" || call.expand {
                return None;
            }
            (side, list.known()?.as_items()?.to_vec(), true)
        } else {
            return None;
        };
        let mut alone = side.known().is_none();
        walk(&mut side.clone(), &mut |node| {
            // The variable of a loop has no value outside of it.
            alone &= !matches!(node.op, Op::Slot(_));
            true
        });
        alone.then(|| Comparison { whole: self.part(node), side: self.part(side), wanted, equal })
    }
}

/// Calls `visit` on a node and on all beneath it, where it says so.
fn walk(node: &mut Node, visit: &mut dyn FnMut(&Node) -> bool) {
    if visit(node) {
        node.each_child(&mut |child| walk(child, visit));
    }
}
