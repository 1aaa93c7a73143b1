//! The bridge by WinRM against the simulated Lync: over the wire, and with the whole operator around it.
#![cfg(unix)]
#![allow(clippy::print_stdout, clippy::unwrap_used, unreachable_pub, reason = "a test may panic and tell")]

#[path = "../wsman/certificates.rs"]
mod certificates;
#[path = "../controlplane/mod.rs"]
mod controlplane;
#[path = "../endpoint/lab.rs"]
mod lab;
#[path = "../support/safety.rs"]
#[allow(dead_code, reason = "each test uses its own part")]
mod safety;
#[path = "../stage/mod.rs"]
mod stage;

mod bridges;
mod counts;
mod cuts;
mod disaster;
mod evidence;
mod exports;
mod guarded;
mod plain;
mod reading;
mod records;
mod theatre;
mod trials;
