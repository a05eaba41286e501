//! A plan without personal data, for people who may see what happens but not to whom.
//!
//! Pseudonyms are numbers in the order of the accounts. Digests would stay the same from plan to plan,
//! but whoever can guess an address can try it against a digest; against a number there is nothing to
//! try. Which attributes are personal stands in the attribute table.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::leavers::{Leaver, StillOn};
use super::pseudonyms::{Pseudonyms, is_open};
use super::types::{
    AttributeChange, Basis, Blocked, Blocker, Cause, Change, Plan, Record, Unmanaged,
};
use crate::desired::Origin as Source;
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{Address, Attribute, Fingerprint, Text, Value, Who, fold};

/// What stands for a text that names somebody where it should not.
const LEFT_OUT: &str = "redacted";

/// The same plan with pseudonyms: equal plans get equal ones, and one person has one of them
/// throughout a plan.
pub fn redacted(plan: &Plan) -> Plan {
    let names = Names::of(plan);
    let Plan {
        complete,
        sandbox,
        redacted: _,
        basis,
        summary,
        leavers,
        changes,
        records,
        guards,
        cost,
        unmanaged,
        diagnostics,
    } = plan;
    Plan {
        complete: *complete,
        sandbox: *sandbox,
        redacted: true,
        basis: names.basis(basis),
        summary: *summary,
        leavers: leavers.iter().map(|leaver| names.leaver(leaver)).collect(),
        changes: changes.iter().map(|change| names.change(change)).collect(),
        records: records.iter().map(|record| names.record(record)).collect(),
        guards: guards.clone(),
        cost: cost.clone(),
        unmanaged: unmanaged.iter().map(|account| names.unmanaged(account)).collect(),
        diagnostics: diagnostics.iter().map(|found| names.finding(found)).collect(),
    }
}

/// Findings of which only severity and place are left. Their texts may name anybody.
pub fn redacted_findings(found: &[Diagnostic]) -> Vec<Diagnostic> {
    let nobody = Names::default();
    found.iter().map(|found| nobody.finding(found)).collect()
}

#[derive(Default)]
struct Names {
    /// By key: `person-7`, without the directory.
    people: BTreeMap<Text, Text>,
    /// By the part of the key that the directory gave, as managers are named.
    own_keys: BTreeMap<Text, Text>,
    /// By folded e-mail address.
    addresses: BTreeMap<Text, Text>,
    /// What stands in `manager` and is nobody's address or key.
    managers: BTreeMap<Text, Text>,
    ids: BTreeMap<Text, Text>,
    /// Of what does not name somebody by itself.
    values: Pseudonyms,
    /// Words that tell who somebody is, in lower case.
    words: HashSet<String>,
}

/// The directory of a key, and what the directory calls the person.
fn parts(key: &str) -> (Option<&str>, &str) {
    key.split_once('/').map_or((None, key), |(directory, own)| (Some(directory), own))
}

fn numbered<'a>(what: &str, texts: impl IntoIterator<Item = &'a Text>) -> BTreeMap<Text, Text> {
    let sorted: BTreeSet<&Text> = texts.into_iter().collect();
    let name =
        |(at, text): (usize, &Text)| (text.clone(), Text::from(format!("{what}-{}", at + 1)));
    sorted.into_iter().enumerate().map(name).collect()
}

impl Names {
    fn of(plan: &Plan) -> Self {
        let changed = plan.changes.iter().map(|change| (&change.address, &change.moved_from));
        let learnt = plan.records.iter().map(|record| (&record.address, &record.moved_from));
        let open = plan.leavers.iter().map(|leaver| (&leaver.address, &None));
        let all: Vec<_> = changed.chain(learnt).chain(open).collect();
        let mut names = Self {
            people: numbered("person", all.iter().map(|(address, _)| &address.key)),
            ..Self::default()
        };
        for (address, from) in &all {
            if let (Some(from), Some(name)) = (from, names.people.get(&address.key)) {
                let before = Text::from(format!("{name}-before"));
                names.people.entry(from.key.clone()).or_insert(before);
            }
        }
        names.claim_addresses(plan);
        let own = |(key, name): (&Text, &Text)| (Text::from(parts(key).1), name.clone());
        names.own_keys = names.people.iter().map(own).collect();
        let unknown: Vec<&Text> = values(plan)
            .filter(|(attribute, _)| *attribute == Attribute::Manager)
            .filter_map(|(_, value)| match value {
                Value::Text(text) => Some(text),
                Value::Bool(_) | Value::Set(_) | Value::Map(_) => None,
            })
            .filter(|text| !names.addresses.contains_key(&fold(text)))
            .filter(|text| !names.own_keys.contains_key(*text))
            .collect();
        names.managers = numbered("manager", unknown);
        let twins = plan.changes.iter().flat_map(|change| &change.blocked);
        let twins = twins.flat_map(|blocked| blocked.by.ids());
        let ids = plan.changes.iter().filter_map(|change| change.id.as_ref()).chain(twins);
        names.ids = numbered("id", ids.chain(plan.unmanaged.iter().map(|account| &account.id)));
        names.words = words(plan);
        names.values = Pseudonyms::of(plan);
        names
    }

    /// Who has an address now comes before who is to have it.
    fn claim_addresses(&mut self, plan: &Plan) {
        let mut taken: BTreeMap<Text, usize> = BTreeMap::new();
        let mut claim = |names: &mut Self, key: &Text, address: &str| {
            let Some(person) = names.people.get(key) else { return };
            names.addresses.entry(fold(address)).or_insert_with(|| {
                let count = taken.entry(person.clone()).or_default();
                *count += 1;
                Text::from(match *count {
                    1 => format!("{person}@{LEFT_OUT}.invalid"),
                    more => format!("{person}-{more}@{LEFT_OUT}.invalid"),
                })
            });
        };
        for change in &plan.changes {
            claim(self, &change.address.key, &change.user_name);
        }
        for leaver in &plan.leavers {
            claim(self, &leaver.address.key, &leaver.user_name);
        }
        for change in &plan.changes {
            for attribute in &change.attributes {
                let is_address =
                    matches!(attribute.attribute, Attribute::UserName | Attribute::Email);
                for value in [&attribute.before, &attribute.after] {
                    let text = value.as_ref().and_then(Value::as_text).unwrap_or("");
                    if is_address && !text.is_empty() {
                        claim(self, &change.address.key, text);
                    }
                }
            }
        }
        let confirmed = plan.basis.options.confirm.iter().filter_map(|who| match who {
            Who::UserName(name) => Some(fold(name)),
            Who::Address(_) => None,
        });
        let listed = plan.unmanaged.iter().map(|account| fold(&account.user_name));
        for (what, found) in
            [("unmanaged", listed.collect::<Vec<_>>()), ("other", confirmed.collect())]
        {
            let new = found.iter().filter(|address| !self.addresses.contains_key(*address));
            let new = numbered(what, new);
            let with_domain = |name: Text| Text::from(format!("{name}@{LEFT_OUT}.invalid"));
            self.addresses.extend(new.into_iter().map(|(from, to)| (from, with_domain(to))));
        }
    }

    fn person(&self, key: &str) -> &str {
        self.people.get(key).map_or(LEFT_OUT, Text::as_str)
    }

    fn address(&self, address: &Address) -> Address {
        let person = self.person(&address.key);
        let key = match parts(&address.key).0 {
            Some(directory) => format!("{directory}/{person}"),
            None => person.to_owned(),
        };
        Address::new(address.connection.clone(), key)
    }

    fn user_name(&self, name: &str) -> Text {
        let known = self.addresses.get(&fold(name)).cloned();
        known.unwrap_or_else(|| if name.is_empty() { Text::default() } else { LEFT_OUT.into() })
    }

    fn id(&self, id: &Text) -> Text {
        self.ids.get(id).cloned().unwrap_or_else(|| LEFT_OUT.into())
    }

    /// What is not personal stays, unless it names somebody all the same.
    fn scrub(&self, text: &str) -> Text {
        if text.contains('@') || words_of(text).any(|word| self.words.contains(&word)) {
            LEFT_OUT.into()
        } else {
            text.into()
        }
    }

    fn basis(&self, basis: &Basis) -> Basis {
        let mut options = basis.options.clone();
        for who in options.targets.iter_mut().chain(&mut options.confirm) {
            *who = match who {
                Who::Address(address) => Who::Address(self.address(address)),
                Who::UserName(name) => Who::UserName(self.user_name(name)),
            };
        }
        if let Some(between) = &mut options.between {
            // A branch may be called after whom it is about; a commit tells nothing.
            for revision in std::iter::once(&mut between.base).chain(&mut between.head) {
                revision.name = LEFT_OUT.into();
            }
        }
        for name in &mut options.allow_empty {
            *name = self.scrub(name);
        }
        // A digest of few unknown bytes can be tried out.
        let nothing = "sha256:".to_owned() + &"0".repeat(64);
        let fingerprints = basis
            .fingerprints
            .keys()
            .map(|name| (name.clone(), Fingerprint(nothing.clone().into())))
            .collect();
        Basis {
            lineage: Text::default(),
            serial: basis.serial,
            config: nothing.into(),
            fingerprints,
            options,
            variables: BTreeMap::new(),
        }
    }

    fn change(&self, change: &Change) -> Change {
        let Change {
            address,
            user_name,
            id,
            actions,
            blocked,
            reason,
            causes,
            rules,
            moved_from,
            source,
            attributes,
        } = change;
        Change {
            address: self.address(address),
            user_name: self.user_name(user_name),
            id: id.as_ref().map(|id| self.id(id)),
            actions: actions.clone(),
            blocked: blocked.iter().map(|blocked| self.blocked(blocked)).collect(),
            reason: *reason,
            causes: causes.iter().map(|cause| self.cause(cause)).collect(),
            rules: rules.iter().map(|rule| self.scrub(rule)).collect(),
            moved_from: moved_from.as_ref().map(|from| self.address(from)),
            source: source
                .as_ref()
                .map(|source| Source { file: self.file(&source.file), line: source.line }),
            attributes: attributes.iter().map(|a| self.attribute(a, &address.key)).collect(),
        }
    }

    fn cause(&self, cause: &Cause) -> Cause {
        Cause {
            file: cause.file.as_ref().map(|file| self.file(file)),
            what: cause.what.iter().map(|what| self.scrub(what)).collect(),
        }
    }

    fn blocked(&self, blocked: &Blocked) -> Blocked {
        Blocked { action: blocked.action, by: self.blocker(&blocked.by) }
    }

    fn blocker(&self, by: &Blocker) -> Blocker {
        if let Blocker::PreventRemoval(rule) = by {
            Blocker::PreventRemoval(self.scrub(rule))
        } else if let Blocker::Ambiguous(ids) = by {
            Blocker::Ambiguous(ids.iter().map(|id| self.id(id)).collect())
        } else {
            by.clone()
        }
    }

    fn leaver(&self, leaver: &Leaver) -> Leaver {
        let Leaver { address, user_name, since, by } = leaver;
        let by = match by {
            StillOn::Blocked(by) => StillOn::Blocked(self.blocker(by)),
            StillOn::Failed => by.clone(),
        };
        Leaver {
            address: self.address(address),
            user_name: self.user_name(user_name),
            since: since.clone(),
            by,
        }
    }

    fn attribute(&self, change: &AttributeChange, key: &str) -> AttributeChange {
        let AttributeChange {
            attribute,
            key: of_map,
            before,
            after,
            origin,
            privilege,
            withheld,
            literal,
        } = change;
        let name = format!("{attribute} of {}", self.person(key));
        let scrub = |text: &str| self.scrub(text);
        let scrub: &dyn Fn(&str) -> Text = &scrub;
        let open = is_open(change).then_some(scrub);
        let value = |value: &Value, name: String, open| {
            if attribute.is_personal() {
                self.personal(*attribute, value, name)
            } else {
                self.values.value(*attribute, value, open)
            }
        };
        AttributeChange {
            attribute: *attribute,
            key: of_map.as_ref().map(|key| self.values.key(key, open)),
            // What was there before is nobody's word but the service's.
            before: before.as_ref().map(|before| value(before, format!("{name} before"), None)),
            after: after.as_ref().map(|after| value(after, name, open)),
            origin: *origin,
            privilege: *privilege,
            withheld: *withheld,
            literal: *literal,
        }
    }

    fn personal(&self, attribute: Attribute, value: &Value, name: String) -> Value {
        let text = value.as_text().unwrap_or("");
        Value::Text(if value.is_empty() {
            Text::default()
        } else if matches!(attribute, Attribute::UserName | Attribute::Email) {
            self.user_name(text)
        } else if attribute == Attribute::Manager {
            let found = self.addresses.get(&fold(text)).or_else(|| self.own_keys.get(text));
            let found = found.or_else(|| self.managers.get(text));
            found.cloned().unwrap_or_else(|| LEFT_OUT.into())
        } else {
            name.into()
        })
    }

    fn record(&self, record: &Record) -> Record {
        let Record { address, moved_from, what } = record;
        Record {
            address: self.address(address),
            moved_from: moved_from.as_ref().map(|from| self.address(from)),
            what: what.clone(),
        }
    }

    fn unmanaged(&self, account: &Unmanaged) -> Unmanaged {
        let Unmanaged { connection, id, user_name, active } = account;
        Unmanaged {
            connection: connection.clone(),
            id: self.id(id),
            user_name: self.user_name(user_name),
            active: *active,
        }
    }

    /// A file may be named after somebody.
    fn file(&self, file: &str) -> Arc<str> {
        self.scrub(file).as_str().into()
    }

    fn finding(&self, found: &Diagnostic) -> Diagnostic {
        let place = found.place.as_ref().map(|place| Place {
            file: self.file(&place.file),
            line: place.line,
            column: place.column,
            text: String::new(),
            range: 0..0,
        });
        Diagnostic {
            severity: found.severity,
            summary: format!(
                "this {} is left out, since it may name people",
                found.severity.word()
            ),
            detail: None,
            place,
            related: Vec::new(),
            help: vec!["leave --redact out to read it".to_owned()],
        }
    }
}

/// Every value of every change.
fn values(plan: &Plan) -> impl Iterator<Item = (Attribute, &Value)> {
    let attributes = plan.changes.iter().flat_map(|change| &change.attributes);
    attributes.flat_map(|change| {
        let both = [&change.before, &change.after];
        both.into_iter().flatten().map(|value| (change.attribute, value))
    })
}

/// The words that tell who the people of a plan are. Titles tell it of few, and their words are
/// those of departments.
fn words(plan: &Plan) -> HashSet<String> {
    let addresses = plan.changes.iter().map(|change| &change.address);
    let recorded = plan.records.iter().map(|record| &record.address);
    let before = plan.changes.iter().filter_map(|change| change.moved_from.as_ref());
    let before = before.chain(plan.records.iter().filter_map(|record| record.moved_from.as_ref()));
    let keys = addresses.chain(recorded).chain(before).map(|address| parts(&address.key).1);
    let names = plan.changes.iter().map(|change| change.user_name.as_str());
    let names = names.chain(plan.leavers.iter().map(|leaver| leaver.user_name.as_str()));
    let names = names.chain(plan.unmanaged.iter().map(|account| account.user_name.as_str()));
    let personal = values(plan)
        .filter(|(attribute, _)| attribute.is_personal() && *attribute != Attribute::Title)
        .filter_map(|(_, value)| value.as_text());
    keys.chain(names)
        .chain(personal)
        // The domain is the company's.
        .flat_map(|text| words_of(text.split('@').next().unwrap_or("")))
        .filter(|word| word.chars().nth(1).is_some())
        .collect()
}

fn words_of(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}
