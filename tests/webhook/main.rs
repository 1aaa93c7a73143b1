//! The plan as admission warnings: what the real kubectl prints, with the real operator asked by a real API server.
#![cfg(unix)]
#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and nobody else sees it")]

#[path = "../wsman/certificates.rs"]
mod certificates;
#[path = "../controlplane/mod.rs"]
mod controlplane;
#[path = "../stage/mod.rs"]
mod stage;

mod asked;
mod outage;
mod replicas;
mod warnings;
mod wire;
