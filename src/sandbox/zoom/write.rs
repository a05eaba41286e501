//! Creating and updating with Zoom's manners.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::sandbox::answer::{Answer, Refusal};
use crate::sandbox::desk::Desk;
use crate::sandbox::document::Change;
use crate::sandbox::request::Request;
use crate::sandbox::user::{Enterprise, Name, Plural, Profile, User};

/// POST: everything but the address may be missing.
pub(super) fn create(desk: &mut Desk, request: &Request) -> Result<Answer, Refusal> {
    let sent: Profile = request.json().map_err(Refusal::bad)?;
    if !is_address(&sent.user_name) {
        return Err(Refusal::bad("The \"userName\" of the request must be an email address."));
    }
    check(&sent)?;
    if desk.standing_of(&sent.user_name).is_some() {
        return Err(taken(&sent.user_name));
    }
    let mut profile = Profile { user_name: sent.user_name.clone(), ..Profile::default() };
    merge(&mut profile, sent);
    profile.active.get_or_insert(true);
    profile.user_type.get_or_insert_with(|| "Basic".to_owned());
    if profile.emails.is_empty() {
        profile.emails.push(Plural {
            kind: Some("work".to_owned()),
            value: Some(profile.user_name.clone()),
            primary: Some(true),
            ..Plural::default()
        });
    }
    if profile.roles.is_empty() {
        profile.roles.push(Plural {
            display: Some("Member".to_owned()),
            value: Some("Member".to_owned()),
            primary: Some(true),
            ..Plural::default()
        });
    }
    let mut user = desk.newcomer(profile);
    if !user.is_active() {
        set_active(&mut user, false);
    }
    seats(desk, &user)?;
    desk.commit(Change::Put(Box::new(user.clone())))?;
    Ok(desk.written(StatusCode::CREATED, &user, request))
}

/// PUT: merges what is sent; what is left out or empty stays.
pub(super) fn update(desk: &mut Desk, id: &str, request: &Request) -> Result<Answer, Refusal> {
    let mut changed = super::member(desk, id)?.clone();
    let sent: Profile = request.json().map_err(Refusal::bad)?;
    let schemas = sent.rest.get("schemas").and_then(Value::as_array);
    if schemas.is_none_or(Vec::is_empty) {
        return Err(Refusal::bad("The \"schemas\" of the request is invalid."));
    }
    check(&sent)?;
    if !sent.user_name.is_empty() {
        rename(desk, &mut changed, &sent)?;
    }
    let active = sent.active;
    let had = (changed.profile.user_type.clone(), changed.profile.licences.clone());
    merge(&mut changed.profile, sent);
    match active {
        Some(active) => set_active(&mut changed, active),
        // Nobody who is switched off is given a licence.
        None if !changed.is_active() => {
            (changed.profile.user_type, changed.profile.licences) = had;
        }
        None => {}
    }
    let user = save(desk, changed)?;
    Ok(desk.written(StatusCode::OK, &user, request))
}

fn rename(desk: &Desk, changed: &mut User, sent: &Profile) -> Result<(), Refusal> {
    if !is_address(&sent.user_name) {
        return Err(Refusal::bad("The \"userName\" of the request must be an email address."));
    }
    let old = std::mem::replace(&mut changed.profile.user_name, sent.user_name.clone());
    if !old.eq_ignore_ascii_case(&sent.user_name) && desk.standing_of(&sent.user_name).is_some() {
        return Err(taken(&sent.user_name));
    }
    // The address is the login: it follows, unless the request says otherwise.
    for email in &mut changed.profile.emails {
        if email.value.as_deref().is_some_and(|value| value.eq_ignore_ascii_case(&old)) {
            email.value = Some(sent.user_name.clone());
        }
    }
    Ok(())
}

/// Owners and admins stay on. Whoever is switched off loses every licence, and gets none back later.
pub(super) fn set_active(user: &mut User, active: bool) {
    if active {
        user.profile.active = Some(true);
    } else if user.is_admin() {
        user.profile.active = Some(user.is_active());
    } else {
        user.profile.active = Some(false);
        user.profile.user_type = Some("Basic".to_owned());
        user.profile.licences.clear();
    }
}

/// Keeps a changed user; one who is as before is not touched.
pub(super) fn save(desk: &mut Desk, changed: User) -> Result<User, Refusal> {
    let changed = desk.obstinate(changed);
    seats(desk, &changed)?;
    desk.save(changed)
}

fn seats(desk: &Desk, user: &User) -> Result<(), Refusal> {
    let Some(seats) = desk.options.faults.accounts.seats.or(desk.options.seats) else {
        return Ok(());
    };
    let had = desk.account.by_id(&user.id).is_some_and(User::is_licensed);
    if user.is_licensed() && !had && desk.account.licensed() >= seats {
        return Err(Refusal::bad(format!("You can add max {seats} paid users.")));
    }
    Ok(())
}

fn taken(user_name: &str) -> Refusal {
    Refusal::scim(StatusCode::CONFLICT, format!("Email {user_name} has already been used."))
}

fn check(sent: &Profile) -> Result<(), Refusal> {
    let name = sent.name.as_ref();
    for (label, part) in [
        ("name.givenName", name.and_then(|name| name.given_name.as_ref())),
        ("name.familyName", name.and_then(|name| name.family_name.as_ref())),
    ] {
        if part.is_some_and(|part| part.chars().count() > 64) {
            return Err(Refusal::bad(format!("The \"{label}\" has more than 64 characters.")));
        }
    }
    match sent.user_type.as_deref() {
        None | Some("" | "Basic" | "Licensed" | "On-Prem" | "Collaboration" | "Unassigned") => {
            Ok(())
        }
        Some(_) => Err(Refusal::bad("The \"userType\" of the request is invalid.")),
    }
}

/// Whether Zoom would take it for an e-mail address.
fn is_address(text: &str) -> bool {
    let shaped = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
            && !domain.contains('@')
    });
    shaped && text.len() <= 128 && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// Takes over what was sent and is not empty. Unknown attributes are not kept.
fn merge(profile: &mut Profile, sent: Profile) {
    let Profile {
        user_name: _,
        name,
        display_name,
        emails,
        active,
        user_type,
        title,
        locale,
        phone_numbers,
        roles,
        enterprise,
        licences,
        rest: _,
    } = sent;
    if let Some(Name { given_name, family_name, rest: _ }) = name {
        let name = profile.name.get_or_insert_default();
        fill(&mut name.given_name, given_name);
        fill(&mut name.family_name, family_name);
    }
    fill(&mut profile.display_name, display_name);
    fill(&mut profile.user_type, user_type);
    fill(&mut profile.title, title);
    fill(&mut profile.locale, locale);
    if profile.active.is_none() {
        profile.active = active;
    }
    merge_plural(&mut profile.emails, emails);
    merge_plural(&mut profile.phone_numbers, phone_numbers);
    if !roles.is_empty() {
        profile.roles = roles.into_iter().map(role).collect();
    }
    if let Some(sent) = enterprise {
        merge_enterprise(profile.enterprise.get_or_insert_default(), sent);
    }
    merge_licences(&mut profile.licences, licences);
}

fn merge_enterprise(enterprise: &mut Enterprise, sent: Enterprise) {
    fill(&mut enterprise.department, sent.department);
    fill(&mut enterprise.organization, sent.organization);
    fill(&mut enterprise.cost_center, sent.cost_center);
    fill(&mut enterprise.employee_number, sent.employee_number);
    fill(&mut enterprise.division, sent.division);
    if let Some(sent) = sent.manager {
        let manager = enterprise.manager.get_or_insert_default();
        fill(&mut manager.value, sent.value);
        merge_map(&mut manager.rest, sent.rest);
    }
    merge_map(&mut enterprise.rest, sent.rest);
}

fn fill(slot: &mut Option<String>, sent: Option<String>) {
    if let Some(sent) = sent.filter(|sent| !sent.is_empty()) {
        *slot = Some(sent);
    }
}

fn merge_map(map: &mut Map<String, Value>, sent: Map<String, Value>) {
    map.extend(sent.into_iter().filter(|(_, value)| !value.is_null() && value != ""));
}

/// An empty text takes a licence away; one that is not sent stays.
fn merge_licences(there: &mut Map<String, Value>, sent: Map<String, Value>) {
    for (key, value) in sent {
        if value == "" {
            there.remove(&key);
        } else if !value.is_null() {
            there.insert(key, value);
        }
    }
}

/// One value of each type: the one sent takes the place of the one there.
fn merge_plural(there: &mut Vec<Plural>, sent: Vec<Plural>) {
    for mut value in sent {
        if value.value.as_deref().is_none_or(str::is_empty) {
            continue;
        }
        value.rest.clear();
        value.kind.get_or_insert_with(|| "work".to_owned());
        match there.iter_mut().find(|old| old.kind == value.kind) {
            Some(old) => {
                value.primary = value.primary.or(old.primary);
                *old = value;
            }
            None => there.push(value),
        }
    }
}

fn role(mut role: Plural) -> Plural {
    role.rest.clear();
    role.display = role.display.or_else(|| role.value.clone());
    role.value = role.value.or_else(|| role.display.clone());
    role
}
