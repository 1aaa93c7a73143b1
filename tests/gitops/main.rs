//! What GitOps tools make of our objects: in every state that the real operator gets them into, on a real API server
//! with a simulated Lync, judged by the tools' own implementations.
#![cfg(unix)]
#![allow(clippy::print_stdout, clippy::unwrap_used, unreachable_pub, reason = "a test may panic and tell")]

#[path = "../controlplane/mod.rs"]
mod controlplane;
#[path = "../support/files.rs"]
mod files;
#[path = "../stage/mod.rs"]
mod stage;

mod actions;
mod config_map;
mod examples;
mod git;
mod judge;
mod picture;
mod reasons;
mod scenes;
mod states;
mod words;

use files::{golden, is_update, path};
