//! What to list and what to look at closer: from desired, state and a read port to live.

mod absent;
mod cache;
mod offline;
mod unknown;

pub use cache::{Entry, ReadCache};
pub use offline::from_state;
pub use unknown::{look_up, settle};

use futures_util::stream::{self, StreamExt};

use crate::desired::DesiredConnection;
use crate::live::{Account, Known, Live, Seen};
use crate::model::{Attribute, Dialect, Text, Value, Values};
use crate::plan::{Options, closer_look};
use crate::port::{Failure, Found, ReadAccounts};
use crate::state::{Connection, State, Status};

/// How much is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// A closer look only at what changed since it was last seen as written.
    #[default]
    Changed,
    /// A closer look at every matched account that manages something LIST does not show.
    Full,
}

/// What a refresh goes by, other than the port.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// The connection to be refreshed.
    pub connection: &'a DesiredConnection,
    /// What is recorded.
    pub state: &'a State,
    /// What somebody decided on the command line.
    pub options: &'a Options,
    /// How much is looked at.
    pub mode: Mode,
}

/// Lists a connection's accounts, all of them, and looks closer where the plan needs it. `cache` gives
/// what earlier looks saw, and learns what this one sees.
pub async fn refresh<R: ReadAccounts>(
    port: &R,
    needs: Needs<'_>,
    cache: &mut ReadCache,
) -> Result<Live, Failure> {
    let settings = &needs.connection.settings;
    let dialect = settings.dialect();
    let nothing = Connection::default();
    let known = needs.state.connections.get(&settings.name).unwrap_or(&nothing);

    let mut live = port.list().await?;
    absent::prove(port, needs, known, &mut live).await?;
    let appeared = pending(port, known, &live).await?;
    live.look_closer(appeared);
    if needs.mode == Mode::Changed {
        remember(&mut live, known, &dialect);
        cache.complete(&mut live, &dialect);
    }
    let ids = closer_look(needs.connection, known, &live, needs.options);
    let mut looks = Vec::new();
    let at_once = usize::try_from(settings.max_in_flight).unwrap_or(1).max(1);
    let mut reads =
        stream::iter(&ids).map(|id| async move { port.read(id).await }).buffer_unordered(at_once);
    while let Some(read) = reads.next().await {
        // An account that went since it was listed stays as listed: a write will find out.
        looks.extend(read?);
    }
    drop(reads);
    let looked_at: Vec<Text> = looks.iter().map(|account| account.id.clone()).collect();
    live.look_closer(looks);
    if dialect.thin_list {
        cache.learn(&live, &looked_at, &dialect);
    }
    Ok(live)
}

/// Looks up, once a plan, the accounts that were created and not shown yet.
async fn pending<R: ReadAccounts>(
    port: &R,
    known: &Connection,
    live: &Live,
) -> Result<Vec<Account>, Failure> {
    let mut appeared = Vec::new();
    let unseen = |status| matches!(status, Status::Pending | Status::Unknown);
    for account in known.accounts.values().filter(|account| unseen(account.status)) {
        if account.is_refused() && account.status == Status::Pending {
            // Nobody of ours. Should the address come free or join this account, LIST or
            // `--retry-refused` will tell.
            continue;
        }
        let listed = |id: &Text| live.get(id).is_some();
        let found = match &account.id {
            Some(id) if listed(id) => None,
            Some(id) => port.read(id).await?,
            None => match port.find(&account.user_name).await? {
                Found::Account(found) if !listed(&found.id) => Some(*found),
                Found::Account(_) | Found::Absent | Found::Elsewhere => None,
            },
        };
        appeared.extend(found);
    }
    Ok(appeared)
}

/// Takes what LIST lacks from the values written under the version that LIST shows.
fn remember(live: &mut Live, known: &Connection, dialect: &Dialect) {
    for record in known.accounts.values() {
        let (Some(id), Some(version)) = (&record.id, &record.version) else { continue };
        let Some(at) = live.position(id) else { continue };
        let Some(account) = live.accounts().get(at) else { continue };
        if account.version.as_ref() != Some(version) || account.seen != Seen::Listed {
            continue;
        }
        let mut missing: Vec<_> = record
            .written
            .iter()
            .filter(|(attribute, _)| account.known(*attribute, dialect) == Known::Unknown)
            .map(|(attribute, value)| (attribute, value.clone()))
            .collect();
        // Of licences a list may show some.
        if let Some(shown @ Value::Map(_)) = account.values.get(Attribute::Licenses)
            && let Some(written @ Value::Map(_)) = record.written.get(Attribute::Licenses)
        {
            let mut both = Values::new();
            both.merge(Attribute::Licenses, written.clone());
            both.merge(Attribute::Licenses, shown.clone());
            missing.extend(both.iter().map(|(attribute, value)| (attribute, value.clone())));
        }
        if !missing.is_empty() {
            live.learn(at, missing, Seen::Remembered);
        }
    }
}
