//! Which desired states Lync can have at all (DOMAIN: legal desired states).

use serde::{Deserialize, Serialize};

use super::{Desired, EdgeGoal};
use crate::lync::{PoolFqdn, PoolKind, Topology};

/// The rule that a desired state breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rule {
    /// A name that the topology does not have.
    NotInTopology,
    /// A Director homes no users.
    HomesNoUsers,
    /// The pool has no backup pool.
    NotPaired,
    /// Users are served by their home pool or its pair, by nobody else.
    NotThePair,
    /// Two pools cannot be failed over to each other.
    BothDirections,
    /// The Central Management store fails over to the pair of its pool only.
    CentralManagementNotThePair,
    /// The Central Management store cannot go to, or stay on, a pool that is being failed over.
    CentralManagementOnLeavingPool,
    /// An Edge's next hop cannot be a pool that is being failed over.
    NextHopLeaving,
    /// Lync Server 2010 has no pairs and no failover cmdlets.
    VersionWithoutFailover,
    /// Versions that do not work together: a pair of two generations, an Edge in front of an older pool.
    UnsupportedMixture,
}

/// A desired state that is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// The rule with the names at hand, and what to write instead.
    pub message: String,
}

/// Every rule that a desired state breaks on a topology; empty if it is legal.
pub fn violations(desired: &Desired, topology: &Topology) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut refuse = |rule, message: String| found.push(Violation { rule, message });
    let unknown = |pool: &PoolFqdn| format!("the topology has no registrar pool {pool}");
    let leaving = desired.leaving();

    for goal in &desired.users {
        let Some(home) = topology.pools.get(&goal.home) else {
            refuse(Rule::NotInTopology, unknown(&goal.home));
            continue;
        };
        if home.kind == PoolKind::Director {
            refuse(Rule::HomesNoUsers, format!("{} is a Director pool and homes no users", goal.home));
            continue;
        }
        if !goal.is_away() {
            continue;
        }
        match &home.backup {
            _ if home.version < crate::lync::Version::LYNC_2013 => refuse(
                Rule::VersionWithoutFailover,
                format!("{} runs {}, which has no pool failover", goal.home, home.version),
            ),
            None => refuse(
                Rule::NotPaired,
                format!(
                    "{} has no backup pool; pair it in Topology Builder (Resiliency, Associated Backup Pool)",
                    goal.home
                ),
            ),
            Some(pair) if *pair != goal.served_by => refuse(
                Rule::NotThePair,
                format!(
                    "users of {} can be served by {} or by its pair {pair}, not by {}; anything else is \
                     Move-CsUser, which is not a failover",
                    goal.home, goal.home, goal.served_by
                ),
            ),
            Some(pair) if leaving.contains(pair) && desired.served_by(pair) == Some(&goal.home) => {
                if goal.home < *pair {
                    refuse(
                        Rule::BothDirections,
                        format!(
                            "{} and {pair} cannot be failed over to each other at the same time (JJ721939)",
                            goal.home
                        ),
                    );
                }
            }
            Some(pair) => {
                if let Some(message) = mixed_pair(topology, &goal.home, pair) {
                    refuse(Rule::UnsupportedMixture, message);
                }
            }
        }
    }

    if let Some(pool) = &desired.central_management {
        if !topology.pools.contains_key(pool) {
            refuse(Rule::NotInTopology, unknown(pool));
        } else if leaving.contains(pool) {
            refuse(
                Rule::CentralManagementOnLeavingPool,
                format!("the Central Management store cannot be on {pool}, which is being failed over"),
            );
        }
    }

    for goal in &desired.edges {
        if !topology.edges.contains_key(&goal.edge) {
            refuse(Rule::NotInTopology, format!("the topology has no Edge pool {}", goal.edge));
        }
        if !topology.pools.contains_key(&goal.next_hop) {
            refuse(Rule::NotInTopology, unknown(&goal.next_hop));
        } else if leaving.contains(&goal.next_hop) {
            refuse(
                Rule::NextHopLeaving,
                format!(
                    "the next hop of {} cannot be {}, which is being failed over",
                    goal.edge, goal.next_hop
                ),
            );
        } else if let Some(message) = mixed_edge(topology, goal) {
            refuse(Rule::UnsupportedMixture, message);
        }
    }
    found
}

/// Both pools of a pair run the same generation, or no failover between them is supported.
fn mixed_pair(topology: &Topology, home: &PoolFqdn, pair: &PoolFqdn) -> Option<String> {
    let (from, to) = (topology.pools.get(home)?.version, topology.pools.get(pair)?.version);
    (from != to).then(|| {
        format!(
            "{home} runs {from} and its pair {pair} runs {to}; users are failed over between pools of one version \
             only. Bring both to one version first; a failback stays possible"
        )
    })
}

/// Pools are upgraded before the Edge in front of them.
fn mixed_edge(topology: &Topology, goal: &EdgeGoal) -> Option<String> {
    let edge = topology.edges.get(&goal.edge)?.version;
    let hop = topology.pools.get(&goal.next_hop)?.version;
    (hop < edge).then(|| {
        format!(
            "{} runs {edge}, and its next hop {} would run {hop}: the next hop of an Edge pool cannot be older than \
             the Edge pool",
            goal.edge, goal.next_hop
        )
    })
}
