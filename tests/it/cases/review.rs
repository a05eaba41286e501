//! What reviews say.

use super::Case;
use super::service::{Manners, Service};

/// A service drops the title when it creates somebody: said at once, and never taken for somebody's change.
#[test]
fn case_39_create_that_was_not_kept() {
    let service = Service::new(Manners { drop: vec!["title"], ..Manners::default() });
    let case = Case::at("39-create-that-was-not-kept", &service);
    let ran = case.apply(&[], 4);
    assert!(ran.stderr.contains("did not keep title"), "{ran}");
    let plan = case.plan(&[], 2);
    assert!(!plan.stdout.contains("hanged in the service"), "{plan}");
    assert!(plan.stdout.contains("did not keep it"), "{plan}");
    case.apply(&[], 0);
}

/// A new address that the service ignores: every later plan says what to do, and is not green.
#[test]
fn case_40_blocked_for_good_exit_0() {
    let service = Service::new(Manners { ignore_name: true, ..Manners::default() });
    let case = Case::at("40-blocked-for-good-exit-0", &service);
    case.apply(&[], 0);
    case.replace("people.csv", "later.csv");
    case.apply(&[], 4);
    for _ in 0..2 {
        let plan = case.plan(&[], 2);
        assert!(plan.stdout.contains("rename the account to ada.smith@example.com"), "{plan}");
        assert!(plan.stdout.contains("by hand") && !plan.stdout.contains("--retry"), "{plan}");
        case.apply(&[], 0);
    }
}
