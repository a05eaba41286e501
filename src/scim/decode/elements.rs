//! The elements of a multi-valued attribute (RFC 7643 section 2.4).

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Scalar, same_name};
use crate::model::Text;

/// One element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) value: Option<Text>,
    pub(super) display: Option<Text>,
    pub(super) kind: Option<Text>,
    pub(super) primary: bool,
}

/// All elements; one object instead of a list is a list of one, since Zoom was seen to answer so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Elements {
    /// Mostly the only one, so it needs no list.
    first: Option<Element>,
    more: Vec<Element>,
}

impl IntoIterator for Elements {
    type Item = Element;
    type IntoIter = std::iter::Chain<std::option::IntoIter<Element>, std::vec::IntoIter<Element>>;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().chain(self.more)
    }
}

impl Extend<Element> for Elements {
    fn extend<I: IntoIterator<Item = Element>>(&mut self, elements: I) {
        for element in elements {
            if self.first.is_none() {
                self.first = Some(element);
            } else {
                self.more.push(element);
            }
        }
    }
}

impl Elements {
    fn of(element: Option<Element>) -> Self {
        Self { first: element, more: Vec::new() }
    }

    /// The value of type `work`; one without a type will do, one of another type will not.
    pub(super) fn work(self) -> Option<Text> {
        let rank = |element: &Element| match &element.kind {
            Some(kind) if same_name(kind, "work") => Some((0, !element.primary)),
            Some(kind) if !kind.is_empty() => None,
            Some(_) | None => Some((1, !element.primary)),
        };
        let filled = |element: &Element| element.value.as_ref().is_some_and(|v| !v.is_empty());
        self.into_iter()
            .filter(filled)
            .filter_map(|element| rank(&element).map(|rank| (rank, element)))
            .min_by_key(|(rank, _)| *rank)
            .and_then(|(_, element)| element.value)
    }
}

impl<'de> Deserialize<'de> for Elements {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementsVisitor)
    }
}

struct ElementsVisitor;

impl<'de> Visitor<'de> for ElementsVisitor {
    type Value = Elements;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the elements of a multi-valued attribute")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Elements, A::Error> {
        let mut elements = Elements::default();
        while let Some(One(element)) = seq.next_element()? {
            elements.extend(element);
        }
        Ok(elements)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Elements, A::Error> {
        Ok(Elements::of(OneVisitor.visit_map(map)?.0))
    }

    fn visit_str<E>(self, value: &str) -> Result<Elements, E> {
        Ok(Elements::of(Some(Element { value: Some(value.into()), ..Element::default() })))
    }

    fn visit_unit<E>(self) -> Result<Elements, E> {
        Ok(Elements::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Elements, E> {
        Ok(Elements::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Elements, E> {
        Ok(Elements::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Elements, E> {
        Ok(Elements::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Elements, E> {
        Ok(Elements::default())
    }
}

struct One(Option<Element>);

impl<'de> Deserialize<'de> for One {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneVisitor)
    }
}

struct OneVisitor;

impl<'de> Visitor<'de> for OneVisitor {
    type Value = One;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an element with `value` and `type`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<One, A::Error> {
        let mut element = Element::default();
        while let Some(part) = map.next_key::<Part>()? {
            if part == Part::Other {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: Scalar = map.next_value()?;
            match part {
                Part::Value => element.value = value.into_text(),
                Part::Display => element.display = value.into_text(),
                Part::Kind => element.kind = value.into_text(),
                Part::Primary => element.primary = value.as_bool() == Some(true),
                Part::Other => {}
            }
        }
        Ok(One(Some(element)))
    }

    fn visit_str<E>(self, value: &str) -> Result<One, E> {
        Ok(One(Some(Element { value: Some(value.into()), ..Element::default() })))
    }

    fn visit_unit<E>(self) -> Result<One, E> {
        Ok(One(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<One, E> {
        Ok(One(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<One, E> {
        Ok(One(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<One, E> {
        Ok(One(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<One, E> {
        Ok(One(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<One, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(One(None))
    }
}

/// A member of an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Value,
    Display,
    Kind,
    Primary,
    Other,
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(PartVisitor)
    }
}

struct PartVisitor;

impl Visitor<'_> for PartVisitor {
    type Value = Part;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Part, E> {
        Ok(if same_name(name, "value") {
            Part::Value
        } else if same_name(name, "type") {
            Part::Kind
        } else if same_name(name, "primary") {
            Part::Primary
        } else if same_name(name, "display") {
            Part::Display
        } else {
            Part::Other
        })
    }
}
