//! What can go wrong with a token, told apart, each with what to do.

use std::fmt;

use super::failure::{Said, cut, of_loss, said, tracking_id};
use super::transport::{Loss, Lost, Reply};
use crate::port::{Failure, FailureKind};

/// What is wrong with signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No answer from the token endpoint.
    Lost(Loss),
    /// The client's id or secret is wrong.
    Client,
    /// The account's id is wrong.
    Account,
    /// The app is deactivated, or was switched off by an admin.
    App,
    /// The app is of another kind.
    Grant,
    /// The token lacks the scope.
    Scope,
    /// The address is not a token endpoint's, or the service is unwell.
    Other,
}

/// Signing in failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInFailure {
    /// What is wrong.
    pub trouble: Trouble,
    /// The service's words and what to do.
    pub failure: Failure,
}

impl fmt::Display for SignInFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(f)
    }
}

impl std::error::Error for SignInFailure {}

/// One row of what token endpoints say. Sources: the OAuth error names of RFC 6749 section 5.2, and Zoom's
/// codes (<https://developers.zoom.us/docs/integrations/oauth-error-messages/>).
struct Row {
    codes: &'static [&'static str],
    words: &'static [&'static str],
    trouble: Trouble,
    what: &'static str,
    help: &'static str,
}

/// The first row that fits counts.
const ROWS: [Row; 6] = [
    Row {
        codes: &["4717", "4738", "4735", "4741"],
        words: &["disabled", "deactivated", "not activated", "inactive app", "app is not active"],
        trouble: Trouble::App,
        what: "the app is switched off",
        help: "activate the Server-to-Server OAuth app in the Zoom App Marketplace (Manage > the app > \
               Activation); an admin may also have switched it off",
    },
    Row {
        codes: &["4705", "unsupported_grant_type", "unauthorized_client"],
        words: &["unsupported grant"],
        trouble: Trouble::Grant,
        what: "the app may not sign in this way",
        help: "for Zoom, `client_id` and `client_secret` must be those of a Server-to-Server OAuth app; for \
               others, the client needs the grant client_credentials",
    },
    Row {
        codes: &["invalid_scope"],
        words: &["invalid scope"],
        trouble: Trouble::Scope,
        what: "the scope is not granted",
        help: "check `scope` in the connection's `auth` block, and what the client may ask for",
    },
    Row {
        codes: &["4702", "4704", "4706", "invalid_client"],
        words: &["client_id", "client_secret", "client id", "client secret", "invalid client"],
        trouble: Trouble::Client,
        what: "the client is not known there, or its secret is wrong",
        help: "check `client_id` and `client_secret`: both stand under App Credentials of the app, and a \
               regenerated secret ends the old one",
    },
    Row {
        codes: &["invalid_request", "invalid_account"],
        words: &["account_id", "account id", "invalid account", "bad request"],
        trouble: Trouble::Account,
        what: "the account is not the app's",
        help: "check `account_id`: it stands under App Credentials of the app and is not the account number",
    },
    Row {
        codes: &["invalid_grant", "access_denied"],
        words: &[],
        trouble: Trouble::Account,
        what: "the app may not sign in to this account",
        help: "check `account_id`, and that the app belongs to that account and is activated",
    },
];

impl SignInFailure {
    pub(super) fn new(trouble: Trouble, failure: Failure) -> Self {
        Self { trouble, failure }
    }

    /// The failure that a token endpoint's bad answer stands for.
    pub(super) fn of_reply(reply: &Reply) -> Self {
        let Said { words, code } = said(reply);
        let lower = words.to_lowercase();
        let row = ROWS.iter().find(|row| {
            row.codes.contains(&code.as_str()) || row.words.iter().any(|part| lower.contains(part))
        });
        let found = row.map_or(
            match reply.status {
                401 => (Trouble::Client, ROWS.get(3)),
                _ => (Trouble::Other, None),
            },
            |row| (row.trouble, Some(row)),
        );
        let kind = match reply.status {
            300..400 | 404 | 405 => FailureKind::Protocol,
            408 | 429 | 500.. => FailureKind::Service,
            _ => FailureKind::Unauthorized,
        };
        let (detail, help) = match found.1 {
            Some(row) => (format!("no token: {} ({words})", row.what), row.help.to_owned()),
            None if (300..400).contains(&reply.status) => (
                format!(
                    "no token: the token endpoint redirects to {}",
                    super::failure::shorten(reply.header("location").unwrap_or("nowhere"))
                ),
                "no redirect is followed with credentials: correct `token_url`".to_owned(),
            ),
            None => (
                format!("no token: {words}"),
                "check `token_url` (https://zoom.us/oauth/token) and the `auth` block".to_owned(),
            ),
        };
        Self::new(
            found.0,
            Failure {
                status: Some(reply.status),
                tracking_id: tracking_id(reply),
                help: vec![help],
                ..Failure::new(kind, detail)
            },
        )
    }

    pub(super) fn of_loss(lost: &Lost, host: &str) -> Self {
        Self::new(Trouble::Lost(lost.loss), of_loss(lost, host))
    }

    pub(super) fn no_scope(has: &[String], needed: &[&str]) -> Self {
        let listed = cut(&has.join(", "), 200);
        let has = if listed.is_empty() { "no scope".to_owned() } else { format!("only {listed}") };
        let needed = needed.join("` or `");
        Self::new(
            Trouble::Scope,
            Failure {
                help: vec![
                    "add the scope `scim2:admin` (View and manage users and groups over SCIM) to the \
                     Server-to-Server OAuth app under Scopes, and activate the app again"
                        .to_owned(),
                ],
                ..Failure::new(
                    FailureKind::Forbidden,
                    format!("the token holds {has}; SCIM needs `{needed}`"),
                )
            },
        )
    }
}
