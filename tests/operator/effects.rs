//! What the operator does to the world, as seen on the wire, and when its lives are to end.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use lync_failover::{controller::OrganisationRecord, plan::StepOutcome};
use serde_json::Value;

use super::tap::{Fate, Judge};

/// How far an effect got when a life was ended at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    /// It was not sent.
    Before,
    /// It was not sent in one life, and went unanswered in a later one.
    BeforeAndAfter,
}

/// Ends each life at the first effect that has not been met in both ways: the first time before it is sent, the
/// second time after it has happened and before the operator hears of it.
#[derive(Debug, Default)]
pub struct Executioner(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    life: usize,
    /// Whether the life that is on has to end now.
    is_over: bool,
    /// Whether it has met its last effect, which may still be on its way.
    is_closed: bool,
    /// What the stored record says, in a few words.
    record: String,
    met: BTreeMap<String, Met>,
}

impl Executioner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Whether the operator has to be killed now.
    pub fn is_over(&self) -> bool {
        self.state().is_over
    }

    /// Lets another life begin.
    pub fn next_life(&self) {
        let mut state = self.state();
        state.life += 1;
        (state.is_over, state.is_closed) = (false, false);
    }

    /// The effects that were met, and how far.
    pub fn met(&self) -> BTreeMap<String, Met> {
        self.state().met.clone()
    }
}

impl Judge for Executioner {
    fn life(&self) -> usize {
        self.state().life
    }

    fn meet(&self, life: usize, message: &[u8]) -> Fate {
        let mut state = self.state();
        if life != state.life || state.is_closed {
            return Fate::Swallowed;
        }
        let Some(effect) = effect(message, &state.record) else { return Fate::Pass };
        let record = record(message);
        match state.met.get(&effect.name) {
            None if effect.may_be_swallowed => {
                state.met.insert(effect.name, Met::Before);
                (state.is_over, state.is_closed) = (true, true);
                Fate::Swallowed
            }
            None | Some(Met::Before) => {
                state.met.insert(effect.name, Met::BeforeAndAfter);
                state.is_closed = true;
                state.record = record.unwrap_or(std::mem::take(&mut state.record));
                Fate::Unanswered
            }
            Some(Met::BeforeAndAfter) => {
                state.record = record.unwrap_or(std::mem::take(&mut state.record));
                Fate::Pass
            }
        }
    }

    fn has_happened(&self, life: usize) {
        let mut state = self.state();
        if life == state.life {
            state.is_over = true;
        }
    }
}

struct Effect {
    name: String,
    /// A start that was not sent and an intent whose writer died after it are the same thing, and each costs
    /// the operator the pause after a start that never was.
    may_be_swallowed: bool,
}

/// What a message does, if it does something: writes of the record and of status, raises of the fence, starts.
fn effect(message: &[u8], record_so_far: &str) -> Option<Effect> {
    let named = |name: String| Some(Effect { name, may_be_swallowed: true });
    let text = String::from_utf8_lossy(message);
    if let Ok(call) = serde_json::from_str::<Value>(&text) {
        let call = &call["call"];
        if call["raiseEpoch"].is_object() {
            let so_far = if record_so_far.is_empty() { "nothing is written" } else { record_so_far };
            return named(format!("raise when {so_far}"));
        }
        let command = call["start"]["invocation"]["command"].as_str()?;
        return Some(Effect { name: format!("start {command}"), may_be_swallowed: false });
    }
    let (head, body) = text.split_once("\r\n\r\n")?;
    let request = head.lines().next()?;
    if request.starts_with("PATCH") && request.contains("/lyncfailovers/") {
        let status = serde_json::from_str::<Value>(body).ok()?["status"].take();
        let ready = status["conditions"].as_array()?.iter().find(|c| c["type"] == "Ready")?["reason"].clone();
        let step = status["operation"]["step"].as_str().unwrap_or("nothing");
        return named(format!("say {} with {step} in flight", ready.as_str()?));
    }
    if request.starts_with("PATCH") && request.contains("/lyncdeployments/") && !request.contains("/status") {
        let wanted = serde_json::from_str::<Value>(body).ok()?["metadata"]["finalizers"].is_array();
        return named(format!("{} the deployment", if wanted { "hold" } else { "release" }));
    }
    named(format!("write {}", record(message)?))
}

/// What a write of the record says, in a few words.
fn record(message: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(message);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let request = head.lines().next()?;
    let is_write = request.starts_with("POST") || request.starts_with("PUT");
    if !is_write || !request.contains("/configmaps") {
        return None;
    }
    let map: Value = serde_json::from_str(body).ok()?;
    let record: OrganisationRecord = serde_json::from_str(map["data"]["record.json"].as_str()?).ok()?;
    let converged = record.resources.values().any(|memory| memory.converged_generation.is_some());
    let runs = record.resources.values().filter_map(|memory| memory.run.as_ref());
    let of_runs = runs.flat_map(|run| &run.records);
    let last = of_runs.chain(&record.recent).max_by_key(|record| record.ended_at);
    Some(match (&record.intent, last) {
        (Some(owned), _) => format!("intent of {}", owned.intent.step.name()),
        (None, _) if converged => "converged".to_owned(),
        (None, Some(last)) => {
            let outcome = match &last.outcome {
                StepOutcome::Ended(_) => "ended",
                StepOutcome::NotStarted(_) => "not started",
            };
            format!("{} {outcome}", last.step.name())
        }
        (None, None) => "nothing".to_owned(),
    })
}

#[test]
fn effects_are_told_apart_from_reading() {
    let name = |message: &str| effect(message.as_bytes(), "").map(|effect| effect.name);
    assert_eq!(
        name(r#"{"id":1,"call":{"raiseEpoch":{"host":"a"}}}"#).as_deref(),
        Some("raise when nothing is written")
    );
    assert_eq!(name(r#"{"id":1,"call":{"now":{}}}"#), None);
    assert_eq!(name("GET /api/v1/namespaces/a/configmaps/b HTTP/1.1\r\n\r\n"), None);
    let body =
        r#"{"status":{"conditions":[{"type":"Ready","reason":"Executing"}],"operation":{"step":"A"}}}"#;
    let patch = format!("PATCH /apis/x/lyncfailovers/a/status HTTP/1.1\r\n\r\n{body}");
    assert_eq!(name(&patch).as_deref(), Some("say Executing with A in flight"));
}
