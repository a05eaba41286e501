//! Opens a connection: `auth` is evaluated here, with the environment, and nowhere else.

use std::collections::BTreeMap;

use secrecy::SecretString;

use crate::diagnostic::{Diagnostic, Place};
use crate::model::Text;

use super::auth::Method;
use super::lang::{Env, Expr, Names};

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
    /// What else came from where secrets come from, such as an account's id out of the environment: whoever
    /// writes the configuration chooses the variable.
    pub hidden: Vec<SecretString>,
}

/// The compiled block of one connection.
#[derive(Clone)]
pub struct AuthExpr {
    pub(super) method: Method,
    pub(super) place: Place,
    pub(super) fields: Vec<Field>,
    /// With the sensitive ones.
    pub(super) variables: Names,
    pub(super) locals: Names,
    pub(super) allow_hosts: Vec<String>,
}

/// One argument.
#[derive(Clone)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) expr: Expr,
    pub(super) place: Place,
    /// Whether it takes anything from the environment or from a sensitive variable.
    pub(super) secret: bool,
    /// Environment variables that it reads, and where.
    pub(super) env: Vec<(Text, Place)>,
    /// Sensitive variables that have no value.
    pub(super) unset: Vec<(Text, Place)>,
}

impl std::fmt::Debug for AuthExpr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthExpr").field("method", &self.method).finish_non_exhaustive()
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
        let hidden = self.fields.iter().filter(|field| field.secret);
        let hidden = hidden
            .filter_map(|field| Some(SecretString::from(values.get(field.name)?.to_string())))
            .collect();
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
            hidden,
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
        if field.name == "token_url" && crate::model::check_url(&text, &self.allow_hosts).is_err() {
            return Err(vec![
                Diagnostic::error("credentials may not be sent to this `token_url`")
                    .at(field.place.clone())
                    .help("add its host to ENROLL_ALLOW_HOSTS where Enroll runs"),
            ]);
        }
        Ok(Some(text))
    }
}
