//! Exports: files of what a failover does not carry over, and of what a lost store is made anew from.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FilePath, PoolFqdn, PoolKind, Topology, Version};

/// What is exported into a file of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ExportOf {
    /// The content of the Central Management store: `Export-CsConfiguration` (Gg398627).
    Configuration,
    /// The locations for emergency calls: `Export-CsLisConfiguration` (Gg398539).
    Locations,
    /// The Response Groups of a pool: `Export-CsRgsConfiguration` (JJ205011).
    ResponseGroups(PoolFqdn),
}

impl ExportOf {
    /// What has to be exported of an organisation. Response Groups are exported by cmdlet from Lync Server 2013
    /// on.
    pub fn all(topology: &Topology) -> Vec<Self> {
        let is_asked =
            |pool: &super::Pool| pool.kind == PoolKind::FrontEnd && pool.version >= Version::LYNC_2013;
        let pools = topology.pools.iter().filter(|(_, pool)| is_asked(pool)).map(|(name, _)| name.clone());
        [Self::Configuration, Self::Locations].into_iter().chain(pools.map(Self::ResponseGroups)).collect()
    }

    /// The word for it that the module on the hosts uses.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Configuration => "Configuration",
            Self::Locations => "Locations",
            Self::ResponseGroups(_) => "ResponseGroups",
        }
    }

    /// The pool that it is of; `None` where it is of the organisation.
    pub fn pool(&self) -> Option<&PoolFqdn> {
        match self {
            Self::ResponseGroups(pool) => Some(pool),
            Self::Configuration | Self::Locations => None,
        }
    }
}

impl fmt::Display for ExportOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResponseGroups(pool) => write!(f, "ResponseGroups of {pool}"),
            other => f.write_str(other.kind()),
        }
    }
}

/// A file that is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportFile {
    /// Its full name, as the host sees it that was asked.
    pub path: FilePath,
    /// When it was made, by the clock of the host that made it.
    pub made_at: Timestamp,
    /// Its size in bytes.
    pub size: i64,
}

/// What there is of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportsOfKind {
    /// What they are of.
    pub of: ExportOf,
    /// The newest file that is whole.
    pub newest: Option<ExportFile>,
    /// What is wrong with a file that is newer than that one, or with the newest of all where none is whole.
    pub problem: Option<String>,
    /// How many files there are, good or not.
    pub count: i64,
}

/// What a host finds in the folder for exports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exports {
    /// The folder. Whoever installed the module has chosen it.
    pub folder: String,
    /// Whether it is on a share. A folder on a Front End is lost with it.
    pub is_shared: bool,
    /// What there is, each kind and pool once.
    pub found: Vec<ExportsOfKind>,
}

impl Exports {
    /// What there is of something.
    pub fn of(&self, of: &ExportOf) -> Option<&ExportsOfKind> {
        self.found.iter().find(|found| found.of == *of)
    }

    /// The newest whole file of something.
    pub fn newest(&self, of: &ExportOf) -> Option<&ExportFile> {
        self.of(of)?.newest.as_ref()
    }
}

/// An order to make some exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportOrder {
    /// What to export.
    pub exports: Vec<ExportOf>,
    /// How many whole files of each kind and pool stay; older ones are removed when a newer one is there.
    pub keep: u16,
}

/// What came of one export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportMade {
    /// Of what.
    pub of: ExportOf,
    /// The file; `None` if there is none.
    pub file: Option<FilePath>,
    /// What went wrong. With a file: older ones could not be removed.
    pub problem: Option<String>,
}
