//! The sum of a drill, in the size of a status.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::Script;
use crate::api::{
    DrillOutcome, DrillResult, DrillStatus, DrilledPool, DrilledStep, condition::whole_seconds,
};

/// How many pools a status shows.
const POOLS: usize = 16;
/// How many steps of a pool.
const STEPS: usize = 16;
/// How many characters of a message.
const MESSAGE: usize = 400;

/// What was tried of a script: a result for each of its acts, in order, as far as it came.
#[derive(Clone, Debug)]
pub struct Drilled {
    /// The script.
    pub script: Script,
    /// The results.
    pub results: Vec<(DrillResult, Option<String>)>,
}

/// The status of a drill that is over. `stopped` says why it was not finished, if it was not.
pub fn status(
    request: Option<String>,
    (started_at, finished_at): (Timestamp, Timestamp),
    drilled: &[Drilled],
    stopped: Option<&str>,
) -> DrillStatus {
    let time = |at| Some(Time(whole_seconds(at)));
    let mut pools: Vec<DrilledPool> = drilled.iter().map(|one| pool(one, stopped)).collect();
    let outcomes = pools.iter().map(|pool| pool.outcome);
    let outcome = outcomes.chain(stopped.map(|_| DrillOutcome::Incomplete)).max();
    let outcome = outcome.unwrap_or(DrillOutcome::Incomplete);
    let message = message(&pools, stopped);
    pools.sort_by(|a, b| b.outcome.cmp(&a.outcome).then_with(|| a.pool.cmp(&b.pool)));
    let more_pools = small(pools.len().saturating_sub(POOLS));
    pools.truncate(POOLS);
    DrillStatus {
        waits_for: None,
        request,
        started_at: time(started_at),
        finished_at: time(finished_at),
        outcome: Some(outcome),
        message: Some(message),
        pools,
        more_pools,
    }
}

fn message(pools: &[DrilledPool], stopped: Option<&str>) -> String {
    let of = |outcome| pools.iter().filter(move |pool| pool.outcome == outcome);
    let counts =
        DrillOutcome::ALL.iter().map(|outcome| (of(*outcome).count(), outcome.as_str().to_lowercase()));
    let counts: Vec<_> = counts.filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let first = |outcome, result| {
        let pool = of(outcome).next()?;
        let step = pool.steps.iter().find(|step| step.result == result)?;
        let why = step.message.as_deref().unwrap_or_default();
        Some(format!("; if {} were lost, {} {}: {why}", pool.pool, step.step, step.target))
    };
    let worst = first(DrillOutcome::Failed, DrillResult::Failed)
        .or_else(|| first(DrillOutcome::Incomplete, DrillResult::Skipped).filter(|_| stopped.is_none()));
    let stopped = stopped.map(|why| format!("; stopped: {why}")).unwrap_or_default();
    shortened(&format!("pools: {}{}{stopped}", counts.join(", "), worst.unwrap_or_default()))
}

fn pool(drilled: &Drilled, stopped: Option<&str>) -> DrilledPool {
    let Drilled { script, results } = drilled;
    let mut results = results.iter().cloned();
    let acts = script.acts.iter().map(|act| {
        let untried = || {
            let why = stopped.map_or_else(|| "not tried".to_owned(), |why| format!("not tried: {why}"));
            (DrillResult::Skipped, Some(why))
        };
        let (result, message) = results.next().unwrap_or_else(untried);
        let (step, target) = (act.step.name().to_owned(), act.step.target());
        DrilledStep { step, target, host: Some(act.host.to_string()), result, message: short(message) }
    });
    let rest = script.rest.iter().map(|rest| DrilledStep {
        step: rest.step.clone(),
        target: rest.target.clone(),
        host: rest.host.as_ref().map(ToString::to_string),
        result: rest.result,
        message: short(Some(rest.why.clone())),
    });
    let steps: Vec<DrilledStep> = acts.chain(rest).collect();
    let any = |result| steps.iter().any(|step| step.result == result);
    let outcome = match (any(DrillResult::Failed), any(DrillResult::Skipped)) {
        (true, _) => DrillOutcome::Failed,
        (false, true) => DrillOutcome::Incomplete,
        (false, false) => DrillOutcome::Passed,
    };
    let more_steps = small(steps.len().saturating_sub(STEPS));
    let (pool, pair) = (script.pool.to_string(), script.pair.to_string());
    DrilledPool { pool, pair, outcome, steps: few(steps), more_steps }
}

/// As many as a status shows, in their order; what passed is left out first.
fn few(steps: Vec<DrilledStep>) -> Vec<DrilledStep> {
    let mut kept: Vec<(usize, DrilledStep)> = steps.into_iter().enumerate().collect();
    kept.sort_by_key(|(at, step)| (step.result == DrillResult::Passed, *at));
    kept.truncate(STEPS);
    kept.sort_by_key(|(at, _)| *at);
    kept.into_iter().map(|(_, step)| step).collect()
}

fn short(message: Option<String>) -> Option<String> {
    message.map(|text| shortened(&text))
}

/// A message of Lync may be long, and may have lines and other control characters.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    match line.char_indices().nth(MESSAGE) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

fn small(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
