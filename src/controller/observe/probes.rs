//! Knocks at TCP 5061 of every Front End and Edge server.

use futures::future::join_all;

use crate::{
    controller::Organisation,
    lync::{Fact, MachineFqdn, Observed, Source, Why},
};

/// Knocks at all of them at once.
pub(super) async fn knock(org: &Organisation, observed: &mut Observed) {
    let Some(topology) = observed.topology.value() else { return };
    let front_ends = topology.pools.values().flat_map(|pool| &pool.machines);
    let edges = topology.edges.values().flat_map(|edge| &edge.machines);
    let machines: Vec<MachineFqdn> = front_ends.chain(edges).cloned().collect();
    let knocks = machines.into_iter().map(|machine| async move {
        let at = org.clock.now();
        let answers = org.prober.sip(&machine).await;
        let unfound =
            || Why::BridgeUnavailable(format!("TCP 5061 of {machine} could not be tried from here"));
        let fact = answers.map_or_else(|| Fact::Unknown(unfound()), |it| Fact::known(it, at, Source::Probe));
        (machine, fact)
    });
    observed.sip.extend(join_all(knocks).await);
}
