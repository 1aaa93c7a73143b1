//! Follows the operation in flight to its end, also one that another process has started.

use jiff::{SignedDuration, Timestamp};
use tracing::Instrument;

use super::{Event, Kept, Organisation, Shell, StoreError, trail::span};
use crate::{
    bridge::{Adoption, CallError, Ended, Keeper, Operation, OperationId},
    lync::MachineFqdn,
    plan::{Desired, Intent, LastWord, Plan, Progress, StepOutcome, StepRecord},
};

/// The pause after a host did not answer.
const AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(5);

/// What this process knows about the operation that it follows; gone after a restart.
#[derive(Clone, Debug, Default)]
pub(super) struct Cursor {
    operation: Option<OperationId>,
    next: u64,
}

/// Waits for news of the operation in flight and stores its outcome once it has ended.
pub(super) async fn follow(shell: Shell<'_>, cursor: &mut Cursor, kept: Kept) -> Result<Kept, StoreError> {
    let span = span(shell.party, &kept.record);
    follow_in_flight(shell, cursor, kept).instrument(span).await
}

async fn follow_in_flight(shell: Shell<'_>, cursor: &mut Cursor, mut kept: Kept) -> Result<Kept, StoreError> {
    let Some(owned) = kept.record.intent.clone() else { return Ok(kept) };
    let intent = owned.intent.clone();
    if cursor.operation != Some(intent.operation.id) {
        let now = shell.org.clock.now();
        let (undecided, last_word) = match adopt(shell.org, &intent.operation).await {
            Ok(Found::Over(outcome)) => return settle(shell, outcome, kept).await,
            Ok(Found::NeverSent) => return take_back(shell, kept).await,
            // Of one that is past its limit people have been told.
            Ok(Found::Running) => (intent.undecided.clone().filter(|_| intent.is_past_its_limit(now)), None),
            Ok(Found::Undecidable(why)) => (Some(why), Some(LastWord::CannotTell)),
            // Who says nothing does not change what was heard last.
            Err(err) => (Some(format!("nobody could be asked about it: {err}")), Some(intent.last_word)),
        };
        let news = Intent { undecided, last_word: last_word.unwrap_or(LastWord::Runs), ..intent.clone() };
        if news != intent {
            kept.record.intent = Some(super::OwnedIntent { intent: news, ..owned });
            kept = kept.save(shell.store).await?;
        }
        if last_word.is_some() {
            return Ok(kept);
        }
        *cursor = Cursor { operation: Some(intent.operation.id), next: 0 };
    }
    match shell.org.bridge.follow(&intent.operation, cursor.next).await {
        Ok(news) => {
            cursor.next = news.next;
            for record in news.records {
                shell.listener.saw(Event::Wrote(Box::new(intent.clone()), record));
            }
            match news.ended {
                Some(ended) => settle(shell, StepOutcome::Ended(ended), kept).await,
                None => past_the_limit(shell, kept).await,
            }
        }
        Err(err) => {
            tracing::warn!(%err, "no news of the operation");
            *cursor = Cursor::default();
            shell.org.clock.sleep(AFTER_FAILURE).await;
            past_the_limit(shell, kept).await
        }
    }
}

/// Stops waiting at the hard limit; the cmdlet is never killed.
async fn past_the_limit(shell: Shell<'_>, mut kept: Kept) -> Result<Kept, StoreError> {
    let Some(owned) = &mut kept.record.intent else { return Ok(kept) };
    let intent = &mut owned.intent;
    if intent.undecided.is_some() || !intent.is_past_its_limit(shell.org.clock.now()) {
        return Ok(kept);
    }
    let mut why = format!("it has not ended after {} minutes", intent.step.hard_limit().as_mins());
    if let Some(Keeper::Journal(_)) = &intent.operation.keeper {
        why += &format!(
            "; if {} is gone for good, make sure that it is off and run Resolve-LyncFailoverOperation.ps1 \
             -OperationId {} on another Front End (docs/windows.md)",
            intent.operation.host, intent.operation.id
        );
    }
    intent.undecided = Some(why);
    kept.save(shell.store).await
}

/// What became of an operation that this process has not started.
enum Found {
    Running,
    Over(StepOutcome),
    NeverSent,
    Undecidable(String),
}

/// Finds out about an operation that this process has not started. If its host is gone, any other
/// endpoint may know: the journal is kept for the organisation, not for the host.
async fn adopt(org: &Organisation, operation: &Operation) -> Result<Found, CallError> {
    let mut first = None;
    for via in who_may_know(org, operation) {
        match ask(org, via, operation).await {
            Ok(found) => return Ok(found),
            Err(err) => first = first.or(Some(err)),
        }
    }
    Err(first.unwrap_or_else(|| CallError::NotSent("there is no endpoint".to_owned())))
}

/// The host of an operation, then the others.
fn who_may_know<'a>(
    org: &'a Organisation,
    operation: &'a Operation,
) -> impl Iterator<Item = &'a MachineFqdn> {
    let others = org.endpoints.iter().map(|endpoint| &endpoint.host).filter(|host| **host != operation.host);
    std::iter::once(&operation.host).chain(others)
}

/// How many hosts are asked for a report: nothing depends on it.
const FOR_A_REPORT: usize = 3;
/// How long they are asked for it, all together: the next step waits.
const REPORT_LIMIT: SignedDuration = SignedDuration::from_secs(10);

/// The report that the cmdlet of an ended operation has kept, if it keeps one and somebody can say where.
async fn report_of(org: &Organisation, record: &StepRecord) -> Option<String> {
    if !record.operation.mutation.keeps_report() || !record.has_ended() {
        return None;
    }
    tokio::select! {
        report = ask_for_report(org, &record.operation) => report,
        () = org.clock.sleep(REPORT_LIMIT) => None,
    }
}

async fn ask_for_report(org: &Organisation, operation: &Operation) -> Option<String> {
    for via in who_may_know(org, operation).take(FOR_A_REPORT) {
        match org.bridge.report(via, operation).await {
            Ok(report) => return report,
            Err(err) => {
                tracing::warn!(operation = %operation.id, %via, %err, "it is not said where its report is");
            }
        }
    }
    None
}

/// Asks one host. "Never started" is only believed after the fence has been raised: until then a delayed
/// start could still arrive.
async fn ask(org: &Organisation, via: &MachineFqdn, operation: &Operation) -> Result<Found, CallError> {
    let fence = org.bridge.raise_epoch(via).await?;
    // A shell is asked for under its own ids; a journal only if it is the one whose fence was raised.
    if matches!(operation.keeper, Some(Keeper::Journal(_))) && fence.keeper != operation.keeper {
        let why = format!("the journal of {via} is not the one that knows operation {}", operation.id);
        return Err(CallError::NotSent(why));
    }
    Ok(match org.bridge.adopt(via, operation).await? {
        Adoption::Running => Found::Running,
        Adoption::Ended(ended) => Found::Over(StepOutcome::Ended(ended)),
        Adoption::NeverStarted => Found::NeverSent,
        Adoption::Undecidable(why) => Found::Undecidable(why),
    })
}

/// Decides about an operation that nobody can be asked about: its effect shows, and it has had all the time that
/// it may take; or a person has approved a plan that does it again. An effect that shows earlier is no proof that
/// the cmdlet has ended, and nor is what a person says of one that ran when it was last heard of.
pub(super) fn decide_unanswered(
    plan: &Plan,
    desired: &Desired,
    progress: &Progress,
    now: Timestamp,
) -> Option<StepOutcome> {
    let intent = progress.intent.as_ref()?;
    let why = intent.undecided.as_ref()?;
    if plan.effect_in_flight && intent.is_past_its_limit(now) {
        return Some(StepOutcome::Ended(Ended::Lost(format!("its effect was observed; {why}"))));
    }
    // An approval from before the operation began says nothing about its outcome.
    let is_newer = progress.generation > intent.generation;
    let is_over = intent.may_run_until(now).is_none();
    let is_approved =
        is_over && is_newer && !plan.hash.is_empty() && desired.approved_plan.as_ref() == Some(&plan.hash);
    is_approved.then(|| StepOutcome::NotStarted(format!("a person approved to do it again; {why}")))
}

/// Stores the outcome of the operation in flight: the intent becomes a record of the run that it belongs to. Where its
/// report is, if it has one, is asked afterwards: nothing may come between an outcome and its record.
pub(super) async fn settle(
    shell: Shell<'_>,
    outcome: StepOutcome,
    mut kept: Kept,
) -> Result<Kept, StoreError> {
    let Some(mut record) = close(shell, outcome, &mut kept) else { return Ok(kept) };
    kept.record.add_recent(record.clone());
    let mut kept = kept.save(shell.store).await?;
    record.report = report_of(shell.org, &record).await;
    if record.report.is_some() {
        kept.record.add_report(&record);
        match kept.clone().save(shell.store).await {
            Ok(saved) => kept = saved,
            // Nothing depends on it, and the step has ended all the same.
            Err(error) => tracing::warn!(%error, "where the report is could not be written down"),
        }
    }
    shell.listener.saw(Event::Ended(Box::new(record)));
    Ok(kept)
}

/// Takes back an intent whose operation was never sent. Nothing was tried, so no pause counts from it: the
/// next process goes on at once.
async fn take_back(shell: Shell<'_>, mut kept: Kept) -> Result<Kept, StoreError> {
    let why = "the operator stopped before it was sent".to_owned();
    let Some(record) = close(shell, StepOutcome::NotStarted(why), &mut kept) else { return Ok(kept) };
    let kept = kept.save(shell.store).await?;
    shell.listener.saw(Event::Ended(Box::new(record)));
    Ok(kept)
}

/// Moves the intent in flight to the run that it belongs to.
fn close(shell: Shell<'_>, outcome: StepOutcome, kept: &mut Kept) -> Option<StepRecord> {
    let owned = kept.record.intent.take()?;
    let record = StepRecord {
        step: owned.intent.step,
        operation: owned.intent.operation,
        started_at: owned.intent.written_at,
        ended_at: shell.org.clock.now(),
        outcome,
        report: None,
    };
    let run = kept.record.resources.get_mut(&owned.owner).and_then(|memory| memory.run.as_mut());
    if let Some(run) = run {
        run.add(record.clone());
    }
    Some(record)
}
