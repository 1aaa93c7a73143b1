//! What Prometheus can ask for: events that are counted here, and states, which are read from the resources
//! themselves when somebody asks ([`states`]).
//!
//! Labels are words of closed vocabularies and names of resources, so that the number of series is bounded by the
//! number of things that there are.

mod deployment;
mod failover;
mod states;

use std::sync::Arc;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::Registry,
};

use super::{resources::Notices, stores::Stores};
use crate::{
    api::{LyncDeployment, LyncFailover},
    procedure::one_of_each,
};
pub(super) use states::{News, States};

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

/// The label of a kind of step.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct StepLabel {
    pub(super) step: &'static str,
}

/// The labels of a round that came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RoundErrorLabels {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) error: &'static str,
}

/// Why a round came to nothing, as a label.
pub(super) const ROUND_ERRORS: [&str; 5] =
    ["invalid_spec", "record_conflict", "record_too_new", "record_unavailable", "unreachable"];

/// The labels of a request to a host.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabels {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) request: &'static str,
    pub(super) outcome: &'static str,
}

/// What hosts are asked for, as a label: the verbs of [`Bridge`](crate::bridge::Bridge).
pub(super) const REQUESTS: [&str; 9] =
    ["adopt", "export", "follow", "query", "query_apart", "raise_epoch", "rehearse", "report", "start"];
/// What came of a request, as a label: `ok`, or the class of the [`CallError`](crate::bridge::CallError).
pub(super) const OUTCOMES: [&str; 7] =
    ["denied", "not_sent", "ok", "refused", "unknown", "unreachable", "unreadable"];

/// The label of a kind of request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabel {
    pub(super) request: &'static str,
}

/// The label of a review that was answered: what came of it, as the webhook has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ReviewLabel {
    pub(super) answer: &'static str,
}

type Durations<L> = Family<L, Histogram, fn() -> Histogram>;

/// From a write of a topology to a pool that takes its time (JJ205079: 30 minutes), in seconds.
fn of_steps() -> Histogram {
    Histogram::new([1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 2700.0, 7200.0])
}

/// From a warm answer to the 90 s that a host may take for all of them.
fn of_requests() -> Histogram {
    Histogram::new([0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 1800.0])
}

/// The metrics of the operator.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    /// 1 while this process leads.
    pub(super) leader: Gauge,
    /// Rounds that came to an end.
    pub(super) rounds: Family<ResourceLabels, Counter>,
    /// Rounds that came to nothing.
    pub(super) round_errors: Family<RoundErrorLabels, Counter>,
    /// How long the looks took.
    pub(super) observation_duration: Histogram,
    /// Requests to hosts.
    pub(super) requests: Family<RequestLabels, Counter>,
    /// How long they took.
    pub(super) request_duration: Durations<RequestLabel>,
    /// Steps that are over.
    pub(super) steps: Family<StepLabels, Counter>,
    /// How long those took that ran.
    pub(super) step_duration: Durations<StepLabel>,
    /// Writes of a status.
    pub(super) status_writes: Counter,
    /// Writes of a status that failed.
    pub(super) status_write_errors: Counter,
    /// Reviews that the webhook has answered.
    pub(super) reviews: Family<ReviewLabel, Counter>,
    /// What is read from the resources.
    pub(super) states: Arc<States>,
}

impl Metrics {
    /// Metrics of the resources in these stores.
    pub(super) fn new(
        failovers: Stores<LyncFailover>,
        deployments: Stores<LyncDeployment>,
        notices: Arc<Notices>,
    ) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("lync_failover"),
            leader: Gauge::default(),
            rounds: Family::default(),
            round_errors: Family::default(),
            observation_duration: of_requests(),
            requests: Family::default(),
            request_duration: Family::new_with_constructor(of_requests),
            steps: Family::default(),
            step_duration: Family::new_with_constructor(of_steps),
            status_writes: Counter::default(),
            status_write_errors: Counter::default(),
            reviews: Family::default(),
            states: Arc::new(States::new(failovers, deployments, notices)),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version of the operator", build);
        registry.register("leader", "1 while this process leads", self.leader.clone());
        let limits: Family<StepLabel, Gauge> = Family::default();
        for step in one_of_each() {
            limits.get_or_create(&StepLabel { step: step.name() }).set(step.soft_limit().as_secs());
        }
        registry.register(
            "step_soft_limit_seconds",
            "How long a step takes at most in the documented times",
            limits,
        );
        registry.register("rounds", "Rounds, by LyncDeployment", self.rounds.clone());
        registry.register("round_errors", "Rounds that came to nothing, by cause", self.round_errors.clone());
        registry.register(
            "observation_duration_seconds",
            "How long a look at an organisation took",
            self.observation_duration.clone(),
        );
        registry.register("bridge_requests", "Requests to hosts, by outcome", self.requests.clone());
        registry.register(
            "bridge_request_duration_seconds",
            "How long requests to hosts took; follow waits for news",
            self.request_duration.clone(),
        );
        registry.register("steps", "Steps that are over, by outcome", self.steps.clone());
        registry.register(
            "step_duration_seconds",
            "How long steps took, from intent to end",
            self.step_duration.clone(),
        );
        registry.register("status_writes", "Writes of a status", self.status_writes.clone());
        registry.register(
            "status_write_errors",
            "Writes of a status that failed",
            self.status_write_errors.clone(),
        );
        registry.register("webhook_reviews", "Answers of the webhook, by kind", self.reviews.clone());
        registry.register_collector(Box::new(Arc::clone(&self.states)));
    }

    /// Counts a round that came to nothing.
    pub(super) fn round_failed(&self, of: &ResourceLabels, error: &'static str) {
        let ResourceLabels { namespace, name } = of.clone();
        self.round_errors.get_or_create(&RoundErrorLabels { namespace, name, error }).inc();
    }

    /// Counts a request to a host.
    pub(super) fn asked(&self, of: &ResourceLabels, request: &'static str, outcome: &'static str, took: f64) {
        let ResourceLabels { namespace, name } = of.clone();
        self.requests.get_or_create(&RequestLabels { namespace, name, request, outcome }).inc();
        self.request_duration.get_or_create(&RequestLabel { request }).observe(took);
    }

    /// Counts an answer of the webhook.
    pub(super) fn reviewed(&self, answer: &'static str) {
        self.reviews.get_or_create(&ReviewLabel { answer }).inc();
    }

    /// Counts nothing more of a deployment that is gone.
    pub(super) fn forget_deployment(&self, of: &ResourceLabels) {
        self.rounds.remove(of);
        let ResourceLabels { namespace, name } = of;
        let (namespace, name) = (|| namespace.clone(), || name.clone());
        for error in ROUND_ERRORS {
            self.round_errors.remove(&RoundErrorLabels { namespace: namespace(), name: name(), error });
        }
        for (request, outcome) in REQUESTS.iter().flat_map(|r| OUTCOMES.iter().map(move |o| (*r, *o))) {
            let labels = RequestLabels { namespace: namespace(), name: name(), request, outcome };
            self.requests.remove(&labels);
        }
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
mod tests;
