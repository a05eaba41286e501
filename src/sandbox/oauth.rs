//! The token endpoint, and the check of what comes with a request.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::{Method, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tokio::time::Instant;

use super::answer::{Answer, Refusal};
use super::desk::Desk;
use super::ids;
use super::options::Manners;
use super::request::{Request, pairs};

const LIFE: Duration = Duration::from_secs(3600);

/// The tokens that are good, and how many were issued.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    good: HashMap<String, Token>,
    count: u64,
}

#[derive(Debug)]
struct Token {
    until: Instant,
    uses: u64,
}

impl Tokens {
    /// Ends all tokens, as switching an app off and on does.
    pub(super) fn revoke(&mut self) {
        self.good.clear();
    }
}

/// Answers `POST /oauth/token`.
pub(super) fn issue(desk: &mut Desk, request: &Request) -> Result<Answer, Refusal> {
    let manners = desk.options.manners;
    if request.method != Method::POST {
        let reason = "Method not allowed";
        return Err(Refusal::oauth(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", reason));
    }
    let form = pairs(&request.body);
    let field = |name: &str| {
        let sent = form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        sent.or_else(|| request.parameter(name)).filter(|value| !value.is_empty())
    };
    let basic = basic(request);
    let in_body = || Some((field("client_id")?.to_owned(), field("client_secret")?.to_owned()));
    let client = match manners {
        Manners::Zoom => basic,
        Manners::Rfc => basic.or_else(in_body),
    };
    let wanted = desk.options.credentials.client.as_ref();
    if !client.as_ref().is_some_and(|client| fits(client, wanted)) {
        let status = match manners {
            Manners::Zoom => StatusCode::BAD_REQUEST,
            Manners::Rfc => StatusCode::UNAUTHORIZED,
        };
        let reason = "Invalid client_id or client_secret";
        return Err(Refusal::oauth(status, "invalid_client", reason));
    }
    let refuse = |error, reason: &str| Err(Refusal::oauth(StatusCode::BAD_REQUEST, error, reason));
    match (field("grant_type"), manners) {
        (Some("account_credentials"), _) => {
            let account = desk.options.credentials.account_id.as_deref();
            if field("account_id").is_none_or(|sent| account.is_some_and(|id| id != sent)) {
                return refuse("invalid_request", "Bad Request");
            }
        }
        (Some("client_credentials"), Manners::Rfc) => {}
        _ => return refuse("unsupported_grant_type", "unsupported grant type"),
    }
    if desk.options.faults.token.app_off {
        return refuse("invalid_client", "The app has been disabled");
    }
    let scope = match manners {
        _ if desk.options.faults.token.no_scope => "user:read:admin",
        Manners::Zoom => "scim2:admin user:read:admin",
        Manners::Rfc => "scim",
    };
    let body = json!({
        "access_token": desk.new_token(),
        "token_type": "bearer",
        "expires_in": LIFE.as_secs() - 1,
        "scope": scope,
        // As Zoom sends it: whoever follows it instead of the configured address ends up elsewhere.
        "api_url": "https://api.zoom.us",
    });
    let mut answer = Answer::json(manners, StatusCode::OK, &body);
    if manners == Manners::Rfc {
        answer.headers = vec![(header::CONTENT_TYPE, "application/json".to_owned())];
    }
    Ok(answer.with(header::CACHE_CONTROL, "no-store"))
}

impl Desk {
    fn new_token(&mut self) -> String {
        let now = Instant::now();
        if self.options.faults.token.single {
            self.tokens.revoke();
        }
        self.tokens.good.retain(|_, token| token.until > now);
        let token = ids::token(self.options.seed, self.tokens.count);
        self.tokens.count += 1;
        self.counts.tokens += 1;
        self.tokens.good.insert(token.clone(), Token { until: now + LIFE, uses: 0 });
        token
    }
}

/// Checks the token, or what else the manners take.
pub(super) fn authenticate(desk: &mut Desk, request: &Request) -> Result<(), Refusal> {
    let Some(sent) = request.authorization.as_deref() else {
        return Err(unauthorized("Access token is missing."));
    };
    let bearer = sent
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let credentials = &desk.options.credentials;
    let Some(bearer) = bearer else {
        let wanted = credentials.basic.as_ref();
        let good = desk.options.manners == Manners::Rfc
            && basic(request).is_some_and(|pair| fits(&pair, wanted));
        return if good { Ok(()) } else { Err(invalid_token()) };
    };
    let faults = &desk.options.faults.token;
    if faults.app_off {
        return Err(invalid_token());
    }
    if credentials.bearer.as_deref() == Some(bearer) {
        return Ok(());
    }
    let Some(token) = desk.tokens.good.get_mut(bearer) else {
        // Without a fixed one, a `scim` sandbox takes any token that it did not issue and end itself.
        let any = desk.options.manners == Manners::Rfc
            && credentials.bearer.is_none()
            && credentials.client.is_none()
            && !bearer.is_empty()
            && !bearer.starts_with("sandbox.");
        return if any { Ok(()) } else { Err(invalid_token()) };
    };
    token.uses += 1;
    if token.until <= Instant::now() || faults.uses.is_some_and(|uses| token.uses > uses) {
        desk.tokens.good.remove(bearer);
        return Err(invalid_token());
    }
    if faults.no_scope {
        let message = "Invalid access token, does not contain scopes:[scim2:admin].";
        return Err(Refusal::gateway(StatusCode::BAD_REQUEST, 4711, message));
    }
    Ok(())
}

/// What Zoom says of a token that is wrong, ended or revoked.
pub(super) fn invalid_token() -> Refusal {
    unauthorized("Invalid access token.")
}

fn unauthorized(message: &str) -> Refusal {
    Refusal::Gateway {
        status: StatusCode::UNAUTHORIZED,
        code: 124,
        message: message.to_owned(),
        headers: vec![(header::WWW_AUTHENTICATE, "Bearer".to_owned())],
    }
}

/// Without a fixed pair any does that is not empty.
fn fits(sent: &(String, String), wanted: Option<&(String, String)>) -> bool {
    match wanted {
        Some(wanted) => sent == wanted,
        None => !sent.0.is_empty() && !sent.1.is_empty(),
    }
}

fn basic(request: &Request) -> Option<(String, String)> {
    let (scheme, pair) = request.authorization.as_deref()?.split_once(' ')?;
    let pair =
        scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(pair.trim()).ok())??;
    let (name, secret) = std::str::from_utf8(&pair).ok()?.split_once(':')?;
    Some((name.to_owned(), secret.to_owned()))
}
