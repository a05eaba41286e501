//! What goes out: LIST items, whole users, pages.

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::options::Manners;
use super::request::Request;
use super::user::{CORE, ENTERPRISE, LICENCES, Name, Plural, Profile, User, ZOOM_USER};

const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// What may stand in a path segment as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// One page of users.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are the RFC's")]
pub(super) struct Page<T> {
    pub(super) schemas: [&'static str; 1],
    pub(super) total_results: usize,
    pub(super) start_index: usize,
    pub(super) items_per_page: usize,
    #[serde(rename = "Resources")]
    pub(super) resources: Vec<T>,
}

impl<T> Page<T> {
    pub(super) fn new(total_results: usize, start_index: usize, resources: Vec<T>) -> Self {
        let items_per_page = resources.len();
        Self { schemas: [LIST_RESPONSE], total_results, start_index, items_per_page, resources }
    }
}

/// `meta`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Meta {
    resource_type: &'static str,
    location: String,
    created: String,
    last_modified: String,
    version: String,
}

impl Meta {
    fn new(user: &User, request: &Request) -> Self {
        Self {
            resource_type: "User",
            location: location(user, request),
            created: instant(user.created),
            last_modified: instant(user.modified),
            version: user.version(),
        }
    }
}

/// Where the user is, as the caller reached us.
pub(super) fn location(user: &User, request: &Request) -> String {
    let id = utf8_percent_encode(&user.id, SEGMENT);
    format!("{}/Users/{id}", request.base)
}

/// Milliseconds, always three digits.
fn instant(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// One item of Zoom's LIST, which leaves out most of a user.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ThinUser<'a> {
    schemas: [&'static str; 3],
    id: &'a str,
    meta: Meta,
    user_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    emails: &'a [Plural],
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_type: Option<&'a str>,
    #[serde(rename = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")]
    enterprise: Department<'a>,
    #[serde(rename = "urn:us:zoom:scim:schemas:extension:1.0:ZoomUser")]
    login: Login,
}

#[derive(Serialize)]
struct Department<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    department: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Login {
    login_type: LoginType,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LoginType {
    work_email: bool,
    sso: bool,
}

impl<'a> ThinUser<'a> {
    pub(super) fn new(user: &'a User, request: &Request) -> Self {
        let profile = &user.profile;
        let department = profile.enterprise.as_ref().and_then(|it| it.department.as_deref());
        Self {
            schemas: [CORE, ENTERPRISE, ZOOM_USER],
            id: &user.id,
            meta: Meta::new(user, request),
            user_name: &profile.user_name,
            name: profile.name.as_ref(),
            display_name: profile.display_name.as_deref(),
            emails: &profile.emails,
            active: user.is_active(),
            user_type: profile.user_type.as_deref(),
            enterprise: Department { department },
            login: Login { login_type: LoginType { work_email: false, sso: true } },
        }
    }
}

/// A whole user.
#[derive(Serialize)]
pub(super) struct FullUser<'a> {
    schemas: Vec<&'static str>,
    id: &'a str,
    meta: Meta,
    #[serde(flatten)]
    profile: &'a Profile,
    /// Zoom names the groups; nobody is in one here.
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<[&'static str; 0]>,
}

impl<'a> FullUser<'a> {
    pub(super) fn new(user: &'a User, request: &Request, manners: Manners) -> Self {
        let profile = &user.profile;
        let mut schemas = vec![CORE];
        if profile.enterprise.is_some() || manners == Manners::Zoom {
            schemas.push(ENTERPRISE);
        }
        if !profile.licences.is_empty() {
            schemas.push(LICENCES);
        }
        Self {
            schemas,
            id: &user.id,
            meta: Meta::new(user, request),
            profile,
            groups: (manners == Manners::Zoom).then_some([]),
        }
    }
}
