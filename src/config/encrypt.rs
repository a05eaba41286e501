//! `encrypt { recipients = […] }` in `enroll`: who can read what Enroll writes.
//!
//! Plain texts only, as in `backend`: it is known before anything is evaluated. Recipients are public keys.

use hcl_edit::Span as _;
use hcl_edit::expr::{Array, Expression};
use hcl_edit::structure::Block;

use crate::crypt::check_recipient;
use crate::diagnostic::FileId;
use crate::model::{Encrypt, Text};

use super::blocks::{Reader, span_of};
use super::report::Report;

/// What an identity begins with, which is a secret.
const IDENTITY: &str = "AGE-SECRET-KEY-";
/// Most recipients: each costs some hundred bytes a line of the journal.
const MOST: usize = 100;

/// Where an identity begins in a text.
pub(super) fn identity(text: &str) -> Option<usize> {
    text.to_ascii_uppercase().find(IDENTITY)
}

/// Whether an expression has an identity in it, in whatever list or function.
fn has_identity(expression: &Expression) -> bool {
    identity(&expression.to_string()).is_some()
}

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
        let error = if has_identity(element) {
            report
                .error(span, "that is an identity, not a recipient: a secret")
                .help("write its recipient, `age1…`: `age-keygen -y FILE` prints it")
                .help("a secret that stood here is in the history of the repository: make a new one with `age-keygen`")
        } else if recipients.iter().any(|before| before == text) {
            report.error(span, "that recipient stands here twice")
        } else if text.starts_with("ssh-")
            || text.starts_with("age1tag")
            || text.starts_with("age1pq")
        {
            report
                .error(span, "only recipients of `age-keygen` can be used, which are 62 characters and begin with `age1`")
                .help("make a key for Enroll: `age-keygen -o enroll-key.txt`, which prints its recipient")
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

/// Hides identities that stand in a block.
pub(super) fn hide(report: &mut Report, file: FileId, block: &Block) {
    for attribute in block.body.attributes().filter(|attribute| has_identity(&attribute.value)) {
        super::secrets::mask(report, file, &attribute.value);
    }
}
