//! People who left, and people who come back.
