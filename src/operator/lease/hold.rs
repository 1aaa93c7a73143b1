//! Takes the lease, renews it, and says when it is lost.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use kube::{Api, api::PostParams};
use tokio::sync::watch;

use super::{
    Observation, Timing, Verdict,
    address::{publish, published},
    decide,
};

/// Whether this process leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::operator) enum Leadership {
    /// Not yet.
    Standby {
        /// Where the replica that leads can be asked for plans, if it has said so.
        leader: Option<SocketAddr>,
    },
    /// It does.
    Leader,
    /// It did, and could not renew in time. The process has to end.
    Lost,
}

/// Who competes, and for what.
pub(in crate::operator) struct Candidate {
    /// Where the lease is.
    pub(in crate::operator) leases: Api<Lease>,
    /// Its name.
    pub(in crate::operator) name: String,
    /// Who this process is, among the replicas.
    pub(in crate::operator) me: String,
    /// How they elect.
    pub(in crate::operator) timing: Timing,
    /// Where this process can be asked for plans: published with the lease while it holds it.
    pub(in crate::operator) address: watch::Receiver<Option<SocketAddr>>,
}

/// Competes for a lease until it is lost or `stop` says so; then the lease is given back.
pub(in crate::operator) async fn hold(
    candidate: Candidate,
    state: watch::Sender<Leadership>,
    mut stop: watch::Receiver<bool>,
) {
    let timing = candidate.timing;
    let mut holder = Holder { candidate, seen: None };
    let mut renewed = Instant::now();
    loop {
        match tokio::time::timeout(timing.renew_deadline / 2, holder.attempt()).await {
            Ok(Ok(Leadership::Leader)) => {
                renewed = Instant::now();
                tell(&state, Leadership::Leader);
            }
            Ok(Ok(_)) if is_leader(&state) => {
                state.send_replace(Leadership::Lost);
                return;
            }
            Ok(Ok(standby)) => tell(&state, standby),
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

fn tell(state: &watch::Sender<Leadership>, news: Leadership) {
    state.send_if_modified(|now| std::mem::replace(now, news) != news);
}

fn is_leader(state: &watch::Sender<Leadership>) -> bool {
    *state.borrow() == Leadership::Leader
}

async fn told_to_stop(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

struct Holder {
    candidate: Candidate,
    /// The lease as it last changed, and when we saw that.
    seen: Option<(LeaseSpec, Instant)>,
}

impl Holder {
    /// One try. Gives whether we hold the lease now.
    async fn attempt(&mut self) -> Result<Leadership, kube::Error> {
        let lease = self.candidate.leases.get_opt(&self.candidate.name).await?;
        let spec = lease.as_ref().map(|lease| lease.spec.clone().unwrap_or_default());
        let observed = spec.map(|spec| self.observe(spec));
        let Candidate { leases, name, me, timing, address } = &self.candidate;
        let Verdict::Write(spec) = decide(me, observed.as_ref(), *timing, Timestamp::now()) else {
            return Ok(Leadership::Standby { leader: lease.as_ref().and_then(published) });
        };
        let is_new = lease.is_none();
        let mut lease = lease.unwrap_or_default();
        lease.metadata.name = Some(name.clone());
        lease.spec = Some(spec);
        publish(&mut lease, *address.borrow());
        let written = match is_new {
            false => leases.replace(name, &PostParams::default(), &lease).await,
            true => leases.create(&PostParams::default(), &lease).await,
        };
        match written {
            Ok(lease) => {
                self.seen = lease.spec.map(|spec| (spec, Instant::now()));
                Ok(Leadership::Leader)
            }
            // Somebody was faster. Whether it was us (a replayed write) shows at the next try.
            Err(kube::Error::Api(status)) if status.is_conflict() || status.is_already_exists() => {
                let now = leases.get_opt(name).await?.unwrap_or_default();
                let holder = now.spec.as_ref().and_then(|spec| spec.holder_identity.as_ref());
                Ok(match holder == Some(me) {
                    true => Leadership::Leader,
                    false => Leadership::Standby { leader: published(&now) },
                })
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
        let Candidate { leases, name, me, .. } = &self.candidate;
        let mut lease = leases.get(name).await?;
        let Some(spec) = lease.spec.as_mut().filter(|s| s.holder_identity.as_ref() == Some(me)) else {
            return Ok(());
        };
        spec.holder_identity = Some(String::new());
        spec.lease_duration_seconds = Some(1);
        publish(&mut lease, None);
        leases.replace(name, &PostParams::default(), &lease).await.map(drop)
    }
}
