//! The operator as a process of its own, on a real API server, with a simulated Lync in a third process.
#![cfg(unix)]
#![allow(clippy::print_stdout, clippy::unwrap_used, unreachable_pub, reason = "a test may panic and tell")]

#[path = "../controlplane/mod.rs"]
mod controlplane;
#[path = "../support/safety.rs"]
#[allow(dead_code, reason = "each test uses its own part")]
mod safety;
#[path = "../stage/mod.rs"]
mod stage;

mod api_tap;
mod deployment;
mod drift;
mod drills;
mod edits;
mod effects;
mod kills;
mod kubectl;
mod leases;
mod lifecycle;
mod namespaces;
mod records;
mod service;
mod several;
mod slow;
mod tap;
mod tidy;
