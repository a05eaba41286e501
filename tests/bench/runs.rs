//! What whole runs of the binary cost: `cargo bench --bench runs [PEOPLE…]`.
//!
//! The binary is built as users build it and run as they run it, against a sandbox in a process of its own.
//! Only the client is measured: its CPU time and peak memory as the system counts them, its requests as the
//! sandbox does. Every run must do what it is measured for, or nothing is printed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that can't go on should say so")]
#![allow(clippy::cast_precision_loss, reason = "no count here needs more than 52 bits")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what it prints is what it is for")]

mod figures;
mod ground;
mod machine;
mod measure;
mod people;
mod rows;
mod serve;
mod table;

/// The sizes of a whole run; 20,000 is there to be compared with 10,000.
const SIZES: [usize; 4] = [1_000, 10_000, 20_000, 100_000];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("serve") => return serve::serve(&args[1..]),
        Some("measure") => return measure::measure(&args[1..]),
        Some(_) | None => {}
    }
    let named: Vec<&String> = args.iter().filter(|arg| *arg != "--bench").collect();
    let sizes: Result<Vec<usize>, _> = named.iter().map(|arg| arg.parse()).collect();
    let Ok(mut sizes) = sizes else {
        eprintln!("runs: takes numbers of people; what has other words is left to `parts`");
        return;
    };
    let measured = args.iter().any(|arg| arg == "--bench");
    if !measured {
        // Somebody runs all targets as tests: see that each row can be measured, with the binary at hand.
        println!("{}", rows::all(env!("CARGO_BIN_EXE_enroll").as_ref(), &[100]).table());
        return;
    }
    if sizes.is_empty() {
        sizes = SIZES.to_vec();
    }
    let binary = machine::binary();
    println!("\n{}", machine::described());
    let rows = rows::all(&binary, &sizes);
    println!("\n{}", figures::table(&rows, &binary));
    println!("{}", rows.table());
}
