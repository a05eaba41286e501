//! `connection`: where a service is, what may be done there, how much and how fast.

use hcl_edit::structure::Block;

use crate::diagnostic::{FileId, Span};
use crate::model::{self, Connection, HostError, Service, Text, fold, nfc};

use super::auth::{self, AuthBlock, Owner};
use super::blocks::{Reader, label};
use super::constants::Constants;
use super::policy;
use super::report::Report;
use super::settings::{Setting, Settings};

/// A connection as written.
#[derive(Debug)]
pub(super) struct ConnectionBlock {
    pub(super) name: Text,
    pub(super) span: Span,
    settings: Settings,
    actions: Option<Settings>,
    guard: Option<Settings>,
    rate: Option<Settings>,
    pub(super) auth: Option<AuthBlock>,
}

/// The longest page that anybody may speak of.
pub(super) const MAX_PAGE: u32 = 10_000;

const ARGUMENTS: [&str; 9] = [
    "type",
    "description",
    "scim_url",
    "domains",
    "enabled",
    "max_in_flight",
    "retries",
    "deadline",
    "max_page",
];

/// Reads the block.
pub(super) fn read(report: &mut Report, file: FileId, block: &Block) -> Option<ConnectionBlock> {
    let label = label(report, file, block);
    let mut reader = Reader::new(file, block);
    let span = reader.header;
    let settings = Settings::read(report, &mut reader, &ARGUMENTS);
    let mut nested = |name, arguments: &'static [&'static str]| {
        let mut reader = reader.block(report, name)?;
        let settings = Settings::read(report, &mut reader, arguments);
        reader.finish(report);
        Some(settings)
    };
    let actions = nested("actions", &policy::ACTIONS);
    let guard = nested("guard", &policy::GUARD);
    let rate = nested("rate", &policy::RATE);
    let auth = reader.block(report, "auth").map(|reader| auth::read(report, reader));
    reader.finish(report);
    let (name, _) = label?;
    Some(ConnectionBlock { name, span, settings, actions, guard, rate, auth })
}

impl ConnectionBlock {
    /// Whose `auth` it is.
    pub(super) fn owner(&self, service: Service) -> Owner<'_> {
        let what = format!("connection `{}`", self.name);
        Owner { what, span: self.span, service, auth: self.auth.as_ref() }
    }

    /// Every expression outside of `auth`.
    pub(super) fn settings_mut(&mut self) -> impl Iterator<Item = &mut Setting> {
        let nested = [&mut self.actions, &mut self.guard, &mut self.rate].into_iter().flatten();
        std::iter::once(&mut self.settings).chain(nested).flat_map(|settings| settings.0.iter_mut())
    }
}

/// What a connection's settings come to. Every error is reported; what is wrong keeps its default, so
/// that the rest of the configuration can still be checked.
pub(super) fn resolve(
    report: &mut Report,
    constants: &Constants<'_>,
    block: &ConnectionBlock,
    allowed: &[String],
) -> Connection {
    let settings = &block.settings;
    let service = match settings.choice(report, constants, "type", &["zoom", "scim"]) {
        Some("scim") => Service::Scim,
        _ => Service::Zoom,
    };
    let scim_url = scim_url(report, constants, block, service, allowed);
    let loopback = url::Url::parse(&scim_url).is_ok_and(|url| model::leads_home(&url));
    let whole = |report: &mut Report, name, least: u32, most: u32, default: u32| {
        settings.whole(report, constants, name, least, most).unwrap_or(default)
    };
    Connection {
        name: block.name.clone(),
        service,
        description: settings.text(report, constants, "description"),
        scim_url,
        domains: domains(report, constants, settings),
        enabled: settings.boolean(report, constants, "enabled").unwrap_or(true),
        actions: policy::actions(report, constants, block.actions.as_ref()),
        guard: policy::guard(report, constants, block.guard.as_ref(), service),
        rate: policy::rate(report, constants, block.rate.as_ref(), service, loopback),
        max_in_flight: whole(report, "max_in_flight", 1, 64, 4),
        max_page: settings.whole(report, constants, "max_page", 1, MAX_PAGE),
        retries: whole(report, "retries", 0, 20, 5),
        deadline: settings.seconds(report, constants, "deadline").unwrap_or(120),
    }
}

fn scim_url(
    report: &mut Report,
    constants: &Constants<'_>,
    block: &ConnectionBlock,
    service: Service,
    allowed: &[String],
) -> Text {
    if !block.settings.has("scim_url") {
        if service == Service::Scim {
            report.add(
                report
                    .error(block.span, format!("connection `{}` has no `scim_url`", block.name))
                    .help("a connection of type \"scim\" needs one: `scim_url = \"https://…/scim/v2\"`"),
            );
        }
        return Text::new_static("https://api.zoom.us/scim2");
    }
    let Some(text) = block.settings.text(report, constants, "scim_url") else {
        return Text::default();
    };
    let span = block.settings.span("scim_url").unwrap_or(block.span);
    check_url(report, span, "scim_url", &text, allowed);
    Text::from(text.trim_end_matches('/'))
}

/// Reports an address that credentials must not be sent to.
pub(super) fn check_url(
    report: &mut Report,
    span: Span,
    name: &str,
    address: &str,
    allowed: &[String],
) -> bool {
    let diagnostic = match model::check_url(address, allowed) {
        Ok(_) => return true,
        Err(error @ HostError::Malformed { .. }) => {
            report.error(span, format!("`{name}` is no address that can be used")).help(error.help())
        }
        Err(HostError::Unencrypted { .. }) => report
            .error(span, format!("`{name}` is not encrypted"))
            .help("use https; http is for loopback addresses only"),
        Err(HostError::UserInfo { .. }) => report
            .error(span, format!("`{name}` holds a user name or password"))
            .help("credentials stand in `auth`; an address ends with its path"),
        Err(HostError::NotAllowed { host }) => report
            .error(span, format!("credentials may not be sent to `{host}`"))
            .help("they go to zoom.us, zoomgov.com, their subdomains and loopback addresses only, so that a changed file can't send them elsewhere")
            .help(format!("if you operate it, set ENROLL_ALLOW_HOSTS={host} where Enroll runs")),
    };
    report.add(diagnostic);
    false
}

/// Folded domain names, sorted; each one a name and nothing else.
fn domains(
    report: &mut Report,
    constants: &Constants<'_>,
    settings: &Settings,
) -> Option<Vec<Text>> {
    let list = settings.texts(report, constants, "domains")?;
    let span = settings.span("domains")?;
    let mut domains = Vec::with_capacity(list.len());
    for domain in list {
        // A letter with a mark of its own is one letter.
        let domain = nfc(&domain);
        let bare = domain.trim_start_matches('@');
        let unseen = super::email::unseen(bare);
        let good = !bare.is_empty()
            && unseen.is_none()
            && bare.split('.').all(|part| {
                !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-')
            });
        if good && bare.len() == domain.len() {
            domains.push(fold(&domain));
        } else {
            let help = if good {
                format!("write \"{bare}\"")
            } else {
                "write a name such as \"example.com\"".to_owned()
            };
            let found = report.error(span, format!("`{domain}` is no domain name")).help(help);
            report.add(match unseen {
                Some(why) => found.detail(why),
                None => found,
            });
        }
    }
    if domains.is_empty() {
        report.add(
            report
                .error(span, "`domains` allows no address at all")
                .help("leave the argument out to allow every domain"),
        );
        return None;
    }
    domains.sort();
    domains.dedup();
    Some(domains)
}
