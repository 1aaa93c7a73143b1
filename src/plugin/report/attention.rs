//! What needs a person, the most urgent first.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{Failover, Life, LifeState, Organisation, Said, Unreadable};
use crate::api::{Actor, Reason};

/// Something that needs a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attention {
    /// Why, in one word: a reason of a condition, or `OperatorSilent`,
    /// `OperatorNotRunning`, `OperatorNotKnown`, `Unreadable`.
    pub reason: String,
    /// What it is about.
    pub subject: Subject,
    /// Who has to act.
    pub actor: Actor,
    /// Since when; absent when that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// What to do, in words.
    pub message: String,
    /// What to type, if a command does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// A resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// Its kind.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// The operator does not renew its Lease.
const SILENT: &str = "OperatorSilent";
/// Nobody holds the Lease.
const NOT_RUNNING: &str = "OperatorNotRunning";
/// The Lease could not be read.
const NOT_KNOWN: &str = "OperatorNotKnown";
/// This version cannot read a resource.
const UNREADABLE: &str = "Unreadable";

/// Reasons that need a person, the most urgent first. What is not listed comes after what is, save for the last
/// ones, which somebody has chosen or which can wait until morning.
const URGENT: &[&str] = &[
    SILENT,
    NOT_RUNNING,
    NOT_KNOWN,
    Reason::Contradictory.as_str(),
    Reason::OutcomeUnknown.as_str(),
    Reason::Failed.as_str(),
    Reason::Down.as_str(),
    Reason::Refused.as_str(),
    Reason::Conflict.as_str(),
    Reason::InvalidSpec.as_str(),
    UNREADABLE,
    Reason::Suspended.as_str(),
    Reason::AwaitingApproval.as_str(),
    Reason::AwaitingConsent.as_str(),
    Reason::AwaitingManualStep.as_str(),
];
const CALM: &[&str] = &[
    Reason::Drifted.as_str(),
    Reason::Planned.as_str(),
    Reason::Observing.as_str(),
    Reason::NotPrepared.as_str(),
];

fn rank(reason: &str) -> usize {
    let place = |list: &[&str]| list.iter().position(|known| *known == reason);
    match (place(URGENT), place(CALM)) {
        (Some(urgent), _) => urgent,
        (None, Some(calm)) => URGENT.len() + 1 + calm,
        (None, None) => URGENT.len(),
    }
}

pub(super) fn attention(
    life: &Life,
    organisations: &[Organisation],
    failovers: &[Failover],
    unreadable: &[Unreadable],
) -> Vec<Attention> {
    let mut all: Vec<Attention> = Vec::new();
    all.extend(of_operator(life));
    all.extend(failovers.iter().filter_map(of_failover));
    let mut by_deployment: BTreeMap<_, Vec<&Failover>> = BTreeMap::new();
    for failover in failovers {
        by_deployment.entry(failover.deployment_key()).or_default().push(failover);
    }
    for organisation in organisations {
        // What a failover of the organisation says already, with a command, is not said again.
        let own = by_deployment.get(&organisation.key()).map_or(&[][..], Vec::as_slice);
        let is_told = own.iter().any(|failover| failover.split_brain);
        all.extend(split_brain(organisation).filter(|_| !is_told));
        all.extend(unseen(organisation));
        // During a failover nobody mends what the next one needs.
        let is_busy = own.iter().any(|failover| failover.in_flight.is_some());
        all.extend(not_prepared(organisation).filter(|_| !is_busy));
    }
    all.extend(unreadable.iter().map(|one| Attention {
        reason: UNREADABLE.to_owned(),
        subject: subject(&one.kind, &one.namespace, &one.name),
        actor: Actor::Administrator,
        since: None,
        message: format!(
            "This version of kubectl-lync cannot read it: {}. Take the version of the operator.",
            one.message
        ),
        command: None,
    }));
    all.sort_by(|a, b| (rank(&a.reason), &a.subject).cmp(&(rank(&b.reason), &b.subject)));
    all
}

fn subject(kind: &str, namespace: &str, name: &str) -> Subject {
    Subject { kind: kind.to_owned(), namespace: namespace.to_owned(), name: name.to_owned() }
}

/// Whether nobody has to act about a failover.
pub(super) fn is_quiet(failover: &Failover) -> bool {
    of_failover(failover).is_none()
}

fn of_operator(life: &Life) -> Option<Attention> {
    let reason = match life.state {
        LifeState::Leading => return None,
        LifeState::Silent => SILENT,
        LifeState::Released | LifeState::Absent => NOT_RUNNING,
        LifeState::Unknown => NOT_KNOWN,
    };
    Some(Attention {
        reason: reason.to_owned(),
        subject: subject("Lease", &life.namespace, crate::operator::LEASE),
        actor: Actor::Administrator,
        since: life.renewed_at,
        message: format!("Nothing below is known to be new: {}", life.message),
        command: None,
    })
}

fn of_failover(failover: &Failover) -> Option<Attention> {
    let next = failover.next_action.clone().unwrap_or_default();
    let is_asked = matches!(next.actor, Actor::Administrator | Actor::Approver);
    if !(is_asked || failover.stalled || failover.split_brain || failover.not_served) {
        return None;
    }
    let reason = match failover.reason() {
        _ if failover.split_brain => Reason::Contradictory.as_str(),
        _ if failover.not_served => Reason::Down.as_str(),
        reason => reason,
    };
    Some(Attention {
        reason: reason.to_owned(),
        subject: subject("LyncFailover", &failover.namespace, &failover.name),
        actor: if is_asked { next.actor } else { Actor::Administrator },
        since: failover.ready.as_ref().map(|ready| ready.since),
        message: next.message,
        command: next.command,
    })
}

fn of_organisation(organisation: &Organisation, reason: &str, said: &Said, message: String) -> Attention {
    Attention {
        reason: reason.to_owned(),
        subject: subject("LyncDeployment", &organisation.namespace, &organisation.name),
        actor: Actor::Administrator,
        since: Some(said.since),
        message,
        command: None,
    }
}

fn split_brain(organisation: &Organisation) -> Option<Attention> {
    let said = organisation.split_brain.as_ref().filter(|said| said.is_true())?;
    let message = format!(
        "The Central Management store is not in one place: {}. Change nothing before that is settled.",
        said.message
    );
    Some(of_organisation(organisation, &said.reason, said, message))
}

/// An organisation that the operator has looked for and cannot see.
fn unseen(organisation: &Organisation) -> Option<Attention> {
    const ON_ITS_WAY: [Reason; 2] = [Reason::Progressing, Reason::NotObserved];
    let said = organisation.ready.as_ref().filter(|said| !said.is_true())?;
    if ON_ITS_WAY.iter().any(|reason| reason.as_str() == said.reason) {
        return None;
    }
    let message = format!("Lync is not seen: {}", said.message);
    Some(of_organisation(organisation, &said.reason, said, message))
}

fn not_prepared(organisation: &Organisation) -> Option<Attention> {
    let said = organisation.dr_ready.as_ref().filter(|said| said.status == "False")?;
    let message = format!("A failover may not work: {}", said.message);
    Some(of_organisation(organisation, &said.reason, said, message))
}
