//! Whether the operator lives, by its Lease. While it does not, a status only says what was.

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::coordination::v1::LeaseSpec;
use serde::Serialize;

use crate::{
    api::{condition::whole_seconds, format_duration},
    operator::LEASE,
};

/// What was found where the Lease should be.
#[derive(Clone, Debug)]
pub enum LeaseSeen {
    /// It is not there.
    Missing,
    /// It is.
    Found(Box<LeaseSpec>),
    /// It could not be read, for this reason.
    Unreadable(String),
}

/// Whether the operator lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Life {
    /// The namespace in which its Lease was looked for.
    pub namespace: String,
    /// What the Lease says.
    pub state: LifeState,
    /// The replica that holds the Lease, or held it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// When the Lease was renewed last, by the clock of its holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renewed_at: Option<Timestamp>,
    /// The same in words, with what to do.
    pub message: String,
}

/// What the Lease says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum LifeState {
    /// A replica leads.
    Leading,
    /// The holder has not renewed the Lease in time.
    Silent,
    /// The Lease was given back, and nobody has taken it.
    Released,
    /// There is no Lease.
    Absent,
    /// The Lease could not be read.
    Unknown,
}

impl Life {
    /// Whether what the statuses say is what is seen now.
    pub fn is_leading(&self) -> bool {
        self.state == LifeState::Leading
    }
}

/// Whether a Lease has to be looked at twice: by our clock it is too old, or from the future.
pub fn is_in_doubt(spec: &LeaseSpec, now: Timestamp) -> bool {
    let is_held = spec.holder_identity.as_deref().is_some_and(|holder| !holder.is_empty());
    is_held && !is_young(spec, now)
}

fn is_young(spec: &LeaseSpec, now: Timestamp) -> bool {
    let good_for = SignedDuration::from_secs(i64::from(spec.lease_duration_seconds.unwrap_or(15)));
    spec.renew_time.as_ref().is_some_and(|renewed| {
        let age = now.duration_since(renewed.0);
        // Two seconds of difference between two clocks are usual.
        age <= good_for && age >= SignedDuration::from_secs(-2)
    })
}

/// What a Lease means. `changed` says that it was seen to change: then its holder lives, whatever the clocks say.
pub fn life(namespace: &str, seen: &LeaseSeen, changed: bool, now: Timestamp) -> Life {
    let without = |state, message| Life {
        namespace: namespace.to_owned(),
        state,
        holder: None,
        renewed_at: None,
        message,
    };
    let spec = match seen {
        LeaseSeen::Missing => {
            return without(
                LifeState::Absent,
                format!(
                    "there is no Lease {LEASE} in namespace {namespace}: no operator runs there. If it runs elsewhere, \
                     say so with --operator-namespace."
                ),
            );
        }
        LeaseSeen::Unreadable(why) => {
            return without(LifeState::Unknown, format!("whether the operator lives is not known: {why}"));
        }
        LeaseSeen::Found(spec) => spec,
    };
    let holder = spec.holder_identity.clone().filter(|holder| !holder.is_empty());
    let renewed_at = spec.renew_time.as_ref().map(|time| whole_seconds(time.0));
    let ago = renewed_at.map(|then| format_duration(now.duration_since(then)));
    let ago = ago.as_deref().map_or("at an unknown time".to_owned(), |ago| format!("{ago} ago"));
    let look = format!("See `kubectl get pods -n {namespace}` and the log of the operator.");
    let (state, message) = match &holder {
        None => (LifeState::Released, format!("no replica leads; the last one stopped {ago}. {look}")),
        Some(holder) if is_young(spec, now) => (LifeState::Leading, format!("{holder} leads")),
        Some(holder) if changed => (
            LifeState::Leading,
            format!(
                "{holder} leads; its clock and the one of this machine differ, so times below are not exact"
            ),
        ),
        Some(holder) => (LifeState::Silent, format!("{holder} was last seen {ago}. {look}")),
    };
    Life { holder, renewed_at, ..without(state, message) }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

    use super::*;

    const NOW: i64 = 1_000_000;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("valid")
    }

    fn lease(holder: &str, renewed: i64) -> Box<LeaseSpec> {
        Box::new(LeaseSpec {
            holder_identity: Some(holder.to_owned()),
            lease_duration_seconds: Some(15),
            renew_time: Some(MicroTime(at(renewed))),
            ..LeaseSpec::default()
        })
    }

    fn state(seen: &LeaseSeen, changed: bool) -> LifeState {
        life("ns", seen, changed, at(NOW)).state
    }

    #[test]
    fn only_a_lease_that_is_renewed_means_life() {
        assert_eq!(state(&LeaseSeen::Found(lease("a", NOW - 15)), false), LifeState::Leading);
        assert_eq!(state(&LeaseSeen::Found(lease("a", NOW - 16)), false), LifeState::Silent);
        assert_eq!(state(&LeaseSeen::Found(lease("", NOW)), false), LifeState::Released);
        assert_eq!(state(&LeaseSeen::Missing, false), LifeState::Absent);
        assert_eq!(state(&LeaseSeen::Unreadable("no".to_owned()), false), LifeState::Unknown);
        let never = LeaseSpec { holder_identity: Some("a".to_owned()), ..LeaseSpec::default() };
        assert_eq!(state(&LeaseSeen::Found(Box::new(never)), false), LifeState::Silent);
    }

    #[test]
    fn clocks_that_differ_are_overruled_by_a_lease_that_changes() {
        for renewed in [NOW - 3600, NOW + 3600] {
            let seen = lease("a", renewed);
            assert!(is_in_doubt(&seen, at(NOW)));
            assert_eq!(state(&LeaseSeen::Found(seen.clone()), true), LifeState::Leading);
            assert_eq!(state(&LeaseSeen::Found(seen), false), LifeState::Silent);
        }
        assert!(!is_in_doubt(&lease("a", NOW - 1), at(NOW)));
        assert!(!is_in_doubt(&lease("", NOW - 3600), at(NOW)), "nobody holds it");
    }

    #[test]
    fn who_is_silent_is_said_with_the_time_and_what_to_do() {
        let life = life("ops", &LeaseSeen::Found(lease("pod-1", NOW - 720)), false, at(NOW));
        assert_eq!(
            life.message,
            "pod-1 was last seen 12m ago. See `kubectl get pods -n ops` and the log of the operator."
        );
    }
}
