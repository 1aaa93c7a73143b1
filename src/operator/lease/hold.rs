//! Takes the lease, renews it, and says when it is lost.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use kube::{Api, api::PostParams};
use tokio::sync::watch;

use super::{Observation, Timing, Verdict, decide};

/// Whether this process leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::operator) enum Leadership {
    /// Not yet.
    Standby,
    /// It does.
    Leader,
    /// It did, and could not renew in time. The process has to end.
    Lost,
}

/// Competes for a lease until it is lost or `stop` says so; then the lease is given back.
pub(in crate::operator) async fn hold(
    leases: Api<Lease>,
    name: String,
    me: String,
    timing: Timing,
    state: watch::Sender<Leadership>,
    mut stop: watch::Receiver<bool>,
) {
    let mut holder = Holder { leases, name, me, timing, seen: None };
    let mut renewed = Instant::now();
    loop {
        match tokio::time::timeout(timing.renew_deadline / 2, holder.attempt()).await {
            Ok(Ok(true)) => {
                renewed = Instant::now();
                state
                    .send_if_modified(|now| std::mem::replace(now, Leadership::Leader) != Leadership::Leader);
            }
            Ok(Ok(false)) if is_leader(&state) => {
                state.send_replace(Leadership::Lost);
                return;
            }
            Ok(Ok(false)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the lease could not be read or written"),
            Err(_) => tracing::warn!("the API server did not answer about the lease in time"),
        }
        if is_leader(&state) && renewed.elapsed() >= timing.renew_deadline {
            state.send_replace(Leadership::Lost);
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(timing.retry) => {}
            () = told_to_stop(&mut stop) => {
                if is_leader(&state) {
                    let _ = tokio::time::timeout(Duration::from_secs(2), holder.release()).await;
                }
                return;
            }
        }
    }
}

fn is_leader(state: &watch::Sender<Leadership>) -> bool {
    *state.borrow() == Leadership::Leader
}

async fn told_to_stop(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

struct Holder {
    leases: Api<Lease>,
    name: String,
    me: String,
    timing: Timing,
    /// The lease as it last changed, and when we saw that.
    seen: Option<(LeaseSpec, Instant)>,
}

impl Holder {
    /// One try. Gives whether we hold the lease now.
    async fn attempt(&mut self) -> Result<bool, kube::Error> {
        let lease = self.leases.get_opt(&self.name).await?;
        let spec = lease.as_ref().map(|lease| lease.spec.clone().unwrap_or_default());
        let observed = spec.map(|spec| self.observe(spec));
        let Verdict::Write(spec) = decide(&self.me, observed.as_ref(), self.timing, Timestamp::now()) else {
            return Ok(false);
        };
        let written = match lease {
            Some(mut lease) => {
                lease.spec = Some(spec);
                self.leases.replace(&self.name, &PostParams::default(), &lease).await
            }
            None => {
                let mut lease = Lease::default();
                lease.metadata.name = Some(self.name.clone());
                lease.spec = Some(spec);
                self.leases.create(&PostParams::default(), &lease).await
            }
        };
        match written {
            Ok(lease) => {
                self.seen = lease.spec.map(|spec| (spec, Instant::now()));
                Ok(true)
            }
            // Somebody was faster. Whether it was us (a replayed write) shows at the next try.
            Err(kube::Error::Api(status)) if status.is_conflict() || status.is_already_exists() => {
                let now = self.leases.get_opt(&self.name).await?.and_then(|lease| lease.spec);
                Ok(now.and_then(|spec| spec.holder_identity).as_deref() == Some(self.me.as_str()))
            }
            Err(error) => Err(error),
        }
    }

    fn observe(&mut self, spec: LeaseSpec) -> Observation {
        let unchanged = self.seen.as_ref().filter(|(seen, _)| *seen == spec).map(|(_, at)| at.elapsed());
        if unchanged.is_none() {
            self.seen = Some((spec.clone(), Instant::now()));
        }
        Observation { spec, unchanged_for: unchanged.unwrap_or_default() }
    }

    /// Gives the lease back, so that a standby need not wait.
    async fn release(&self) -> Result<(), kube::Error> {
        let mut lease = self.leases.get(&self.name).await?;
        let Some(spec) = lease.spec.as_mut().filter(|s| s.holder_identity.as_deref() == Some(&*self.me))
        else {
            return Ok(());
        };
        spec.holder_identity = Some(String::new());
        spec.lease_duration_seconds = Some(1);
        self.leases.replace(&self.name, &PostParams::default(), &lease).await.map(drop)
    }
}
