//! The operator in a cluster: watches resources, keeps one worker for each Lync organisation, and writes
//! status. The work itself is that of [`crate::controller`].

mod beside;
mod config_map_store;
mod control;
mod deployment;
mod drills;
mod environment;
mod events;
mod exports;
mod finalizer;
mod http;
pub mod lease;
mod metered;
mod metrics;
mod pass;
mod reflect;
mod remote;
mod report;
mod reporter;
mod resources;
mod run;
mod secrets;
mod stores;
mod unreadable;
mod webhook;
mod worker;
mod write_status;

pub use config_map_store::ConfigMapStore;
pub use control::Controller;
pub use environment::{Environment, Simulators};
pub use finalizer::FINALIZER;
pub(crate) use run::LEASE;
pub use run::{DEFAULT_NAMESPACE, OperatorError, Settings, run};
pub(crate) use secrets::ClusterSecrets;
pub use webhook::WebhookSettings;
