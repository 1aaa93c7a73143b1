//! The operator in a cluster: watches resources, keeps one worker for each Lync organisation, and writes
//! status. The work itself is that of [`crate::controller`].

mod config_map_store;
mod deployment;
mod events;
mod http;
pub mod lease;
mod metrics;
mod resources;
mod run;
mod worker;
mod write_status;

pub use config_map_store::ConfigMapStore;
pub use run::{OperatorError, Settings, run};
