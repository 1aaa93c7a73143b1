//! What Prometheus can ask for.

use std::sync::atomic::AtomicU64;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// The labels of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ResourceLabels {
    pub(super) namespace: String,
    pub(super) name: String,
}

/// The labels of a step that is over.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct StepLabels {
    pub(super) step: &'static str,
    pub(super) outcome: &'static str,
}

/// The metrics of the operator.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    /// 1 while this process leads.
    pub(super) leader: Gauge,
    /// 1 while `Ready` is True.
    pub(super) ready: Family<ResourceLabels, Gauge>,
    /// Whether a failover would work, from 0 to 100.
    pub(super) readiness_score: Family<ResourceLabels, Gauge>,
    /// When the last round ended, in seconds since 1970: the freshness of everything else.
    pub(super) last_round: Family<ResourceLabels, Gauge<f64, AtomicU64>>,
    /// Rounds.
    pub(super) rounds: Family<ResourceLabels, Counter>,
    /// Steps that are over.
    pub(super) steps: Family<StepLabels, Counter>,
    /// Writes of a status.
    pub(super) status_writes: Counter,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("lync_failover");
        let metrics = Self {
            leader: Gauge::default(),
            ready: Family::default(),
            readiness_score: Family::default(),
            last_round: Family::default(),
            rounds: Family::default(),
            steps: Family::default(),
            status_writes: Counter::default(),
            registry: Registry::default(),
        };
        registry.register("leader", "1 while this process leads", metrics.leader.clone());
        registry.register("ready", "1 while Ready is True, by LyncFailover", metrics.ready.clone());
        registry.register(
            "readiness_score",
            "Whether a failover would work, from 0 to 100, by LyncDeployment",
            metrics.readiness_score.clone(),
        );
        registry.register(
            "last_round_timestamp_seconds",
            "When the last round ended, by LyncDeployment",
            metrics.last_round.clone(),
        );
        registry.register("rounds", "Rounds, by LyncDeployment", metrics.rounds.clone());
        registry.register("steps", "Steps that are over, by outcome", metrics.steps.clone());
        registry.register("status_writes", "Writes of a status", metrics.status_writes.clone());
        Self { registry, ..metrics }
    }

    /// Shows nothing more of a deployment that is gone.
    pub(super) fn forget_deployment(&self, labels: &ResourceLabels) {
        self.rounds.remove(labels);
        self.last_round.remove(labels);
        self.readiness_score.remove(labels);
    }

    /// The metrics in the text format of OpenMetrics.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_documented() {
        let labels = ResourceLabels { namespace: "n".to_owned(), name: "a".to_owned() };
        let metrics = Metrics::new();
        metrics.ready.get_or_create(&labels).set(1);
        metrics.readiness_score.get_or_create(&labels).set(100);
        metrics.rounds.get_or_create(&labels).inc();
        metrics.last_round.get_or_create(&labels).set(1.0);
        metrics.steps.get_or_create(&StepLabels { step: "FailOverPool", outcome: "completed" }).inc();
        let text = metrics.text();
        let is_name = |line: &&str| !line.starts_with('#');
        let names = text.lines().filter(is_name).filter_map(|line| line.split([' ', '{']).next());
        let mut told: Vec<&str> = names.collect();
        let page = include_str!("../../docs/metrics.md");
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let mut documented: Vec<&str> = rows.collect();
        told.sort_unstable();
        documented.sort_unstable();
        assert_eq!(told, documented);
        metrics.forget_deployment(&labels);
        for gone in ["lync_failover_rounds_total{", "lync_failover_readiness_score{"] {
            assert!(!metrics.text().contains(gone), "{}", metrics.text());
        }
    }
}
