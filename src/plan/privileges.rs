//! Roles that give somebody more than everybody has: who gains or loses one, and which steps wait for consent.

use std::collections::BTreeSet;

use super::draft::{Draft, Policy};
use super::matching::Subject;
use super::types::{AttributeChange, Blocker};
use crate::model::{Action, Attribute, Text, Value, fold};

impl Policy<'_> {
    /// The roles of a value that count, folded.
    fn privileges(&self, roles: Option<&Value>) -> BTreeSet<Text> {
        let Some(Value::Set(roles)) = roles else { return BTreeSet::new() };
        let counts = |role: &&Text| self.desired.settings.is_privileged(role);
        roles.iter().filter(counts).map(|role| fold(role)).collect()
    }

    /// The roles that somebody is to have and that count.
    pub(super) fn wanted_privileges(&self, subject: &Subject<'_>) -> BTreeSet<Text> {
        self.privileges(subject.wanted.and_then(|wanted| wanted.values.get(Attribute::Roles)))
    }

    /// Marks what a review shows among the privileges: a role that counts and comes or goes, and a new address
    /// that is of another domain, or of somebody who is protected or an admin.
    pub(super) fn mark_privileges(&self, draft: &Draft<'_>, changes: &mut [AttributeChange]) {
        for change in changes {
            let (before, after) = (change.before.as_ref(), change.after.as_ref());
            if change.attribute == Attribute::Roles {
                change.privilege = self.privileges(before) != self.privileges(after);
            } else if change.attribute == Attribute::UserName {
                change.privilege =
                    draft.protected || draft.is_admin() || domain(before) != domain(after);
            }
        }
    }
}

/// The part behind the `@`, folded.
fn domain(address: Option<&Value>) -> Option<Text> {
    let (_, domain) = address?.as_text()?.rsplit_once('@')?;
    Some(fold(domain))
}

impl Draft<'_> {
    /// Whether a step is planned that gives or takes a role that counts.
    pub(super) fn changes_privileges(&self) -> bool {
        self.creates_privileged() || self.update.iter().any(changes_role)
    }

    /// Whether somebody is created with a role that counts.
    fn creates_privileged(&self) -> bool {
        !self.privileges.is_empty() && self.run.contains(&Action::Create)
    }

    /// Holds back the steps that give or take a role that counts, and nothing else.
    pub(super) fn hold_privileges(&mut self) {
        if self.creates_privileged() {
            self.run.retain(|action| *action != Action::Create);
            self.block(Action::Create, Blocker::GuardPrivileges);
        }
        let update = std::mem::take(&mut self.update);
        let (held, free): (Vec<_>, Vec<_>) = update.into_iter().partition(changes_role);
        self.update = free;
        if !held.is_empty() {
            self.block(Action::Update, Blocker::GuardPrivileges);
            self.withheld.extend(held);
        }
    }
}

fn changes_role(change: &AttributeChange) -> bool {
    change.attribute == Attribute::Roles && change.privilege
}
