//! Turns plans, findings and the state into text for people. Pure: strings out, nothing printed.
//!
//! All visible words about steps and reasons stand in `words`. Whatever came from outside goes
//! through [`plain`] first.

mod attributes;
mod commands;
mod diagnostics;
mod gitlab;
mod html;
mod lines;
mod markdown;
mod pace;
mod paint;
mod phrase;
mod plain;
mod progress;
mod state;
mod text;
mod view;
mod words;

pub use commands::without_commands;
pub use diagnostics::diagnostics;
pub use gitlab::gitlab;
pub use html::html;
pub use lines::line_diff;
pub use markdown::{LEAST_BYTES, markdown, markdown_failed};
pub use pace::{Doing, progress};
pub use plain::plain;
pub use progress::{event, failures, outcome};
pub use state::{state_show, state_text};
pub use text::{changes, held_back, refused_guards, text};
pub use words::{counted, shell_word};

#[cfg(test)]
mod tests;
