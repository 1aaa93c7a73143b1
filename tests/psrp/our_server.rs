//! psrpcore's client against our server, and pypsrp's reader.

use lync_failover::{
    bridge::Refusal,
    lync::{Argument, Invocation, ps::PsObject},
    psrp::{
        clixml::{ProgressRecord, from_ps_object},
        messages::{
            CommandKind, CommandQuery, DescribedCommand, ErrorRecord, HostCall, HostMethod, InformationRecord,
        },
        server::{ServerPipeline, ServerPipelineEvent, ServerPool, ServerPoolEvent, invocation},
    },
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::peer::{Peer, Sent, of, sent};

const COMMAND: Uuid = Uuid::from_u128(0x22);
const SIZE: usize = 200;

fn opened() -> (ServerPool, Peer) {
    let (mut pool, mut peer) = (ServerPool::new(SIZE), Peer::start("client"));
    let hello = sent(&peer.ask(&json!({"do": "open", "size": 300})));
    let events: Vec<_> =
        hello.iter().flat_map(|part| pool.receive(&part.data).expect("psrpcore is right")).collect();
    assert_eq!(events, [ServerPoolEvent::Opened]);
    let (seen, _) = peer.send(None, &pool.take_outgoing().concat());
    let names: Vec<_> = seen.iter().map(|event| event["event"].as_str().expect("a text")).collect();
    assert_eq!(names, ["SessionCapabilityEvent", "ApplicationPrivateDataEvent", "RunspacePoolStateEvent"]);
    (pool, peer)
}

fn invoke(pool: &ServerPool, peer: &mut Peer, mut what: Json) -> (ServerPipeline, Vec<ServerPipelineEvent>) {
    what["do"] = "invoke".into();
    what["id"] = COMMAND.to_string().into();
    what["size"] = 300.into();
    let fragments: Vec<Sent> = sent(&peer.ask(&what));
    let mut pipeline = pool.pipeline(COMMAND);
    let events = pipeline.receive(&of(&fragments, Some(COMMAND))).expect("psrpcore is right");
    (pipeline, events)
}

fn told(pipeline: &mut ServerPipeline, peer: &mut Peer) -> Vec<Json> {
    peer.send(Some(COMMAND), &pipeline.take_outgoing().concat()).0
}

fn refusal() -> Refusal {
    Refusal {
        error_id: "ProcessRecord,Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet".to_owned(),
        category: "InvalidOperation".to_owned(),
        message: "Pool 'a' is\nbusy".to_owned(),
    }
}

#[test]
fn a_session_opens_and_can_be_asked() {
    let (mut pool, mut peer) = opened();
    let question = of(&sent(&peer.ask(&json!({"do": "available"}))), None);
    assert_eq!(pool.receive(&question), Ok(Vec::new()));
    let (seen, _) = peer.send(None, &pool.take_outgoing().concat());
    assert!(seen[0]["event"].as_str().is_some_and(|name| name.contains("RunspaceAvailability")), "{seen:?}");
}

#[test]
fn commands_become_invocations() {
    let (pool, mut peer) = opened();
    let hostile = "pool1'; Remove-Item C:\\ -Recurse #\n$(x)`_x0027_ \u{2018}\u{201b} \u{1F600}";
    let statements = json!([["Get-CsPool", {"Identity": hostile, "Force": true}], ["Get-CsSite", {}]]);
    let (_, events) = invoke(&pool, &mut peer, json!({"statements": statements}));
    let [ServerPipelineEvent::Create(pipeline)] = events.as_slice() else { panic!("{events:?}") };
    let calls: Result<Vec<_>, _> = pipeline.statements.iter().flatten().map(invocation).collect();
    let expected = [
        Invocation::new("Get-CsPool").switch("Force").text("Identity", hostile),
        Invocation::new("Get-CsSite"),
    ];
    assert_eq!(calls.as_deref(), Ok(expected.as_slice()));
    assert_eq!(pipeline.statements.len(), 2);
}

#[test]
fn every_stream_arrives() {
    let (pool, mut peer) = opened();
    let (mut pipeline, _) = invoke(&pool, &mut peer, json!({"statements": [["Get-CsService", {}]]}));
    let row = PsObject::new("Microsoft.Rtc.Management.Xds.DisplayEdgeServer")
        .with("Identity", "EdgeServer:edge1.contoso.com")
        .with("Version", 6_i64)
        .with("Roles", vec!["Registrar".into()]);
    pipeline.start();
    pipeline.verbose("v\n'_x0027_");
    pipeline.warning("w");
    pipeline.debug("d");
    pipeline.progress(&ProgressRecord { percent_complete: 40, ..ProgressRecord::new("a", "s") });
    pipeline.information(&InformationRecord { message: "i".to_owned(), ..InformationRecord::default() });
    pipeline.error(&ErrorRecord::from(&refusal()));
    pipeline.call_host(&HostCall { call: -100, method: HostMethod(16), arguments: vec!["l".into()] });
    pipeline.output(&from_ps_object(&row));
    pipeline.output(&from_ps_object(&PsObject::of_text("text")));
    pipeline.complete();
    let state = |state: &str| json!({"event": "PipelineStateEvent", "state": state, "error": null});
    let text = |event: &str, text: &str| json!({"event": event, "text": text});
    let expected = json!([
        state("Running"),
        text("VerboseRecordEvent", "v\n'_x0027_"),
        text("WarningRecordEvent", "w"),
        text("DebugRecordEvent", "d"),
        {"event": "ProgressRecordEvent", "activity": "a", "percent": 40},
        text("InformationRecordEvent", "i"),
        {"event": "ErrorRecordEvent", "message": refusal().message, "id": refusal().error_id,
         "category": "InvalidOperation", "target": null},
        {"event": "PipelineHostCallEvent", "method": "WriteLine2", "ci": -100},
        {"event": "PipelineOutputEvent", "value": {
            "type": ["Deserialized.Microsoft.Rtc.Management.Xds.DisplayEdgeServer"],
            "Identity": "EdgeServer:edge1.contoso.com", "Version": 6, "Roles": ["Registrar"]}},
        {"event": "PipelineOutputEvent", "value": "text"},
        state("Completed"),
    ]);
    assert_eq!(Json::Array(told(&mut pipeline, &mut peer)), expected);
}

#[test]
fn a_terminating_error_arrives() {
    let (pool, mut peer) = opened();
    let (mut pipeline, _) = invoke(&pool, &mut peer, json!({"statements": [["Get-CsService", {}]]}));
    pipeline.fail(&ErrorRecord::from(&refusal()));
    let seen = told(&mut pipeline, &mut peer);
    assert_eq!(seen[0]["state"], "Failed");
    assert_eq!(seen[0]["error"]["id"], refusal().error_id);
    assert_eq!(seen[0]["error"]["message"], refusal().message);
}

#[test]
fn cmdlets_as_data_become_invocations() {
    let (pool, mut peer) = opened();
    let calls = json!([
        {"Cmdlet": "Get-CsService", "Parameters": {"EdgeServer": true}},
        {"Cmdlet": "Get-CsSite"},
    ]);
    let statements = json!([["Invoke-LfQuery", {"Query": calls}]]);
    let (_, events) = invoke(&pool, &mut peer, json!({"statements": statements}));
    let [ServerPipelineEvent::Create(pipeline)] = events.as_slice() else { panic!("{events:?}") };
    let calls = vec![Invocation::new("Get-CsService").switch("EdgeServer"), Invocation::new("Get-CsSite")];
    let expected = Invocation::new("Invoke-LfQuery").with("Query", Argument::Calls(calls));
    assert_eq!(invocation(&pipeline.statements[0][0]), Ok(expected));
}

#[test]
fn commands_are_told() {
    let (pool, mut peer) = opened();
    let names = ["Get-Cs*"];
    let question = json!({"do": "metadata", "names": names, "id": COMMAND.to_string(), "size": 300});
    let fragments = sent(&peer.ask(&question));
    let mut pipeline = pool.pipeline(COMMAND);
    let events = pipeline.receive(&of(&fragments, Some(COMMAND))).expect("psrpcore is right");
    let asked = CommandQuery { names: vec!["Get-Cs*".to_owned()], kinds: 8, modules: vec!["Ly*".to_owned()] };
    assert_eq!(events, [ServerPipelineEvent::Describe(asked)]);
    pipeline.start();
    pipeline.describe(&[DescribedCommand {
        name: "Get-CsTopology".to_owned(),
        kind: CommandKind::Cmdlet,
        module: "Lync".to_owned(),
        parameters: vec![("AsXml".to_owned(), true)],
    }]);
    pipeline.complete();
    let seen = told(&mut pipeline, &mut peer);
    assert_eq!(seen[1]["value"]["Count"], 1);
    assert_eq!(seen[2]["value"]["Name"], "Get-CsTopology");
    assert_eq!(seen[2]["value"]["Parameters"]["AsXml"]["SwitchParameter"], true);
    assert_eq!(seen[3]["state"], "Completed");
}

#[test]
fn a_script_is_refused() {
    let (pool, mut peer) = opened();
    let (mut pipeline, events) = invoke(&pool, &mut peer, json!({"script": "Get-Date; exit"}));
    assert_eq!(events, [ServerPipelineEvent::ScriptRefused]);
    let seen = told(&mut pipeline, &mut peer);
    assert_eq!((&seen[0]["state"], &seen[0]["error"]["id"]), (&json!("Failed"), &json!("ScriptsNotAllowed")));
}

#[test]
fn another_session_connects() {
    let (mut pool, mut peer) = opened();
    // psrpcore's client opened the pool under this identifier, and connects under it.
    assert_eq!(pool.id(), Uuid::from_u128(1));
    let hello = of(&sent(&peer.ask(&json!({"do": "connect"}))), None);
    let response = pool.connect(&hello).expect("psrpcore is right");
    let (seen, _) = peer.send(None, &[response, pool.take_outgoing().concat()].concat());
    let names: Vec<_> = seen.iter().map(|event| event["event"].as_str().expect("a text")).collect();
    let expected = [
        "SessionCapabilityEvent",
        "RunspacePoolInitDataEvent",
        "ApplicationPrivateDataEvent",
        "RunspacePoolStateEvent",
    ];
    assert_eq!(names, expected);
    assert_eq!(peer.ask(&json!({"data": ""}))["state"], "Opened");
}

#[test]
fn pypsrp_reads_our_messages() {
    let (mut pool, mut peer) = opened();
    let mut reader = Peer::start("unpack");
    let (mut pipeline, _) = invoke(&pool, &mut peer, json!({"statements": [["Get-CsService", {}]]}));
    pipeline.start();
    pipeline.verbose("v");
    pipeline.warning("w");
    pipeline.debug("d");
    pipeline.progress(&ProgressRecord::new("a", "s"));
    pipeline.information(&InformationRecord { message: "i".to_owned(), ..InformationRecord::default() });
    pipeline.error(&ErrorRecord::from(&refusal()));
    pipeline.output(&from_ps_object(&PsObject::of_text("text")));
    pipeline.complete();
    pool.close();
    let (seen, _) =
        reader.send(None, &[pipeline.take_outgoing().concat(), pool.take_outgoing().concat()].concat());
    let error = format!("ErrorRecordMessage {}: ", refusal().error_id);
    let names: Vec<_> = seen.iter().map(|name| name.as_str().expect("a text")).collect();
    assert!(names.get(6).is_some_and(|name| name.starts_with(&error)), "{names:?}");
    let others: Vec<_> =
        names.iter().filter(|name| !name.starts_with("ErrorRecordMessage")).copied().collect();
    let expected = [
        "PipelineState",
        "VerboseRecord",
        "WarningRecord",
        "DebugRecord",
        "ProgressRecord",
        "InformationRecord",
        "PipelineOutput text",
        "PipelineState",
        "RunspacePoolStateMessage",
    ];
    assert_eq!(others, expected);
}
