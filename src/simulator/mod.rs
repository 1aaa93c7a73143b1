//! A Lync organisation that obeys the documented rules, refusals included, and breaks on demand.
//!
//! It knows cmdlets as PowerShell does: a command name and named arguments. It has never heard of plans.
//! Time is an argument: [`Simulator`] reads no clock, so the same calls at the same times give the same
//! answers.

mod build;
mod cmdlets;
mod effects;
mod engine;
mod exports;
mod guard;
mod hosts;
mod model;
mod module;
mod order;
mod reach;
mod reads;
mod refusals;
mod rehearse;
mod remote;
mod replication;
mod run;
pub mod scenario;
mod server;
mod strikes;
#[cfg(test)]
mod tests;
mod timeline;
mod transcript;
mod view;
pub mod winrm;
pub mod wire;

pub use engine::Simulator;
pub use guard::Order;
pub use scenario::{
    ByHand, Failure, Fault, FaultKind, Rebuilt, Scenario, ScenarioError, Span, from_observed,
};
pub use server::serve;
pub(crate) use server::{lock, read_line};
pub use transcript::{CmsSignals, Entry, EntryKind, Snapshot, Transcript};
pub use view::{CmsRole, EdgeView, OrganisationView, PoolView, Service, SiteView};
