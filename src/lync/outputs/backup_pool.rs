//! `Get-CsPoolBackupRelationship` (JJ204745).

use std::collections::BTreeSet;

use super::DecodeError;
use crate::lync::{
    PoolFqdn,
    ps::{PsObject, PsValue},
};

const CMDLET: &str = "Get-CsPoolBackupRelationship";

/// Properties that remoting adds; `PSComputerName` is the host that was asked, not a pool.
const OF_REMOTING: [&str; 3] = ["PSComputerName", "PSShowComputerName", "RunspaceId"];

/// The pool that a pool is paired with; `None` if it has no partner.
///
/// The page says only that the answer holds "the FQDN of the backup pool" and names no property. The
/// partner is therefore the one name in the answer that is not the asked pool. No partner is an empty
/// answer, or an answer with the asked pool and an empty value beside it.
///
/// # Errors
///
/// More than one candidate, or an answer without a name.
pub fn backup_pool(objects: &[PsObject], asked: &PoolFqdn) -> Result<Option<PoolFqdn>, DecodeError> {
    let mut found = Found::default();
    for object in objects {
        found.look_at(object);
    }
    let names_asked = found.names.remove(asked);
    let mut candidates = found.names.into_iter();
    match (candidates.next(), candidates.next()) {
        (Some(partner), None) => Ok(Some(partner)),
        (Some(one), Some(other)) => {
            Err(DecodeError::new(CMDLET, format!("two candidates for the partner: {one} and {other}")))
        }
        (None, _) if objects.is_empty() || (names_asked && found.empty_value) => Ok(None),
        (None, _) => Err(DecodeError::new(CMDLET, "the answer names no backup pool")),
    }
}

#[derive(Default)]
struct Found {
    names: BTreeSet<PoolFqdn>,
    empty_value: bool,
}

impl Found {
    fn look_at(&mut self, object: &PsObject) {
        // The text of an object with properties is as a rule its type name.
        if let (Some(text), []) = (&object.text, object.properties.as_slice()) {
            self.take(text);
        }
        let of_lync = object
            .properties
            .iter()
            .filter(|(name, _)| !OF_REMOTING.iter().any(|other| other.eq_ignore_ascii_case(name)));
        for (_, value) in of_lync {
            match value {
                PsValue::Text(text) | PsValue::Object(PsObject { text: Some(text), .. }) => self.take(text),
                PsValue::Null => self.empty_value = true,
                _ => {}
            }
        }
    }

    fn take(&mut self, text: &str) {
        let text = text.trim();
        self.empty_value |= text.is_empty();
        // Identities carry a prefix such as `Registrar:`.
        let name = text.rsplit(':').next().unwrap_or(text);
        if is_pool_like(name) {
            self.names.extend(name.parse::<PoolFqdn>());
        }
    }
}

/// Tells names from what looks alike: versions (`6.0.9319.0`) and .NET types.
fn is_pool_like(name: &str) -> bool {
    let top_level = name.rsplit('.').next().unwrap_or(name).trim();
    let is_number = top_level.bytes().all(|b| b.is_ascii_digit());
    let lower = name.trim().to_ascii_lowercase();
    let is_type = ["microsoft.rtc.", "system.", "deserialized."].iter().any(|root| lower.starts_with(root));
    !is_number && !is_type
}
