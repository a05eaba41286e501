//! Where every request is handled: one at a time, from admission to the answer.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::account::Account;
use super::answer::{Answer, Refusal};
use super::counts::{Counts, Seen};
use super::document::{self, Change};
use super::faults::{Draw, Drawn, Effect};
use super::ids;
use super::oauth::{self, Tokens};
use super::options::{Manners, Options};
use super::pace::Pace;
use super::request::{Class, Request, Target};
use super::rfc;
use super::server::StartError;
use super::store::Store;
use super::user::User;
use super::wire::{self, FullUser, ThinUser};
use super::zoom;

/// A shorter log is never folded while serving.
const FOLD_AFTER: usize = 10_000;

/// The account with all that surrounds it.
pub(super) struct Desk {
    pub(super) options: Options,
    pub(super) account: Account,
    pub(super) tokens: Tokens,
    pub(super) counts: Counts,
    pub(super) seen: Vec<Seen>,
    /// Lists answered so far; the listing faults count with it.
    pub(super) lists: u64,
    store: Box<dyn Store>,
    serial: u64,
    /// Records in the log.
    logged: usize,
    /// The store's log may end in half a record, or lag behind: the next write replaces everything.
    stale: bool,
    pub(super) pace: Pace,
    pub(super) draw: Draw,
    answers: u64,
}

/// What becomes of a request.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Answered, after a while if so drawn.
    Answered(Answer, Duration),
    /// The connection closes without an answer.
    Lost,
    /// The connection breaks in the middle of the answer.
    Broken(Answer),
}

impl Desk {
    /// Loads what the store holds.
    pub(super) fn open(options: Options, mut store: Box<dyn Store>) -> Result<Self, StartError> {
        let saved = store.load().map_err(StartError::Store)?;
        let (account, serial) =
            document::fold(options.manners, &saved).map_err(StartError::Data)?;
        let mut desk = Self {
            options,
            account,
            tokens: Tokens::default(),
            counts: Counts::default(),
            seen: Vec::new(),
            lists: 0,
            store,
            serial,
            logged: 0,
            stale: !saved.log.is_empty(),
            pace: Pace::default(),
            draw: Draw::default(),
            answers: 0,
        };
        desk.crown_all();
        desk.flush().map_err(StartError::Data)?;
        Ok(desk)
    }

    /// Writes the whole account as the new document, where the store is behind.
    pub(super) fn flush(&mut self) -> Result<(), String> {
        if self.stale {
            let document = document::document(self.options.manners, self.serial, &self.account)
                .map_err(|error| error.to_string())?;
            self.store.replace(&document).map_err(|error| error.to_string())?;
            self.stale = false;
            self.logged = 0;
        }
        Ok(())
    }

    /// Folds the log into the document, for the end.
    pub(super) fn close(&mut self) -> Result<(), String> {
        self.stale = true;
        self.flush()
    }

    /// Says that the store lacks something that memory has.
    pub(super) fn mark_stale(&mut self) {
        self.stale = true;
    }

    /// Writes a change to the store, then makes it. After an error nothing has changed.
    pub(super) fn commit(&mut self, change: Change) -> Result<(), Refusal> {
        self.flush().map_err(|error| Refusal::not_kept(&error))?;
        let line = document::record(self.serial + 1, &change)
            .map_err(|error| Refusal::not_kept(&error))?;
        if let Err(error) = self.store.append(&line) {
            self.stale = true;
            return Err(Refusal::not_kept(&error));
        }
        self.serial += 1;
        self.account.apply(change);
        // A log twice as long as the document is folded by the next write: that costs each write little.
        self.logged += 1;
        self.stale = self.logged > (2 * self.account.len()).max(FOLD_AFTER);
        Ok(())
    }

    /// Handles one request from end to end.
    pub(super) fn handle(&mut self, request: &Request) -> Outcome {
        let class = request.class();
        let method = request.method.as_str().to_owned();
        *self.counts.requests.entry((method.clone(), class)).or_default() += 1;
        let drawn = self.draw.draw(&self.options.faults, request);
        let outcome = self.disturbed(request, drawn);
        let status = match &outcome {
            Outcome::Answered(answer, _) | Outcome::Broken(answer) => Some(answer.status.as_u16()),
            Outcome::Lost => None,
        };
        if let Some(status) = status {
            *self.counts.statuses.entry(status).or_default() += 1;
        }
        if self.options.record {
            let body = match class {
                Class::Token => String::new(),
                Class::List | Class::Read | Class::Write | Class::Other => {
                    String::from_utf8_lossy(&request.body).into_owned()
                }
            };
            self.seen.push(Seen { method, uri: request.uri.clone(), class, body, status });
        }
        outcome
    }

    fn disturbed(&mut self, request: &Request, drawn: Drawn) -> Outcome {
        let manners = self.options.manners;
        let mut answer = match drawn.before {
            Some(Effect::Drop) => return Outcome::Lost,
            Some(Effect::Html) => Answer::html(StatusCode::BAD_GATEWAY),
            Some(Effect::Status(status)) => self.failure(status, request).answer(manners),
            _ => self.admitted(request).unwrap_or_else(|refusal| refusal.answer(manners)),
        };
        // What was never done cannot go wrong afterwards.
        let after = drawn.after.filter(|_| drawn.before.is_none());
        if let Some(Effect::StatusAfter(status)) = after {
            answer = self.failure(status, request).answer(manners);
        }
        self.answers += 1;
        if manners == Manners::Zoom {
            let id = ids::tracking_id(self.options.seed, self.answers);
            answer = answer.with(HeaderName::from_static("x-zm-trackingid"), id);
        }
        match after {
            Some(Effect::Lose) => return Outcome::Lost,
            Some(Effect::Break) => return Outcome::Broken(answer),
            Some(Effect::Cut) => answer.body.truncate(answer.body.len() / 2),
            _ => {}
        }
        let wait = if drawn.slow { self.options.faults.slow_ms.unwrap_or(1000) } else { 0 };
        Outcome::Answered(answer, Duration::from_millis(wait))
    }

    fn failure(&self, status: u16, request: &Request) -> Refusal {
        match status {
            401 => oauth::invalid_token(),
            429 => self.too_fast(request.class(), false),
            _ => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
                let reason = status.canonical_reason().unwrap_or("The request failed");
                Refusal::gateway(status, u32::from(status.as_u16()), reason)
            }
        }
    }

    /// Lets a request pass what stands before the SCIM service, then has it answered.
    fn admitted(&mut self, request: &Request) -> Result<Answer, Refusal> {
        if request.oversize {
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            return Err(Refusal::scim(status, "The request body is too large."));
        }
        if request.target == Target::Token {
            return oauth::issue(self, request);
        }
        let manners = self.options.manners;
        let unknown = match &request.target {
            Target::Discovery(..) => manners == Manners::Zoom,
            Target::Nowhere => true,
            Target::Token | Target::Users | Target::User(_) => false,
        };
        if unknown || self.options.faults.not_found {
            let message = "This API endpoint is not recognized.";
            return Err(Refusal::gateway(StatusCode::NOT_FOUND, 2300, message));
        }
        oauth::authenticate(self, request)?;
        self.paced(request.class())?;
        let accounts = &self.options.faults.accounts;
        if accounts.no_sso {
            return Err(Refusal::bad("Account has not enabled Single Sign-On."));
        }
        if accounts.no_role {
            let detail = "The request was denied due to insufficient permissions: \"User:Edit\".";
            return Err(Refusal::scim(StatusCode::FORBIDDEN, detail));
        }
        match manners {
            Manners::Zoom => zoom::answer(self, request),
            Manners::Rfc => rfc::answer(self, request),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.options.clock)()
    }

    /// A whole user, as the answer to a GET.
    pub(super) fn full(&self, status: StatusCode, user: &User, request: &Request) -> Answer {
        let manners = self.options.manners;
        let shown = (manners == Manners::Zoom).then(|| user.without_phone()).flatten();
        let body = FullUser::new(shown.as_ref().unwrap_or(user), request, manners);
        let mut answer = if self.options.faults.update.roles_object {
            let mut body = json!(body);
            let first = body.pointer("/roles/0").cloned();
            if let (Some(role), Some(slot)) = (first, body.get_mut("roles")) {
                *slot = role;
            }
            Answer::json(manners, status, &body)
        } else {
            Answer::json(manners, status, &body)
        };
        if manners == Manners::Rfc {
            answer = answer.with(header::ETAG, user.version());
        }
        answer
    }

    /// A user that was just written.
    pub(super) fn written(&self, status: StatusCode, user: &User, request: &Request) -> Answer {
        let faults = &self.options.faults.update;
        let mut answer = if faults.bodiless && request.method != Method::POST {
            Answer::bare(StatusCode::NO_CONTENT)
        } else if faults.thin {
            Answer::json(self.options.manners, status, &ThinUser::new(user, request))
        } else {
            self.full(status, user, request)
        };
        if status == StatusCode::CREATED {
            let location = wire::location(user, request);
            if HeaderValue::from_str(&location).is_ok() {
                answer = answer.with(header::LOCATION, location);
            }
        }
        answer
    }
}

/// A body that is an object, for what is changed as raw JSON.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}
