//! The plans that every format is tried on.

use super::changes::{change, one_of_each, plan_of};
use crate::desired::Origin as Source;
use crate::diagnostic::Diagnostic;
use crate::model::{Action, Address, Attribute};
use crate::plan::{
    Blocker, ByKind, Cost, GuardKind, GuardReport, Learnt, Plan, Reason, Record, Unmanaged,
};

/// Everything that a text can do to a reader.
pub(super) const EVIL: &str = "</script><script>alert(1)</script><!-- --> <img src=x onerror=alert(1)> \
     ![i](https://x.example/i.png) [l](javascript:alert(1)) <https://x.example> https://x.example \
     www.x.example a@x.example @team #123 GH-7 owner/repo#7 7ece3c4d1b9bc5988950d1e39b1e6aabbccddee0 \
     :tada: | a | b | `x` ``y`` ```z $a$ $`b`$ **b** _i_ ~~s~~ # h\n# heading\n\n- item\n> q\n\
     ```\nfence\n\u{1b}[31mred\u{202e}rtl\u{2066}\u{200b}\0\u{7f} =cmd|'/C calc'!A0 \\ \" ' & &amp; \
     </details></summary>{{ 7 * 7 }}{% raw %}";

pub(super) fn empty() -> Plan {
    plan_of(vec![])
}

/// One of each step, something for the state to learn, somebody unmanaged, and a finding.
pub(super) fn each() -> Plan {
    let mut plan = plan_of(one_of_each());
    plan.sandbox = true;
    plan.summary.records = 1;
    plan.summary.unmanaged = 1;
    plan.records = vec![Record {
        address: Address::new("prod", "b"),
        moved_from: Some(Address::new("prod", "c")),
        what: vec![Learnt::Rules, Learnt::Moved],
    }];
    plan.unmanaged = vec![Unmanaged {
        connection: "prod".into(),
        id: "k7".into(),
        user_name: "guest@example.com".into(),
        active: false,
    }];
    plan.cost = vec![Cost { connection: "prod".into(), list: 2, read: 0, write: 9, seconds: 300 }];
    plan.diagnostics =
        vec![Diagnostic::warning("a user type that Zoom does not name").help("one").help("two")];
    plan
}

pub(super) fn drift() -> Plan {
    let drifted = change("ada", &[Action::Update], Reason::Drifted);
    plan_of(vec![drifted.set(Attribute::Department, Some("Sales"), Some("Ops")).drifted().at(3)])
}

pub(super) fn blocked() -> Plan {
    let blocked = |key, action, by| change(key, &[], Reason::LeftRules).blocked(action, by);
    plan_of(vec![
        blocked("a", Action::Disable, Blocker::Protect),
        blocked("b", Action::Delete, Blocker::PreventRemoval("staff".into())),
        blocked("c", Action::Enable, Blocker::DisabledOutside),
    ])
}

pub(super) fn guarded() -> Plan {
    let gone = change("a", &[Action::Disable], Reason::LeftRules).active(false);
    let mut plan = plan_of(vec![gone]);
    plan.guards = vec![GuardReport {
        connection: "prod".into(),
        kind: GuardKind::Removals,
        planned: 12,
        limit: 10,
        tripped: true,
        by_kind: ByKind::default(),
    }];
    plan
}

/// `count` accounts of every kind, some equal, some with values of their own.
pub(super) fn many(count: u32) -> Plan {
    let one = |n: u32| {
        let key = format!("hr/E{n:05}");
        let (name, title) = (format!("Name {n}"), format!("Title {n}"));
        let of = |actions: &[Action], reason| change(&key, actions, reason).at(n + 2);
        match n % 20 {
            0..8 => of(&[Action::Update], Reason::AttributesChanged).set(
                Attribute::Department,
                Some("Ops"),
                Some("Engineering"),
            ),
            8..12 => of(&[Action::Create], Reason::NotInAccount)
                .set(Attribute::UserName, None, Some(&format!("e{n:05}@example.com")))
                .set(Attribute::GivenName, None, Some(&name))
                .set(Attribute::Title, None, Some(&title))
                .set(Attribute::UserType, None, Some("Basic")),
            12..15 => of(&[Action::Update], Reason::AttributesChanged).set(
                Attribute::Title,
                Some("Clerk"),
                Some(&title),
            ),
            15 => of(&[Action::Update], Reason::Drifted)
                .set(Attribute::Department, Some("Sales"), Some("Ops"))
                .drifted(),
            16 => of(&[Action::Adopt], Reason::AlreadyInAccount),
            17 => of(&[Action::Enable], Reason::EnabledAtSource).active(true),
            18 => of(&[], Reason::NotInAccount).blocked(Action::Create, Blocker::ActionsCreate),
            _ => of(&[Action::Disable], Reason::LeftRules).active(false),
        }
    };
    plan_of((0..count).map(one).collect())
}

/// A plan with `text` wherever a text from outside can stand.
pub(super) fn holding(text: &str, other: &str) -> Plan {
    let mut changes = Vec::new();
    for (n, (actions, reason)) in [
        (&[Action::Disable][..], Reason::LeftRules),
        (&[Action::Update], Reason::AttributesChanged),
        (&[Action::Create], Reason::NotInAccount),
        (&[], Reason::RuleDeleted),
    ]
    .into_iter()
    .enumerate()
    {
        let mut one = change("k", actions, reason)
            .set(Attribute::Department, Some(other), Some(text))
            .set(Attribute::Title, None, Some(text))
            .blocked(Action::Enable, Blocker::DisabledOutside)
            .blocked(Action::Delete, Blocker::PreventRemoval(text.into()));
        one.address = Address::new("prod", format!("hr/{text}/{n}"));
        one.user_name = text.into();
        one.rules = vec![text.into(), other.into()];
        one.moved_from = Some(Address::new("prod", text));
        one.source = Some(Source { file: text.into(), line: 1 });
        changes.push(one);
    }
    for n in 0..12 {
        let mut alike = change("k", &[Action::Update], Reason::AttributesChanged)
            .set(Attribute::Department, Some(other), Some(text))
            .set(Attribute::Title, None, Some(&format!("{n}{text}")))
            .at(7);
        alike.address = Address::new("prod", format!("hr/{text}{n}"));
        alike.user_name = text.into();
        alike.rules = vec![text.into()];
        changes.push(alike);
    }
    let mut plan = plan_of(changes);
    plan.records = vec![Record {
        address: Address::new("prod", text),
        moved_from: Some(Address::new("prod", other)),
        what: vec![Learnt::Id],
    }];
    plan.unmanaged = vec![Unmanaged {
        connection: text.into(),
        id: text.into(),
        user_name: other.into(),
        active: true,
    }];
    plan.cost = vec![Cost { connection: text.into(), list: 1, read: 1, write: 1, seconds: 9000 }];
    plan.guards = vec![GuardReport {
        connection: text.into(),
        kind: GuardKind::Deletes,
        planned: 2,
        limit: 1,
        tripped: true,
        by_kind: ByKind::default(),
    }];
    // Its lines are lines of ours.
    let (text, other) = (text.replace('\n', " "), other.replace('\n', " "));
    plan.diagnostics = vec![Diagnostic::warning(&text).detail(other).help(&text)];
    plan
}
