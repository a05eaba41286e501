//! One user as the sandbox keeps it; the same types are the wire's and the store's.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::seed::Standing;

/// The core schema of a user.
pub(super) const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The enterprise extension.
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// Zoom's licences, an open map, absent from a LIST.
pub(super) const LICENCES: &str = "urn:ietf:params:scim:schemas:extension:zoom:1.0:User";
/// How somebody signs in; Zoom shows it in a LIST only.
pub(super) const ZOOM_USER: &str = "urn:us:zoom:scim:schemas:extension:1.0:ZoomUser";

/// A user object with what the account knows about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct User {
    /// Place in the order of creation; never used twice.
    pub(super) seq: u64,
    pub(super) id: String,
    #[serde(default)]
    pub(super) standing: Standing,
    #[serde(with = "instant")]
    pub(super) created: Timestamp,
    #[serde(with = "instant")]
    pub(super) modified: Timestamp,
    /// Counts the changes, so that an entity tag never comes back.
    pub(super) revision: u64,
    pub(super) profile: Profile,
}

impl User {
    pub(super) fn is_active(&self) -> bool {
        self.profile.active.unwrap_or(true)
    }

    /// Owners and admins: Zoom's SCIM neither switches them off nor deletes them.
    pub(super) fn is_admin(&self) -> bool {
        self.profile.roles.iter().any(|role| {
            [&role.value, &role.display]
                .into_iter()
                .flatten()
                .any(|name| ["owner", "admin"].iter().any(|admin| name.eq_ignore_ascii_case(admin)))
        })
    }

    /// The user as Zoom shows it: it takes the licences of Zoom Phone and never says them again. `None` where there
    /// are none to be left out.
    pub(super) fn without_phone(&self) -> Option<Self> {
        let is_phone = |key: &str| key.to_ascii_lowercase().starts_with("zoomphone");
        self.profile.licences.keys().any(|key| is_phone(key)).then(|| {
            let mut shown = self.clone();
            shown.profile.licences.retain(|key, _| !is_phone(key));
            shown
        })
    }

    /// Whether a paid seat is taken.
    pub(super) fn is_licensed(&self) -> bool {
        self.profile.user_type.as_deref() == Some("Licensed")
    }

    /// Marks a change; two changes never carry the same time, even where the clock stood still.
    pub(super) fn touch(&mut self, now: Timestamp) {
        let next =
            self.modified.checked_add(SignedDuration::from_millis(1)).unwrap_or(self.modified);
        self.modified = now.max(next);
        self.revision += 1;
    }

    /// The entity tag, which is also `meta.version`.
    pub(super) fn version(&self) -> String {
        format!("W/\"{}\"", self.revision)
    }
}

/// The attributes of a user. Also what a request body may hold: then an absent one means "not sent".
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile {
    #[serde(default)]
    pub(super) user_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) display_name: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_is_none")]
    pub(super) emails: Vec<Plural>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) active: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) user_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) locale: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_is_none")]
    pub(super) phone_numbers: Vec<Plural>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_is_none")]
    pub(super) roles: Vec<Plural>,
    #[serde(
        rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) enterprise: Option<Enterprise>,
    #[serde(
        rename = "urn:ietf:params:scim:schemas:extension:zoom:1.0:User",
        default,
        skip_serializing_if = "Map::is_empty",
        deserialize_with = "null_is_none"
    )]
    pub(super) licences: Map<String, Value>,
    /// What only the RFC's manners keep: `nickName`, `addresses` and so on.
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// The `name` attribute.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are the RFC's")]
pub(super) struct Name {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) given_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) family_name: Option<String>,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// One value of a multi-valued attribute.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Plural {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) display: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) primary: Option<bool>,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// The enterprise extension.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Enterprise {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) department: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) organization: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cost_center: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) employee_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) division: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) manager: Option<Manager>,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// The manager, by reference.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Manager {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

/// A `null` where a list or a map is wanted counts as not sent.
fn null_is_none<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A time as text in the data.
mod instant {
    use super::{Deserialize, Deserializer, Timestamp};

    pub(super) fn serialize<S: serde::Serializer>(
        time: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(time)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
