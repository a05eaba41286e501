//! One attribute of a change, or one key of `licenses`.

use std::borrow::Cow;

use crate::model::{Attribute, License, Text, UserType, Value};

/// One attribute of a change. Of `licenses`, each key is one of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeChange {
    /// Which attribute.
    pub attribute: Attribute,
    /// Which key of it, where it is a map.
    pub key: Option<Text>,
    /// The value that the account has; `None` where it has none or an empty one.
    pub before: Option<Value>,
    /// The value that is wanted; `None` where there is to be none.
    pub after: Option<Value>,
    /// Who moved: the configuration or the service.
    pub origin: Origin,
    /// Whether it gives or takes a role that counts as a privilege.
    pub privilege: bool,
    /// Whether this would only come of a blocked step, so that it does not happen.
    pub withheld: bool,
    /// Whether `after` is written down in the configuration, so that it tells nothing of the person.
    pub literal: bool,
}

impl AttributeChange {
    /// A change that happens, gives or takes no privilege and may tell of the person, of an attribute without keys.
    pub fn new(
        attribute: Attribute,
        before: Option<Value>,
        after: Option<Value>,
        origin: Origin,
    ) -> Self {
        Self {
            attribute,
            key: None,
            before,
            after,
            origin,
            privilege: false,
            withheld: false,
            literal: false,
        }
    }

    /// `title`, `licenses.zoomOneBizPlus`.
    pub fn name(&self) -> Cow<'static, str> {
        match &self.key {
            None => self.attribute.name().into(),
            Some(key) => format!("{}.{key}", self.attribute.name()).into(),
        }
    }

    /// What it is about, so that two changes of the same thing are told from others.
    pub fn place(&self) -> (Attribute, Option<&Text>) {
        (self.attribute, self.key.as_ref())
    }

    /// Whether Zoom never shows the value, so that the one before is only the one last written.
    pub fn is_write_only(&self) -> bool {
        self.key.as_ref().is_some_and(|key| License::of(key).write_only)
    }

    /// Whether this gives a licence that takes a seat.
    pub fn is_upgrade(&self) -> bool {
        Self { before: self.after.clone(), after: self.before.clone(), ..self.clone() }
            .is_downgrade()
    }

    /// Whether this takes a licence away, which counts as a removal.
    pub fn is_downgrade(&self) -> bool {
        match (self.attribute, &self.key) {
            (Attribute::UserType, _) => {
                let text = |value: &Option<Value>| {
                    value.as_ref().and_then(Value::as_text).map(UserType::of)
                };
                text(&self.before).is_some_and(|before| before.is_lost_to(text(&self.after)))
            }
            (Attribute::Licenses, Some(key)) => {
                let license = License::of(key);
                license.is_guarded()
                    && license.is_on(self.before.as_ref())
                    && !license.is_on(self.after.as_ref())
            }
            _ => false,
        }
    }
}

/// Who moved, so that an attribute differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The desired value differs from the one last written, or none is recorded.
    Config,
    /// The desired value is the one last written: the service moved.
    Drift,
}

impl Origin {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Drift => "drift",
        }
    }
}
