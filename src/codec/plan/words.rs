//! The words of a plan: texts that stand for one of a few values.

use serde::de::{Deserialize, Deserializer, Error};

use crate::diagnostic::Severity;
use crate::model::{Action, Address, Attribute, Kind, Text, Who};
use crate::plan::{Blocker, GuardKind, Learnt, Origin, Reason, StillOn};

/// A text that stands for one of a few values.
fn word<'de, D, T>(deserializer: D, find: impl Fn(&str) -> Option<T>) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    let text = String::deserialize(deserializer)?;
    find(&text).ok_or_else(|| D::Error::custom(format_args!("`{text}` is not known here")))
}

/// Makes a type that is read from its word.
macro_rules! words {
    ($($name:ident($type:ty) = $find:expr;)*) => {$(
        pub(super) struct $name(pub $type);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                word(deserializer, $find).map(Self)
            }
        }

        impl From<$name> for $type {
            fn from(read: $name) -> Self {
                read.0
            }
        }
    )*};
}

words! {
    AddressIn(Address) = |text| text.parse().ok();
    WhoIn(Who) = |text| Who::parse(text).ok();
    AttributeIn((Attribute, Option<Text>)) = attribute;
    ActionIn(Action) = |text| Action::ALL.into_iter().find(|action| action.word() == text);
    ReasonIn(Reason) = |text| Reason::ALL.into_iter().find(|reason| reason.word() == text);
    BlockerIn(Blocker) = blocker;
    StillOnIn(StillOn) = |text| match text {
        "failed" => Some(StillOn::Failed),
        by => blocker(by).map(StillOn::Blocked),
    };
    OriginIn(Origin) = |text| {
        [Origin::Config, Origin::Drift].into_iter().find(|origin| origin.word() == text)
    };
    LearntIn(Learnt) = |text| {
        [Learnt::Rules, Learnt::Flags, Learnt::Status, Learnt::Id, Learnt::Moved]
            .into_iter()
            .find(|learnt| learnt.word() == text)
    };
    GuardKindIn(GuardKind) = |text| {
        GuardKind::ALL.into_iter().find(|kind| kind.word() == text)
    };
    SeverityIn(Severity) = |text| {
        [Severity::Error, Severity::Warning, Severity::Note].into_iter().find(|s| s.word() == text)
    };
}

/// `title`, or `licenses.KEY`.
fn attribute(name: &str) -> Option<(Attribute, Option<Text>)> {
    match name.split_once('.') {
        None => Some((Attribute::from_name(name)?, None)),
        Some((map, key)) => {
            let map = Attribute::from_name(map).filter(|found| found.kind() == Kind::Map)?;
            Some((map, Some(key.into())))
        }
    }
}

fn blocker(text: &str) -> Option<Blocker> {
    let all = [
        Blocker::ActionsCreate,
        Blocker::ActionsUpdate,
        Blocker::ActionsDisable,
        Blocker::ActionsDeprovision,
        Blocker::Protect,
        Blocker::Admin,
        Blocker::GuardPrivileges,
        Blocker::UserNameTaken,
        Blocker::RenameCycle,
        Blocker::Pending,
        Blocker::Refused,
        Blocker::DisabledOutside,
        Blocker::EnabledOutside,
        Blocker::RemovedOutside,
        Blocker::IdentityChange,
        Blocker::Ambiguous(Vec::new()),
        Blocker::Unproven,
    ];
    let rule = || text.strip_prefix("rule.")?.strip_suffix(".prevent_removal");
    all.into_iter()
        .find(|blocker| blocker.to_string() == text)
        .or_else(|| rule().map(|rule| Blocker::PreventRemoval(rule.into())))
}
