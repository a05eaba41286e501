//! `for`, in expressions and in templates.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::super::node::{For, ForBody, ForSource};
use super::super::value::{Map, Value};
use super::operators::{a_type, quoted};
use super::{Fault, Machine, Outcome};
use crate::diagnostic::Span;

/// What a loop does with each item; the span is that of the collection.
type Body<'b, 'a> = &'b mut dyn FnMut(&mut Machine<'a>, Span) -> Result<(), Fault>;

impl<'a> Machine<'a> {
    /// Runs `body` for each item of a collection, with the loop's variables set.
    pub(super) fn each(
        &mut self,
        source: &ForSource,
        collection: &Value,
        body: Body<'_, 'a>,
    ) -> Result<(), Fault> {
        let span = source.collection.span;
        match collection {
            Value::List(list) => {
                for (at, item) in list.items().iter().enumerate() {
                    self.round(source, || Value::Number(at.into()), item, body)?;
                }
            }
            Value::Set(set) => {
                for item in set.items() {
                    self.round(source, || item.clone(), item, body)?;
                }
            }
            Value::Map(_) | Value::User(_) => {
                for (key, item) in collection.as_map().into_iter().flat_map(Map::entries) {
                    self.round(source, || Value::Text(key.clone()), item, body)?;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {
                return Err(Fault::plain(
                    span,
                    format!("`for` runs over a list, a set or a map, not {}", a_type(collection)),
                ));
            }
        }
        Ok(())
    }

    fn round(
        &mut self,
        source: &ForSource,
        key: impl FnOnce() -> Value,
        item: &Value,
        body: Body<'_, 'a>,
    ) -> Result<(), Fault> {
        let span = source.collection.span;
        self.steps(1, span)?;
        let mut slot = source.slot;
        if source.with_key {
            self.set(slot, key());
            slot += 1;
        }
        self.set(slot, item.clone());
        body(self, span)
    }

    fn set(&mut self, slot: usize, value: Value) {
        if self.slots.len() <= slot {
            self.slots.resize(slot + 1, Value::Null);
        }
        if let Some(place) = self.slots.get_mut(slot) {
            *place = value;
        }
    }

    pub(super) fn for_(&mut self, span: Span, for_: &For) -> Outcome {
        let collection = self.eval(&for_.source.collection)?;
        let value = match &for_.body {
            ForBody::List(value) => {
                let mut items = Vec::new();
                self.each(&for_.source, &collection, &mut |machine, _| {
                    if machine.wanted(for_)? {
                        machine.items(1, span)?;
                        items.push(machine.eval(value)?);
                    }
                    Ok(())
                })?;
                Value::list(items)
            }
            ForBody::Object { key, value, grouping: true } => {
                let mut groups: BTreeMap<SmolStr, Vec<Value>> = BTreeMap::new();
                self.each(&for_.source, &collection, &mut |machine, _| {
                    if machine.wanted(for_)? {
                        machine.items(1, span)?;
                        let key = machine.key(key)?;
                        machine.bytes(key.len() as u64, span)?;
                        let value = machine.eval(value)?;
                        groups.entry(key).or_default().push(value);
                    }
                    Ok(())
                })?;
                Value::map(groups.into_iter().map(|(key, items)| (key, Value::list(items))))
            }
            ForBody::Object { key: key_node, value, grouping: false } => {
                let mut entries: BTreeMap<SmolStr, Value> = BTreeMap::new();
                self.each(&for_.source, &collection, &mut |machine, _| {
                    if machine.wanted(for_)? {
                        machine.items(1, span)?;
                        let key = machine.key(key_node)?;
                        machine.bytes(key.len() as u64, span)?;
                        if entries.contains_key(&key) {
                            return Err(duplicate_key(key_node.span, &key));
                        }
                        let value = machine.eval(value)?;
                        entries.insert(key, value);
                    }
                    Ok(())
                })?;
                Value::map(entries)
            }
        };
        Self::sized(value, span)
    }

    fn wanted(&mut self, for_: &For) -> Result<bool, Fault> {
        for_.condition.as_ref().map_or(Ok(true), |node| self.truth(node, "if"))
    }
}

fn duplicate_key(span: Span, key: &str) -> Fault {
    Fault::plain(span, "two items yield the same key")
        .detail(format!("the key {} comes twice", quoted(key)))
        .map_problem(|problem| {
            problem.help("write `...` after the value to collect all values of a key in a list")
        })
}
