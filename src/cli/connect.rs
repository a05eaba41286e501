//! Opens the connections: the real services, or embedded accounts that stand in for them.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use super::context::Context;
use super::crypting;
use super::directories::Unlisted;
use super::exit::{Exit, Stop};
use super::session::{Session, sandbox_folder};
use crate::codec;
use crate::config::{AuthExpr, AuthSettings, Method};
use crate::crypt::Crypt;
use crate::desired::{Desired, DesiredConnection};
use crate::diagnostic::{Diagnostic, Place};
use crate::disk::{self, Documents};
use crate::model::{Connection, Fingerprint, Service, Text};
use crate::port::Failure;
use crate::sandbox::{self, Manners, Running, Sandbox};
use crate::scim::{Auth, Client, ClientOptions, Clock};

/// The connections of one run.
#[derive(Default)]
pub(super) struct Connections {
    /// Those that are open, by label.
    pub clients: BTreeMap<Text, Client>,
    /// Which account at its service each of them is.
    pub fingerprints: BTreeMap<Text, Fingerprint>,
    /// Why the others are not, each naming its connection.
    pub failed: BTreeMap<Text, Vec<Diagnostic>>,
    sandboxes: Vec<Running>,
}

impl Connections {
    /// Opens every enabled connection. One that can't be opened stops no other, and so does one whose
    /// people are not known.
    pub(super) fn open(
        context: &Context,
        session: &Session,
        unlisted: &Unlisted,
    ) -> Result<Self, Stop> {
        let mut connections = Self::default();
        let configuration = &session.configuration;
        let crypt = if context.sandbox {
            crypting::either(configuration.place.encrypt.as_ref())?
        } else {
            Crypt::off()
        };
        for (name, connection) in &configuration.desired.connections {
            if !connection.settings.enabled {
                continue;
            }
            if let Some(found) = unlisted.of(&configuration.desired, name) {
                connections.failed.insert(name.clone(), found);
                continue;
            }
            let opened = if context.sandbox {
                connections.start_sandbox(context, connection, &crypt)?
            } else {
                open_real(connection, configuration.auths.get(name))
            };
            match opened {
                Ok((options, fingerprint)) => match Client::new(options) {
                    Ok(client) => {
                        connections.clients.insert(name.clone(), client);
                        connections.fingerprints.insert(name.clone(), fingerprint);
                    }
                    Err(error) => {
                        let failed = of_failure(name, &error.into());
                        connections.failed.insert(name.clone(), vec![failed]);
                    }
                },
                Err(diagnostics) => {
                    connections.failed.insert(name.clone(), diagnostics);
                }
            }
        }
        Ok(connections)
    }

    /// Leaves out those that take in people who can't be used: whoever is missing among these is not known.
    pub(super) fn leave_out_unusable(&mut self, desired: &Desired) {
        for (name, connection) in &desired.connections {
            if !connection.settings.enabled || !connection.unusable {
                continue;
            }
            self.clients.remove(name);
            self.fingerprints.remove(name);
            let said = Diagnostic::error(format!(
                "connection `{name}` takes in people whose records can't be used"
            ));
            let said = said
                .at(connection.place.clone())
                .detail("nothing is planned there; no account of this connection changes");
            self.failed.insert(name.clone(), vec![said]);
        }
    }

    fn start_sandbox(
        &mut self,
        context: &Context,
        connection: &DesiredConnection,
        crypt: &Crypt,
    ) -> Result<Opened, Stop> {
        let name = &connection.settings.name;
        let folder = sandbox_folder(context);
        disk::ensure_private_dir(&folder).map_err(|error| cannot_keep(name, &error))?;
        let store = Documents::new(folder.join(format!("{name}.json"))).encrypted(crypt);
        let manners = match connection.settings.service {
            Service::Zoom => Manners::Zoom,
            Service::Scim => Manners::Rfc,
        };
        let mut options = sandbox::Options::new(manners);
        options.clock = Arc::new(jiff::Timestamp::now);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = Sandbox::listen(address, options, SandboxStore(store))
            .map_err(|error| cannot_keep(name, &error))?;
        let auth = Auth::AccountCredentials {
            token_url: running.token_url(),
            account_id: "sandbox".to_owned(),
            client_id: "sandbox".to_owned(),
            client_secret: "sandbox".to_owned().into(),
        };
        let auth = match manners {
            Manners::Zoom => auth,
            Manners::Rfc => Auth::BearerToken("sandbox".to_owned().into()),
        };
        let mut options = ClientOptions::of(&connection.settings, auth, clock());
        options.scim_url = running.scim_url();
        self.sandboxes.push(running);
        let service = connection.settings.dialect().name;
        Ok(Ok((options, codec::fingerprint(service, &format!("sandbox:{name}"), ""))))
    }

    /// Ends the embedded accounts; everything they hold is on disk already.
    pub(super) async fn close(self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for running in self.sandboxes {
            if let Err(why) = running.shutdown().await {
                found.push(Diagnostic::warning(format!("the sandbox can't be closed: {why}")));
            }
        }
        found
    }
}

type Opened = Result<(ClientOptions, Fingerprint), Vec<Diagnostic>>;

fn open_real(connection: &DesiredConnection, auth: Option<&AuthExpr>) -> Opened {
    let settings = &connection.settings;
    let Some(auth) = auth else {
        return Err(vec![
            Diagnostic::error(format!("connection `{}` has no `auth` block", settings.name))
                .at(connection.place.clone()),
        ]);
    };
    let opened = auth.open(&Context::environment)?;
    let account = opened.account_id.clone().unwrap_or_default();
    let fingerprint = codec::fingerprint(settings.dialect().name, &settings.scim_url, &account);
    Ok((options_of(settings, opened, &connection.place)?, fingerprint))
}

/// What a client of a directory's service is made from.
pub(super) fn remote(
    settings: &Connection,
    auth: &AuthExpr,
    place: &Place,
) -> Result<ClientOptions, Vec<Diagnostic>> {
    options_of(settings, auth.open(&Context::environment)?, place)
}

fn options_of(
    settings: &Connection,
    auth: AuthSettings,
    place: &Place,
) -> Result<ClientOptions, Vec<Diagnostic>> {
    let hidden = auth.hidden.clone();
    let auth = auth_of(auth).map_err(|error| vec![error.at(place.clone())])?;
    let mut options = ClientOptions::of(settings, auth, clock());
    options.allow_hosts = Context::allow_hosts();
    options.seed = seed();
    options.hidden = hidden;
    Ok(options)
}

fn auth_of(settings: AuthSettings) -> Result<Auth, Diagnostic> {
    let missing = |name: &str| Diagnostic::error(format!("`{name}` is missing in `auth`"));
    let text = |value: Option<Text>, name: &str| {
        value.map(|value| value.to_string()).ok_or_else(|| missing(name))
    };
    Ok(match settings.method {
        Method::OauthBearerToken => Auth::AccountCredentials {
            token_url: text(settings.token_url, "token_url")?,
            account_id: text(settings.account_id, "account_id")?,
            client_id: text(settings.client_id, "client_id")?,
            client_secret: settings.client_secret.ok_or_else(|| missing("client_secret"))?,
        },
        Method::BearerToken => Auth::BearerToken(settings.token.ok_or_else(|| missing("token"))?),
        Method::Basic => Auth::Basic {
            username: text(settings.username, "username")?,
            password: settings.password.ok_or_else(|| missing("password"))?,
        },
        Method::OauthClientCredentials => Auth::ClientCredentials {
            token_url: text(settings.token_url, "token_url")?,
            client_id: text(settings.client_id, "client_id")?,
            client_secret: settings.client_secret.ok_or_else(|| missing("client_secret"))?,
            scope: settings.scope.map(|scope| scope.to_string()),
        },
    })
}

/// Another number in each process, so that many runners that fail together do not try again in step.
/// The standard library draws its hash keys from the system's randomness.
fn seed() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

fn clock() -> Clock {
    Clock::new(jiff::Timestamp::now)
}

fn cannot_keep(name: &Text, error: &dyn std::error::Error) -> Stop {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        words = format!("{words}: {deeper}");
        cause = deeper.source();
    }
    Stop::new(
        Exit::Error,
        vec![Diagnostic::error(format!(
            "the sandbox of connection `{name}` does not start: {words}"
        ))],
    )
}

/// A request's failure as a finding about its connection.
pub(super) fn of_failure(name: &Text, failure: &Failure) -> Diagnostic {
    said_of(&format!("connection `{name}`"), failure)
}

/// The same about whatever was asked.
pub(super) fn said_of(whom: &str, failure: &Failure) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(format!("{whom}: {failure}"));
    diagnostic.help.clone_from(&failure.help);
    diagnostic
}

/// Lets a sandbox keep its account in a folder's files.
pub(super) struct SandboxStore(pub Documents);

impl sandbox::Store for SandboxStore {
    fn load(&mut self) -> std::io::Result<sandbox::Saved> {
        let (document, log) = self.0.load()?;
        Ok(sandbox::Saved { document, log })
    }

    fn append(&mut self, line: &[u8]) -> std::io::Result<()> {
        self.0.append(line)
    }

    fn replace(&mut self, document: &[u8]) -> std::io::Result<()> {
        self.0.replace(document)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_client_draws_other_numbers() {
        assert_ne!(super::seed(), super::seed());
    }
}
