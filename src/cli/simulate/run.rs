//! Drives the edits to their ends and says what happens.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{
    super::{
        CliError,
        organisation::{Simulated, Wish},
        show::{self, Style, clock_time, indent, paint, table},
    },
    live::{Live, waiting_line},
    report::{EditReport, Ending, Report},
};
use crate::{
    api::LastRun,
    controller::{Passed, Resource},
    plan::{Run, StepOutcome, StepRecord},
};

/// How long a state that only people can change has to last before the simulation ends: long enough for
/// a verdict to ripen.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

pub(super) async fn run(
    lab: &Simulated,
    wishes: Vec<Wish>,
    timeout: SignedDuration,
    live: &Live,
) -> Result<Report, CliError> {
    let before = lab.view();
    live.text(&heading("Lync before"));
    live.text(&show::topology(&before));
    let mut resources: BTreeMap<String, Resource> = BTreeMap::new();
    let mut edits = Vec::new();
    for wish in wishes {
        edits.push(edit(lab, &mut resources, wish, timeout, live).await?);
    }
    let after = lab.view();
    live.text(&heading("Lync after"));
    live.text(&show::topology(&after));
    let report = Report { started_at: lab.started, before, edits, after, transcript: lab.transcript() };
    live.text(&ending_line(report.ending()));
    Ok(report)
}

async fn edit(
    lab: &Simulated,
    resources: &mut BTreeMap<String, Resource>,
    wish: Wish,
    timeout: SignedDuration,
    live: &Live,
) -> Result<EditReport, CliError> {
    let clock = &lab.organisation.clock;
    let applied_at = clock.now();
    let key = format!("{}/{}", wish.namespace, wish.name);
    let verb = if resources.contains_key(&key) { "configured" } else { "created" };
    let resource = resources
        .entry(key.clone())
        .or_insert_with(|| Resource::new(&wish.namespace, &wish.name, wish.desired.clone(), lab.store(&key)));
    resource.configure(wish.desired);
    live.text(&heading(&format!("lyncfailover.lyncfailover.dev/{} {verb}", wish.name)));

    // The first round may start something at once; the plan is to be read before that.
    live.hold();
    let mut first = None;
    let mut at_rest = None;
    let (ending, passed) = loop {
        let (_, passed, pause) = resource
            .reconcile(&lab.organisation, live)
            .await
            .map_err(|err| CliError::Failed(err.to_string()))?;
        let now = clock.now();
        if first.is_none() && !matches!(passed.plan.decision, crate::plan::Decision::Follow(_)) {
            first = resource.status.plan.clone();
            live.text(&show::plan(&passed.plan, first.as_ref(), resource.status.next_action.as_ref()));
            live.text("\n");
            live.release();
        }
        if let Some(line) = waiting_line(&passed.plan) {
            live.waiting(now, line);
        }
        match Ending::of(&passed.plan.decision) {
            Some(Ending::Converged) => break (Ending::Converged, passed),
            Some(ending) => {
                let since = *at_rest.get_or_insert(now);
                if now.duration_since(since) >= PATIENCE {
                    break (ending, passed);
                }
            }
            None => at_rest = None,
        }
        if now.duration_since(applied_at) >= timeout {
            break (Ending::TimedOut, passed);
        }
        clock.sleep(pause).await;
    };
    let ended_at = clock.now();
    live.at(ended_at, &format!("{} is at rest", wish.name));
    live.text(&heading("As kubectl would print it"));
    live.text(&show::row(&wish.name, &wish.deployment, &resource.status));
    live.text("\n");
    live.text(&show::conditions(&resource.status));
    let operations = operations(&passed, resource.generation);
    live.text(&times(&operations, resource.status.last_run.as_ref(), ending));
    if ending != Ending::Converged
        && let Some(next) = &resource.status.next_action
    {
        live.text(&format!("\n  {}: {:?}: {}\n", paint(Style::Notice, "next"), next.actor, next.message));
        if let Some(command) = &next.command {
            live.text(&format!("        {}\n", paint(Style::Command, command)));
        }
    }
    Ok(EditReport {
        namespace: wish.namespace,
        name: wish.name,
        generation: resource.generation,
        ending,
        applied_at,
        ended_at,
        plan: first,
        operations,
        status: resource.status.clone(),
    })
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
