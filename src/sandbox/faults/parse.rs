//! The grammar of a fault specification.

use super::{Effect, Faults, RetryAfter, Rule, Scope, When};

/// What may stand in a fault specification.
pub const FAULTS_HELP: &str = "\
What goes wrong: words separated by commas, `NAME` or `NAME=VALUE`

A name that takes an address, a domain or an attribute may stand several times. Counters
decide what fails, so the same requests meet the same faults.

Single requests
  EFFECT-every-WHICH=N disturbs every Nth request (`-every` may be left out),
  EFFECT-first-WHICH=N the first N.
  WHICH  any, token, list, read, write, or one kind of write: create, put, patch, delete
  EFFECT
    400…599        answers that status and does nothing; 429 comes with its headers
    400…599-after  does the work, then answers that status
    html           answers 502 with a page of HTML and does nothing
    lose           does the work, then closes the connection without an answer
    drop           closes the connection and does nothing
    cut            does the work, then sends half of the JSON
    break          does the work, then breaks the connection within the JSON
    slow           does the work, then waits `slow-ms` (1000) before it answers
  e.g. 503-every-write=5,lose-create=3,500-first-list=1,slow-read=2,slow-ms=50

Rates
  rate=R             requests per second of each class;
                     also rate-list, rate-read, rate-write
  daily=N            after N requests the daily limit is reached
  retry-after=F      how a 429 says when: none (default), seconds[:N], date[:N]
                     or iso[:N]; N seconds, 1 by default

Lists
  page=N             at most N users a page, whatever `count` says
  ignore-count       `count` is ignored
  ignore-filter      `filter` is ignored
  no-filter          a request with `filter` is answered 501
  first-page-again   a `startIndex` past the end shows the first page
  items-per-page=N   claims N items a page, whatever is there
  list-short=N       leaves the last N users out, `totalResults` as it is
  list-long=N        `totalResults` is N too small
  list-duplicates    the last user of each page is there twice
  list-drift         `totalResults` is one more in every second page
  shuffle            another order in every request
  total-cap=N        `totalResults` is never more than N
  total-follows      `totalResults` is how many users the page has
  no-start-index     `startIndex` is ignored
  hide-inactive      who is switched off is in no list, and is read by id only

Accounts
  admin=ADDRESS      is an admin: cannot be switched off or deleted
  elsewhere=ADDRESS  belongs to another Zoom account
  pending-domain=DOMAIN
                     users created in it stay pending
  seats=N            at most N users are Licensed
  soft-delete        DELETE only switches off
  no-sso             the account has no Single Sign-On
  no-role            the role lacks User:Edit

Updates
  ignore=ATTRIBUTE   PUT and PATCH answer 200 and leave it as it was; a SCIM name
                     such as displayName, name.givenName, department
  thin-answers       the answer to a write holds no more than a LIST item
  no-answer-body     PUT and PATCH answer 204 without a body
  no-patch           PATCH is answered 501
  roles-object       `roles` is an object instead of a list

Tokens
  token-uses=N       a token is good for N requests
  one-token          a new token ends the one before
  no-scope           the token lacks scim2:admin
  app-off            the app was deactivated

Everything
  not-found          404 on every path below the SCIM base
";

pub(super) fn parse(spec: &str) -> Result<Faults, String> {
    let mut faults = Faults::default();
    for word in spec.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (word, None),
        };
        set(&mut faults, name, value).map_err(|why| format!("fault `{word}`: {why}"))?;
    }
    Ok(faults)
}

fn set(faults: &mut Faults, name: &str, value: Option<&str>) -> Result<(), String> {
    if let Some(rule) = rule(name, value)? {
        faults.rules.push(rule);
        return Ok(());
    }
    if let Some(switch) = switch(faults, name) {
        *switch = true;
        return if value.is_none() { Ok(()) } else { Err("takes no value".to_owned()) };
    }
    if let Some(list) = list(faults, name) {
        list.push(text(value)?.to_ascii_lowercase());
        return Ok(());
    }
    match name {
        "rate" => {
            let rate = Some(rate(value)?);
            (faults.rates.list, faults.rates.read, faults.rates.write) = (rate, rate, rate);
        }
        "rate-list" => faults.rates.list = Some(rate(value)?),
        "rate-read" => faults.rates.read = Some(rate(value)?),
        "rate-write" => faults.rates.write = Some(rate(value)?),
        "daily" => faults.daily = Some(number(value)?),
        "retry-after" => faults.retry_after = retry_after(text(value)?)?,
        "slow-ms" => faults.slow_ms = Some(number(value)?),
        "page" => faults.listing.page = Some(number::<usize>(value)?.max(1)),
        "items-per-page" => faults.listing.claimed = Some(number(value)?),
        "total-cap" => faults.listing.cap = Some(number(value)?),
        "list-short" => faults.listing.short = number(value)?,
        "list-long" => faults.listing.long = number(value)?,
        "seats" => faults.accounts.seats = Some(number(value)?),
        "token-uses" => faults.token.uses = Some(number(value)?),
        _ => return Err("no such fault".to_owned()),
    }
    Ok(())
}

fn switch<'a>(faults: &'a mut Faults, name: &str) -> Option<&'a mut bool> {
    Some(match name {
        "ignore-count" => &mut faults.listing.ignore_count,
        "ignore-filter" => &mut faults.listing.ignore_filter,
        "no-filter" => &mut faults.listing.no_filter,
        "first-page-again" => &mut faults.listing.again,
        "list-duplicates" => &mut faults.listing.duplicates,
        "list-drift" => &mut faults.listing.drift,
        "shuffle" => &mut faults.listing.shuffle,
        "total-follows" => &mut faults.listing.follows,
        "no-start-index" => &mut faults.listing.no_start,
        "hide-inactive" => &mut faults.listing.hides,
        "soft-delete" => &mut faults.accounts.soft_delete,
        "no-sso" => &mut faults.accounts.no_sso,
        "no-role" => &mut faults.accounts.no_role,
        "thin-answers" => &mut faults.update.thin,
        "no-answer-body" => &mut faults.update.bodiless,
        "no-patch" => &mut faults.update.no_patch,
        "roles-object" => &mut faults.update.roles_object,
        "one-token" => &mut faults.token.single,
        "no-scope" => &mut faults.token.no_scope,
        "app-off" => &mut faults.token.app_off,
        "not-found" => &mut faults.not_found,
        _ => return None,
    })
}

fn list<'a>(faults: &'a mut Faults, name: &str) -> Option<&'a mut Vec<String>> {
    Some(match name {
        "admin" => &mut faults.accounts.admins,
        "elsewhere" => &mut faults.accounts.elsewhere,
        "pending-domain" => &mut faults.accounts.pending_domains,
        "ignore" => &mut faults.update.ignored,
        _ => return None,
    })
}

/// `EFFECT[-every|-first]-WHICH=N`; `None` where the name is not of that form.
fn rule(name: &str, value: Option<&str>) -> Result<Option<Rule>, String> {
    let Some((head, which)) = name.rsplit_once('-') else {
        return Ok(None);
    };
    let scope = match which {
        "any" => Scope::Any,
        "token" => Scope::Token,
        "list" => Scope::List,
        "read" => Scope::Read,
        "write" => Scope::Write,
        "create" => Scope::Create,
        "put" => Scope::Put,
        "patch" => Scope::Patch,
        "delete" => Scope::Delete,
        _ => return Ok(None),
    };
    let (head, first) = match head.strip_suffix("-first") {
        Some(head) => (head, true),
        None => (head.strip_suffix("-every").unwrap_or(head), false),
    };
    let Some(effect) = effect(head) else {
        return Ok(None);
    };
    let n: u64 = number(value)?;
    if n == 0 {
        return Err("wants a number from 1".to_owned());
    }
    let when = if first { When::First(n) } else { When::Every(n) };
    Ok(Some(Rule { effect, scope, when }))
}

fn effect(name: &str) -> Option<Effect> {
    let status = |text: &str| text.parse().ok().filter(|status| (400..600).contains(status));
    Some(match name {
        "html" => Effect::Html,
        "lose" => Effect::Lose,
        "drop" => Effect::Drop,
        "cut" => Effect::Cut,
        "break" => Effect::Break,
        "slow" => Effect::Slow,
        _ => match name.strip_suffix("-after") {
            Some(head) => Effect::StatusAfter(status(head)?),
            None => Effect::Status(status(name)?),
        },
    })
}

fn retry_after(form: &str) -> Result<RetryAfter, String> {
    let (form, seconds) = form.split_once(':').unwrap_or((form, "1"));
    let seconds = number(Some(seconds))?;
    match form {
        "none" => Ok(RetryAfter::None),
        "seconds" => Ok(RetryAfter::Seconds(seconds)),
        "date" => Ok(RetryAfter::Date(seconds)),
        "iso" => Ok(RetryAfter::Iso(seconds)),
        _ => Err("wants none, seconds, date or iso".to_owned()),
    }
}

fn text(value: Option<&str>) -> Result<&str, String> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| "wants a value: NAME=VALUE".to_owned())
}

fn number<T: std::str::FromStr>(value: Option<&str>) -> Result<T, String> {
    text(value)?.parse().map_err(|_| "wants a number".to_owned())
}

fn rate(value: Option<&str>) -> Result<f64, String> {
    let rate: f64 = number(value)?;
    if rate > 0.0 && rate.is_finite() { Ok(rate) } else { Err("wants a rate above 0".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_help_is_understood() {
        let words = FAULTS_HELP.lines().filter_map(|line| {
            let word = line.strip_prefix("  ")?.split_whitespace().next()?;
            (line.chars().nth(2)?.is_ascii_lowercase() && word != "e.g.").then_some(word)
        });
        let mut seen = 0;
        for word in words {
            let spec = match word.split_once('=') {
                Some((name, "R" | "N")) => format!("{name}=2"),
                Some((name, "F")) => format!("{name}=iso:60"),
                Some((name, _)) => format!("{name}=example"),
                None => word.to_owned(),
            };
            assert!(parse(&spec).is_ok(), "{spec}: {:?}", parse(&spec));
            assert_ne!(parse(&spec), Ok(Faults::default()), "{spec} does something");
            seen += 1;
        }
        assert_eq!(seen, 35);
        // The help indents by ten and wraps at a hundred.
        assert_eq!(FAULTS_HELP.lines().find(|line| line.chars().count() > 90), None);
    }

    #[test]
    fn rules_name_an_effect_a_scope_and_a_number() {
        let faults = parse("503-every-write=5, lose-create=3,500-after-first-list=1").unwrap();
        assert_eq!(
            faults.rules,
            [
                Rule { effect: Effect::Status(503), scope: Scope::Write, when: When::Every(5) },
                Rule { effect: Effect::Lose, scope: Scope::Create, when: When::Every(3) },
                Rule { effect: Effect::StatusAfter(500), scope: Scope::List, when: When::First(1) },
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (spec, why) in [
            ("nonsense", "fault `nonsense`: no such fault"),
            ("rate=0", "fault `rate=0`: wants a rate above 0"),
            ("page", "fault `page`: wants a value: NAME=VALUE"),
            ("503-write=0", "fault `503-write=0`: wants a number from 1"),
            ("700-write=1", "fault `700-write=1`: no such fault"),
            ("shuffle=1", "fault `shuffle=1`: takes no value"),
        ] {
            assert_eq!(parse(spec), Err(why.to_owned()));
        }
    }
}
