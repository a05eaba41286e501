//! `auth`: how to sign in at a connection. Checked with everything else, evaluated only when the
//! connection is opened.

use std::collections::BTreeMap;

use secrecy::SecretString;

use crate::diagnostic::{Diagnostic, Place, Span};
use crate::model::{Service, Text};

use super::blocks::Reader;
use super::connection::{ConnectionBlock, check_url};
use super::constants::Constants;
use super::lang::{Env, Expr, Names, Root};
use super::report::{Report, list};
use super::secrets;
use super::settings::{Setting, Settings};

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
    fn fields(self) -> (&'static [&'static str], &'static [&'static str]) {
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

/// What it takes to sign in. Secrets don't print.
#[derive(Debug)]
pub struct AuthSettings {
    /// How.
    pub method: Method,
    /// Where tokens come from, for the OAuth methods.
    pub token_url: Option<Text>,
    /// Zoom's account id.
    pub account_id: Option<Text>,
    /// The OAuth client.
    pub client_id: Option<Text>,
    /// The user of `basic`.
    pub username: Option<Text>,
    /// The OAuth scope asked for.
    pub scope: Option<Text>,
    /// The OAuth client's secret.
    pub client_secret: Option<SecretString>,
    /// The token of `bearer_token`.
    pub token: Option<SecretString>,
    /// The password of `basic`.
    pub password: Option<SecretString>,
}

/// The compiled block of one connection.
#[derive(Clone)]
pub struct AuthExpr {
    method: Method,
    place: Place,
    fields: Vec<Field>,
    variables: Names,
    locals: Names,
    allow_hosts: Vec<String>,
}

#[derive(Clone)]
struct Field {
    name: &'static str,
    expr: Expr,
    place: Place,
    /// Environment variables that it reads, and where.
    env: Vec<(Text, Place)>,
    /// Sensitive variables that have no value.
    unset: Vec<(Text, Place)>,
}

impl std::fmt::Debug for AuthExpr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthExpr").field("method", &self.method).finish_non_exhaustive()
    }
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

/// Checks the block of a connection, without evaluating a secret.
pub(super) fn resolve(
    report: &mut Report,
    constants: &Constants<'_>,
    secrets: &Names,
    connection: &ConnectionBlock,
    service: Service,
    allowed: &[String],
) -> Option<AuthExpr> {
    let Some(block) = &connection.auth else {
        let example = match service {
            Service::Zoom => {
                "add `auth { … }` with `account_id`, `client_id` and `client_secret` of a Server-to-Server OAuth app"
            }
            Service::Scim => {
                "add `auth { … }` with a `method`: `bearer_token`, `basic` or `oauth_client_credentials`"
            }
        };
        let summary = format!("connection `{}` has no `auth`", connection.name);
        report.add(report.error(connection.span, summary).help(example));
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
        found.push(Field { name, expr: expr.clone(), place, env, unset });
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
                .help(format!("a connection of type \"scim\" takes one of {}", list(names()))),
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

impl AuthExpr {
    /// The method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// Evaluates the block. `environment` gives the value of an environment variable.
    ///
    /// # Errors
    ///
    /// What is missing or unusable, never with a value.
    pub fn open(
        &self,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<AuthSettings, Vec<Diagnostic>> {
        let mut found = Vec::new();
        let mut values: BTreeMap<&'static str, Text> = BTreeMap::new();
        for field in &self.fields {
            match self.evaluate(field, environment) {
                Ok(Some(value)) => {
                    values.insert(field.name, value);
                }
                Ok(None) => {}
                Err(diagnostics) => found.extend(diagnostics),
            }
        }
        let (required, _) = self.method.fields();
        for name in required {
            if !values.contains_key(name) && found.is_empty() {
                found.push(Diagnostic::error(format!("`{name}` is null")).at(self.place.clone()));
            }
        }
        if !found.is_empty() {
            return Err(found);
        }
        let mut take = |name: &str| values.remove(name);
        let secret = |text: Option<Text>| text.map(|text| SecretString::from(text.to_string()));
        let token_url = take("token_url").or_else(|| {
            (self.method == Method::OauthBearerToken)
                .then_some(Text::new_static("https://zoom.us/oauth/token"))
        });
        Ok(AuthSettings {
            method: self.method,
            token_url,
            account_id: take("account_id"),
            client_id: take("client_id"),
            username: take("username"),
            scope: take("scope"),
            client_secret: secret(take("client_secret")),
            token: secret(take("token")),
            password: secret(take("password")),
        })
    }

    fn evaluate(
        &self,
        field: &Field,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Text>, Vec<Diagnostic>> {
        let mut found = Vec::new();
        for (name, place) in &field.env {
            let summary = match environment(name) {
                Some(value) if !value.is_empty() => continue,
                Some(_) => format!("the environment variable `{name}` is empty"),
                None => format!("the environment variable `{name}` is not set"),
            };
            found.push(Diagnostic::error(summary).at(place.clone()).help(format!(
                "set {name} where Enroll runs, for example as a secret of the pipeline"
            )));
        }
        for (name, place) in &field.unset {
            found.push(
                Diagnostic::error(format!("the variable `{name}` has no value"))
                    .at(place.clone())
                    .help(format!("set ENROLL_VAR_{name} where Enroll runs")),
            );
        }
        if !found.is_empty() {
            return Err(found);
        }
        let env = Env {
            variables: &self.variables,
            locals: &self.locals,
            environment: Some(environment),
            ..Env::empty()
        };
        let fail = |summary: String| vec![Diagnostic::error(summary).at(field.place.clone())];
        let value = env.eval(&field.expr).map_err(|problem| fail(problem.summary))?;
        if value.is_null() {
            return Ok(None);
        }
        let text =
            value.to_text().ok_or_else(|| fail(format!("`{}` must be a text", field.name)))?;
        if text.is_empty() || text.chars().any(char::is_control) {
            let what = if text.is_empty() {
                "is empty"
            } else {
                "holds a line break or another control character"
            };
            return Err(fail(format!("`{}` {what}", field.name)));
        }
        if field.name == "token_url" && super::hosts::check(&text, &self.allow_hosts).is_err() {
            return Err(vec![
                Diagnostic::error("credentials may not be sent to this `token_url`")
                    .at(field.place.clone())
                    .help("add its host to ENROLL_ALLOW_HOSTS where Enroll runs"),
            ]);
        }
        Ok(Some(text))
    }
}
