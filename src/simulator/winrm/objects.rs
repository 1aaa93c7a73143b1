//! What the module's functions write, as PowerShell sends it: custom objects with a type name in front.

use jiff::Timestamp;

use crate::{
    bridge::{Ended, Record, Refusal, Stream},
    psrp::clixml::{DateTime, Object, Value, from_ps_object},
    simulator::module::{Journalled, Told},
};

/// `ModuleVersion`.
const VERSION: &str = "1.1.0";

/// An object of the output.
pub(super) fn value(told: &Told) -> Value {
    match told {
        Told::Endpoint { journal, now, missing } => {
            let missing = missing.iter().map(|name| name.as_str().into()).collect();
            // The simulator has one journal for the organisation.
            let (home, kind, epoch, problem) = match journal {
                Ok((home, epoch)) => (home.to_string(), "Shared", *epoch, ""),
                Err(problem) => (String::new(), "", 0, problem.as_str()),
            };
            custom("Endpoint")
                .note("ModuleVersion", VERSION)
                .note("HomeId", home)
                .note("HomeKind", kind)
                .note("Epoch", long(epoch))
                .note("Now", time(*now))
                .note("Missing", array("System.String[]", missing))
                .note("Problem", problem)
                .into()
        }
        Told::Fence { epoch, home } => {
            custom("Fence").note("Epoch", long(*epoch)).note("HomeId", home.to_string()).into()
        }
        Told::NotKnown { id, home } => {
            let object = custom("Operation").note("OperationId", id.to_string());
            object.note("HomeId", home.to_string()).note("State", "NotKnown").into()
        }
        Told::Operation(operation) => self::operation(operation),
        Told::Rehearsal { host, action, ran, refusal } => {
            let object = custom("Rehearsal").note("HostName", host.as_str()).note("Action", action.as_str());
            error(object.note("Ran", *ran), refusal.as_ref(), "").into()
        }
        Told::Row(row) => from_ps_object(row),
        Told::Answer { index, count, refusal } => {
            let answer = custom("Answer").note("Index", int(*index)).note("Count", int(*count));
            error(answer, refusal.as_ref(), "").into()
        }
    }
}

fn operation(operation: &Journalled) -> Value {
    let (state, refusal, message) = match &operation.ended {
        None => ("Running", None, ""),
        Some(Ended::Completed) => ("Completed", None, ""),
        Some(Ended::Failed(refusal)) => ("Failed", Some(refusal), ""),
        Some(Ended::Lost(why)) => ("Lost", None, why.as_str()),
    };
    let object = custom("Operation")
        .note("OperationId", operation.id.to_string())
        .note("HomeId", operation.home.to_string())
        .note("HostName", operation.host.as_str())
        .note("Action", operation.action)
        .note("State", state)
        .note("StartedAt", time(operation.started_at))
        .note("EndedAt", operation.ended_at.map(time))
        .note("Next", long(operation.next))
        .note("Records", array("System.Object[]", operation.records.iter().map(record).collect()));
    error(object, refusal, message).note("Report", operation.report.as_str()).into()
}

fn record(record: &Record) -> Value {
    let stream = match record.stream {
        Stream::Verbose => "Verbose",
        Stream::Warning => "Warning",
        Stream::Error => "Error",
        Stream::Progress => "Progress",
    };
    custom("Record")
        .note("At", time(record.at))
        .note("Stream", stream)
        .note("Text", record.text.as_str())
        .into()
}

/// `ErrorId`, `Category`, `Message`: texts, empty where there is no error.
fn error(object: Object, refusal: Option<&Refusal>, message: &str) -> Object {
    let part = |read: fn(&Refusal) -> &str| refusal.map(read);
    object
        .note("ErrorId", part(|refusal| &refusal.error_id).unwrap_or_default())
        .note("Category", part(|refusal| &refusal.category).unwrap_or_default())
        .note("Message", part(|refusal| &refusal.message).unwrap_or(message))
}

fn custom(name: &str) -> Object {
    let name = format!("LyncFailover.{name}");
    Object::of_type(&[&name, "System.Management.Automation.PSCustomObject", "System.Object"])
}

fn array(class: &str, items: Vec<Value>) -> Object {
    let types = [class, "System.Array", "System.Object"].map(str::to_owned).to_vec();
    Object { type_names: types, ..Object::of_list(items) }
}

fn time(at: Timestamp) -> Value {
    Value::DateTime(DateTime::from(at))
}

fn long(number: u64) -> Value {
    Value::I64(i64::try_from(number).unwrap_or(i64::MAX))
}

fn int(number: usize) -> Value {
    Value::I32(i32::try_from(number).unwrap_or(i32::MAX))
}
