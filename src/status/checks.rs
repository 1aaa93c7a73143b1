//! How the service does after a failover or a failback, as a status shows it. Nothing is decided by it.

use jiff::Timestamp;

use super::{Found, views::time};
use crate::{
    api::{ServiceCheck, ServiceCheckName, ServiceCheckResult},
    lync::{Fact, MachineFqdn, PoolFqdn, outputs::Registration},
    plan::{Decision, UsersGoal},
};

type Seen = (ServiceCheckResult, String);

/// The checks while users are away and nothing is under way; of users who have come home, for as long as there is a
/// sign-in to show.
pub(super) fn checks(old: &[ServiceCheck], found: &Found<'_>, now: Timestamp) -> Vec<ServiceCheck> {
    if !matches!(found.plan.decision, Decision::Converged) {
        return Vec::new();
    }
    let is_shown = |goal: &&UsersGoal| goal.is_away() || found.sign_ins.contains_key(&goal.served_by);
    let mut serving: Vec<&PoolFqdn> = Vec::new();
    for goal in found.desired.users.iter().filter(is_shown) {
        if !serving.contains(&&goal.served_by) {
            serving.push(&goal.served_by);
        }
    }
    if serving.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::new();
    for pool in &serving {
        if let Some(fact) = found.sign_ins.get(*pool) {
            all.push(check(ServiceCheckName::Registration, pool.as_str(), registration(fact)));
        }
    }
    let topology = found.observed.topology.value();
    for pool in &serving {
        let machines = topology.and_then(|topology| topology.pools.get(*pool)).map(|pool| &pool.machines);
        let seen = replicas(found, now, machines.into_iter().flatten());
        all.push(check(ServiceCheckName::Replicas, pool.as_str(), seen));
    }
    for (name, edge) in topology.into_iter().flat_map(|topology| &topology.edges) {
        let next_hop = found.observed.next_hops.get(name).and_then(Fact::value);
        if next_hop.is_some_and(|hop| serving.contains(&hop)) {
            let seen = replicas(found, now, &edge.machines);
            all.push(check(ServiceCheckName::EdgeReplicas, name.as_str(), seen));
        }
    }
    for check in &mut all {
        let same = old.iter().find(|old| ServiceCheck { at: None, ..(*old).clone() } == *check);
        check.at = same.and_then(|old| old.at.clone()).or_else(|| Some(time(now)));
    }
    all
}

fn check(name: ServiceCheckName, subject: &str, (result, message): Seen) -> ServiceCheck {
    ServiceCheck { name, subject: subject.to_owned(), result, message, at: None }
}

fn registration(fact: &Fact<Registration>) -> Seen {
    match fact {
        Fact::Known { value: Registration::Succeeded, .. } => {
            (ServiceCheckResult::Pass, "a test user signs in".to_owned())
        }
        Fact::Known { value: Registration::Failed(why), .. } => {
            (ServiceCheckResult::Fail, format!("a test user cannot sign in: {why}"))
        }
        Fact::Unknown(why) => (ServiceCheckResult::Unknown, format!("no test user signed in: {why}")),
    }
}

/// After each change replicas are behind for some minutes, which is no failure.
fn replicas<'a>(
    found: &Found<'_>,
    now: Timestamp,
    machines: impl IntoIterator<Item = &'a MachineFqdn>,
) -> Seen {
    let known = match found.observed.replicas.live(now, found.limits.stale_after) {
        Ok(known) => known,
        Err(why) => return (ServiceCheckResult::Unknown, format!("the replicas are not known: {why}")),
    };
    let (mut behind, mut young, mut unlisted) = (Vec::new(), Vec::new(), Vec::new());
    for machine in machines {
        match known.get(machine) {
            None => unlisted.push(machine.as_str()),
            Some(replica) if replica.up_to_date => {}
            Some(replica) => {
                let is_news = |at| now.duration_since(at).abs() <= found.limits.replica_wait;
                let list =
                    if replica.last_update_creation.is_some_and(is_news) { &mut young } else { &mut behind };
                list.push(machine.as_str());
            }
        }
    }
    if !behind.is_empty() {
        return (
            ServiceCheckResult::Fail,
            format!("without the newest configuration: {}", behind.join(", ")),
        );
    }
    if !unlisted.is_empty() {
        let message = format!("not in the list of replicas: {}", unlisted.join(", "));
        return (ServiceCheckResult::Unknown, message);
    }
    if !young.is_empty() {
        let message = format!("a change of the last minutes is on its way to {}", young.join(", "));
        return (ServiceCheckResult::Unknown, message);
    }
    (ServiceCheckResult::Pass, "every server has the newest configuration".to_owned())
}
