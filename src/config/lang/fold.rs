//! Running ahead of time what does not depend on anything.

use super::env::Env;
use super::eval::Machine;
use super::functions::Run;
use super::node::{Node, Op};

/// Largest value that is kept in the place of the expression that makes it.
const LARGEST: u64 = 1_000;

/// Replaces a node by its value if all beneath it are values. One that fails stays, and fails when
/// it is run: the branch that it stands in may never be.
pub(super) fn fold(node: &mut Node) {
    match &node.op {
        Op::Const(_)
        | Op::Invalid
        | Op::Column { .. }
        | Op::Person
        | Op::Name(..)
        | Op::Slot(_)
        | Op::Environment(_) => return,
        Op::Call(call) if !matches!(call.function.run, Run::Pure(_)) => return,
        Op::List(_)
        | Op::Object(_)
        | Op::Template(_)
        | Op::Not(_)
        | Op::Negate(_)
        | Op::Binary(_)
        | Op::Conditional(_)
        | Op::Call(_)
        | Op::Try(_)
        | Op::Can(_)
        | Op::Path(..)
        | Op::For(_) => {}
    }
    let mut known = true;
    node.each_child(&mut |child| known &= child.known().is_some());
    if !known {
        return;
    }
    let env = Env::empty();
    if let Ok(value) = Machine::small(&env).eval(node)
        && value.shape().weight <= LARGEST
    {
        node.op = Op::Const(value);
    }
}

/// Changes every node for which `change` has something better, from the leaves up, and folds.
pub(super) fn rewrite(node: &mut Node, change: &mut dyn FnMut(&Node) -> Option<Op>) {
    let mut changed = false;
    node.each_child(&mut |child| {
        let before = child.known().is_some();
        rewrite(child, change);
        changed |= !before && child.known().is_some();
    });
    if let Some(op) = change(node) {
        node.op = op;
    } else if changed {
        fold(node);
    }
}
