//! The Edge pools: whether their next hop could be changed, and whether they would learn of it.

use super::{
    Check, Fix, Inputs, Subject,
    replicas::{Late, late, names},
};
use crate::{
    api::CheckName,
    lync::{Edge, EdgeFqdn, PoolFqdn, PoolKind, Topology},
};

const CHECK: CheckName = CheckName::EdgeNextHopChangeable;

pub(super) fn look(inputs: Inputs<'_>, topology: &Topology) -> Vec<Check> {
    if topology.edges.is_empty() {
        return vec![Check::not_applicable(CHECK, Subject::Organisation, "there is no Edge pool")];
    }
    topology.edges.iter().map(|(name, edge)| one(inputs, topology, name, edge)).collect()
}

fn one(inputs: Inputs<'_>, topology: &Topology, name: &EdgeFqdn, edge: &Edge) -> Check {
    let subject = || Subject::Edge(name.clone());
    let hop = match inputs.live(inputs.observed.next_hops.get(name)) {
        Ok(hop) => hop,
        Err(why) => {
            let message = format!("its next hop is not known: {why}");
            let fix = Fix::minutes("run Get-CsService -EdgeServer on an endpoint: it needs the store");
            return Check::unknown(CHECK, subject(), message, fix);
        }
    };
    let way = match way_out(topology, hop) {
        Ok(way) => way,
        Err(why) => {
            let fix = format!(
                "Set-CsEdgeServer -Identity EdgeServer:{name} -Registrar Registrar:POOL with a POOL that has a \
                 pair, or pair {hop}"
            );
            return Check::fail(CHECK, subject(), why, Fix::minutes(fix));
        }
    };
    match late(inputs, &edge.machines) {
        Err(why) => Check::unknown(
            CHECK,
            subject(),
            format!("whether changes reach it is not known: {why}"),
            Fix::minutes("see Get-CsManagementStoreReplicationStatus"),
        ),
        Ok(Late { behind, .. }) if !behind.is_empty() => Check::fail(
            CHECK,
            subject(),
            format!("changes of the configuration do not reach {}", names(&behind)),
            Fix::hours(format!(
                "open TCP 4443 from the pools that have, or may get, the store to the internal side of {name}; \
                 then Invoke-CsManagementStoreReplication -ReplicaFqdn {}",
                behind[0]
            )),
        ),
        Ok(Late { unlisted, .. }) if !unlisted.is_empty() => Check::unknown(
            CHECK,
            subject(),
            format!("not in the list of replicas: {}", names(&unlisted)),
            Fix::minutes("see Get-CsManagementStoreReplicationStatus -ReplicaFqdn"),
        ),
        Ok(_) => Check::pass(CHECK, subject(), way),
    }
}

/// Where it would be sent if its next hop were failed over.
fn way_out(topology: &Topology, hop: &PoolFqdn) -> Result<String, String> {
    match topology.pools.get(hop) {
        None => Err(format!("its next hop {hop} is no pool of the topology")),
        Some(pool) if pool.kind == PoolKind::Director => {
            Ok(format!("its next hop {hop} is a Director pool, which is not failed over"))
        }
        Some(pool) => match &pool.backup {
            Some(pair) => Ok(format!("its next hop {hop} could be changed to {pair}, and changes reach it")),
            None => Err(format!("its next hop {hop} has no pair to send it to")),
        },
    }
}
