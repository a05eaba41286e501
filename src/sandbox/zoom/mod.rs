//! Zoom's manners: what each endpoint does, and what it leaves undone.

mod write;

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::desk::Desk;
use super::document::Change;
use super::listing::{Limits, select};
use super::options::Manners;
use super::request::{Request, Target};
use super::seed::Standing;
use super::user::User;
use super::wire::{Page, ThinUser};

const LIMITS: Limits = Limits { default: 10, max: 100 };

/// Answers a request that was let in.
pub(super) fn answer(desk: &mut Desk, request: &Request) -> Result<Answer, Refusal> {
    match (&request.target, &request.method) {
        (Target::Users, &Method::GET) => list(desk, request),
        (Target::Users, &Method::POST) => write::create(desk, request),
        (Target::User(id), &Method::GET) => {
            Ok(desk.full(StatusCode::OK, member(desk, id)?, request))
        }
        (Target::User(id), &Method::PUT) => write::update(desk, id, request),
        (Target::User(id), &Method::PATCH) => switch(desk, id, request),
        (Target::User(id), &Method::DELETE) => delete(desk, id),
        _ => Err(Refusal::gateway(
            StatusCode::METHOD_NOT_ALLOWED,
            405,
            "Request method is not supported.",
        )),
    }
}

/// A user who can be read; the pending and those of other accounts cannot.
fn member<'a>(desk: &'a Desk, id: &str) -> Result<&'a User, Refusal> {
    desk.account
        .member(id)
        .ok_or_else(|| Refusal::scim(StatusCode::NOT_FOUND, format!("User {id} does not exist.")))
}

fn list(desk: &mut Desk, request: &Request) -> Result<Answer, Refusal> {
    let found = match request.parameter("filter").filter(|filter| !filter.trim().is_empty()) {
        Some(_) if desk.options.faults.listing.no_filter => {
            return Err(Refusal::scim(StatusCode::NOT_IMPLEMENTED, "Filtering is not supported."));
        }
        Some(filter) if !desk.options.faults.listing.ignore_filter => Some(find(desk, filter)?),
        _ => None,
    };
    let selection = select(desk, request, found.as_deref(), LIMITS)?;
    let users = selection.seqs.iter().filter_map(|seq| desk.account.get(*seq));
    let resources = users.map(|user| ThinUser::new(user, request)).collect();
    let mut page = Page::new(selection.total, selection.start, resources);
    page.items_per_page = selection.claimed;
    Ok(Answer::json(Manners::Zoom, StatusCode::OK, &page))
}

/// `userName eq ADDRESS` or `externalId eq ID`, quoted or not; Zoom knows no other filter, and means its own
/// id by `externalId`.
fn find(desk: &Desk, filter: &str) -> Result<Vec<u64>, Refusal> {
    let mut words = filter.trim().splitn(3, char::is_whitespace);
    let (name, operator, value) = (words.next(), words.next(), words.next());
    let (Some(name), Some(operator), Some(value)) = (name, operator, value) else {
        return Err(Refusal::bad("The filter is invalid."));
    };
    let value = value.trim().trim_matches('"');
    if !operator.eq_ignore_ascii_case("eq") {
        return Err(Refusal::bad("The filter is invalid."));
    }
    if name.eq_ignore_ascii_case("externalId") {
        return Ok(desk.account.member(value).map(|user| user.seq).into_iter().collect());
    }
    if !name.eq_ignore_ascii_case("userName") {
        return Err(Refusal::bad("The filter is invalid."));
    }
    match desk.standing_of(value) {
        None => Ok(Vec::new()),
        Some(Standing::Member) => {
            Ok(desk.account.by_name(value).map(|user| user.seq).into_iter().collect())
        }
        Some(Standing::Pending | Standing::Elsewhere) => {
            Err(Refusal::bad(format!("User {value} not exist or not belong to this account.")))
        }
    }
}

/// PATCH switches on or off and does nothing else.
fn switch(desk: &mut Desk, id: &str, request: &Request) -> Result<Answer, Refusal> {
    let user = member(desk, id)?;
    if desk.options.faults.update.no_patch {
        return Err(Refusal::scim(StatusCode::NOT_IMPLEMENTED, "PATCH is not supported."));
    }
    let body: Value = request.json().map_err(Refusal::bad)?;
    let active = wanted(&body)
        .ok_or_else(|| Refusal::bad("The request json did not contains valid active field."))?;
    let mut changed = user.clone();
    write::set_active(&mut changed, active);
    let user = write::save(desk, changed)?;
    Ok(desk.written(StatusCode::OK, &user, request))
}

/// The `active` that a PATCH asks for. `Operations` has a capital letter, or is not seen at all.
fn wanted(body: &Value) -> Option<bool> {
    body.get("Operations")?.as_array()?.iter().find_map(|operation| {
        let op = operation.get("op")?.as_str()?;
        let value = operation.get("value")?;
        if !op.eq_ignore_ascii_case("replace") {
            return None;
        }
        match operation.get("path").and_then(Value::as_str) {
            None => value.get("active")?.as_bool(),
            Some(path) if path.eq_ignore_ascii_case("active") => value.as_bool(),
            Some(_) => None,
        }
    })
}

fn delete(desk: &mut Desk, id: &str) -> Result<Answer, Refusal> {
    let user = member(desk, id)?;
    if user.is_admin() {
        return Err(Refusal::bad("Can not disassociate Admin user."));
    }
    if desk.options.faults.accounts.soft_delete {
        let mut changed = user.clone();
        write::set_active(&mut changed, false);
        desk.save(changed)?;
        return Ok(Answer::bare(StatusCode::NO_CONTENT));
    }
    let change = Change::Remove(user.id.clone());
    desk.commit(change)?;
    Ok(Answer::bare(StatusCode::NO_CONTENT))
}
