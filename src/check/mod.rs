//! Is the way to Lync fit for the night on which it is needed? Pure: what was gathered in, findings out.
//!
//! A [`Survey`] is gathered read-only, endpoint by endpoint; [`findings`] says what is wrong with it and what
//! to do; a [`Report`] shows it to people and machines. Nothing here judges Lync itself: a dead pool is no
//! fault of the bridge.

mod commands;
mod coverage;
mod finding;
mod host;
mod reach;
mod report;
mod survey;

pub use commands::{CommandSurvey, Presence, Requirement, functions, requirements};
pub use finding::{Finding, Severity, Subject, findings};
pub use report::Report;
pub use survey::{
    Buffering, Certificate, ClockReading, Connection, EndpointFacts, HomeKind, HostSurvey, Keeping, Login,
    Module, SessionState, Survey, TlsSurvey, TopologyRead, Trust,
};

/// The version of the module `LyncFailover` that this program was written for.
pub const MODULE_VERSION: &str = "1.1.0";

/// The session configuration of every Windows server, which limits nothing and knows no fence.
pub const PLAIN_CONFIGURATION: &str = "Microsoft.PowerShell";

#[cfg(test)]
mod tests;
