//! Leader election by a Lease, compatible with client-go: a pure decision and a thin shell.

mod address;
mod decide;
mod hold;

pub use decide::{Observation, Timing, Verdict, decide};
pub(super) use hold::{Candidate, Leadership, hold};
