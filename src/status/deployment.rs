//! The status of a `LyncDeployment`: the observed world in brief. Nothing in it changes without news.

use jiff::Timestamp;

use super::{
    conditions::unknown,
    exports::{ExportsTold, exports_view},
    organisation,
    readiness::{dr_ready, readiness_view},
    seen::edge_view,
    views::time,
};
use crate::{
    api::{
        CentralManagementView, ConditionStatus, ConditionType, DrillStatus, ExecutorGuard, ExecutorState,
        ExecutorView, Finding, LyncDeploymentStatus, PoolRole, PoolServiceState, PoolVerdict, PoolView,
        Reason, Vote, condition::next_conditions,
    },
    drill::newer,
    lync::{EndpointState, Fact, Guard, MachineFqdn, Observed, Pool, PoolFqdn, PoolKind},
    plan::{Assessment, Ballot, Limits, Verdict, Vote as Voted},
    readiness::Readiness,
};

/// What a round found of an organisation.
pub struct DeploymentFound<'a> {
    /// The generation of the spec that the round followed.
    pub generation: i64,
    /// What tells the organisation from all others; `None`: nobody has said so yet, and the last word stands.
    pub organisation: Option<&'a str>,
    /// What was seen.
    pub observed: &'a Observed,
    /// What that says.
    pub assessment: &'a Assessment,
    /// Whether a failover would work.
    pub readiness: &'a Readiness,
    /// The planner's numbers.
    pub limits: &'a Limits,
    /// What is done about exports.
    pub exports: &'a ExportsTold,
    /// The last drill that this process has made; the status may have one of another process.
    pub drill: Option<&'a DrillStatus>,
    /// Why the drill that is due has not begun.
    pub drill_waits_for: Option<&'a str>,
    /// The operation that a requested deletion waits for, in words.
    pub deletion_waits_for: Option<String>,
}

/// What a round came to.
pub enum DeploymentOutcome<'a> {
    /// It looked.
    Found(DeploymentFound<'a>),
    /// There is no way to the organisation. Nothing was looked at.
    Unusable {
        /// The generation of the spec.
        generation: i64,
        /// [`Reason::InvalidSpec`], [`Reason::Unreachable`] or another that says why.
        reason: Reason,
        /// What is wrong, with the field.
        message: String,
    },
}

/// The status that follows.
pub fn next_deployment(
    old: &LyncDeploymentStatus,
    outcome: &DeploymentOutcome<'_>,
    now: Timestamp,
) -> LyncDeploymentStatus {
    match outcome {
        DeploymentOutcome::Found(found) => found_status(old, found, now),
        DeploymentOutcome::Unusable { generation, reason, message } => {
            let generation = (*generation).max(old.observed_generation);
            let needs_edit = *reason == Reason::InvalidSpec;
            let findings = ConditionType::DEPLOYMENT.iter().map(|condition| match condition {
                ConditionType::Ready => Finding::new(*condition, false, *reason, message),
                ConditionType::Reconciling => Finding::new(*condition, !needs_edit, *reason, message),
                ConditionType::Stalled => Finding::new(*condition, needs_edit, *reason, message),
                // Of a record that cannot be used nothing follows for the way to Lync.
                ConditionType::BridgeConnected if *reason != Reason::RecordUnusable => {
                    Finding::new(*condition, false, *reason, message)
                }
                other => unknown(*other, "not looked at"),
            });
            LyncDeploymentStatus {
                observed_generation: generation,
                conditions: next_conditions(&old.conditions, findings, generation, now),
                // A score of days ago would look like one of today.
                readiness: None,
                ..old.clone()
            }
        }
    }
}

fn found_status(
    old: &LyncDeploymentStatus,
    found: &DeploymentFound<'_>,
    now: Timestamp,
) -> LyncDeploymentStatus {
    let generation = found.generation.max(old.observed_generation);
    let pools: Vec<PoolView> = found
        .observed
        .topology
        .value()
        .into_iter()
        .flat_map(|topology| &topology.pools)
        .map(|(name, pool)| pool_view(found, name, pool, now))
        .collect();
    let mut new = LyncDeploymentStatus {
        observed_generation: generation,
        conditions: next_conditions(&old.conditions, findings(found, now), generation, now),
        summary: (!pools.is_empty()).then(|| summary(&pools)),
        organisation: found.organisation.map(str::to_owned).or_else(|| old.organisation.clone()),
        observed_at: None,
        pools,
        central_management: Some(central_management(found, now)),
        edges: found
            .observed
            .next_hops
            .iter()
            .map(|(edge, fact)| edge_view(edge, live(found, fact, now)))
            .collect(),
        executors: found
            .observed
            .endpoints
            .iter()
            .map(|(host, fact)| executor(found, host, fact, now))
            .collect(),
        readiness: Some(readiness_view(found.readiness)),
        exports: exports_view(
            old.exports.as_ref(),
            &found.observed.exports,
            found.exports,
            found.limits.stale_after,
            now,
        ),
        drill: drill(old.drill_of(found.organisation), found),
    };
    let same_facts = LyncDeploymentStatus { observed_at: None, ..old.clone() } == new;
    new.observed_at = old.observed_at.clone().filter(|_| same_facts).or_else(|| Some(time(now)));
    new
}

/// The last drill, with what the next one waits for.
fn drill(old: Option<&DrillStatus>, found: &DeploymentFound<'_>) -> Option<DrillStatus> {
    let last = newer(found.drill.cloned(), old.cloned()).unwrap_or_default();
    let drill = DrillStatus { waits_for: found.drill_waits_for.map(str::to_owned), ..last };
    (drill != DrillStatus::default()).then_some(drill)
}

fn live<'f, T>(found: &DeploymentFound<'_>, fact: &'f Fact<T>, now: Timestamp) -> Option<&'f T> {
    fact.live(now, found.limits.stale_after).ok()
}

/// `Ready` is about seeing: an organisation with a dead pool that is well seen is Ready, and says so in
/// its summary.
fn findings(found: &DeploymentFound<'_>, now: Timestamp) -> Vec<Finding> {
    use ConditionType::{Ready, Reconciling, Stalled};
    let bridge = organisation::bridge_connected(found.observed, found.limits, now);
    let (ready, reason, message) = match (&found.deletion_waits_for, bridge.status) {
        (Some(operation), _) => (
            ConditionStatus::False,
            Reason::Progressing,
            format!("is deleted when {operation} has ended; nothing else is started"),
        ),
        (None, ConditionStatus::True) => match &found.observed.topology {
            Fact::Known { .. } => (bridge.status, bridge.reason, bridge.message.clone()),
            Fact::Unknown(why) => {
                (ConditionStatus::False, Reason::Unknown, format!("the topology is not known: {why}"))
            }
        },
        (None, status) => (status, bridge.reason, bridge.message.clone()),
    };
    let is_ready = ready == ConditionStatus::True;
    vec![
        Finding::new(Ready, ready, reason, message.clone()),
        Finding::new(Reconciling, !is_ready, reason, message.clone()),
        Finding::new(Stalled, false, reason, message),
        organisation::central_management_healthy(&found.assessment.central_management),
        bridge,
        organisation::split_brain_suspected(&found.assessment.central_management),
        dr_ready(found.readiness),
    ]
}

fn summary(pools: &[PoolView]) -> String {
    let words = [
        (PoolVerdict::Up, "up"),
        (PoolVerdict::Down, "down"),
        (PoolVerdict::Suspect, "suspect"),
        (PoolVerdict::Undetermined, "unknown"),
    ];
    let count = |verdict| pools.iter().filter(|pool| pool.verdict == verdict).count();
    let parts = words.into_iter().map(|(verdict, word)| (count(verdict), word));
    parts.filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect::<Vec<_>>().join(", ")
}

fn pool_view(found: &DeploymentFound<'_>, name: &PoolFqdn, pool: &Pool, now: Timestamp) -> PoolView {
    let state = found.observed.pool_states.get(name).and_then(|fact| live(found, fact, now));
    let small = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let is_up = |machine: &&MachineFqdn| {
        let seen = |facts: &std::collections::BTreeMap<MachineFqdn, Fact<bool>>| {
            facts.get(*machine).and_then(|fact| live(found, fact, now)).copied()
        };
        seen(&found.observed.registrars).or_else(|| seen(&found.observed.sip)) == Some(true)
    };
    PoolView {
        pool: name.to_string(),
        site: Some(pool.site.clone()),
        kind: Some(match pool.kind {
            PoolKind::FrontEnd => PoolRole::FrontEnd,
            PoolKind::Director => PoolRole::Director,
        }),
        version: Some(pool.version.to_string()),
        paired_with: pool.backup.as_ref().map(ToString::to_string),
        machines: small(pool.machines.len()),
        machines_up: small(pool.machines.iter().filter(is_up).count()),
        state: state.copied().map_or(PoolServiceState::Unknown, Into::into),
        verdict: found.assessment.verdicts.get(name).map_or(PoolVerdict::Undetermined, Into::into),
        votes: found.assessment.ballots.get(name).into_iter().flatten().map(vote).collect(),
    }
}

impl From<&Verdict> for PoolVerdict {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Up => Self::Up,
            Verdict::Down { .. } => Self::Down,
            Verdict::Suspect { .. } => Self::Suspect,
            Verdict::Undetermined => Self::Undetermined,
        }
    }
}

fn vote(ballot: &Ballot) -> Vote {
    Vote {
        witness: ballot.observer.name().to_owned(),
        verdict: match ballot.vote {
            Voted::Up => PoolVerdict::Up,
            Voted::Down => PoolVerdict::Down,
            Voted::NoEvidence => PoolVerdict::Undetermined,
        },
        message: Some(ballot.seen.clone()),
    }
}

fn central_management(found: &DeploymentFound<'_>, now: Timestamp) -> CentralManagementView {
    let cms = &found.observed.central_management;
    let master = live(found, &cms.store, now).and_then(|store| store.active_master.as_ref());
    CentralManagementView {
        pool: found.assessment.central_management.pool().map(ToString::to_string),
        active_master: master.map(ToString::to_string),
        store: live(found, &cms.pointer, now).map(ToString::to_string),
    }
}

fn executor(
    found: &DeploymentFound<'_>,
    host: &MachineFqdn,
    fact: &Fact<EndpointState>,
    now: Timestamp,
) -> ExecutorView {
    let pool = found.observed.topology.value().and_then(|topology| topology.pool_of(host));
    let (state, message) = match fact.live(now, found.limits.stale_after) {
        Ok(EndpointState::Connected) => (ExecutorState::Connected, None),
        Ok(EndpointState::Unreachable(why)) => (ExecutorState::Unreachable, Some(why.clone())),
        Ok(EndpointState::Denied(why)) => (ExecutorState::Denied, Some(why.clone())),
        Ok(EndpointState::Unfit(why)) => (ExecutorState::Unfit, Some(why.clone())),
        Err(old) => (ExecutorState::Unknown, Some(organisation::why_not_asked(fact).unwrap_or(old))),
    };
    let guard = found.observed.guards.get(host).map(|guard| match guard {
        Guard::Module => ExecutorGuard::Module,
        Guard::Plain => ExecutorGuard::Plain,
    });
    ExecutorView { host: host.to_string(), pool: pool.map(ToString::to_string), state, guard, message }
}
