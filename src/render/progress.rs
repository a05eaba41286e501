//! What an apply says while it runs and when it ends.

use std::fmt::Write;

use super::plain;
use crate::diagnostic::Diagnostic;
use crate::event::{Event, Outcome, What};
use crate::model::Action;

/// One line for what happened to one account; nothing for what needs no line.
pub fn event(event: &Event) -> Option<String> {
    let address = event.address.to_string();
    let address = plain(&address);
    let user_name = plain(&event.user_name);
    match &event.what {
        What::Start => None,
        What::Done => {
            let id = event.id.as_deref().map(|id| format!(" [id={}]", plain(id)));
            let done = past(event.action);
            Some(format!("{address}: {user_name} {done}{}\n", id.unwrap_or_default()))
        }
        What::Failed(trouble) => Some(format!(
            "{address}: {} of {user_name} FAILED: {}\n",
            event.action,
            plain(&trouble.failure.to_string())
        )),
        What::Skipped => Some(format!("{address}: {} of {user_name} not started\n", event.action)),
    }
}

/// Each failure of an apply as a finding, with the service's words and the way out.
pub fn failures(outcome: &Outcome) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for event in &outcome.failed {
        let What::Failed(trouble) = &event.what else { continue };
        let mut diagnostic = Diagnostic::error(format!(
            "{} of {} ({}) failed: {}",
            event.action, event.address, event.user_name, trouble.failure
        ));
        diagnostic.help.clone_from(&trouble.failure.help);
        found.push(diagnostic);
    }
    for (connection, failure) in &outcome.stopped {
        let mut diagnostic = Diagnostic::error(format!(
            "the apply stopped early at connection `{connection}`: {failure}"
        ));
        diagnostic.detail = Some("every further request would have failed alike".to_owned());
        diagnostic.help.clone_from(&failure.help);
        diagnostic.help.push(
            "once that is mended, plan and apply again: what is left is shown then".to_owned(),
        );
        found.push(diagnostic);
    }
    found
}

/// The last line of an apply.
pub fn outcome(outcome: &Outcome) -> String {
    let mut text = String::from(if outcome.is_success() {
        "\nApply complete! "
    } else {
        "\nApply incomplete. "
    });
    let counts: Vec<String> = [
        Action::Create,
        Action::Adopt,
        Action::Update,
        Action::Enable,
        Action::Disable,
        Action::Delete,
        Action::Forget,
    ]
    .into_iter()
    .map(|action| format!("{} {}", outcome.count(action), past(action)))
    .collect();
    text.push_str(&counts.join(", "));
    if !outcome.is_success() {
        // Writing to a String can't fail.
        _ = write!(text, "; {} failed, {} not started", outcome.failed.len(), outcome.not_started);
    }
    text.push_str(".\n");
    text
}

fn past(action: Action) -> &'static str {
    match action {
        Action::Create => "created",
        Action::Adopt => "adopted",
        Action::Disable => "disabled",
        Action::Enable => "enabled",
        Action::Update => "updated",
        Action::Delete => "deleted",
        Action::Forget => "forgotten",
    }
}
