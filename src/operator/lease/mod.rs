//! Leader election by a Lease, compatible with client-go: a pure decision and a thin shell.

mod decide;
mod hold;

pub use decide::{Observation, Timing, Verdict, decide};
pub(super) use hold::{Leadership, hold};
