//! Lync's own words: names, cmdlets, what they answer, what is observed. Pure: no clock, no I/O.

pub mod cmdlet;
mod exports;
mod fact;
mod fqdn;
mod invocation;
mod observed;
pub mod outputs;
mod path;
pub mod procedure;
pub mod ps;
mod topology;

pub use exports::{ExportFile, ExportMade, ExportOf, ExportOrder, Exports, ExportsOfKind};
pub use fact::{Fact, Source, Why};
pub use fqdn::{EdgeFqdn, FQDN_PATTERN, Fqdn, FqdnError, MachineFqdn, PoolFqdn, SqlInstance};
pub use invocation::{Argument, Invocation, Parameter};
pub use observed::{
    CentralManagement, CmsRole, EndpointState, Guard, Observed, PeerSight, Replica, StoreStatus,
};
#[cfg(test)]
pub(crate) use path::{BAD_PATHS, GOOD_PATHS};
pub use path::{FILE_PATH_PATTERN, FilePath, FilePathError};
pub use topology::{Edge, Pool, PoolKind, PoolState, Site, Topology, Version, quorum};
