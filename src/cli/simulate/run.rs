//! Drives the edits to their ends and says what happens.

use std::{collections::BTreeMap, sync::Arc};

use jiff::SignedDuration;

use super::{
    super::{
        CliError,
        organisation::{Simulated, Wish},
        show::{self, Style, clock_time, indent, paint, table},
    },
    live::{Live, waiting_line},
    report::{EditReport, Ending, Report, SnapshotReport},
    stage::Stage,
};
use crate::{
    api::{LastRun, LyncFailoverStatus, ServiceCheckName},
    clock::Clock,
    controller::Passed,
    plan::{Decision, Run, StepOutcome, StepRecord},
};

/// How long a state that only people can change has to last before the simulation ends: long enough for
/// a verdict to ripen.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

pub(super) async fn run(
    lab: &Simulated,
    wishes: Vec<Wish>,
    snapshot: Option<SnapshotReport>,
    timeout: SignedDuration,
    live: &Arc<Live>,
) -> Result<Report, CliError> {
    let before = lab.view();
    live.text(&heading("Lync before"));
    live.text(&show::topology(&before));
    let mut stage = Stage::new(lab, live).await?;
    let mut edits = Vec::new();
    for wish in wishes {
        edits.push(edit(lab, &mut stage, wish, timeout, live).await?);
    }
    drop(stage);
    let after = lab.view();
    live.text(&heading("Lync after"));
    live.text(&show::topology(&after));
    live.text(&service_checks(&edits));
    live.text(&left_for_people(&edits));
    let transcript = lab.transcript();
    let report = Report { started_at: lab.started, snapshot, before, edits, after, transcript };
    live.text(&ending_line(report.ending()));
    Ok(report)
}

async fn edit(
    lab: &Simulated,
    stage: &mut Stage,
    wish: Wish,
    timeout: SignedDuration,
    live: &Live,
) -> Result<EditReport, CliError> {
    let clock = &lab.organisation.clock;
    let applied_at = clock.now();
    // The first round may start something at once; the plan is to be read before that.
    live.hold();
    let applied = stage.apply(&wish).await?;
    live.text(&heading(&format!("lyncfailover.lyncfailover.dev/{} {}", wish.name, applied.verb)));

    let mut first = None;
    let mut at_rest = None;
    let mut newest = None;
    let mut time_is_up = std::pin::pin!(clock.sleep(timeout));
    let ending = loop {
        let reported = tokio::select! {
            reported = stage.next() => reported?,
            () = &mut time_is_up => break Ending::TimedOut,
        };
        if reported.owner != applied.owner || reported.generation != applied.generation {
            continue;
        }
        // A spec that passes the definitions, and that the operator cannot follow all the same.
        let Some(passed) = reported.passed else { break Ending::Stopped };
        let now = clock.now();
        if first.is_none() && !matches!(passed.plan.decision, Decision::Follow(_)) {
            let status = stage.status(&wish).await?;
            live.text(&show::plan(&passed.plan, status.plan.as_ref(), status.next_action.as_ref()));
            live.text("\n");
            live.release();
            first = status.plan;
        }
        if let Some(line) = waiting_line(&passed.plan) {
            live.waiting(now, line);
        }
        let ending = Ending::of(&passed.plan.decision);
        newest = Some(passed);
        match ending {
            Some(Ending::Converged) => break Ending::Converged,
            Some(ending) => {
                let since = *at_rest.get_or_insert(now);
                if now.duration_since(since) >= PATIENCE {
                    break ending;
                }
            }
            None => at_rest = None,
        }
    };
    live.release();
    let ended_at = clock.now();
    let is_tested = ending == Ending::Converged && lab.deployment.spec.checks.registration;
    let status = if is_tested { tested(stage, &wish, clock).await? } else { stage.status(&wish).await? };
    let operations = newest.map_or_else(Vec::new, |passed| operations(&passed, applied.generation));
    live.at(ended_at, &format!("{} is at rest", wish.name));
    show_end(live, &wish, &status, &operations, ending);
    Ok(EditReport {
        namespace: wish.namespace,
        name: wish.name,
        generation: applied.generation,
        ending,
        applied_at,
        ended_at,
        plan: first,
        operations,
        status,
    })
}

/// How long the first sign-in of test users is waited for, in simulated time.
const FOR_TEST_USERS: SignedDuration = SignedDuration::from_mins(10);

/// The status once test users have signed in, or have had the time for it.
async fn tested(
    stage: &mut Stage,
    wish: &Wish,
    clock: &Arc<dyn Clock>,
) -> Result<LyncFailoverStatus, CliError> {
    let mut time_is_up = std::pin::pin!(clock.sleep(FOR_TEST_USERS));
    loop {
        let status = stage.status(wish).await?;
        let moves = wish.desired.users.iter().any(|goal| goal.is_away()) || status.last_run.is_some();
        if !moves || status.checks.iter().any(|check| check.name == ServiceCheckName::Registration) {
            return Ok(status);
        }
        tokio::select! {
            reported = stage.next() => drop(reported?),
            () = &mut time_is_up => return stage.status(wish).await,
        }
    }
}

fn show_end(
    live: &Live,
    wish: &Wish,
    status: &LyncFailoverStatus,
    operations: &[StepRecord],
    ending: Ending,
) {
    live.text(&heading("As kubectl would print it"));
    live.text(&show::row(&wish.name, &wish.deployment, status));
    live.text("\n");
    live.text(&show::conditions(status));
    live.text(&times(operations, status.last_run.as_ref(), ending));
    if ending != Ending::Converged
        && let Some(next) = &status.next_action
    {
        live.text(&format!("\n  {}: {:?}: {}\n", paint(Style::Notice, "next"), next.actor, next.message));
        if let Some(command) = &next.command {
            live.text(&format!("        {}\n", paint(Style::Command, command)));
        }
    }
}

fn operations(passed: &Passed, generation: i64) -> Vec<StepRecord> {
    let of_edit = |run: &&Run| run.generation == generation;
    let run =
        passed.progress.run.as_ref().filter(of_edit).or(passed.progress.last_run.as_ref().filter(of_edit));
    run.map_or_else(Vec::new, |run| run.records.clone())
}

fn times(operations: &[StepRecord], run: Option<&LastRun>, ending: Ending) -> String {
    if operations.is_empty() {
        return String::new();
    }
    let rows = operations.iter().map(|record| {
        let outcome = match &record.outcome {
            StepOutcome::Ended(crate::bridge::Ended::Completed) => "completed",
            StepOutcome::Ended(crate::bridge::Ended::Failed(_)) => "refused",
            StepOutcome::Ended(crate::bridge::Ended::Lost(_)) => "lost",
            StepOutcome::NotStarted(_) => "not started",
        };
        let took = clock_time(record.ended_at.duration_since(record.started_at));
        vec![record.step.name().to_owned(), record.step.target(), took, outcome.to_owned()]
    });
    let mut text = heading("Time per step");
    text += &indent(&table(&["step", "target", "took", "outcome"], rows), 2);
    if let (Ending::Converged, Some(run)) = (ending, run) {
        let part = |secs: Option<i64>| clock_time(SignedDuration::from_secs(secs.unwrap_or(0)));
        text += &format!(
            "  in all {}: detect {}, decide {}, cmdlets {}, verify {}\n",
            part(run.rto_seconds),
            part(run.detect_seconds),
            part(run.decide_seconds),
            part(run.execute_seconds),
            part(run.verify_seconds)
        );
    }
    text
}

/// How the service does, after the last edit of each resource.
fn service_checks(edits: &[EditReport]) -> String {
    let last: BTreeMap<_, _> =
        edits.iter().map(|edit| ((&edit.namespace, &edit.name), &edit.status.checks)).collect();
    let all: Vec<_> = last.into_values().flatten().cloned().collect();
    if all.is_empty() { String::new() } else { heading("Checks of the service") + &show::checks(&all) }
}

/// What is left to do that no step does, after the last edit of each resource.
fn left_for_people(edits: &[EditReport]) -> String {
    let last: BTreeMap<_, _> =
        edits.iter().map(|edit| ((&edit.namespace, &edit.name), &edit.status.advice)).collect();
    let advice: String = last.into_values().map(|advice| show::advice(advice)).collect();
    if advice.is_empty() { advice } else { heading("What is left for people") + &advice }
}

fn heading(text: &str) -> String {
    format!("\n{}\n", paint(Style::Heading, text))
}

fn ending_line(ending: Ending) -> String {
    let (style, text) = match ending {
        Ending::Converged => (Style::Good, "Converged: Lync is as the spec says."),
        Ending::WaitsForPeople => (Style::Notice, "Not converged: people have to decide or do something."),
        Ending::TimedOut => (Style::Bad, "Not converged in time."),
        Ending::Stopped => (Style::Bad, "Stopped: it cannot go on as things are."),
    };
    format!("\n{}\n", paint(style, text))
}
