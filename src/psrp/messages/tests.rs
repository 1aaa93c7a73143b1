//! Every message that one side writes is read by the other.

use uuid::Uuid;

use super::*;
use crate::{
    bridge::{KnownRefusal, Refusal},
    lync::cmdlet::{Query, ServiceRole},
    psrp::{
        Destination, Message, MessageType, PsrpError,
        clixml::{ProgressKind, ProgressRecord, TimeSpan, Value, Version, decode, encode},
    },
};

fn read(kind: MessageType, value: &Value) -> Result<Payload, PsrpError> {
    read_text(kind, &encode(value))
}

fn read_text(kind: MessageType, data: &str) -> Result<Payload, PsrpError> {
    let data = data.to_owned();
    let message = Message { destination: Destination::Client, kind, pool: Uuid::nil(), pipeline: None, data };
    Payload::decode(&message)
}

fn error() -> ErrorRecord {
    ErrorRecord {
        message: "Pool \"a\" is specified in topology as the next hop for the Edge server".to_owned(),
        error_id: "ProcessRecord,Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet".to_owned(),
        category: ErrorCategory::INVALID_OPERATION,
        activity: "Invoke-CsPoolFailOver".to_owned(),
        reason: "PoolFailoverException".to_owned(),
        target_name: "a".to_owned(),
        target_type: "String".to_owned(),
        exception_type: "Microsoft.Rtc.Management.Hadr.PoolFailoverException".to_owned(),
        target: Some("a".to_owned()),
    }
}

#[test]
fn sessions_agree_on_the_older_version() {
    let ours = SessionCapability::OURS;
    let payload = read(MessageType::SessionCapability, &ours.to_value());
    assert_eq!(payload, Ok(Payload::SessionCapability(ours)));
    let with = |major, minor| SessionCapability { protocol: Version::new(major, minor), ..ours }.agree();
    assert_eq!(with(2, 1), Ok(Version::new(2, 1)));
    assert_eq!(with(2, 9), Ok(Version::new(2, 3)));
    for (major, minor) in [(1, 9), (2, 0), (3, 0)] {
        assert_eq!(with(major, minor), Err(PsrpError::Version(Version::new(major, minor))));
    }
}

#[test]
fn numbers_of_runspaces_are_read_and_checked() {
    let counts = RunspaceCounts { min: 1, max: 3 };
    let init = InitRunspacePool { counts };
    assert_eq!(read(MessageType::InitRunspacePool, &init.to_value()), Ok(Payload::InitRunspacePool(init)));
    assert_eq!(
        read(MessageType::ConnectRunspacePool, &counts.to_value()),
        Ok(Payload::ConnectRunspacePool(Some(counts)))
    );
    assert_eq!(read_text(MessageType::ConnectRunspacePool, "<S/>"), Ok(Payload::ConnectRunspacePool(None)));
    for (min, max) in [(0, 1), (2, 1), (-1, -1)] {
        let wrong = RunspaceCounts { min, max }.to_value();
        assert!(read(MessageType::RunspacePoolInitData, &wrong).is_err());
    }
    let request = RunspaceRequest { call: 7, count: None };
    let answer = request.answer(true);
    assert_eq!(answer.get("ci").and_then(Value::as_i64), Some(7));
}

#[test]
fn an_error_keeps_what_a_program_needs() {
    let payload = read(MessageType::ErrorRecord, &error().to_value());
    assert_eq!(payload, Ok(Payload::Error(Box::new(error()))));
    let refusal = Refusal::from(&error());
    assert_eq!(refusal.known(), Some(KnownRefusal::EdgeNextHop));
    assert_eq!(refusal.category, "InvalidOperation");
    let back = ErrorRecord::from(&refusal);
    assert_eq!(Refusal::from(&back), refusal);
    assert_eq!(back.activity, "Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet");
}

#[test]
fn half_an_error_is_still_an_error() {
    let kind = MessageType::ErrorRecord;
    let text = "<Obj><ToString>boom</ToString><MS><I32 N=\"ErrorCategory_Category\">99</I32></MS></Obj>";
    let Ok(Payload::Error(record)) = read_text(kind, text) else { panic!("it is an error") };
    assert_eq!((record.message.as_str(), record.category.name().as_ref()), ("boom", "99"));
    let details = "<Obj><MS><Obj N=\"Exception\"><Props><S N=\"Message\">long</S></Props></Obj>\
                   <S N=\"ErrorDetails_Message\">short</S></MS></Obj>";
    let Ok(Payload::Error(record)) = read_text(kind, details) else { panic!("it is an error") };
    assert_eq!(record.message, "short");
    assert!(matches!(read_text(kind, "<Obj/>"), Err(PsrpError::Content { .. })));
    assert!(matches!(read_text(kind, "<S>boom</S>"), Err(PsrpError::Content { .. })));
}

#[test]
fn states_come_with_their_errors() {
    for error in [None, Some(Box::new(error()))] {
        let state = PipelineState { kind: PipelineStateKind::Failed, error: error.clone() };
        assert_eq!(read(MessageType::PipelineState, &state.to_value()), Ok(Payload::PipelineState(state)));
        let state = RunspacePoolState { kind: RunspacePoolStateKind::Broken, error };
        let payload = read(MessageType::RunspacePoolState, &state.to_value());
        assert_eq!(payload, Ok(Payload::RunspacePoolState(state)));
    }
    let text = "<Obj><MS><I32 N=\"PipelineState\">5</I32><S N=\"ExceptionAsErrorRecord\">x</S></MS></Obj>";
    let Ok(Payload::PipelineState(state)) = read_text(MessageType::PipelineState, text) else {
        panic!("an unreadable error does not hide the state")
    };
    assert_eq!(state.kind, PipelineStateKind::Failed);
    assert!(state.error.is_some());
    for code in ["7", "-1", "9999999999"] {
        let text = format!("<Obj><MS><I64 N=\"PipelineState\">{code}</I64></MS></Obj>");
        assert!(read_text(MessageType::PipelineState, &text).is_err(), "{code}");
    }
}

#[test]
fn records_come_back() {
    for kind in [MessageType::WarningRecord, MessageType::VerboseRecord, MessageType::DebugRecord] {
        let payload = read(kind, &text_record(kind, "a\nb"));
        let (Ok(Payload::Warning(text)) | Ok(Payload::Verbose(text)) | Ok(Payload::Debug(text))) = payload
        else {
            panic!("{payload:?}")
        };
        assert_eq!(text, "a\nb");
    }
    let progress = ProgressRecord {
        percent_complete: 40,
        current_operation: Some("users".to_owned()),
        kind: ProgressKind::Completed,
        ..ProgressRecord::new("Failing over", "40 of 100")
    };
    let payload = read(MessageType::ProgressRecord, &progress_value(&progress));
    assert_eq!(payload, Ok(Payload::Progress(Box::new(progress))));
    let information = InformationRecord {
        message: "hello".to_owned(),
        tags: vec!["PSHOST".to_owned()],
        ..InformationRecord::default()
    };
    let payload = read(MessageType::InformationRecord, &information.to_value());
    assert_eq!(payload, Ok(Payload::Information(Box::new(information))));
}

/// `$null` is written as nothing.
#[test]
fn an_empty_output_is_null() {
    assert_eq!(read_text(MessageType::PipelineOutput, ""), Ok(Payload::PipelineOutput(Value::Null)));
    assert_eq!(read_text(MessageType::EndOfPipelineInput, ""), Ok(Payload::EndOfPipelineInput));
    assert!(matches!(read_text(MessageType::PipelineState, ""), Err(PsrpError::Clixml { .. })));
}

#[test]
fn what_is_only_known_by_name_is_not_read() {
    for kind in [MessageType::EncryptedSessionKey, MessageType::PublicKeyRequest, MessageType::UserEvent] {
        assert_eq!(read_text(kind, "<nonsense"), Ok(Payload::Other(kind)));
    }
}

#[test]
fn a_pipeline_is_commands_with_arguments() {
    let first = Query::Service { role: ServiceRole::EdgeServer }.invocation();
    let hostile = "pool1'; Remove-Item C:\\ -Recurse #\n$(x)`_x0027_\u{201b}";
    let first = first.text("Identity", hostile).unprompted();
    let span = crate::lync::Argument::Span(jiff::SignedDuration::from_secs(5));
    let second = Query::ReplicationStatus.invocation().with("Wait", span);
    let one = CreatePipeline::of(first.clone());
    let Ok(Payload::CreatePipeline(read_one)) =
        read(MessageType::CreatePipeline, &one.to_value(Version::new(2, 1)))
    else {
        panic!("it is read")
    };
    assert_eq!(read_one.statements.len(), 1);
    let both = one.then(second).to_value(Version::new(2, 3));
    let Ok(Payload::CreatePipeline(pipeline)) = read(MessageType::CreatePipeline, &both) else {
        panic!("it is read")
    };
    assert!(pipeline.no_input);
    let [one, two] = pipeline.statements.as_slice() else { panic!("two statements") };
    assert_eq!(*one, read_one.statements[0]);
    assert!(!one[0].is_script && one[0].name == "Get-CsService");
    let argument = |name: &str, value| ReceivedArgument { name: Some(name.to_owned()), value };
    let expected = [
        argument("EdgeServer", Value::Bool(true)),
        argument("Identity", Value::from(hostile)),
        argument("Confirm", Value::Bool(false)),
    ];
    assert_eq!(one[0].arguments, expected);
    assert_eq!(two[0].arguments, [argument("Wait", Value::TimeSpan(TimeSpan(50_000_000)))]);
}

/// A server with an older PowerShell does not know the merges of the newer streams.
#[test]
fn what_an_older_server_does_not_know_is_left_out() {
    let one = CreatePipeline::of(Query::ReplicationStatus.invocation());
    let has = |minor, name: &str| encode(&one.to_value(Version::new(2, minor))).contains(name);
    assert!(has(1, "MergePreviousResults") && !has(1, "MergeError") && !has(1, "MergeInformation"));
    assert!(has(2, "MergeError") && !has(2, "MergeInformation"));
    assert!(has(3, "MergeInformation"));
}

#[test]
fn a_pipeline_without_commands_is_refused() {
    for shell in [
        "<Obj N=\"PowerShell\"/>",
        "<Obj N=\"PowerShell\"><MS><Obj N=\"Cmds\"><LST/></Obj></MS></Obj>",
        "<Obj N=\"PowerShell\"><MS><Obj N=\"ExtraCmds\"><LST/></Obj></MS></Obj>",
        "<Obj N=\"PowerShell\"><MS><S N=\"ExtraCmds\">x</S></MS></Obj>",
        "<Obj N=\"PowerShell\"><MS><Obj N=\"Cmds\"><LST><S>x</S></LST></Obj></MS></Obj>",
    ] {
        let text = format!("<Obj><MS><B N=\"NoInput\">true</B>{shell}</MS></Obj>");
        let read = read_text(MessageType::CreatePipeline, &text);
        assert!(matches!(read, Err(PsrpError::Content { .. })), "{read:?}");
    }
}

#[test]
fn nobody_answers_a_prompt() {
    let call = |method| HostCall { call: 4, method: HostMethod(method), arguments: vec!["q".into()] };
    for prompt in [11, 12, 23, 24, 25, 26, 46, 56, 99] {
        let answer = call(prompt).unattended().expect("the server waits for an answer");
        assert!(answer.result.is_err(), "{prompt}");
        let payload = read(MessageType::PipelineHostResponse, &answer.to_value());
        let Ok(Payload::HostResponse(read)) = payload else { panic!("{payload:?}") };
        assert_eq!((read.call, read.method), (4, HostMethod(prompt)));
        assert!(read.result.is_err_and(|error| error.error_id == "HostFunctionNotImplemented"));
    }
    assert_eq!(call(16).unattended(), None);
    assert_eq!(call(16).line(), Some("q"));
    assert_eq!(call(54).unattended().map(|answer| answer.result), Some(Ok(Value::Bool(false))));
    let payload = read(MessageType::PipelineHostCall, &call(16).to_value());
    assert_eq!(payload, Ok(Payload::HostCall(call(16))));
}

/// The shapes are those that psrpcore writes; see `tests/psrp/`.
#[test]
fn an_enum_is_read_by_its_number() {
    let text = "<Obj><I32>1</I32><TN RefId=\"0\"><T>System.Enum</T></TN><ToString>Completed</ToString></Obj>";
    assert_eq!(decode(text).expect("readable").as_i64(), Some(1));
}
