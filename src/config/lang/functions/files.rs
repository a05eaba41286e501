//! Files beside the configuration, and CSV.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::super::env::{Files, Unread};
use super::super::eval::Fault;
use super::super::value::Value;
use super::{Answer, Args, Function, Kind, Param, Wrong};
use crate::model::nfc_text;

const PATH: Param = Param::new("path", Kind::Text);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::reading_files("file", &[PATH], |args| {
        let text = port(args)?.read(args.text(0)).map_err(|why| unread(args, why))?;
        args.answer_text(text)
    }),
    Function::reading_files("fileexists", &[PATH], |args| {
        let found = port(args)?.exists(args.text(0)).map_err(|why| unread(args, why))?;
        Ok(Value::Bool(found))
    }),
    Function::new("csvdecode", &[Param::new("str", Kind::Text)], csvdecode),
];

fn port<'a>(args: &Args<'_, 'a>) -> Result<&'a dyn Files, Wrong> {
    args.machine.env.files.ok_or_else(|| Wrong::call("files can't be read here"))
}

fn unread(args: &Args<'_, '_>, why: Unread) -> Wrong {
    match why {
        Unread::Refused(why) => Wrong::argument(0, why),
        Unread::TooMuch(why) => Fault::fatal(args.span, why).into(),
    }
}

fn csvdecode(args: &mut Args<'_, '_>) -> Answer {
    let text = args.take(0);
    if let Some(line) = stray_quote(text.as_text().unwrap_or("")) {
        let why = format!("line {line} has a quote that is not closed, or stands inside a field");
        return Err(Wrong::argument(0, why));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_text().unwrap_or("").as_bytes());
    let mut rows = reader.records();
    let mut next = || match rows.next() {
        None => Ok(None),
        Some(Ok(row)) => Ok(Some(row)),
        Some(Err(error)) => Err(Wrong::argument(0, error.to_string())),
    };
    let Some(header) = next()? else { return Err(Wrong::argument(0, "it has no header line")) };
    let names: Vec<SmolStr> = header.iter().map(|name| nfc_text(name.into())).collect();
    let mut seen = BTreeSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(*name)) {
        return Err(Wrong::argument(0, format!("the column `{twice}` comes twice")));
    }
    let mut items = Vec::new();
    while let Some(row) = next()? {
        if row.len() != names.len() {
            let line = row.position().map_or(0, csv::Position::line);
            return Err(Wrong::argument(
                0,
                format!("line {line} has {} fields, and the header {}", row.len(), names.len()),
            ));
        }
        args.reserve_items(1 + row.len())?;
        args.reserve_bytes(row.as_slice().len())?;
        items.push(Value::map(names.iter().cloned().zip(row.iter().map(Value::text))));
    }
    Ok(Value::list(items))
}

/// The line of a quote that neither opens nor closes a field: what a truncated file ends in.
fn stray_quote(text: &str) -> Option<usize> {
    let mut line = 1;
    let (mut quoted, mut at_start, mut opened) = (false, true, 1);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted => match chars.peek() {
                Some('"') => {
                    chars.next();
                }
                None | Some(',' | '\n' | '\r') => quoted = false,
                Some(_) => return Some(line),
            },
            '"' if at_start => (quoted, opened) = (true, line),
            '"' => return Some(line),
            _ => {}
        }
        at_start = !quoted && matches!(c, ',' | '\n' | '\r');
        line += usize::from(c == '\n');
    }
    quoted.then_some(opened)
}
