//! Plans laid out.

use proptest::prelude::*;

use super::changes::{change, one_of_each, plan_of};
use crate::desired::Origin as Source;
use crate::model::{Action, Address, Attribute};
use crate::plan::{
    Blocker, ByKind, Cost, GuardKind, GuardReport, Learnt, Plan, Reason, Record, Unmanaged,
};
use crate::render::text;

fn shown(plan: &Plan) -> String {
    let shown = text(plan, false);
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    shown
}

#[test]
fn nothing_to_do() {
    insta::assert_snapshot!(shown(&plan_of(vec![])), @r#"No changes."#);
    let mut plan = plan_of(vec![]);
    plan.sandbox = true;
    plan.complete = false;
    plan.summary.pending = 1;
    plan.summary.paused = 2;
    plan.summary.unmanaged = 4;
    insta::assert_snapshot!(shown(&plan), @r#"
    SANDBOX: an embedded account stands in for the service

    INCOMPLETE: not every connection could be planned

    Left alone: 1 pending, 2 paused, 4 not managed.
    No changes.
    "#);
}

#[test]
fn each_step_has_its_symbol_and_its_reason() {
    let mut plan = plan_of(one_of_each());
    plan.summary.records = 2;
    plan.summary.unmanaged = 4;
    plan.records = vec![
        Record {
            address: Address::new("prod", "a"),
            moved_from: None,
            what: vec![Learnt::Rules, Learnt::Status],
        },
        Record {
            address: Address::new("prod", "b"),
            moved_from: Some(Address::new("prod", "c")),
            what: vec![Learnt::Rules, Learnt::Moved],
        },
    ];
    plan.unmanaged = vec![Unmanaged {
        connection: "prod".into(),
        id: "k7".into(),
        user_name: "guest@example.com".into(),
        active: false,
    }];
    plan.cost = vec![
        Cost { connection: "prod".into(), list: 2, read: 0, write: 9, seconds: 300 },
        Cost { connection: "test".into(), list: 1, read: 0, write: 0, seconds: 0 },
        Cost { connection: "none".into(), list: 0, read: 0, write: 0, seconds: 0 },
    ];
    insta::assert_snapshot!(shown(&plan), @r#"
    Removals and downgrades:

      =↓ account.prod["hr/E3"]  e3@example.com  adopt, disable (already in the account, inactive in hr)
          active: true → false
          moved from account.prod["grace"]
          people.csv:4
      ↓ account.prod["hr/E4"]  e4@example.com  disable (inactive in hr)
          active: true → false
          people.csv:5
      ↓ account.prod["hr/E5"]  e5@example.com  deprovision by disable (left rule engineering)
          active: true → false
      ~ account.prod["hr/E8"]  e8@example.com  update (changed in people.csv (team))
          user_type: "Licensed" → "Basic"
          people.csv:9
      - account.prod["x1"]  x1@example.com  deprovision by delete (rule engineering deleted)
      ↓- account.prod["x2"]  x2@example.com  deprovision by disable, deprovision by delete (left rule engineering)
          active: true → false
      . account.prod["x3"]  x3@example.com  forget (rule engineering deleted)
      . account.prod["x4"]  x4@example.com  forget (already gone from the account)

    Changes:

      + account.prod["hr/E1"]  e1@example.com  create (not in the account yet)
          user_name: "e1@example.com"
          given_name: "Ada"
          family_name: "Lovelace"
          department: "Engineering"
          user_type: "Licensed"
          licenses: { plan = "x y", zoom_phone = true }
          people.csv:2
      = account.prod["hr/E2"]  e2@example.com  adopt (already in the account)
          people.csv:3
      ↑ account.prod["hr/E6"]  e6@example.com  enable (active in hr again)
          user_type: "Basic" → "Licensed"
          active: false → true
          people.csv:7
      ~ account.prod["hr/E7"]  e7@example.com  update (changed in people.csv (team))
          department: "Ops" → "Engineering"
          title: "CTO"
          phone: "+1" → none  (changed in the service)
          people.csv:8

    Only the state learns:

        account.prod["a"]: its owning rules, its status
        account.prod["b"]: its owning rules, its new address from account.prod["c"]

    Not managed, and left alone:

        prod  guest@example.com  [id=k7]  (off)

    Drift: 1 account drifted.
    Left alone: 4 not managed.
    Cost at prod: 9 writes, 0 reads and 2 lists; about 5 min.
    Cost at test: 0 writes, 0 reads and 1 list.
    Cost at none: 0 writes, 0 reads and 0 lists.
    Plan: 1 to create, 2 to adopt, 2 to update, 1 to enable, 4 to disable, 2 to delete, 2 to forget; 0 blocked, 96 unchanged.
    "#);
}

#[test]
fn drift_only() {
    let plan = plan_of(vec![
        change("ada", &[Action::Update], Reason::Drifted)
            .set(Attribute::Department, Some("Sales"), Some("Ops"))
            .drifted()
            .at(3),
        change("bob", &[Action::Disable], Reason::Drifted).active(false).drifted(),
    ]);
    insta::assert_snapshot!(shown(&plan), @r#"
    Removals and downgrades:

      ↓ account.prod["bob"]  bob@example.com  disable (inactive in its user block, but switched on in the service)
          active: true → false  (changed in the service)

    Drift to be reverted:

      ~ account.prod["ada"]  ada@example.com  update (changed in the service)
          department: "Sales" → "Ops"  (changed in the service)
          people.csv:3

    Drift: 2 accounts drifted.
    Plan: 0 to create, 0 to adopt, 1 to update, 0 to enable, 1 to disable, 0 to delete, 0 to forget; 0 blocked, 96 unchanged.
    "#);
}

#[test]
fn blocked_only() {
    use Action::{Create, Delete, Disable, Enable, Update};
    let blocked = |key, action, by, reason| change(key, &[], reason).blocked(action, by);
    let mut switches = blocked("q", Update, Blocker::Refused, Reason::AttributesChanged);
    switches = switches.set(Attribute::Title, Some("a"), Some("b")).at(4);
    let mut renamed = blocked("r", Update, Blocker::IdentityChange, Reason::AttributesChanged);
    renamed = renamed.set(Attribute::UserName, Some("r@example.com"), Some("o'neil@example.com"));
    let plan = plan_of(vec![
        blocked("hr/a", Create, Blocker::ActionsCreate, Reason::NotInAccount)
            .set(Attribute::UserName, None, Some("a@example.com"))
            .set(Attribute::Department, None, Some("Ops")),
        blocked("hr/b", Create, Blocker::RemovedOutside, Reason::RemovedOutside),
        blocked("hr/c", Delete, Blocker::ActionsDeprovision, Reason::LeftRules),
        blocked("hr/d", Disable, Blocker::Admin, Reason::DisabledAtSource),
        blocked("hr/e", Disable, Blocker::ActionsDisable, Reason::DisabledAtSource),
        blocked("hr/f", Disable, Blocker::Pending, Reason::LeftRules),
        blocked("hr/g", Disable, Blocker::PreventRemoval("staff".into()), Reason::RuleDeleted),
        blocked("hr/h", Disable, Blocker::Protect, Reason::LeftRules),
        blocked("hr/i", Enable, Blocker::DisabledOutside, Reason::Drifted).active(true),
        blocked("hr/j", Update, Blocker::ActionsUpdate, Reason::Drifted),
        blocked("hr/k", Update, Blocker::RenameCycle, Reason::AttributesChanged),
        blocked("hr/l", Create, Blocker::UserNameTaken, Reason::NotInAccount),
        switches,
        renamed,
    ]);
    insta::assert_snapshot!(shown(&plan), @r#"
    Blocked:

      ! account.prod["hr/a"]  a@example.com  no change (not in the account yet)
          ! create blocked by actions.create: `actions.create` is off
          user_name: "a@example.com"
          department: "Ops"
      ! account.prod["hr/b"]  b@example.com  no change (deleted in the service)
          ! create blocked by removed_outside: somebody deleted it in the service; `--confirm b@example.com` lets it through
      ! account.prod["hr/c"]  c@example.com  no change (left rule engineering)
          ! deprovision by delete blocked by actions.deprovision: `actions.deprovision` is off
      ! account.prod["hr/d"]  d@example.com  no change (inactive in hr)
          ! disable blocked by admin: an owner or admin, whom the service does not let go over SCIM: make the person a member there first
      ! account.prod["hr/e"]  e@example.com  no change (inactive in hr)
          ! disable blocked by actions.disable: `actions.disable` is off
      ! account.prod["hr/f"]  f@example.com  no change (left rule engineering)
          ! deprovision by disable blocked by pending: the account is pending in the service; carried out once it appears
      ! account.prod["hr/g"]  g@example.com  no change (rule engineering deleted)
          ! deprovision by disable blocked by rule.staff.prevent_removal: `prevent_removal` of rule staff; to lift that, turn it off and apply while the account is still asked for
      ! account.prod["hr/h"]  h@example.com  no change (left rule engineering)
          ! deprovision by disable blocked by guard.protect: protected by `guard.protect`; to lift that, take the address out of it and apply while the account is still asked for
      ! account.prod["hr/i"]  i@example.com  no change (changed in the service)
          ! enable blocked by disabled_outside: somebody switched it off in the service; `--confirm i@example.com` lets it through
          active: false → true
      ! account.prod["hr/j"]  j@example.com  no change (changed in the service)
          ! update blocked by actions.update: `actions.update` is off
      ! account.prod["hr/k"]  k@example.com  no change (changed in people.csv (team))
          ! update blocked by rename_cycle: accounts want each other's addresses: rename one of them in the service
      ! account.prod["hr/l"]  l@example.com  no change (not in the account yet)
          ! create blocked by user_name_taken: another account holds the address
      ! account.prod["q"]  q@example.com  no change (changed in people.csv (team))
          ! update blocked by refused: the service refused this value before, or took it and did not keep it; `--retry-refused` sends it again
          title: "a" → "b"
          people.csv:4
      ! account.prod["r"]  r@example.com  no change (changed in people.csv (team))
          ! update blocked by identity_change: address, given name and family name all differ from before, as if it were somebody else; `--confirm 'o'\''neil@example.com'` lets it through
          user_name: "r@example.com" → "o'neil@example.com"

    Drift: 3 accounts drifted, of which 3 stay as they are.
    1 person who left stays: actions.deprovision is off.
    1 person who left stays: actions.disable is off.
    Plan: 0 to create, 0 to adopt, 0 to update, 0 to enable, 0 to disable, 0 to delete, 0 to forget; 14 blocked, 96 unchanged.
    "#);
}

#[test]
fn some_steps_run_and_some_do_not() {
    let plan = plan_of(vec![
        change("a", &[Action::Adopt], Reason::AlreadyInAccount)
            .blocked(Action::Enable, Blocker::DisabledOutside)
            .active(true),
        change("b", &[Action::Update], Reason::AttributesChanged)
            .blocked(Action::Update, Blocker::Refused)
            .set(Attribute::Title, Some("a"), Some("b")),
    ]);
    insta::assert_snapshot!(shown(&plan), @r#"
    Blocked:

      = account.prod["a"]  a@example.com  adopt (already in the account)
          ! enable blocked by disabled_outside: somebody switched it off in the service; `--confirm a@example.com` lets it through
          active: false → true
      ~ account.prod["b"]  b@example.com  update (changed in people.csv (team))
          ! update blocked by refused: the service refused this value before, or took it and did not keep it; `--retry-refused` sends it again
          title: "a" → "b"

    Plan: 0 to create, 1 to adopt, 1 to update, 0 to enable, 0 to disable, 0 to delete, 0 to forget; 2 blocked, 96 unchanged.
    "#);
}

fn guarded() -> Plan {
    let mut plan = plan_of(vec![change("a", &[Action::Forget], Reason::RuleDeleted)]);
    let guard = |connection: &str, kind, planned, limit, tripped| GuardReport {
        connection: connection.into(),
        kind,
        planned,
        limit,
        tripped,
        by_kind: ByKind::default(),
    };
    plan.guards = vec![
        guard("prod", GuardKind::Removals, 12, 10, true),
        guard("prod", GuardKind::Deletes, 1, 5, false),
        guard("test", GuardKind::Removals, 3, 5, true),
        guard("test", GuardKind::Deletes, 6, 5, true),
    ];
    plan
}

#[test]
fn a_tripped_guard_says_which_number_lets_it_through() {
    insta::assert_snapshot!(shown(&guarded()), @r#"
    Removals and downgrades:

      . account.prod["a"]  a@example.com  forget (rule engineering deleted)

    Guard: 12 removals planned at prod, at most 10 allowed: `apply` will refuse.
    Guard: 3 removals planned at test, more than half of the active accounts, which is never allowed: `apply` will refuse.
    Guard: 6 deletes planned at test, at most 5 allowed: `apply` will refuse.
    If each of them is meant, `--allow-removals 15` lets 15 through. The number names nobody: a plan saved with `--out` lets only these through.
    If each of them is meant, `--allow-deletes 6` lets 6 through. The number names nobody: a plan saved with `--out` lets only these through.

    Plan: 0 to create, 0 to adopt, 0 to update, 0 to enable, 0 to disable, 0 to delete, 1 to forget; 0 blocked, 96 unchanged.
    "#);
}

#[test]
fn what_was_allowed_is_said_first() {
    let mut plan = guarded();
    plan.basis.options.allow_removals = Some(15);
    insta::assert_snapshot!(shown(&plan), @r#"
    ALLOWED past the guard: --allow-removals 15; the number names nobody

    Removals and downgrades:

      . account.prod["a"]  a@example.com  forget (rule engineering deleted)

    Guard: 12 removals planned at prod, at most 10 without the allowance given.
    Guard: 3 removals planned at test, more than half of the active accounts, which is never without the allowance given.
    Guard: 6 deletes planned at test, at most 5 allowed: `apply` will refuse.
    If each of them is meant, `--allow-deletes 6` lets 6 through. The number names nobody: a plan saved with `--out` lets only these through.

    Plan: 0 to create, 0 to adopt, 0 to update, 0 to enable, 0 to disable, 0 to delete, 1 to forget; 0 blocked, 96 unchanged.
    "#);
}

#[test]
fn records_only() {
    let mut plan = plan_of(vec![]);
    let record = |n| Record {
        address: Address::new("prod", format!("k{n}")),
        moved_from: None,
        what: vec![Learnt::Flags, Learnt::Id],
    };
    plan.records = vec![record(1)];
    plan.summary.records = 1;
    insta::assert_snapshot!(shown(&plan), @r#"
    Only the state learns:

        account.prod["k1"]: its protection, its new id

    No changes to accounts; 1 record to update.
    "#);
    plan.records = (0..60).map(record).collect();
    plan.summary.records = 60;
    assert!(shown(&plan).ends_with("\n\nNo changes to accounts; 60 records to update.\n"));
}

#[test]
fn nothing_hostile_gets_through() {
    let evil = "\u{1b}[31m\u{202e}x\"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}";
    let mut hostile = change("k", &[Action::Update], Reason::LeftRules)
        .set(Attribute::Department, Some(evil), Some("b"))
        .blocked(Action::Enable, Blocker::DisabledOutside)
        .blocked(Action::Delete, Blocker::PreventRemoval(evil.into()));
    hostile.address = Address::new("prod", evil);
    hostile.user_name = evil.into();
    hostile.rules = vec![evil.into()];
    hostile.moved_from = Some(Address::new("prod", evil));
    hostile.source = Some(Source { file: evil.into(), line: 1 });
    let mut plan = plan_of(vec![hostile]);
    plan.unmanaged = vec![Unmanaged {
        connection: evil.into(),
        id: evil.into(),
        user_name: evil.into(),
        active: true,
    }];
    plan.records = vec![Record {
        address: Address::new(evil, evil),
        moved_from: Some(Address::new(evil, evil)),
        what: vec![],
    }];
    plan.cost = vec![Cost { connection: evil.into(), list: 1, read: 1, write: 1, seconds: 9000 }];
    plan.guards = vec![GuardReport {
        connection: evil.into(),
        kind: GuardKind::Deletes,
        planned: 2,
        limit: 1,
        tripped: true,
        by_kind: ByKind::default(),
    }];
    let shown = shown(&plan);
    assert!(!shown.contains(['\u{202e}', '\u{200b}']));
    insta::assert_snapshot!(shown, @r#"
    Blocked:

      ~ account.prod["\u{1b}[31m\u{202e}x\"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}"]  \u{1b}[31m\u{202e}x"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}  update (left rule \u{1b}[31m\u{202e}x"\nPlan: 0 to create\r\t`$(rm)`'\u{200b})
          ! enable blocked by disabled_outside: somebody switched it off in the service; `--confirm '\u{1b}[31m\u{202e}x"\nPlan: 0 to create\r\t`$(rm)`'\''\u{200b}'` lets it through
          ! deprovision by delete blocked by rule.\u{1b}[31m\u{202e}x"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}.prevent_removal: `prevent_removal` of rule \u{1b}[31m\u{202e}x"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}; to lift that, turn it off and apply while the account is still asked for
          department: "\u{1b}[31m\u{202e}x\"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}" → "b"
          moved from account.prod["\u{1b}[31m\u{202e}x\"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}"]
          \u{1b}[31m\u{202e}x"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}:1

    Only the state learns:

        account.\u{1b}[31m\u{202e}x"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}["\u{1b}[31m\u{202e}x\"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}"]:  from account.\u{1b}[31m\u{202e}x"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}["\u{1b}[31m\u{202e}x\"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}"]

    Not managed, and left alone:

        \u{1b}[31m\u{202e}x"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}  \u{1b}[31m\u{202e}x"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}  [id=\u{1b}[31m\u{202e}x"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}]

    Guard: 2 deletes planned at \u{1b}[31m\u{202e}x"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}, at most 1 allowed: `apply` will refuse.
    If each of them is meant, `--allow-deletes 2` lets 2 through. The number names nobody: a plan saved with `--out` lets only these through.

    Cost at \u{1b}[31m\u{202e}x"\nPlan: 0 to create\r\t`$(rm)`'\u{200b}: 1 write, 1 read and 1 list; about 2.5 h.
    Plan: 0 to create, 0 to adopt, 1 to update, 0 to enable, 0 to disable, 0 to delete, 0 to forget; 2 blocked, 96 unchanged.
    "#);
}

#[test]
fn colour_adds_nothing_but_colour() {
    let plan = guarded();
    let painted = text(&plan, true);
    let mut stripped = String::new();
    let mut rest = painted.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    stripped.push_str(rest);
    assert_ne!(painted, stripped);
    assert_eq!(stripped, shown(&plan));
}

#[test]
fn a_large_plan_names_everybody() {
    let changes = (0..8_000)
        .map(|n| {
            change(&format!("hr/E{n:06}"), &[Action::Update], Reason::AttributesChanged).set(
                Attribute::Department,
                Some("Ops"),
                Some("Engineering"),
            )
        })
        .collect();
    let shown = text(&plan_of(changes), false);
    let named = shown.lines().filter(|line| line.contains("account.prod[\"hr/E")).count();
    assert_eq!(named, 8_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn whatever_it_holds_nothing_acts(
        outside in any::<String>(),
        other in any::<String>(),
        actions in prop::sample::subsequence(Action::ALL.to_vec(), 0..3),
        reason in prop::sample::select(Reason::ALL.to_vec()),
        blocked in prop::sample::subsequence(Action::ALL.to_vec(), 0..2),
    ) {
        let mut change = change(&outside, &actions, reason)
            .set(Attribute::UserName, Some(&other), Some(&outside))
            .set(Attribute::Department, None, Some(&other));
        change.user_name = other.as_str().into();
        change.rules = vec![outside.as_str().into()];
        for action in blocked {
            change = change.blocked(action, Blocker::PreventRemoval(other.as_str().into()));
        }
        let plan = plan_of(vec![change]);
        let lines = shown(&plan).lines().count();
        // How many lines there are does not depend on the values, but for where long ones break.
        prop_assert!((2..20).contains(&lines) || plan.summary.steps() == 0, "{lines}");
    }
}
