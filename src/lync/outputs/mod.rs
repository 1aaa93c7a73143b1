//! Decoding of what the cmdlets answer: property bags in, typed facts out.
//!
//! Reading is defensive: a property that is missing, truncated or of an unknown value is a
//! [`DecodeError`], which the observer turns into Unknown. Names are accepted in every spelling that
//! Microsoft's pages and objects use. An answer with no row where Lync always has one is an error too:
//! "all of nothing" must not read as "all is well".

mod backup_pool;
mod backup_service;
mod central_management_database;
mod edge;
mod exports;
mod mirror;
mod pool_state;
mod read;
mod registration;
mod replica;
mod service;
mod store_location;
mod store_status;
mod time;
mod topology_document;
mod topology_xml;
mod user_database;
mod windows_service;

pub use backup_pool::backup_pool;
pub use backup_service::{
    BackupModule, BackupServiceStatus, ExportStatus, ImportStatus, backup_service_status,
};
pub use central_management_database::database_succeeds;
pub use edge::edge_next_hops;
pub use exports::{exports, exports_made};
pub use mirror::{MirrorRole, MirrorRow, mirror_rows};
pub use pool_state::{PoolStates, pool_states};
pub use registration::{Registration, registration};
pub use replica::replicas;
pub use service::{RegistrarService, central_management_databases, central_management_services, registrars};
pub use store_location::store_location;
pub use store_status::store_status;
pub use topology_document::{TopologyDocument, topology_document};
pub use user_database::user_database_online;
pub use windows_service::{registrar_running, store_services_installed};

/// Why an answer could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cmdlet}: {problem}")]
pub struct DecodeError {
    /// The cmdlet whose answer it is.
    pub cmdlet: &'static str,
    /// What is wrong with it, with the property's name.
    pub problem: String,
}

impl DecodeError {
    fn new(cmdlet: &'static str, problem: impl Into<String>) -> Self {
        Self { cmdlet, problem: problem.into() }
    }
}
