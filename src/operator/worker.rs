//! One Lync organisation: makes rounds for all resources of a deployment until it is gone.

use std::{collections::BTreeSet, sync::Arc};

use jiff::SignedDuration;
use kube::{Resource, ResourceExt, runtime::reflector::ObjectRef};

use super::{
    beside::Beside,
    control::Shared,
    deployment::{Reached, reach},
    drills::{Drills, asked},
    metered::Metered,
    pass::{Work, pass, record_of},
    report::{labels, report_lost_round, report_unreachable},
    reporter::Reporter,
    secrets::ClusterSecrets,
};
use crate::{
    api::{LyncDeployment, LyncFailover},
    controller::{Owner, Party, Rounds, Sender},
};

/// The pause after something failed that may work the next time.
pub(super) const AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(5);

/// Works for a deployment until it is gone.
pub(super) async fn work(shared: Arc<Shared>, first: Arc<LyncDeployment>) {
    let key = ObjectRef::from_obj(&*first);
    let uid = first.uid().unwrap_or_default();
    let (namespace, name) = (first.namespace().unwrap_or_default(), first.name_any());
    let look = || {
        let deployment = shared.resources.deployments.get(&key).filter(|now| now.uid() == first.uid());
        deployment.map(|deployment| (deployment, shared.resources.of(&namespace, &name)))
    };
    let mut way = Way::default();
    let mut members = Members::default();
    let mut beside = Beside::default();
    let mut lost_rounds = 0;
    let reporter = Reporter::new(&shared);
    while let Some((deployment, failovers)) = look() {
        let seen = fingerprint(&deployment, &failovers);
        for owner in members.update(&shared, &failovers) {
            way.rounds.forget(owner);
        }
        let pause = match way.find(&shared, &deployment, &failovers).await {
            Ok((reached, rounds)) => {
                beside.meet(&reached.identity);
                let work = Work { rounds, beside: &mut beside, reporter: &reporter };
                match pass(&shared, &deployment, reached, work, &failovers).await {
                    Ok(pause) => {
                        lost_rounds = 0;
                        pause
                    }
                    Err(error) => {
                        lost_rounds += 1;
                        if report_lost_round(&shared, &deployment, &failovers, &error, lost_rounds).await {
                            beside.hold("the record of the organisation cannot be used");
                        }
                        AFTER_FAILURE
                    }
                }
            }
            Err(error) => {
                report_unreachable(&shared, &deployment, &failovers, &error).await;
                AFTER_FAILURE
            }
        };
        let is_unchanged = || look().is_some_and(|(now, failovers)| fingerprint(&now, &failovers) == seen);
        sleep(&shared, pause, &beside.drills, is_unchanged).await;
    }
    if let Some(reached) = way.reached {
        reached.close().await;
    }
    // A last report must not show again what is forgotten now.
    drop(reporter);
    shared.known.forget(&first);
    shared.metrics.forget_deployment(&labels(&*first));
    shared.environment.simulators.close(&uid);
}

/// The way to the organisation, as the newest spec says.
#[derive(Default)]
struct Way {
    generation: Option<i64>,
    reached: Option<Reached>,
    rounds: Rounds,
    /// The organisation of the rounds.
    identity: Option<String>,
}

impl Way {
    async fn find(
        &mut self,
        shared: &Shared,
        deployment: &LyncDeployment,
        failovers: &[Arc<LyncFailover>],
    ) -> Result<(&Reached, &mut Rounds), crate::reach::ReachError> {
        let generation = deployment.metadata.generation;
        let namespace = deployment.namespace().unwrap_or_default();
        let secrets = ClusterSecrets::new(&shared.client, &namespace);
        let mut reached = match self.reached.take().filter(|_| self.generation == generation) {
            Some(reached) => {
                reached.refresh_access(deployment, &secrets).await;
                reached
            }
            None => {
                let mut reached =
                    reach(deployment, &shared.environment, &secrets, self.identity.clone()).await?;
                let bridge = Arc::clone(&reached.organisation.bridge);
                let metered = Metered::new(bridge, Arc::clone(&shared.metrics), labels(deployment));
                reached.organisation.bridge = Arc::new(metered);
                reached
            }
        };
        let owners = owners(failovers);
        reached.identify(self.rounds.domain(), &owners, |identity| record_of(shared, identity)).await;
        self.generation = generation;
        if self.identity.as_ref() != Some(&reached.identity) {
            self.rounds = Rounds::default();
            self.identity = Some(reached.identity.clone());
        }
        self.rounds.meet(party(shared, deployment, &reached));
        Ok((self.reached.insert(reached), &mut self.rounds))
    }
}

/// A deployment among all that there are. One that cannot be read is there too.
fn party(shared: &Shared, deployment: &LyncDeployment, reached: &Reached) -> Party {
    let id = deployment.uid().unwrap_or_default();
    let name = format!("{}/{}", deployment.namespace().unwrap_or_default(), deployment.name_any());
    let unreadable = shared.resources.notices.unreadable(&LyncDeployment::plural(&()));
    let others = shared.resources.deployments.state().into_iter().filter_map(|other| other.uid());
    let others = others.chain(unreadable.into_iter().filter_map(|other| other.metadata.uid)).collect();
    Party {
        own: Some(Sender { id, name }),
        organisation: Some(reached.identity.clone()),
        domain: reached.domain(),
        others,
        namespaces: shared.resources.seen_namespaces(),
    }
}

/// The resources, as a record knows them.
pub(super) fn owners(failovers: &[Arc<LyncFailover>]) -> Vec<Owner> {
    failovers.iter().map(|lfo| Owner(lfo.uid().unwrap_or_default())).collect()
}

/// The resources of a deployment as they were the last time.
#[derive(Default)]
struct Members(BTreeSet<Owner>);

impl Members {
    /// Takes in which there are now. Gives those that are gone.
    fn update(&mut self, shared: &Shared, failovers: &[Arc<LyncFailover>]) -> Vec<Owner> {
        let now = failovers.iter().map(|lfo| Owner(lfo.uid().unwrap_or_default())).collect();
        let before = std::mem::replace(&mut self.0, now);
        // What cannot be read now is still there, and what is remembered of it still counts.
        let unreadable = shared.resources.notices.unreadable(&LyncFailover::plural(&()));
        let (there, gone): (BTreeSet<_>, BTreeSet<_>) = before
            .into_iter()
            .filter(|owner| !self.0.contains(owner))
            .partition(|owner| unreadable.iter().any(|one| one.metadata.uid.as_ref() == Some(&owner.0)));
        self.0.extend(there);
        gone.into_iter().collect()
    }
}

/// What a change has to touch to be worth a round before its time: which resources there are, and their
/// generations, which a deletion moves too; and whether a drill is asked for. Our own writes of status do not.
fn fingerprint(deployment: &LyncDeployment, failovers: &[Arc<LyncFailover>]) -> Fingerprint {
    let own = (deployment.uid(), deployment.metadata.generation);
    let all = std::iter::once(own).chain(failovers.iter().map(|lfo| (lfo.uid(), lfo.metadata.generation)));
    Fingerprint { all: all.collect(), drill: asked(deployment) }
}

#[derive(PartialEq, Eq)]
struct Fingerprint {
    all: Vec<(Option<String>, Option<i64>)>,
    drill: Option<String>,
}

/// Sleeps, but not past a change or the end of a drill.
async fn sleep(shared: &Shared, time: SignedDuration, drills: &Drills, is_unchanged: impl Fn() -> bool) {
    let time = time.max(SignedDuration::from_millis(10));
    let mut sleep = std::pin::pin!(shared.environment.clock.sleep(time));
    loop {
        let bell = shared.resources.notices.changed.notified();
        if !is_unchanged() {
            return;
        }
        tokio::select! {
            () = &mut sleep => return,
            () = drills.over.notified() => return,
            () = bell => {}
        }
    }
}
