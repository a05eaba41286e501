//! A line for people in pieces: our words, and what came from outside. Each format lays the pieces out
//! so that nothing from outside acts there.

use super::plain;

/// One piece of a phrase. Nothing in it moves a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Piece {
    /// Our own words.
    Own(String),
    /// What came from outside: a name, a value, a file.
    Value(String),
    /// What somebody can write or type: a flag, a setting. It may hold what came from outside.
    Code(String),
}

/// A line for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Phrase(pub Vec<Piece>);

impl Phrase {
    /// Begins with our own words.
    pub(super) fn new(words: impl Into<String>) -> Self {
        Self::default().own(words)
    }

    /// Goes on with our own words.
    pub(super) fn own(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Own(words.into()));
        self
    }

    /// Goes on with what came from outside.
    pub(super) fn value(mut self, value: &str) -> Self {
        self.0.push(Piece::Value(plain(value).into_owned()));
        self
    }

    /// Goes on with what somebody can type.
    pub(super) fn code(mut self, code: &str) -> Self {
        self.0.push(Piece::Code(plain(code).into_owned()));
        self
    }

    /// Goes on with values from outside, between commas.
    pub(super) fn values<'a>(mut self, values: impl IntoIterator<Item = &'a str>) -> Self {
        for (at, value) in values.into_iter().enumerate() {
            if at > 0 {
                self = self.own(", ");
            }
            self = self.value(value);
        }
        self
    }

    /// The pieces one after another, what can be typed between backticks.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Own(words) | Piece::Value(words) => text.push_str(words),
                Piece::Code(code) => {
                    text.push('`');
                    text.push_str(code);
                    text.push('`');
                }
            }
        }
        text
    }
}
