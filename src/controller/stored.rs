//! The record as it is stored: a text that says which format it has.
//!
//! An operator that meets a format newer than its own reads nothing of it and writes nothing: what it does not know
//! may be the reason why nothing must begin.

use serde::{Deserialize, Serialize};

use super::OrganisationRecord;

/// The format that this version reads and writes. A record without a number is of the first format.
pub const FORMAT_VERSION: u64 = 1;

/// Why a stored record cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// A newer operator wrote it.
    #[error(
        "it has format version {found}, and this operator knows versions up to {FORMAT_VERSION}: a newer operator \
         has written it. Nothing was read or changed. Run that newer operator again"
    )]
    TooNew {
        /// Its format.
        found: u64,
    },
    /// It is no record.
    #[error("{0}; restore it")]
    Unreadable(#[from] serde_json::Error),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stored<'a> {
    format_version: u64,
    #[serde(flatten)]
    record: &'a OrganisationRecord,
}

/// What is read before anything else: the rest of a newer format may not be readable at all.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    #[serde(default = "first")]
    format_version: u64,
}

fn first() -> u64 {
    1
}

impl OrganisationRecord {
    /// The record as a text with its format.
    ///
    /// # Errors
    ///
    /// When it cannot be written as JSON, which no record is known to do.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Stored { format_version: FORMAT_VERSION, record: self })
    }

    /// The record in a text.
    ///
    /// # Errors
    ///
    /// [`FormatError`]. Such a text is never taken for an empty record.
    pub fn from_text(text: &str) -> Result<Self, FormatError> {
        // As an object: of a struct alone, an empty list would do as well.
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text)?;
        let Head { format_version } = Head::deserialize(&object)?;
        if format_version > FORMAT_VERSION {
            return Err(FormatError::TooNew { found: format_version });
        }
        Ok(Self::deserialize(&object)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controller::{Memory, Owner};

    fn record() -> OrganisationRecord {
        let memory = Memory { converged_generation: Some(3), ..Memory::default() };
        OrganisationRecord { resources: [(Owner("a".to_owned()), memory)].into(), ..Default::default() }
    }

    #[test]
    fn a_record_says_its_format_and_is_read_back() {
        let text = record().to_text().expect("plain data");
        assert!(text.starts_with("{\"formatVersion\":1,"), "{text}");
        assert_eq!(OrganisationRecord::from_text(&text).expect("its own"), record());
    }

    #[test]
    fn a_record_from_before_the_number_is_of_the_first_format() {
        let text = serde_json::to_string(&record()).expect("plain data");
        assert_eq!(OrganisationRecord::from_text(&text).expect("the first"), record());
    }

    #[test]
    fn a_newer_format_is_refused_even_if_its_rest_makes_no_sense() {
        let text = r#"{"formatVersion":2,"resources":"kept elsewhere"}"#;
        let refused = OrganisationRecord::from_text(text).expect_err("too new").to_string();
        for word in ["version 2", "up to 1", "Nothing was read or changed"] {
            assert!(refused.contains(word), "{refused}");
        }
        for text in [r#"{"formatVersion":"2"}"#, r#"{"formatVersion":-1}"#, "[]", ""] {
            let refused = OrganisationRecord::from_text(text);
            assert!(matches!(refused, Err(FormatError::Unreadable(_))), "{text}: {refused:?}");
        }
    }
}
