//! Which Lync organisation is behind a bridge.

use std::time::Duration;

use futures::{StreamExt, stream::FuturesUnordered};
use sha2::{Digest, Sha256};

use crate::{
    controller::Organisation,
    lync::{cmdlet::Query, outputs},
};

/// The head start of a host before the next one is asked too: those of a dead site take long to be silent.
const HEAD_START: Duration = Duration::from_secs(3);

/// Asks the hosts until one of them says in which domain its organisation is ([`Topology::domain`]). `None`: no
/// host says so now. It is the same whichever host answers, and whatever guards the hosts: two identities would be
/// two locks.
///
/// [`Topology::domain`]: crate::lync::Topology::domain
pub async fn domain(org: &Organisation) -> Option<String> {
    let asked = (0..).zip(&org.endpoints).map(|(place, endpoint)| async move {
        tokio::time::sleep(HEAD_START * place).await;
        let queries = [Query::Topology { local_store: true }];
        let answers = org.bridge.query(&endpoint.host, &queries).await.ok()?;
        let rows = answers.first()?.as_ref().ok()?;
        let document = rows.first()?.text.as_deref().map(outputs::topology_document)?;
        document.ok()?.topology.domain()
    });
    let found = asked.collect::<FuturesUnordered<_>>().filter_map(std::future::ready);
    std::pin::pin!(found).next().await
}

/// The identity of the organisation of a domain.
pub fn identity(domain: &str) -> String {
    short("domain", domain)
}

/// A short name from what an organisation is known by.
pub(crate) fn short(kind: &str, what: &str) -> String {
    let digest = Sha256::digest(format!("{kind}/{what}").as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
