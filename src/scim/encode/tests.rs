//! Tests of this room.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Resource, changes, merging_put, new_account, operations, patch_body, whole_put};
use crate::live::Seen;
use crate::model::{ATTRIBUTES, Attribute, Dialect, Kind, LicenseValue, Value, Values};
use crate::port::{NewAccount, Update};
use crate::scim::decode::{self, VersionBy};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const ZOOM: &str = "urn:ietf:params:scim:schemas:extension:zoom:1.0:User";
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

fn texts(pairs: &[(Attribute, &str)]) -> Vec<(Attribute, Value)> {
    pairs.iter().map(|(attribute, text)| (*attribute, Value::text(*text))).collect()
}

fn resource(json: Json) -> Resource {
    let Json::Object(resource) = json else { panic!("no object") };
    resource
}

fn example(attribute: Attribute) -> Value {
    match attribute.kind() {
        Kind::Email | Kind::Text => Value::text(format!("{attribute}@example.com")),
        Kind::Bool => Value::Bool(true),
        Kind::Set => Value::Set(Box::new(["a".into(), "b".into()].into())),
        Kind::Map => Value::Map(Box::new(BTreeMap::from([
            ("plan".into(), LicenseValue::Text("x".into())),
            ("add_on".into(), LicenseValue::Bool(false)),
        ]))),
    }
}

#[test]
fn what_is_written_is_read_back_through_the_table() {
    let values: Values = ATTRIBUTES
        .iter()
        .map(|spec| spec.attribute)
        .filter(|a| !matches!(a, Attribute::UserName | Attribute::Active))
        .map(|attribute| (attribute, example(attribute)))
        .collect();
    let new = NewAccount { user_name: "ada@example.com".into(), values: values.clone() };
    let body = serde_json::to_vec(&new_account(&new, &Dialect::ZOOM)).unwrap();
    let mut user = decode::user(&body).unwrap();
    user.id = Some("1".into());
    let account = user.into_account(&Dialect::ZOOM, Seen::Read, VersionBy::Either).unwrap();
    assert_eq!(account.user_name, "ada@example.com");
    assert_eq!(account.values, values);
}

#[test]
fn a_create_holds_what_there_is_and_nothing_else() {
    let values =
        texts(&[(Attribute::GivenName, "Ada"), (Attribute::Title, ""), (Attribute::Phone, "1")]);
    let new =
        NewAccount { user_name: "ada@example.com".into(), values: values.into_iter().collect() };
    assert_eq!(
        Json::Object(new_account(&new, &Dialect::ZOOM)),
        json!({
            "schemas": [CORE], "userName": "ada@example.com", "active": true,
            "emails": [{"value": "ada@example.com", "type": "work", "primary": true}],
            "name": {"givenName": "Ada"}, "phoneNumbers": [{"value": "1", "type": "work"}],
        })
    );
    // A service without Zoom's extension never hears of it.
    let licensed = NewAccount {
        user_name: "a@x".into(),
        values: [(Attribute::Licenses, example(Attribute::Licenses))].into_iter().collect(),
    };
    assert!(new_account(&licensed, &Dialect::ZOOM).contains_key(ZOOM));
    assert!(!new_account(&licensed, &Dialect::SCIM).contains_key(ZOOM));
}

#[test]
fn a_merging_put_holds_only_what_changes() {
    let update = Update {
        user_name: None,
        values: texts(&[(Attribute::Department, "Ops"), (Attribute::Title, "")])
            .into_iter()
            .collect(),
    };
    let sent = changes(&update, &Dialect::ZOOM);
    assert_eq!(
        Json::Object(merging_put(&sent)),
        json!({"schemas": [CORE, ENTERPRISE], ENTERPRISE: {"department": "Ops"}})
    );
    let rename = Update { user_name: Some("new@x.org".into()), values: Values::new() };
    assert_eq!(
        Json::Object(merging_put(&changes(&rename, &Dialect::ZOOM))),
        json!({"schemas": [CORE], "userName": "new@x.org"})
    );
    let both = Update {
        user_name: Some("new@x.org".into()),
        values: texts(&[(Attribute::Email, "mail@x.org")]).into_iter().collect(),
    };
    let body = Json::Object(merging_put(&changes(&both, &Dialect::ZOOM)));
    assert_eq!(body["emails"][0]["value"], "mail@x.org");
    assert_eq!(changes(&rename, &Dialect::SCIM).len(), 1);
}

#[test]
fn a_patch_has_one_operation_an_attribute() {
    let work = json!({"emails": [{"type": "home", "value": "h"}, {"type": "Work", "value": "a"}],
                      "phoneNumbers": [{"type": "mobile", "value": "m"}],
                      "roles": [{"value": "a", "display": "A"}, {"value": "c"}]});
    let untyped =
        json!({"emails": [{"value": "a", "primary": true}, {"type": "home", "value": "h"}]});
    let two = json!({"phoneNumbers": [{"type": "work", "value": "a"}, {"type": "work", "value": "b", "x": 1},
                                      {"type": "fax", "value": "f"}, {"value": "u"}]});
    let replace =
        |path: &str, value: Json| json!([{"op": "replace", "path": path, "value": value}]);
    let remove = |path: &str| json!([{"op": "remove", "path": path}]);
    let set = example(Attribute::Roles);
    let text = Value::text("v");
    let none = Value::text("");
    for (attribute, value, current, expected) in [
        (Attribute::Title, &text, &work, replace("title", json!("v"))),
        (Attribute::Title, &none, &work, remove("title")),
        (Attribute::UserName, &text, &work, replace("userName", json!("v"))),
        (Attribute::Active, &Value::Bool(false), &work, replace("active", json!(false))),
        (Attribute::GivenName, &text, &work, replace("name.givenName", json!("v"))),
        (
            Attribute::Department,
            &text,
            &work,
            replace(&format!("{ENTERPRISE}:department"), json!("v")),
        ),
        (Attribute::Department, &none, &work, remove(&format!("{ENTERPRISE}:department"))),
        (
            Attribute::Manager,
            &text,
            &work,
            replace(&format!("{ENTERPRISE}:manager"), json!({"value": "v"})),
        ),
        (Attribute::Email, &text, &work, replace("emails[type eq \"work\"].value", json!("v"))),
        (Attribute::Email, &none, &work, remove("emails[type eq \"work\"]")),
        (
            Attribute::Email,
            &text,
            &untyped,
            replace(
                "emails",
                json!([{"value": "v", "primary": true}, {"type": "home", "value": "h"}]),
            ),
        ),
        (
            Attribute::Email,
            &none,
            &untyped,
            replace("emails", json!([{"type": "home", "value": "h"}])),
        ),
        (
            Attribute::Email,
            &text,
            &json!({}),
            json!([{"op": "add", "path": "emails",
                    "value": [{"value": "v", "type": "work", "primary": true}]}]),
        ),
        (
            Attribute::Phone,
            &text,
            &work,
            json!([{"op": "add", "path": "phoneNumbers", "value": [{"value": "v", "type": "work"}]}]),
        ),
        (Attribute::Phone, &none, &work, json!([])),
        (
            Attribute::Phone,
            &text,
            &two,
            replace(
                "phoneNumbers",
                json!([{"type": "work", "value": "v"}, {"type": "work", "value": "b", "x": 1},
                       {"type": "fax", "value": "f"}, {"value": "u"}]),
            ),
        ),
        (
            Attribute::Phone,
            &none,
            &two,
            replace("phoneNumbers", json!([{"type": "fax", "value": "f"}])),
        ),
        (
            Attribute::Roles,
            &set,
            &work,
            replace("roles", json!([{"value": "a", "display": "A"}, {"value": "b"}])),
        ),
        (Attribute::Roles, &Value::Set(Box::default()), &work, remove("roles")),
        (Attribute::Roles, &Value::Set(Box::default()), &json!({}), json!([])),
    ] {
        let body = operations(&[(attribute, value.clone())], &resource(current.clone()));
        assert_eq!(patch_body(body)["Operations"], expected, "{attribute} {value:?}");
    }
}

#[test]
fn a_second_primary_address_is_never_made() {
    let current = resource(json!({"emails": [{"type": "home", "value": "h", "primary": true}]}));
    let put = whole_put(&current, &texts(&[(Attribute::Email, "w")]));
    assert_eq!(
        put["emails"],
        json!([{"type": "home", "value": "h", "primary": true}, {"value": "w", "type": "work"}])
    );
}

#[test]
fn a_whole_put_keeps_what_enroll_does_not_know() {
    let current = json!({
        "schemas": [CORE, "urn:x:custom"], "id": "1", "meta": {"version": "W/\"1\""}, "UserName": "a@x",
        "nickName": "A", "urn:x:custom": {"deep": [{"a": null}]}, "groups": [{"value": "g"}],
        "name": {"givenName": "Ada", "middleName": "M"}, "emails": {"type": "work", "value": "a", "x": 1},
        ENTERPRISE: {"manager": {"value": "m", "displayName": "Boss"}, "department": "Ops"},
    });
    let changed = texts(&[
        (Attribute::UserName, "b@x"),
        (Attribute::GivenName, ""),
        (Attribute::Email, "b"),
        (Attribute::Department, ""),
        (Attribute::Manager, "n"),
    ]);
    assert_eq!(
        Json::Object(whole_put(&resource(current), &changed)),
        json!({
            "schemas": [CORE, "urn:x:custom", ENTERPRISE], "id": "1", "UserName": "b@x",
            "nickName": "A", "urn:x:custom": {"deep": [{"a": null}]}, "groups": [{"value": "g"}],
            "name": {"middleName": "M"}, "emails": [{"type": "work", "value": "b", "x": 1}],
            ENTERPRISE: {"manager": {"value": "n"}},
        })
    );
}
