//! How a run ends: exit codes, and the findings that say why.

use std::process::ExitCode;

use crate::diagnostic::Diagnostic;

/// Why a run ends. Where several hold, the one that stands first here counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// A live list was incomplete.
    Incomplete,
    /// A saved plan does not cover the present, or files are not laid out as they should be.
    Uncovered,
    /// A guard refused.
    Guard,
    /// An apply began and left work undone.
    Undone,
    /// An error before the first write, wrong usage included.
    Error,
    /// Somebody who left can still sign in.
    Leavers,
    /// There is something to apply, and somebody asked to be told so.
    Changes,
    /// Success.
    #[default]
    Success,
}

impl Exit {
    /// The process's exit code.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Error => 1,
            Self::Changes => 2,
            Self::Uncovered => 3,
            Self::Undone => 4,
            Self::Guard => 5,
            Self::Incomplete => 6,
            Self::Leavers => 7,
        }
    }

    /// The weightier of two.
    pub(super) fn and(self, other: Self) -> Self {
        self.min(other)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// A run that can't go on.
#[derive(Debug)]
pub(super) struct Stop {
    /// How it ends.
    pub exit: Exit,
    /// Why.
    pub diagnostics: Vec<Diagnostic>,
}

impl Stop {
    pub(super) fn new(exit: Exit, diagnostics: Vec<Diagnostic>) -> Self {
        Self { exit, diagnostics }
    }
}

impl From<Diagnostic> for Stop {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::new(Exit::Error, vec![diagnostic])
    }
}

impl From<Vec<Diagnostic>> for Stop {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self::new(Exit::Error, diagnostics)
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_weightier_reason_decides() {
        let order = [
            Exit::Incomplete,
            Exit::Uncovered,
            Exit::Guard,
            Exit::Undone,
            Exit::Error,
            Exit::Leavers,
            Exit::Changes,
            Exit::Success,
        ];
        assert_eq!(order.map(Exit::code), [6, 3, 5, 4, 1, 7, 2, 0]);
        for (at, exit) in order.into_iter().enumerate() {
            for other in order.into_iter().skip(at) {
                assert_eq!(exit.and(other), exit);
                assert_eq!(other.and(exit), exit);
            }
        }
    }
}
