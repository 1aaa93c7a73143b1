//! The hash that consent is bound to.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::Step;

/// The hash of a list of steps: the same steps, modes and names give the same hash, whenever and wherever
/// they are planned. 16 hexadecimal digits; empty for an empty list. Replication kicks do not count: they
/// help a step along and change nothing that anybody has to agree to.
pub fn plan_hash(steps: &[Step]) -> String {
    let counted: Vec<_> = steps.iter().filter(|s| !matches!(s, Step::KickReplication { .. })).collect();
    if counted.is_empty() {
        return String::new();
    }
    // The steps are plain data with string keys; serialising them cannot fail.
    digits(&serde_json::to_string(&counted).unwrap_or_default())
}

/// The identity of a run: of what it is to do, for which generation, and when it began. 16 hexadecimal digits.
/// Made of these and nothing random, so that the same simulation gives the same log.
pub(super) fn run_id(steps: &[Step], generation: i64, began: Timestamp) -> String {
    let steps = serde_json::to_string(steps).unwrap_or_default();
    digits(&format!("{generation} {} {steps}", began.as_nanosecond()))
}

fn digits(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
