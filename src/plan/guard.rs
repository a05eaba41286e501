//! The guards: how much may be taken from people in one apply.

use super::draft::Draft;
use super::types::{ByKind, GuardKind, GuardReport};
use crate::model::{Action, Limit, Text};

/// Removals that a share allows as long as they are at most half: small accounts need some room.
const ALWAYS_ALLOWED: u64 = 5;
/// The default limit of removals: the lesser of this share, in hundredths of a percent …
const DEFAULT_SHARE: u32 = 1000;
/// … and this number.
const DEFAULT_COUNT: u64 = 50;

/// Reckons the guards of a connection. `active` counts the state's active accounts before the plan.
pub(super) fn reckon(
    connection: &Text,
    guard: &crate::model::Guard,
    drafts: &[Draft<'_>],
    active: u64,
) -> [GuardReport; 3] {
    let removed = |draft: &&Draft<'_>| draft.removes();
    let goes = |draft: &&Draft<'_>| draft.run.contains(&Action::Delete);
    let count = |taken: &dyn Fn(&&Draft<'_>) -> bool| {
        let of_active = drafts.iter().filter(taken).filter(|draft| draft.was_active()).count();
        (drafts.iter().filter(taken).count() as u64, of_active as u64)
    };
    let report = |kind, limit, (planned, of_active): (u64, u64), by_kind| {
        let (limit, tripped) = judge(limit, planned, of_active, active);
        GuardReport { connection: connection.clone(), kind, planned, limit, tripped, by_kind }
    };
    let removals = by_kind(drafts);
    let deletes = ByKind { delete: removals.delete, ..ByKind::default() };
    let privileges = count(&|draft: &&Draft<'_>| draft.changes_privileges());
    [
        report(GuardKind::Removals, guard.max_removals, count(&removed), removals),
        report(GuardKind::Deletes, guard.max_deletes, count(&goes), deletes),
        report(GuardKind::Privileges, guard.max_privileges, privileges, ByKind::default()),
    ]
}

/// Each account once, by the gravest of what it loses.
fn by_kind(drafts: &[Draft<'_>]) -> ByKind {
    let mut found = ByKind::default();
    for draft in drafts.iter().filter(|draft| draft.removes()) {
        let runs = |action| draft.run.contains(&action);
        *if runs(Action::Delete) {
            &mut found.delete
        } else if runs(Action::Disable) {
            &mut found.disable
        } else if draft.downgrades() {
            &mut found.downgrade
        } else {
            &mut found.forget
        } += 1;
    }
    found
}

/// The limit in accounts, and whether `planned` exceeds it.
fn judge(limit: Limit, planned: u64, of_active: u64, active: u64) -> (u64, bool) {
    let share = |hundredths: u32| {
        let part = u128::from(active) * u128::from(hundredths) / 10_000;
        u64::try_from(part).unwrap_or(u64::MAX).max(ALWAYS_ALLOWED)
    };
    let limit = match limit {
        Limit::Count(limit) => return (limit, planned > limit),
        Limit::Share(hundredths) => share(hundredths),
        Limit::Default => share(DEFAULT_SHARE).min(DEFAULT_COUNT),
    };
    // A share means some of several; that most of them go is never what it means.
    let most = active > 1 && of_active > active / 2;
    (limit, planned > limit || most)
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::model::Limit;

    #[test]
    fn limits_are_reckoned_as_documented() {
        let ten = Limit::Share(1000);
        for (limit, planned, of_active, active, expected) in [
            (Limit::Default, 0, 0, 0, (5, false)),
            (Limit::Default, 5, 5, 20, (5, false)),
            (Limit::Default, 6, 6, 20, (5, true)),
            (Limit::Default, 10, 10, 100, (10, false)),
            (Limit::Default, 11, 11, 100, (10, true)),
            (Limit::Default, 50, 50, 100_000, (50, false)),
            (Limit::Default, 51, 51, 100_000, (50, true)),
            // Most of several.
            (Limit::Default, 2, 2, 2, (5, true)),
            (Limit::Default, 1, 1, 1, (5, false)),
            (Limit::Default, 3, 2, 2, (5, true)),
            (Limit::Default, 2, 1, 2, (5, false)),
            (Limit::Default, 2, 2, 3, (5, true)),
            (Limit::Default, 2, 2, 4, (5, false)),
            (Limit::Default, 5, 5, 6, (5, true)),
            (Limit::Default, 3, 3, 6, (5, false)),
            (Limit::Default, 4, 3, 6, (5, false)),
            (Limit::Default, 5, 5, 9, (5, true)),
            (ten, 109, 109, 1099, (109, false)),
            (ten, 110, 110, 1099, (109, true)),
            (Limit::Share(0), 5, 5, 10, (5, false)),
            (Limit::Share(10_000), 5, 5, 10, (10, false)),
            (Limit::Share(10_000), 6, 6, 10, (10, true)),
            (Limit::Share(10_000), 10, 10, 10, (10, true)),
            (Limit::Count(3), 3, 3, 3, (3, false)),
            (Limit::Count(3), 4, 4, 9, (3, true)),
            (Limit::Count(0), 1, 1, 9, (0, true)),
            (Limit::Count(0), 0, 0, 9, (0, false)),
        ] {
            assert_eq!(
                judge(limit, planned, of_active, active),
                expected,
                "{limit:?}: {planned} of {active}"
            );
        }
    }
}
