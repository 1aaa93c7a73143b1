//! Exports on a schedule, beside the rounds: a round begins one and does not wait for it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use kube::runtime::events::{EventType, Recorder};
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::{control::Shared, deployment::Reached, events::publish};
use crate::{
    api::LyncDeployment,
    bridge::Bridge,
    controller::Round,
    exports::{Attempt, Due, Inputs, Schedule, due, maker, wanted},
    lync::{ExportMade, ExportOrder, MachineFqdn},
    status::ExportsTold,
};

/// The organisations of which exports are being made. Two deployments of one do not make them at once.
#[derive(Debug, Default)]
pub(super) struct Exporting(Mutex<BTreeSet<String>>);

impl Exporting {
    /// Enters an organisation; `None` if it is there already.
    fn enter(self: &Arc<Self>, identity: &str) -> Option<Entered> {
        let is_first = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(identity.to_owned());
        is_first.then(|| Entered { all: Arc::clone(self), identity: identity.to_owned() })
    }
}

struct Entered {
    all: Arc<Exporting>,
    identity: String,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.identity);
    }
}

/// What is done about the exports of a deployment. What it has begun is given up with it.
#[derive(Default)]
pub(super) struct Exporter {
    running: Option<Running>,
    last: Option<Attempt>,
    /// The generation of the deployment that the last attempt was for: who has mended something since does not wait for
    /// a pause.
    generation: Option<i64>,
}

struct Running {
    task: JoinHandle<Attempt>,
    /// The generation of the deployment that it was begun for.
    generation: Option<i64>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Exporter {
    /// Gives up what is being made, since a failover goes first: what a file would say after it is not what is wanted.
    pub(super) fn give_up(&mut self) {
        if self.running.take().is_some() {
            tracing::info!("the exports are given up; a failover goes first");
        }
    }

    /// Whether some are being made.
    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Begins what is due, unless `busy` says why this is no time for it. Waits for nothing.
    pub(super) fn consider(
        &mut self,
        shared: &Shared,
        deployment: &Arc<LyncDeployment>,
        reached: &Reached,
        round: &Round,
        busy: Option<&str>,
    ) -> ExportsTold {
        let org = &reached.organisation;
        let now = org.clock.now();
        let wanted = wanted(&round.observed, round.store_moved_at, now);
        let is_of_this_spec = self.generation == deployment.metadata.generation;
        // What cannot be read is not let in by the API server.
        let schedule = deployment.spec.exports.as_ref().and_then(|spec| Schedule::try_from(spec).ok());
        let mut found = due(Inputs {
            schedule,
            busy,
            wanted: &wanted,
            seen: &round.observed.exports,
            stale_after: org.limits.stale_after,
            last: self.last.as_ref().filter(|_| is_of_this_spec),
            now,
        });
        // Why nobody can look says more than since when.
        if let (Due::Blind(why), Some(unseen)) = (&mut found, &round.exports_unseen) {
            why.clone_from(unseen);
        }
        if let (Due::Now(exports), Some(Schedule { keep, .. })) = (&found, schedule) {
            match maker(&round.observed, &org.limits, now) {
                Some(host) => {
                    let order = ExportOrder { exports: exports.clone(), keep };
                    self.begin(shared, deployment, reached, host, order);
                }
                None => found = Due::Blind("no Front End with the module takes cmdlets".to_owned()),
            }
        }
        ExportsTold { due: Some(found), last: self.last.clone(), without_look: round.without_exports }
    }

    fn begin(
        &mut self,
        shared: &Shared,
        deployment: &Arc<LyncDeployment>,
        reached: &Reached,
        host: MachineFqdn,
        order: ExportOrder,
    ) {
        let Some(entered) = shared.exporting.enter(&reached.identity) else { return };
        let (bridge, clock) =
            (Arc::clone(&reached.organisation.bridge), Arc::clone(&reached.organisation.clock));
        let (before, recorder) = (self.last.clone(), shared.recorder.clone());
        let generation = deployment.metadata.generation;
        let deployment = Arc::clone(deployment);
        tracing::info!(%host, exports = ?order.exports, "exports begin");
        let work = async move {
            let _entered = entered;
            let made = make(&*bridge, &host, &order).await;
            let attempt = Attempt::new(before.as_ref(), host, &order.exports, Ok(made), clock.now());
            announce(&recorder, &deployment, before.as_ref(), &attempt).await;
            attempt
        };
        self.running = Some(Running { task: tokio::spawn(work.in_current_span()), generation });
    }

    /// Takes in what has ended.
    pub(super) async fn collect(&mut self) {
        let Some(mut running) = self.running.take_if(|running| running.task.is_finished()) else { return };
        // It does not panic; if it did, the next one is due as before.
        if let Ok(attempt) = (&mut running.task).await {
            self.last = Some(attempt);
            self.generation = running.generation;
        }
    }
}

/// Makes one export after the other, so that what is given up between two of them begins no other.
async fn make(bridge: &dyn Bridge, host: &MachineFqdn, order: &ExportOrder) -> Vec<ExportMade> {
    let mut all = Vec::new();
    for of in &order.exports {
        let one = ExportOrder { exports: vec![of.clone()], keep: order.keep };
        match bridge.export(host, &one).await {
            Ok(made) => all.extend(made),
            Err(error) => {
                all.push(ExportMade { of: of.clone(), file: None, problem: Some(error.to_string()) });
            }
        }
    }
    all
}

/// There is an Event when things go wrong, and when they go well again.
async fn announce(
    recorder: &Recorder,
    deployment: &LyncDeployment,
    before: Option<&Attempt>,
    attempt: &Attempt,
) {
    let problem = attempt.problem();
    let Attempt { host, made, failures, .. } = attempt;
    tracing::info!(%host, ?made, ?problem, "exports ended");
    let failed_before = before.is_some_and(|before| before.failures > 0);
    let (kind, reason, note) = match (failed_before, *failures > 0) {
        (false, true) => (EventType::Warning, "ExportFailed", problem.unwrap_or_default()),
        (true, false) => (EventType::Normal, "ExportsMade", format!("on {host}")),
        _ => return,
    };
    publish(recorder, deployment, kind, reason.to_owned(), "Export", &note).await;
}
