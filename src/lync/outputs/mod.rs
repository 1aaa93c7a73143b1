//! Decoding of what the cmdlets answer: property bags in, typed facts out.
//!
//! Reading is defensive: a property that is missing, truncated or of an unknown value is a
//! [`DecodeError`], which the observer turns into Unknown. Names are accepted in every spelling that
//! Microsoft's pages and objects use.

mod backup_service;
mod mirror;

pub use backup_service::{BackupModule, BackupServiceStatus, ExportStatus, ImportStatus};
pub use mirror::{MirrorRole, MirrorRow};

/// Why an answer could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cmdlet}: {problem}")]
pub struct DecodeError {
    /// The cmdlet whose answer it is.
    pub cmdlet: &'static str,
    /// What is wrong with it, with the property's name.
    pub problem: String,
}
