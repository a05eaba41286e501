//! How a request gets its answer: credentials, pace, a limit on what is open, and repetitions.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MATCH};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

use super::failure::{of_loss, of_reply, said, tracking_id};
use super::options::{Auth, Clock};
use super::pace::Pacer;
use super::retry::{Attempts, Jitter, Policy, is_transient};
use super::retry_after::{self, ComeBack};
use super::token::{Cache, Credential};
use super::transport::{Loss, Lost, Outgoing, Reply, Transport};
use super::wire::Wire;
use crate::codec::masking::Masker;
use crate::model::Rate;
use crate::port::{Failure, FailureKind};

/// A class of endpoints, which have a pace in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Pages of a listing, and look-ups by filter.
    List,
    /// One account by its id.
    Read,
    /// Everything that changes something.
    Write,
}

/// How many requests were sent, by class, repetitions included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Pages and look-ups.
    pub list: u64,
    /// Accounts read by id.
    pub read: u64,
    /// Writes.
    pub write: u64,
    /// Tokens asked for.
    pub token: u64,
}

/// One request, as often as it is sent.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) class: Class,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Vec<u8>>,
    pub(super) if_match: Option<String>,
}

/// Why a try brought no answer to go on with.
#[derive(Clone, Debug)]
pub(super) enum Miss {
    /// No try will.
    Final(Failure),
    /// The connection did not last.
    Lost(Lost),
}

/// What one try brought.
pub(super) type Outcome = Result<Reply, Miss>;

/// A connection at work.
#[derive(Debug)]
pub(super) struct Session<T> {
    pub(super) transport: T,
    pub(super) wire: Wire,
    pub(super) policy: Policy,
    pub(super) jitter: Jitter,
    pub(super) auth: Auth,
    pub(super) token_url: Option<Url>,
    secrets: Vec<SecretString>,
    /// What is sent to sign in and is no secret of itself, as an account's id.
    names: Vec<SecretString>,
    /// For the tokens that it was made with.
    masker: Mutex<(Vec<SecretString>, Arc<Masker>)>,
    pub(super) cache: Cache,
    clock: Clock,
    pacers: [Pacer; 3],
    slots: Semaphore,
    counts: [AtomicU64; 4],
    /// The daily limit, once it was hit: nothing is sent any more.
    spent: OnceLock<Failure>,
}

/// What a session is made from, besides its transport.
pub(super) struct Setup {
    pub(super) wire: Wire,
    pub(super) policy: Policy,
    pub(super) seed: u64,
    pub(super) auth: Auth,
    pub(super) hidden: Vec<SecretString>,
    pub(super) token_url: Option<Url>,
    pub(super) clock: Clock,
    pub(super) rate: Rate,
    pub(super) max_in_flight: u32,
}

impl<T: Transport> Session<T> {
    pub(super) fn new(transport: T, setup: Setup) -> Self {
        let open = usize::try_from(setup.max_in_flight.max(1)).unwrap_or(1);
        Self {
            transport,
            wire: setup.wire,
            policy: setup.policy,
            jitter: Jitter::seeded(setup.seed),
            secrets: setup.auth.secrets(),
            names: setup.hidden.into_iter().filter(tells).collect(),
            masker: Mutex::default(),
            auth: setup.auth,
            token_url: setup.token_url,
            cache: Cache::default(),
            clock: setup.clock,
            pacers: [setup.rate.list, setup.rate.read, setup.rate.write].map(Pacer::new),
            slots: Semaphore::new(open.min(Semaphore::MAX_PERMITS)),
            counts: [const { AtomicU64::new(0) }; 4],
            spent: OnceLock::new(),
        }
    }

    pub(super) fn requests(&self) -> Requests {
        let [list, read, write, token] = &self.counts;
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Requests { list: count(list), read: count(read), write: count(write), token: count(token) }
    }

    /// Sends a request that may be repeated as it is, until it has an answer that is no passing trouble.
    /// Says how many tries it took, since an earlier one may have been carried out.
    pub(super) async fn repeat(&self, request: &Request) -> Result<(Reply, u32), Failure> {
        let mut attempts = Attempts::new(self.policy);
        loop {
            let outcome = self.once(request, &mut attempts).await;
            match outcome {
                Ok(reply) if !is_transient(reply.status) => return Ok((reply, attempts.made())),
                Err(Miss::Final(failure)) => return Err(failure),
                outcome => self.pause(&attempts, outcome, request).await?,
            }
        }
    }

    /// Waits before the next try, or gives up with the failure that the outcome stands for.
    pub(super) async fn pause(
        &self,
        attempts: &Attempts,
        outcome: Outcome,
        request: &Request,
    ) -> Result<(), Failure> {
        let limited = matches!(&outcome, Ok(reply) if reply.status == 429);
        let (failure, again, at_least) = match outcome {
            Ok(reply) => {
                let back = self.come_back(&reply).map_or(Duration::ZERO, |back| back.wait);
                (self.failure(&reply), is_transient(reply.status), back)
            }
            Err(Miss::Lost(lost)) => {
                (self.lost(&lost, &request.url), lost.is_transient(), Duration::ZERO)
            }
            Err(Miss::Final(failure)) => return Err(failure),
        };
        let delay = if again { attempts.next(at_least, &self.jitter) } else { None };
        match delay {
            // The class as a whole waits already.
            Some(_) if limited => Ok(()),
            Some(delay) => {
                sleep(delay).await;
                Ok(())
            }
            None => Err(gave_up(failure, attempts.made(), at_least)),
        }
    }

    /// Sends a request once, twice where the token was not accepted. What takes longer than its deadline is cut,
    /// wherever it is.
    pub(super) async fn once(&self, request: &Request, attempts: &mut Attempts) -> Outcome {
        let pacer = self.pacer(request.class);
        let (mut refused, mut until) = (None, None);
        loop {
            let turn = pacer.turn(&self.slots).await;
            let sent = turn.at;
            if let Some(failure) = self.spent.get() {
                return Err(Miss::Final(failure.clone()));
            }
            let credential = self.credential(refused).await.map_err(Miss::Final)?;
            let outgoing = self.outgoing(request, &credential);
            // Sent again for another token, it is the same try.
            let until = *until.get_or_insert_with(|| attempts.went_out(Instant::now()));
            let carried = self.carry(request.class as usize, outgoing);
            let reply = self.within(until, carried).await.map_err(Miss::Lost)?;
            drop(turn);
            if reply.status == 429 {
                return self.limited(pacer, sent, reply);
            }
            pacer.went_well(sent);
            if credential.serial.is_some() && refused.is_none() && not_signed_in(&reply) {
                refused = credential.serial;
                continue;
            }
            return Ok(reply);
        }
    }

    /// Waits for an answer, but not past the deadline: also a body that comes byte by byte is cut.
    pub(super) async fn within(
        &self,
        until: Instant,
        answer: impl Future<Output = Result<Reply, Lost>>,
    ) -> Result<Reply, Lost> {
        timeout_at(until, answer).await.unwrap_or_else(|_| {
            let seconds = self.policy.deadline.as_secs();
            let detail = format!("no whole answer within the deadline of {seconds} s");
            Err(Lost { loss: Loss::Timeout, sent: true, detail })
        })
    }

    fn pacer(&self, class: Class) -> &Pacer {
        let [list, read, write] = &self.pacers;
        match class {
            Class::List => list,
            Class::Read => read,
            Class::Write => write,
        }
    }

    /// Slows the class down, or ends everything where the limit is the day's.
    fn limited(&self, pacer: &Pacer, sent: Instant, reply: Reply) -> Outcome {
        let back = self.come_back(&reply);
        let daily = reply
            .header("x-ratelimit-type")
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("daily"))
            || said(&reply).words.to_lowercase().contains("maximum daily rate limit");
        // So long a wait is not slept through: the run stops in order and says when to come back.
        let too_long = back.is_some_and(|back| back.wait > self.policy.deadline);
        if !daily && !too_long {
            pacer.limited(sent, back.map(|back| back.wait));
            return Ok(reply);
        }
        let when = back.map_or_else(
            || "the service does not say when it ends".to_owned(),
            |back| format!("come back at {}", back.at),
        );
        let mut failure = self.failure(&reply);
        failure.kind = FailureKind::DailyLimit;
        failure.help = vec![format!(
            "the account's limit of requests is used up for now, also by other tools: {when}"
        )];
        Err(Miss::Final(self.spent.get_or_init(|| failure).clone()))
    }

    pub(super) fn come_back(&self, reply: &Reply) -> Option<ComeBack> {
        retry_after::read(reply.header("retry-after")?, self.clock.now())
    }

    fn outgoing(&self, request: &Request, credential: &Credential) -> Outgoing {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(self.wire.accept));
        headers.insert(AUTHORIZATION, credential.header.clone());
        if request.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.wire.content_type));
        }
        if let Some(Ok(tag)) = request.if_match.as_deref().map(HeaderValue::from_str) {
            headers.insert(IF_MATCH, tag);
        }
        Outgoing {
            method: request.method.clone(),
            url: request.url.clone(),
            headers,
            body: request.body.clone(),
        }
    }

    /// Sends, counts and logs: method, path and status, never a query, a body or credentials.
    pub(super) async fn carry(&self, counter: usize, outgoing: Outgoing) -> Result<Reply, Lost> {
        if let Some(counter) = self.counts.get(counter) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        let method = outgoing.method.clone();
        // A token's address may come from the environment, and then nobody knows what is in it.
        let token = Some(&outgoing.url) == self.token_url.as_ref();
        let path = if token { "token_url" } else { outgoing.url.path() }.to_owned();
        let start = Instant::now();
        let mut outcome = self.transport.carry(outgoing).await;
        // What a token is, only its endpoint may say.
        if let Ok(reply) = &mut outcome
            && !(token && reply.is_success())
            && let Some(body) = self.masker().json(&reply.body)
        {
            reply.body = body;
        }
        let ms = start.elapsed().as_millis();
        match &outcome {
            Ok(reply) => {
                // The token that an answer brings is not known yet as something to hide.
                let tracking_id = self.tracking_id(reply).filter(|_| !token).unwrap_or_default();
                tracing::debug!(%method, path, status = reply.status, tracking_id, ms, "request");
            }
            Err(lost) => tracing::debug!(%method, path, lost = ?lost.loss, ms, "request"),
        }
        outcome
    }

    /// The failure that an answer stands for, without secrets.
    pub(super) fn failure(&self, reply: &Reply) -> Failure {
        self.scrubbed(of_reply(reply, &self.wire))
    }

    /// The failure that a lost request stands for, without secrets.
    pub(super) fn lost(&self, lost: &Lost, url: &Url) -> Failure {
        self.scrubbed(of_loss(lost, url.host_str().unwrap_or_default()))
    }

    /// The service's id of the request that an answer came to, without secrets.
    pub(super) fn tracking_id(&self, reply: &Reply) -> Option<String> {
        tracking_id(reply).map(|id| self.hidden(id))
    }

    /// A service may say back what it was sent.
    pub(super) fn scrubbed(&self, mut failure: Failure) -> Failure {
        failure.detail = self.hidden(failure.detail);
        failure.tracking_id = failure.tracking_id.map(|id| self.hidden(id));
        failure
    }

    /// A text of the service's without secrets.
    pub(super) fn hidden(&self, mut text: String) -> String {
        let tokens = self.cache.seen();
        let all = self.secrets.iter().chain(&self.names).chain(&tokens);
        for secret in all.map(ExposeSecret::expose_secret) {
            text = hidden(text, secret);
        }
        self.masker().text(&text).unwrap_or(text)
    }

    /// What takes secrets out of answers, with the tokens of late.
    fn masker(&self) -> Arc<Masker> {
        let tokens = self.cache.seen();
        let mut made = self.masker.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = |secrets: &[SecretString]| {
            secrets.iter().map(|secret| secret.expose_secret().to_owned()).collect::<Vec<_>>()
        };
        if made.1.is_empty() || texts(&made.0) != texts(&tokens) {
            let secrets = [self.secrets.clone(), tokens.clone()].concat();
            let (secrets, names) = (texts(&secrets), texts(&self.names));
            let new =
                Masker::new(secrets.iter().map(String::as_str), names.iter().map(String::as_str));
            *made = (tokens, Arc::new(new));
        }
        Arc::clone(&made.1)
    }
}

/// Whether a value tells anything where it is left out; an account's id such as `1` stands in every other text.
fn tells(value: &SecretString) -> bool {
    value.expose_secret().len() > 3
}

/// The text without the secret: as it is, as a form, JSON or HTML writes it, or as much of it as stands where the
/// text was cut.
fn hidden(mut text: String, secret: &str) -> String {
    const HIDDEN: &str = "(sensitive)";
    if secret.is_empty() {
        return text;
    }
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = secret.replace('\\', "\\\\").replace('"', "\\\"");
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = html.replace('"', "&quot;").replace('\'', "&#39;");
    for written in [secret, &form, &json, &html, &quoted] {
        if text.contains(written) {
            text = text.replace(written, HIDDEN);
        }
        if !text.contains('…') {
            continue;
        }
        let starts: Vec<&str> =
            written.char_indices().skip(1).filter_map(|(at, _)| written.get(..at)).collect();
        let mut whole = String::new();
        for piece in text.split_inclusive('…') {
            let cut = piece.strip_suffix('…');
            let start = cut.and_then(|cut| starts.iter().rev().find(|start| cut.ends_with(*start)));
            match (cut, start) {
                (Some(cut), Some(start)) => {
                    whole.push_str(cut.strip_suffix(start).unwrap_or(cut));
                    whole.push_str(HIDDEN);
                    whole.push('…');
                }
                _ => whole.push_str(piece),
            }
        }
        text = whole;
    }
    text
}

/// 401, or what Zoom's gateway says of a token that has ended
/// (code 124, <https://devforum.zoom.us/t/74432>).
fn not_signed_in(reply: &Reply) -> bool {
    reply.status == 401
        || (reply.status == 400 && {
            let said = said(reply);
            said.code == "124" && said.words.to_lowercase().contains("access token")
        })
}

fn gave_up(mut failure: Failure, tries: u32, wait: Duration) -> Failure {
    if tries > 1 {
        failure.detail = format!("{} (after {tries} tries)", failure.detail);
    }
    if wait > Duration::from_secs(1) {
        failure.help.push(format!("the service asks to wait for {} s", wait.as_secs()));
    }
    failure
}
