//! What happens, as it happens.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::{
    bridge::{Ended, Stream},
    cli::{
        print,
        show::{Style, clock_time, paint},
    },
    controller::{Event, Listener},
    plan::{Decision, Hold, Plan, StepOutcome},
};

/// Prints events with the simulated time that has passed.
pub(super) struct Live {
    started: Timestamp,
    enabled: bool,
    quiet: bool,
    last: Mutex<String>,
    /// Lines that wait for the plan to be shown first.
    held: Mutex<Option<String>>,
}

impl Live {
    pub(super) fn new(started: Timestamp, enabled: bool, quiet: bool) -> Self {
        Self { started, enabled, quiet, last: Mutex::default(), held: Mutex::default() }
    }

    /// A piece of text, as it is.
    pub(super) fn text(&self, text: &str) {
        if self.enabled {
            print(text);
        }
    }

    /// Keeps what happens from now on until [`Self::release`].
    pub(super) fn hold(&self) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(String::new());
    }

    /// Shows what was kept.
    pub(super) fn release(&self) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.text(&held.unwrap_or_default());
    }

    /// A line with the time that has passed.
    pub(super) fn at(&self, now: Timestamp, line: &str) {
        let passed = paint(Style::Faint, &clock_time(now.duration_since(self.started)));
        let line = format!("{passed}  {line}\n");
        match &mut *self.held.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(held) => held.push_str(&line),
            None => self.text(&line),
        }
    }

    /// A line about waiting; said once for as long as it stays the same.
    pub(super) fn waiting(&self, now: Timestamp, line: String) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != line {
            self.at(now, &paint(Style::Notice, &line));
            *last = line;
        }
    }

    fn news(&self, now: Timestamp, line: &str) {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.at(now, line);
    }
}

impl Listener for Live {
    fn saw(&self, event: Event) {
        match event {
            Event::Observed(_) | Event::Planned { .. } | Event::Started(_) | Event::Reported { .. } => {}
            Event::Intended(intent) => {
                let (position, total) = intent.position;
                let attempt =
                    if intent.attempt > 1 { format!(", attempt {}", intent.attempt) } else { String::new() };
                let step = paint(Style::Heading, &format!("{} {}", intent.step.name(), intent.step.target()));
                let head =
                    if position == 0 { "meanwhile".to_owned() } else { format!("step {position}/{total}") };
                self.news(intent.written_at, &format!("{head}: {step}{attempt}"));
                let command = paint(Style::Command, &intent.operation.mutation.to_string());
                self.news(intent.written_at, &format!("  {} > {command}", intent.operation.host));
            }
            Event::Wrote(_, record) => {
                if !self.quiet || record.stream != Stream::Verbose {
                    self.news(
                        record.at,
                        &paint(Style::Faint, &format!("    {:?}: {}", record.stream, record.text)),
                    );
                }
            }
            Event::Ended(record) => {
                let took = clock_time(record.ended_at.duration_since(record.started_at));
                let line = match &record.outcome {
                    StepOutcome::Ended(Ended::Completed) => {
                        paint(Style::Good, &format!("  the cmdlet completed after {took}"))
                    }
                    StepOutcome::Ended(Ended::Failed(refusal)) => {
                        paint(Style::Bad, &format!("  Lync refused after {took}: {refusal}"))
                    }
                    StepOutcome::Ended(Ended::Lost(why)) => {
                        paint(Style::Bad, &format!("  lost after {took}: {why}"))
                    }
                    StepOutcome::NotStarted(why) => paint(Style::Bad, &format!("  not started: {why}")),
                };
                self.news(record.ended_at, &line);
            }
        }
    }
}

/// What is waited for, or stands in the way.
pub(super) fn waiting_line(plan: &Plan) -> Option<String> {
    match &plan.decision {
        Decision::Wait(wait) => Some(format!("waits until {}", wait.what)),
        Decision::Hold(Hold::Unknown { what, why }) => Some(format!("cannot see {what}: {why}")),
        Decision::Hold(Hold::Manual { instruction, .. }) => Some(format!("by hand: {instruction}")),
        Decision::Hold(Hold::NotReady { why }) => Some(format!("cannot go on yet: {why}")),
        _ => None,
    }
}
