//! Our client against psrpcore's server.

use lync_failover::{
    lync::Invocation,
    psrp::{
        client::{ClientPipeline, ClientPool, PipelineEnd, PipelineEvent, PoolEvent},
        clixml::{ProgressRecord, Value, Version, decode, encode, to_ps_objects},
        messages::{CommandMetadata, CreatePipeline, ErrorCategory},
    },
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::peer::{Peer, of};

const POOL: Uuid = Uuid::from_u128(0x11);
const COMMAND: Uuid = Uuid::from_u128(0x22);
/// Small, so that every message is in several pieces.
const SIZE: usize = 200;

fn opened() -> (ClientPool, Peer) {
    let (mut pool, mut peer) = (ClientPool::new(POOL, SIZE), Peer::start("server"));
    let (_, sent) = peer.send(None, &pool.open());
    assert_eq!(pool.receive(&of(&sent, None)), Ok(vec![PoolEvent::Opened]));
    (pool, peer)
}

/// Starts a pipeline; gives what the server saw of it, and what the client saw of the server.
fn run(
    peer: &mut Peer,
    pool: &ClientPool,
    create: &CreatePipeline,
) -> (ClientPipeline, Vec<Json>, Vec<PipelineEvent>) {
    let (mut pipeline, start) = pool.create(COMMAND, create).expect("the pool is open");
    let whole = std::iter::once(&start.command).chain(&start.send);
    let answers: Vec<_> = whole.map(|fragment| peer.send(Some(COMMAND), fragment)).collect();
    let (mut seen, mut events) = (Vec::new(), Vec::new());
    for (saw, sent) in answers {
        seen.extend(saw);
        events.extend(pipeline.receive(&of(&sent, Some(COMMAND))).expect("whole"));
    }
    (pipeline, seen, events)
}

#[test]
fn a_session_opens() {
    let (pool, _peer) = opened();
    assert_eq!(pool.protocol(), Some(Version::new(2, 3)));
}

#[test]
fn commands_arrive_as_names_and_arguments() {
    let (pool, mut peer) = opened();
    let hostile = "pool1'; Remove-Item C:\\ -Recurse #\n$(x)`_x0027_ \u{2018}\u{201b} \u{1F600}";
    let span = lync_failover::lync::Argument::Span(jiff::SignedDuration::from_millis(90_500));
    let first = Invocation::new("Get-CsPool").text("Identity", hostile).switch("Force").unprompted();
    let create = CreatePipeline::of(first).then(Invocation::new("Get-CsSite").with("Wait", span));
    let (_, seen, _) = run(&mut peer, &pool, &create);
    let expected = json!([{
        "event": "CreatePipelineEvent",
        "no_input": true,
        "commands": [
            {"name": "Get-CsPool", "script": false, "last": true,
             "arguments": [["Identity", hostile], ["Force", true], ["Confirm", false]]},
            {"name": "Get-CsSite", "script": false, "last": true, "arguments": [["Wait", {"seconds": 90.5}]]},
        ],
    }]);
    assert_eq!(Json::Array(seen), expected);
}

#[test]
fn every_stream_is_read_in_order() {
    let (pool, mut peer) = opened();
    let (mut pipeline, _, events) =
        run(&mut peer, &pool, &CreatePipeline::of(Invocation::new("Get-CsService")));
    let [_, verbose, warning, debug, progress, information, error, text, null, row, end] = events.as_slice()
    else {
        panic!("{events:#?}")
    };
    let quoted = "verbose \u{2018}quoted\u{2019}\n_x0027_ \u{1F600}";
    assert_eq!(*verbose, PipelineEvent::Verbose(quoted.to_owned()));
    assert_eq!(*warning, PipelineEvent::Warning("warning".to_owned()));
    assert_eq!(*debug, PipelineEvent::Debug("debug".to_owned()));
    let expected = ProgressRecord {
        activity_id: 3,
        percent_complete: 40,
        current_operation: Some("now".to_owned()),
        ..ProgressRecord::new("activity", "status")
    };
    assert_eq!(*progress, PipelineEvent::Progress(Box::new(expected)));
    let PipelineEvent::Information(information) = information else { panic!("{information:?}") };
    assert_eq!((information.message.as_str(), information.source.as_str()), ("information", "source"));
    let PipelineEvent::Error(error) = error else { panic!("{error:?}") };
    assert_eq!(error.message, "It cannot be done.");
    assert_eq!(error.error_id, "ProcessRecord,Microsoft.Rtc.Management.Hadr.Cmdlet");
    assert_eq!((error.category, error.target.as_deref()), (ErrorCategory::INVALID_OPERATION, Some("pool1")));
    assert_eq!(*text, PipelineEvent::Output(Value::from("text")));
    assert_eq!(*null, PipelineEvent::Output(Value::Null));
    let PipelineEvent::Output(row) = row else { panic!("{row:?}") };
    let rows = to_ps_objects(row);
    assert_eq!(rows[0].properties.len(), 7);
    assert_eq!(rows[0].get("version"), Some(&6_i64.into()));
    assert_eq!(rows[0].get("Roles"), Some(&vec!["Registrar".into(), "UserServer".into()].into()));
    assert_eq!(*end, PipelineEvent::Ended(PipelineEnd::Completed));
    assert_eq!(pipeline.finish(), PipelineEnd::Completed);
}

#[test]
fn a_terminating_error_keeps_its_record() {
    let (pool, mut peer) = opened();
    let (pipeline, ..) = run(&mut peer, &pool, &CreatePipeline::of(Invocation::new("Fail")));
    let Some(PipelineEnd::Failed(error)) = pipeline.end() else { panic!("{:?}", pipeline.end()) };
    assert_eq!(error.message, "It cannot be done.");
    assert_eq!(error.category.name(), "InvalidOperation");
    assert_eq!((error.activity.as_str(), error.target_name.as_str()), ("Fail", "pool1"));
}

#[test]
fn a_stopped_pipeline_says_so() {
    let (pool, mut peer) = opened();
    let (pipeline, ..) = run(&mut peer, &pool, &CreatePipeline::of(Invocation::new("Stop")));
    let Some(PipelineEnd::Stopped(Some(error))) = pipeline.end() else { panic!("{:?}", pipeline.end()) };
    assert_eq!(error.error_id, "PipelineStopped");
}

#[test]
fn a_prompt_is_refused_in_a_way_that_the_server_understands() {
    let (pool, mut peer) = opened();
    let (mut pipeline, _, events) = run(&mut peer, &pool, &CreatePipeline::of(Invocation::new("Ask")));
    assert_eq!(events.last(), Some(&PipelineEvent::Line("a line".to_owned())));
    let (seen, _) = peer.send(Some(COMMAND), &pipeline.take_answers().concat());
    assert_eq!(seen[0]["event"], "PipelineHostResponseEvent");
    assert_eq!(seen[0]["error"]["id"], "HostFunctionNotImplemented");
    assert_eq!(pipeline.finish(), PipelineEnd::Unknown(None));
}

#[test]
fn commands_are_asked_for_and_told() {
    let (pool, mut peer) = opened();
    let names = ["Get-Cs*".to_owned(), "Start-LfOperation".to_owned()];
    let (mut pipeline, start) = pool.metadata(COMMAND, &names).expect("the pool is open");
    let (mut seen, mut output) = (Vec::new(), Vec::new());
    for fragment in std::iter::once(&start.command).chain(&start.send) {
        let (saw, sent) = peer.send(Some(COMMAND), fragment);
        seen.extend(saw);
        for event in pipeline.receive(&of(&sent, Some(COMMAND))).expect("whole") {
            if let PipelineEvent::Output(value) = event {
                output.push(value);
            }
        }
    }
    let expected = json!([
        {"event": "GetCommandMetadataEvent", "names": names, "kinds": 10, "modules": null}
    ]);
    assert_eq!(Json::Array(seen), expected);
    assert_eq!(pipeline.finish(), PipelineEnd::Completed);
    let commands = CommandMetadata::read_all(&output).expect("psrpcore is right");
    assert_eq!((commands.len(), commands[0].name.as_str()), (1, "Get-CsTopology"));
    assert_eq!(commands[0].parameters, ["AsXml", "Verbose"]);
}

#[test]
fn cmdlets_arrive_as_data() {
    let (pool, mut peer) = opened();
    let calls = vec![
        Invocation::new("Get-CsService").switch("EdgeServer"),
        Invocation::new("Get-CsPool").text("Identity", "pool1'; exit"),
    ];
    let argument = lync_failover::lync::Argument::Calls(calls);
    let create = CreatePipeline::of(Invocation::new("Invoke-LfQuery").with("Query", argument));
    let (_, seen, _) = run(&mut peer, &pool, &create);
    let expected = json!([["Query", [
        {"Cmdlet": "Get-CsService", "Parameters": {"EdgeServer": true}},
        {"Cmdlet": "Get-CsPool", "Parameters": {"Identity": "pool1'; exit"}},
    ]]]);
    assert_eq!(seen[0]["commands"][0]["arguments"], expected);
}

#[test]
fn another_session_connects_to_the_pool() {
    let (_, mut peer) = opened();
    peer.ask(&json!({"do": "disconnected"}));
    let mut pool = ClientPool::new(POOL, SIZE);
    let (_, sent) = peer.send(None, &pool.connect());
    assert_eq!(pool.receive(&of(&sent, None)), Ok(vec![PoolEvent::Opened]));
    let (pipeline, ..) = run(&mut peer, &pool, &CreatePipeline::of(Invocation::new("Get-CsService")));
    assert_eq!(pipeline.end(), Some(&PipelineEnd::Completed));
}

/// psrpcore reads what we write, and we read what it writes of that.
#[test]
fn values_go_there_and_back() {
    let mut peer = Peer::start("echo");
    for clixml in crate::vectors::VALUES {
        let value = decode(clixml).expect("one of ours");
        let answer = peer.ask(&json!({"clixml": encode(&value)}));
        let back = decode(answer["clixml"].as_str().expect("a text")).expect("readable");
        assert_eq!(back.plain(), value.plain(), "{clixml}");
    }
}
