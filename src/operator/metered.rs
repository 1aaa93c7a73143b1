//! A bridge that counts what it is asked, and how long the answers take.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::time::Instant;

use super::metrics::{Metrics, ResourceLabels};
use crate::{
    bridge::{Adoption, Answer, Bridge, CallError, Fence, Followed, Operation, Rehearsed, Sight},
    lync::{
        ExportMade, ExportOrder, MachineFqdn,
        cmdlet::{Mutation, Query},
    },
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
#[deny(clippy::missing_trait_methods, reason = "a method that is not handed on would be the trait's default")]
impl Bridge for Metered {
    async fn query(&self, host: &MachineFqdn, queries: &[Query]) -> Result<Vec<Answer>, CallError> {
        self.count("query", self.bridge.query(host, queries)).await
    }

    async fn query_apart(&self, host: &MachineFqdn, query: &Query) -> Answer {
        self.count("query_apart", self.bridge.query_apart(host, query)).await
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

    async fn report(&self, via: &MachineFqdn, operation: &Operation) -> Result<Option<String>, CallError> {
        self.count("report", self.bridge.report(via, operation)).await
    }

    async fn export(&self, host: &MachineFqdn, order: &ExportOrder) -> Result<Vec<ExportMade>, CallError> {
        self.count("export", self.bridge.export(host, order)).await
    }

    async fn rehearse(&self, host: &MachineFqdn, mutation: &Mutation) -> Result<Rehearsed, CallError> {
        self.count("rehearse", self.bridge.rehearse(host, mutation)).await
    }

    fn sight(&self, host: &MachineFqdn) -> Option<Sight> {
        self.bridge.sight(host)
    }
}

#[cfg(test)]
mod tests {
    use kube::runtime::reflector::store;

    use super::*;
    use crate::{bridge::Refusal, operator::stores::Stores};

    /// A bridge on which everything ends in the same way.
    struct Ends(Result<(), CallError>);

    #[async_trait]
    impl Bridge for Ends {
        async fn query(&self, _: &MachineFqdn, _: &[Query]) -> Result<Vec<Answer>, CallError> {
            self.0.clone().map(|()| Vec::new())
        }

        async fn raise_epoch(&self, _: &MachineFqdn) -> Result<Fence, CallError> {
            self.0.clone().map(|()| Fence::default())
        }

        async fn start(&self, _: &Operation) -> Result<(), CallError> {
            self.0.clone()
        }

        async fn follow(&self, _: &Operation, _: u64) -> Result<Followed, CallError> {
            self.0.clone().map(|()| Followed::default())
        }

        async fn adopt(&self, _: &MachineFqdn, _: &Operation) -> Result<Adoption, CallError> {
            self.0.clone().map(|()| Adoption::Running)
        }
    }

    #[tokio::test]
    async fn what_is_asked_is_counted_by_what_came_of_it_and_nothing_is_changed() {
        let why = || "why".to_owned();
        let refusal = || Refusal { error_id: why(), category: why(), message: why() };
        let ends = [
            ("ok", Ok(())),
            ("unreachable", Err(CallError::Unreachable(why()))),
            ("not_sent", Err(CallError::NotSent(why()))),
            ("denied", Err(CallError::Denied(why()))),
            ("refused", Err(CallError::Refused(refusal()))),
            ("unknown", Err(CallError::Unknown(why()))),
            ("unreadable", Err(CallError::Unreadable(why()))),
        ];
        let (failovers, deployments) = (store::Writer::default(), store::Writer::default());
        let metrics = Arc::new(Metrics::new(
            Stores::new(vec![failovers.as_reader()]),
            Stores::new(vec![deployments.as_reader()]),
            Arc::default(),
        ));
        let labels = ResourceLabels { namespace: "n".to_owned(), name: "b".to_owned() };
        let host: MachineFqdn = "fe01.contoso.com".parse().expect("a name");
        for (outcome, end) in ends {
            assert!(super::super::metrics::OUTCOMES.contains(&outcome), "it would outlive its deployment");
            let bridge = Metered::new(Arc::new(Ends(end.clone())), Arc::clone(&metrics), labels.clone());
            assert_eq!(bridge.query(&host, &[]).await.map(drop), end);
            assert_eq!(bridge.raise_epoch(&host).await.map(drop), end);
            let text = metrics.text();
            for request in ["query", "raise_epoch"] {
                let own = format!("namespace=\"n\",name=\"b\",request=\"{request}\",outcome=\"{outcome}\"");
                let line = format!("lync_failover_bridge_requests_total{{{own}}} 1");
                assert!(text.lines().any(|it| it == line), "{line} is missing in\n{text}");
            }
        }
        metrics.forget_deployment(&labels);
        assert!(!metrics.text().contains("name=\"b\""), "{}", metrics.text());
    }
}
