//! Tries what a drill has worked out, step by step, on the hosts that would run it.

use std::sync::{Mutex, PoisonError};

use super::Organisation;
use crate::drill::{Drilled, Script, judge};

/// A way to stop a drill between two steps. The step that is being tried comes to its end; nobody waits for it.
#[derive(Debug, Default)]
pub struct Stop(Mutex<Option<String>>);

impl Stop {
    /// Stops it, and says why. The first reason stands.
    pub fn ask(&self, why: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| why.into());
    }

    /// Why it was stopped, if it was.
    pub fn why(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Tries every step of every script. Gives what came of each, as far as it came, and why it was not finished.
pub async fn drill(org: &Organisation, scripts: Vec<Script>, stop: &Stop) -> (Vec<Drilled>, Option<String>) {
    let mut drilled: Vec<Drilled> =
        scripts.into_iter().map(|script| Drilled { script, results: Vec::new() }).collect();
    for one in &mut drilled {
        for (at, act) in one.script.acts.iter().enumerate() {
            if let Some(why) = stop.why() {
                return (drilled, Some(why));
            }
            let answer = org.bridge.rehearse(&act.host, &act.step.mutation()).await;
            let judged = judge(&one.script.acts[..at], &act.step, &answer);
            tracing::info!(pool = %one.script.pool, step = %act.step, host = %act.host, result = %judged.0, "tried");
            one.results.push(judged);
        }
    }
    (drilled, None)
}
