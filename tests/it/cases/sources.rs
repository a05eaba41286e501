//! Exports and directories.

use super::Case;
use super::service::{Manners, Service};

/// The next export writes one department with separate accents. It looks the same, and nobody loses the account.
#[test]
fn case_14_decomposed_department() {
    let case = Case::new("14-decomposed-department");
    case.apply(&["-sandbox"], 0);
    case.replace("people.csv", "later.csv");
    case.plan(&["-sandbox"], 0);
}

/// A service keeps names in form C, whatever is sent: the two look alike, and are.
#[test]
fn case_15_service_keeps_composed_names() {
    let clean: fn(&str) -> String = |text| text.replace("e\u{308}", "\u{eb}");
    let service = Service::new(Manners { clean: Some(clean), ..Manners::default() });
    let case = Case::at("15-service-keeps-composed-names", &service);
    case.apply(&[], 0);
    case.plan(&[], 0);
}
