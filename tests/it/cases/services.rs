//! Other people's SCIM services.

use super::{Case, Manners, Service, not_yet};

#[test]
fn case_41_a_service_demands_an_external_id() {
    let service = Service::new(Manners { need_external: true, ..Manners::default() });
    let case = Case::at("41-external-id-demanded", &service);
    let ran = case.run(&["apply", "-auto-approve"]);
    not_yet(15, ran.code == 0 && service.user("ada@example.com")["externalId"] == "E1");
}

#[test]
fn case_42_a_patch_is_answered_500_and_a_put_would_do() {
    let service = Service::new(Manners { patch: Some(500), ..Manners::default() });
    let case = Case::at("42-patch-answers-500", &service);
    case.apply(&[], 0);
    case.env.edit("main.hcl", "Engineer", "Manager");
    let type_ = "  type     = \"scim\"";
    case.env.edit("main.hcl", type_, &format!("{type_}\n  update   = \"put\""));
    let ran = case.run(&["apply", "-auto-approve"]);
    not_yet(15, ran.code == 0 && service.user("ada@example.com")["title"] == "Manager");
}

#[test]
fn case_43_logins_and_long_names_are_fine_at_a_plain_service() {
    let service = Service::new(Manners::default());
    let case = Case::at("43-zooms-rules-on-other-services", &service);
    not_yet(15, case.run(&["validate"]).code == 0);

    // At Zoom both stay errors.
    case.env.edit("main.hcl", "\"scim\"", "\"zoom\"");
    let ran = case.run(&["validate"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.says("ada.alvarez") && ran.says("64"), "{ran}");
}
