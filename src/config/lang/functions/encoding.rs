//! Base64 and SHA-256.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::{Answer, Args, Function, Kind, Param, Wrong};

const STR: Param = Param::new("str", Kind::Text);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64encode", &[STR], |args| {
        let encoded = STANDARD.encode(args.text(0));
        args.answer_text(encoded)
    }),
    Function::new("base64decode", &[STR], base64decode),
    Function::new("sha256", &[STR], sha256),
];

fn base64decode(args: &mut Args<'_, '_>) -> Answer {
    let bytes = STANDARD
        .decode(args.text(0))
        .map_err(|_| Wrong::argument(0, "it is not Base64 with its padding"))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Wrong::argument(0, "what it decodes to is not UTF-8"))?;
    args.answer_text(text)
}

fn sha256(args: &mut Args<'_, '_>) -> Answer {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(args.text(0).as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    args.answer_text(hex)
}
