//! What the way home needs, one by one. Nothing goes home by itself; people are told when it could.

use serde::{Deserialize, Serialize};

use super::{
    CmsState, Observer, UsersGoal, Verdict, Vote,
    backup::{BackupHealth, backup_health},
    ballots,
    world::World,
};
use crate::lync::{MachineFqdn, PoolFqdn, PoolState};

/// One thing that a failback needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Whether it holds; none if nobody can tell.
    pub holds: Option<bool>,
    /// What was seen, in words.
    pub seen: String,
}

/// The way home of the users of a pool that is failed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failback {
    /// Their home pool.
    pub home: PoolFqdn,
    /// What it needs (JJ204945; the preconditions are those of the Backup Service and of a repaired pool).
    pub checks: Vec<Check>,
    /// Servers of the home pool that may not know that it is failed over: it is up again, and they have not been
    /// seen with a current replica since.
    pub unaware: Vec<MachineFqdn>,
}

impl Failback {
    /// Whether everything holds; none if that is not known and nothing speaks against it.
    pub fn is_available(&self) -> Option<bool> {
        let any = |holds| self.checks.iter().any(|check| check.holds == holds);
        match (any(Some(false)), any(None)) {
            (true, _) => Some(false),
            (false, true) => None,
            (false, false) => Some(true),
        }
    }
}

/// The ways home of all users that are away, as the spec wants it.
pub(super) fn failbacks(world: &World<'_>) -> Vec<Failback> {
    let goals = world.desired.users.iter();
    let away =
        goals.filter(|goal| goal.is_away() && world.pool_state(&goal.home) == Ok(PoolState::FailedOver));
    away.map(|goal| failback(world, goal)).collect()
}

fn failback(world: &World<'_>, goal: &UsersGoal) -> Failback {
    let (home, pair) = (&goal.home, &goal.served_by);
    let returned = world.verdict(home) == Verdict::Up && !world.progress.watch.caught_up.contains(home);
    let unaware = if returned { behind(world, home).unwrap_or_default() } else { Vec::new() };
    let checks = vec![
        alive(world, home),
        services(world, home),
        replicas(world, home),
        alive(world, pair),
        active(world, pair),
        backup_service(world, home, pair),
        store(world),
    ];
    Failback { home: home.clone(), checks, unaware }
}

fn check(holds: impl Into<Option<bool>>, seen: impl Into<String>) -> Check {
    Check { holds: holds.into(), seen: seen.into() }
}

fn alive(world: &World<'_>, pool: &PoolFqdn) -> Check {
    match world.verdict(pool) {
        Verdict::Up => check(true, format!("{pool} is up")),
        verdict @ (Verdict::Down { .. } | Verdict::Suspect { .. }) => {
            check(false, format!("{pool} is not seen alive ({})", verdict.name()))
        }
        Verdict::Undetermined => check(None, format!("nobody can tell whether {pool} is up")),
    }
}

fn services(world: &World<'_>, home: &PoolFqdn) -> Check {
    let ballots = ballots(home, world.observed, &world.progress.watch, world.limits, world.now);
    let seen = |observer| ballots.iter().find(|ballot| ballot.observer == observer);
    let (bridge, sip) = (seen(Observer::Bridge), seen(Observer::Sip));
    let holds = match (bridge.map(|b| b.vote), sip.map(|b| b.vote)) {
        (Some(Vote::Down), _) => Some(false),
        // Who answers on TCP 5061 runs; that not every server could be asked for its services changes nothing.
        (Some(Vote::Up), _) | (Some(Vote::NoEvidence), Some(Vote::Up)) => Some(true),
        _ => None,
    };
    let what = bridge.into_iter().chain(sip).map(|ballot| ballot.seen.clone()).collect::<Vec<_>>();
    check(holds, format!("on {home} {}", what.join(", ")))
}

fn replicas(world: &World<'_>, home: &PoolFqdn) -> Check {
    match behind(world, home) {
        Err(why) => check(None, format!("the replicas on {home} are not known ({why})")),
        Ok(behind) if behind.is_empty() => check(true, format!("the replicas on {home} are current")),
        Ok(behind) => check(false, format!("the replicas on {} are behind", names(&behind))),
    }
}

fn active(world: &World<'_>, pair: &PoolFqdn) -> Check {
    match world.pool_state(pair) {
        Ok(PoolState::Active) => check(true, format!("{pair} is Active")),
        Ok(state) => check(false, format!("{pair} is itself {state}")),
        Err(why) => check(None, format!("PoolState of {pair} is not known ({why})")),
    }
}

fn backup_service(world: &World<'_>, home: &PoolFqdn, pair: &PoolFqdn) -> Check {
    match backup_health(world, pair, home) {
        BackupHealth::Steady => check(true, format!("the Backup Service is steady on {pair} and {home}")),
        BackupHealth::Behind(why) | BackupHealth::Broken(why) => check(false, why),
        BackupHealth::Unknown(why) => check(None, format!("the Backup Service is not known ({why})")),
    }
}

fn store(world: &World<'_>) -> Check {
    match &world.cms {
        CmsState::Healthy { pool } => check(true, format!("the Central Management store works on {pool}")),
        CmsState::Unknown { why } => {
            check(None, format!("the Central Management store is not known ({why})"))
        }
        CmsState::Impaired { why, .. } | CmsState::Dead { why, .. } | CmsState::SplitBrain { why } => {
            check(false, format!("the Central Management store does not work ({why})"))
        }
    }
}

/// The servers of a pool whose replica is behind.
pub(super) fn behind(world: &World<'_>, pool: &PoolFqdn) -> Result<Vec<MachineFqdn>, String> {
    let replicas = world.live(&world.observed.replicas)?;
    let machines = world.topology.pools.get(pool).into_iter().flat_map(|pool| &pool.machines);
    let mut behind = Vec::new();
    for machine in machines {
        match replicas.get(machine) {
            Some(replica) if replica.up_to_date => {}
            Some(_) => behind.push(machine.clone()),
            None => return Err(format!("the store does not list {machine}")),
        }
    }
    Ok(behind)
}

/// Machines, for a sentence.
pub(super) fn names(machines: &[MachineFqdn]) -> String {
    machines.iter().map(MachineFqdn::as_str).collect::<Vec<_>>().join(", ")
}
