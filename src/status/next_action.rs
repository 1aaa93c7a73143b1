//! Who has to act next, and how: one line that a tired person can follow.

use super::{Found, views::times};
use crate::{
    api::{Actor, NextAction, Reason},
    plan::{ConsentField, Decision, Hold, Wait},
};

pub(super) fn next_action(found: &Found<'_>) -> NextAction {
    match &found.plan.decision {
        Decision::Converged => says(Actor::Nobody, converged(found)),
        Decision::Execute { step, host } => {
            says(Actor::Operator, format!("Starts {} ({}) on {host}.", step.name(), step.target()))
        }
        Decision::Follow(_) => match &found.progress.intent {
            Some(intent) => says(
                Actor::Operator,
                format!(
                    "Waits for {} ({}), which runs on {}.",
                    intent.step.name(),
                    intent.step.target(),
                    intent.operation.host
                ),
            ),
            None => says(Actor::Operator, "Waits for the operation in flight."),
        },
        Decision::Wait(wait) => says(Actor::Operator, waits(wait)),
        Decision::Hold(hold) => held(found, hold),
    }
}

/// What equals the spec may still not serve anybody: then the way out is an edit, which nobody but people
/// can make.
fn converged(found: &Found<'_>) -> String {
    if let Some(goal) = found.desired.users.iter().find(|goal| found.is_down(&goal.served_by)) {
        let topology = found.observed.topology.value();
        let pair = topology.and_then(|topology| topology.backup_of(&goal.served_by));
        let way = pair.map_or(String::new(), |pair| {
            format!(" To fail users of {} over, write servedBy: {pair}.", goal.home)
        });
        return format!("Lync is as the spec says, but {} is down.{way}", goal.served_by);
    }
    // A failback does not send an Edge pool back, and what it points to may be what has died.
    let hops = found.observed.next_hops.iter().filter_map(|(edge, fact)| Some((edge, fact.value()?)));
    if let Some((edge, hop)) = hops.into_iter().find(|(_, hop)| found.is_down(hop)) {
        let serving =
            found.desired.users.iter().map(|goal| &goal.served_by).find(|pool| !found.is_down(pool));
        let way = serving.map_or(String::new(), |pool| {
            format!(" To change that write spec.edges: [{{pool: {edge}, nextHop: {pool}}}].")
        });
        return format!(
            "Lync is as the spec says, but {edge} sends what comes from outside to {hop}, which is down.{way}"
        );
    }
    "Nothing to do: Lync is as the spec says.".to_owned()
}

/// What helps when a resource could not be followed at all.
pub(super) fn unusable(reason: Reason, message: &str) -> NextAction {
    match reason {
        Reason::InvalidSpec | Reason::DeploymentNotFound => {
            says(Actor::Administrator, format!("Correct the resource: {message}"))
        }
        _ => {
            says(Actor::Administrator, format!("Repair what the message names; it is tried again: {message}"))
        }
    }
}

fn says(actor: Actor, message: impl Into<String>) -> NextAction {
    NextAction { actor, message: message.into(), command: None }
}

fn waits(wait: &Wait) -> String {
    match wait.until {
        Some(until) => format!("Waits until {}; at most until {until:.0}.", wait.what),
        None => format!("Waits until {}.", wait.what),
    }
}

fn held(found: &Found<'_>, hold: &Hold) -> NextAction {
    match hold {
        Hold::Suspended => {
            let action =
                says(Actor::Administrator, "Suspended: nothing is changed until spec.suspend is false.");
            with_patch(action, found, r#"{"spec":{"suspend":false}}"#)
        }
        Hold::PlanOnly => {
            let action = says(
                Actor::Administrator,
                "Only looks: spec.policy.management is not Enforce. Set it to let the operator act.",
            );
            with_patch(action, found, r#"{"spec":{"policy":{"management":"Enforce"}}}"#)
        }
        Hold::Contested { why } => says(
            Actor::Administrator,
            format!("Two resources contradict each other, so neither acts: {why}. Change one of them."),
        ),
        Hold::Drifted => says(Actor::Administrator, drifted(found)),
        Hold::AwaitingApproval { hash, why } => {
            let message = format!(
                "{why}, and nobody has agreed to that. Read status.plan; if it is what you want, approve it by \
                 its hash."
            );
            let patch = format!(r#"{{"spec":{{"approval":{{"planHash":"{hash}"}}}}}}"#);
            with_patch(says(Actor::Approver, message), found, &patch)
        }
        Hold::NeedsConsent { field, why } => {
            let message = format!("{why}. To go on nevertheless, set {}.", field.line());
            with_patch(says(Actor::Administrator, message), found, consent_patch(*field))
        }
        Hold::Refused { violations } => {
            let all: Vec<_> = violations.iter().map(|violation| violation.message.as_str()).collect();
            says(Actor::Administrator, format!("Correct the spec: {}.", all.join("; ")))
        }
        Hold::Unknown { what, why } => says(
            Actor::Operator,
            format!("Cannot see: {what} ({why}). Looks again; nothing is changed on what cannot be seen."),
        ),
        Hold::NotReady { why } => says(Actor::Operator, format!("Cannot go on yet: {why}. Looks again.")),
        Hold::Manual { instruction, command } => NextAction {
            actor: Actor::Administrator,
            message: format!("{instruction}. The operator goes on when it sees that it is done."),
            command: command.clone(),
        },
        Hold::Failed { attempts, message, cure, command } => NextAction {
            actor: Actor::Administrator,
            message: format!(
                "Tried {}; the last time: {message}. {cure}. To have the operator try again, change the spec, or set \
                 and clear spec.suspend.",
                times(*attempts)
            ),
            command: command.clone(),
        },
        Hold::OutcomeUnknown { operation, why } => says(
            Actor::Administrator,
            format!(
                "Operation {operation} may have run ({why}). Look at Lync. When its effect shows, or a host \
                 can tell, the operator goes on by itself. If it surely does not run, approve the plan in \
                 status.plan.hash, with a new edit, to have it done again."
            ),
        ),
        Hold::SplitBrain { why } => NextAction {
            actor: Actor::Administrator,
            message: format!("The Central Management store is not in one place: {why}. {}", SPLIT_BRAIN),
            command: Some(SIGNALS.to_owned()),
        },
    }
}

/// The cure is that of the field reports: a database that is in doubt is made anew from the one that is right.
const SPLIT_BRAIN: &str = "Nothing more is changed, no users are moved. Compare the three answers, on a Front End of \
    each pool: where services, active master and Active Directory name one pool, that copy is right, and a replica \
    that still names another one is behind. If they do not agree: keep the right configuration with \
    Export-CsConfiguration and Export-CsLisConfiguration (-LocalStore for the first, where the store does not \
    answer), make the databases anew on the pool that Active Directory names (Uninstall-CsDatabase and \
    Install-CsDatabase -CentralManagementDatabase), and import both files. The operator goes on when it sees exactly \
    one active store, on the pool that Active Directory names.";

/// What shows where the store takes itself to be.
const SIGNALS: &str = "Get-CsService -CentralManagement\nGet-CsManagementStoreReplicationStatus \
    -CentralManagementStoreStatus\nGet-CsConfigurationStoreLocation";

fn drifted(found: &Found<'_>) -> String {
    let undo = found.plan.steps.first().map(|row| format!("; {} would undo it", row.step));
    let policy = if found.desired.correct_drift {
        "spec.policy.drift: Correct does not do that by itself, since users would be failed back or data lost"
    } else {
        "with spec.policy.drift: Correct the operator undoes what needs no failback and loses no data"
    };
    format!(
        "Lync was changed after the desired state had been reached{}. Write into the spec what you want, or undo \
         the change in Lync; {policy}.",
        undo.unwrap_or_default()
    )
}

fn with_patch(action: NextAction, found: &Found<'_>, patch: &str) -> NextAction {
    let command =
        format!("kubectl patch lyncfailover {} -n {} --type merge -p '{patch}'", found.name, found.namespace);
    NextAction { command: Some(command), ..action }
}

fn consent_patch(field: ConsentField) -> &'static str {
    match field {
        ConsentField::DisasterModeWhenSourceDown => {
            r#"{"spec":{"policy":{"disasterMode":"WhenSourceDown"}}}"#
        }
        ConsentField::DisasterModeAlways => r#"{"spec":{"policy":{"disasterMode":"Always"}}}"#,
        ConsentField::FailbackDisasterMode => r#"{"spec":{"policy":{"failbackDisasterMode":"Always"}}}"#,
        ConsentField::InstallDatabaseClean => r#"{"spec":{"policy":{"installDatabaseClean":"Always"}}}"#,
    }
}
