//! Waiting for replicas: bounded, with a kick half-way.

use jiff::Timestamp;

use super::{
    Step,
    edges::Replication,
    failback, refusal,
    row::{StepState, Wait, WaitKind},
    world::World,
};
use crate::{
    bridge::KnownRefusal,
    lync::{MachineFqdn, PoolFqdn},
};

impl World<'_> {
    /// Whether a replica carries a change that was made between two moments.
    pub(super) fn replication(
        &self,
        machine: &MachineFqdn,
        change_started: Timestamp,
        change_ended: Timestamp,
    ) -> Replication {
        let seen = self.live(&self.observed.replicas).ok().and_then(|replicas| replicas.get(machine));
        let current = seen.is_some_and(|replica| {
            // "Up to date" can still be about the time before the change. A missing creation time cannot
            // show that, so the flag alone counts then.
            replica.up_to_date && replica.last_update_creation.is_none_or(|at| at >= change_started)
        });
        let until = change_ended + self.limits.replica_wait;
        let half = change_ended + self.limits.replica_wait / 2;
        let wait = Wait {
            kind: WaitKind::Replica,
            what: format!("the replica on {machine} takes over the change"),
            until: Some(until),
        };
        let kick = Step::KickReplication { replica: machine.clone() };
        if current {
            Replication::Current
        } else if self.now >= until {
            Replication::GivenUp(format!(
                "the replica on {machine} has not taken over the change within {} minutes; going on without \
                 it. Is TCP 4443 open from the Central Management pool to it?",
                self.limits.replica_wait.as_mins()
            ))
        } else if self.now >= half && self.cms.is_writable() && !self.was_kicked_since(&kick, change_ended) {
            Replication::Kick(kick, wait)
        } else {
            Replication::Waiting(wait)
        }
    }

    fn was_kicked_since(&self, kick: &Step, change_ended: Timestamp) -> bool {
        self.progress.last_attempt(kick).is_some_and(|record| record.ended_at >= change_ended)
    }

    /// Whether all replicas that can, have taken over the configuration from a store that moved lately,
    /// whoever moved it. Replicas on pools and Edge pools that are known to be dead can never become
    /// current; replicas that nobody can see are not current.
    pub(super) fn store_replication(&self) -> Vec<Replication> {
        let is_move = |step: &Step| matches!(step, Step::FailOverCentralManagement { .. });
        let Some(moved) = self.progress.recent.iter().rfind(|record| is_move(&record.step)) else {
            return Vec::new();
        };
        let until = moved.ended_at + self.limits.replica_wait;
        let replicas = match self.live(&self.observed.replicas) {
            Ok(replicas) => replicas,
            Err(why) if self.now >= until => {
                let warning = format!("the state of the replicas is not known ({why}); going on without it");
                return vec![Replication::GivenUp(warning)];
            }
            Err(_) => {
                return vec![Replication::Waiting(Wait {
                    kind: WaitKind::Replica,
                    what: "the state of the replicas is known".to_owned(),
                    until: Some(until),
                })];
            }
        };
        replicas
            .keys()
            .filter(|machine| !self.replica_is_dead(machine))
            .map(|machine| match &replicas[machine] {
                replica if replica.up_to_date => Replication::Current,
                _ => self.replication(machine, moved.started_at, moved.ended_at),
            })
            .collect()
    }

    /// Whether the servers of a pool that is to get its users back know what became of it: their replicas are
    /// current. A pool that has just come back may still have the configuration of the time before it was lost. The
    /// wait counts from when the pool was first seen up without that; past it the way home is not barred, neither by a
    /// replica that stays behind nor by one that nobody can see.
    pub(super) fn home_replication(&self, home: &PoolFqdn) -> Vec<Replication> {
        let late = failback::behind(self, home);
        if late.as_ref().is_ok_and(Vec::is_empty) {
            return Vec::new();
        }
        let since = self.progress.watch.replicas_late_since.get(home).copied().unwrap_or(self.now);
        let limit = self.limits.replica_wait;
        let until = since + limit;
        let (what, kicks) = match late {
            Ok(late) => {
                let kick = |machine: MachineFqdn| Step::KickReplication { replica: machine };
                (
                    format!("the replicas on {} are current", failback::names(&late)),
                    late.into_iter().map(kick).collect(),
                )
            }
            Err(why) => (format!("the replicas on {home} are known to be current ({why})"), Vec::new()),
        };
        if self.now >= until {
            return vec![Replication::GivenUp(format!(
                "it was waited {} minutes until {what}, and it is not so: {home} may not know yet what became of it, so \
                 look at the sign-in of its users after the failback. Is TCP 445 open from the Central Management pool \
                 to it, and does the service REPLICA run there?",
                limit.as_mins()
            ))];
        }
        let wait = Wait { kind: WaitKind::Replica, what, until: Some(until) };
        let is_time = self.now >= since + limit / 2 && self.cms.is_writable();
        let kicks: Vec<Step> = kicks;
        let due = kicks.into_iter().filter(|kick| is_time && !self.was_kicked_since(kick, since));
        let mut all = vec![Replication::Waiting(wait.clone())];
        all.extend(due.map(|kick| Replication::Kick(kick, wait.clone())));
        all
    }

    /// The replica on the server where Lync refused a failover on account of an Edge pool, which nobody else can
    /// see any more: while it is behind, the next try would be refused as well.
    pub(super) fn refused_replica(&self, step: &Step) -> Option<Replication> {
        let last = self.progress.last_attempt(step)?;
        let is_behind = refusal::of(last)?.known() == Some(KnownRefusal::EdgeNextHop)
            && self.replica_is_current(&last.operation.host) == Some(false);
        is_behind.then(|| self.replication(&last.operation.host, last.started_at, last.ended_at))
    }

    /// Whether the replica on a machine is up to date, if that is known.
    pub(super) fn replica_is_current(&self, machine: &MachineFqdn) -> Option<bool> {
        let replicas = self.live(&self.observed.replicas).ok()?;
        replicas.get(machine).map(|replica| replica.up_to_date)
    }

    /// Whether a step may be tried now, as far as earlier attempts are concerned.
    pub(super) fn attempt(&self, step: &Step) -> StepState {
        super::attempts::attempt_state(self, step)
    }
}

/// What a step that wants replicas to be current does: the kick that is due, the wait, or nothing.
pub(super) struct Replicas {
    pub(super) kick: Option<Step>,
    pub(super) wait: Option<Wait>,
    pub(super) warnings: Vec<String>,
}

pub(super) fn sum_up(all: Vec<Replication>) -> Replicas {
    let mut sum = Replicas { kick: None, wait: None, warnings: Vec::new() };
    for one in all {
        match one {
            Replication::Current => {}
            Replication::Waiting(wait) => sum.wait = sum.wait.or(Some(wait)),
            Replication::Kick(step, wait) => {
                sum.kick = sum.kick.or(Some(step));
                sum.wait = sum.wait.or(Some(wait));
            }
            Replication::GivenUp(warning) => sum.warnings.push(warning),
        }
    }
    sum
}
