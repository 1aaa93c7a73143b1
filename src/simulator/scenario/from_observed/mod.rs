//! From an observation back to a scenario: the organisation that was seen, to rehearse on.
//!
//! What decides the order of a failover has to be known: the topology, the pool states, the next hops, where
//! the Central Management store is. The rest is assumed where it is not known, and said so.

mod exports;
mod health;

use jiff::{SignedDuration, Timestamp};

use super::{BackupHealth, CmsSpec, EdgeSpec, Edition, Failure, InitialState, PoolSpec, Scenario, Start};
use crate::lync::{
    Fact, Observed, Pool, PoolFqdn, PoolKind, PoolState, Source, Topology, Version,
    outputs::{ExportStatus, ImportStatus, MirrorRole},
};
use health::Health;

/// A replica that is this far behind the one that has reported last does not report.
const SILENT: SignedDuration = SignedDuration::from_mins(5);

/// A scenario that was made from an observation.
#[derive(Clone, Debug, PartialEq)]
pub struct Rebuilt {
    /// The organisation as it was seen.
    pub scenario: Scenario,
    /// What nobody has seen and the scenario had to assume, one sentence each.
    pub assumed: Vec<String>,
}

/// Builds the scenario in which an observation sees the same topology, pool states, next hops and place of
/// the Central Management store.
///
/// # Errors
///
/// What would have to be known, one sentence each: these facts decide what a failover does, so they are not
/// assumed.
pub fn from_observed(observed: &Observed) -> Result<Rebuilt, Vec<String>> {
    let topology = match &observed.topology {
        Fact::Known { value, .. } => value,
        Fact::Unknown(why) => return Err(vec![format!("the topology is not known: {why}")]),
    };
    let mut maker = Maker { observed, topology, assumed: Vec::new(), missing: Vec::new() };
    maker.note_the_general();
    let cms = maker.store_pool();
    let health = Health::of(&mut maker, cms.as_ref());
    let pools: Vec<_> = topology.pools.iter().map(|(n, p)| maker.pool(n, p, cms.as_ref(), &health)).collect();
    let edges: Vec<_> = topology.edges.keys().filter_map(|name| maker.edge(name)).collect();
    if !maker.missing.is_empty() {
        return Err(maker.missing);
    }
    let begins =
        Failure { kill: health.dead, stop_registrars: health.stopped, cut: health.cut, ..Failure::default() };
    let scenario = Scenario {
        start: Start::Empty,
        sites: topology.sites.iter().map(|site| site.name.clone()).collect(),
        pools,
        edges,
        cms: cms.map(|pool| CmsSpec { pool: pool.to_string() }),
        failures: if begins == Failure::default() { Vec::new() } else { vec![begins] },
        faults: health.faults,
        exports: exports::exports(&observed.exports),
        ..Scenario::default()
    };
    Ok(Rebuilt { scenario, assumed: maker.assumed })
}

/// What a scenario is made from, and what is to be said about it.
struct Maker<'a> {
    observed: &'a Observed,
    topology: &'a Topology,
    assumed: Vec<String>,
    missing: Vec<String>,
}

impl<'a> Maker<'a> {
    fn assume(&mut self, text: String) {
        self.assumed.push(text);
    }

    fn note_the_general(&mut self) {
        self.assume("every cmdlet takes as long as Microsoft's documents say".to_owned());
        self.assume("each Front End pool homes 12000 users".to_owned());
        if let Fact::Known { value, .. } = &self.observed.replicas {
            for (machine, _) in value.iter().filter(|(_, replica)| !replica.up_to_date) {
                self.assume(format!("the replica of {machine} is current; it was behind"));
            }
            let newest = value.values().filter_map(|replica| replica.last_status_report).max();
            let is_silent = |at: Timestamp| newest.is_some_and(|newest| newest.duration_since(at) > SILENT);
            for (machine, replica) in value {
                if let Some(at) = replica.last_status_report.filter(|at| is_silent(*at)) {
                    self.assume(format!("the replica of {machine} has just reported; it had last at {at}"));
                }
            }
        }
    }

    /// Whether the store itself gave the topology, not a replica.
    fn store_answered(&self) -> bool {
        !matches!(self.observed.topology, Fact::Known { source: Source::LocalReplica(_), .. })
    }

    /// The pool with the active store: what the store says, else what Active Directory and the replica say.
    fn store_pool(&mut self) -> Option<PoolFqdn> {
        let cms = &self.observed.central_management;
        let pointer = cms.pointer.value().and_then(|sql| self.topology.pool_of_store(sql));
        let roles = cms.roles.value().or(cms.replicated_roles.value());
        let active: Vec<&PoolFqdn> =
            roles.into_iter().flatten().filter(|role| role.active).map(|role| &role.pool).collect();
        match (pointer, active.as_slice()) {
            (Some(pointer), [only]) if pointer != *only && cms.roles.value().is_some() => {
                self.missing.push(format!(
                    "where the Central Management store is: {only} takes itself for active, Active Directory \
                     points to {pointer}"
                ));
                None
            }
            (_, [_, _, ..]) => {
                self.missing.push("where the Central Management store is: two pools are active".to_owned());
                None
            }
            (Some(pool), _) => Some(pool.clone()),
            (None, [only]) => {
                let only = (*only).clone();
                self.assume(format!(
                    "Active Directory points to the store on {only}, which calls itself active"
                ));
                Some(only)
            }
            (None, []) => {
                self.missing.push(
                    "where the Central Management store is: neither the store nor Active Directory names a pool"
                        .to_owned(),
                );
                None
            }
        }
    }

    fn pool(&mut self, name: &PoolFqdn, pool: &Pool, cms: Option<&PoolFqdn>, health: &Health) -> PoolSpec {
        let is_front_end = pool.kind == PoolKind::FrontEnd;
        let is_standard = pool.is_standard_edition(name);
        let has_store = pool.central_management_store.is_some() || cms == Some(name);
        let sql = pool.central_management_store.as_ref().or(pool.user_store.as_ref());
        if is_front_end && sql.is_none() {
            let sql = if is_standard { name.to_string() } else { format!("sql.{name}") };
            self.assume(format!("the SQL Server of {name} is {sql}; nothing that was read names it"));
        }
        PoolSpec {
            fqdn: name.to_string(),
            site: Some(pool.site.clone()),
            edition: Some(if is_standard { Edition::Standard } else { Edition::Enterprise }),
            director: Some(!is_front_end),
            version: self.version(name.as_str(), pool.version),
            machines: Some(pool.machines.iter().map(ToString::to_string).collect()),
            sql: sql.map(ToString::to_string),
            sql_mirror: pool.central_management_mirror.as_ref().map(ToString::to_string),
            mirror_is_principal: self.mirror_is_principal(name, pool),
            backup: pool.backup.as_ref().map(ToString::to_string),
            backup_one_sided: pool
                .backup
                .as_ref()
                .is_some_and(|pair| self.topology.backup_of(pair) != Some(name))
                .then_some(true),
            users: None,
            central_management: Some(has_store),
            store_installed: has_store.then(|| !health.closed_stores.contains(name)),
            state: self.state(name),
            backup_service: self.backup_service(name, pool, health),
            test_users: None,
            store_services: None,
        }
    }

    fn edge(&mut self, name: &crate::lync::EdgeFqdn) -> Option<EdgeSpec> {
        let edge = self.topology.edges.get(name)?;
        let fact = self.observed.next_hops.get(name).cloned().unwrap_or_default();
        let hop = match &fact {
            Fact::Known { value, source, .. } => {
                if let Source::LocalReplica(host) = source {
                    self.assume(format!(
                        "the next hop of {name} is {value}, as the replica on {host} has it"
                    ));
                }
                value
            }
            Fact::Unknown(why) => {
                self.missing.push(format!("the next hop of {name} is not known: {why}"));
                return None;
            }
        };
        Some(EdgeSpec {
            fqdn: name.to_string(),
            site: Some(edge.site.clone()),
            machines: Some(edge.machines.iter().map(ToString::to_string).collect()),
            next_hop: Some(hop.to_string()),
            version: self.version(name.as_str(), edge.version),
            replication: None,
        })
    }

    fn version(&mut self, of: &str, version: Version) -> Option<i32> {
        if !(Version::LYNC_2010..=Version::SFB_2019).contains(&version) {
            self.missing.push(format!("{of} runs {version}, which the simulator does not know"));
        }
        Some(i32::from(version.0))
    }

    fn state(&mut self, name: &PoolFqdn) -> Option<InitialState> {
        let fact = self.observed.pool_states.get(name).cloned().unwrap_or_default();
        let state = match &fact {
            Fact::Known { value, source, .. } => {
                if let Source::LocalReplica(host) = source {
                    self.assume(format!("PoolState of {name} is {value}, as the replica on {host} has it"));
                }
                *value
            }
            Fact::Unknown(why) => {
                self.missing.push(format!("PoolState of {name} is not known: {why}"));
                return None;
            }
        };
        Some(match state {
            PoolState::Active => InitialState::Active,
            PoolState::FailingOver => InitialState::FailingOver,
            PoolState::FailedOver => InitialState::FailedOver,
            PoolState::FailingBack => InitialState::FailingBack,
        })
    }

    fn mirror_is_principal(&mut self, name: &PoolFqdn, pool: &Pool) -> Option<bool> {
        pool.central_management_mirror.as_ref()?;
        let rows = self.observed.central_management.mirrors.get(name).and_then(Fact::value);
        let role = |role| move |row: &crate::lync::outputs::MirrorRow| row.on_mirror == role;
        if rows.is_some_and(|rows| rows.iter().any(role(MirrorRole::Principal))) {
            return Some(true);
        }
        if !rows.is_some_and(|rows| rows.iter().any(role(MirrorRole::Mirror))) {
            self.assume(format!(
                "the primary SQL Server of {name} is the principal; its mirror state was not seen"
            ));
        }
        Some(false)
    }

    /// A service that fails because its pool, or the pair, is down is not broken itself.
    fn backup_service(&mut self, name: &PoolFqdn, pool: &Pool, health: &Health) -> Option<BackupHealth> {
        let pair = pool.backup.as_ref()?;
        let Some(status) = self.observed.backup_services.get(name).and_then(Fact::value) else {
            self.assume(format!("the Backup Service of {name} keeps up; it could not be asked"));
            return Some(BackupHealth::Steady);
        };
        let any = |export| status.modules.iter().any(|module| module.export == export);
        let refuses = status.modules.iter().any(|module| module.import == ImportStatus::ErrorState);
        let is_explained = health.is_gone(name) || health.is_gone(pair) || !self.store_answered();
        Some(if refuses || (any(ExportStatus::ErrorState) && !is_explained) {
            BackupHealth::Broken
        } else if any(ExportStatus::ErrorState) {
            self.assume(format!("the Backup Service of {name} keeps up once both pools of the pair live"));
            BackupHealth::Steady
        } else if any(ExportStatus::NonSteadyState) {
            BackupHealth::Behind
        } else {
            BackupHealth::Steady
        })
    }
}
