//! `docs/conditions.md`: what each condition and each reason says, and what to do about it.

use std::fmt::Write as _;

use lync_failover::api::{ConditionType, Reason};

use crate::{
    files::golden,
    given::{conditions_with, given},
    words::words,
};

const HEAD: &str = "# Conditions and reasons

Every word that a condition of ours can say. This page is made from the code (`UPDATE_GOLDEN=1 cargo test --test pages`): the
words are closed vocabularies, so scripts and alerts can rely on them, and their meaning is that of the enums in
`src/api/condition.rs` and `src/api/reason.rs`. What tools make of them is judged by those tools' own code in `tests/gitops`.

How to read them:

- Look at `Ready` first: its reason is the column `STATUS` of `kubectl get lfo`, and its message is `status.nextAction`. What
  to do for each reason, with what to look at: [troubleshooting.md](troubleshooting.md).
- `Unknown` is never *no*. It says that the operator could not see it, or saw it too long ago.
- All conditions are there from the first visit on. `observedGeneration` says about which spec they speak; while it is not
  `metadata.generation` they are about an earlier one.
- Only one of `Reconciling` and `Stalled` is True at a time. Neither is when `Ready` is True, when you have chosen that nothing moves
  (`Suspended`, `Planned`, `Observing`), and after a drift.
- `lastTransitionTime` moves with the status, not with the reason or the message.
";

/// What True, False and Unknown mean.
fn statuses(condition: ConditionType) -> [&'static str; 3] {
    match condition {
        ConditionType::Ready => [
            "nothing to do; what was wanted is served",
            "look at the reason",
            "something that the answer depends on cannot be seen",
        ],
        ConditionType::Reconciling => [
            "let it go on, or do what `nextAction` asks of you: waiting for people is on its way too",
            "it has ended, or nothing moves",
            "nobody has looked yet",
        ],
        ConditionType::Stalled => [
            "change the spec, or repair Lync, as `nextAction` says",
            "nothing is stuck",
            "nobody has looked yet",
        ],
        ConditionType::EdgeNextHopSafe => [
            "what comes from outside ends at a pool that works",
            "external users may not get in; the plan changes the Edge, or `nextAction` says how",
            "the next hop of an Edge pool is not known",
        ],
        ConditionType::CentralManagementHealthy => [
            "the topology can be written",
            "nothing that is a write to the store works (an Edge's next hop, a planned failover)",
            "the answers about the store are missing",
        ],
        ConditionType::UsersServed => [
            "each listed pool's users are served by the pool that the spec names, and that pool is not down",
            "they are not; see the message for the pool",
            "the state of a pool is not known",
        ],
        ConditionType::SourceAvailable => [
            "a move would lose nothing",
            "a home pool is down: with consent, users can be moved in disaster mode",
            "not enough votes, or none (`Suspect`, `Undetermined`): [verdict.md](verdict.md)",
        ],
        ConditionType::TargetReady => [
            "the pools that are to serve are up",
            "one of them is down; no step goes there",
            "one of them is not seen alive",
        ],
        ConditionType::Approved => [
            "no approval or consent is missing",
            "`nextAction` has the field, or the hash to approve",
            "the spec cannot be followed",
        ],
        ConditionType::BridgeConnected => [
            "cmdlets can be run; the message counts the servers",
            "nothing can be seen or done: `lync-failover bridge check`",
            "no server has been asked yet",
        ],
        ConditionType::SplitBrainSuspected => [
            "read the message before anything else: the store is in two places, and then nothing more is changed; or a \
             pool that is back may not know that it is failed over",
            "the answers agree",
            "the answers are missing",
        ],
        ConditionType::Drifted => [
            "somebody changed Lync: write into the spec what you want, or undo it",
            "Lync is as it was left, or the goal has not been reached yet",
            "the spec cannot be followed",
        ],
        ConditionType::FailbackAvailable => [
            "the reverse edit would work now; the message says what was checked",
            "nobody is away, or something is missing; the message says what",
            "something that a failback needs cannot be seen",
        ],
        ConditionType::DrReady => [
            "as far as can be seen, a failover would work tonight",
            "mend what `status.readiness` lists, first things first: [readiness.md](readiness.md)",
            "a check could not be made",
        ],
    }
}

/// What to do when it is the reason of `Ready`, or of the condition that has it.
fn to_do(reason: Reason) -> &'static str {
    match reason {
        Reason::Converged | Reason::Served | Reason::Healthy | Reason::Up | Reason::Connected => "Nothing.",
        Reason::Safe | Reason::Capable | Reason::Prepared | Reason::Consistent | Reason::InSync => "Nothing.",
        Reason::NotRequired | Reason::Given | Reason::NotApplicable | Reason::None => "Nothing.",
        Reason::Executing | Reason::Verifying | Reason::Waiting | Reason::Queued | Reason::Progressing => {
            "Wait; the message says for what, and until when at most."
        }
        Reason::NotObserved => "Wait for the next look; if it stays, see that the operator runs and leads.",
        Reason::Planned => {
            "Read `status.plan`; write `policy.management: Enforce` when the operator shall act."
        }
        Reason::Observing => "Write `policy.management: Plan` or `Enforce` for more than looking.",
        Reason::Suspended => "Write `suspend: false` when the operator shall go on.",
        Reason::AwaitingConsent => "Decide about the loss of data; the message names the field.",
        Reason::AwaitingApproval | Reason::Missing => {
            "Read `status.plan`; approve its hash if it is what you want."
        }
        Reason::Outdated => "The plan has changed since: read it again, and approve the new hash.",
        Reason::AwaitingManualStep => "Do what `nextAction` says; the operator sees when it is done.",
        Reason::Refused | Reason::InvalidSpec => "Correct the spec; the message has the field and the rule.",
        Reason::Conflict => "Change one of the two resources that the message names.",
        Reason::DeploymentNotFound => "Apply the LyncDeployment, or correct `deploymentRef`.",
        Reason::Failed => "Repair the cause that the message names, then set and clear `suspend`.",
        Reason::OutcomeUnknown => {
            "Look at Lync; see [troubleshooting.md](troubleshooting.md#outcomeunknown)."
        }
        Reason::RecordUnusable => {
            "The message says what is wrong with the ConfigMap: [troubleshooting.md](troubleshooting.md#recordunusable)."
        }
        Reason::Unknown => "Make it visible: servers, account, network; the message says what is missing.",
        Reason::Unreachable => {
            "`lync-failover bridge check`; if all servers are gone, [runbook.md](runbook.md)."
        }
        Reason::Denied => {
            "Mend the account or its Secret; a refused account is tried seldom, so that it is not locked."
        }
        Reason::Unfit => "Install what is missing on the server: [windows.md](windows.md).",
        Reason::Impaired | Reason::Unavailable => {
            "See what the message names; the plan moves the store if the spec lets it."
        }
        Reason::Contradictory => "Compare the answers that `nextAction` lists before anything else.",
        Reason::AtRisk => "Let the plan change the Edge, or write `spec.edges`.",
        Reason::NotServed => "Look at `Ready`: it says what is being done, or what is missing.",
        Reason::Down => {
            "Decide: `servedBy` the pair fails the users over. If the pair is what is down, repair it."
        }
        Reason::Suspect | Reason::Undetermined => {
            "Look at the votes in the status of the LyncDeployment: [verdict.md](verdict.md)."
        }
        Reason::NotCapable => "Repair what the message names; the step waits for it.",
        Reason::NotPrepared => "Mend what `status.readiness` lists: [readiness.md](readiness.md).",
        Reason::Drifted => "Write into the spec what you want, or undo the change in Lync.",
        Reason::Available => {
            "If the users shall go home: write the home pool into `servedBy`, or `git revert`."
        }
        Reason::NotAvailable => "If the users shall go home: mend what the message lists first.",
    }
}

fn list<T: ToString>(words: &[T]) -> String {
    words.iter().map(|word| format!("`{}`", word.to_string())).collect::<Vec<_>>().join(", ")
}

fn page() -> String {
    let mut out = HEAD.to_owned();
    for (kind, conditions) in
        [("LyncFailover", ConditionType::FAILOVER), ("LyncDeployment", ConditionType::DEPLOYMENT)]
    {
        writeln!(out, "\n## Conditions of a {kind}\n").unwrap();
        out.push_str(
            "| Condition | It says | True | False | Unknown | Reasons |\n|---|---|---|---|---|---|\n",
        );
        for condition in conditions {
            let [holds, does_not, unknown] = statuses(*condition);
            let reasons = match condition {
                ConditionType::Ready | ConditionType::Reconciling | ConditionType::Stalled => {
                    "[those of Ready](#reasons-of-ready)".to_owned()
                }
                _ => list(&given(*condition)),
            };
            let meaning = condition.meaning();
            writeln!(out, "| `{condition}` | {meaning} | {holds} | {does_not} | {unknown} | {reasons} |")
                .unwrap();
        }
    }
    out.push_str(
        "\n## Reasons of Ready\n\nThe reason of a LyncFailover's `Ready`, and what tools show for it. A LyncDeployment that is \
         reached and seen\nis `Connected`; what keeps it from that (`Unreachable`, `Denied`, `Unfit`, `Unknown`) is InProgress \
         for all three,\n`InvalidSpec` is Failed, and `Progressing` says that a deletion waits for an operation.\n\n\
         | Reason | It says | kstatus | Argo CD | Flux | What to do |\n|---|---|---|---|---|---|\n",
    );
    for reason in Reason::ALL {
        if let Some([kstatus, argo, flux]) = words(*reason) {
            let (meaning, to_do) = (reason.meaning(), to_do(*reason));
            writeln!(out, "| `{reason}` | {meaning} | {kstatus} | {argo} | {flux} | {to_do} |").unwrap();
        }
    }
    out.push_str("\n## All other reasons\n\n| Reason | It says | Of | What to do |\n|---|---|---|---|\n");
    for reason in Reason::ALL.iter().filter(|reason| words(**reason).is_none()) {
        let of = match (reason, conditions_with(*reason)) {
            (Reason::NotObserved, _) => "all, before the first look".to_owned(),
            (_, of) if of.is_empty() => "none in this version".to_owned(),
            (_, of) => list(&of),
        };
        writeln!(out, "| `{reason}` | {} | {of} | {} |", reason.meaning(), to_do(*reason)).unwrap();
    }
    out
}

#[test]
fn the_page_has_every_condition_and_every_reason() {
    let page = page();
    golden("docs/conditions.md", &page);
    let reasons = page.split_once("\n## Reasons of Ready\n").unwrap().1;
    for reason in Reason::ALL {
        assert_eq!(reasons.matches(&format!("\n| `{reason}` |")).count(), 1, "{reason}");
        assert!(reason.meaning().ends_with('.'), "{reason}: {}", reason.meaning());
    }
}
