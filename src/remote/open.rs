//! From the settings of a backend and the environment to its store.

use std::time::Duration;

use reqwest::Method;
use secrecy::SecretString;
use url::Url;

use super::any::AnyStore;
use super::environment::Environment;
use super::http::{HttpAuth, HttpOptions, HttpStore};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Backend, Home, HostError, Http, Text, check_bare_url, check_store_url, deletes_other,
    http_methods,
};

/// How long one request may take: a state can be large, and a line slow.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The longest state that is read, in bytes.
const LARGEST: usize = 1 << 30;

/// The store of a backend. Asks nobody yet. `allow` are the hosts that the operator allows credentials to go to.
pub fn open(
    backend: &Backend,
    environment: &Environment,
    allow: &[String],
) -> Result<AnyStore, Diagnostic> {
    match backend {
        Backend::Http(settings) => http(settings, environment, allow),
        #[cfg(feature = "s3")]
        Backend::S3(settings) => super::object::open::s3(settings, environment, allow),
        #[cfg(feature = "gcs")]
        Backend::Gcs(settings) => super::object::open::gcs(settings, environment),
        #[cfg(feature = "azure")]
        Backend::Azure(settings) => super::object::open::azure(settings, environment, allow),
        #[cfg(not(all(feature = "s3", feature = "gcs", feature = "azure")))]
        #[allow(unreachable_patterns, reason = "some of them may be built in")]
        other => {
            let kind = other.kind();
            Err(Diagnostic::error(format!("this Enroll was built without the backend `{kind}`"))
                .help(format!("build it with `cargo install --features {kind}`, or take a released binary: those have all of them")))
        }
    }
}

/// Checks an address that gets credentials; one that comes from the environment is the operator's word for its host.
pub(super) fn address(
    name: &str,
    text: &str,
    home: Home,
    from_environment: bool,
    allow: &[String],
) -> Result<Url, Diagnostic> {
    checked(name, text, from_environment, allow, |allow| check_store_url(text, home, allow))
}

fn checked(
    name: &str,
    text: &str,
    from_environment: bool,
    allow: &[String],
    check: impl Fn(&[String]) -> Result<Url, HostError>,
) -> Result<Url, Diagnostic> {
    let mut allow = allow.to_vec();
    if from_environment && let Ok(url) = Url::parse(text) {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        allow.extend(url.host_str().map(|host| format!("{host}{port}")));
    }
    check(&allow).map_err(|error| {
        Diagnostic::error(format!("the backend's `{name}`: {error}")).help(error.help())
    })
}

fn http(
    settings: &Http,
    environment: &Environment,
    allow: &[String],
) -> Result<AnyStore, Diagnostic> {
    let outside = |name: &str| {
        let upper = name.to_ascii_uppercase();
        environment.first(&[&format!("ENROLL_HTTP_{upper}"), &format!("TF_HTTP_{upper}")])
    };
    let value = |name: &'static str, inside: &Option<Text>| -> Option<(String, bool)> {
        match inside {
            Some(text) => Some((text.to_string(), false)),
            None => outside(name).map(|text| (text.to_owned(), true)),
        }
    };
    let secret = |text: &str| SecretString::from(text.to_owned());
    let auth = if let Some(token) = environment.get("ENROLL_HTTP_TOKEN") {
        HttpAuth::Bearer(secret(token))
    } else if let Some(username) = outside("username") {
        let password = secret(outside("password").unwrap_or_default());
        HttpAuth::Basic { username: username.to_owned(), password }
    } else {
        HttpAuth::None
    };
    let url = |name: &'static str, inside: &Option<Text>| {
        value(name, inside)
            .map(|(text, from_environment)| {
                checked(name, &text, from_environment, allow, |allow| {
                    let bare = matches!(auth, HttpAuth::None);
                    let check = if bare { check_bare_url } else { check_store_url };
                    check(&text, Home::None, allow)
                })
            })
            .transpose()
    };
    let missing = |name: &str, why: &str| {
        let upper = name.to_ascii_uppercase();
        Diagnostic::error(format!("the backend \"http\" has no `{name}`"))
            .detail(why.to_owned())
            .help(format!("write `{name} = \"https://…\"` into it, or set ENROLL_HTTP_{upper} or TF_HTTP_{upper}"))
    };
    let document = url("address", &settings.address)?
        .ok_or_else(|| missing("address", "it says where the state is"))?;
    let lock = url("lock_address", &settings.lock_address)?.ok_or_else(|| {
        missing("lock_address", "a state that can't be locked is not written: two applies at once would undo each other")
    })?;
    let unlock = url("unlock_address", &settings.unlock_address)?.unwrap_or_else(|| lock.clone());
    let method = |name: &'static str, inside: &Option<Text>, otherwise: &'static str| {
        let (text, _) = value(name, inside).unwrap_or_else(|| (otherwise.to_owned(), false));
        let known = http_methods(name).contains(&text.as_str());
        Method::from_bytes(text.as_bytes()).ok().filter(|_| known).ok_or_else(|| {
            let known = http_methods(name).join(", ");
            Diagnostic::error(format!("the backend's `{name}` can't be `{text}`"))
                .help(format!("Terraform's protocol has there: {known}"))
        })
    };
    let unlock_method = method("unlock_method", &settings.unlock_method, "UNLOCK")?;
    if let Some(why) = deletes_other(unlock_method.as_str(), &unlock, &lock, Some(&document)) {
        return Err(Diagnostic::error(format!("the backend \"http\": {why}"))
            .help("unlock at the lock's address, or with UNLOCK"));
    }
    let options = HttpOptions {
        address: document,
        lock_address: lock,
        unlock_address: unlock,
        update_method: method("update_method", &settings.update_method, "POST")?,
        lock_method: method("lock_method", &settings.lock_method, "LOCK")?,
        unlock_method,
        auth,
        timeout: TIMEOUT,
        max_body: LARGEST,
    };
    HttpStore::new(options).map(Box::new).map(AnyStore::Http).map_err(|failure| {
        Diagnostic::error(format!("the backend \"http\" can't be used: {failure}"))
    })
}
