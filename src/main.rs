//! The `enroll` binary.

fn main() -> std::process::ExitCode {
    enroll::cli::main()
}
