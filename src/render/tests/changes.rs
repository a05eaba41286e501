//! Changes and plans made by hand.

use crate::desired::Origin as Source;
use crate::model::{Action, Address, Attribute, LicenseValue, Value};
use crate::plan::{AttributeChange, Blocked, Blocker, Cause, Change, Origin, Plan, Reason};

pub(super) fn change(key: &str, actions: &[Action], reason: Reason) -> Change {
    let name = key.rsplit('/').next().unwrap().to_lowercase();
    Change {
        address: Address::new("prod", key),
        user_name: format!("{name}@example.com").into(),
        id: Some("id".into()),
        actions: actions.to_vec(),
        blocked: vec![],
        reason,
        causes: if reason == Reason::AttributesChanged {
            vec![Cause { file: Some("people.csv".into()), what: vec!["team".into()] }]
        } else {
            vec![]
        },
        rules: vec!["engineering".into()],
        moved_from: None,
        source: None,
        attributes: vec![],
    }
}

impl Change {
    pub(super) fn set(
        mut self,
        attribute: Attribute,
        before: Option<&str>,
        after: Option<&str>,
    ) -> Self {
        let (before, after) = (before.map(Value::text), after.map(Value::text));
        let origin = Origin::Config;
        self.attributes.push(AttributeChange::new(attribute, before, after, origin));
        self
    }

    pub(super) fn active(mut self, after: bool) -> Self {
        self.attributes.push(AttributeChange::new(
            Attribute::Active,
            Some(Value::Bool(!after)),
            Some(Value::Bool(after)),
            Origin::Config,
        ));
        self
    }

    pub(super) fn drifted(mut self) -> Self {
        self.attributes.last_mut().unwrap().origin = Origin::Drift;
        self
    }

    pub(super) fn blocked(mut self, action: Action, by: Blocker) -> Self {
        self.blocked.push(Blocked { action, by });
        self
    }

    pub(super) fn at(mut self, line: u32) -> Self {
        self.source = Some(Source { file: "people.csv".into(), line });
        self
    }
}

pub(super) fn plan_of(changes: Vec<Change>) -> Plan {
    let mut plan = Plan { complete: true, ..Plan::default() };
    let summary = &mut plan.summary;
    summary.unchanged = 96;
    for change in &changes {
        summary.blocked += change.blocked.len() as u64;
        for action in &change.actions {
            *match action {
                Action::Create => &mut summary.create,
                Action::Adopt => &mut summary.adopt,
                Action::Update => &mut summary.update,
                Action::Enable => &mut summary.enable,
                Action::Disable => &mut summary.disable,
                Action::Delete => &mut summary.delete,
                Action::Forget => &mut summary.forget,
            } += 1;
        }
    }
    plan.changes = changes;
    plan
}

pub(super) fn one_of_each() -> Vec<Change> {
    use Action::{Adopt, Create, Delete, Disable, Enable, Forget, Update};
    let mut disabled_too = change("hr/E3", &[Adopt, Disable], Reason::AlreadyInAccount);
    disabled_too.moved_from = Some(Address::new("prod", "grace"));
    let licenses =
        [("zoom_phone", LicenseValue::Bool(true)), ("plan", LicenseValue::Text("x y".into()))];
    let mut created = change("hr/E1", &[Create], Reason::NotInAccount)
        .set(Attribute::UserName, None, Some("e1@example.com"))
        .set(Attribute::GivenName, None, Some("Ada"))
        .set(Attribute::FamilyName, None, Some("Lovelace"))
        .set(Attribute::Department, None, Some("Engineering"))
        .set(Attribute::UserType, None, Some("Licensed"))
        .at(2);
    created.attributes.push(AttributeChange::new(
        Attribute::Licenses,
        None,
        Some(Value::Map(Box::new(licenses.map(|(k, v)| (k.into(), v)).into()))),
        Origin::Config,
    ));
    vec![
        created,
        change("hr/E2", &[Adopt], Reason::AlreadyInAccount).at(3),
        disabled_too.active(false).at(4),
        change("hr/E4", &[Disable], Reason::DisabledAtSource).active(false).at(5),
        change("hr/E5", &[Disable], Reason::LeftRules).active(false),
        change("hr/E6", &[Enable], Reason::EnabledAtSource)
            .set(Attribute::UserType, Some("Basic"), Some("Licensed"))
            .active(true)
            .at(7),
        change("hr/E7", &[Update], Reason::AttributesChanged)
            .set(Attribute::Department, Some("Ops"), Some("Engineering"))
            .set(Attribute::Title, None, Some("CTO"))
            .set(Attribute::Phone, Some("+1"), None)
            .drifted()
            .at(8),
        change("hr/E8", &[Update], Reason::AttributesChanged)
            .set(Attribute::UserType, Some("Licensed"), Some("Basic"))
            .at(9),
        change("x1", &[Delete], Reason::RuleDeleted),
        change("x2", &[Disable, Delete], Reason::LeftRules).active(false),
        change("x3", &[Forget], Reason::RuleDeleted),
        change("x4", &[Forget], Reason::AlreadyGone),
    ]
}
