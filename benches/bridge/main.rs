//! What our WinRM client costs beside pypsrp, on the same simulated Front End in one run. See `benches/README.md`.
//!
//! `cargo bench --bench bridge` measures. `cargo test` runs the same with small numbers. As `client` it is our
//! side of the comparison, in a process of its own.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement that cannot be made ends loudly")]

#[path = "../../tests/wsman/certificates.rs"]
mod certificates;
mod client;
mod comparison;
mod order;
mod process;
mod questions;
mod relay;
mod report;
mod rounds;
mod stage;
mod summary;

use std::env;

use clap::{Parser, ValueEnum};

use crate::{comparison::Comparison, rounds::Size};

/// Measures the WinRM client beside pypsrp.
#[derive(Debug, Parser)]
struct Options {
    /// Rounds; in each, each client has its turn at everything.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Warm queries in a turn. Observations are a quarter of it.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(4..))]
    repetitions: u32,
    /// How to print what was measured.
    #[arg(long, value_enum, default_value_t = Output::Text)]
    output: Output,
    /// One round with few repetitions: does it still work?
    #[arg(long)]
    smoke: bool,
    /// Given by cargo bench.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
}

/// What `cargo test` calls this.
const NAME: &str = "an_observation_costs_no_more_than_with_pypsrp";

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "client") {
        client::serve();
    } else if arguments.iter().any(|argument| argument == "--bench") {
        measure(&Options::parse());
    } else {
        test(&arguments);
    }
}

fn measure(options: &Options) {
    let size = match options.smoke {
        true => Size::SMOKE,
        false => Size { rounds: options.rounds, queries: options.repetitions, colds: 10 },
    };
    let comparisons = rounds::run(size);
    match options.output {
        Output::Text => print!("{}", report::text(&comparisons)),
        Output::Json => println!("{:#}", report::json(&comparisons)),
    }
}

/// A test with the manners of the usual harness: it heeds a filter, and says how it ended.
fn test(arguments: &[String]) {
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    if filter.is_some_and(|filter| !NAME.contains(filter.as_str())) {
        return;
    }
    println!("\nrunning 1 test");
    rounds::run(Size::SMOKE).iter().for_each(Comparison::check);
    println!(
        "test {NAME} ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out"
    );
}
