//! The kubectl plugin: `kubectl lync` runs what is called `kubectl-lync` on the PATH.

use std::process::ExitCode;

fn main() -> ExitCode {
    lync_failover::plugin::run()
}
