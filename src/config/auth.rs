//! `auth`: how to sign in at a connection, as written and checked.

use crate::diagnostic::Span;
use crate::model::{Service, Text};

use super::blocks::Reader;
use super::connection::check_url;
use super::constants::Constants;
use super::lang::{Names, Root};
use super::open::{AuthExpr, Field};
use super::report::{Report, list};
use super::secrets;
use super::settings::{Setting, Settings};

/// Environment variables that begin so hold what opens the state.
const IDENTITY: &str = "ENROLL_IDENTITY";

/// The arguments whose values are secrets.
pub(super) const SECRETS: [&str; 3] = ["client_secret", "token", "password"];

const FIELDS: [&str; 9] = [
    "method",
    "token_url",
    "account_id",
    "client_id",
    "client_secret",
    "token",
    "username",
    "password",
    "scope",
];

/// The block as written.
#[derive(Debug)]
pub(super) struct AuthBlock {
    pub(super) span: Span,
    pub(super) settings: Settings,
}

/// How a service wants to be signed in at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Zoom's Server-to-Server OAuth.
    OauthBearerToken,
    /// A token that does not change.
    BearerToken,
    /// User name and password.
    Basic,
    /// OAuth 2.0 client credentials.
    OauthClientCredentials,
}

impl Method {
    /// Its name in HCL.
    pub fn name(self) -> &'static str {
        match self {
            Self::OauthBearerToken => "oauth_bearer_token",
            Self::BearerToken => "bearer_token",
            Self::Basic => "basic",
            Self::OauthClientCredentials => "oauth_client_credentials",
        }
    }

    /// The methods of a service.
    fn of(service: Service) -> &'static [Self] {
        match service {
            Service::Zoom => &[Self::OauthBearerToken],
            Service::Scim => &[Self::BearerToken, Self::Basic, Self::OauthClientCredentials],
        }
    }

    /// Arguments that must be there, and those that may be.
    pub(super) fn fields(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::OauthBearerToken => {
                (&["account_id", "client_id", "client_secret"], &["token_url"])
            }
            Self::BearerToken => (&["token"], &[]),
            Self::Basic => (&["username", "password"], &[]),
            Self::OauthClientCredentials => {
                (&["token_url", "client_id", "client_secret"], &["scope"])
            }
        }
    }
}

/// Whose block it is.
pub(super) struct Owner<'a> {
    /// As messages call it: "connection `prod`".
    pub(super) what: String,
    /// Where it is declared.
    pub(super) span: Span,
    pub(super) service: Service,
    pub(super) auth: Option<&'a AuthBlock>,
}

/// Reads the block.
pub(super) fn read(report: &mut Report, mut reader: Reader<'_>) -> AuthBlock {
    let span = reader.header;
    let mut settings = Settings::default();
    for name in FIELDS {
        let Some(argument) = reader.take(name) else { continue };
        let sound = !SECRETS.contains(&name)
            || secrets::check(report, name, argument.expression, argument.value);
        let mut setting = Setting::read(report, span.file, name, argument);
        setting.expr = setting.expr.filter(|_| sound);
        settings.0.push(setting);
    }
    reader.finish(report);
    AuthBlock { span, settings }
}

/// Checks a block, without evaluating a secret.
pub(super) fn resolve(
    report: &mut Report,
    constants: &Constants<'_>,
    secrets: &Names,
    owner: &Owner<'_>,
    allowed: &[String],
) -> Option<AuthExpr> {
    let service = owner.service;
    let Some(block) = owner.auth else {
        let example = match service {
            Service::Zoom => {
                "add `auth { … }` with `account_id`, `client_id` and `client_secret` of a Server-to-Server OAuth app"
            }
            Service::Scim => {
                "add `auth { … }` with a `method`: `bearer_token`, `basic` or `oauth_client_credentials`"
            }
        };
        let summary = format!("{} has no `auth`", owner.what);
        report.add(report.error(owner.span, summary).help(example));
        return None;
    };
    let mark = report.mark();
    let method = method(report, constants, block, service)?;
    fields(report, block, method);
    let mut found = Vec::new();
    for setting in &block.settings.0 {
        let Some(name) = FIELDS.iter().find(|name| **name == setting.name && **name != "method")
        else {
            continue;
        };
        let Some(expr) = setting.expr.as_ref().filter(|expr| !constants.is_broken(expr)) else {
            continue;
        };
        let secret = |name: &Text| secrets.contains_key(name);
        let env: Vec<_> = expr
            .env_calls()
            .iter()
            .map(|call| (call.name.clone(), report.place(call.span)))
            .collect();
        for call in expr.env_calls() {
            // Windows knows variables without case.
            if call.name.to_ascii_uppercase().starts_with(IDENTITY) {
                let summary = format!("`{}` is not for the configuration", call.name);
                report.add(report.error(call.span, summary).help(
                    "an identity opens the state and is sent nowhere: keep credentials in a variable of their own",
                ));
            }
        }
        let unset: Vec<_> = expr
            .mentions()
            .iter()
            .filter(|m| m.root == Root::Variable && !constants.variables.contains_key(&m.name))
            .filter(|m| !secret(&m.name))
            .map(|m| (m.name.clone(), report.place(m.span)))
            .collect();
        let plain = expr
            .mentions()
            .iter()
            .find(|m| constants.variables.contains_key(&m.name) && m.root == Root::Variable);
        if let Some(mention) = plain.filter(|_| SECRETS.contains(name)) {
            report.add(
                report
                    .error(
                        mention.span,
                        format!("`{name}` takes its value from a variable that is not sensitive"),
                    )
                    .help(format!("add `sensitive = true` to `variable \"{}\"`", mention.name)),
            );
        }
        let open = !env.is_empty() || expr.mentions().iter().any(|m| secret(&m.name));
        if !open && unset.is_empty() && !SECRETS.contains(name) {
            let text = block.settings.text(report, constants, name);
            if let (Some(text), "token_url") = (text, *name) {
                check_url(report, setting.span, name, &text, allowed);
            }
        }
        let place = report.place(setting.span);
        found.push(Field { name, expr: expr.clone(), place, secret: open, env, unset });
    }
    if report.failed_since(mark) {
        return None;
    }
    let mut variables = constants.variables.clone();
    variables.extend(secrets.iter().map(|(name, value)| (name.clone(), value.clone())));
    Some(AuthExpr {
        method,
        place: report.place(block.span),
        fields: found,
        variables,
        locals: constants.locals.clone(),
        allow_hosts: allowed.to_vec(),
    })
}

fn method(
    report: &mut Report,
    constants: &Constants<'_>,
    block: &AuthBlock,
    service: Service,
) -> Option<Method> {
    let methods = Method::of(service);
    let names = || methods.iter().map(|method| method.name());
    let Some(setting) = block.settings.get("method") else {
        if let [only] = methods {
            return Some(*only);
        }
        report.add(
            report
                .error(block.span, "`auth` has no `method`")
                .help(format!("a service of type \"scim\" takes one of {}", list(names()))),
        );
        return None;
    };
    let text = block.settings.text(report, constants, "method")?;
    let found = methods.iter().find(|method| method.name() == text).copied();
    if found.is_some() {
        return found;
    }
    let diagnostic = report.error(setting.span, format!("`method` can't be `{text}`"));
    let near = crate::diagnostic::did_you_mean(&text, names());
    report.add(match (text.as_str(), service) {
        ("jwt", _) => diagnostic
            .detail("Zoom has retired JWT apps")
            .help("make a Server-to-Server OAuth app and leave `method` out"),
        (other, Service::Zoom) if Method::of(Service::Scim).iter().any(|m| m.name() == other) => {
            diagnostic.help(
                "it is for connections with `type = \"scim\"`; Zoom takes `oauth_bearer_token`",
            )
        }
        _ => diagnostic
            .maybe_help(near.map(|near| format!("did you mean `{near}`?")))
            .help(format!("it is one of {}", list(names()))),
    });
    None
}

/// Reports arguments that the method doesn't take, and those that it misses.
fn fields(report: &mut Report, block: &AuthBlock, method: Method) {
    let (required, optional) = method.fields();
    let takes = || required.iter().chain(optional).copied();
    for setting in block.settings.0.iter().filter(|setting| setting.name != "method") {
        if !takes().any(|name| setting.name == name) {
            let summary = format!("the method `{}` takes no `{}`", method.name(), setting.name);
            let help = format!("it takes {}", list(takes()));
            report.add(report.error(setting.name_span, summary).help(help));
        }
    }
    let missing: Vec<&str> =
        required.iter().copied().filter(|name| !block.settings.has(name)).collect();
    if !missing.is_empty() {
        let example = missing.first().map_or("", |name| *name);
        let summary = format!(
            "`auth` lacks {}, which the method `{}` needs",
            list(missing.iter().copied()),
            method.name()
        );
        report.add(
            report
                .error(block.span, summary)
                .help(format!("add `{example} = env(\"{}\")`", example.to_ascii_uppercase())),
        );
    }
}
