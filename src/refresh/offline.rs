//! `--refresh=false`: the state taken as live.

use crate::live::{Account, Incomplete, Live, Seen};
use crate::model::Attribute;
use crate::state::{Connection, Status};

/// Takes what is recorded as what the service says. Nobody is asked: a plan made from this is a guess,
/// and is never applied.
///
/// # Errors
///
/// Two records with one id: a state that nobody wrote, from which nothing can be planned.
pub fn from_state(known: &Connection) -> Result<Live, Incomplete> {
    let accounts: Vec<Account> = known
        .accounts
        .values()
        .filter(|account| account.status != Status::Pending)
        .filter_map(|record| {
            let mut values = record.written.clone();
            values.remove(Attribute::UserName);
            values.remove(Attribute::Active);
            Some(Account {
                id: record.id.clone()?,
                user_name: record.user_name.clone(),
                active: record.status == Status::Active,
                values,
                seen: Seen::Listed,
                version: record.version.clone(),
                admin: None,
            })
        })
        .collect();
    let total = accounts.len() as u64;
    Live::complete(accounts, total)
}

#[cfg(test)]
mod tests {
    use super::from_state;
    use crate::model::{Attribute as A, Value};
    use crate::plan::tests::world::{CONNECTION, World};
    use crate::state::Status;

    #[test]
    fn the_state_taken_as_live_settles_with_what_was_written() {
        let mut world = World::new();
        for (key, active) in [("ada", true), ("bob", false)] {
            world.want(key, active).values.set(A::Title, Value::text("CTO"));
            let status = if active { Status::Active } else { Status::Disabled };
            world.have(key, status).written.set(A::Title, Value::text("CTO"));
        }
        world.have("gone", Status::Active);
        let live = from_state(&world.state.connections[CONNECTION]).unwrap();
        world.live = live.accounts().to_vec();
        assert_eq!(world.short(), "gone disable left_rules");
    }

    #[test]
    fn two_records_of_one_account_are_never_taken_for_an_empty_service() {
        let mut world = World::new();
        world.have("ada", Status::Active).id = Some("1".into());
        world.have("bob", Status::Active).id = Some("1".into());
        let found = from_state(&world.state.connections[CONNECTION]).unwrap_err();
        assert_eq!((found.seen, found.total), (1, 2));
    }
}
