//! The wire side of a dialect, as a value: what differs in bytes and words between services.
//!
//! The client reads it and holds no condition on a service's name.

use crate::model::{ActivationBy, Dialect, UpdateBy};
use crate::port::FailureKind;

/// Something known about an answer that went wrong.
#[derive(Clone, Copy, Debug)]
pub(super) struct Advice {
    /// The status that it belongs to; any where `None`.
    pub(super) status: Option<u16>,
    /// What the service's words contain, in lower case; anything where empty.
    pub(super) words: &'static str,
    /// What it means, where that differs from what the status means.
    pub(super) kind: Option<FailureKind>,
    /// What to do.
    pub(super) help: &'static str,
}

const fn advice(status: u16, help: &'static str) -> Advice {
    Advice { status: Some(status), words: "", kind: None, help }
}

const fn words(words: &'static str, kind: Option<FailureKind>, help: &'static str) -> Advice {
    Advice { status: None, words, kind, help }
}

/// What a service's bytes look like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wire {
    /// `Accept`.
    pub(super) accept: &'static str,
    /// `Content-Type` of what is sent.
    pub(super) content_type: &'static str,
    /// How an update is sent.
    pub(super) update: UpdateBy,
    /// How switching on and off is sent.
    pub(super) activation: ActivationBy,
    /// Words on 400 or 404 that mean: the service knows the name but does not show the account.
    pub(super) elsewhere: &'static str,
    /// What is known of answers that went wrong; the first that fits counts.
    pub(super) advice: &'static [Advice],
}

impl Wire {
    /// The wire side of `dialect`.
    pub(super) fn of(dialect: &Dialect) -> Self {
        match dialect.update {
            UpdateBy::MergingPut => Self::ZOOM,
            UpdateBy::Patch => Self::RFC,
        }
    }

    /// Zoom. `Accept` from <https://developers.zoom.us/docs/api/scim2.md>; a tenant's working requests used
    /// `application/json` for bodies (<https://devforum.zoom.us/t/100447>).
    const ZOOM: Self = Self {
        accept: "application/scim+json",
        content_type: "application/json",
        update: UpdateBy::MergingPut,
        activation: ActivationBy::PatchValue,
        elsewhere: "not exist or not belong to this account",
        advice: &ZOOM_ADVICE,
    };

    /// RFC 7644 section 3.1: `application/scim+json`; plain JSON is taken back.
    const RFC: Self = Self {
        accept: "application/scim+json, application/json;q=0.9",
        content_type: "application/scim+json",
        update: UpdateBy::Patch,
        activation: ActivationBy::PatchPath,
        elsewhere: "not exist or not belong to this account",
        advice: &RFC_ADVICE,
    };
}

/// Zoom's words, from its SCIM reference, its v2 reference and its forum; where a text was seen only in v2
/// it helps if it turns up and does nothing if not.
const ZOOM_ADVICE: [Advice; 17] = [
    words(
        "not enabled single sign-on",
        Some(FailureKind::Forbidden),
        "switch single sign-on on: Zoom's SCIM needs a Business or Education account with an approved \
         vanity URL and SSO (Zoom web portal: Advanced > Single Sign-On)",
    ),
    words(
        "does not contain scopes",
        Some(FailureKind::Forbidden),
        "add the scope `scim2:admin` (classic apps: `scim2`) to the Server-to-Server OAuth app, activate \
         it again, and run `enroll test-connection`",
    ),
    words(
        "not exist or not belong to this account",
        Some(FailureKind::Missing),
        "the account is pending (the person has not yet accepted), was removed, or the address belongs to \
         another Zoom account",
    ),
    words(
        "paid users",
        None,
        "no licence is left: free one, buy more, or let the rule ask for user_type = \"Basic\"",
    ),
    words("free users", None, "Zoom takes no more Basic users in this account"),
    words(
        "limited domain",
        None,
        "associate the address's domain with the Zoom account (Admin > Account Management > Account \
         Profile > Associated Domains)",
    ),
    words("domain is blocked", None, "Zoom blocks this e-mail domain; ask Zoom's support"),
    words(
        "already holds an active account",
        Some(FailureKind::Taken),
        "the address belongs to another Zoom account: the person must join this account, or give the \
         address up there",
    ),
    words(
        "admin users can not be",
        None,
        "Zoom does not switch owners and admins on or off over SCIM: change the role in Zoom first",
    ),
    words(
        "valid active field",
        None,
        "Zoom did not understand the activation; please report this with the tracking id",
    ),
    words(
        "too many concurrent requests",
        None,
        "another tool changes the same users at the same time: let only one of them run",
    ),
    advice(
        401,
        "Zoom did not accept a fresh token: check that the app is activated and that `scim_url` and \
         `token_url` belong to the same Zoom (zoom.us or zoomgov.com)",
    ),
    advice(
        403,
        "the app needs the scope `scim2:admin` (classic: `scim2`), and the role of its owner the \
         permission User:Edit (Zoom web portal: User Management > Roles)",
    ),
    advice(
        404,
        "nothing is there; if every request fails so, `scim_url` is wrong (https://api.zoom.us/scim2)",
    ),
    advice(
        409,
        "the address belongs to an account that the list does not show: one of another Zoom account, or a \
         pending one. Ask the person to accept the invitation or to join this account",
    ),
    advice(429, "lower `rate` on the connection: other tools share the same limit"),
    advice(501, "Zoom does not offer this over SCIM"),
];

const RFC_ADVICE: [Advice; 8] = [
    words(
        "not exist or not belong to this account",
        Some(FailureKind::Missing),
        "the account is pending, was removed, or belongs to another account of the service",
    ),
    advice(401, "check the connection's `auth` block, and that the token has not expired"),
    advice(403, "the credentials may not manage users: give them that right at the service"),
    advice(404, "nothing is there; if every request fails so, `scim_url` is wrong"),
    advice(409, "another account of the service has this user name"),
    advice(412, "somebody else changed the account meanwhile: plan again"),
    advice(429, "lower `rate` on the connection: other tools may share the same limit"),
    advice(501, "the service does not offer this"),
];

#[cfg(test)]
mod tests {
    use super::Wire;
    use crate::model::Dialect;

    #[test]
    fn the_wire_side_agrees_with_the_dialect() {
        for dialect in [Dialect::ZOOM, Dialect::SCIM] {
            let wire = Wire::of(&dialect);
            assert_eq!((wire.update, wire.activation), (dialect.update, dialect.activation));
            for advice in wire.advice {
                assert_eq!(advice.words, advice.words.to_lowercase());
            }
        }
    }
}
