//! What the operator asks a Front End, heard from the operator itself.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use lync_failover::{
    bridge::{Adoption, Answer, Bridge, CallError, Fence, Followed, Operation, RemoteSimulator},
    clock::SystemClock,
    controller::{Endpoint, Look, Organisation, observe},
    lync::{MachineFqdn, cmdlet::Query},
    plan::Limits,
};

/// Passes everything on, and keeps what was asked.
struct Listening {
    to: RemoteSimulator,
    heard: Mutex<Vec<Vec<Query>>>,
}

/// The queries of one observation by way of one Front End, once the organisation is known: one round trip.
pub(crate) async fn of_an_observation(simulator: SocketAddr, host: &str, pool: &str) -> Vec<Query> {
    let bridge = Arc::new(Listening { to: RemoteSimulator::new(simulator), heard: Mutex::default() });
    let organisation = Organisation {
        bridge: bridge.clone(),
        prober: Arc::new(RemoteSimulator::new(simulator)),
        clock: Arc::new(SystemClock),
        endpoints: vec![Endpoint {
            host: host.parse().expect("a name"),
            pool: pool.parse().expect("a name"),
        }],
        limits: Limits::default(),
        interval: jiff::SignedDuration::from_secs(60),
    };
    let first = observe(&organisation, Look::default()).await;
    bridge.heard.lock().expect("whole").clear();
    observe(&organisation, Look { before: Some(&first), ..Look::default() }).await;
    let mut heard = std::mem::take(&mut *bridge.heard.lock().expect("whole"));
    assert_eq!(heard.len(), 1, "an observation is one round trip: {heard:?}");
    heard.remove(0)
}

#[async_trait]
impl Bridge for Listening {
    async fn query(&self, host: &MachineFqdn, queries: &[Query]) -> Result<Vec<Answer>, CallError> {
        self.heard.lock().expect("whole").push(queries.to_vec());
        self.to.query(host, queries).await
    }

    async fn raise_epoch(&self, host: &MachineFqdn) -> Result<Fence, CallError> {
        self.to.raise_epoch(host).await
    }

    async fn start(&self, operation: &Operation) -> Result<(), CallError> {
        self.to.start(operation).await
    }

    async fn follow(&self, operation: &Operation, after: u64) -> Result<Followed, CallError> {
        self.to.follow(operation, after).await
    }

    async fn adopt(&self, via: &MachineFqdn, operation: &Operation) -> Result<Adoption, CallError> {
        self.to.adopt(via, operation).await
    }
}
