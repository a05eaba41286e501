//! The words for steps, reasons and blocks.

use anstyle::{AnsiColor, Style};

use super::paint::colour;
use crate::model::{Action, Attribute, Value};
use crate::plan::{Blocker, Change, Reason};

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

/// `1 account`, `2 accounts`.
pub fn counted(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
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
pub(super) fn reason(change: &Change) -> String {
    let rules = |one: &str, many: &str| {
        let names = change.rules.join(", ");
        format!("{} {names}", if change.rules.len() == 1 { one } else { many })
    };
    let source = || {
        let key = change.address.key.as_str();
        key.split_once('/').map_or_else(|| "its user block".to_owned(), |(dir, _)| dir.to_owned())
    };
    match change.reason {
        Reason::NotInAccount => "not in the account yet".to_owned(),
        Reason::AlreadyInAccount if disables(change) => {
            format!("already in the account, inactive in {}", source())
        }
        Reason::AlreadyInAccount => "already in the account".to_owned(),
        Reason::DisabledAtSource => format!("inactive in {}", source()),
        Reason::EnabledAtSource => format!("active in {} again", source()),
        Reason::AttributesChanged => format!("changed in {}", source()),
        Reason::Drifted if disables(change) => {
            format!("inactive in {}, but switched on in the service", source())
        }
        Reason::Drifted => "changed in the service".to_owned(),
        Reason::RemovedOutside => "deleted in the service".to_owned(),
        Reason::AlreadyGone => "already gone from the account".to_owned(),
        Reason::LeftRules => rules("left rule", "left rules"),
        Reason::RuleDeleted if change.rules.is_empty() => "no rule owns it".to_owned(),
        Reason::RuleDeleted => format!("{} deleted", rules("rule", "rules")),
        Reason::RemovedBlock => "named by a removed block".to_owned(),
    }
}

/// What blocks a step, and the way out.
pub(super) fn blocked(by: &Blocker, change: &Change) -> String {
    let confirm = || format!("`--confirm {}` lets it through", shell_word(known_as(change)));
    match by {
        Blocker::ActionsCreate => "`actions.create` is off".to_owned(),
        Blocker::ActionsUpdate => "`actions.update` is off".to_owned(),
        Blocker::ActionsDisable => "`actions.disable` is off".to_owned(),
        Blocker::ActionsDeprovision => "`actions.deprovision` is off".to_owned(),
        Blocker::Protect => "protected by `guard.protect`; to lift that, take the address out of \
             it and apply while the account is still asked for"
            .to_owned(),
        Blocker::PreventRemoval(rule) => format!(
            "`prevent_removal` of rule {rule}; to lift that, turn it off and apply while the \
             account is still asked for"
        ),
        Blocker::Admin => {
            "an owner or admin, whom the service does not let go over SCIM: make the person a \
             member there first"
                .to_owned()
        }
        Blocker::UserNameTaken => "another account holds the address".to_owned(),
        Blocker::RenameCycle => {
            "accounts want each other's addresses: rename one of them in the service".to_owned()
        }
        Blocker::Pending => {
            "the account is pending in the service; carried out once it appears".to_owned()
        }
        Blocker::Refused if change.reason == Reason::NotInAccount => {
            "the service refused the address before: it belongs to an account that the list does \
             not show; `--retry-refused` asks again"
                .to_owned()
        }
        Blocker::Refused => {
            "the service took this value before and did not keep it; `--retry-refused` sends it \
             again"
                .to_owned()
        }
        Blocker::DisabledOutside => {
            format!("somebody switched it off in the service; {}", confirm())
        }
        Blocker::RemovedOutside => format!("somebody deleted it in the service; {}", confirm()),
        Blocker::IdentityChange => format!(
            "address, given name and family name all differ from before, as if it were somebody \
             else; {}",
            confirm()
        ),
    }
}

fn disables(change: &Change) -> bool {
    let blocked = change.blocked.iter().map(|blocked| blocked.action);
    change.actions.iter().copied().chain(blocked).any(|action| action == Action::Disable)
}

/// How `--confirm` knows the account: it takes the desired or the recorded name, and the live one
/// may be neither.
fn known_as(change: &Change) -> &str {
    let renamed = change.attributes.iter().find(|change| change.attribute == Attribute::UserName);
    renamed
        .and_then(|change| change.after.as_ref())
        .and_then(Value::as_text)
        .unwrap_or(&change.user_name)
}

/// A word for a shell: bare where nothing in it acts, else in single quotes that it can't end.
fn shell_word(word: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !word.is_empty() && word.chars().all(harmless) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
