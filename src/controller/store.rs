//! Where the operator's memory survives it.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::OrganisationRecord;

/// The version of a stored record; a write names the one that it replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revision(pub String);

/// What may be done with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mandate {
    /// Everything.
    Full,
    /// What is in flight is followed to its end, and nothing is begun; says why.
    Finish(String),
    /// What of it is the deployment's own is shown; nothing is written, not even about what is in flight; says why.
    Show(String),
}

impl Mandate {
    /// Why nothing may be begun.
    pub fn barred(&self) -> Option<String> {
        match self {
            Self::Full => None,
            Self::Finish(why) | Self::Show(why) => Some(why.clone()),
        }
    }
}

/// Why the store did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else has written since. Read again, decide again.
    #[error("the record has changed since it was read")]
    Conflict,
    /// The store could not be reached or refused, or holds what cannot be read.
    #[error("the record could not be read or written: {0}")]
    Unavailable(String),
    /// A newer operator has written it. Nothing was read, and nothing is written.
    #[error("the record of the organisation is not for this operator: {0}")]
    TooNew(String),
}

/// Keeps the record of an organisation. Every write is conditional, so that two operators cannot both
/// write an intent.
#[async_trait]
pub trait RecordStore: Send + Sync {
    /// What may be done with it.
    fn mandate(&self) -> Mandate {
        Mandate::Full
    }

    /// Reads it; a new one if there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`]. A record that cannot be read is never taken for a new one.
    async fn load(&self) -> Result<(OrganisationRecord, Revision), StoreError>;

    /// Replaces what was read as `revision`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] if it is no longer that.
    async fn save(&self, record: &OrganisationRecord, revision: &Revision) -> Result<Revision, StoreError>;
}

/// A store in memory, for use without a cluster. It outlives the rounds that use it, not the process.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<(OrganisationRecord, u64)>);

#[async_trait]
impl RecordStore for MemoryStore {
    async fn load(&self) -> Result<(OrganisationRecord, Revision), StoreError> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((kept.0.clone(), Revision(kept.1.to_string())))
    }

    async fn save(&self, record: &OrganisationRecord, revision: &Revision) -> Result<Revision, StoreError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if revision.0 != kept.1.to_string() {
            return Err(StoreError::Conflict);
        }
        *kept = (record.clone(), kept.1 + 1);
        Ok(Revision(kept.1.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_write_over_somebody_elses_is_refused() {
        let store = MemoryStore::default();
        let (record, first) = store.load().await.expect("memory");
        store.save(&record, &first).await.expect("first write");
        assert_eq!(store.save(&record, &first).await, Err(StoreError::Conflict));
    }
}
