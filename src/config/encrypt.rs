//! `encrypt { recipients = […] }` in `enroll`: who can read what Enroll writes.
//!
//! Plain texts only, as in `backend`: it is known before anything is evaluated. Recipients are public keys.

use hcl_edit::Span as _;
use hcl_edit::expr::Array;

use crate::crypt::check_recipient;
use crate::diagnostic::FileId;
use crate::model::{Encrypt, Text};

use super::blocks::{Reader, span_of};
use super::report::Report;

/// Most recipients: each costs some hundred bytes a line of the journal.
const MOST: usize = 100;

/// Reads the one `encrypt` block of `enroll`; `None` where there is none, or none that can be used.
pub(super) fn read(report: &mut Report, file: FileId, enroll: &mut Reader<'_>) -> Option<Encrypt> {
    const EXAMPLE: &str = "recipients = [\"age1…\"]";
    let mut reader = enroll.block(report, "encrypt")?;
    let mark = report.mark();
    let argument = reader.require(report, "recipients", EXAMPLE);
    let mut recipients = Vec::new();
    if let Some(argument) = argument {
        let list = argument.expression.as_array().filter(|list| !list.is_empty());
        if let Some(list) = list {
            recipients = texts(report, file, list);
        } else {
            let error = report.error(argument.value, "`recipients` must be a list of recipients");
            report.add(error.help(format!(
                "write `{EXAMPLE}`, with the line `age1…` that `age-keygen` prints"
            )));
        }
        if recipients.len() > MOST {
            report.add(
                report.error(argument.value, format!("there are more than {MOST} recipients")),
            );
        }
    }
    reader.finish(report);
    (!report.failed_since(mark)).then_some(Encrypt { recipients })
}

fn texts(report: &mut Report, file: FileId, list: &Array) -> Vec<Text> {
    let mut recipients: Vec<Text> = Vec::new();
    for element in list {
        let Some(span) = span_of(file, element.span()) else { continue };
        let Some(text) = element.as_str() else {
            let error = report.error(span, "a recipient must be a plain text");
            report.add(error.help("no variables or functions: who can read the state must be known before anything is evaluated"));
            continue;
        };
        let error = if recipients.iter().any(|before| before == text) {
            report.error(span, "that recipient stands here twice")
        } else if text.starts_with("ssh-")
            || text.starts_with("age1tag")
            || text.starts_with("age1pq")
            || text.get(4..).is_some_and(|rest| rest.contains('1'))
        {
            report
                .error(span, "only recipients of `age-keygen` can be used, which are 62 characters and begin with `age1`")
                .help("make a key for Enroll: `age-keygen -o enroll-key.txt`, which prints its recipient")
        } else if text.chars().any(char::is_whitespace) || text.contains('#') {
            report
                .error(span, "that is no recipient: there are blanks or a remark in it")
                .help("write the line `age1…` that `age-keygen` prints, and nothing else")
        } else if let Err(why) = check_recipient(text) {
            report
                .error(span, format!("that is no recipient: {why}"))
                .help("write the whole line `age1…` that `age-keygen` prints")
        } else {
            recipients.push(text.into());
            continue;
        };
        report.add(error);
    }
    recipients
}
