//! Changes through the operator's module on a host: operations that no broken link touches.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Inner,
    host::{Host, Work},
    query::{answer_of, text},
};
use crate::{
    bridge::{Adoption, CallError, Ended, Followed, Operation, Record, Refusal, Stream},
    lync::{
        cmdlet::{ModuleFunction, RECORDS_AT_MOST},
        ps::{PsObject, PsValue},
    },
    psrp::messages::CreatePipeline,
};

/// The first and the longest pause between two looks at a running operation.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// How long a follower waits before it comes back without news.
const FOLLOW_FOR: Duration = Duration::from_secs(10);

/// Raises the fence. Doing it twice does no harm.
pub(super) async fn raise_epoch(inner: &Inner, host: &Host) -> Result<u64, CallError> {
    let rows = rows(inner, host, ModuleFunction::StepFence).await?;
    let epoch = rows.first().and_then(|row| number(row, "Epoch")).filter(|epoch| *epoch > 0);
    epoch.ok_or_else(|| CallError::Unreadable(format!("Step-LfFence gave no epoch but {rows:?}")))
}

/// Hands an operation over.
pub(super) async fn start(inner: &Inner, host: &Host, operation: &Operation) -> Result<(), CallError> {
    let Operation { id, epoch, mutation, .. } = operation;
    let order = ModuleFunction::StartOperation { id: id.0, fence: *epoch, mutation };
    let pipeline = CreatePipeline::of(order.invocation());
    let output = host.run_once(inner, &pipeline).await?;
    match answer_of(&output)?.first().map(read) {
        Some(Ok(_)) => Ok(()),
        // It was taken, as no error says otherwise; what became of it is in the journal.
        Some(Err(why)) => Err(CallError::Unknown(why)),
        None => Err(CallError::Unknown("Start-LfOperation gave no record".to_owned())),
    }
}

/// Asks the journal until there is news.
pub(super) async fn follow(
    inner: &Inner,
    host: &Host,
    operation: &Operation,
    after: u64,
) -> Result<Followed, CallError> {
    let (mut pause, longest) = LOOK_AGAIN;
    let until = tokio::time::Instant::now() + FOLLOW_FOR;
    loop {
        let Some(entry) = ask(inner, host, operation, after).await? else {
            return Err(CallError::Unknown(format!("the journal does not know operation {}", operation.id)));
        };
        // After as many there may be more, and who has heard the end asks no further.
        let ended = entry.ended().filter(|_| entry.records.len() < RECORDS_AT_MOST);
        if !entry.records.is_empty() || ended.is_some() || tokio::time::Instant::now() >= until {
            return Ok(Followed { records: entry.records, next: entry.next, ended });
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}

/// Asks the journal what became of an operation. A journal of another host's own knows nothing about it.
pub(super) async fn adopt(inner: &Inner, host: &Host, operation: &Operation) -> Result<Adoption, CallError> {
    let entry = ask(inner, host, operation, 0).await?;
    let is_own = host.listener.host == operation.host;
    let is_shared = host.known().and_then(|known| known.home).is_some_and(|home| home.is_shared);
    match entry {
        Some(entry) => Ok(entry.ended().map_or(Adoption::Running, Adoption::Ended)),
        None if is_own || is_shared => Ok(Adoption::NeverStarted),
        None => Err(CallError::NotSent(format!(
            "{} has started it, if anybody has, and its journal is on that server alone",
            operation.host
        ))),
    }
}

async fn ask(
    inner: &Inner,
    host: &Host,
    operation: &Operation,
    after: u64,
) -> Result<Option<Entry>, CallError> {
    let call = ModuleFunction::Operation { id: operation.id.0, after };
    let rows = rows(inner, host, call).await?;
    rows.first().map(read).transpose().map_err(CallError::Unreadable)
}

async fn rows(inner: &Inner, host: &Host, call: ModuleFunction<'_>) -> Result<Vec<PsObject>, CallError> {
    let pipeline = CreatePipeline::of(call.invocation());
    answer_of(&host.read(inner, Work::Pipeline(&pipeline)).await?)
}

/// An entry of the journal.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    state: State,
    next: u64,
    records: Vec<Record>,
    refusal: Refusal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    Completed,
    Failed,
    Lost,
}

impl Entry {
    fn ended(&self) -> Option<Ended> {
        match self.state {
            State::Running => None,
            State::Completed => Some(Ended::Completed),
            State::Failed => Some(Ended::Failed(self.refusal.clone())),
            State::Lost => Some(Ended::Lost(self.refusal.message.clone())),
        }
    }
}

/// Reads `LyncFailover.Operation`.
fn read(row: &PsObject) -> Result<Entry, String> {
    let word = |name: &str| row.get(name).and_then(text).unwrap_or_default().to_owned();
    let state = match word("State").as_str() {
        "Accepted" | "Running" => State::Running,
        "Completed" => State::Completed,
        "Failed" => State::Failed,
        "Lost" => State::Lost,
        other => return Err(format!("an operation in state {other:?}, of type {:?}", row.type_name)),
    };
    let records = match row.get("Records") {
        Some(PsValue::List(items)) => items.iter().map(record).collect::<Result<_, _>>()?,
        Some(PsValue::Null) | None => Vec::new(),
        // PowerShell unwraps an array of one.
        Some(one) => vec![record(one)?],
    };
    let next = number(row, "Next").ok_or("an operation without Next")?;
    let refusal = Refusal { error_id: word("ErrorId"), category: word("Category"), message: word("Message") };
    Ok(Entry { state, next, records, refusal })
}

fn record(value: &PsValue) -> Result<Record, String> {
    let PsValue::Object(row) = value else { return Err(format!("a record that is {value:?}")) };
    let at = match row.get("At") {
        Some(PsValue::Time(at)) => *at,
        _ => Timestamp::UNIX_EPOCH,
    };
    let stream = match row.get("Stream").and_then(text).unwrap_or_default() {
        "Verbose" => Stream::Verbose,
        "Warning" => Stream::Warning,
        "Error" => Stream::Error,
        "Progress" => Stream::Progress,
        other => return Err(format!("a record of stream {other:?}")),
    };
    Ok(Record { at, stream, text: row.get("Text").and_then(text).unwrap_or_default().to_owned() })
}

fn number(row: &PsObject, name: &str) -> Option<u64> {
    match row.get(name) {
        Some(PsValue::Int(number)) => u64::try_from(*number).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_or_refused() {
        let row = |state: &str| {
            let record =
                PsObject::new("LyncFailover.Record").with("Stream", "Verbose").with("Text", "so far");
            PsObject::new("LyncFailover.Operation")
                .with("State", state)
                .with("Next", 1_i64)
                .with("Records", vec![PsValue::from(record)])
                .with("ErrorId", "Some,Id")
                .with("Message", "gone")
        };
        let entry = |state| read(&row(state)).expect("it reads");
        assert_eq!((entry("Accepted").ended(), entry("Running").ended()), (None, None));
        assert_eq!(entry("Completed").ended(), Some(Ended::Completed));
        assert_eq!(entry("Lost").ended(), Some(Ended::Lost("gone".to_owned())));
        assert!(
            matches!(entry("Failed").ended(), Some(Ended::Failed(refusal)) if refusal.error_id == "Some,Id")
        );
        assert_eq!((entry("Running").records[0].text.as_str(), entry("Running").next), ("so far", 1));
        assert!(read(&row("Paused")).is_err());
        assert!(read(&PsObject::new("LyncFailover.Operation").with("State", "Running")).is_err());
    }
}
