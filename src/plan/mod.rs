//! The decision: pure, total, deterministic.
