//! `Test-CsRegistration` (Gg412737; Dn743841 prints the rows).

use serde::{Deserialize, Serialize};

use super::{DecodeError, read::only_row};
use crate::lync::{PoolFqdn, ps::PsObject};

const CMDLET: &str = "Test-CsRegistration";

const RESULTS: [(&str, bool); 2] = [("Success", true), ("Failure", false)];

/// Whether the test user of a pool could sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Registration {
    /// It could.
    Succeeded,
    /// It could not: what the pool answered.
    Failed(String),
}

/// The outcome of a sign-in at a pool.
///
/// # Errors
///
/// Not one row, a row about another pool, or a `Result` that is neither Success nor Failure.
pub fn registration(objects: &[PsObject], pool: &PoolFqdn) -> Result<Registration, DecodeError> {
    let row = only_row(CMDLET, objects)?;
    let target: PoolFqdn = row.name("TargetFqdn", "Registrar")?;
    if target != *pool {
        return Err(row.fault(format!("it speaks of {target} and not of {pool}")));
    }
    if row.choice("Result", &RESULTS)? {
        return Ok(Registration::Succeeded);
    }
    // Of a failure the words are good to have and nothing depends on them.
    let word = |name| row.text_or_empty(&[name]).ok().flatten();
    let words: Vec<&str> = ["Error", "Diagnosis"].into_iter().filter_map(word).collect();
    Ok(Registration::Failed(if words.is_empty() {
        "no reason was given".to_owned()
    } else {
        words.join("; ")
    }))
}
