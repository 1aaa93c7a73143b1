//! The drills of one deployment: beside the rounds, and never in their way.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use kube::ResourceExt;
use tokio::{sync::Notify, task::JoinHandle};
use tracing::Instrument;

use super::deployment::Reached;
use crate::{
    api::{DRILL_REQUESTED_AT, DrillStatus, LyncDeployment, parse_duration},
    controller::{Event, Listener, Round, Stop, drill},
    drill::{Due, Standing, due, newer, obstacle, scripts, status},
};

/// How many characters of the annotation count.
const TOKEN: usize = 100;

/// What a round has to say about drills.
#[derive(Clone, Debug, Default)]
pub(super) struct DrillNews {
    /// The last drill of this process; the status may have one of another.
    pub(super) last: Option<DrillStatus>,
    /// Whether it is over since the last time.
    pub(super) is_new: bool,
    /// Why the drill that is due has not begun.
    pub(super) waits_for: Option<String>,
}

/// The drill that is under way, the last one, and a bell for when one is over.
#[derive(Debug, Default)]
pub(super) struct Drills {
    running: Option<Running>,
    last: Option<DrillStatus>,
    pub(super) over: Arc<Notify>,
}

#[derive(Debug)]
struct Running {
    stop: Arc<Stop>,
    generation: Option<i64>,
    result: Arc<Mutex<Option<DrillStatus>>>,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whether somebody has asked for a drill, and with which value: as much of it as a status takes.
pub(super) fn asked(deployment: &LyncDeployment) -> Option<String> {
    let text = deployment.annotations().get(DRILL_REQUESTED_AT)?;
    Some(text.chars().filter(|c| !c.is_control()).take(TOKEN).collect())
}

impl Drills {
    /// Whether one is under way.
    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Stops the one that is under way.
    pub(super) fn stop(&self, why: &str) {
        if let Some(running) = &self.running {
            running.stop.ask(why);
        }
    }

    /// Passes on what happens in a round, and stops the drill as soon as an operation is about to be sent.
    pub(super) fn watch<'a>(&self, next: &'a dyn Listener) -> Watching<'a> {
        Watching { stop: self.running.as_ref().map(|running| Arc::clone(&running.stop)), next }
    }

    /// Takes in how a round has found things: ends, stops or begins a drill. `barred` says why nothing may be
    /// begun on the organisation at all, `occupied` what else goes on beside the rounds.
    pub(super) fn consider(
        &mut self,
        deployment: &LyncDeployment,
        reached: &Reached,
        round: &Round,
        (barred, occupied): (Option<String>, Option<String>),
    ) -> DrillNews {
        let org = &reached.organisation;
        let is_new = self.take_result();
        let now = org.clock.now();
        let in_flight = round.in_flight.as_ref().map(ToString::to_string);
        let standing = Standing {
            observed: &round.observed,
            assessment: &round.assessment,
            in_flight: in_flight.as_deref(),
            is_running: round.is_running,
            limits: &org.limits,
            now,
        };
        let in_the_way = barred.or_else(|| obstacle(standing));
        let mut waits_for = None;
        if let Some(running) = &self.running {
            let is_changed = running.generation != deployment.metadata.generation;
            if let Some(why) = in_the_way.or_else(|| is_changed.then(|| "the spec was changed".to_owned())) {
                running.stop.ask(why);
            }
        } else if let Some(due) = self.due(deployment, reached, now) {
            match in_the_way.or(occupied) {
                Some(why) => waits_for = Some(in_words(&due, &why)),
                None => self.begin(deployment, reached, round, &due, now),
            }
        }
        DrillNews { last: self.last.clone(), is_new, waits_for }
    }

    /// Whether the drill that was under way is over.
    fn take_result(&mut self) -> bool {
        let Some(running) = &self.running else { return false };
        let result = running.result.lock().unwrap_or_else(PoisonError::into_inner).take();
        if result.is_none() && !running.task.is_finished() {
            return false;
        }
        self.running = None;
        let is_new = result.is_some();
        self.last = newer(result, self.last.take());
        is_new
    }

    fn last(&self, deployment: &LyncDeployment, reached: &Reached) -> Option<DrillStatus> {
        let organisation = reached.known_identity();
        let stored = deployment.status.as_ref().and_then(|status| status.drill_of(organisation.as_deref()));
        newer(self.last.clone(), stored.cloned())
    }

    fn due(&self, deployment: &LyncDeployment, reached: &Reached, now: Timestamp) -> Option<Due> {
        if deployment.metadata.deletion_timestamp.is_some() {
            return None;
        }
        due(asked(deployment).as_deref(), every(deployment), self.last(deployment, reached).as_ref(), now)
    }

    fn begin(
        &mut self,
        deployment: &LyncDeployment,
        reached: &Reached,
        round: &Round,
        due: &Due,
        started: Timestamp,
    ) {
        let org = &reached.organisation;
        let request = match due {
            Due::Asked(token) => Some(token.clone()),
            Due::Scheduled => self.last(deployment, reached).and_then(|last| last.request),
        };
        let scripts = scripts(&round.observed, &round.watch, &org.limits, started);
        tracing::info!(?due, pools = scripts.len(), "a drill begins");
        let (stop, result) = (Arc::<Stop>::default(), Arc::<Mutex<Option<DrillStatus>>>::default());
        let task = {
            let (org, stop, result, over) =
                (org.clone(), Arc::clone(&stop), Arc::clone(&result), Arc::clone(&self.over));
            let work = async move {
                let (drilled, stopped) = drill(&org, scripts, &stop).await;
                let times = (started, org.clock.now());
                let status = status(request, times, &drilled, stopped.as_deref());
                tracing::info!(outcome = ?status.outcome, message = ?status.message, "the drill is over");
                *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(status);
                over.notify_one();
            };
            tokio::spawn(work.in_current_span())
        };
        self.running = Some(Running { stop, generation: deployment.metadata.generation, result, task });
    }
}

/// What cannot be read, which the API server does not let in, is no schedule.
fn every(deployment: &LyncDeployment) -> Option<SignedDuration> {
    parse_duration(&deployment.spec.drill.as_ref()?.every).ok()
}

fn in_words(due: &Due, why: &str) -> String {
    match due {
        Due::Asked(token) => format!("the drill that was asked for ({token}): {why}"),
        Due::Scheduled => format!("the drill of spec.drill: {why}"),
    }
}

/// A listener in front of another one.
pub(super) struct Watching<'a> {
    stop: Option<Arc<Stop>>,
    next: &'a dyn Listener,
}

impl Listener for Watching<'_> {
    fn saw(&self, event: Event) {
        if let (Some(stop), Event::Intended(intent)) = (&self.stop, &event) {
            stop.ask(format!("{} begins, and goes first", intent.step));
        }
        self.next.saw(event);
    }
}
