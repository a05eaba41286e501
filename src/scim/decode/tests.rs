//! Tests of decoding: what services really send.

use serde_json::{Value as Json, json};

use super::{VersionBy, page, user};
use crate::live::{Account, Seen};
use crate::model::{Attribute, Dialect, LicenseValue, Value};

fn read_as(body: &Json, dialect: &Dialect, seen: Seen) -> Account {
    let user = user(body.to_string().as_bytes()).unwrap();
    user.into_account(dialect, seen, VersionBy::Either).unwrap()
}

fn read(body: &Json) -> Account {
    read_as(body, &Dialect::ZOOM, Seen::Read)
}

fn set(items: &[&str]) -> Value {
    Value::Set(Box::new(items.iter().map(|item| (*item).into()).collect()))
}

/// A user as Zoom's GET shows it (ZOOM.md, 1.4).
fn whole() -> Json {
    json!({
        "id": "k&KdKr6TLWuxdDtk0hjSzL",
        "meta": {"resourceType": "User", "location": "x", "version": "1.0.0",
                 "created": "2023-12-26T00:00:00Z", "lastModified": "2024-01-01T00:00:00Z"},
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "name": {"givenName": "Ada", "familyName": "Lovelace", "formatted": "x"},
        "emails": [{"type": "work", "value": "ada@example.com", "primary": true}],
        "displayName": "Ada L", "userName": "ada@example.com", "active": true, "userType": "Licensed",
        "title": "Countess", "locale": "en-GB",
        "phoneNumbers": [{"type": "mobile", "value": "1"}, {"type": "work", "value": "+44 1"}],
        "roles": [{"display": "Member", "value": "Member", "primary": true}],
        "groups": [{"display": "g", "type": "direct", "primary": true}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "department": "Ops", "organization": "Org", "costCenter": "C", "employeeNumber": "007",
            "division": "D", "manager": {"value": "m1", "displayName": "Boss"}, "custom": [1, {}]},
        "urn:ietf:params:scim:schemas:extension:zoom:1.0:User": {
            "zoomOneBizPlus": "Plan", "zoomWhiteboard": true, "pronouns": null, "odd": {"a": [1]}},
        "urn:us:zoom:scim:schemas:extension:1.0:ZoomUser": {"loginType": {"sso": true}},
        "later": [[[{"deep": 1}]]]
    })
}

#[test]
fn every_attribute_of_the_table_is_read() {
    use Attribute as A;
    let account = read(&whole());
    assert_eq!(account.id, "k&KdKr6TLWuxdDtk0hjSzL");
    assert_eq!(account.user_name, "ada@example.com");
    assert_eq!(account.version.as_deref(), Some("2024-01-01T00:00:00Z"));
    assert_eq!(account.admin, Some(false));
    for (attribute, expected) in [
        (A::Email, "ada@example.com"),
        (A::GivenName, "Ada"),
        (A::FamilyName, "Lovelace"),
        (A::DisplayName, "Ada L"),
        (A::UserType, "Licensed"),
        (A::Department, "Ops"),
        (A::Organization, "Org"),
        (A::CostCenter, "C"),
        (A::EmployeeNumber, "007"),
        (A::Division, "D"),
        (A::Manager, "m1"),
        (A::Title, "Countess"),
        (A::Locale, "en-GB"),
        (A::Phone, "+44 1"),
    ] {
        assert_eq!(account.values.text(attribute), Some(expected), "{attribute}");
    }
    assert_eq!(account.values.get(A::Roles), Some(&set(&["Member"])));
    let licenses = [
        ("zoomOneBizPlus".into(), LicenseValue::Text("Plan".into())),
        ("zoomWhiteboard".into(), LicenseValue::Bool(true)),
    ];
    let licenses = Value::Map(Box::new(licenses.into_iter().collect()));
    assert_eq!(account.values.get(A::Licenses), Some(&licenses));
    assert_eq!(account.values.len(), 16, "user_name and active stand apart");
    let other = read_as(&whole(), &Dialect::SCIM, Seen::Read);
    assert_eq!(other.values.get(A::Licenses), None);
    assert_eq!(other.admin, None);
}

#[test]
fn odd_shapes_are_read_as_they_are_meant() {
    for (field, value, attribute, expected) in [
        ("name", Json::Null, Attribute::GivenName, None),
        ("name", json!("Ada"), Attribute::GivenName, None),
        ("name", json!({"givenName": null}), Attribute::GivenName, None),
        ("name", json!({"GIVENNAME": "Ada"}), Attribute::GivenName, Some("Ada")),
        ("title", json!(""), Attribute::Title, None),
        ("title", json!(7), Attribute::Title, Some("7")),
        ("title", json!(["x"]), Attribute::Title, None),
        ("Title", json!("x"), Attribute::Title, Some("x")),
        ("emails", json!({"type": "work", "value": "a@x"}), Attribute::Email, Some("a@x")),
        ("emails", json!([{"value": "a@x"}]), Attribute::Email, Some("a@x")),
        ("emails", json!(["a@x"]), Attribute::Email, Some("a@x")),
        ("emails", json!([{"type": "home", "value": "a@x"}]), Attribute::Email, None),
        (
            "emails",
            json!([{"value": "b"}, {"type": "Work", "value": "a"}]),
            Attribute::Email,
            Some("a"),
        ),
        (
            "emails",
            json!([{"type": "work", "value": "b"}, {"type": "work", "value": "a", "primary": "True"}]),
            Attribute::Email,
            Some("a"),
        ),
        ("emails", json!([{"type": "work", "value": ""}, null, 3]), Attribute::Email, None),
        ("emails", json!(null), Attribute::Email, None),
    ] {
        let mut body = json!({"id": 12, "userName": "a@x.org"});
        body[field] = value.clone();
        let account = read(&body);
        assert_eq!(account.values.text(attribute), expected, "{field}: {value}");
        assert_eq!(account.id, "12");
    }
    let manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for (value, expected) in
        [(json!("m"), Some("m")), (json!(5), Some("5")), (json!({"displayName": "x"}), None)]
    {
        let account = read(&json!({"id": "1", manager: {"manager": value}}));
        assert_eq!(account.values.text(Attribute::Manager), expected, "{value}");
    }
}

#[test]
fn nobody_is_inactive_who_is_not_said_to_be() {
    for (value, active) in [
        (json!(true), true),
        (json!(false), false),
        (json!("true"), true),
        (json!("True"), true),
        (json!("False"), false),
        (json!("0"), false),
        (json!(null), true),
        (json!({}), true),
        (json!("perhaps"), true),
    ] {
        assert_eq!(read(&json!({"id": "1", "active": value})).active, active, "{value}");
    }
    assert!(read(&json!({"id": "1"})).active);
}

#[test]
fn owners_and_admins_are_seen_on_a_get_only() {
    for (roles, admin, values) in [
        (json!([]), None, None),
        (json!([{"value": "Member"}]), Some(false), Some(set(&["Member"]))),
        (json!([{"value": "Owner"}]), Some(true), Some(set(&["Owner"]))),
        (json!({"value": "ADMIN"}), Some(true), Some(set(&["ADMIN"]))),
        // Other roles are tried, and read back: a name that holds the word is not the role.
        (json!({"value": "IT-ADMIN"}), Some(false), Some(set(&["IT-ADMIN"]))),
        (json!({"value": "7", "display": "Co-owner"}), Some(false), Some(set(&["7"]))),
        (json!([{"value": "7", "display": "owner"}]), Some(true), Some(set(&["7"]))),
        (json!([{"value": "1", "display": "Co-owner"}]), Some(true), Some(set(&["1"]))),
        (json!([{"value": "", "display": "Member"}]), Some(false), Some(set(&["Member"]))),
        (json!([{"value": "", "display": ""}]), None, None),
        (json!([{}, {"value": "Member"}]), None, Some(set(&["Member"]))),
        (json!([{}, {"value": "Admin"}]), Some(true), Some(set(&["Admin"]))),
    ] {
        let body = json!({"id": "1", "roles": roles});
        let account = read(&body);
        assert_eq!(account.admin, admin, "{roles}");
        assert_eq!(account.values.get(Attribute::Roles), values.as_ref(), "{roles}");
        assert_eq!(read_as(&body, &Dialect::ZOOM, Seen::Listed).admin, None);
    }
    assert_eq!(read(&json!({"id": "1"})).admin, None);
}

#[test]
fn an_account_without_an_id_is_none() {
    for body in [json!({}), json!({"id": null}), json!({"id": ""}), json!({"userName": "a@x"})] {
        let user = user(body.to_string().as_bytes()).unwrap();
        assert!(user.into_account(&Dialect::ZOOM, Seen::Read, VersionBy::Either).is_none());
    }
    for body in ["", "[]", "null", "3", "{\"id\": ", "<html>"] {
        assert!(user(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn a_page_is_read_whatever_it_claims() {
    let read = |body: Json| page(body.to_string().as_bytes()).unwrap();
    let full = read(json!({"totalResults": "3", "itemsPerPage": 1000, "startIndex": "x",
        "Resources": [{"id": "a"}, {"id": "b"}]}));
    assert_eq!((full.total, full.users.len(), full.is_list), (Some(3), 2, true));
    let none = read(json!({"totalresults": 0, "resources": null}));
    assert_eq!((none.total, none.users.len(), none.is_list), (Some(0), 0, true));
    assert!(!read(json!({"detail": "no"})).is_list);
    let many = |users: usize| format!("{{\"Resources\": [{}{{}}]}}", "{},".repeat(users - 1));
    assert_eq!(page(many(200_000).as_bytes()).unwrap().users.len(), 200_000);
    let found = page(many(200_001).as_bytes()).unwrap_err().to_string();
    assert!(found.contains("more than 200000 users in one answer"), "{found}");
    assert!(page(br#"{"Resources": "x"}"#).is_err());
    assert!(page(br#"{"Resources": [1]}"#).is_err());
}

#[test]
fn deep_nesting_is_skipped_without_a_crash() {
    let deep = format!("{{\"id\":\"1\",\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    // Either answer will do; a crash will not.
    assert!(user(deep.as_bytes()).is_ok() || user(deep.as_bytes()).is_err());
}

#[test]
fn numbers_are_read_exactly_or_the_answer_is_refused() {
    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let number = |json: &str| {
        let places = [
            format!("{{\"id\": \"1\", \"title\": {json}}}"),
            format!("{{\"id\": \"1\", \"{ENTERPRISE}\": {{\"employeeNumber\": {json}}}}}"),
            format!("{{\"id\": \"1\", \"{ENTERPRISE}\": {{\"manager\": {json}}}}}"),
            format!("{{\"id\": \"1\", \"{ENTERPRISE}\": {{\"manager\": {{\"value\": {json}}}}}}}"),
            format!(
                "{{\"id\": \"1\", \"phoneNumbers\": [{{\"type\": \"work\", \"value\": {json}}}]}}"
            ),
        ];
        let attributes = [
            Attribute::Title,
            Attribute::EmployeeNumber,
            Attribute::Manager,
            Attribute::Manager,
            Attribute::Phone,
        ];
        let read = places.iter().zip(attributes).map(|(body, attribute)| {
            let user = user(body.as_bytes()).ok()?;
            let account = user.into_account(&Dialect::SCIM, Seen::Read, VersionBy::Either)?;
            account.values.text(attribute).map(str::to_owned)
        });
        let read: Vec<Option<String>> = read.collect();
        assert!(read.iter().all(|value| *value == read[0]), "{json}: {read:?}");
        read[0].clone()
    };
    for (json, expected) in [
        ("7", Some("7")),
        ("-0", Some("0")),
        ("1971756062836379.0", Some("1971756062836379")),
        ("1.971756062836379e15", Some("1971756062836379")),
        ("9007199254740993", Some("9007199254740993")),
        ("9007199254740993.0", Some("9007199254740993")),
        ("18446744073709551617", Some("18446744073709551617")),
        ("0.10", Some("0.1")),
        ("123456789012345678901234567890", None),
        ("1e400", None),
        ("\"1e400\"", Some("1e400")),
        ("\"1\\u0032\"", Some("12")),
    ] {
        assert_eq!(number(json).as_deref(), expected, "{json}");
    }
    // What nothing is read of may be what it likes.
    assert!(user(br#"{"id": "1", "x": 1e400}"#).is_ok());
    assert!(page(br#"{"totalResults": 1e400, "Resources": []}"#).is_err());
    assert_eq!(page(br#"{"totalResults": 2e1, "Resources": []}"#).unwrap().total, Some(20));
}
