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
    text::printable,
};

/// Collects what is worth an Event during a round, logs it, and passes everything on. Whose step it is, and which, says
/// the span around it.
pub(super) struct Collector<'a> {
    records: Mutex<Vec<StepRecord>>,
    next: &'a dyn Listener,
}

impl Listener for Collector<'_> {
    fn saw(&self, event: Event) {
        self.next.saw(event.clone());
        match event {
            Event::Ended(record) => {
                tracing::info!(
                    outcome = outcome_name(&record.outcome),
                    why = outcome_text(&record.outcome),
                    "step ended"
                );
                self.records.lock().unwrap_or_else(PoisonError::into_inner).push(*record);
            }
            Event::Intended(intent) => {
                tracing::info!(attempt = intent.attempt, command = %intent.operation.mutation, "step begins");
            }
            Event::Wrote(_, record) => {
                tracing::info!(stream = ?record.stream, text = %printable(&record.text), "the cmdlet wrote");
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

/// How a step ended, as a label.
pub(super) fn outcome_name(outcome: &StepOutcome) -> &'static str {
    match outcome {
        StepOutcome::Ended(Ended::Completed) => "completed",
        StepOutcome::Ended(Ended::Failed(_)) => "failed",
        StepOutcome::Ended(Ended::Lost(_)) => "lost",
        StepOutcome::NotStarted(_) => "not_started",
    }
}

fn outcome_text(outcome: &StepOutcome) -> Option<String> {
    match outcome {
        StepOutcome::Ended(Ended::Completed) => None,
        StepOutcome::Ended(Ended::Failed(refusal)) => Some(printable(&refusal.to_string())),
        StepOutcome::Ended(Ended::Lost(why)) | StepOutcome::NotStarted(why) => Some(printable(why)),
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
    let note = match &record.report {
        Some(report) => format!("{note}; its report is {report}"),
        None => note,
    };
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
        Reason::RecordUnusable,
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

/// Publishes an Event about a resource.
pub(super) async fn publish(
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
