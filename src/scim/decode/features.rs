//! What a service says that it can (RFC 7643 section 5, RFC 9865 section 4).

use serde::Deserialize;

/// A `ServiceProviderConfig`, as far as listing goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Shown")]
pub(in crate::scim) struct Features {
    /// Whether it pages by cursor.
    pub(in crate::scim) cursor: bool,
}

#[derive(Deserialize)]
struct Shown {
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Pagination {
    cursor: Option<bool>,
}

impl From<Shown> for Features {
    fn from(shown: Shown) -> Self {
        Self { cursor: shown.pagination.and_then(|ways| ways.cursor).unwrap_or(false) }
    }
}
