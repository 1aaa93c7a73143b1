//! The command line of the operator.

use std::process::ExitCode;

fn main() -> ExitCode {
    lync_failover::cli::run()
}
