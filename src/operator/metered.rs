//! A bridge that counts what it is asked, and how long the answers take.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::time::Instant;

use super::metrics::{Metrics, ResourceLabels};
use crate::{
    bridge::{Adoption, Answer, Bridge, CallError, Fence, Followed, Operation, Sight},
    lync::{MachineFqdn, cmdlet::Query},
};

/// The bridge of one deployment, counted.
pub(super) struct Metered {
    bridge: Arc<dyn Bridge>,
    metrics: Arc<Metrics>,
    labels: ResourceLabels,
}

impl Metered {
    pub(super) fn new(bridge: Arc<dyn Bridge>, metrics: Arc<Metrics>, labels: ResourceLabels) -> Self {
        Self { bridge, metrics, labels }
    }

    async fn count<T>(
        &self,
        request: &'static str,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let begun = Instant::now();
        let result = call.await;
        let outcome = result.as_ref().map_or_else(class, |_| "ok");
        self.metrics.asked(&self.labels, request, outcome, begun.elapsed().as_secs_f64());
        result
    }
}

/// What went wrong, as a label.
fn class(error: &CallError) -> &'static str {
    match error {
        CallError::Unreachable(_) => "unreachable",
        CallError::NotSent(_) => "not_sent",
        CallError::Denied(_) => "denied",
        CallError::Refused(_) => "refused",
        CallError::Unknown(_) => "unknown",
        CallError::Unreadable(_) => "unreadable",
    }
}

#[async_trait]
impl Bridge for Metered {
    async fn query(&self, host: &MachineFqdn, queries: &[Query]) -> Result<Vec<Answer>, CallError> {
        self.count("query", self.bridge.query(host, queries)).await
    }

    async fn raise_epoch(&self, host: &MachineFqdn) -> Result<Fence, CallError> {
        self.count("raise_epoch", self.bridge.raise_epoch(host)).await
    }

    async fn start(&self, operation: &Operation) -> Result<(), CallError> {
        self.count("start", self.bridge.start(operation)).await
    }

    async fn follow(&self, operation: &Operation, after: u64) -> Result<Followed, CallError> {
        self.count("follow", self.bridge.follow(operation, after)).await
    }

    async fn adopt(&self, via: &MachineFqdn, operation: &Operation) -> Result<Adoption, CallError> {
        self.count("adopt", self.bridge.adopt(via, operation)).await
    }

    fn sight(&self, host: &MachineFqdn) -> Option<Sight> {
        self.bridge.sight(host)
    }
}
