//! The guards: how much may be taken from people in one apply.

use super::draft::Draft;
use super::types::{ByKind, GuardKind, GuardReport};
use crate::model::{Action, Limit, Text};

/// Share or count that never trips a share: small accounts need some room.
const ALWAYS_ALLOWED: u64 = 5;
/// The default limit of removals: the lesser of this share, in hundredths of a percent …
const DEFAULT_SHARE: u32 = 1000;
/// … and this number.
const DEFAULT_COUNT: u64 = 50;

/// Reckons both guards of a connection. `active` counts the state's active accounts before the plan.
pub(super) fn reckon(
    connection: &Text,
    guard: &crate::model::Guard,
    drafts: &[Draft<'_>],
    active: u64,
) -> [GuardReport; 2] {
    let removed = |draft: &&Draft<'_>| draft.removes();
    let deleted = |draft: &&Draft<'_>| draft.run.contains(&Action::Delete);
    let count = |taken: &dyn Fn(&&Draft<'_>) -> bool| {
        let of_active = drafts.iter().filter(taken).filter(|draft| draft.was_active()).count();
        (drafts.iter().filter(taken).count() as u64, of_active as u64)
    };
    let report = |kind, limit, (planned, of_active): (u64, u64)| {
        let (limit, tripped) = judge(limit, planned, of_active, active);
        GuardReport {
            connection: connection.clone(),
            kind,
            planned,
            limit,
            tripped,
            by_kind: ByKind::default(),
        }
    };
    [
        report(GuardKind::Removals, guard.max_removals, count(&removed)),
        report(GuardKind::Deletes, guard.max_deletes, count(&deleted)),
    ]
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
    // A share means some of several; that everybody goes is never what it means.
    let everybody = active > 1 && of_active >= active;
    let limit = if everybody { limit.min(planned.saturating_sub(1)) } else { limit };
    (limit, planned > limit)
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
            // Everybody of several.
            (Limit::Default, 2, 2, 2, (1, true)),
            (Limit::Default, 1, 1, 1, (5, false)),
            (Limit::Default, 3, 2, 2, (2, true)),
            (Limit::Default, 2, 1, 2, (5, false)),
            (ten, 109, 109, 1099, (109, false)),
            (ten, 110, 110, 1099, (109, true)),
            (Limit::Share(0), 5, 5, 10, (5, false)),
            (Limit::Share(10_000), 9, 9, 10, (10, false)),
            (Limit::Share(10_000), 10, 10, 10, (9, true)),
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
