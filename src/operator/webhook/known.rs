//! What the last round of each deployment has seen, kept for who asks what a spec would lead to.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::Timestamp;
use kube::ResourceExt;

use crate::{
    api::LyncDeployment,
    controller::Owner,
    lync::Observed,
    plan::{Desired, Limits, Plan, Progress, contests, plan},
};

/// A resource that took part in the round.
#[derive(Clone, Debug)]
pub(in crate::operator) struct Member {
    pub(in crate::operator) owner: Owner,
    pub(in crate::operator) name: String,
    pub(in crate::operator) desired: Desired,
    pub(in crate::operator) progress: Progress,
}

/// All that the planner needs but the wish and the time.
#[derive(Clone, Debug, Default)]
pub(in crate::operator) struct Seen {
    /// When the round looked. Each fact has its own age besides.
    pub(in crate::operator) at: Timestamp,
    pub(in crate::operator) observed: Observed,
    pub(in crate::operator) limits: Limits,
    /// What is remembered of a resource that is new.
    pub(in crate::operator) newcomer: Progress,
    pub(in crate::operator) members: Vec<Member>,
}

impl Seen {
    /// The plan of a wish as the next round would make it, and what it would remember then.
    pub(super) fn plan(
        &self,
        owner: &Owner,
        name: &str,
        wish: &Desired,
        generation: i64,
        now: Timestamp,
    ) -> (Plan, Progress) {
        let before = self.members.iter().find(|member| member.owner == *owner);
        let progress = before.map_or(&self.newcomer, |member| &member.progress);
        let progress = Progress { generation, ..progress.clone() };
        let others = self.members.iter().filter(|member| member.owner != *owner);
        let mut wishes = vec![(name, wish)];
        wishes.extend(others.map(|member| (member.name.as_str(), &member.desired)));
        let contested = contests(&wishes).into_iter().next().flatten();
        let wish = Desired { contested, ..wish.clone() };
        (plan(&wish, &self.observed, &progress, &self.limits, now), progress)
    }
}

/// The last rounds, by namespace and name of their deployment.
#[derive(Debug, Default)]
pub(in crate::operator) struct Known {
    is_wanted: AtomicBool,
    all: Mutex<BTreeMap<Key, Arc<Seen>>>,
}

type Key = (String, String);

impl Known {
    /// Somebody will ask: rounds leave here what they have seen from now on.
    pub(in crate::operator) fn want(&self) {
        self.is_wanted.store(true, Ordering::Relaxed);
    }

    pub(in crate::operator) fn is_wanted(&self) -> bool {
        self.is_wanted.load(Ordering::Relaxed)
    }

    pub(in crate::operator) fn keep(&self, deployment: &LyncDeployment, seen: Seen) {
        self.lock().insert(key(deployment), Arc::new(seen));
    }

    pub(in crate::operator) fn forget(&self, deployment: &LyncDeployment) {
        self.lock().remove(&key(deployment));
    }

    pub(super) fn get(&self, namespace: &str, deployment: &str) -> Option<Arc<Seen>> {
        self.lock().get(&(namespace.to_owned(), deployment.to_owned())).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Arc<Seen>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(deployment: &LyncDeployment) -> Key {
    (deployment.namespace().unwrap_or_default(), deployment.name_any())
}
