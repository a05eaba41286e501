//! What differs between services, as data: a dialect is a value, never a condition in the client.

use super::{ATTRIBUTES, Attribute, AttributeSet, Kind};

/// How an update is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateBy {
    /// PUT of only what changes; the service merges it.
    MergingPut,
    /// PATCH with one operation an attribute; PUT of the whole where there is no PATCH.
    Patch,
}

/// How switching on and off is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivationBy {
    /// PATCH `replace` with a value object and no path, alone.
    PatchValue,
    /// PATCH `replace` of the path `active`.
    PatchPath,
}

/// What a service is like, as far as planning and paying for it go. How bytes look on the wire is
/// the business of `scim`, which has a side of its own for each dialect.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own about a service")]
pub struct Dialect {
    /// `zoom` or `scim`, as `type` names it.
    pub name: &'static str,
    /// How an update is sent.
    pub update: UpdateBy,
    /// How switching on and off is sent.
    pub activation: ActivationBy,
    /// Whether an attribute can be cleared.
    pub clears: bool,
    /// Whether a LIST item lacks attributes; which ones says the attribute table.
    pub thin_list: bool,
    /// Whether a disable takes `user_type` and `licenses` away.
    pub disable_strips: bool,
    /// Whether owners and admins can't be disabled, deleted or renamed over SCIM, so that an account
    /// is read before one of these is planned.
    pub guards_admins: bool,
    /// The one role that is no privilege, where every other one is. `None`: the configuration names them.
    pub plain_role: Option<&'static str>,
    /// Whether the service may hide an account that it has just created.
    pub may_pend: bool,
    /// Whether the dialect knows Zoom's licence extension.
    pub licenses: bool,
    /// Records asked for in one page of a listing.
    pub page: u32,
    /// Requests per second of each class where the configuration sets none; `None` is no pace.
    pub pace: Option<f64>,
}

impl Dialect {
    /// Zoom's SCIM 2.0 service.
    pub const ZOOM: Self = Self {
        name: "zoom",
        update: UpdateBy::MergingPut,
        activation: ActivationBy::PatchValue,
        clears: false,
        thin_list: true,
        disable_strips: true,
        guards_admins: true,
        plain_role: Some("Member"),
        may_pend: true,
        licenses: true,
        page: 100,
        pace: Some(1.0),
    };

    /// Any service that follows RFC 7643 and RFC 7644.
    pub const SCIM: Self = Self {
        name: "scim",
        update: UpdateBy::Patch,
        activation: ActivationBy::PatchPath,
        clears: true,
        thin_list: false,
        disable_strips: false,
        guards_admins: false,
        plain_role: None,
        may_pend: true,
        licenses: false,
        page: 100,
        pace: None,
    };

    /// Whether an item of this dialect's LIST holds the attribute.
    pub fn listed(&self, attribute: Attribute) -> bool {
        !self.thin_list || attribute.spec().in_list
    }

    /// Whether the dialect has the attribute at all.
    pub fn knows(&self, attribute: Attribute) -> bool {
        attribute.kind() != Kind::Map || self.licenses
    }

    /// The attributes that only a GET of one account shows.
    pub fn unlisted(&self) -> AttributeSet {
        ATTRIBUTES.iter().map(|spec| spec.attribute).filter(|a| !self.listed(*a)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Attribute, Dialect};

    #[test]
    fn zooms_list_is_thin_and_the_rfcs_is_not() {
        assert!(Dialect::ZOOM.listed(Attribute::Department));
        assert!(!Dialect::ZOOM.listed(Attribute::Title));
        assert!(Dialect::SCIM.unlisted().is_empty());
        assert!(!Dialect::SCIM.knows(Attribute::Licenses));
    }
}
