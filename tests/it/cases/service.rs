//! A small SCIM service whose manners are switches: Zoom's below `/scim2`, plain SCIM below `/scim/v2`, and a store
//! for a state after Terraform's HTTP protocol at `/state`. It shares nothing with Enroll, nor with its sandbox.

use std::collections::BTreeMap;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

/// The bearer token of every sign-in.
pub(super) const TOKEN: &str = "tok-CASES-0123456789-abcdefghij-KLMNOP";

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(super) const ZOOM: &str = "urn:ietf:params:scim:schemas:extension:zoom:1.0:User";

/// What the service does otherwise than it should.
#[derive(Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each manner is a switch of its own")]
pub(super) struct Manners {
    /// At most so many rows are counted; `startIndex` works, newest first.
    pub(super) total_cap: Option<usize>,
    /// `startIndex` is ignored, so many rows at most, and the total is the rows shown.
    pub(super) rows_cap: Option<usize>,
    /// `startIndex` is ignored, so many rows at most, and the total is true.
    pub(super) no_start: Option<usize>,
    /// Pages by cursor only (RFC 9865), without a total.
    pub(super) cursor: bool,
    /// Who is off is in no list; a GET by id shows the account.
    pub(super) hide_inactive: bool,
    /// User names that are in no list, whatever else.
    pub(super) unlisted: Vec<&'static str>,
    /// The status of a GET of somebody who is in no list.
    pub(super) unread: Option<u16>,
    /// DELETE only switches off.
    pub(super) soft_delete: bool,
    /// A POST without `externalId` is 400.
    pub(super) need_external: bool,
    /// User names whose POST is 400.
    pub(super) refuse: Vec<&'static str>,
    /// The status that every PATCH with a path gets.
    pub(super) patch: Option<u16>,
    /// User names are cut at the @.
    pub(super) handles: bool,
    /// What a stored name becomes.
    pub(super) clean: Option<fn(&str) -> String>,
    /// What happens to a stored user besides.
    pub(super) tidy: Option<fn(&mut Map<String, Value>)>,
    /// Attributes that are not kept.
    pub(super) drop: Vec<&'static str>,
    /// The beginning of licence keys that no answer shows.
    pub(super) write_only: Option<&'static str>,
    /// The domain whose people are created pending: in no list, 404 by id.
    pub(super) pending: Option<&'static str>,
    /// The bearer token is said back as the first name.
    pub(super) echo: bool,
    /// The length of every listed id, in a list without end.
    pub(super) pad: Option<usize>,
    /// The body of a list trickles and never ends.
    pub(super) slow: bool,
    /// A changed user name is answered 200 and not kept.
    pub(super) ignore_name: bool,
    /// The first request of this method gets this status, and does nothing; signing in is no such request.
    pub(super) fail_once: Option<(&'static str, u16)>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) method: String,
    /// Path and query.
    pub(super) path: String,
    pub(super) body: String,
}

/// The service, on a port of its own until it is dropped.
pub(super) struct Service {
    url: String,
    shared: Shared,
    _runtime: Runtime,
}

type Shared = Arc<Mutex<Inner>>;
type User = Map<String, Value>;

#[derive(Default)]
struct Inner {
    manners: Manners,
    /// In the order in which they were made.
    users: Vec<User>,
    made: u64,
    stamps: u64,
    seen: Vec<Seen>,
    /// The document of `/state`.
    store: Option<Bytes>,
    kill: Option<Kill>,
}

/// A client that is killed after so many more writes.
struct Kill {
    child: Child,
    left: usize,
    killed: Sender<ExitStatus>,
}

impl Service {
    pub(super) fn new(manners: Manners) -> Self {
        let runtime = Runtime::new().unwrap();
        let shared = Shared::default();
        shared.lock().unwrap().manners = manners;
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, shared, _runtime: runtime }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.shared.lock().unwrap()
    }

    /// Changes what the service does from now on.
    pub(super) fn manners(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.inner().manners);
    }

    /// Makes an account; returns its id.
    pub(super) fn add(&self, user_name: &str) -> String {
        let mut inner = self.inner();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": user_name, "name": {"givenName": "G", "familyName": "F"}, "active": true,
            "userType": "Basic", "displayName": "G F",
            "emails": [{"value": user_name, "type": "work", "primary": true}],
        });
        inner.make(body.as_object().unwrap().clone())
    }

    /// The account of that user name, without ASCII case; `null` where there is none.
    pub(super) fn user(&self, user_name: &str) -> Value {
        let inner = self.inner();
        inner.by_name(user_name).map_or(Value::Null, |at| Value::Object(inner.users[at].clone()))
    }

    pub(super) fn is_active(&self, user_name: &str) -> bool {
        self.user(user_name)["active"] == true
    }

    /// Changes the account of that user name, as somebody does it in the service.
    pub(super) fn edit(&self, user_name: &str, change: impl FnOnce(&mut User)) {
        let mut inner = self.inner();
        let at = inner.by_name(user_name).unwrap();
        change(&mut inner.users[at]);
        inner.touch(at);
    }

    /// The person accepts the invitation.
    pub(super) fn accept(&self, user_name: &str) {
        self.edit(user_name, |user| drop(user.remove("_pending")));
    }

    /// The user names of all accounts, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.inner().users.iter().map(name_of).collect();
        names.sort();
        names
    }

    /// What was asked since the last call.
    pub(super) fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.inner().seen)
    }

    /// The document of `/state`, as it was last written.
    pub(super) fn store(&self) -> Value {
        serde_json::from_slice(self.inner().store.as_ref().unwrap()).unwrap()
    }

    /// Starts a client and kills it once it has done so many writes, before the last one is answered.
    pub(super) fn kill(&self, command: &mut Command, at: usize) -> ExitStatus {
        let (killed, told) = std::sync::mpsc::channel();
        {
            // Under the lock no request is answered, so that none comes too early to be counted.
            let mut inner = self.inner();
            let child = command.stdin(std::process::Stdio::null()).spawn().unwrap();
            inner.kill = Some(Kill { child, left: at, killed });
        }
        loop {
            if let Ok(status) = told.recv_timeout(Duration::from_millis(50)) {
                return status;
            }
            let mut inner = self.inner();
            if let Some(kill) = &mut inner.kill
                && let Some(status) = kill.child.try_wait().unwrap()
            {
                inner.kill = None;
                return status;
            }
        }
    }
}

fn name_of(user: &User) -> String {
    user["userName"].as_str().unwrap().to_owned()
}

impl Inner {
    fn stamp(&mut self) -> String {
        self.stamps += 1;
        let s = self.stamps;
        format!("2026-01-01T{:02}:{:02}:{:02}Z", s / 3600 % 24, s / 60 % 60, s % 60)
    }

    fn make(&mut self, mut user: User) -> String {
        self.made += 1;
        let id = format!("id-{:05}", self.made);
        let stamp = self.stamp();
        user.insert("id".to_owned(), json!(id));
        let meta = json!({"resourceType": "User", "created": stamp, "lastModified": stamp});
        user.insert("meta".to_owned(), meta);
        self.users.push(user);
        id
    }

    fn touch(&mut self, at: usize) {
        let stamp = self.stamp();
        self.users[at]["meta"]["lastModified"] = json!(stamp);
    }

    fn by_name(&self, user_name: &str) -> Option<usize> {
        self.users.iter().position(|user| name_of(user).eq_ignore_ascii_case(user_name))
    }

    /// What a service makes of what it is to store.
    fn tidy(&mut self, at: usize) {
        let manners = self.manners.clone();
        let user = &mut self.users[at];
        if let Some(clean) = manners.clean {
            for path in ["/name/givenName", "/name/familyName", "/displayName"] {
                if let Some(value) = pointer(user, path)
                    && let Some(text) = value.as_str()
                {
                    *value = json!(clean(text));
                }
            }
        }
        if manners.handles {
            let name = name_of(user).split('@').next().unwrap().to_ascii_lowercase();
            user.insert("userName".to_owned(), json!(name));
        }
        for name in &manners.drop {
            user.remove(*name);
            if let Some(Value::Object(extension)) = user.get_mut(ENTERPRISE) {
                extension.remove(*name);
            }
        }
        if let Some(tidy) = manners.tidy {
            tidy(user);
        }
    }

    /// A user as answers show it.
    fn shown(&self, user: &User) -> Value {
        let mut user = user.clone();
        user.retain(|name, _| !name.starts_with('_'));
        if let Some(prefix) = self.manners.write_only
            && let Some(Value::Object(keys)) = user.get_mut(ZOOM)
        {
            keys.retain(|key, _| !key.starts_with(prefix));
        }
        Value::Object(user)
    }

    /// Kills the client where its time has come. The answer then goes to nobody.
    fn wrote(&mut self) {
        let Some(mut kill) = self.kill.take() else { return };
        kill.left -= 1;
        if kill.left > 0 {
            self.kill = Some(kill);
            return;
        }
        kill.child.kill().unwrap();
        let status = kill.child.wait().unwrap();
        kill.killed.send(status).unwrap();
    }

    fn list(&self, query: &BTreeMap<String, String>, token: &str) -> Response {
        let manners = &self.manners;
        let number = |name: &str, default: usize| {
            query.get(name).and_then(|text| text.parse().ok()).unwrap_or(default)
        };
        let (start, count) = (number("startIndex", 1).max(1), number("count", 100).min(100));
        let mut head = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]});
        if let Some(length) = manners.pad {
            let user = |n: usize| json!({"id": format!("{}{n}", "x".repeat(length)), "userName": format!("p{n}@example.com"), "active": true});
            head["totalResults"] = json!(5_000_000);
            head["startIndex"] = json!(start);
            head["Resources"] = (start..start + count).map(user).collect();
            return reply(200, &head);
        }
        let listed = |user: &&User| {
            let is_hidden = manners.hide_inactive && user.get("active") == Some(&json!(false));
            let is_left_out = manners.unlisted.contains(&name_of(user).as_str());
            !user.contains_key("_pending") && !is_hidden && !is_left_out
        };
        let mut users: Vec<Value> =
            self.users.iter().filter(listed).map(|user| self.shown(user)).collect();
        if let Some((name, value)) =
            query.get("filter").and_then(|filter| filter.split_once(" eq "))
        {
            let value = value.trim_matches('"');
            users.retain(|user| {
                user[name].as_str().is_some_and(|text| text.eq_ignore_ascii_case(value))
            });
        }
        if manners.echo {
            for user in &mut users {
                user["name"] = json!({"givenName": token, "familyName": "F"});
            }
        }
        if manners.cursor {
            let at = number("cursor", 0);
            if at + count < users.len() {
                head["nextCursor"] = json!((at + count).to_string());
            }
            head["Resources"] = users.into_iter().skip(at).take(count).collect();
            return reply(200, &head);
        }
        let (mut total, mut first, mut rows) = (users.len(), start, count);
        if let Some(cap) = manners.total_cap {
            users.reverse();
            total = total.min(cap);
            rows = count.min(cap);
        } else if let Some(cap) = manners.no_start {
            (first, rows) = (1, count.min(cap));
        } else if let Some(cap) = manners.rows_cap {
            (first, rows) = (1, count.min(cap));
            total = total.min(rows);
        }
        let page: Vec<Value> = users.into_iter().skip(first - 1).take(rows).collect();
        head["totalResults"] = json!(total);
        head["startIndex"] = json!(first);
        head["itemsPerPage"] = json!(page.len());
        head["Resources"] = json!(page);
        reply(200, &head)
    }

    fn create(&mut self, mut body: User, is_zoom: bool) -> Response {
        let manners = self.manners.clone();
        if manners.need_external && body.get("externalId").is_none_or(Value::is_null) {
            return error(400, "externalId is required.");
        }
        let mut name = name_of(&body);
        if manners.refuse.contains(&name.as_str()) {
            return error(400, "this name can't be taken");
        }
        if manners.handles {
            name = name.split('@').next().unwrap().to_ascii_lowercase();
        }
        if self.by_name(&name).is_some() {
            return error(409, "The user already exists.");
        }
        if is_zoom {
            body.entry("userType").or_insert_with(|| json!("Basic"));
            body.entry("active").or_insert_with(|| json!(true));
        }
        if manners.pending.is_some_and(|domain| name.ends_with(&format!("@{domain}"))) {
            body.insert("_pending".to_owned(), json!(true));
        }
        self.make(body);
        let at = self.users.len() - 1;
        self.tidy(at);
        self.wrote();
        reply(201, &self.shown(&self.users[at]))
    }

    fn put(&mut self, at: usize, mut body: User, is_zoom: bool) {
        if self.manners.ignore_name {
            body.remove("userName");
            body.remove("emails");
        }
        let user = &mut self.users[at];
        if is_zoom {
            for (name, value) in body {
                if ["schemas", "id", "meta"].contains(&name.as_str()) || value.is_null() {
                    continue;
                }
                if ["name", ENTERPRISE, ZOOM].contains(&name.as_str()) {
                    let entry = user.entry(name).or_insert_with(|| json!({}));
                    entry.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
                } else {
                    user.insert(name, value);
                }
            }
        } else {
            let kept = ["id", "meta", "userName", "_pending"];
            user.retain(|name, _| kept.contains(&name.as_str()));
            body.retain(|name, _| name != "id" && name != "meta");
            user.extend(body);
        }
    }

    fn patch(&mut self, at: usize, operation: &Value) {
        let user = &mut self.users[at];
        let value = operation["value"].clone();
        let Some(path) = operation["path"].as_str() else {
            user.extend(value.as_object().unwrap().clone());
            return;
        };
        if path.starts_with("emails[") {
            user["emails"][0]["value"] = value;
            return;
        }
        let (target, name) = if let Some(name) = path.strip_prefix(&format!("{ENTERPRISE}:")) {
            (user.entry(ENTERPRISE).or_insert_with(|| json!({})).as_object_mut().unwrap(), name)
        } else if let Some((outer, name)) =
            path.split_once('.').filter(|_| !path.contains('[') && !path.starts_with("urn:"))
        {
            (user.entry(outer).or_insert_with(|| json!({})).as_object_mut().unwrap(), name)
        } else {
            (user, path)
        };
        if operation["op"].as_str().unwrap().eq_ignore_ascii_case("remove") {
            target.remove(name);
        } else {
            target.insert(name.to_owned(), value);
        }
    }

    fn one(&mut self, method: &str, id: &str, body: User, is_zoom: bool) -> Response {
        let at = self.users.iter().position(|user| user["id"] == id);
        let Some(at) = at.filter(|at| !self.users[*at].contains_key("_pending")) else {
            return error(404, "no such user");
        };
        match method {
            "GET" => {
                let user = &self.users[at];
                let is_left_out = self.manners.unlisted.contains(&name_of(user).as_str());
                return match self.manners.unread {
                    Some(status) if is_left_out => error(status, "not for you"),
                    _ => reply(200, &self.shown(user)),
                };
            }
            "DELETE" => {
                if self.manners.soft_delete {
                    self.users[at].insert("active".to_owned(), json!(false));
                    self.touch(at);
                } else {
                    self.users.remove(at);
                }
                self.wrote();
                return plain(204, Body::empty());
            }
            "PUT" => self.put(at, body, is_zoom),
            "PATCH" => {
                let operations = body["Operations"].as_array().unwrap().clone();
                if let Some(status) = self.manners.patch
                    && operations.iter().any(|operation| operation.get("path").is_some())
                {
                    return error(status, "internal error");
                }
                for operation in &operations {
                    self.patch(at, operation);
                }
            }
            _ => return error(405, "not here"),
        }
        let user = &mut self.users[at];
        if is_zoom && user.get("active") == Some(&json!(false)) {
            user.insert("userType".to_owned(), json!("Basic"));
            user.insert(ZOOM.to_owned(), json!({}));
        }
        self.tidy(at);
        self.touch(at);
        self.wrote();
        reply(200, &self.shown(&self.users[at]))
    }

    fn state(&mut self, method: &str, body: Bytes) -> Response {
        match (method, &self.store) {
            ("GET", Some(store)) => plain(200, Body::from(store.clone())),
            ("POST", _) => {
                self.store = Some(body);
                plain(200, Body::empty())
            }
            _ => plain(404, Body::empty()),
        }
    }
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 24).await.unwrap();
    let method = head.method.as_str();
    let bearer = head.headers.get("authorization").and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|text| text.split(' ').nth(1)).unwrap_or_default().to_owned();
    let mut inner = shared.lock().unwrap();
    inner.seen.push(Seen {
        method: method.to_owned(),
        path: head.uri.to_string(),
        body: String::from_utf8_lossy(&body).into_owned(),
    });
    if let Some((failing, status)) = inner.manners.fail_once
        && failing == method
        && head.uri.path() != "/oauth/token"
    {
        inner.manners.fail_once = None;
        return error(status, "internal error");
    }
    let path = head.uri.path();
    if path == "/oauth/token" {
        return reply(
            200,
            &json!({"access_token": TOKEN, "token_type": "bearer", "expires_in": 3599, "scope": "scim2:admin scim2"}),
        );
    }
    if path == "/state" {
        return inner.state(method, body);
    }
    if path.starts_with("/lock") {
        return plain(200, Body::empty());
    }
    let (is_zoom, rest) = match (path.strip_prefix("/scim2/"), path.strip_prefix("/scim/v2/")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return plain(403, Body::empty()),
    };
    let body: User = serde_json::from_slice(&body).unwrap_or_default();
    match rest.strip_prefix("Users") {
        Some("") if method == "GET" && inner.manners.slow => trickle(),
        Some("") if method == "GET" => inner.list(&query(head.uri.query()), &bearer),
        Some("") if method == "POST" => inner.create(body, is_zoom),
        Some(id) if id.starts_with('/') => inner.one(method, &decoded(&id[1..]), body, is_zoom),
        _ => error(404, "no such resource"),
    }
}

/// A body that gives a blank now and then, and never ends.
fn trickle() -> Response {
    let blanks = futures_util::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from_static(b" ")), ()))
    });
    plain(200, Body::from_stream(blanks))
}

fn query(text: Option<&str>) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(text.unwrap_or_default().as_bytes()).into_owned().collect()
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn pointer<'a>(user: &'a mut User, path: &str) -> Option<&'a mut Value> {
    let (first, rest) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    let value = user.get_mut(first)?;
    if rest.is_empty() { Some(value) } else { value.get_mut(rest) }
}

fn plain(status: u16, body: Body) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    Response::builder()
        .status(status)
        .header("content-type", "application/scim+json")
        .body(body)
        .unwrap()
}

fn reply(status: u16, body: &Value) -> Response {
    plain(status, Body::from(body.to_string()))
}

fn error(status: u16, detail: &str) -> Response {
    let schema = "urn:ietf:params:scim:api:messages:2.0:Error";
    reply(status, &json!({"schemas": [schema], "status": status.to_string(), "detail": detail}))
}
