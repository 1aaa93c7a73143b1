//! The conditions: which there are, in which order, and how a new list follows from the old one.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use super::Reason;
use super::closed::closed_enum;

closed_enum! {
    /// What a condition is about. The order is the order in a status.
    pub enum ConditionType {
        /// What is equals what should be. For a LyncDeployment: the organisation is reached and
        /// seen, whatever state its pools are in.
        Ready,
        /// The operator is on its way, or waits for something that will come: not a failure.
        Reconciling,
        /// The operator cannot go on without a change by people.
        Stalled,
        /// No Edge pool has a pool as next hop that is failed over, or is being failed over, or is down (a dead
        /// Director is not seen by Lync's own check).
        EdgeNextHopSafe,
        /// The Central Management store works, on a living pool.
        CentralManagementHealthy,
        /// The users of each listed pool have full service on the pool that the spec names.
        UsersServed,
        /// The pools on which the users are homed are up.
        SourceAvailable,
        /// The pools that are to serve can take the users.
        TargetReady,
        /// The plan is approved, or needs no approval.
        Approved,
        /// At least one server takes cmdlets.
        BridgeConnected,
        /// Two answers of Lync exclude each other: two pools may believe that they serve.
        SplitBrainSuspected,
        /// Lync was changed after the desired state had been reached.
        Drifted,
        /// The users could be failed back now.
        FailbackAvailable,
        /// A failover of each paired pool would work now, as far as the operator can see: no check of
        /// `status.readiness` that has a weight fails or is unknown.
        DrReady,
    }
}

impl ConditionType {
    /// The conditions of a `LyncFailover`.
    pub const FAILOVER: &[Self] = &[
        Self::Ready,
        Self::Reconciling,
        Self::Stalled,
        Self::EdgeNextHopSafe,
        Self::CentralManagementHealthy,
        Self::UsersServed,
        Self::SourceAvailable,
        Self::TargetReady,
        Self::Approved,
        Self::BridgeConnected,
        Self::SplitBrainSuspected,
        Self::Drifted,
        Self::FailbackAvailable,
    ];

    /// The conditions of a `LyncDeployment`.
    pub const DEPLOYMENT: &[Self] = &[
        Self::Ready,
        Self::Reconciling,
        Self::Stalled,
        Self::CentralManagementHealthy,
        Self::BridgeConnected,
        Self::SplitBrainSuspected,
        Self::DrReady,
    ];
}

closed_enum! {
    /// The status of a condition.
    pub enum ConditionStatus {
        /// It holds.
        True,
        /// It does not hold.
        False,
        /// Nobody can tell.
        Unknown,
    }
}

impl From<bool> for ConditionStatus {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

/// What a condition says now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub condition: ConditionType,
    /// Whether it holds.
    pub status: ConditionStatus,
    /// Why, in one word.
    pub reason: Reason,
    /// Why, in words.
    pub message: String,
}

impl Finding {
    /// A finding.
    pub fn new(
        condition: ConditionType,
        status: impl Into<ConditionStatus>,
        reason: Reason,
        message: impl Into<String>,
    ) -> Self {
        Self { condition, status: status.into(), reason, message: message.into() }
    }
}

/// The conditions of a resource that nobody has looked at yet: all present, all unknown.
pub fn first_conditions(types: &[ConditionType], generation: i64, now: Timestamp) -> Vec<Condition> {
    let findings = types.iter().map(|condition| {
        Finding::new(*condition, ConditionStatus::Unknown, Reason::NotObserved, "not observed yet")
    });
    next_conditions(&[], findings, generation, now)
}

/// The list of conditions that follows from the last one and the new findings.
///
/// A condition keeps its transition time while its status stays. Times have whole seconds, as they are
/// stored, so that an unchanged list compares equal. The order is that of [`ConditionType`]. Of two
/// findings about the same condition the later one counts. The operator owns the list: what `findings`
/// does not name is left out.
pub fn next_conditions(
    last: &[Condition],
    findings: impl IntoIterator<Item = Finding>,
    generation: i64,
    now: Timestamp,
) -> Vec<Condition> {
    let findings: Vec<Finding> = findings.into_iter().collect();
    let latest =
        |wanted: &ConditionType| findings.iter().rev().find(|finding| finding.condition == *wanted).cloned();
    ConditionType::ALL
        .iter()
        .filter_map(latest)
        .map(|finding| {
            let before = find_condition(last, finding.condition);
            let since = before
                .filter(|before| before.status == finding.status.as_str())
                .map_or(now, |before| before.last_transition_time.0);
            Condition {
                type_: finding.condition.to_string(),
                status: finding.status.to_string(),
                reason: finding.reason.to_string(),
                message: finding.message,
                observed_generation: Some(generation),
                last_transition_time: Time(whole_seconds(since)),
            }
        })
        .collect()
}

/// The condition of a type, if the list has it.
pub fn find_condition(conditions: &[Condition], wanted: ConditionType) -> Option<&Condition> {
    conditions.iter().find(|condition| condition.type_ == wanted.as_str())
}

/// A time as Kubernetes stores it.
pub fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("valid")
    }

    fn ready(status: ConditionStatus, message: &str) -> Finding {
        Finding::new(ConditionType::Ready, status, Reason::Executing, message)
    }

    #[test]
    fn the_transition_time_moves_only_with_the_status() {
        let first =
            next_conditions(&[], [ready(ConditionStatus::False, "a")], 1, at("2026-01-01T10:00:00.9Z"));
        let same =
            next_conditions(&first, [ready(ConditionStatus::False, "b")], 2, at("2026-01-01T11:00:00Z"));
        let turned =
            next_conditions(&same, [ready(ConditionStatus::True, "b")], 2, at("2026-01-01T12:00:00.5Z"));
        assert_eq!(first[0].last_transition_time.0, at("2026-01-01T10:00:00Z"), "cut to seconds");
        assert_eq!(same[0].last_transition_time, first[0].last_transition_time);
        assert_eq!((same[0].message.as_str(), same[0].observed_generation), ("b", Some(2)));
        assert_eq!(turned[0].last_transition_time.0, at("2026-01-01T12:00:00Z"));
    }

    #[test]
    fn an_unchanged_list_compares_equal_after_a_trip_through_the_store() {
        let now = at("2026-01-01T10:00:00.123456789Z");
        let list = first_conditions(ConditionType::ALL, 1, now);
        let stored = serde_json::to_string(&list).expect("serialises");
        assert_eq!(serde_json::from_str::<Vec<Condition>>(&stored).expect("parses"), list);
    }

    #[test]
    fn the_order_is_fixed_and_the_later_finding_counts() {
        let findings = [
            Finding::new(ConditionType::Drifted, false, Reason::InSync, ""),
            ready(ConditionStatus::False, "first"),
            ready(ConditionStatus::False, "second"),
        ];
        let list = next_conditions(&[], findings, 1, Timestamp::UNIX_EPOCH);
        let said: Vec<_> = list.iter().map(|c| (c.type_.as_str(), c.message.as_str())).collect();
        assert_eq!(said, [("Ready", "second"), ("Drifted", "")]);
    }

    #[test]
    fn what_is_no_longer_found_is_left_out() {
        let all = first_conditions(ConditionType::FAILOVER, 1, Timestamp::UNIX_EPOCH);
        assert_eq!(all.len(), 13);
        assert!(all.iter().all(|c| c.status == "Unknown" && c.reason == "NotObserved"));
        let one = next_conditions(&all, [ready(ConditionStatus::True, "")], 1, Timestamp::UNIX_EPOCH);
        assert_eq!(one.len(), 1);
    }

    #[test]
    fn names_are_read_back() {
        for condition in ConditionType::ALL {
            assert_eq!(condition.as_str().parse(), Ok(*condition));
        }
        assert!("Succeeded".parse::<ConditionType>().is_err());
    }
}
