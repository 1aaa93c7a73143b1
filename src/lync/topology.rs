//! The part of a topology that does not change during an outage: sites, pools, machines, pairs, SQL.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{EdgeFqdn, MachineFqdn, PoolFqdn, SqlInstance};

/// The product generation of a service, as `Get-CsService` and the topology document number it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u8);

impl Version {
    /// Lync Server 2010: no pairs, no failover cmdlets.
    pub const LYNC_2010: Self = Self(5);
    /// Lync Server 2013.
    pub const LYNC_2013: Self = Self(6);
    /// Skype for Business Server 2015.
    pub const SFB_2015: Self = Self(7);
    /// Skype for Business Server 2019.
    pub const SFB_2019: Self = Self(8);
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            5 => write!(f, "Lync Server 2010"),
            6 => write!(f, "Lync Server 2013"),
            7 => write!(f, "Skype for Business Server 2015"),
            8 => write!(f, "Skype for Business Server 2019"),
            other => write!(f, "version {other}"),
        }
    }
}

/// The state of a pool's failover: `PoolState` of the Registrar configuration (Gg398764).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PoolState {
    /// The home pool serves its users.
    Active,
    /// A failover is under way, or stopped half-way.
    FailingOver,
    /// The paired pool serves the users.
    FailedOver,
    /// A failback is under way, or stopped half-way.
    FailingBack,
}

impl fmt::Display for PoolState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What a registrar pool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PoolKind {
    /// Homes users.
    FrontEnd,
    /// Homes no users; can be an Edge's next hop.
    Director,
}

/// A site of the topology.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Site {
    /// Its name, without the prefix `Site:`.
    pub name: String,
}

/// A registrar pool of the topology.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pool {
    /// The name of its site.
    pub site: String,
    /// Front End or Director.
    pub kind: PoolKind,
    /// The version of its Registrar service.
    pub version: Version,
    /// Its servers, in the order of the topology (which is the order of the quorum rule, Gg412996).
    pub machines: Vec<MachineFqdn>,
    /// The pool that it is paired with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<PoolFqdn>,
    /// The database of its Central Management service, if it has one (active or standby).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub central_management_store: Option<SqlInstance>,
    /// The mirror of that database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub central_management_mirror: Option<SqlInstance>,
    /// The database of its users: the SQL Server behind it. None for a Director.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_store: Option<SqlInstance>,
}

impl Pool {
    /// Whether pool, server and SQL are one machine.
    pub fn is_standard_edition(&self, name: &PoolFqdn) -> bool {
        matches!(self.machines.as_slice(), [only] if only.fqdn() == name.fqdn())
    }

    /// How many of the first Front Ends count for the quorum: all up to seven, the first 7 of 8 and 9, the
    /// first 9 of 10 and more (Gg412996).
    pub fn voters(&self) -> usize {
        match self.machines.len() {
            n @ 0..=7 => n,
            8..=9 => 7,
            _ => 9,
        }
    }

    /// How many of them have to live for the pool to go on.
    pub fn quorum(&self) -> usize {
        quorum(self.machines.len())
    }
}

/// How many Front Ends of a pool have to live for it to go on (Gg412996, Front End topologies): of 2 one,
/// of 3 or 4 any 2, of 5 or 6 any 3, from 7 on 4 and from 10 on 5 of the first 9.
pub fn quorum(front_ends: usize) -> usize {
    match front_ends {
        0..=2 => 1,
        3..=4 => 2,
        5..=6 => 3,
        7..=9 => 4,
        _ => 5,
    }
}

/// An Edge pool of the topology.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Edge {
    /// The name of its site.
    pub site: String,
    /// The version of its Edge service.
    pub version: Version,
    /// Its servers.
    pub machines: Vec<MachineFqdn>,
}

/// Sites, registrar pools and Edge pools.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Topology {
    /// The sites.
    pub sites: Vec<Site>,
    /// Registrar pools by name.
    pub pools: BTreeMap<PoolFqdn, Pool>,
    /// Edge pools by name.
    pub edges: BTreeMap<EdgeFqdn, Edge>,
}

impl Topology {
    /// What tells the organisation from all others: the shortest domain that a pool is in, of several the first
    /// by name. An Active Directory forest has at most one Lync organisation. `None`: there is no pool.
    pub fn domain(&self) -> Option<String> {
        let of = |pool: &PoolFqdn| Some(pool.as_str().split_once('.')?.1.to_ascii_lowercase());
        self.pools.keys().filter_map(of).min_by_key(|domain| (domain.len(), domain.clone()))
    }

    /// The registrar pool that a machine belongs to.
    pub fn pool_of(&self, machine: &MachineFqdn) -> Option<&PoolFqdn> {
        self.pools.iter().find(|(_, pool)| pool.machines.contains(machine)).map(|(name, _)| name)
    }

    /// The pool whose Central Management database this SQL instance is (primary or mirror). A topology from
    /// before a move does not know the new database yet: then the one pool that has its users there.
    pub fn pool_of_store(&self, sql: &SqlInstance) -> Option<&PoolFqdn> {
        let is_store = |pool: &Pool| {
            pool.central_management_store.as_ref() == Some(sql)
                || pool.central_management_mirror.as_ref() == Some(sql)
        };
        let named = self.pools.iter().find(|(_, pool)| is_store(pool));
        let mut behind = self.pools.iter().filter(|(_, pool)| pool.user_store.as_ref() == Some(sql));
        let behind = behind.next().filter(|_| behind.next().is_none());
        named.or(behind).map(|(name, _)| name)
    }

    /// The pool that a pool is paired with.
    pub fn backup_of(&self, pool: &PoolFqdn) -> Option<&PoolFqdn> {
        self.pools.get(pool)?.backup.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(store: Option<&str>, users: &str) -> Pool {
        Pool {
            site: "DC1".to_owned(),
            kind: PoolKind::FrontEnd,
            version: Version::LYNC_2013,
            machines: Vec::new(),
            backup: None,
            central_management_store: store.map(|sql| sql.parse().expect("valid")),
            central_management_mirror: None,
            user_store: Some(users.parse().expect("valid")),
        }
    }

    #[test]
    fn a_database_that_the_topology_does_not_know_yet_is_found_by_the_users_of_the_pool() {
        let (old, new) = ("sql0.contoso.com\\rtc", "sql2.contoso.com\\rtc");
        let name = |short: &str| -> PoolFqdn { format!("{short}.contoso.com").parse().expect("valid") };
        let pools = [(name("old"), pool(Some(old), old)), (name("pool2"), pool(None, new))];
        let mut topology = Topology { pools: pools.into(), ..Topology::default() };
        let of =
            |topology: &Topology, sql: &str| topology.pool_of_store(&sql.parse().expect("valid")).cloned();
        assert_eq!(of(&topology, new), Some(name("pool2")));
        assert_eq!(of(&topology, old), Some(name("old")));
        topology.pools.insert(name("pool3"), pool(None, new));
        assert_eq!(of(&topology, new), None, "two pools on one instance: nobody can tell");
    }

    #[test]
    fn every_version_has_a_name() {
        let names = [4, 5, 6, 7, 8].map(|number| Version(number).to_string());
        assert_eq!(
            names,
            [
                "version 4",
                "Lync Server 2010",
                "Lync Server 2013",
                "Skype for Business Server 2015",
                "Skype for Business Server 2019",
            ]
        );
    }

    #[test]
    fn the_domain_is_the_shortest_one_whatever_else_there_is() {
        let domain = |pools: &[&str]| {
            let one = |name: &&str| (name.parse().expect("valid"), pool(None, "sql.contoso.com\\rtc"));
            Topology { pools: pools.iter().map(one).collect(), ..Topology::default() }.domain()
        };
        assert_eq!(domain(&["pool1.emea.contoso.com", "pool2.contoso.com"]).as_deref(), Some("contoso.com"));
        assert_eq!(domain(&["pool2.b.com", "pool1.a.com"]).as_deref(), Some("a.com"));
        assert_eq!(domain(&[]), None);
    }
}
