//! The hash that consent is bound to.

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
    let text = serde_json::to_string(&counted).unwrap_or_default();
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
