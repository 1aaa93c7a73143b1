//! The state of the Central Management store, concluded from four signals.
//!
//! The signals are: the active row of `Get-CsService -CentralManagement`, the active master and file
//! transfer agent with their heartbeats, the pointer in Active Directory, and whether the databases
//! open. Success reported by a cmdlet is none of them (field reports: success was reported while no
//! server, or both, took themselves for the master).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Beat, world::World};
use crate::lync::{CmsRole, Fact, MachineFqdn, PoolFqdn, StoreStatus, Version, Why};

/// The state of the Central Management store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CmsState {
    /// All signals agree, heartbeats are fresh: it can be written.
    Healthy {
        /// The pool that hosts it.
        pool: PoolFqdn,
    },
    /// The signals name one pool, but part of the service is not alive there.
    Impaired {
        /// The pool that hosts it.
        pool: PoolFqdn,
        /// What is not alive.
        why: String,
    },
    /// It does not answer at all.
    Dead {
        /// The pool that Active Directory points to, or the local replica names.
        last: Option<PoolFqdn>,
        /// What was answered.
        why: String,
    },
    /// The signals name different pools, or not exactly one.
    SplitBrain {
        /// Which signals disagree.
        why: String,
    },
    /// It could not be looked at. Not a sign of anything.
    Unknown {
        /// Why not.
        why: String,
    },
}

impl CmsState {
    /// The pool that hosts the store, or hosted it last.
    pub fn pool(&self) -> Option<&PoolFqdn> {
        match self {
            Self::Healthy { pool } | Self::Impaired { pool, .. } => Some(pool),
            Self::Dead { last, .. } => last.as_ref(),
            Self::SplitBrain { .. } | Self::Unknown { .. } => None,
        }
    }

    /// Whether the configuration can be written and replicated.
    pub fn is_writable(&self) -> bool {
        matches!(self, Self::Healthy { .. })
    }
}

/// One signal, sorted.
enum Signal<T> {
    Says(T),
    /// The store, not the bridge, failed to answer.
    NoStore(String),
    Unseen(String),
}

fn signal<'a, T>(world: &World<'_>, fact: &'a Fact<T>) -> Signal<&'a T> {
    if let Fact::Unknown(Why::CentralManagementUnavailable(text)) = fact {
        return Signal::NoStore(text.clone());
    }
    world.live(fact).map_or_else(Signal::Unseen, Signal::Says)
}

/// Concludes the state of the store.
pub(super) fn cms_state(world: &World<'_>) -> CmsState {
    use Signal::{NoStore, Says, Unseen};
    let cms = &world.observed.central_management;
    let roles = signal(world, &cms.roles);
    let store = signal(world, &cms.store);
    let database = signal(world, &cms.database);
    match (roles, store, database) {
        (Says(roles), Says(store), Says(true)) => agree(world, roles, store),
        (Says(roles), Says(_) | NoStore(_), Says(false) | NoStore(_)) => {
            impaired(roles, "its databases could not be opened")
        }
        (Says(roles), NoStore(text), Says(true)) => impaired(roles, &text),
        (NoStore(text), Says(store), Says(false) | NoStore(_)) if store.active_master.is_none() => {
            CmsState::Dead { last: last_host(world), why: text }
        }
        // The text of an error may be in any language; two plain answers do not need it.
        (Unseen(why), Says(store), Says(false)) if store.active_master.is_none() => {
            CmsState::Dead { last: last_host(world), why }
        }
        (NoStore(text), NoStore(_), Says(false) | NoStore(_)) => {
            CmsState::Dead { last: last_host(world), why: text }
        }
        (Unseen(why), ..) | (_, Unseen(why), _) | (.., Unseen(why)) => CmsState::Unknown { why },
        (NoStore(text), ..) => CmsState::Unknown {
            why: format!("some questions to the store were answered, others not: {text}"),
        },
    }
}

fn impaired(roles: &[CmsRole], why: &str) -> CmsState {
    match only_active(roles) {
        Ok(pool) => CmsState::Impaired { pool: pool.clone(), why: why.to_owned() },
        Err(why) => CmsState::SplitBrain { why },
    }
}

fn only_active(roles: &[CmsRole]) -> Result<&PoolFqdn, String> {
    let active: Vec<_> = roles.iter().filter(|role| role.active).collect();
    match active.as_slice() {
        [only] => Ok(&only.pool),
        [] => Err("no Central Management service is active".to_owned()),
        several => {
            let names: Vec<_> = several.iter().map(|role| role.pool.as_str()).collect();
            Err(format!("more than one Central Management service is active: {}", names.join(", ")))
        }
    }
}

/// All parts answer: do they say the same?
fn agree(world: &World<'_>, roles: &[CmsRole], store: &StoreStatus) -> CmsState {
    let pool = match only_active(roles) {
        Ok(pool) => pool,
        Err(why) => return CmsState::SplitBrain { why },
    };
    let pointer = match world.live(&world.observed.central_management.pointer) {
        Ok(sql) => sql,
        Err(why) => return CmsState::Unknown { why: format!("the pointer in Active Directory: {why}") },
    };
    if world.observed.topology.value().is_none() {
        // Which pool a store belongs to, only the topology says: that is no contradiction.
        return CmsState::Unknown {
            why: format!("the topology is not known, and with it whose {pointer} is"),
        };
    }
    if world.topology.pool_of_store(pointer) != Some(pool) {
        return CmsState::SplitBrain {
            why: format!("the active row names {pool}, Active Directory points to {pointer}"),
        };
    }
    let watch = &world.progress.watch;
    let parts = [
        ("active master", &store.active_master, store.active_master_heartbeat, watch.master_beat),
        (
            "file transfer agent",
            &store.active_file_transfer_agent,
            store.active_file_transfer_agent_heartbeat,
            watch.agent_beat,
        ),
    ];
    for (part, machine, ..) in &parts {
        if let Some(machine) = machine
            && !runs_on(world, machine, pool)
        {
            return CmsState::SplitBrain {
                why: format!("the active row names {pool}, the {part} runs on {machine}"),
            };
        }
    }
    for (part, machine, heartbeat, beat) in parts {
        let why = match (machine, heartbeat) {
            (None, _) => format!("there is no {part}"),
            (Some(_), None) => format!("the {part} has no heartbeat"),
            (Some(machine), Some(at)) => match freshness(world, at, beat) {
                Freshness::Fresh => continue,
                Freshness::Stale => format!("the last heartbeat of the {part} on {machine} was at {at}"),
                Freshness::Unclear => {
                    return CmsState::Unknown {
                        why: format!(
                            "the heartbeat of the {part} on {machine} says {at}; whether it advances, or the \
                             clocks differ, shows within {} minutes",
                            world.limits.heartbeat_fresh.as_mins()
                        ),
                    };
                }
            },
        };
        return CmsState::Impaired { pool: pool.clone(), why };
    }
    CmsState::Healthy { pool: pool.clone() }
}

enum Freshness {
    Fresh,
    Stale,
    Unclear,
}

/// A heartbeat that is seen to advance is fresh, whatever the clocks say; one that says "now" is taken at
/// its word. One that does neither is stale once it has been watched for long enough.
fn freshness(world: &World<'_>, at: Timestamp, beat: Option<Beat>) -> Freshness {
    let limit = world.limits.heartbeat_fresh;
    let watched = beat.filter(|beat| beat.value == at);
    let is_still = watched.is_some_and(|beat| world.now.duration_since(beat.since) > limit);
    let advances = watched.is_some_and(|beat| beat.advances);
    match (is_still, advances || within(at, world.now, limit)) {
        (true, _) => Freshness::Stale,
        (false, true) => Freshness::Fresh,
        (false, false) => Freshness::Unclear,
    }
}

fn runs_on(world: &World<'_>, machine: &MachineFqdn, pool: &PoolFqdn) -> bool {
    world.topology.pools.get(pool).is_some_and(|p| p.machines.contains(machine))
        || machine.fqdn() == pool.fqdn()
}

/// Where a dead store was, by Active Directory. The local replica may be from before a move.
fn last_host(world: &World<'_>) -> Option<PoolFqdn> {
    let pointer = world.live(&world.observed.central_management.pointer).ok()?;
    world.topology.pool_of_store(pointer).cloned()
}

/// The version of the Central Management service of a pool, as far as it was read.
pub(super) fn version_of(world: &World<'_>, pool: &PoolFqdn) -> Option<Version> {
    let cms = &world.observed.central_management;
    let rows = cms.roles.value().or(cms.replicated_roles.value());
    let row = rows.and_then(|rows| rows.iter().find(|row| row.pool == *pool)).map(|row| row.version);
    row.or_else(|| world.topology.pools.get(pool).map(|p| p.version))
}

/// Whether a moment lies within `limit` of another, in either direction: a clock that is ahead proves as
/// little as one that is behind.
pub(super) fn within(at: Timestamp, now: Timestamp, limit: jiff::SignedDuration) -> bool {
    now.duration_since(at).abs() <= limit
}
