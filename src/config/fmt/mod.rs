//! The canonical layout of an HCL text: what `terraform fmt` makes of it, comments kept.
//!
//! A text is cut into tokens (`token`), a few forms are written in their modern way (`rewrite`), and the
//! blanks between tokens are set (`layout`, `spaces`). Line breaks, comments and the text of heredocs
//! are never touched. What comes out must parse to the same tree (`same`), or nothing comes out.
//!
//! Where Terraform itself would spoil a file this differs: comments between labels stay, a byte-order
//! mark stays, and `"${x}"` stays where a comment in it would end the value.

mod layout;
mod rewrite;
mod same;
mod spaces;
#[cfg(test)]
mod tests;
mod token;

use std::cell::RefCell;

use crate::diagnostic::Diagnostic;

use super::report::Report;
use super::secrets::suspects;
use super::vars::Handed;
use super::{syntax, text};

/// Longest text that is laid out, and that comes out, in bytes: aligning with one long line can make
/// much of little.
const MAX_LAID_OUT: u64 = 2 * text::MAX_HCL;

const MARK: &str = "\u{feff}";

/// Lays out the text of the file `name`, which is returned as it is to be written. Anything that keeps
/// it from being parsed is an error.
pub fn format(name: &str, bytes: &[u8]) -> Result<String, Vec<Diagnostic>> {
    let mut report = Report::default();
    // In a file of variables a misread line may hold anything; what has a digest may be shown.
    let secret = is_variables(name);
    let digest = RefCell::default();
    let digest = (!secret).then_some(&digest);
    let file = text::read(&mut report, &Handed(bytes), digest, name, text::MAX_HCL, None);
    let parsed = file.and_then(|file| Some((file, syntax::parse(&mut report, file, secret)?)));
    let Some((file, before)) = parsed else { return Err(report.finish().1) };
    let text = report.sources.text(file);
    let laid_out = lay_out(text).ok_or_else(|| vec![too_long(name)])?;
    if laid_out != text && !same::same(before, &laid_out) {
        return Err(vec![broken(name)]);
    }
    let mark = if bytes.starts_with(MARK.as_bytes()) { MARK } else { "" };
    Ok(format!("{mark}{laid_out}"))
}

/// The text of the file `name` for people: what may be a secret in it is asterisks.
pub fn shown(name: &str, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (start, end) in suspects(text, is_variables(name)) {
        let hidden = bytes.get_mut(start..end.min(text.len())).into_iter().flatten();
        let hidden = hidden.skip_while(|byte| b"= \t".contains(byte));
        // Characters of several bytes are as many asterisks; line breaks stay.
        hidden.filter(|byte| !b"\n\r".contains(byte)).for_each(|byte| *byte = b'*');
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The tokens of a text that the parser took, without blanks, line breaks and comments: what no layout changes.
pub(super) fn words(text: &str) -> Vec<&str> {
    let says =
        |kind| !matches!(kind, token::Kind::Newline | token::Kind::Comment | token::Kind::End);
    token::tokens(text).iter().filter(|token| says(token.kind)).map(|token| token.text).collect()
}

/// Whether a file holds values of variables instead of blocks.
fn is_variables(name: &str) -> bool {
    name.ends_with(".vars.hcl")
}

fn lay_out(text: &str) -> Option<String> {
    let mut tokens = rewrite::rewrite(&token::tokens(text));
    layout::lay_out(&mut tokens);
    layout::text(&tokens, MAX_LAID_OUT)
}

fn too_long(name: &str) -> Diagnostic {
    Diagnostic::error(format!(
        "`{name}` would be larger than {} MiB with its lines aligned",
        MAX_LAID_OUT >> 20
    ))
    .help("break its longest line, or put an empty line around it")
}

fn broken(name: &str) -> Diagnostic {
    Diagnostic::error(format!("`{name}` would mean something else in its canonical layout"))
        .detail("so it stays as it is")
        .help("this is a bug in Enroll: please report it with the file")
}
