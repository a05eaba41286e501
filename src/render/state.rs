//! The state for people.

use std::fmt::Write;

use super::paint::Paint;
use super::words::counted;
use super::{attributes, plain};
use crate::model::Address;
use crate::state::{Account, State};

/// Everything that the state holds.
pub fn state_text(state: &State, colour: bool) -> String {
    if state.is_new() {
        return "There is no state yet.\n".to_owned();
    }
    let mut out = format!(
        "State {}, serial {}: {}.\n",
        plain(&state.lineage),
        state.serial,
        counted(state.accounts().count() as u64, "account")
    );
    for (address, account) in state.accounts() {
        out.push('\n');
        out.push_str(&state_show(&address, account, colour));
    }
    out
}

/// What the state holds of one account, as a block.
pub fn state_show(address: &Address, account: &Account, colour: bool) -> String {
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut line = |name: &str, value: String| lines.push((name.to_owned(), value));
    let quoted = |text: &str| format!("\"{}\"", plain(text));
    let list = |items: &[crate::model::Text]| {
        format!("[{}]", items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
    };
    if let Some(id) = &account.id {
        line("id", quoted(id));
    }
    line("user_name", quoted(&account.user_name));
    line("status", quoted(account.status.word()));
    line("origin", quoted(account.provenance.word()));
    line("rules", list(&account.rules));
    if account.protect {
        line("protect", "true".to_owned());
    }
    if !account.prevent_removal.is_empty() {
        line("prevent_removal", list(&account.prevent_removal));
    }
    for (attribute, value) in account.written.iter() {
        line(&format!("written.{attribute}"), attributes::show(Some(value)));
    }
    for (attribute, refused) in &account.refused {
        let instead = attributes::show(refused.live.as_ref());
        let value =
            format!("{} (the service keeps {instead})", attributes::show(Some(&refused.desired)));
        line(&format!("refused.{attribute}"), value);
    }
    if let Some(kept) = &account.kept {
        for (name, value) in [("user_type", &kept.user_type), ("licenses", &kept.licenses)] {
            if value.is_some() {
                line(&format!("kept.{name}"), attributes::show(value.as_ref()));
            }
        }
    }
    if let Some(left) = &account.left {
        line("left.reason", quoted(&left.reason));
        if let Some(at) = &left.at {
            line("left.at", quoted(at));
        }
        if left.off_before {
            line("left.off_before", "true".to_owned());
        }
    }
    if let Some(version) = &account.version {
        line("version", quoted(version));
    }
    if let Some(updated) = &account.updated {
        line("updated", quoted(updated));
    }
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut out = format!("{} {{\n", Paint(colour).bold(&plain(&address.to_string())));
    for (name, value) in lines {
        // Writing to a String can't fail.
        _ = writeln!(out, "  {name:width$} = {value}");
    }
    out.push_str("}\n");
    out
}
