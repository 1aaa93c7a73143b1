//! Which Lync organisation is behind a bridge.

use sha2::{Digest, Sha256};

use crate::{
    bridge::{Bridge as _, winrm::WinRmBridge},
    controller::Organisation,
    lync::{PoolFqdn, Topology, cmdlet::Query, outputs},
};

/// Asks the hosts, one after the other, until one of them says what organisation it belongs to. `None`: no
/// host says so now.
///
/// Where the hosts share the home of their journal that home is the identity: who shares it shares the lock.
/// Elsewhere it is the domain of the pools, because an Active Directory forest has at most one Lync
/// organisation.
pub async fn identity(org: &Organisation, bridge: &WinRmBridge) -> Option<String> {
    for endpoint in &org.endpoints {
        let queries = [Query::Topology { local_store: true }];
        let Ok(answers) = bridge.query(&endpoint.host, &queries).await else { continue };
        if let Some(home) = bridge.shared_home() {
            return Some(short("home", &home));
        }
        let Some(Ok(rows)) = answers.first() else { continue };
        let document = rows.first().and_then(|row| row.text.as_deref()).map(outputs::topology_document);
        if let Some(domain) = document.and_then(Result::ok).and_then(|document| domain(&document.topology)) {
            return Some(short("domain", &domain));
        }
    }
    None
}

/// The shortest domain that a pool is in; of several the first by name.
fn domain(topology: &Topology) -> Option<String> {
    let of = |pool: &PoolFqdn| Some(pool.as_str().split_once('.')?.1.to_ascii_lowercase());
    topology.pools.keys().filter_map(of).min_by_key(|domain| (domain.len(), domain.clone()))
}

/// A short name from what an organisation is known by.
pub(crate) fn short(kind: &str, what: &str) -> String {
    let digest = Sha256::digest(format!("{kind}/{what}").as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
