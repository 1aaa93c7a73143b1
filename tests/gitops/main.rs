//! What GitOps tools make of our objects: in every state that the real operator gets them into, on a real API server
//! with a simulated Lync, judged by the tools' own implementations.
#![cfg(unix)]
#![allow(clippy::print_stdout, clippy::unwrap_used, unreachable_pub, reason = "a test may panic and tell")]

#[path = "../controlplane/mod.rs"]
mod controlplane;
#[path = "../stage/mod.rs"]
mod stage;

mod actions;
mod config_map;
mod git;
mod judge;
mod picture;
mod reasons;
mod scenes;
mod states;

use std::path::{Path, PathBuf};

/// A path in this repository.
fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Compares a file with what it should be, or with `UPDATE_GOLDEN=1` writes it.
#[track_caller]
fn golden(name: &str, text: &str) {
    let path = path(name);
    if is_update() {
        std::fs::write(path, text).unwrap();
    } else {
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(before == text, "{name} should be as follows; UPDATE_GOLDEN=1 writes it\n{text}");
    }
}

fn is_update() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}
