//! Which Lync organisation is behind a bridge.

use std::time::Duration;

use futures::{StreamExt, stream::FuturesUnordered};
use sha2::{Digest, Sha256};

use crate::{
    controller::Organisation,
    lync::{PoolFqdn, Topology, cmdlet::Query, outputs},
};

/// The head start of a host before the next one is asked too: those of a dead site take long to be silent.
const HEAD_START: Duration = Duration::from_secs(3);

/// Asks the hosts until one of them says what organisation it belongs to. `None`: no host says so now.
///
/// It is the domain of the pools that says so, because an Active Directory forest has at most one Lync
/// organisation. It is the same whichever host answers: two identities would be two locks.
pub async fn identity(org: &Organisation) -> Option<String> {
    let asked = (0..).zip(&org.endpoints).map(|(place, endpoint)| async move {
        tokio::time::sleep(HEAD_START * place).await;
        let queries = [Query::Topology { local_store: true }];
        let answers = org.bridge.query(&endpoint.host, &queries).await.ok()?;
        let rows = answers.first()?.as_ref().ok()?;
        let document = rows.first()?.text.as_deref().map(outputs::topology_document)?;
        Some(short("domain", &domain(&document.ok()?.topology)?))
    });
    let found = asked.collect::<FuturesUnordered<_>>().filter_map(std::future::ready);
    std::pin::pin!(found).next().await
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
