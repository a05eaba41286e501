//! The `enroll` binary.

/// Plans are made of millions of small values, which this allocator makes and drops in about half the
/// time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    enroll::cli::main()
}
