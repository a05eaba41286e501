//! The attribute table: every attribute that Enroll manages, once, as data.
//!
//! Sources: DESIGN of the project and Zoom's SCIM reference (which attributes a LIST item holds was
//! seen on a tenant, <https://devforum.zoom.us/t/111286>). RFC 7643 sections 4.1 to 4.3 for the paths.

use std::fmt;

/// The URN of the core user schema (RFC 7643 section 4.1).
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The URN of Zoom's own user extension, which holds the licences.
pub(crate) const ZOOM_USER: &str = "urn:ietf:params:scim:schemas:extension:zoom:1.0:User";

/// One attribute of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// The e-mail address that people sign in with.
    UserName,
    /// The work e-mail address; `user_name` where nothing sets it.
    Email,
    /// Given name.
    GivenName,
    /// Family name.
    FamilyName,
    /// The name that others see.
    DisplayName,
    /// `Basic`, `Licensed`, `On-Prem`, `Collaboration`, `Unassigned`: the older way to a licence.
    UserType,
    /// Whether the person may sign in.
    Active,
    /// Department.
    Department,
    /// Organization.
    Organization,
    /// Cost centre.
    CostCenter,
    /// Employee number, as text.
    EmployeeNumber,
    /// Division.
    Division,
    /// The manager.
    Manager,
    /// Job title.
    Title,
    /// Locale.
    Locale,
    /// Work phone.
    Phone,
    /// Roles.
    Roles,
    /// Zoom's licences and add-ons, an open map.
    Licenses,
}

/// The shape of an attribute's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// Any text.
    Text,
    /// true or false.
    Bool,
    /// A set of texts; order and repetition mean nothing.
    Set,
    /// A map from names to texts or bools, compared by key.
    Map,
}

/// Where an attribute stands in a SCIM user resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScimPath {
    /// `name` of the resource itself.
    Core(&'static str),
    /// `parent.child` of the resource itself.
    Sub(&'static str, &'static str),
    /// The `value` of the element of a multi-valued attribute whose `type` is `work`.
    Work(&'static str),
    /// Every `value` of a multi-valued attribute.
    All(&'static str),
    /// A member of an extension object.
    Extension(&'static str, &'static str),
    /// A member of a member of an extension object.
    ExtensionSub(&'static str, &'static str, &'static str),
    /// The whole of an extension object as an open map.
    ExtensionMap(&'static str),
}

/// What is known of one attribute.
#[derive(Clone, Copy, Debug)]
pub struct AttributeSpec {
    /// Which one.
    pub attribute: Attribute,
    /// Its name in HCL, in the state and in a plan.
    pub name: &'static str,
    /// The shape of its value.
    pub kind: Kind,
    /// Where it stands in SCIM.
    pub path: ScimPath,
    /// Whether an item of Zoom's LIST holds it.
    pub in_list: bool,
    /// Longest value in characters, where Zoom has a limit.
    pub max_chars: Option<usize>,
    /// Values that Zoom documents; another passes with a warning.
    pub known_values: &'static [&'static str],
    /// Whether its values tell who somebody is, so that a redacted plan holds none of them.
    pub personal: bool,
}

const fn spec(
    attribute: Attribute,
    name: &'static str,
    kind: Kind,
    path: ScimPath,
    in_list: bool,
) -> AttributeSpec {
    AttributeSpec {
        attribute,
        name,
        kind,
        path,
        in_list,
        max_chars: None,
        known_values: &[],
        personal: false,
    }
}

const fn personal(spec: AttributeSpec) -> AttributeSpec {
    AttributeSpec { personal: true, ..spec }
}

/// The table, in the order in which attributes are shown.
pub const ATTRIBUTES: [AttributeSpec; 18] = {
    use Attribute as A;
    use ScimPath::{All, Core, Extension, ExtensionMap, ExtensionSub, Sub, Work};
    [
        personal(spec(A::UserName, "user_name", Kind::Email, Core("userName"), true)),
        personal(spec(A::Email, "email", Kind::Email, Work("emails"), true)),
        AttributeSpec {
            max_chars: Some(64),
            ..personal(spec(A::GivenName, "given_name", Kind::Text, Sub("name", "givenName"), true))
        },
        AttributeSpec {
            max_chars: Some(64),
            ..personal(spec(
                A::FamilyName,
                "family_name",
                Kind::Text,
                Sub("name", "familyName"),
                true,
            ))
        },
        personal(spec(A::DisplayName, "display_name", Kind::Text, Core("displayName"), true)),
        AttributeSpec {
            known_values: &["Basic", "Licensed", "On-Prem", "Collaboration", "Unassigned"],
            ..spec(A::UserType, "user_type", Kind::Text, Core("userType"), true)
        },
        spec(A::Active, "active", Kind::Bool, Core("active"), true),
        spec(A::Department, "department", Kind::Text, Extension(ENTERPRISE, "department"), true),
        spec(
            A::Organization,
            "organization",
            Kind::Text,
            Extension(ENTERPRISE, "organization"),
            false,
        ),
        spec(A::CostCenter, "cost_center", Kind::Text, Extension(ENTERPRISE, "costCenter"), false),
        personal(spec(
            A::EmployeeNumber,
            "employee_number",
            Kind::Text,
            Extension(ENTERPRISE, "employeeNumber"),
            false,
        )),
        spec(A::Division, "division", Kind::Text, Extension(ENTERPRISE, "division"), false),
        personal(spec(
            A::Manager,
            "manager",
            Kind::Text,
            ExtensionSub(ENTERPRISE, "manager", "value"),
            false,
        )),
        personal(spec(A::Title, "title", Kind::Text, Core("title"), false)),
        spec(A::Locale, "locale", Kind::Text, Core("locale"), false),
        personal(spec(A::Phone, "phone", Kind::Text, Work("phoneNumbers"), false)),
        spec(A::Roles, "roles", Kind::Set, All("roles"), false),
        spec(A::Licenses, "licenses", Kind::Map, ExtensionMap(ZOOM_USER), false),
    ]
};

static BY_NAME: std::sync::LazyLock<Vec<Attribute>> = std::sync::LazyLock::new(|| {
    let mut all: Vec<Attribute> = ATTRIBUTES.iter().map(|spec| spec.attribute).collect();
    all.sort_by_key(|attribute| attribute.name());
    all
});

impl Attribute {
    /// The row of the table.
    pub fn spec(self) -> &'static AttributeSpec {
        // The table lists the attributes in the order of the enum; a test holds it so.
        &ATTRIBUTES[self as usize]
    }

    /// Its name in HCL, in the state and in a plan.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// The shape of its value.
    pub fn kind(self) -> Kind {
        self.spec().kind
    }

    /// The attribute of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        ATTRIBUTES.iter().find(|spec| spec.name == name).map(|spec| spec.attribute)
    }

    /// Every attribute, sorted by name: the order in files.
    pub fn by_name() -> impl Iterator<Item = Self> {
        BY_NAME.iter().copied()
    }

    /// All names, for "did you mean".
    pub fn names() -> impl Iterator<Item = &'static str> {
        ATTRIBUTES.iter().map(|spec| spec.name)
    }

    /// Whether its values tell who somebody is.
    pub fn is_personal(self) -> bool {
        self.spec().personal
    }

    /// Whether Zoom takes it away with a disable, so that an enable gives it back.
    pub fn goes_with_active(self) -> bool {
        matches!(self, Self::UserType | Self::Licenses)
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A small set of attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttributeSet(u32);

impl AttributeSet {
    /// Adds one.
    pub fn insert(&mut self, attribute: Attribute) {
        self.0 |= 1 << attribute as u32;
    }

    /// Whether it is in.
    pub fn contains(self, attribute: Attribute) -> bool {
        self.0 & (1 << attribute as u32) != 0
    }

    /// Those in either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether none is in.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The attributes, in table order.
    pub fn iter(self) -> impl Iterator<Item = Attribute> {
        ATTRIBUTES.iter().map(|spec| spec.attribute).filter(move |a| self.contains(*a))
    }
}

impl FromIterator<Attribute> for AttributeSet {
    fn from_iter<I: IntoIterator<Item = Attribute>>(iter: I) -> Self {
        let mut set = Self::default();
        iter.into_iter().for_each(|attribute| set.insert(attribute));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::{ATTRIBUTES, Attribute, AttributeSet};

    #[test]
    fn the_table_stands_in_the_order_of_the_enum_and_names_are_unique() {
        for (index, spec) in ATTRIBUTES.iter().enumerate() {
            assert_eq!(spec.attribute as usize, index, "{}", spec.name);
            assert_eq!(Attribute::from_name(spec.name), Some(spec.attribute));
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: AttributeSet = [Attribute::Title, Attribute::UserName].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Attribute::UserName, Attribute::Title]);
        assert!(!set.contains(Attribute::Licenses));
    }
}
