//! Types of variables, as Terraform writes them, and values converted to them.

use std::collections::BTreeMap;

use hcl_edit::expr::{Expression, ObjectKey};

use crate::model::Text;

use super::lang::Value;

/// A variable's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Any,
    Text,
    Number,
    Bool,
    List(Box<Self>),
    Set(Box<Self>),
    Map(Box<Self>),
    Tuple(Vec<Self>),
    /// Attributes, and whether each may be left out.
    Object(BTreeMap<Text, (Self, bool)>),
}

/// The forms that a type can have, for help.
pub(super) const FORMS: &str = "types: `string`, `number`, `bool`, `any`, `list(…)`, `set(…)`, `map(…)`, `object({…})`, `tuple([…])`";

/// Reads a type; `Err` is the way out.
pub(super) fn read(expression: &Expression) -> Result<Type, String> {
    if let Some(text) = expression.as_str() {
        return Err(format!("write the type without quotes: `type = {text}`"));
    }
    if let Some(name) = expression.as_variable() {
        return match name.as_str() {
            "any" => Ok(Type::Any),
            "string" => Ok(Type::Text),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            "list" | "set" | "map" => Err(format!("say of what: `{}(string)`", name.as_str())),
            other => {
                let known = ["string", "number", "bool", "any", "list", "set", "map", "object"];
                Err(crate::diagnostic::did_you_mean(other, known)
                    .map_or_else(|| FORMS.to_owned(), |near| format!("did you mean `{near}`?")))
            }
        };
    }
    let Some(call) = expression.as_func_call() else { return Err(FORMS.to_owned()) };
    let arguments: Vec<&Expression> = call.args.iter().collect();
    let [argument] = arguments.as_slice() else { return Err(FORMS.to_owned()) };
    match call.name.name.as_str() {
        "list" => Ok(Type::List(Box::new(read(argument)?))),
        "set" => Ok(Type::Set(Box::new(read(argument)?))),
        "map" => Ok(Type::Map(Box::new(read(argument)?))),
        "tuple" => {
            let items = argument.as_array().ok_or_else(|| FORMS.to_owned())?;
            items.iter().map(read).collect::<Result<_, _>>().map(Type::Tuple)
        }
        "object" => object(argument),
        _ => Err(FORMS.to_owned()),
    }
}

fn object(argument: &Expression) -> Result<Type, String> {
    let entries = argument.as_object().ok_or_else(|| FORMS.to_owned())?;
    let mut attributes = BTreeMap::new();
    for (key, value) in entries {
        let name = match key {
            ObjectKey::Ident(name) => name.as_str(),
            ObjectKey::Expression(key) => key.as_str().ok_or_else(|| FORMS.to_owned())?,
        };
        let optional =
            value.expr().as_func_call().filter(|call| call.name.name.as_str() == "optional");
        let inner = optional.map_or(Some(value.expr()), |call| call.args.iter().next());
        let inner = inner.ok_or_else(|| FORMS.to_owned())?;
        attributes.insert(Text::from(name), (read(inner)?, optional.is_some()));
    }
    Ok(Type::Object(attributes))
}

impl Type {
    /// Whether a value given as text stands for itself, not for an expression.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self, Self::Text | Self::Number | Self::Bool)
    }

    /// The type in Terraform's words.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Any => "any".to_owned(),
            Self::Text => "string".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::List(inner) => format!("list({})", inner.name()),
            Self::Set(inner) => format!("set({})", inner.name()),
            Self::Map(inner) => format!("map({})", inner.name()),
            Self::Tuple(_) => "tuple".to_owned(),
            Self::Object(_) => "object".to_owned(),
        }
    }

    /// The value as this type; `Err` says what is wanted instead of what, without any value.
    pub(super) fn convert(&self, value: Value) -> Result<Value, String> {
        let wanted = |value: &Value| format!("{} wanted, {} given", self.name(), value.type_name());
        if value.is_null() {
            return Ok(value);
        }
        match self {
            Self::Any => Ok(value),
            Self::Text => value.to_text().map(Value::Text).ok_or_else(|| wanted(&value)),
            Self::Bool => {
                super::settings::as_bool(&value).map(Value::Bool).ok_or_else(|| wanted(&value))
            }
            Self::Number => value.to_number().map(Value::Number).ok_or_else(|| wanted(&value)),
            Self::List(inner) => items(&value, |_| Some(inner)).map(Value::list),
            Self::Set(inner) => items(&value, |_| Some(inner)).map(Value::set),
            Self::Tuple(types) => {
                let list = items(&value, |at| types.get(at))?;
                if list.len() == types.len() { Ok(Value::list(list)) } else { Err(wanted(&value)) }
            }
            Self::Map(inner) => {
                let map = value.as_map().ok_or_else(|| wanted(&value))?;
                let mut entries = Vec::new();
                for (key, value) in map.entries() {
                    let value =
                        inner.convert(value.clone()).map_err(|why| format!("at `{key}`: {why}"))?;
                    entries.push((key.clone(), value));
                }
                Ok(Value::map(entries))
            }
            Self::Object(attributes) => {
                let map = value.as_map().ok_or_else(|| wanted(&value))?;
                let mut entries = Vec::new();
                for (name, (inner, optional)) in attributes {
                    let value = match map.get(name) {
                        Some(value) => value.clone(),
                        None if *optional => Value::Null,
                        None => return Err(format!("`{name}` is missing")),
                    };
                    let value =
                        inner.convert(value).map_err(|why| format!("at `{name}`: {why}"))?;
                    entries.push((name.clone(), value));
                }
                Ok(Value::map(entries))
            }
        }
    }
}

fn items<'t>(
    value: &Value,
    inner: impl Fn(usize) -> Option<&'t Type>,
) -> Result<Vec<Value>, String> {
    let items =
        value.as_items().ok_or_else(|| format!("a list wanted, {} given", value.type_name()))?;
    let mut converted = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let inner = inner(at).ok_or_else(|| format!("{} items are too many", items.len()))?;
        converted.push(inner.convert(item.clone()).map_err(|why| format!("item {at}: {why}"))?);
    }
    Ok(converted)
}
