//! What a cmdlet gives while it runs, and how it ends.

use lync_failover::{
    lync::Invocation,
    psrp::{
        client::{ClientPipeline, PipelineEnd, PipelineEvent},
        clixml::{ProgressRecord, Value},
        messages::{CreatePipeline, ErrorCategory, ErrorRecord},
    },
    winrm::SessionError,
    wsman::{Signal, Target},
};
use uuid::Uuid;

use crate::{
    client::{Client, Heard},
    peer::{Peer, gate, ntlm, session},
};

async fn started(peer: &Peer, command: &str) -> (Client, ClientPipeline) {
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let call = CreatePipeline::of(Invocation::new(command));
    let pipeline = client.start(&call).await.expect("started");
    (client, pipeline)
}

/// Each record is in the hands of the client before the cmdlet writes the next one.
#[tokio::test]
async fn every_record_comes_while_the_cmdlet_runs_in_order() {
    let peer = Peer::power_shell();
    let (mut client, mut pipeline) = started(&peer, "Write-Streams").await;
    let mut heard = Heard::default();
    for count in 1..=9 {
        peer.turn();
        while heard.events.len() < count {
            client.fetch(&mut pipeline, &mut heard).await.expect("it answers");
        }
        assert_eq!((heard.events.len(), &heard.end), (count, &None));
    }
    let [output, error, warning, verbose, debug, progress, information, line, null] = heard.events.as_slice()
    else {
        panic!("{heard:#?}")
    };
    assert!(
        matches!(output, PipelineEvent::Output(row) if row.get("Users") == Some(&Value::I32(3))),
        "{output:?}"
    );
    let PipelineEvent::Error(error) = error else { panic!("{error:?}") };
    assert_eq!((error.message.as_str(), error.error_id.as_str()), ("one user", "OneUser,Some.Cmdlet"));
    assert_eq!(*warning, PipelineEvent::Warning("a warning".to_owned()));
    assert_eq!(*verbose, PipelineEvent::Verbose("a \u{2018}verbose\u{2019} line\n_x0027_".to_owned()));
    assert_eq!(*debug, PipelineEvent::Debug("a debug line".to_owned()));
    let expected = ProgressRecord {
        activity_id: 3,
        percent_complete: 40,
        current_operation: Some("user 41".to_owned()),
        ..ProgressRecord::new("Failing over", "40 of 100")
    };
    assert_eq!(*progress, PipelineEvent::Progress(Box::new(expected)));
    let PipelineEvent::Information(information) = information else { panic!("{information:?}") };
    assert_eq!(
        (information.message.as_str(), information.tags.as_slice()),
        ("for people", ["PSHOST".into()].as_slice())
    );
    assert_eq!(*line, PipelineEvent::Line("a line".to_owned()));
    assert_eq!(*null, PipelineEvent::Output(Value::Null));

    peer.turn();
    let heard = client.finish(pipeline, heard).await;
    assert_eq!((heard.events.len(), heard.end), (9, Some(PipelineEnd::Completed)));
}

#[tokio::test]
async fn silence_is_no_end() {
    let peer = Peer::power_shell();
    let (mut client, mut pipeline) = started(&peer, "Invoke-CsPoolFailOver").await;
    let mut heard = Heard::default();
    client.fetch(&mut pipeline, &mut heard).await.expect("it runs");
    client.fetch(&mut pipeline, &mut heard).await.expect("TimedOut, which is normal");
    assert!(heard.events.is_empty() && heard.end.is_none(), "{heard:?}");
    (0..4).for_each(|_| peer.turn());
    let heard = client.finish(pipeline, heard).await;
    assert_eq!((heard.verbose.len(), heard.rows.len(), heard.end), (3, 1, Some(PipelineEnd::Completed)));
}

#[tokio::test]
async fn an_error_that_ends_nothing_is_typed() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let heard = client.run(Invocation::new("Test-Refusal")).await;
    let expected = ErrorRecord {
        message: "The pool is in use.\n Invoke the cmdlet again.".to_owned(),
        error_id: "ProcessRecord,Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet".to_owned(),
        category: ErrorCategory::INVALID_OPERATION,
        activity: "Test-Refusal".to_owned(),
        reason: "PoolFailoverException".to_owned(),
        target_name: "pool1".to_owned(),
        target_type: "String".to_owned(),
        exception_type: "System.Exception".to_owned(),
        target: Some("pool1".to_owned()),
    };
    assert_eq!(heard.errors, [expected]);
    assert_eq!(heard.events.last(), Some(&PipelineEvent::Output("it goes on".into())));
    assert_eq!(heard.end, Some(PipelineEnd::Completed));
}

fn failure(heard: &Heard) -> &ErrorRecord {
    let Some(PipelineEnd::Failed(record)) = &heard.end else { panic!("{heard:?}") };
    record
}

#[tokio::test]
async fn an_error_that_ends_the_cmdlet_is_typed() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let failing = CreatePipeline::of(Invocation::new("Test-Failure")).then(Invocation::new("Get-CsPool"));
    let pipeline = client.start(&failing).await.expect("started");
    let heard = client.finish(pipeline, Heard::default()).await;
    assert_eq!(heard.events, [PipelineEvent::Output("before it".into())], "what came before is kept");
    let record = failure(&heard);
    assert_eq!(record.message, "It cannot be done.");
    assert_eq!(record.error_id, "ProcessRecord,Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet");
    assert_eq!(
        (record.category, record.target.as_deref()),
        (ErrorCategory::INVALID_OPERATION, Some("pool1"))
    );

    let unknown = client.run(Invocation::new("Remove-Item")).await;
    let record = failure(&unknown);
    assert_eq!(record.error_id, "CommandNotFoundException");
    assert_eq!(
        (record.category, record.target_name.as_str()),
        (ErrorCategory::OBJECT_NOT_FOUND, "Remove-Item")
    );
    client.rows(Invocation::new("Get-CsPool")).await;
}

/// Our client has no way to say it, so its message is changed on the way.
#[tokio::test]
async fn a_script_is_refused_by_a_session_without_language() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let id = Uuid::new_v4();
    let cmdlet = CreatePipeline::of(Invocation::new("Get-CsPool; Stop-Computer"));
    let (pipeline, start) = client.pool.create(id, &cmdlet).expect("open");
    client.session.command(client.shell, id, scripted(&start.command)).await.expect("taken");
    let heard = client.finish(pipeline, Heard::default()).await;
    let record = failure(&heard);
    assert_eq!(
        (record.error_id.as_str(), record.category),
        ("ScriptsNotAllowed", ErrorCategory::PARSER_ERROR)
    );
    assert!(record.message.contains("no-language mode"), "{record:?}");
    assert_eq!(peer.commands()[0]["script"], true, "the peer can tell them apart");
}

/// A whole message of one fragment, with `IsScript` turned on.
fn scripted(fragment: &[u8]) -> Vec<u8> {
    const HEADER: usize = 21;
    let content = std::str::from_utf8(&fragment[HEADER + 40..]).expect("CLIXML");
    assert_eq!(content.matches("N=\"IsScript\">false").count(), 1);
    let content = content.replace("N=\"IsScript\">false", "N=\"IsScript\">true");
    let length = u32::try_from(content.len() + 40).expect("short");
    [&fragment[..HEADER - 4], &length.to_be_bytes(), &fragment[HEADER..HEADER + 40], content.as_bytes()]
        .concat()
}

/// Requests of a session go one after the other: while it waits for output, another one with the same id
/// speaks.
#[tokio::test]
async fn control_c_stops_a_cmdlet_while_its_output_is_awaited() {
    let peer = Peer::power_shell();
    let id = Uuid::new_v4();
    let same =
        || lync_failover::winrm::Session::new(peer.endpoint(), std::sync::Arc::new(ntlm()), "1", gate(), id);
    let mut client = Client::open(same()).await;
    let call = CreatePipeline::of(Invocation::new("Invoke-CsPoolFailOver")).then(Invocation::new("Get-Echo"));
    let mut pipeline = client.start(&call).await.expect("started");
    peer.turn();
    let mut heard = Heard::default();
    while heard.verbose.is_empty() {
        client.fetch(&mut pipeline, &mut heard).await.expect("it answers");
    }
    let (shell, command) = (client.shell, pipeline.id());
    let waiting = tokio::spawn(async move { (client.finish(pipeline, heard).await, client) });
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    same().signal(shell, command, Signal::CtrlC).await.expect("taken");
    let (heard, mut client) = waiting.await.expect("no panic");
    let Some(PipelineEnd::Stopped(Some(record))) = heard.end else { panic!("{heard:?}") };
    assert_eq!(
        (record.error_id.as_str(), record.category),
        ("PipelineStopped", ErrorCategory::OPERATION_STOPPED)
    );
    assert_eq!(heard.verbose.len(), 1, "nothing came after it");
    client.rows(Invocation::new("Get-CsPool")).await;
}

#[tokio::test]
async fn a_question_is_declined_and_the_cmdlet_does_not_wait_for_ever() {
    let peer = Peer::power_shell();
    let (mut client, mut pipeline) = started(&peer, "Read-Host").await;
    let mut heard = Heard::default();
    while peer.journal("host").is_empty() {
        client.fetch(&mut pipeline, &mut heard).await.expect("it answers");
    }
    assert_eq!(peer.journal("host")[0]["error"], "HostFunctionNotImplemented");
    assert_eq!(peer.journal("send")[0]["stream"], "pr", "ahead of all input");
    peer.turn();
    assert_eq!(client.finish(pipeline, heard).await.end, Some(PipelineEnd::Completed));
}

#[tokio::test]
async fn an_end_without_a_state_is_unknown() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let silent = client.run(Invocation::new("Exit-Silently")).await;
    assert_eq!(silent.verbose, ["the last words"]);
    assert_eq!(silent.end, Some(PipelineEnd::Unknown(None)));
    let halfway = client.run(Invocation::new("Exit-Halfway")).await;
    assert!(halfway.rows.is_empty(), "{halfway:?}");
    let truncated = lync_failover::psrp::FragmentError::Truncated;
    assert_eq!(halfway.end, Some(PipelineEnd::Unknown(Some(truncated))));
    client.rows(Invocation::new("Get-CsPool")).await;
}

/// A shell that another one deletes takes the cmdlet along; who waits for it is told, and may ask what is left.
#[tokio::test]
async fn a_shell_that_is_gone_proves_that_nothing_runs_in_it() {
    let peer = Peer::power_shell();
    let (mut client, mut pipeline) = started(&peer, "Invoke-CsPoolFailOver").await;
    let (shell, command) = (client.shell, pipeline.id());
    client.fetch(&mut pipeline, &mut Heard::default()).await.expect("it runs");
    client.session.delete(shell).await.expect("deleted");
    let error = client.fetch(&mut pipeline, &mut Heard::default()).await.expect_err("it is gone");
    let SessionError::Fault(fault) = error else { panic!("{error:?}") };
    assert_eq!((fault.subcode.as_deref(), fault.number), (Some("InvalidSelectors"), Some(0x8033_805B)));
    let of = |command| lync_failover::wsman::Operation::Receive(Target { shell, command });
    assert!(!fault.proves_shell_gone(&of(Some(command))), "an unknown command has the same words");
    assert!(fault.proves_shell_gone(&of(None)));
    assert_eq!(pipeline.finish(), PipelineEnd::Unknown(None));
}
