//! `kubectl lync` on a real API server, through the real kubectl, with statuses that the real operator wrote.
#![cfg(unix)]
#![allow(clippy::print_stdout, clippy::unwrap_used, unreachable_pub, reason = "a test may panic and tell")]

#[path = "../controlplane/mod.rs"]
mod controlplane;
#[path = "../stage/mod.rs"]
mod stage;

mod errors;
mod golden;
mod machines;
mod plugin;
mod shell;
mod states;
