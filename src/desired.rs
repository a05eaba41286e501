//! The accounts that the configuration asks for. All that `plan` learns of the configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::Place;
use crate::model::{Attribute, AttributeSet, Connection, Text, Values};

/// Everything that the configuration asks for.
#[derive(Clone, Debug, Default)]
pub struct Desired {
    /// By label.
    pub connections: BTreeMap<Text, DesiredConnection>,
    /// Declared directories by label, with how many people each yielded. `users` is not among them:
    /// it has nothing that could come back short.
    pub directories: BTreeMap<Text, Directory>,
    /// Declared directories that were not read, with the connections whose rules want them. Who is in them is
    /// not known, so all rules that take from them are paused.
    pub unread: BTreeMap<Text, BTreeSet<Text>>,
}

/// What a declared directory yielded.
#[derive(Clone, Debug)]
pub struct Directory {
    /// How many people.
    pub people: u64,
    /// The file read, as the configuration names it.
    pub file: Text,
    /// Where the directory is declared.
    pub place: Place,
}

/// One connection with what is wanted there.
#[derive(Clone, Debug)]
pub struct DesiredConnection {
    /// Its settings.
    pub settings: Connection,
    /// Where it is declared.
    pub place: Place,
    /// All rules that name this connection, paused ones too.
    pub rules: BTreeMap<Text, Rule>,
    /// The accounts asked for, sorted by key, each key and each user name once.
    pub accounts: Vec<Account>,
    /// Keys of records that go by another key from now on, and where each ends up. No key of it is
    /// among the accounts, and no end is a key of it.
    pub moved: BTreeMap<Text, Moved>,
    /// Keys of accounts whose end somebody wrote down. No key of it is among the accounts.
    pub removed: BTreeMap<Text, Removed>,
    /// People whose record can't be used and who stay exactly as they are. No key of it is among the accounts.
    pub held: Vec<Held>,
    /// Whether people that its enabled rules take in can't be used: then nothing may be planned here, since whoever
    /// is missing is not known.
    pub unusable: bool,
}

/// Somebody whose record can't be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The person's key. Records with the same key are held each, so it may stand here more than once.
    pub key: Text,
    /// The address that the record gives all the same, if it does.
    pub user_name: Option<Text>,
}

/// Where a record goes that a `moved` block names.
#[derive(Clone, Debug)]
pub struct Moved {
    /// Its key from now on, at the end of the chain.
    pub to: Text,
    /// Where the block stands.
    pub place: Place,
}

/// What becomes of an account that a `removed` block names.
#[derive(Clone, Debug)]
pub struct Removed {
    /// Whether it is removed by `remove_action`, or else forgotten.
    pub deprovision: bool,
    /// Where the block stands.
    pub place: Place,
}

/// What `plan` knows of a rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Whether it is paused: then it selects nobody and its accounts stay untouched.
    pub paused: bool,
    /// The directory that it takes people from; `users` for `user` blocks.
    pub directory: Text,
    /// How many people it selected.
    pub selected: u64,
    /// Where it is declared.
    pub place: Place,
    /// What it says of attributes, in the order of the table.
    pub mapping: Vec<Mapping>,
}

/// What a rule says of one attribute: enough to tell later whether it still says the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The attribute.
    pub attribute: Attribute,
    /// A digest of the expression as it is written, whatever its layout, and of how strong the rule is.
    pub text: [u8; 3],
    /// The columns of the person's record that it reads; `None` where it takes the record as a whole.
    pub columns: Option<Vec<Text>>,
    /// Whether it is exactly one column.
    pub is_column: bool,
    /// Whether it is written down as it is: it names nothing, reads no file and calls no environment.
    pub is_literal: bool,
    /// What it takes values from beside the person.
    pub refers: Vec<Reference>,
}

/// Something that an expression of a rule names beside the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// As it is written: `local.title`.
    pub name: Text,
    /// A digest of its value, of this rule and attribute alone.
    pub value: [u8; 3],
    /// The file that says its value, if one does.
    pub file: Option<Arc<str>>,
}

/// Where a person's record stands: the file and line that ask for the account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Path relative to the configuration's root.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
}

/// What the rules that select a person say together, apart from values. Shared by all accounts that
/// the same rules select, since there are few such combinations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ownership {
    /// The rules, sorted.
    pub rules: Vec<Text>,
    /// Attributes that are set at creation and not compared later.
    pub ignore_changes: AttributeSet,
    /// Those of the rules that prevent a removal, sorted.
    pub prevent_removal: Vec<Text>,
}

/// One account asked for.
#[derive(Clone, Debug)]
pub struct Account {
    /// The person's key.
    pub key: Text,
    /// The address that the person signs in with, as the source writes it.
    pub user_name: Text,
    /// Whether the person is active at the source.
    pub active: bool,
    /// Managed values other than `user_name` and `active`.
    pub values: Values,
    /// The rules that select the person, and what they say together.
    pub owner: Arc<Ownership>,
    /// The directory that the person comes from.
    pub directory: Text,
    /// Where the person's record stands.
    pub origin: Origin,
}
