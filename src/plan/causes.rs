//! Where it comes from that an account is asked for differently: from a rule, from what a rule names, or from the
//! person's record.
//!
//! The state keeps short digests of what the rules said of each attribute when its value was written. An attribute
//! whose expression is the same as then, and whose value is another, differs because the record does. What can't be
//! told, such as where other rules own the account than before, has no cause.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::types::{AttributeChange, Cause, Origin};
use crate::desired::{Account as Wanted, Mapping, Rule};
use crate::model::{Attribute, AttributeSet, Text};
use crate::state::Account as Known;

/// How many characters a digest has in the state.
const LENGTH: usize = 4;

/// The directory of `user` blocks.
const USERS: &str = "users";

/// What a record remembers of the rules once the values are written, apart from those of `withheld`: of these it
/// remembers no more than before.
pub(super) fn mapped(
    rules: &BTreeMap<Text, Rule>,
    wanted: &Wanted,
    before: Option<&Text>,
    withheld: AttributeSet,
) -> Option<Text> {
    let old = Digests::of(before);
    let mut text = String::new();
    for (_, mapping) in mappings(rules, wanted) {
        let mut add = |digest: [u8; 3]| {
            if !withheld.contains(mapping.attribute) || old.has(digest) {
                STANDARD.encode_string(digest, &mut text);
            }
        };
        add(mapping.text);
        mapping.refers.iter().for_each(|reference| add(reference.value));
    }
    (!text.is_empty()).then(|| text.into())
}

/// Whether the rules write the value of an attribute down, so that it is the same for everybody.
pub(super) fn is_literal(
    rules: &BTreeMap<Text, Rule>,
    wanted: &Wanted,
    attribute: Attribute,
) -> bool {
    let mut all =
        mappings(rules, wanted).filter(|(_, mapping)| mapping.attribute == attribute).peekable();
    all.peek().is_some() && all.all(|(_, mapping)| mapping.is_literal)
}

/// What the rules that select a person say, each with its name.
fn mappings<'a>(
    rules: &'a BTreeMap<Text, Rule>,
    wanted: &'a Wanted,
) -> impl Iterator<Item = ((&'a Text, &'a Rule), &'a Mapping)> {
    let owners = wanted.owner.rules.iter().filter_map(|name| rules.get_key_value(name));
    owners.flat_map(|rule| rule.1.mapping.iter().map(move |mapping| (rule, mapping)))
}

/// The digests of a record.
struct Digests<'a>(BTreeSet<&'a [u8]>);

impl<'a> Digests<'a> {
    fn of(text: Option<&'a Text>) -> Self {
        Self(text.map(|text| text.as_bytes().chunks(LENGTH).collect()).unwrap_or_default())
    }

    fn has(&self, digest: [u8; 3]) -> bool {
        self.0.contains(STANDARD.encode(digest).as_bytes())
    }
}

/// Where the changes come from that the configuration asks for, files of rules before those of people.
pub(super) fn causes(
    rules: &BTreeMap<Text, Rule>,
    (wanted, owners): (&Wanted, &[Text]),
    known: &Known,
    changes: &[AttributeChange],
) -> Vec<Cause> {
    if known.mapped.is_none() || known.rules != owners {
        return Vec::new();
    }
    let old = Digests::of(known.mapped.as_ref());
    let mapping = |attribute| {
        mappings(rules, wanted).filter(move |(_, mapping)| mapping.attribute == attribute)
    };
    let mut found = Found::default();
    let (mut of_record, mut differing) = (AttributeSet::default(), AttributeSet::default());
    for change in changes {
        differing.insert(change.attribute);
        // Where nothing manages `email` it goes along with the user name.
        let follows =
            change.attribute == Attribute::Email && mapping(Attribute::Email).next().is_none();
        let attribute = if follows { Attribute::UserName } else { change.attribute };
        if change.origin == Origin::Drift || known.refused.contains_key(&attribute) {
            continue;
        }
        let mut same = mapping(attribute).next().is_some();
        for ((name, rule), mapping) in mapping(attribute) {
            if old.has(mapping.text) {
                for reference in mapping.refers.iter().filter(|r| !old.has(r.value)) {
                    same = false;
                    found.add(reference.file.as_ref(), reference.name.clone());
                }
            } else {
                same = false;
                found.add(Some(&rule.place.file), format!("rule {name}").into());
            }
        }
        if same {
            of_record.insert(attribute);
        }
    }
    let mut causes = found.causes();
    if !of_record.is_empty() {
        let what = if wanted.directory == USERS {
            vec![format!("user {}", wanted.key).into()]
        } else {
            let still =
                |m: &Mapping| m.is_column && old.has(m.text) && !differing.contains(m.attribute);
            let all = || mappings(rules, wanted).map(|(_, mapping)| mapping);
            columns(all().filter(|m| of_record.contains(m.attribute)), all().filter(|m| still(m)))
        };
        causes.push(Cause { file: Some(wanted.origin.file.clone()), what });
    }
    causes
}

/// The columns that differ: those that the changed attributes read, without those that others still show as they
/// were, if that leaves any.
fn columns<'a>(
    changed: impl Iterator<Item = &'a Mapping>,
    still: impl Iterator<Item = &'a Mapping>,
) -> Vec<Text> {
    let still: BTreeSet<&Text> = still.flat_map(|m| m.columns.iter().flatten()).collect();
    let mut read = BTreeSet::new();
    for mapping in changed {
        let Some(columns) = &mapping.columns else { return Vec::new() };
        let new: Vec<&Text> = columns.iter().filter(|column| !still.contains(column)).collect();
        let moved = if new.is_empty() { columns.iter().collect() } else { new };
        read.extend(moved.into_iter().cloned());
    }
    read.into_iter().collect()
}

/// What moved, by file, in the order of the files; what stands in none comes last.
#[derive(Default)]
struct Found {
    files: BTreeMap<Arc<str>, BTreeSet<Text>>,
    elsewhere: BTreeSet<Text>,
}

impl Found {
    fn add(&mut self, file: Option<&Arc<str>>, what: Text) {
        let set = match file {
            Some(file) => self.files.entry(file.clone()).or_default(),
            None => &mut self.elsewhere,
        };
        set.insert(what);
    }

    fn causes(self) -> Vec<Cause> {
        let cause = |(file, what): (Option<Arc<str>>, BTreeSet<Text>)| Cause {
            file,
            what: what.into_iter().collect(),
        };
        let files = self.files.into_iter().map(|(file, what)| (Some(file), what));
        let elsewhere = (!self.elsewhere.is_empty()).then_some((None, self.elsewhere));
        files.chain(elsewhere).map(cause).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{causes, mapped};
    use crate::desired::{Mapping, Reference};
    use crate::model::{Attribute as A, AttributeSet, Text, Value};
    use crate::plan::tests::world::World;
    use crate::plan::{AttributeChange, Origin};
    use crate::state::Status;

    fn says(attribute: A, text: u8, value: u8, columns: &[&str]) -> Mapping {
        let reference = |name: &str, value: u8, file: Option<&str>| Reference {
            name: name.into(),
            value: [value, 1, attribute as u8],
            file: file.map(Into::into),
        };
        Mapping {
            attribute,
            text: [text, 0, attribute as u8],
            columns: Some(columns.iter().map(|column| Text::from(*column)).collect()),
            is_column: columns.len() == 1,
            is_literal: false,
            // Both halves of `value` are a value of something that the expression names.
            refers: vec![
                reference("local.x", value % 10, Some("locals.hcl")),
                reference("var.y", 100 + value / 10, None),
            ],
        }
    }

    /// What is said of the change of these attributes after the rule said `before` and says `now`.
    fn said(before: &[Mapping], now: &[Mapping], changed: &[A]) -> String {
        let mut world = World::new();
        world.want("ada", true);
        world.rule("staff").mapping = before.to_vec();
        let wanted = world.connection().accounts[0].clone();
        let rules = &world.desired.connections["prod"].rules;
        let mapped = mapped(rules, &wanted, None, AttributeSet::default());
        world.have("ada", Status::Active).mapped = mapped;
        world.rule("staff").mapping = now.to_vec();
        let known = &world.state.connections["prod"].accounts["ada"];
        let value = Some(Value::text("x"));
        let one =
            |attribute: &A| AttributeChange::new(*attribute, None, value.clone(), Origin::Config);
        let all: Vec<_> = changed.iter().map(one).collect();
        let rules = &world.desired.connections["prod"].rules;
        let owners = &wanted.owner.rules;
        let found = causes(rules, (&wanted, owners), known, &all);
        let one = |cause: &crate::plan::Cause| {
            format!("{}({})", cause.file.as_deref().unwrap_or("-"), cause.what.join(","))
        };
        found.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn what_moved_is_named_and_nothing_else() {
        let (dept, title) = (says(A::Department, 1, 1, &["dept"]), says(A::Title, 2, 2, &["job"]));
        let name = says(A::DisplayName, 3, 3, &["first", "last"]);
        let first = says(A::GivenName, 4, 4, &["first"]);
        let all = [dept.clone(), title.clone(), name, first];
        let with = |changed: Mapping| {
            all.clone().map(|m| if m.attribute == changed.attribute { changed.clone() } else { m })
        };
        let rule = "main.hcl(rule staff)";
        for (now, changed, expected) in [
            (all.to_vec(), &[A::Department][..], "people.csv(dept)"),
            (all.to_vec(), &[A::Department, A::Title], "people.csv(dept,job)"),
            // The given name stands, so it is the other part of the name.
            (all.to_vec(), &[A::DisplayName], "people.csv(last)"),
            (all.to_vec(), &[A::DisplayName, A::GivenName], "people.csv(first,last)"),
            (with(says(A::Title, 9, 9, &[])).to_vec(), &[A::Title], rule),
            (
                with(says(A::Title, 9, 9, &[])).to_vec(),
                &[A::Department, A::Title],
                "main.hcl(rule staff); people.csv(dept)",
            ),
            // What the expression names has another value.
            (with(says(A::Title, 2, 8, &[])).to_vec(), &[A::Title], "locals.hcl(local.x)"),
            (with(says(A::Title, 2, 12, &[])).to_vec(), &[A::Title], "-(var.y)"),
            (
                with(says(A::Title, 2, 18, &[])).to_vec(),
                &[A::Title],
                "locals.hcl(local.x); -(var.y)",
            ),
            // Nothing is said of what nothing maps.
            (all.to_vec(), &[A::Phone], ""),
        ] {
            assert_eq!(said(&all, &now, changed), expected, "{changed:?}");
        }
        assert_eq!(said(&all[..1], &[dept, title], &[A::Title]), rule);
        assert_eq!(said(&[], &all, &[A::Title]), "", "an older state knows nothing");
    }

    #[test]
    fn what_was_withheld_is_remembered_as_before() {
        let mut world = World::new();
        world.want("ada", true);
        let wanted = world.connection().accounts[0].clone();
        world.rule("staff").mapping = vec![says(A::Title, 1, 1, &[]), says(A::Phone, 2, 2, &[])];
        let rules = |world: &World| world.desired.connections["prod"].rules.clone();
        let none = AttributeSet::default();
        let old = mapped(&rules(&world), &wanted, None, none);
        world.rule("staff").mapping = vec![says(A::Title, 3, 33, &[]), says(A::Phone, 2, 2, &[])];
        let both = [A::Title, A::Phone].into_iter().collect();
        let kept = mapped(&rules(&world), &wanted, old.as_ref(), both).unwrap();
        // The old digest of the phone is there, the new one of the title is not.
        let all = mapped(&rules(&world), &wanted, old.as_ref(), none).unwrap();
        assert_eq!((kept.len(), all.len()), (3 * super::LENGTH, 6 * super::LENGTH));
    }
}
