//! Cases beyond the table: matching, attributes, blocks, guards.
