//! The users part of the plan: pool failover and failback.

use super::{
    CmsState, Mode, Step, UsersGoal, Verdict,
    backup::{BackupHealth, backup_health},
    consent::{Consent, consent, lasting},
    edges::{EdgeRows, edge_replication},
    half_way::half_way,
    replication::sum_up,
    row::{ConsentField, Hold, Needed, Part, PlannedStep, Skipped, StepState, Wait, WaitKind},
    world::World,
};
use crate::lync::{PoolFqdn, PoolState};

/// The rows that have to come first.
pub(super) struct Before<'a> {
    pub(super) edges: &'a EdgeRows,
    pub(super) central: Option<&'a PlannedStep>,
}

pub(super) fn users_row(world: &World<'_>, goal: &UsersGoal, before: &Before<'_>) -> Part {
    let live = world.pool_state(&goal.home);
    let done = if goal.is_away() { PoolState::FailedOver } else { PoolState::Active };
    if live == Ok(done) {
        return Part::Skip(Skipped {
            step: if goal.is_away() { "FailOverPool" } else { "FailBackPool" }.to_owned(),
            target: goal.home.to_string(),
            why: format!("users of {} are served by {}: PoolState is {done}", goal.home, goal.served_by),
        });
    }
    let seen = world.observed.pool_states.get(&goal.home).and_then(|fact| fact.value());
    if let (Err(why), Some(seen)) = (live, seen)
        && *seen == done
    {
        // It was so when it was last seen: no step to plan, but nothing to rely on either.
        return Part::Hold(Hold::Unknown { what: format!("PoolState of {}", goal.home), why });
    }
    if goal.is_away() { fail_over(world, goal, before) } else { fail_back(world, goal, before) }
}

fn fail_over(world: &World<'_>, goal: &UsersGoal, before: &Before<'_>) -> Part {
    let (home, to) = (&goal.home, &goal.served_by);
    let verdict = world.verdict(home);
    let backup = backup_health(world, home, to);
    let is_planned = verdict == Verdict::Up && !matches!(backup, BackupHealth::Broken(_));
    let mode = if is_planned { Mode::Planned } else { Mode::Disaster };
    let why = match (verdict, &backup) {
        (Verdict::Up, BackupHealth::Broken(why)) => {
            format!("{home} is up, but planned mode cannot work: {why}")
        }
        (Verdict::Up, _) => format!("{home} is up, so nothing has to be lost"),
        (verdict, _) => format!("the verdict about {home} is {}", verdict.name()),
    };
    let step = Step::FailOverPool { home: home.clone(), to: to.clone(), mode };
    let mut replicas = edge_replication(world, home);
    replicas.extend(world.store_replication());
    replicas.extend(world.refused_replica(&step));
    let replicas = sum_up(replicas);
    let host = world.executor(to).cloned();

    // Consent comes first, and with a store that can be written whatever else stands in this step's own
    // way: without it the steps that only prepare it do not start either.
    let consent = (mode == Mode::Disaster).then(|| disaster_obstacle(world, home)).flatten();
    let own = || {
        state_obstacle(world, home, to, &step)
            .or_else(|| target_obstacle(world, to, host.is_some()))
            .or_else(|| (mode == Mode::Planned).then(|| planned_obstacle(home, backup)).flatten())
    };
    let own = if consent.is_none() { own() } else { None };
    let stops_all = own.clone().filter(|_| world.cms.is_writable());
    let state = consent
        .or(stops_all)
        .or_else(|| order_obstacle(world, home, before))
        .or(own)
        .or_else(|| replicas.wait.clone().map(StepState::Waiting))
        .unwrap_or_else(|| world.attempt(&step));
    let row = PlannedStep { step, state, why, host };
    Part::Step(Box::new(Needed { row, kick: replicas.kick, warnings: replicas.warnings }))
}

/// Edge next hop and Central Management store before the users.
fn order_obstacle(world: &World<'_>, home: &PoolFqdn, before: &Before<'_>) -> Option<StepState> {
    let edge = before.edges.steps.iter().find(|row| row.step.source() == Some(home));
    if let Some(row) = edge {
        return Some(StepState::Later { after: row.step.to_string() });
    }
    central_obstacle(world, home, before).or_else(|| {
        before.edges.unseen.first().map(|(edge, why)| {
            StepState::Held(Hold::Unknown { what: format!("next hop of {edge}"), why: why.clone() })
        })
    })
}

fn central_obstacle(world: &World<'_>, home: &PoolFqdn, before: &Before<'_>) -> Option<StepState> {
    let on_home = world.cms.pool() == Some(home);
    match before.central {
        Some(row) if on_home || !world.cms.is_writable() || !matches!(row.state, StepState::Held(_)) => {
            Some(StepState::Later { after: row.step.to_string() })
        }
        _ => match &world.cms {
            CmsState::Healthy { pool } if pool != home => None,
            CmsState::Healthy { pool } => Some(StepState::Held(Hold::NotReady {
                why: format!("the Central Management store is on {pool}, which is being failed over"),
            })),
            _ => Some(StepState::Later { after: "the Central Management store works".to_owned() }),
        },
    }
}

/// The pool states that the cmdlets ask for: the pool itself, and its pair at home (JJ721939).
fn state_obstacle(world: &World<'_>, home: &PoolFqdn, pair: &PoolFqdn, step: &Step) -> Option<StepState> {
    let unknown = |pool: &PoolFqdn, why| {
        Some(StepState::Held(Hold::Unknown { what: format!("PoolState of {pool}"), why }))
    };
    let is_over = matches!(step, Step::FailOverPool { .. });
    let start = if is_over { PoolState::Active } else { PoolState::FailedOver };
    match world.pool_state(home) {
        Err(why) => return unknown(home, why),
        Ok(state) if state == start => {}
        Ok(state) => {
            let obstacle = half_way(world, home, pair, state, step);
            if obstacle.is_some() {
                return obstacle;
            }
        }
    }
    match world.pool_state(pair) {
        Err(why) => unknown(pair, why),
        Ok(PoolState::Active) => None,
        Ok(_) if !is_over => None,
        Ok(state) if world.desired.served_by(pair) == Some(pair) => {
            Some(StepState::Later { after: format!("the failback of {pair}, which is {state}") })
        }
        Ok(state) => Some(StepState::Held(Hold::NotReady {
            why: format!(
                "{pair} is itself {state}; its users have to be failed back first (JJ721939), which \
                 spec.users servedBy: {pair} would ask for"
            ),
        })),
    }
}

fn target_obstacle(world: &World<'_>, to: &PoolFqdn, has_host: bool) -> Option<StepState> {
    let why = world.target_problem(to).or_else(|| {
        (!has_host).then(|| format!("no endpoint on {to} is connected, where the cmdlet has to run"))
    });
    why.map(|why| StepState::Held(Hold::NotReady { why }))
}

fn planned_obstacle(home: &PoolFqdn, backup: BackupHealth) -> Option<StepState> {
    match backup {
        BackupHealth::Steady => None,
        BackupHealth::Behind(why) => {
            Some(StepState::Waiting(Wait { kind: WaitKind::BackupService, what: why, until: None }))
        }
        BackupHealth::Broken(why) => Some(StepState::Held(Hold::NotReady { why })),
        BackupHealth::Unknown(why) => {
            Some(StepState::Held(Hold::Unknown { what: format!("Backup Service of {home}"), why }))
        }
    }
}

fn disaster_obstacle(world: &World<'_>, home: &PoolFqdn) -> Option<StepState> {
    match consent(world, home) {
        Consent::Given => None,
        Consent::Waiting(wait) => Some(StepState::Waiting(wait)),
        Consent::Missing { field, why } => Some(StepState::Held(Hold::NeedsConsent { field, why })),
    }
}

fn fail_back(world: &World<'_>, goal: &UsersGoal, before: &Before<'_>) -> Part {
    let home = &goal.home;
    let from = world.topology.backup_of(home).unwrap_or(home);
    let is_pair_up = world.verdict(from) == Verdict::Up;
    let mode = if is_pair_up { Mode::Planned } else { Mode::Disaster };
    let step = Step::FailBackPool { home: home.clone(), from: from.clone(), mode };
    let why = format!("the spec wants {home} to serve its users again; {from} serves them now");
    // The cmdlet asks the serving pool; without it, the home pool itself.
    let host = world.executor(if is_pair_up { from } else { home }).cloned();
    let consent = || match mode {
        Mode::Disaster if !world.desired.failback_disaster_mode => {
            Some(StepState::Held(Hold::NeedsConsent {
                field: ConsentField::FailbackDisasterMode,
                why: format!(
                    "{from} is not seen alive ({}); what users did there would be lost",
                    world.verdict(from).name()
                ),
            }))
        }
        Mode::Disaster => {
            let since = world.progress.watch.unfit_since.get(from).copied();
            match lasting(world, since, format!("{from} is not seen alive")) {
                Consent::Waiting(wait) => Some(StepState::Waiting(wait)),
                _ => None,
            }
        }
        Mode::Planned => planned_obstacle(home, backup_health(world, from, home)),
    };
    let replicas = match mode {
        Mode::Planned => sum_up(world.home_replication(home)),
        // Without the pool that serves there is nothing better to wait for.
        Mode::Disaster => sum_up(Vec::new()),
    };
    let state = store_obstacle(world, before)
        .or_else(|| state_obstacle(world, home, from, &step))
        .or_else(|| target_obstacle(world, home, host.is_some()))
        .or_else(consent)
        .or_else(|| replicas.wait.clone().map(StepState::Waiting))
        .unwrap_or_else(|| world.attempt(&step));
    let row = PlannedStep { step, state, why, host };
    Part::Step(Box::new(Needed { row, kick: replicas.kick, warnings: replicas.warnings }))
}

/// A failback needs a working Central Management store, wherever it is.
fn store_obstacle(world: &World<'_>, before: &Before<'_>) -> Option<StepState> {
    if world.cms.is_writable() {
        return None;
    }
    let after =
        before.central.map_or("the Central Management store works".to_owned(), |row| row.step.to_string());
    Some(StepState::Later { after })
}
