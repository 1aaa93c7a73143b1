//! The Central Management part of the plan.

use super::{
    CmsState, Step, StepOutcome,
    consent::{Consent, consent, lasting},
    edges::edge_replication,
    mirror::{MirrorCheck, mirror_check},
    move_after, move_store,
    replication::sum_up,
    row::{Hold, Needed, Part, PlannedStep, Skipped, StepState, Wait, WaitKind},
    world::World,
};
use crate::lync::{PoolFqdn, cmdlet::CmsFailoverMode};

pub(super) fn central_row(world: &World<'_>, edges: &[PlannedStep]) -> Part {
    let leaving = world.desired.leaving();
    let (current, why_sick) = match &world.cms {
        CmsState::Healthy { pool } => (pool, None),
        CmsState::Impaired { pool, why } | CmsState::Dead { last: Some(pool), why } => (pool, Some(why)),
        CmsState::Dead { last: None, why } => {
            return Part::Hold(Hold::Unknown {
                what: "pool of the Central Management store".to_owned(),
                why: format!("it does not answer ({why}), and Active Directory does not name a known pool"),
            });
        }
        CmsState::SplitBrain { why } => return Part::Hold(Hold::SplitBrain { why: why.clone() }),
        CmsState::Unknown { why } => {
            return Part::Hold(Hold::Unknown {
                what: "Central Management store".to_owned(),
                why: why.clone(),
            });
        }
    };
    let pair = world.topology.backup_of(current);
    let wanted = world.desired.central_management.as_ref();
    let must_leave = leaving.contains(current) || why_sick.is_some();
    if let Some(hold) = move_store::hold(world, current, why_sick.map(String::as_str)) {
        return Part::Hold(hold);
    }
    let to = match (wanted, must_leave) {
        (Some(pool), _) if pool == current && why_sick.is_none() => return skip(current, "as wanted"),
        (Some(pool), _) if pool == current => {
            return Part::Hold(Hold::NotReady {
                why: format!(
                    "the Central Management store on {current} does not work ({}) and the spec keeps it \
                     there; name its pair{} or repair it",
                    why_sick.map_or("", String::as_str),
                    pair.map(|p| format!(" {p}")).unwrap_or_default()
                ),
            });
        }
        (Some(pool), _) => pool,
        (None, false) => return skip(current, "it is healthy and its pool is not being failed over"),
        (None, true) => match pair {
            Some(pair) => pair,
            None => {
                return Part::Hold(Hold::NotReady {
                    why: format!("{current} has the Central Management store and has no backup pool"),
                });
            }
        },
    };
    if leaving.contains(to) {
        return Part::Hold(Hold::NotReady {
            why: format!(
                "the Central Management store has to leave {current}, and its only way is to {to}, which is \
                 itself being failed over"
            ),
        });
    }
    let why = match why_sick {
        Some(sick) => format!(
            "the Central Management store on {current} does not work ({sick}); nothing can be written, and \
             pool failover needs it"
        ),
        None if leaving.contains(current) => {
            format!("it is on {current}, which is being failed over; it works, so nothing is lost")
        }
        None => format!("the spec wants it on {to}"),
    };
    step_row(world, edges, current, to, pair, why)
}

fn skip(current: &PoolFqdn, why: &str) -> Part {
    Part::Skip(Skipped {
        step: "FailOverCentralManagement".to_owned(),
        target: current.to_string(),
        why: format!("the Central Management store stays on {current}: {why}"),
    })
}

fn step_row(
    world: &World<'_>,
    edges: &[PlannedStep],
    from: &PoolFqdn,
    to: &PoolFqdn,
    pair: Option<&PoolFqdn>,
    why: String,
) -> Part {
    let target = world.topology.pools.get(to);
    let mode = if world.cms.is_writable() {
        CmsFailoverMode::Normal
    } else {
        match target.and_then(|pool| pool.central_management_store.clone()) {
            Some(backup) => CmsFailoverMode::DisasterRecovery {
                backup,
                mirror: target.and_then(|pool| pool.central_management_mirror.clone()),
            },
            None => return Part::Hold(no_standby(to)),
        }
    };
    let mut why = why;
    if mode != CmsFailoverMode::Normal
        && let Some(MirrorCheck::Fine(reason)) = mirror_check(world, to)
    {
        why = format!("{why}; {reason}");
    }
    let step = Step::FailOverCentralManagement { from: from.clone(), to: to.clone(), mode };
    let host = world.executor(to).cloned();
    let replicas = sum_up(edge_replication(world, from));
    let state = obstacle(world, edges, from, to, pair, &step, host.is_some())
        .or_else(|| normal_waits(world, replicas.wait.clone()))
        .unwrap_or_else(|| world.attempt(&step));
    Part::Step(Box::new(Needed {
        row: PlannedStep { step, state, why, host },
        kick: replicas.kick,
        warnings: replicas.warnings,
    }))
}

fn no_standby(to: &PoolFqdn) -> Hold {
    Hold::Manual {
        instruction: format!(
            "{to} has no standby Central Management database in the topology. Create it (Install-CsDatabase \
             -CentralManagementDatabase on its SQL server) and publish the topology, as JJ945635 describes"
        ),
        command: None,
    }
}

fn no_service(to: &PoolFqdn) -> Hold {
    Hold::Manual {
        instruction: format!(
            "{to} has a Central Management database in the topology and no row in Get-CsService \
             -CentralManagement, so nothing there could take the store over. Publish the topology again and \
             run the setup of each Front End of {to}, as JJ945635 describes"
        ),
        command: Some("Get-CsService -CentralManagement".to_owned()),
    }
}

fn normal_waits(world: &World<'_>, wait: Option<Wait>) -> Option<StepState> {
    // Normal mode wants all replication finished, and the Edge change was the last write.
    world.cms.is_writable().then_some(wait).flatten().map(StepState::Waiting)
}

/// The first thing that stands in the way, if any.
fn obstacle(
    world: &World<'_>,
    edges: &[PlannedStep],
    from: &PoolFqdn,
    to: &PoolFqdn,
    pair: Option<&PoolFqdn>,
    step: &Step,
    has_host: bool,
) -> Option<StepState> {
    let held = |hold| Some(StepState::Held(hold));
    if pair != Some(to) {
        let pair = pair.map_or("it has none".to_owned(), |pair| format!("that is {pair}"));
        return held(Hold::Refused {
            violations: vec![super::Violation {
                rule: super::Rule::CentralManagementNotThePair,
                message: format!(
                    "the Central Management store on {from} can only be failed over to the pair of {from} \
                     ({pair}), not to {to}; anything else is Move-CsManagementServer"
                ),
            }],
        });
    }
    if world.cms.is_writable() {
        let before = edges.iter().find(|row| match &row.step {
            Step::SetEdgeNextHop { from: hop, .. } => {
                hop == from || !matches!(row.state, StepState::Held(_) | StepState::Later { .. })
            }
            _ => false,
        });
        if let Some(row) = before {
            return Some(StepState::Later { after: row.step.to_string() });
        }
    }
    // In whatever direction the store moved last: its services need their time to start.
    let moved = world.progress.recent.iter().rfind(|record| {
        matches!(record.step, Step::FailOverCentralManagement { .. }) && !record.step.same_goal(step)
    });
    if let Some(last) = moved
        && matches!(last.outcome, StepOutcome::Ended(_))
        && world.now < last.ended_at + last.step.verification_window()
    {
        return Some(StepState::Waiting(Wait {
            kind: WaitKind::Verification,
            what: last.step.post_condition(),
            until: Some(last.ended_at + last.step.verification_window()),
        }));
    }
    if let Some(why) = world.target_problem(to) {
        return held(Hold::NotReady { why });
    }
    if !has_host {
        return held(Hold::NotReady {
            why: format!("no endpoint on {to} is connected; the cmdlet has to run on the pool that receives"),
        });
    }
    if world.topology.pools.get(to).is_none_or(|pool| pool.central_management_store.is_none()) {
        return held(no_standby(to));
    }
    if let Ok(roles) = world.live(&world.observed.central_management.roles)
        && !roles.iter().any(|role| role.pool == *to)
    {
        return held(no_service(to));
    }
    if let Some(hold) = move_after::nobody_could_run_it(world, to) {
        return held(hold);
    }
    disaster_obstacle(world, from, to, step)
}

/// What disaster recovery needs beyond normal mode: consent, a lasting failure, and the SQL roles.
fn disaster_obstacle(world: &World<'_>, from: &PoolFqdn, to: &PoolFqdn, step: &Step) -> Option<StepState> {
    if matches!(step, Step::FailOverCentralManagement { mode: CmsFailoverMode::Normal, .. }) {
        return None;
    }
    match consent(world, from) {
        Consent::Given => {}
        Consent::Waiting(wait) => return Some(StepState::Waiting(wait)),
        Consent::Missing { field, why } => return Some(StepState::Held(Hold::NeedsConsent { field, why })),
    }
    let since = world.progress.watch.cms_failing_since;
    let since = since.filter(|_| world.progress.watch.cms_failing_on.as_ref() == Some(from));
    let what = "the Central Management store has not worked".to_owned();
    if let Consent::Waiting(wait) = lasting(world, since, what) {
        return Some(StepState::Waiting(Wait { kind: WaitKind::StoreFailing, ..wait }));
    }
    match mirror_check(world, to) {
        Some(MirrorCheck::InTheWay(hold)) => Some(StepState::Held(hold)),
        Some(MirrorCheck::Fine(_)) | None => None,
    }
}
