//! One round of a deployment, for all of its failovers.

use std::sync::Arc;

use jiff::SignedDuration;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{Api, ResourceExt};

use super::{
    beside::{Beside, BesideNews},
    config_map_store::ConfigMapStore,
    control::Shared,
    deployment::Reached,
    events::Collector,
    finalizer::{GuardedStore, has_finalizer, set_finalizer},
    report::labels,
    reporter::{Batch, Reporter, Word},
    webhook::{Member, Seen},
    worker::{AFTER_FAILURE, owners},
};
use crate::{
    api::{LyncDeployment, LyncFailover, Reason},
    controller::{Mandate, Owner, Round, Rounds, StoreError, Subject, requeue_after},
    plan::Desired,
};

/// A failover whose spec can be followed.
struct Usable<'a> {
    lfo: &'a Arc<LyncFailover>,
    owner: Owner,
    name: String,
    desired: Desired,
}

/// What goes on from one round of a deployment to the next.
pub(super) struct Work<'a> {
    pub(super) rounds: &'a mut Rounds,
    pub(super) beside: &'a mut Beside,
    pub(super) reporter: &'a Reporter,
}

/// Makes a round and hands it to the reporter. Gives the pause until the next one, or why there was no round.
pub(super) async fn pass(
    shared: &Shared,
    deployment: &Arc<LyncDeployment>,
    reached: &Reached,
    Work { rounds, beside, reporter }: Work<'_>,
    failovers: &[Arc<LyncFailover>],
) -> Result<SignedDuration, StoreError> {
    let org = &reached.organisation;
    let (usable, mut words) = sort(deployment, failovers);
    let subjects: Vec<Subject<'_>> = usable
        .iter()
        .map(|one| Subject {
            owner: &one.owner,
            name: &one.name,
            desired: &one.desired,
            generation: one.lfo.metadata.generation.unwrap_or(0),
        })
        .collect();
    let store = record_of(shared, &reached.identity);
    let store =
        GuardedStore::new(store, &shared.client, deployment, reached.mandate.clone(), owners(failovers));
    let identity = reached.known_identity();
    let listener = beside.drills.watch(&*shared.environment.listener);
    let events = Collector::new(&listener);
    let mut round = rounds.round(org, &store, &events, &subjects).await?;
    let now = org.clock.now();
    // While it is not known whose record it is, nor is it known what the finalizer is needed for.
    if !matches!(reached.mandate, Mandate::Show(_)) {
        release(shared, deployment, &round).await;
    }
    let members: Vec<_> = usable.iter().map(|one| &one.desired).zip(&round.passed).collect();
    let BesideNews { drill, exports, sign_ins } =
        beside.go_on(shared, deployment, reached, &round, &members).await;
    shared.metrics.rounds.get_or_create(&labels(&**deployment)).inc();
    shared.metrics.observation_duration.observe(round.observed_in.as_secs_f64());
    let waits = round.passed.iter().map(|passed| requeue_after(passed, org.interval, now));
    let pause = waits.fold(after_deletion(deployment, &round, org.interval), SignedDuration::min);

    if shared.known.is_wanted() {
        let members = usable.iter().zip(&round.passed).map(|(one, passed)| Member {
            owner: one.owner.clone(),
            name: one.name.clone(),
            desired: one.desired.clone(),
            progress: passed.progress.clone(),
        });
        let seen = Seen {
            at: now,
            observed: round.observed.clone(),
            limits: org.limits.clone(),
            newcomer: round.newcomer.clone(),
            members: members.collect(),
        };
        shared.known.keep(deployment, seen);
    }
    let passed = std::mem::take(&mut round.passed);
    words.extend(usable.into_iter().zip(passed).map(|(one, passed)| {
        let (desired, passed) = (Box::new(one.desired), Box::new(passed));
        (Arc::clone(one.lfo), Word::Passed { desired, passed })
    }));
    reporter.report(Batch {
        deployment: Arc::clone(deployment),
        identity,
        limits: org.limits.clone(),
        round,
        sign_ins,
        words,
        drilled: drill.last.clone().filter(|_| drill.is_new).into_iter().collect(),
        drill,
        records: events.take(),
        exports,
    });
    Ok(pause)
}

/// The record of an organisation.
pub(super) fn record_of(shared: &Shared, identity: &str) -> ConfigMapStore {
    let maps: Api<ConfigMap> = Api::namespaced(shared.client.clone(), &shared.namespace);
    ConfigMapStore::new(maps, format!("lync-organisation-{identity}"))
}

/// The failovers that take part, and why the others do not.
fn sort<'a>(
    deployment: &LyncDeployment,
    failovers: &'a [Arc<LyncFailover>],
) -> (Vec<Usable<'a>>, Vec<(Arc<LyncFailover>, Word)>) {
    let is_leaving = deployment.metadata.deletion_timestamp.is_some();
    let (mut usable, mut words) = (Vec::new(), Vec::new());
    for lfo in failovers {
        let word = match Desired::try_from(&lfo.spec) {
            Ok(_) if is_leaving => {
                let message = format!("LyncDeployment {} is being deleted", deployment.name_any());
                Word::Unusable(Reason::DeploymentNotFound, message)
            }
            Ok(desired) => {
                let (owner, name) = (Owner(lfo.uid().unwrap_or_default()), lfo.name_any());
                usable.push(Usable { lfo, owner, name, desired });
                continue;
            }
            Err(error) => Word::Unusable(Reason::InvalidSpec, error.to_string()),
        };
        words.push((Arc::clone(lfo), word));
    }
    (usable, words)
}

/// Takes the finalizer away when nothing needs it any more.
async fn release(shared: &Shared, deployment: &LyncDeployment, round: &Round) {
    let is_leaving = deployment.metadata.deletion_timestamp.is_some();
    let uid = deployment.uid().unwrap_or_default();
    let is_needed =
        round.in_flight.as_ref().is_some_and(|owned| owned.is_of(&uid)) || (round.is_running && !is_leaving);
    if has_finalizer(deployment)
        && !is_needed
        && let Err(error) = set_finalizer(&shared.client, deployment, false).await
    {
        tracing::warn!(%error, "the finalizer could not be taken away; it is tried again");
    }
}

/// A deletion waits for the operation in flight, and looks at it often.
fn after_deletion(deployment: &LyncDeployment, round: &Round, interval: SignedDuration) -> SignedDuration {
    match &round.in_flight {
        Some(_) if deployment.metadata.deletion_timestamp.is_some() => AFTER_FAILURE.min(interval),
        _ => interval,
    }
}
