//! One `LyncFailover` and what is kept for it between two passes.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{Listener, Organisation, Owner, Passed, RecordStore, Rounds, StoreError, Subject, requeue_after};
use crate::{
    api::LyncFailoverStatus,
    lync::Observed,
    plan::Desired,
    status::{self, Found, Outcome},
};

/// A resource that is being reconciled.
pub struct Resource {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The generation of its spec.
    pub generation: i64,
    /// What its spec says.
    pub desired: Desired,
    /// Its status.
    pub status: LyncFailoverStatus,
    owner: Owner,
    store: Arc<dyn RecordStore>,
    rounds: Rounds,
}

impl Resource {
    /// A resource that nobody has looked at yet.
    pub fn new(namespace: &str, name: &str, desired: Desired, store: Arc<dyn RecordStore>) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            generation: 1,
            desired,
            status: LyncFailoverStatus::default(),
            owner: Owner(format!("{namespace}/{name}")),
            store,
            rounds: Rounds::default(),
        }
    }

    /// Takes over a changed spec: a new generation.
    pub fn configure(&mut self, desired: Desired) {
        if desired != self.desired {
            self.desired = desired;
            self.generation += 1;
        }
    }

    /// One round with this resource alone; the status follows from what it found. Gives the pause until
    /// the next one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store fails.
    pub async fn reconcile(
        &mut self,
        org: &Organisation,
        listener: &dyn Listener,
    ) -> Result<(Observed, Passed, SignedDuration), StoreError> {
        let subject = Subject {
            owner: &self.owner,
            name: &self.name,
            desired: &self.desired,
            generation: self.generation,
        };
        let round = self.rounds.round(org, &*self.store, listener, &[subject]).await?;
        let observed = round.observed;
        let passed = round.passed.into_iter().next().ok_or(StoreError::Conflict)?;
        let now = org.clock.now();
        let found = Found {
            namespace: &self.namespace,
            name: &self.name,
            generation: self.generation,
            desired: &self.desired,
            observed: &observed,
            plan: &passed.plan,
            progress: &passed.progress,
            limits: &org.limits,
            sign_ins: &super::SignIns::new(),
        };
        self.status = status::next(&self.status, &Outcome::Found(found), now);
        let pause = requeue_after(&passed, org.interval, now);
        Ok((observed, passed, pause))
    }
}
