//! The blocks of a connection that bound what happens there: `actions`, `guard`, `rate`.

use crate::model::{Actions, Guard, Limit, Pace, Rate, RemoveAction, Service, fold};

use super::constants::Constants;
use super::report::Report;
use super::settings::Settings;

pub(super) const ACTIONS: [&str; 6] =
    ["create", "update", "disable", "deprovision", "remove_action", "deprovision_on_rule_deletion"];
pub(super) const GUARD: [&str; 5] =
    ["max_removals", "max_deletes", "max_privileges", "privileged_roles", "protect"];
pub(super) const RATE: [&str; 3] = ["list", "read", "write"];

/// The `actions` block; absent, everything is allowed and a removal disables.
pub(super) fn actions(
    report: &mut Report,
    constants: &Constants<'_>,
    settings: Option<&Settings>,
) -> Actions {
    let mut actions = Actions::default();
    let Some(settings) = settings else { return actions };
    for (name, switch) in [
        ("create", &mut actions.create),
        ("update", &mut actions.update),
        ("disable", &mut actions.disable),
        ("deprovision", &mut actions.deprovision),
        ("deprovision_on_rule_deletion", &mut actions.deprovision_on_rule_deletion),
    ] {
        if let Some(value) = settings.boolean(report, constants, name) {
            *switch = value;
        }
    }
    if settings.choice(report, constants, "remove_action", &["disable", "delete"]) == Some("delete")
    {
        actions.remove_action = RemoveAction::Delete;
    }
    let idle = |report: &mut Report, name: &str, parent: &str, effect: &str| {
        if let Some(span) = settings.span(name) {
            report.add(
                report
                    .warning(span, format!("`{name}` does nothing while `{parent}` is false"))
                    .help(effect),
            );
        }
    };
    if !actions.update && actions.disable {
        let effect = "disabling is an update: people inactive at the source stay enabled";
        idle(report, "disable", "update", effect);
    }
    if !actions.deprovision {
        let effect = "nobody is removed from this connection";
        if actions.deprovision_on_rule_deletion {
            idle(report, "deprovision_on_rule_deletion", "deprovision", effect);
        }
        if actions.remove_action == RemoveAction::Delete {
            idle(report, "remove_action", "deprovision", effect);
        }
    }
    actions
}

/// The `guard` block.
pub(super) fn guard(
    report: &mut Report,
    constants: &Constants<'_>,
    settings: Option<&Settings>,
    service: Service,
) -> Guard {
    let mut guard = Guard::default();
    let Some(settings) = settings else { return guard };
    if let Some(limit) = limit(report, constants, settings, "max_removals") {
        guard.max_removals = limit;
    }
    if let Some(limit) = limit(report, constants, settings, "max_deletes") {
        guard.max_deletes = limit;
    }
    if let Some(text) = settings.scalar(report, constants, "max_privileges") {
        match text.parse::<u64>() {
            Ok(limit) => guard.max_privileges = Limit::Count(limit),
            Err(_) => {
                if let Some(span) = settings.span("max_privileges") {
                    report.add(
                        report
                            .error(span, "`max_privileges` is not a whole number")
                            .help("write how many accounts may gain or lose a role at once: `max_privileges = 2`"),
                    );
                }
            }
        }
    }
    if let Some(list) = settings.texts(report, constants, "privileged_roles") {
        if let (Some(plain), Some(span)) =
            (service.dialect().plain_role, settings.span("privileged_roles"))
        {
            report.add(
                report
                    .error(span, "`privileged_roles` is for connections of type \"scim\"")
                    .help(format!("leave it out: here every role but `{plain}` counts")),
            );
        }
        guard.privileged_roles = list;
        guard.privileged_roles.sort();
        guard.privileged_roles.dedup();
    }
    if let Some(list) = settings.texts(report, constants, "protect") {
        for address in &list {
            if let Some(why) = super::email::why_not(address)
                && let Some(span) = settings.span("protect")
            {
                report.add(
                    report
                        .error(span, format!("`{address}` in `protect` is no e-mail address"))
                        .detail(why)
                        .help("write the addresses that must never be touched: [\"owner@example.com\"]"),
                );
            }
        }
        guard.protect = list.iter().map(|address| fold(address)).collect();
        guard.protect.sort();
        guard.protect.dedup();
    }
    guard
}

/// A count, or a share such as "5%" or "2.5%".
fn limit(
    report: &mut Report,
    constants: &Constants<'_>,
    settings: &Settings,
    name: &'static str,
) -> Option<Limit> {
    let text = settings.scalar(report, constants, name)?;
    let parsed = match text.strip_suffix('%') {
        Some(share) => hundredths(share.trim_end()).map(Limit::Share),
        None => text.parse::<u64>().ok().map(Limit::Count),
    };
    if parsed.is_none() {
        let span = settings.span(name)?;
        report.add(
            report
                .error(span, format!("`{name}` is neither a whole number nor a share"))
                .help(format!("write `{name} = 50` or `{name} = \"5%\"`, at most \"100%\"")),
        );
    }
    parsed
}

/// Hundredths of a percent, exactly: at most two digits behind the point, at most 100.
fn hundredths(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || whole.len() > 3 || part.len() > 2 {
        return None;
    }
    let part: u32 = format!("{part:0<2}").parse().ok()?;
    let share = whole.parse::<u32>().ok()? * 100 + part;
    (share <= 10_000).then_some(share)
}

/// The `rate` block: the dialect's pace where it says nothing.
pub(super) fn rate(
    report: &mut Report,
    constants: &Constants<'_>,
    settings: Option<&Settings>,
    service: Service,
    loopback: bool,
) -> Rate {
    let mut rate = Rate::all(service.dialect().pace.map_or(Pace::Unlimited, Pace::PerSecond));
    let Some(settings) = settings else { return rate };
    for (name, pace) in
        [("list", &mut rate.list), ("read", &mut rate.read), ("write", &mut rate.write)]
    {
        let Some(text) = settings.scalar(report, constants, name) else { continue };
        let Some(span) = settings.span(name) else { continue };
        if text == "unlimited" {
            if service == Service::Scim || loopback {
                *pace = Pace::Unlimited;
            } else {
                report.add(
                    report
                        .error(span, "Zoom limits requests, so its rate can't be \"unlimited\"")
                        .help(
                            "write the requests per second that your plan allows, for example `10`",
                        ),
                );
            }
            continue;
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() && (0.001..=100_000.0).contains(&number) => {
                *pace = Pace::PerSecond(number);
            }
            _ => report.add(
                report
                    .error(span, format!("`{name}` is no rate"))
                    .help("write requests per second, more than zero, or \"unlimited\" where the service has no limit"),
            ),
        }
    }
    rate
}

#[cfg(test)]
mod tests {
    use super::hundredths;

    #[test]
    fn a_share_is_exact() {
        for (text, expected) in [
            ("5", Some(500)),
            ("2.5", Some(250)),
            ("0.01", Some(1)),
            ("100", Some(10_000)),
            ("100.01", None),
            ("-5", None),
            ("0.001", None),
            (".5", None),
            ("", None),
            ("1000", None),
        ] {
            assert_eq!(hundredths(text), expected, "{text}");
        }
    }
}
