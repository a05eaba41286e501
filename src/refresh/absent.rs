//! Proves who is gone: whoever a list does not show is read by the id that is recorded.

use futures_util::stream::{self, StreamExt};

use super::Needs;
use crate::live::Live;
use crate::model::Text;
use crate::plan::{Absent, Missing, absent};
use crate::port::{Failure, FailureKind, ReadAccounts};
use crate::state::{Connection, Status};

/// So many are read before all the others: where a list is short, one of them will tell.
const FIRST: usize = 20;
/// Of no more may it stay unknown whether they are gone.
const MAX_UNREAD: usize = 20;

/// Reads the recorded accounts that the list does not show. Nobody is gone only because a list says so: one that is
/// active shows that the list was short, which is a failure.
pub(super) async fn prove<R: ReadAccounts>(
    port: &R,
    needs: Needs<'_>,
    known: &Connection,
    live: &mut Live,
) -> Result<(), Failure> {
    let Absent { read, hidden } = absent(needs.connection, known, live);
    live.add_hidden(hidden, 0);
    let at_once = usize::try_from(needs.connection.settings.max_in_flight).unwrap_or(1).max(1);
    let (first, rest) = read.split_at(read.len().min(FIRST));
    let mut unread = 0;
    for part in [first, rest] {
        let (mut hidden, mut asked) = (Vec::new(), 0);
        let mut answers = stream::iter(part)
            .map(|missing| async move { (missing, port.read(&missing.id).await) })
            .buffer_unordered(at_once);
        while let Some((missing, answer)) = answers.next().await {
            asked += 1;
            match answer {
                Ok(None) => {}
                Ok(Some(account)) if account.active => return Err(short(missing, live.is_open())),
                Ok(Some(account)) => hidden.push(account),
                Err(failure) if failure.kind == FailureKind::Local => return Err(failure),
                Err(failure) => {
                    unread += 1;
                    if unread > MAX_UNREAD {
                        return Err(unproven(missing, &failure));
                    }
                    tracing::debug!(%failure, "an account that no list shows can't be read");
                    live.leave_unread([missing.id.clone()]);
                }
            }
        }
        drop(answers);
        live.add_hidden(hidden, asked);
    }
    close(known, live)
}

/// What to do where nothing shows that a list is whole.
const MAX_PAGE: &str = "say how many accounts a page of this service may hold (`max_page = 50`): a list shorter than \
                        that is whole";

/// A list whose end nothing shows is whole if everybody is in it who is known.
fn close(known: &Connection, live: &mut Live) -> Result<(), Failure> {
    if !live.is_open() {
        return Ok(());
    }
    let listed = |id: &Text| live.get(id).is_some();
    // Whom the service hides, it shows by id: that tells why the list lacks the account.
    let mut lacking = known.accounts.values().filter(|record| {
        let is_shown = record.status == Status::Pending || record.hidden;
        !is_shown && record.id.as_ref().is_some_and(|id| !listed(id))
    });
    if let Some(first) = lacking.next() {
        let others = match lacking.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        return Err(Failure {
            help: vec![MAX_PAGE.to_owned()],
            ..Failure::new(
                FailureKind::Incomplete,
                format!(
                    "the list holds {} accounts, and nothing shows that these are all: the service gives no total of \
                     its own, neither `startIndex` nor a cursor brings more, and `{}`{others}, whom Enroll manages, \
                     is not in it",
                    live.accounts().len(),
                    first.user_name
                ),
            )
        });
    }
    live.close();
    Ok(())
}

fn short(missing: &Missing, is_open: bool) -> Failure {
    let Missing { id, user_name } = missing;
    let mut help = vec![
        "nothing is planned from an incomplete list: try again later, and if it stays so, report it to the \
         service's support"
            .to_owned(),
    ];
    if is_open {
        help.push(MAX_PAGE.to_owned());
    }
    Failure {
        help,
        ..Failure::new(
            FailureKind::Incomplete,
            format!(
                "the list is short: `{user_name}` (id {id}) is not in it, but the service shows the account, \
                 active, when it is asked for by its id"
            ),
        )
    }
}

fn unproven(missing: &Missing, failure: &Failure) -> Failure {
    Failure {
        help: vec![
            "nobody is gone only because a list does not show them: see why single accounts can't be read, and try \
             again"
                .to_owned(),
        ],
        tracking_id: failure.tracking_id.clone(),
        ..Failure::new(
            FailureKind::Incomplete,
            format!(
                "the list lacks more than {MAX_UNREAD} managed accounts that can't be read by their ids either; of \
                 `{}` the service says: {}",
                missing.user_name, failure.detail
            ),
        )
    }
}
