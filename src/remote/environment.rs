//! What the environment says, handed in by `cli`.

use std::collections::BTreeMap;
use std::fmt;

/// The variables of the environment that may matter to a store, and the texts of AWS's own files.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    /// `~/.aws/credentials` and `~/.aws/config`, where they are and are needed.
    pub aws_files: Vec<String>,
}

impl Environment {
    /// These variables; empty ones are as good as unset.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables = variables.into_iter().filter(|(_, value)| !value.is_empty());
        // Windows compares names without case.
        let named = |(name, value): (String, String)| {
            (if cfg!(windows) { name.to_ascii_uppercase() } else { name }, value)
        };
        Self { variables: variables.map(named).collect(), aws_files: Vec::new() }
    }

    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The first of these variables that is set.
    pub fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }

    /// The variables whose names begin so.
    pub fn beginning<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
        let named = self.variables.iter().filter(move |(name, _)| name.starts_with(prefix));
        named.map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Environment {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}
