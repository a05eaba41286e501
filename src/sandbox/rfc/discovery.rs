//! `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas`.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::schema::{Attr, ENTERPRISE_ATTRS, Kind, Mutability, USER};
use super::{not_allowed, not_found};
use crate::sandbox::answer::{Answer, Refusal};
use crate::sandbox::options::Manners;
use crate::sandbox::user::{CORE, ENTERPRISE};
use crate::sandbox::wire::Page;

/// Answers one of the three, whole or by id.
pub(super) fn answer(
    method: &Method,
    name: &str,
    id: Option<&str>,
    base: &str,
) -> Result<Answer, Refusal> {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    let one = is("ServiceProviderConfig") && id.is_none();
    if !one && !is("ResourceTypes") && !is("Schemas") {
        return Err(not_found("There is no such endpoint."));
    }
    if *method != Method::GET {
        return Err(not_allowed());
    }
    if one {
        return Ok(Answer::json(Manners::Rfc, StatusCode::OK, &config(base)));
    }
    let all = if is("ResourceTypes") {
        vec![resource_type(base)]
    } else {
        vec![
            schema(base, CORE, "User", USER),
            schema(base, ENTERPRISE, "EnterpriseUser", ENTERPRISE_ATTRS),
        ]
    };
    match id {
        None => Ok(Answer::json(Manners::Rfc, StatusCode::OK, &Page::new(all.len(), 1, all))),
        Some(id) => {
            let one = all.into_iter().find(|it| it.get("id").and_then(Value::as_str) == Some(id));
            let one = one.ok_or_else(|| not_found(format!("Resource {id} not found.")))?;
            Ok(Answer::json(Manners::Rfc, StatusCode::OK, &one))
        }
    }
}

fn config(base: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": super::LIMITS.max},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": true},
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "OAuth Bearer Token",
            "description": "A bearer token in the Authorization header",
            "primary": true,
        }],
        "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig")},
    })
}

fn resource_type(base: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "User",
        "name": "User",
        "endpoint": "/Users",
        "description": "User account",
        "schema": CORE,
        "schemaExtensions": [{"schema": ENTERPRISE, "required": false}],
        "meta": {"resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/User")},
    })
}

fn schema(base: &str, urn: &str, name: &str, attrs: &[Attr]) -> Value {
    let own = |attr: &&Attr| !matches!(attr.name, "id" | "meta" | ENTERPRISE);
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": urn,
        "name": name,
        "description": name,
        "attributes": attrs.iter().filter(own).map(attribute).collect::<Vec<_>>(),
        "meta": {"resourceType": "Schema", "location": format!("{base}/Schemas/{urn}")},
    })
}

fn attribute(attr: &Attr) -> Value {
    let (mutability, returned) = match attr.mutability {
        Mutability::ReadWrite => ("readWrite", "default"),
        Mutability::ReadOnly => ("readOnly", "default"),
        Mutability::WriteOnly => ("writeOnly", "never"),
    };
    let is_user_name = attr.name == "userName";
    let mut body = json!({
        "name": attr.name,
        "type": attr.kind.name(),
        "multiValued": attr.many,
        "description": attr.name,
        "required": is_user_name,
        "caseExact": matches!(attr.kind, Kind::Binary | Kind::Reference),
        "mutability": mutability,
        "returned": returned,
        "uniqueness": if is_user_name { "server" } else { "none" },
    });
    match attr.kind {
        Kind::Complex(subs) => {
            body["subAttributes"] = subs.iter().map(attribute).collect();
        }
        Kind::Reference => body["referenceTypes"] = json!(["external"]),
        Kind::Text | Kind::Flag | Kind::Binary => {}
    }
    body
}
