//! Changes through the operator's module on a host: operations that no broken link touches.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Inner,
    host::{Host, Work},
    query::{answer_of, text},
    shell::Output,
};
use crate::{
    bridge::{Adoption, CallError, Ended, Fence, Followed, Keeper, Operation, Record, Refusal, Stream},
    lync::{
        cmdlet::{ModuleFunction, RECORDS_AT_MOST},
        ps::{PsObject, PsValue},
    },
    psrp::{client::PipelineEnd, messages::CreatePipeline},
};

/// The first and the longest pause between two looks at a running operation.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// How long a follower waits before it comes back without news.
const FOLLOW_FOR: Duration = Duration::from_secs(10);
/// The name of the function that hands a cmdlet over.
const START: &str = "Start-LfOperation";
/// Asks for the entry alone: no operation writes as many records.
const NO_RECORDS: u64 = i64::MAX as u64;

/// What `Start-LfOperation` and PowerShell's binder say before anything is handed over.
const BEFORE_THE_HAND_OFF: [&str; 9] = [
    "HandOffFailed",
    "HomeMismatch",
    "HomeMissing",
    "NamedParameterNotFound",
    "NotAnOperation",
    "NotInstalled",
    "OperationRunning",
    "ParameterArgumentValidationError",
    "StaleEpoch",
];

/// Raises the fence. Doing it twice does no harm.
pub(super) async fn raise_epoch(inner: &Inner, host: &Host) -> Result<Fence, CallError> {
    let rows = rows(inner, host, ModuleFunction::StepFence).await?;
    let fence = rows.first().and_then(|row| {
        let epoch = number(row, "Epoch").filter(|epoch| *epoch > 0)?;
        Some(Fence { epoch, keeper: Some(Keeper::Journal(row.get("HomeId").and_then(text)?.to_owned())) })
    });
    fence.ok_or_else(|| CallError::Unreadable(format!("Step-LfFence gave no epoch and home but {rows:?}")))
}

/// Hands an operation over.
pub(super) async fn start(inner: &Inner, host: &Host, operation: &Operation) -> Result<(), CallError> {
    let Operation { id, epoch, mutation, .. } = operation;
    let home = home_of(operation).map_err(CallError::NotSent)?;
    let order = ModuleFunction::StartOperation { id: id.0, fence: *epoch, home, mutation };
    let pipeline = CreatePipeline::of(order.invocation());
    let output = host.run_once(inner, &pipeline).await?;
    if let Some(refusal) = refused_before(&output) {
        return Err(CallError::Refused(refusal));
    }
    // After the hand-off the cmdlet runs, whatever else goes wrong: only the journal knows.
    let rows = answer_of(&output).map_err(|error| CallError::Unknown(error.to_string()))?;
    match rows.first().map(read) {
        Some(Ok(_)) => Ok(()),
        Some(Err(why)) => Err(CallError::Unknown(why)),
        None => Err(CallError::Unknown("Start-LfOperation gave no record".to_owned())),
    }
}

/// The error that says that nothing was handed over, if it is one of those that can only come before.
fn refused_before(output: &Output) -> Option<Refusal> {
    let PipelineEnd::Failed(record) = &output.end else { return None };
    let (id, origin) = record.error_id.split_once(',').unwrap_or((&record.error_id, START));
    let is_before = match id {
        // Of a command that the function itself calls this says nothing about the hand-off.
        "CommandNotFoundException" => record.target_name == START,
        _ => origin == START && BEFORE_THE_HAND_OFF.contains(&id),
    };
    (is_before && output.values.is_empty()).then(|| (&**record).into())
}

/// The home whose journal knows an operation.
fn home_of(operation: &Operation) -> Result<&str, String> {
    match &operation.keeper {
        Some(Keeper::Journal(home)) => Ok(home),
        _ => Err("it is not written down which journal knows it".to_owned()),
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

/// Asks the journal what became of an operation.
pub(super) async fn adopt(inner: &Inner, host: &Host, operation: &Operation) -> Result<Adoption, CallError> {
    let entry = ask(inner, host, operation, NO_RECORDS).await?;
    Ok(entry.map_or(Adoption::NeverStarted, |entry| entry.ended().map_or(Adoption::Running, Adoption::Ended)))
}

/// The longest path that Windows knows without asking for more, and some.
const PATH_AT_MOST: usize = 300;

/// Asks the journal for the report of an ended operation.
pub(super) async fn report(
    inner: &Inner,
    host: &Host,
    operation: &Operation,
) -> Result<Option<String>, CallError> {
    Ok(ask(inner, host, operation, NO_RECORDS).await?.and_then(|entry| entry.report))
}

/// What the journal has about an operation; `None`: the journal that would know it says that it does not. Another
/// journal's word is none.
async fn ask(
    inner: &Inner,
    host: &Host,
    operation: &Operation,
    after: u64,
) -> Result<Option<Entry>, CallError> {
    let home = home_of(operation).map_err(CallError::Unknown)?;
    let call = ModuleFunction::Operation { id: operation.id.0, after };
    let rows = rows(inner, host, call).await?;
    let row = rows.first().ok_or_else(|| CallError::Unreadable("Get-LfOperation gave nothing".to_owned()))?;
    match row.get("HomeId").and_then(text) {
        Some(asked) if asked.eq_ignore_ascii_case(home) => {}
        other => {
            return Err(CallError::NotSent(format!(
                "the journal of {} is {}, and {home} is the one that knows the operation",
                host.listener.host,
                other.unwrap_or("not named")
            )));
        }
    }
    if row
        .get("OperationId")
        .and_then(text)
        .is_none_or(|id| !id.eq_ignore_ascii_case(&operation.id.to_string()))
    {
        return Err(CallError::Unreadable("Get-LfOperation speaks of another operation".to_owned()));
    }
    if row.get("State").and_then(text) == Some("NotKnown") {
        return Ok(None);
    }
    read(row).map(Some).map_err(CallError::Unreadable)
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
    report: Option<String>,
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
    // A module of an older version does not name it. It is shown, and nothing else is done with it.
    let report: String = word("Report").chars().filter(|c| !c.is_control()).take(PATH_AT_MOST).collect();
    Ok(Entry { state, next, records, refusal, report: Some(report).filter(|path| !path.is_empty()) })
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
        // What is said matters more than how.
        _ => Stream::Verbose,
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
        assert_eq!(entry("Completed").report, None, "an older module does not speak of it");
        let kept = row("Completed").with("Report", "\\\\files\\lyncdr$\\reports\\7.html\u{7}");
        assert_eq!(
            read(&kept).expect("it reads").report.as_deref(),
            Some("\\\\files\\lyncdr$\\reports\\7.html")
        );
        assert!(read(&row("Paused")).is_err());
        assert!(read(&PsObject::new("LyncFailover.Operation").with("State", "Running")).is_err());
    }
}
