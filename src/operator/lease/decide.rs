//! Who leads: pure, as client-go decides it (k8s.io/client-go/tools/leaderelection).

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::{api::coordination::v1::LeaseSpec, apimachinery::pkg::apis::meta::v1::MicroTime};

/// How long a lease is good, until when its holder tries to renew it, and how often everybody tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// A lease that has not changed for this long may be taken over.
    pub duration: Duration,
    /// A holder that has not renewed for this long gives up.
    pub renew_deadline: Duration,
    /// The pause between two tries.
    pub retry: Duration,
}

impl Timing {
    /// Whether a leader gives up before another can take over, and tries more than once until then.
    pub fn is_sound(&self) -> bool {
        self.duration > self.renew_deadline && self.renew_deadline > self.retry && !self.retry.is_zero()
    }
}

impl Default for Timing {
    /// What client-go uses: 15 s, 10 s, 2 s.
    fn default() -> Self {
        Self {
            duration: Duration::from_secs(15),
            renew_deadline: Duration::from_secs(10),
            retry: Duration::from_secs(2),
        }
    }
}

/// A lease as it was last seen to change. Ages are measured by our own clock, since the clocks of the
/// replicas differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The lease.
    pub spec: LeaseSpec,
    /// For how long it has not changed.
    pub unchanged_for: Duration,
}

/// What to do about the lease.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Write this: we hold it, or take it.
    Write(LeaseSpec),
    /// Somebody else holds it.
    Wait,
}

/// Decides whether to take, renew or wait. `observed` is `None` when there is no lease.
pub fn decide(me: &str, observed: Option<&Observation>, timing: Timing, now: Timestamp) -> Verdict {
    let holder = observed.and_then(|seen| seen.spec.holder_identity.as_deref()).unwrap_or_default();
    let is_mine = holder == me;
    let seconds = i32::try_from(timing.duration.as_secs()).unwrap_or(i32::MAX);
    if let Some(seen) = observed.filter(|_| !is_mine && !holder.is_empty()) {
        let theirs = seen.spec.lease_duration_seconds.and_then(|secs| u64::try_from(secs).ok());
        let good_for = theirs.map_or(timing.duration, Duration::from_secs);
        if seen.unchanged_for < good_for {
            return Verdict::Wait;
        }
    }
    let before = observed.map(|seen| &seen.spec);
    let transitions = before.and_then(|spec| spec.lease_transitions).unwrap_or(0);
    Verdict::Write(LeaseSpec {
        holder_identity: Some(me.to_owned()),
        lease_duration_seconds: Some(seconds),
        acquire_time: match before {
            Some(spec) if is_mine => spec.acquire_time.clone(),
            _ => Some(MicroTime(now)),
        },
        renew_time: Some(MicroTime(now)),
        lease_transitions: Some(if is_mine || before.is_none() { transitions } else { transitions + 1 }),
        ..LeaseSpec::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(holder: &str, unchanged_secs: u64) -> Observation {
        let spec = LeaseSpec {
            holder_identity: Some(holder.to_owned()),
            lease_duration_seconds: Some(15),
            lease_transitions: Some(3),
            ..LeaseSpec::default()
        };
        Observation { spec, unchanged_for: Duration::from_secs(unchanged_secs) }
    }

    fn written(observed: Option<&Observation>) -> Option<LeaseSpec> {
        match decide("me", observed, Timing::default(), Timestamp::UNIX_EPOCH) {
            Verdict::Write(spec) => Some(spec),
            Verdict::Wait => None,
        }
    }

    #[test]
    fn a_leader_gives_up_before_another_takes_over() {
        assert!(Timing::default().is_sound());
        let late = Timing { renew_deadline: Duration::from_secs(15), ..Timing::default() };
        assert!(!late.is_sound());
    }

    #[test]
    fn a_lease_that_is_renewed_is_left_alone() {
        assert_eq!(written(Some(&seen("other", 14))), None);
    }

    #[test]
    fn a_lease_that_has_not_changed_for_its_time_is_taken() {
        let spec = written(Some(&seen("other", 15))).expect("taken");
        assert_eq!((spec.holder_identity.as_deref(), spec.lease_transitions), (Some("me"), Some(4)));
    }

    #[test]
    fn our_own_lease_is_renewed_without_a_transition() {
        let spec = written(Some(&seen("me", 0))).expect("renewed");
        assert_eq!(spec.lease_transitions, Some(3));
    }

    #[test]
    fn a_released_or_missing_lease_is_taken_at_once() {
        assert!(written(Some(&seen("", 0))).is_some());
        assert!(written(None).is_some());
    }
}
