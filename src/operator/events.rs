//! Events on transitions. Kube's recorder keeps the first note of a series, so what happened stands in the
//! reason.

use std::sync::{Mutex, PoisonError};

use kube::{
    Resource,
    runtime::events::{Event as KubeEvent, EventType, Recorder},
};

use crate::{
    api::{DrillOutcome, DrillStatus, LyncDeployment, LyncFailover, Reason},
    bridge::Ended,
    controller::{Event, Listener},
    plan::{StepOutcome, StepRecord},
};

/// Collects what is worth an Event during a round, logs it, and passes everything on.
pub(super) struct Collector<'a> {
    records: Mutex<Vec<StepRecord>>,
    next: &'a dyn Listener,
}

impl Listener for Collector<'_> {
    fn saw(&self, event: Event) {
        self.next.saw(event.clone());
        match event {
            Event::Ended(record) => {
                tracing::info!(step = %record.step, operation = %record.operation.id, outcome = ?record.outcome, "step ended");
                self.records.lock().unwrap_or_else(PoisonError::into_inner).push(*record);
            }
            Event::Intended(intent) => {
                tracing::info!(step = %intent.step, operation = %intent.operation.id, host = %intent.operation.host, "step begins");
            }
            Event::Wrote(intent, record) => {
                tracing::info!(step = %intent.step, stream = ?record.stream, text = %printable(&record.text), "the cmdlet wrote");
            }
            Event::Observed(_) | Event::Planned { .. } | Event::Started(_) | Event::Reported { .. } => {}
        }
    }
}

impl<'a> Collector<'a> {
    pub(super) fn new(next: &'a dyn Listener) -> Self {
        Self { records: Mutex::default(), next }
    }

    /// Takes what was collected.
    pub(super) fn take(&self) -> Vec<StepRecord> {
        std::mem::take(&mut *self.records.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Publishes an Event about a step that is over.
pub(super) async fn step_ended(recorder: &Recorder, resource: &LyncFailover, record: &StepRecord) {
    let (suffix, type_, note) = match &record.outcome {
        StepOutcome::Ended(Ended::Completed) => {
            ("Completed", EventType::Normal, record.operation.mutation.to_string())
        }
        StepOutcome::Ended(Ended::Failed(refusal)) => ("Failed", EventType::Warning, refusal.to_string()),
        StepOutcome::Ended(Ended::Lost(why)) => ("Lost", EventType::Warning, why.clone()),
        StepOutcome::NotStarted(why) => ("NotStarted", EventType::Warning, why.clone()),
    };
    let reason = format!("{}{suffix}", record.step.name());
    publish(recorder, resource, type_, reason, record.step.name(), &note).await;
}

/// Publishes an Event about a new reason of `Ready`.
pub(super) async fn ready_changed(recorder: &Recorder, resource: &LyncFailover, reason: &str, message: &str) {
    let troubles = [
        Reason::Refused,
        Reason::Conflict,
        Reason::InvalidSpec,
        Reason::DeploymentNotFound,
        Reason::Failed,
        Reason::OutcomeUnknown,
        Reason::Contradictory,
        Reason::Drifted,
        Reason::Unreachable,
        Reason::Unknown,
    ];
    let is_trouble = troubles.iter().any(|trouble| trouble.as_str() == reason);
    let type_ = if is_trouble { EventType::Warning } else { EventType::Normal };
    publish(recorder, resource, type_, reason.to_owned(), "Reconcile", message).await;
}

/// Publishes an Event about a drill that is over.
pub(super) async fn drill_ended(recorder: &Recorder, deployment: &LyncDeployment, drill: &DrillStatus) {
    let outcome = drill.outcome.unwrap_or(DrillOutcome::Incomplete);
    let type_ = if outcome == DrillOutcome::Passed { EventType::Normal } else { EventType::Warning };
    let note = drill.message.as_deref().unwrap_or_default();
    publish(recorder, deployment, type_, format!("Drill{outcome}"), "Drill", note).await;
}

async fn publish(
    recorder: &Recorder,
    resource: &impl Resource<DynamicType = ()>,
    type_: EventType,
    reason: String,
    action: &str,
    note: &str,
) {
    let note: String = printable(note).chars().take(1000).collect();
    let event = KubeEvent { type_, reason, action: action.to_owned(), note: Some(note), secondary: None };
    let about = resource.object_ref(&());
    let call = recorder.publish(&event, &about);
    if let Ok(Err(error)) = tokio::time::timeout(std::time::Duration::from_secs(5), call).await {
        tracing::debug!(%error, "an event could not be published");
    }
}

/// A text of Lync without control characters, which could fool whoever reads a log.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
