//! Reading: as few round trips as the endpoint allows.

use super::{
    Inner,
    host::{Home, Host, Known, Work},
    shell::Output,
};
use crate::{
    bridge::{Answer, CallError, NO_EXPORTS, Refusal},
    lync::{
        Guard, Invocation,
        cmdlet::{ModuleFunction, Mutation, Query},
        ps::{PsObject, PsValue},
    },
    psrp::{
        client::PipelineEnd,
        messages::{CommandMetadata, CreatePipeline},
    },
};

/// Asks a host. With the module everything is one pipeline; a plain endpoint has one pipeline for each
/// query, because nothing tells the outputs of statements apart.
pub(super) async fn query(inner: &Inner, host: &Host, queries: &[Query]) -> Result<Vec<Answer>, CallError> {
    let is_plain =
        host.known().map_or_else(|| inner.access().is_plain(), |known| known.guard == Guard::Plain);
    if !is_plain && let Some(answers) = all_at_once(inner, host, queries).await? {
        return Ok(answers);
    }
    // Looked at again: what was thought to have the module, what lacked something, and what may be another now.
    let is_certain = |known: Known| known.guard == Guard::Plain && known.missing.is_empty();
    if host.is_renewed() || !host.known().is_some_and(is_certain) {
        learn_commands(inner, host).await?;
    }
    let mut answers = Vec::new();
    for query in queries {
        if query.needs_module() {
            answers.push(Err(no_module()));
            continue;
        }
        let pipeline = CreatePipeline::of(query.invocation());
        answers.push(answer(host.read(inner, Work::Pipeline(&pipeline)).await?));
    }
    Ok(answers)
}

/// The answer to what a plain endpoint is not asked.
fn no_module() -> CallError {
    CallError::Refused(Refusal {
        error_id: "CommandNotFoundException".to_owned(),
        category: "ObjectNotFound".to_owned(),
        message: NO_EXPORTS.to_owned(),
    })
}

/// One pipeline for everything. `None`: the host does not have the module.
async fn all_at_once(
    inner: &Inner,
    host: &Host,
    queries: &[Query],
) -> Result<Option<Vec<Answer>>, CallError> {
    let mut pipeline = CreatePipeline::of(ModuleFunction::Endpoint.invocation());
    if !queries.is_empty() {
        pipeline = pipeline.then(ModuleFunction::Queries(queries).invocation());
    }
    let output = host.read(inner, Work::Pipeline(&pipeline)).await?;
    if lacks_module(&output) {
        return Ok(None);
    }
    let rows = output.rows();
    let [first, rest @ ..] = rows.as_slice() else { return Err(problem(&output)) };
    let known = endpoint(first).ok_or_else(|| problem(&output))?;
    host.learn(known);
    Ok(Some(take_apart(rest, queries.len(), &output)))
}

pub(super) fn lacks_module(output: &Output) -> bool {
    let ended = match &output.end {
        PipelineEnd::Failed(record) => Some(&**record),
        _ => None,
    };
    output.errors.iter().chain(ended).any(|record| {
        record.error_id.starts_with("CommandNotFoundException")
            && (record.message.contains("Get-LfEndpoint") || record.target_name.contains("Get-LfEndpoint"))
    })
}

/// Why a pipeline without a usable answer has none.
fn problem(output: &Output) -> CallError {
    match answer_of(output) {
        Err(error) => error,
        Ok(rows) => CallError::Unreadable(format!("{} objects, none of which is expected", rows.len())),
    }
}

/// Reads `LyncFailover.Endpoint`.
fn endpoint(row: &PsObject) -> Option<Known> {
    if row.type_name != "LyncFailover.Endpoint" {
        return None;
    }
    let missing = match row.get("Missing") {
        Some(PsValue::List(items)) => items.iter().filter_map(text).map(str::to_owned).collect(),
        Some(PsValue::Null) | None => Vec::new(),
        Some(other) => text(other).map(str::to_owned).into_iter().collect(),
    };
    // A module that does not know the property says so by failing.
    let problem = row.get("Problem").and_then(text).filter(|text| !text.is_empty()).map(str::to_owned);
    let home = match &problem {
        Some(_) => None,
        None => Some(Home {
            id: row.get("HomeId").and_then(text)?.to_owned(),
            is_shared: row.get("HomeKind").and_then(text)? == "Shared",
        }),
    };
    Some(Known { guard: Guard::Module, missing, home, problem })
}

/// The rows of each query, up to the object that ends its answer. What has no end, or another number of
/// rows than its end says, is not believed.
fn take_apart(rows: &[PsObject], queries: usize, output: &Output) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    let mut own = Vec::new();
    for row in rows {
        if row.type_name != "LyncFailover.Answer" {
            own.push(row.clone());
            continue;
        }
        let own = std::mem::take(&mut own);
        let has_place = row.get("Index") == Some(&PsValue::Int(answers.len() as i64));
        let is_whole = row.get("Count") == Some(&PsValue::Int(own.len() as i64));
        let word = |name: &str| row.get(name).and_then(text).unwrap_or_default().to_owned();
        let error =
            Refusal { error_id: word("ErrorId"), category: word("Category"), message: word("Message") };
        answers.push(match (has_place && is_whole, error.error_id.is_empty()) {
            (true, true) => Ok(own),
            (true, false) => Err(CallError::Refused(error)),
            (false, _) => Err(CallError::Unreadable("a part of the answer is missing".to_owned())),
        });
    }
    let lost = match problem(output) {
        CallError::Unreadable(_) => CallError::Unreadable("the answer has no end".to_owned()),
        error => error,
    };
    answers.resize(queries, Err(lost));
    answers
}

/// What came of the pipeline of one query.
fn answer(output: Output) -> Answer {
    answer_of(&output)
}

/// The rows of a pipeline; an error of any kind makes the answer an error.
pub(super) fn answer_of(output: &Output) -> Answer {
    if let Some(record) = output.errors.first() {
        return Err(CallError::Refused(record.into()));
    }
    match &output.end {
        PipelineEnd::Completed => Ok(output.rows()),
        PipelineEnd::Failed(record) | PipelineEnd::Stopped(Some(record)) => {
            Err(CallError::Refused((&**record).into()))
        }
        PipelineEnd::Stopped(None) => Err(CallError::Unknown("the host stopped the pipeline".to_owned())),
        PipelineEnd::Unknown(fault) => Err(CallError::Unknown(match fault {
            Some(fault) => format!("the end of the pipeline did not come: {fault}"),
            None => "the end of the pipeline did not come".to_owned(),
        })),
    }
}

/// Asks a plain endpoint for its commands, before anything is changed through it.
async fn learn_commands(inner: &Inner, host: &Host) -> Result<(), CallError> {
    let needed = Mutation::shapes();
    let names: Vec<String> = needed.iter().map(|shape| shape.command.clone()).collect();
    let output = host.read(inner, Work::Metadata(&names)).await?;
    // A name that nothing has is an error record of its own, beside what is there.
    let there = CommandMetadata::read_all(&output.values);
    let there = there.map_err(|error| CallError::Unreadable(error.to_string()))?;
    host.is_renewed();
    host.learn(Known { guard: Guard::Plain, missing: missing(&needed, &there), home: None, problem: None });
    Ok(())
}

/// The commands that are not there, and the parameters that commands lack.
fn missing(needed: &[Invocation], there: &[CommandMetadata]) -> Vec<String> {
    let mut missing = Vec::new();
    for shape in needed {
        match there.iter().find(|command| command.name.eq_ignore_ascii_case(&shape.command)) {
            None => missing.push(shape.command.clone()),
            Some(command) => {
                let lacks = shape.parameters.iter().filter(|parameter| !command.has(&parameter.name));
                missing.extend(lacks.map(|parameter| format!("{} -{}", shape.command, parameter.name)));
            }
        }
    }
    missing
}

pub(super) fn text(value: &PsValue) -> Option<&str> {
    match value {
        PsValue::Text(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(index: i64, count: i64, error: &str) -> PsObject {
        PsObject::new("LyncFailover.Answer")
            .with("Index", index)
            .with("Count", count)
            .with("ErrorId", error)
            .with("Category", "")
            .with("Message", "said")
    }

    fn row(text: &str) -> PsObject {
        PsObject::of_text(text)
    }

    fn apart(rows: &[PsObject], queries: usize) -> Vec<Answer> {
        let output = Output { values: Vec::new(), errors: Vec::new(), end: PipelineEnd::Completed };
        take_apart(rows, queries, &output)
    }

    #[test]
    fn each_query_gets_its_rows_or_its_error() {
        let rows = [row("a"), row("b"), end(0, 2, ""), end(1, 0, ""), end(2, 0, "Some,Id")];
        let answers = apart(&rows, 3);
        assert_eq!(answers[0], Ok(vec![row("a"), row("b")]));
        assert_eq!(answers[1], Ok(Vec::new()));
        assert!(matches!(&answers[2], Err(CallError::Refused(refusal)) if refusal.error_id == "Some,Id"));
    }

    /// A row that was lost would make a list look shorter than it is.
    #[test]
    fn an_answer_that_lacks_a_row_or_its_end_is_not_believed() {
        let unreadable = |answer: &Answer| matches!(answer, Err(CallError::Unreadable(_)));
        assert!(unreadable(&apart(&[row("a"), end(0, 2, "")], 1)[0]));
        assert!(unreadable(&apart(&[row("a")], 1)[0]));
        let skipped = apart(&[row("a"), end(1, 1, "")], 2);
        assert!(unreadable(&skipped[0]) && unreadable(&skipped[1]), "{skipped:?}");
        assert_eq!(apart(&[], 4).len(), 4);
    }

    #[test]
    fn what_a_change_needs_and_a_host_lacks_is_named() {
        let there = |shape: &Invocation| CommandMetadata {
            name: shape.command.to_uppercase(),
            parameters: shape.parameters.iter().map(|own| own.name.to_lowercase()).collect(),
        };
        let needed = Mutation::shapes();
        let mut commands: Vec<CommandMetadata> = needed.iter().map(there).collect();
        assert_eq!(missing(&needed, &commands), [""; 0]);
        commands.remove(0);
        commands[1].parameters.retain(|name| name != "disastermode");
        assert_eq!(missing(&needed, &commands), ["Set-CsEdgeServer", "Invoke-CsPoolFailOver -DisasterMode"]);
    }

    #[test]
    fn a_host_says_where_its_journal_is() {
        let row = PsObject::new("LyncFailover.Endpoint")
            .with("HomeId", "7d0c")
            .with("HomeKind", "Shared")
            .with("Missing", vec![PsValue::Text("Set-CsEdgeServer".to_owned())]);
        let known = endpoint(&row).expect("it reads");
        assert_eq!(known.home, Some(Home { id: "7d0c".to_owned(), is_shared: true }));
        assert_eq!(known.missing, ["Set-CsEdgeServer"]);
        assert_eq!(known.problem, None);
        assert_eq!(endpoint(&PsObject::new("Something.Else")), None);
    }

    #[test]
    fn a_host_whose_journal_is_away_says_so_and_has_no_home() {
        let row = PsObject::new("LyncFailover.Endpoint")
            .with("HomeId", "")
            .with("HomeKind", "")
            .with("Problem", "The network path was not found. (IOException)");
        let known = endpoint(&row).expect("it reads");
        assert_eq!((known.home, known.guard), (None, Guard::Module));
        assert_eq!(known.problem.as_deref(), Some("The network path was not found. (IOException)"));
    }
}
