//! Values: what expressions yield.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::model::{compare_text, nfc, nfc_text, same_text};

/// A value. Cheap to clone: collections are shared.
///
/// Terraform's tuples are lists here, and its objects are maps. Texts are equal whatever their Unicode normalization
/// form, as in Terraform; unlike there each keeps the form of its source, for that is what is sent.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An exact decimal number.
    Number(Decimal),
    /// Text.
    Text(SmolStr),
    /// Values in order.
    List(Arc<List>),
    /// Distinct values, sorted.
    Set(Arc<List>),
    /// Values by key.
    Map(Arc<Map>),
    /// `user.NAME`: reads like a map, and remembers which user it is.
    User(Arc<UserRef>),
}

/// The items of a list or a set.
#[derive(Clone, Debug, Default)]
pub struct List {
    items: Vec<Value>,
    shape: Shape,
}

/// The entries of a map or an object. Its keys are in normalization form C.
#[derive(Clone, Debug, Default)]
pub struct Map {
    entries: BTreeMap<SmolStr, Value>,
    shape: Shape,
}

/// A reference to a `user` block.
#[derive(Clone, Debug)]
pub struct UserRef {
    /// The block's label.
    pub name: SmolStr,
    /// Its attributes.
    pub attributes: Map,
}

/// How deep and how large a value is when everything shared is counted each time. It keeps what
/// walks a value within bounds: `local.b = [local.a, local.a]` doubles without costing memory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    /// Levels of collections.
    pub(super) depth: u16,
    /// Values in all, long texts counted by length.
    pub(super) weight: u64,
}

impl Shape {
    fn of<'a>(values: impl Iterator<Item = &'a Value>) -> Self {
        values.fold(Self { depth: 1, weight: 1 }, |shape, value| {
            let inner = value.shape();
            Self {
                depth: shape.depth.max(inner.depth.saturating_add(1)),
                weight: shape.weight.saturating_add(inner.weight),
            }
        })
    }
}

impl List {
    /// The items, in order.
    pub fn items(&self) -> &[Value] {
        &self.items
    }
}

impl Map {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.get(&*nfc(key))
    }

    /// The entries, by key.
    pub fn entries(&self) -> &BTreeMap<SmolStr, Value> {
        &self.entries
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        /// Values of different kinds, in the order of the kinds.
        fn kind(value: &Value) -> u8 {
            match value {
                Value::Null => 0,
                Value::Bool(_) => 1,
                Value::Number(_) => 2,
                Value::Text(_) => 3,
                Value::List(_) => 4,
                Value::Set(_) => 5,
                Value::Map(_) => 6,
                Value::User(_) => 7,
            }
        }
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => compare_text(a, b),
            (Self::List(a), Self::List(b)) | (Self::Set(a), Self::Set(b)) => a.items.cmp(&b.items),
            (Self::Map(a), Self::Map(b)) => a.entries.cmp(&b.entries),
            (Self::User(a), Self::User(b)) => {
                (&a.name, &a.attributes.entries).cmp(&(&b.name, &b.attributes.entries))
            }
            (a, b) => kind(a).cmp(&kind(b)),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            // The most frequent comparison, and one that seldom needs an order.
            (Self::Text(a), Self::Text(b)) => same_text(a, b),
            (a, b) => a.cmp(b) == Ordering::Equal,
        }
    }
}

impl Eq for Value {}

impl FromIterator<(SmolStr, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (SmolStr, Value)>>(entries: I) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (nfc_text(key), value));
        let entries: BTreeMap<SmolStr, Value> = entries.collect();
        let mut shape = Shape::of(entries.values());
        for key in entries.keys() {
            shape.weight = shape.weight.saturating_add(text_weight(key));
        }
        Self { entries, shape }
    }
}

fn text_weight(text: &str) -> u64 {
    1 + text.len() as u64 / 16
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<SmolStr>) -> Self {
        Self::Text(text.into())
    }

    /// A list of these values.
    pub fn list(items: Vec<Self>) -> Self {
        let shape = Shape::of(items.iter());
        Self::List(Arc::new(List { items, shape }))
    }

    /// A set of these values: sorted, each once.
    pub fn set(mut items: Vec<Self>) -> Self {
        items.sort();
        items.dedup();
        let shape = Shape::of(items.iter());
        Self::Set(Arc::new(List { items, shape }))
    }

    /// A map of these entries; where a key comes twice, the last counts.
    pub fn map(entries: impl IntoIterator<Item = (SmolStr, Self)>) -> Self {
        Self::Map(Arc::new(entries.into_iter().collect()))
    }

    /// A reference to the `user` block of this name.
    pub fn user(
        name: impl Into<SmolStr>,
        attributes: impl IntoIterator<Item = (SmolStr, Self)>,
    ) -> Self {
        Self::User(Arc::new(UserRef {
            name: name.into(),
            attributes: attributes.into_iter().collect(),
        }))
    }

    /// The type in Terraform's words.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::List(_) => "list",
            Self::Set(_) => "set",
            Self::Map(_) => "object",
            Self::User(_) => "user",
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::List(_)
            | Self::Set(_)
            | Self::Map(_)
            | Self::User(_) => None,
        }
    }

    /// The items, if it is a list or a set.
    pub fn as_items(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) | Self::Set(list) => Some(&list.items),
            Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::Map(_)
            | Self::User(_) => None,
        }
    }

    /// The entries, if it is a map, an object or a user.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            Self::User(user) => Some(&user.attributes),
            Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Set(_) => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// How deep and how large it is.
    pub(super) fn shape(&self) -> Shape {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) => Shape { depth: 0, weight: 1 },
            Self::Text(text) => Shape { depth: 0, weight: text_weight(text) },
            Self::List(list) | Self::Set(list) => list.shape,
            Self::Map(map) => map.shape,
            Self::User(user) => user.attributes.shape,
        }
    }
}
