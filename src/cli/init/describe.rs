//! The desired state that equals what is: every choice is a fact, or there is no document.

use std::fmt;

use jiff::Timestamp;

use crate::{
    api::{
        CentralManagementPlacement, DeploymentReference, EdgeAssignment, FailoverPolicy, LyncFailoverSpec,
        Management, ObjectName, UserAssignment,
    },
    lync::{Observed, Pool, PoolFqdn, PoolKind, PoolState, Version},
    plan::{CmsState, Decision, Desired, Limits, Plan, Progress, Watch, assess, plan},
};

/// A spec that nothing has to be done for, and what it does not speak of.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) spec: LyncFailoverSpec,
    /// Pools without an entry of their own, and why.
    pub(super) left_out: Vec<String>,
}

/// Why Lync cannot be described, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// It could not be seen; else it was seen, and is no state to write down.
    pub(super) is_unseen: bool,
    what: String,
    what_to_do: String,
}

impl Refusal {
    fn unseen(what: String, what_to_do: &str) -> Self {
        Self { is_unseen: true, what, what_to_do: what_to_do.to_owned() }
    }

    fn state(what: String, what_to_do: String) -> Self {
        Self { is_unseen: false, what, what_to_do }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.what.trim_end_matches('.'), self.what_to_do)
    }
}

const LOOK_AGAIN: &str =
    "Nothing is guessed: see that an endpoint and the Central Management store answer, and look again";

/// Describes an organisation as it was seen at `now`.
///
/// # Errors
///
/// Everything that stands in the way.
pub(super) fn describe(
    deployment: &str,
    observed: &Observed,
    limits: &Limits,
    now: Timestamp,
) -> Result<Described, Vec<Refusal>> {
    let topology = match observed.topology.live(now, limits.stale_after) {
        Ok(topology) => topology,
        Err(why) => {
            let unseen = Refusal::unseen(format!("the topology is not known: {why}"), LOOK_AGAIN);
            let store = assess(observed, &Progress::default(), limits, now).central_management;
            // A store that is dead is why, and says more than a replica that may be old.
            return Err(sick(&store).into_iter().chain([unseen]).collect());
        }
    };
    let mut maker = Maker { observed, limits, now, refusals: Vec::new(), left_out: Vec::new() };
    let users: Vec<UserAssignment> = topology.pools.iter().filter_map(|(n, p)| maker.users(n, p)).collect();
    let away: Vec<&str> = users
        .iter()
        .filter(|user| user.served_by != user.home_pool)
        .map(|user| user.home_pool.as_str())
        .collect();
    let central = maker.central_management(&away);
    let edges = topology.edges.keys().filter_map(|edge| maker.edge(edge, &away)).collect();
    if !maker.refusals.is_empty() {
        return Err(maker.refusals);
    }
    let spec = LyncFailoverSpec {
        deployment_ref: DeploymentReference { name: ObjectName::from(deployment) },
        users,
        central_management: central,
        edges,
        policy: FailoverPolicy { management: Management::Plan, ..FailoverPolicy::default() },
        ..LyncFailoverSpec::default()
    };
    let left_out = maker.left_out;
    prove(&spec, observed, limits, now).map_err(|refusal| vec![refusal])?;
    Ok(Described { spec, left_out })
}

struct Maker<'a> {
    observed: &'a Observed,
    limits: &'a Limits,
    now: Timestamp,
    refusals: Vec<Refusal>,
    left_out: Vec<String>,
}

impl Maker<'_> {
    fn users(&mut self, name: &PoolFqdn, pool: &Pool) -> Option<UserAssignment> {
        if pool.kind == PoolKind::Director {
            self.left_out.push(format!("{name}: a Director pool, it homes no users"));
            return None;
        }
        if pool.version < Version::LYNC_2013 {
            self.left_out.push(format!("{name}: {}, which has no pool failover", pool.version));
            return None;
        }
        let fact = self.observed.pool_states.get(name).cloned().unwrap_or_default();
        let state = match fact.live(self.now, self.limits.stale_after) {
            Ok(state) => *state,
            Err(why) => {
                let what = format!("who serves the users of {name} is not known: {why}");
                self.refusals.push(Refusal::unseen(what, LOOK_AGAIN));
                return None;
            }
        };
        let served_by = match (state, &pool.backup) {
            (PoolState::Active, None) => {
                self.left_out.push(format!("{name}: it has no backup pool"));
                return None;
            }
            (PoolState::Active, Some(_)) => name,
            (PoolState::FailedOver, Some(pair)) => pair,
            (state, pair) => {
                let what_to_do = match (state, pair) {
                    (PoolState::FailingOver, Some(_)) => {
                        "Let the failover end, or run Invoke-CsPoolFailOver again"
                    }
                    (PoolState::FailingBack, Some(_)) => {
                        "Let the failback end, or run Invoke-CsPoolFailBack again"
                    }
                    _ => "It has no backup pool: see in Topology Builder what became of its pair",
                };
                self.refusals
                    .push(Refusal::state(format!("PoolState of {name} is {state}"), what_to_do.to_owned()));
                return None;
            }
        };
        Some(UserAssignment { home_pool: name.to_string(), served_by: served_by.to_string() })
    }

    fn central_management(&mut self, away: &[&str]) -> Option<CentralManagementPlacement> {
        let state = assess(self.observed, &Progress::default(), self.limits, self.now).central_management;
        let refusal = match &state {
            CmsState::Healthy { pool } if away.contains(&pool.as_str()) => Refusal::state(
                format!("the Central Management store is on {pool}, whose users are failed over"),
                format!(
                    "Run Invoke-CsManagementServerFailover on the pair of {pool}; no pool failover works before"
                ),
            ),
            CmsState::Healthy { pool } => {
                return Some(CentralManagementPlacement { pool: pool.to_string(), move_from: None });
            }
            CmsState::Unknown { why } => {
                Refusal::unseen(format!("the Central Management store could not be seen: {why}"), LOOK_AGAIN)
            }
            CmsState::Impaired { .. } | CmsState::Dead { .. } | CmsState::SplitBrain { .. } => sick(&state)?,
        };
        self.refusals.push(refusal);
        None
    }

    fn edge(&mut self, name: &crate::lync::EdgeFqdn, away: &[&str]) -> Option<EdgeAssignment> {
        let fact = self.observed.next_hops.get(name).cloned().unwrap_or_default();
        let hop = match fact.live(self.now, self.limits.stale_after) {
            Ok(hop) => hop,
            Err(why) => {
                let what = format!("the next hop of {name} is not known: {why}");
                self.refusals.push(Refusal::unseen(what, LOOK_AGAIN));
                return None;
            }
        };
        if away.contains(&hop.as_str()) {
            self.refusals.push(Refusal::state(
                format!("the next hop of {name} is {hop}, whose users are failed over"),
                format!("Point it to the pair of {hop} first (Set-CsEdgeServer, or Topology Builder)"),
            ));
            return None;
        }
        Some(EdgeAssignment { pool: name.to_string(), next_hop: hop.to_string() })
    }
}

/// A store that was seen not to work.
fn sick(store: &CmsState) -> Option<Refusal> {
    let what = match store {
        CmsState::Impaired { pool, why } => {
            format!("the Central Management store on {pool} is impaired: {why}")
        }
        CmsState::Dead { why, .. } => format!("the Central Management store does not work: {why}"),
        CmsState::SplitBrain { why } => format!("the Central Management store is split: {why}"),
        CmsState::Healthy { .. } | CmsState::Unknown { .. } => return None,
    };
    Some(Refusal::state(what, "Repair it, or fail it over first; then describe what is".to_owned()))
}

/// Plans the description against what it describes: there must be nothing to do.
fn prove(
    spec: &LyncFailoverSpec,
    observed: &Observed,
    limits: &Limits,
    now: Timestamp,
) -> Result<(), Refusal> {
    let unwritten = "Nothing is written, since applying it would not be harmless";
    let mut desired = Desired::try_from(spec).map_err(|err| {
        Refusal::state(format!("Lync has a name that cannot be written: {err}"), unwritten.to_owned())
    })?;
    desired.management = Management::Enforce;
    let watch = Watch::default().with_observation(observed, limits, now);
    let progress = Progress { generation: 1, watch, ..Progress::default() };
    let Plan { steps, decision, .. } = plan(&desired, observed, &progress, limits, now);
    if decision == Decision::Converged && steps.is_empty() {
        return Ok(());
    }
    let steps: Vec<String> = steps.iter().map(|row| row.step.to_string()).collect();
    let what = format!("what is seen contradicts itself: {decision:?}, steps: {}", steps.join(", "));
    Err(Refusal::state(what, unwritten.to_owned()))
}

#[cfg(test)]
mod tests;
