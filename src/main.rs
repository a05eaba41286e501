//! The `enroll` binary.

fn main() {}
