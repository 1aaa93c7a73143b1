//! What several integration tests share.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "tests; each uses its own part")]

pub mod console;
pub mod golden;
pub mod lab;
pub mod safety;
pub mod scenes;
pub mod sketch;
