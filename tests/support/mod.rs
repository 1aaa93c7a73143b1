//! What several integration tests share.
#![allow(dead_code, unreachable_pub, reason = "each test uses its own part")]

pub mod golden;
pub mod sketch;
pub mod lab;
pub mod safety;
