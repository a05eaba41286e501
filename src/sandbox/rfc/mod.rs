//! The manners of RFC 7643 and 7644, for connections of type `scim`.

mod discovery;
mod patch;
mod path;
mod projection;
mod schema;

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal};
use super::desk::{Desk, object};
use super::document::Change;
use super::listing::{Limits, select};
use super::options::Manners;
use super::request::{Request, Target};
use super::seed::Standing;
use super::user::{Profile, User};
use super::wire::{FullUser, Page};
use path::Filter;

const LIMITS: Limits = Limits { default: 100, max: 200 };

/// Answers a request that was let in.
pub(super) fn answer(desk: &mut Desk, request: &Request) -> Result<Answer, Refusal> {
    let answer = match (&request.target, &request.method) {
        (Target::Users, &Method::GET) => list(desk, request),
        (Target::Users, &Method::POST) => create(desk, request),
        (Target::User(id), &Method::GET) => {
            Ok(desk.full(StatusCode::OK, member(desk, id)?, request))
        }
        (Target::User(id), &Method::PUT) => replace(desk, id, request),
        (Target::User(id), &Method::PATCH) => modify(desk, id, request),
        (Target::User(id), &Method::DELETE) => delete(desk, id, request),
        (Target::User(name) | Target::Discovery(name, None), &Method::POST)
            if name == ".search" =>
        {
            return search(desk, request);
        }
        (Target::Discovery(name, id), method) => {
            return discovery::answer(method, name, id.as_deref(), &request.base);
        }
        _ => Err(not_allowed()),
    }?;
    Ok(projection::project(answer, request))
}

/// A listing whose parameters come in a body instead of the query.
fn search(desk: &mut Desk, request: &Request) -> Result<Answer, Refusal> {
    let query = body(request)?.into_iter().filter_map(|(name, value)| {
        let names = |values: &[Value]| {
            values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
        };
        let text = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Array(values) => names(&values),
            Value::Null | Value::Bool(_) | Value::Object(_) => return None,
        };
        Some((name, text))
    });
    let request = Request { query: query.collect(), ..request.clone() };
    Ok(projection::project(list(desk, &request)?, &request))
}

fn not_allowed() -> Refusal {
    Refusal::scim(StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed.")
}

fn not_found(detail: impl Into<String>) -> Refusal {
    Refusal::scim(StatusCode::NOT_FOUND, detail)
}

fn invalid_value(detail: impl Into<String>) -> Refusal {
    Refusal::keyword(StatusCode::BAD_REQUEST, "invalidValue", detail)
}

fn member<'a>(desk: &'a Desk, id: &str) -> Result<&'a User, Refusal> {
    desk.account.member(id).ok_or_else(|| not_found(format!("Resource {id} not found.")))
}

/// The user, where `If-Match` allows a change.
fn current(desk: &Desk, id: &str, request: &Request) -> Result<User, Refusal> {
    let user = member(desk, id)?;
    let version = user.version();
    let stale = request.if_match.as_deref().is_some_and(|tags| {
        !tags.split(',').map(str::trim).any(|tag| tag == "*" || tag == version)
    });
    if stale {
        let detail = format!("The resource has changed; its version is {version}.");
        return Err(Refusal::scim(StatusCode::PRECONDITION_FAILED, detail));
    }
    Ok(user.clone())
}

fn list(desk: &mut Desk, request: &Request) -> Result<Answer, Refusal> {
    let lies = &desk.options.faults.listing;
    let found = match request.parameter("filter").filter(|filter| !filter.trim().is_empty()) {
        Some(_) if lies.no_filter => {
            return Err(Refusal::scim(StatusCode::NOT_IMPLEMENTED, "Filtering is not supported."));
        }
        Some(text) if !lies.ignore_filter => {
            let filter = Filter::parse(text).ok_or_else(|| {
                let detail = "The filter is not understood: eq, pr and and are.";
                Refusal::keyword(StatusCode::BAD_REQUEST, "invalidFilter", detail)
            })?;
            Some(find(desk, &filter))
        }
        _ => None,
    };
    let selection = select(desk, request, found.as_deref(), LIMITS)?;
    let users = selection.seqs.iter().filter_map(|seq| desk.account.get(*seq));
    let resources = users.map(|user| FullUser::new(user, request, Manners::Rfc)).collect();
    let mut page = Page::new(selection.total, selection.start, resources);
    page.items_per_page = selection.claimed;
    Ok(Answer::json(Manners::Rfc, StatusCode::OK, &page))
}

fn find(desk: &Desk, filter: &Filter) -> Vec<u64> {
    let members = |user: &&User| user.standing == Standing::Member;
    if let Some(name) = filter.user_name() {
        return desk.account.by_name(name).filter(members).map(|it| it.seq).into_iter().collect();
    }
    let holds = |user: &&User| {
        let mut resource = object(json!(user.profile));
        resource.insert("id".to_owned(), json!(user.id));
        filter.holds(&resource)
    };
    desk.account.all().filter(members).filter(holds).map(|user| user.seq).collect()
}

/// Makes a profile of what was sent, or says what is wrong with it.
fn profile(sent: Map<String, Value>) -> Result<Profile, Refusal> {
    let kept = schema::tidy(schema::USER, sent).map_err(invalid_value)?;
    let profile: Profile = serde_json::from_value(Value::Object(kept))
        .map_err(|error| invalid_value(error.to_string()))?;
    if profile.user_name.trim().is_empty() {
        return Err(invalid_value("\"userName\" is required"));
    }
    Ok(profile)
}

fn body(request: &Request) -> Result<Map<String, Value>, Refusal> {
    request
        .json()
        .map_err(|detail| Refusal::keyword(StatusCode::BAD_REQUEST, "invalidSyntax", detail))
}

/// `userName` is unique without case, whoever holds it.
fn free(desk: &Desk, id: Option<&str>, user_name: &str) -> Result<(), Refusal> {
    let own = desk.account.by_name(user_name).is_some_and(|it| Some(it.id.as_str()) == id);
    if own || desk.standing_of(user_name).is_none() {
        return Ok(());
    }
    let detail = format!("The userName {user_name} is taken.");
    Err(Refusal::keyword(StatusCode::CONFLICT, "uniqueness", detail))
}

fn create(desk: &mut Desk, request: &Request) -> Result<Answer, Refusal> {
    let profile = profile(body(request)?)?;
    free(desk, None, &profile.user_name)?;
    let user = desk.newcomer(profile);
    desk.commit(Change::Put(Box::new(user.clone())))?;
    Ok(desk.written(StatusCode::CREATED, &user, request))
}

/// PUT replaces: what is left out is cleared.
fn replace(desk: &mut Desk, id: &str, request: &Request) -> Result<Answer, Refusal> {
    let user = current(desk, id, request)?;
    let profile = profile(body(request)?)?;
    save(desk, User { profile, ..user }, request)
}

fn modify(desk: &mut Desk, id: &str, request: &Request) -> Result<Answer, Refusal> {
    let user = current(desk, id, request)?;
    if desk.options.faults.update.no_patch {
        return Err(Refusal::scim(StatusCode::NOT_IMPLEMENTED, "PATCH is not supported."));
    }
    let mut resource = object(json!(user.profile));
    patch::apply(&mut resource, &body(request)?)?;
    save(desk, User { profile: profile(resource)?, ..user }, request)
}

fn save(desk: &mut Desk, changed: User, request: &Request) -> Result<Answer, Refusal> {
    let changed = desk.obstinate(changed);
    free(desk, Some(&changed.id), &changed.profile.user_name)?;
    let user = desk.save(changed)?;
    Ok(desk.written(StatusCode::OK, &user, request))
}

fn delete(desk: &mut Desk, id: &str, request: &Request) -> Result<Answer, Refusal> {
    let mut user = current(desk, id, request)?;
    if desk.options.faults.accounts.soft_delete {
        user.profile.active = Some(false);
        desk.save(user)?;
        return Ok(Answer::bare(StatusCode::NO_CONTENT));
    }
    desk.commit(Change::Remove(user.id))?;
    Ok(Answer::bare(StatusCode::NO_CONTENT))
}
