//! Files of this repository, and those among them that are made from the code.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "tests; each uses its own part")]

use std::path::{Path, PathBuf};

/// A path in this repository.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Compares a file with what it should be, or with `UPDATE_GOLDEN=1` writes it.
#[track_caller]
pub fn golden(name: &str, text: &str) {
    let path = path(name);
    if is_update() {
        std::fs::write(path, text).unwrap();
    } else {
        let before = std::fs::read_to_string(&path).unwrap_or_default();
        let at = before.lines().zip(text.lines()).take_while(|(before, now)| before == now).count();
        let line = |text: &str| text.lines().nth(at).unwrap_or("(the end)").to_owned();
        assert!(
            before == text,
            "{name} is out of date; UPDATE_GOLDEN=1 writes it. Line {}\n  is        {}\n  should be {}",
            at + 1,
            line(&before),
            line(text)
        );
    }
}

pub fn is_update() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}
