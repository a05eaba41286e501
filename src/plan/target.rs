//! `--target`: which accounts stay in a plan.

use std::collections::BTreeMap;

use super::draft::Draft;
use crate::model::{Text, Who, same_text};

/// Which drafts stay, by index: those that are named, and those whose rename must go before, because
/// it frees an address that one of them needs. `None` where nothing was named: all stay.
pub(super) fn chosen(
    targets: &[Who],
    drafts: &[Draft<'_>],
    after: &BTreeMap<usize, usize>,
) -> Option<Vec<bool>> {
    if targets.is_empty() {
        return None;
    }
    let mut stays: Vec<bool> =
        drafts.iter().map(|draft| targets.iter().any(|who| names(who, draft))).collect();
    let named: Vec<usize> =
        stays.iter().enumerate().filter(|(_, stays)| **stays).map(|(index, _)| index).collect();
    for index in named {
        let mut at = index;
        while let Some(&first) = after.get(&at)
            && let Some(stays) = stays.get_mut(first).filter(|stays| !**stays)
        {
            *stays = true;
            at = first;
        }
    }
    Some(stays)
}

/// Whether somebody means this account: by its address, the one its record had before, or one of its
/// user names.
fn names(who: &Who, draft: &Draft<'_>) -> bool {
    let subject = &draft.subject;
    let user_names = [
        subject.wanted.map(|wanted| &wanted.user_name),
        subject.known.map(|known| &known.user_name),
        draft.live.map(|live| &live.user_name),
    ];
    let before = match who {
        Who::Address(address) => {
            address.connection == draft.address.connection
                && subject.moved_from.is_some_and(|key| same_text(key, &address.key))
        }
        Who::UserName(_) => false,
    };
    before || who.matches(&draft.address, user_names.into_iter().flatten().map(Text::as_str))
}
