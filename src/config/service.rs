//! `scim` of a `directory`: another service whose users are the people.

use crate::diagnostic::{Place, Span};
use crate::model::{self, Actions, Connection, Guard, Pace, Rate, Service, Text};

use super::auth::{self, AuthBlock, Owner};
use super::blocks::Reader;
use super::connection::{MAX_PAGE, check_url};
use super::constants::Constants;
use super::lang::Names;
use super::open::AuthExpr;
use super::policy;
use super::report::Report;
use super::settings::{Setting, Settings};

/// What every user of a SCIM service may have (RFC 7643 section 4.1), also where nobody has it.
pub(super) const KNOWN: [&str; 24] = [
    "active",
    "addresses",
    "displayName",
    "emails",
    "entitlements",
    "externalId",
    "groups",
    "id",
    "ims",
    "locale",
    "meta",
    "name",
    "nickName",
    "phoneNumbers",
    "photos",
    "preferredLanguage",
    "profileUrl",
    "roles",
    "schemas",
    "timezone",
    "title",
    "userName",
    "userType",
    "x509Certificates",
];

/// A directory's service: where it is, and how to sign in there.
#[derive(Clone, Debug)]
pub struct Remote {
    /// Where it is and how fast it may be asked. Of these settings, only what reading needs counts.
    pub settings: Connection,
    /// How to sign in, evaluated when the service is asked.
    pub auth: AuthExpr,
    /// Where the directory is declared.
    pub place: Place,
}

/// The block as written.
#[derive(Debug)]
pub(super) struct ServiceBlock {
    span: Span,
    settings: Settings,
    rate: Option<Settings>,
    auth: Option<AuthBlock>,
}

const ARGUMENTS: [&str; 5] = ["scim_url", "max_in_flight", "retries", "deadline", "max_page"];

/// Reads the block.
pub(super) fn read(report: &mut Report, mut reader: Reader<'_>) -> ServiceBlock {
    let span = reader.header;
    let settings = Settings::read(report, &mut reader, &ARGUMENTS);
    let rate = reader.block(report, "rate").map(|mut reader| {
        // Nothing is written there, and nobody read alone.
        let settings = Settings::read(report, &mut reader, &["list"]);
        reader.finish(report);
        settings
    });
    let auth = reader.block(report, "auth").map(|reader| auth::read(report, reader));
    reader.finish(report);
    ServiceBlock { span, settings, rate, auth }
}

impl ServiceBlock {
    /// Every expression outside of `auth`.
    pub(super) fn settings_mut(&mut self) -> impl Iterator<Item = &mut Setting> {
        std::iter::once(&mut self.settings).chain(&mut self.rate).flat_map(|s| s.0.iter_mut())
    }

    /// Every expression of `auth`.
    pub(super) fn auth_mut(&mut self) -> impl Iterator<Item = &mut Setting> {
        self.auth.iter_mut().flat_map(|auth| auth.settings.0.iter_mut())
    }
}

/// What the block of the directory `name` comes to; `None` where something is wrong, which is reported.
pub(super) fn resolve(
    report: &mut Report,
    constants: &Constants<'_>,
    secrets: &Names,
    name: &Text,
    block: &ServiceBlock,
    allowed: &[String],
) -> Option<Remote> {
    let settings = &block.settings;
    let mark = report.mark();
    let scim_url = settings.text(report, constants, "scim_url");
    match (&scim_url, settings.span("scim_url")) {
        (Some(url), Some(span)) => drop(check_url(report, span, "scim_url", url, allowed)),
        (None, Some(_)) => {}
        (_, None) => report.add(
            report
                .error(block.span, format!("`scim` of directory `{name}` has no `scim_url`"))
                .help("say where its users are: `scim_url = \"https://…/scim/v2\"`"),
        ),
    }
    let scim_url = scim_url.unwrap_or_default();
    let loopback = url::Url::parse(&scim_url).is_ok_and(|url| model::leads_home(&url));
    let service = Service::Scim;
    let whole = |report: &mut Report, name, least: u32, most: u32, default: u32| {
        settings.whole(report, constants, name, least, most).unwrap_or(default)
    };
    let settings = Connection {
        name: name.clone(),
        service,
        description: None,
        scim_url: Text::from(scim_url.trim_end_matches('/')),
        domains: None,
        enabled: true,
        actions: Actions::default(),
        guard: Guard::default(),
        rate: Rate {
            read: Pace::Unlimited,
            write: Pace::Unlimited,
            ..policy::rate(report, constants, block.rate.as_ref(), service, loopback)
        },
        max_in_flight: whole(report, "max_in_flight", 1, 64, 4),
        max_page: settings.whole(report, constants, "max_page", 1, MAX_PAGE),
        retries: whole(report, "retries", 0, 20, 5),
        deadline: settings.seconds(report, constants, "deadline").unwrap_or(120),
    };
    let what = format!("`scim` of directory `{name}`");
    let owner = Owner { what, span: block.span, service, auth: block.auth.as_ref() };
    let auth = auth::resolve(report, constants, secrets, &owner, allowed);
    let place = report.place(block.span);
    if report.failed_since(mark) {
        return None;
    }
    Some(Remote { settings, auth: auth?, place })
}
