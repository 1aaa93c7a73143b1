//! One `LyncFailover` and what is kept for it between two passes.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{Listener, Organisation, PassError, Passed, Passes, ProgressStore, requeue_after};
use crate::{
    api::LyncFailoverStatus,
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
    store: Arc<dyn ProgressStore>,
    passes: Passes,
}

impl Resource {
    /// A resource that nobody has looked at yet.
    pub fn new(namespace: &str, name: &str, desired: Desired, store: Arc<dyn ProgressStore>) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            generation: 1,
            desired,
            status: LyncFailoverStatus::default(),
            store,
            passes: Passes::default(),
        }
    }

    /// Takes over a changed spec: a new generation.
    pub fn configure(&mut self, desired: Desired) {
        if desired != self.desired {
            self.desired = desired;
            self.generation += 1;
        }
    }

    /// One pass; the status follows from what it found. Gives the pause until the next one.
    ///
    /// # Errors
    ///
    /// [`PassError`] when the store fails.
    pub async fn reconcile(
        &mut self,
        org: &Organisation,
        listener: &dyn Listener,
    ) -> Result<(Passed, SignedDuration), PassError> {
        let passed = self.passes.pass(org, &*self.store, listener, &self.desired, self.generation).await?;
        let now = org.clock.now();
        let found = Found {
            namespace: &self.namespace,
            name: &self.name,
            generation: self.generation,
            desired: &self.desired,
            observed: &passed.observed,
            plan: &passed.plan,
            progress: &passed.progress,
            limits: &org.limits,
        };
        self.status = status::next(&self.status, &Outcome::Found(found), now);
        let pause = requeue_after(&passed, org.interval, now);
        Ok((passed, pause))
    }
}
