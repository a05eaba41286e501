//! The words for steps, reasons and blocks.

use anstyle::{AnsiColor, Style};

use super::paint::colour;
use super::phrase::Phrase;
use crate::model::{Action, Attribute, Text, Value};
use crate::plan::{
    Between, Blocker, Cause, Change, GuardKind, Learnt, Leaver, Reason, Revision, StillOn,
};

/// Terraform's symbols, and ours for what Terraform has none.
pub(super) fn symbol(action: Action) -> &'static str {
    match action {
        Action::Create => "+",
        Action::Adopt => "=",
        Action::Disable => "↓",
        Action::Enable => "↑",
        Action::Update => "~",
        Action::Delete => "-",
        Action::Forget => ".",
    }
}

/// Terraform's colours: green for what comes, yellow for what changes, red for what goes.
pub(super) fn style(action: Action) -> Style {
    colour(match action {
        Action::Create | Action::Enable => AnsiColor::Green,
        Action::Adopt => AnsiColor::Cyan,
        Action::Update => AnsiColor::Yellow,
        Action::Disable | Action::Delete => AnsiColor::Red,
        Action::Forget => AnsiColor::Magenta,
    })
}

/// Whether a step takes something from a person.
pub(super) fn takes(action: Action) -> bool {
    matches!(action, Action::Disable | Action::Delete | Action::Forget)
}

/// `1 account`, `2 accounts`.
pub fn counted(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// `1 person`, `2 people`.
pub(super) fn people(count: u64) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

/// What a step is called beside its account. The two disables read differently.
pub(super) fn step(action: Action, reason: Reason) -> &'static str {
    match (action, reason) {
        (Action::Disable, Reason::LeftRules | Reason::RuleDeleted | Reason::RemovedBlock) => {
            "deprovision by disable"
        }
        (Action::Delete, Reason::LeftRules | Reason::RuleDeleted | Reason::RemovedBlock) => {
            "deprovision by delete"
        }
        (action, _) => action.word(),
    }
}

/// Why, in words.
pub(super) fn reason(change: &Change) -> Phrase {
    let rules = |one: &str, many: &str| {
        let said = if change.rules.len() == 1 { one } else { many };
        Phrase::new(format!("{said} ")).values(change.rules.iter().map(Text::as_str))
    };
    let source = |before: &str| match change.address.key.split_once('/') {
        Some((directory, _)) => Phrase::new(before).value(directory),
        None => Phrase::new(before).own("its user block"),
    };
    match change.reason {
        Reason::NotInAccount => Phrase::new("not in the account yet"),
        Reason::AlreadyInAccount if disables(change) => {
            source("already in the account, inactive in ")
        }
        Reason::AlreadyInAccount => Phrase::new("already in the account"),
        Reason::DisabledAtSource => source("inactive in "),
        Reason::EnabledAtSource => source("active in ").own(" again"),
        Reason::AttributesChanged => causes(&change.causes),
        Reason::Drifted if disables(change) => {
            source("inactive in ").own(", but switched on in the service")
        }
        Reason::Drifted => Phrase::new("changed in the service"),
        Reason::RemovedOutside => Phrase::new("deleted in the service"),
        Reason::AlreadyGone => Phrase::new("already gone from the account"),
        Reason::LeftRules => rules("left rule", "left rules"),
        Reason::RuleDeleted if change.rules.is_empty() => Phrase::new("no rule owns it"),
        Reason::RuleDeleted => rules("rule", "rules").own(" deleted"),
        Reason::RemovedBlock => Phrase::new("named by a removed block"),
    }
}

/// Where it changed, as far as that is known.
fn causes(causes: &[Cause]) -> Phrase {
    if causes.is_empty() {
        return Phrase::new("changed since the last apply");
    }
    let mut said = Phrase::default();
    for (at, cause) in causes.iter().enumerate() {
        said = said.own(if at > 0 { "; changed in " } else { "changed in " });
        let what = cause.what.iter().map(Text::as_str);
        said = match &cause.file {
            None => said.values(what),
            Some(file) if cause.what.is_empty() => said.value(file),
            Some(file) => said.value(file).own(" (").values(what).own(")"),
        };
    }
    said
}

/// What blocks a step, and the way out: of one account, or, without `who`, of each of several.
pub(super) fn blocked(by: &Blocker, reason: Reason, who: Option<&str>) -> Phrase {
    let off = |action: &str| Phrase::default().code(action).own(" is off");
    let confirm = |said: &str| {
        let who = who.map_or_else(|| "WHO".to_owned(), shell_word);
        Phrase::new(said).own("; ").code(&format!("--confirm {who}")).own(" lets it through")
    };
    match by {
        Blocker::ActionsCreate => off("actions.create"),
        Blocker::ActionsUpdate => off("actions.update"),
        Blocker::ActionsDisable => off("actions.disable"),
        Blocker::ActionsDeprovision => off("actions.deprovision"),
        Blocker::Protect => Phrase::new("protected by ").code("guard.protect").own(
            "; to lift that, take the address out of it and apply while the account is still asked \
             for",
        ),
        Blocker::PreventRemoval(rule) => Phrase::default()
            .code("prevent_removal")
            .own(" of rule ")
            .value(rule)
            .own("; to lift that, turn it off and apply while the account is still asked for"),
        Blocker::Admin => Phrase::new(
            "an owner or admin, whom the service does not let go over SCIM: make the person a \
             member there first",
        ),
        Blocker::GuardPrivileges => Phrase::new("a role would be given or taken; ")
            .code("--allow-privileges N")
            .own(" lets exactly so many accounts through"),
        Blocker::UserNameTaken => Phrase::new("another account holds the address"),
        Blocker::RenameCycle => {
            Phrase::new("accounts want each other's addresses: rename one of them in the service")
        }
        Blocker::Pending => {
            Phrase::new("the account is pending in the service; carried out once it appears")
        }
        Blocker::Refused if reason == Reason::NotInAccount => Phrase::new(
            "the service refused to create the account before: it does not take these values, or the address \
             belongs to an account that the list does not show; other values are tried by themselves, and ",
        )
        .code("--retry-refused")
        .own(" asks again"),
        Blocker::Refused => {
            Phrase::new("the service refused this value before, or took it and did not keep it; ")
                .code("--retry-refused")
                .own(" sends it again")
        }
        Blocker::DisabledOutside => confirm("somebody switched it off in the service"),
        Blocker::EnabledOutside => {
            confirm("Enroll had switched it off, and somebody switched it on again in the service")
        }
        Blocker::RemovedOutside => confirm("somebody deleted it in the service"),
        Blocker::IdentityChange => confirm(
            "address, given name and family name all differ from before, as if it were somebody \
             else",
        ),
        Blocker::Ambiguous(ids) => {
            let mut said = Phrase::new("the service has several accounts with this address (id ");
            for (at, id) in ids.iter().enumerate() {
                said = if at == 0 { said } else { said.own(" and ") }.value(id);
            }
            said.own("): rename or delete all but one of them there")
        }
        Blocker::Unproven => Phrase::new(
            "the account is in no list of the service, and asking for it by its id did not tell whether \
             it is gone; the next run asks again",
        ),
    }
}

/// Why somebody who left can still sign in, and the way out.
pub(super) fn still_on(leaver: &Leaver) -> Phrase {
    let address = shell_word(&leaver.address.to_string());
    match &leaver.by {
        StillOn::Blocked(Blocker::Pending) => Phrase::new(
            "the invitation is still open: withdraw it in the service, then take the account out of \
             the state with ",
        )
        .code(&format!("enroll state rm {address}")),
        // Which they are stands beside the blocked step.
        StillOn::Blocked(Blocker::Ambiguous(_)) => Phrase::new(
            "the service has several accounts with this address: rename or delete all but one of them \
             there",
        ),
        StillOn::Blocked(by) => blocked(by, Reason::LeftRules, Some(&leaver.user_name)),
        StillOn::Failed => Phrase::new("the removal failed; the next apply tries again"),
    }
}

/// The way out where the service refused a new address: it is changed there.
pub(super) fn address_refused(change: &Change, is_one: bool) -> Option<Phrase> {
    let wanted = |attribute| {
        let mut withheld = change.attributes.iter().filter(|change| change.withheld);
        withheld.find(|change| change.attribute == attribute)?.after.as_ref()?.as_text()
    };
    let by_hand = |what: &str, how: &str, value: &str| {
        let said = Phrase::new(format!("the service did not take the new {what} before: {how} "));
        let said = if is_one { said.value(value) } else { said.own("what is wanted") };
        said.own(" in the service, by hand; the next plan will find nothing to do")
    };
    if let Some(name) = wanted(Attribute::UserName) {
        Some(by_hand("address", "rename the account to", name))
    } else {
        Some(by_hand("e-mail address", "change it to", wanted(Attribute::Email)?))
    }
}

/// What the state learns.
pub(super) fn learnt(what: Learnt) -> &'static str {
    match what {
        Learnt::Rules => "its owning rules",
        Learnt::Flags => "its protection",
        Learnt::Status => "its status",
        Learnt::Id => "its new id",
        Learnt::Moved => "its new address",
    }
}

/// What a guard counts.
pub(super) fn guarded(kind: GuardKind) -> &'static str {
    match kind {
        GuardKind::Removals => "removal",
        GuardKind::Deletes => "delete",
        GuardKind::Privileges => "privilege change",
    }
}

/// What lets exactly so many through.
pub(super) fn allowance(kind: GuardKind) -> &'static str {
    match kind {
        GuardKind::Removals => "--allow-removals",
        GuardKind::Deletes => "--allow-deletes",
        GuardKind::Privileges => "--allow-privileges",
    }
}

/// How long something takes, roughly; nothing where it takes no time.
pub(super) fn duration(seconds: u64) -> String {
    match seconds {
        0 => String::new(),
        1..120 => format!("about {seconds} s"),
        120..7200 => format!("about {} min", seconds.div_ceil(60)),
        _ => format!("about {:.1} h", seconds_as_hours(seconds)),
    }
}

#[allow(clippy::cast_precision_loss, reason = "shown with one digit after the point")]
fn seconds_as_hours(seconds: u64) -> f64 {
    seconds as f64 / 3600.0
}

fn disables(change: &Change) -> bool {
    let blocked = change.blocked.iter().map(|blocked| blocked.action);
    change.actions.iter().copied().chain(blocked).any(|action| action == Action::Disable)
}

/// How `--confirm` knows the account: it takes the desired or the recorded name, and the live one
/// may be neither.
pub(super) fn known_as(change: &Change) -> &str {
    let renamed = change.attributes.iter().find(|change| change.attribute == Attribute::UserName);
    renamed
        .and_then(|change| change.after.as_ref())
        .and_then(Value::as_text)
        .unwrap_or(&change.user_name)
}

/// A word for a shell: bare where nothing in it acts, else in single quotes that it can't end.
pub fn shell_word(word: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !word.is_empty() && word.chars().all(harmless) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
/// What a plan between two revisions is, and what it can't know.
pub(super) fn between(between: &Between) -> Phrase {
    let revision = |phrase: Phrase, revision: &Revision| {
        let commit = revision.commit.get(..10).unwrap_or(&revision.commit);
        phrase.value(&revision.name).own(" (").value(commit).own(")")
    };
    let said = revision(Phrase::new("BETWEEN "), &between.base).own(" and ");
    let said = match &between.head {
        Some(head) => revision(said, head),
        None => said.own("the work tree"),
    };
    said.own(": no service and no state was asked, so a create may turn out to be an adoption")
}
