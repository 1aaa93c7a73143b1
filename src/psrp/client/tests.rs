//! The client against our own server; `tests/psrp/` has it against another's.

use uuid::Uuid;

use super::*;
use crate::{
    lync::cmdlet::{Query, ServiceRole},
    psrp::{
        FragmentError, PsrpError,
        clixml::{ProgressRecord, Value, Version},
        messages::{
            CommandKind, CommandMetadata, CreatePipeline, DescribedCommand, ErrorRecord, HostCall,
            HostMethod, PipelineStateKind,
        },
        server::{ServerPipeline, ServerPipelineEvent, ServerPool, ServerPoolEvent},
    },
};

const POOL: Uuid = Uuid::from_u128(1);
const COMMAND: Uuid = Uuid::from_u128(2);
const SIZE: usize = 500;

fn opened() -> (ClientPool, ServerPool) {
    let (mut client, mut server) = (ClientPool::new(POOL, SIZE), ServerPool::new(SIZE));
    assert_eq!(server.receive(&client.open()), Ok(vec![ServerPoolEvent::Opened]));
    assert_eq!(client.state(), &PoolState::Opening);
    let answer = server.take_outgoing().concat();
    assert_eq!(client.receive(&answer), Ok(vec![PoolEvent::Opened]));
    (client, server)
}

fn query() -> CreatePipeline {
    CreatePipeline::of(Query::Service { role: ServiceRole::EdgeServer }.invocation())
}

fn running() -> (ClientPipeline, ServerPipeline) {
    let (client, server) = opened();
    let (pipeline, start) = client.create(COMMAND, &query()).expect("the pool is open");
    assert!(start.command.len() <= SIZE && start.send.iter().all(|fragment| fragment.len() <= SIZE));
    let mut peer = server.pipeline(COMMAND);
    assert_eq!(peer.receive(&start.command), Ok(Vec::new()), "the command goes on in Send");
    let events = peer.receive(&start.send.concat()).expect("whole");
    assert!(matches!(events.as_slice(), [ServerPipelineEvent::Create(_)]));
    peer.start();
    (pipeline, peer)
}

fn flow(from: &mut ServerPipeline, to: &mut ClientPipeline) -> Vec<PipelineEvent> {
    from.take_outgoing().iter().flat_map(|bytes| to.receive(bytes).expect("whole")).collect()
}

#[test]
fn a_pool_opens_with_the_version_of_both() {
    let (client, server) = opened();
    assert_eq!((client.id(), server.id()), (POOL, POOL));
    assert_eq!((client.protocol(), server.protocol()), (Some(Version::new(2, 3)), Some(Version::new(2, 3))));
    assert!(server.is_open());
}

#[test]
fn a_pool_can_be_connected_to_by_another_session() {
    let (_, mut server) = opened();
    let mut other = ClientPool::new(POOL, SIZE);
    let response = server.connect(&other.connect()).expect("it was opened");
    assert_eq!(other.receive(&response), Ok(vec![PoolEvent::Opened]));
    assert_eq!(other.receive(&server.take_outgoing().concat()), Ok(Vec::new()));
    assert!(other.create(COMMAND, &query()).is_ok());
    let mut stranger = ClientPool::new(COMMAND, SIZE);
    assert!(matches!(server.connect(&stranger.connect()), Err(PsrpError::Unexpected { .. })));
    assert!(ServerPool::new(SIZE).connect(&stranger.connect()).is_err());
}

#[test]
fn a_pool_that_is_not_open_starts_nothing() {
    let mut client = ClientPool::new(POOL, SIZE);
    assert!(matches!(client.create(COMMAND, &query()), Err(PsrpError::Unexpected { .. })));
    client.open();
    assert!(matches!(client.create(COMMAND, &query()), Err(PsrpError::Unexpected { .. })));
}

#[test]
fn a_pool_ends_as_its_server_says() {
    let (mut client, mut server) = opened();
    let error =
        ErrorRecord { message: "gone".to_owned(), error_id: "x".to_owned(), ..ErrorRecord::default() };
    server.fail(error);
    let events = client.receive(&server.take_outgoing().concat()).expect("readable");
    let [PoolEvent::Broken(Some(error))] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(error.message, "gone");
    assert_eq!(client.state(), &PoolState::Broken);
    let (mut client, mut server) = opened();
    server.close();
    assert_eq!(client.receive(&server.take_outgoing().concat()), Ok(vec![PoolEvent::Closed]));
    assert!(client.create(COMMAND, &query()).is_err());
}

#[test]
fn streams_come_in_order_and_then_the_end() {
    let (mut client, mut server) = running();
    let error = ErrorRecord { message: "no".to_owned(), error_id: "x".to_owned(), ..ErrorRecord::default() };
    let progress = ProgressRecord::new("Failing over", &"é".repeat(SIZE));
    server.verbose("one");
    server.output(&Value::from("two"));
    server.progress(&progress);
    server.error(&error);
    server.warning("three");
    server.debug("four");
    server.output(&Value::Null);
    server.complete();
    server.output(&Value::from("too late"));
    let exception_type = "System.Management.Automation.RuntimeException".to_owned();
    let expected = [
        PipelineEvent::State(PipelineStateKind::Running),
        PipelineEvent::Verbose("one".to_owned()),
        PipelineEvent::Output(Value::from("two")),
        PipelineEvent::Progress(Box::new(progress)),
        PipelineEvent::Error(Box::new(ErrorRecord { exception_type, ..error })),
        PipelineEvent::Warning("three".to_owned()),
        PipelineEvent::Debug("four".to_owned()),
        PipelineEvent::Output(Value::Null),
        PipelineEvent::Ended(PipelineEnd::Completed),
    ];
    assert_eq!(flow(&mut server, &mut client), expected);
    assert_eq!(client.finish(), PipelineEnd::Completed);
}

#[test]
fn a_server_tells_what_commands_there_are() {
    let (client, server) = opened();
    let names = ["Get-Cs*".to_owned(), "Start-LfOperation".to_owned()];
    let (mut client, start) = client.metadata(COMMAND, &names).expect("the pool is open");
    let mut server = server.pipeline(COMMAND);
    let events = server.receive(&[start.command, start.send.concat()].concat()).expect("whole");
    let [ServerPipelineEvent::Describe(query)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((query.names.as_slice(), query.kinds), (names.as_slice(), 10));
    assert!(query.asks_for(CommandKind::Cmdlet, "Lync", "get-cspool"));
    assert!(!query.asks_for(CommandKind::Cmdlet, "Lync", "Start-LfOperations"));
    assert_eq!(query.exact().collect::<Vec<_>>(), ["Start-LfOperation"]);
    let command = |name: &str, parameters: &[(&str, bool)]| DescribedCommand {
        name: name.to_owned(),
        kind: CommandKind::Cmdlet,
        module: "Lync".to_owned(),
        parameters: parameters.iter().map(|(name, switch)| ((*name).to_owned(), *switch)).collect(),
    };
    server.start();
    server.describe(&[command("Get-CsPool", &[("Identity", false)]), command("Get-CsSite", &[])]);
    server.complete();
    let events = flow(&mut server, &mut client);
    assert_eq!(client.finish(), PipelineEnd::Completed);
    let output: Vec<_> = events
        .into_iter()
        .filter_map(|event| if let PipelineEvent::Output(value) = event { Some(value) } else { None })
        .collect();
    let commands = CommandMetadata::read_all(&output).expect("whole");
    assert_eq!(commands.len(), 2);
    assert!(commands[0].name == "Get-CsPool" && commands[0].has("identity"));
    assert!(CommandMetadata::read_all(&output[..2]).is_err(), "one is missing");
}

#[test]
fn a_terminating_error_is_the_end_with_its_record() {
    let (mut client, mut server) = running();
    let record = ErrorRecord { error_id: "CommandNotFoundException".to_owned(), ..ErrorRecord::default() };
    server.fail(&record);
    let events = flow(&mut server, &mut client);
    let Some(PipelineEvent::Ended(PipelineEnd::Failed(error))) = events.last() else { panic!("{events:?}") };
    assert_eq!(error.error_id, "CommandNotFoundException");
    let (mut client, mut server) = running();
    server.stop();
    flow(&mut server, &mut client);
    assert!(matches!(client.end(), Some(PipelineEnd::Stopped(Some(_)))));
}

#[test]
fn a_stream_without_a_final_state_leaves_the_outcome_unknown() {
    let (mut client, mut server) = running();
    server.verbose("one");
    flow(&mut server, &mut client);
    assert_eq!(client.clone().finish(), PipelineEnd::Unknown(None));
    server.complete();
    let last = server.take_outgoing().concat();
    client.receive(&last[..last.len() - 1]).expect("it waits for the rest");
    assert_eq!(client.finish(), PipelineEnd::Unknown(Some(FragmentError::Truncated)));
}

/// Broken framing ends the stream; a message that cannot be read does not.
#[test]
fn what_cannot_be_read_hides_nothing_else() {
    let (mut client, mut server) = running();
    let (_, mut stranger) = running();
    stranger.output(&Value::from("x"));
    let mut wrong = stranger.take_outgoing().concat();
    let at = wrong.windows(3).position(|bytes| bytes == b"<S>").expect("the output");
    wrong[at] = b'?';
    let events = client.receive(&wrong).expect("the framing is right");
    assert!(matches!(events.last(), Some(PipelineEvent::Unreadable(PsrpError::Clixml { .. }))), "{events:?}");
    server.complete();
    assert!(flow(&mut server, &mut client).contains(&PipelineEvent::Ended(PipelineEnd::Completed)));

    let (mut client, _) = running();
    assert!(matches!(client.receive(&[0xFF; 40]), Err(FragmentError::TooLong(_))));
    assert!(matches!(client.finish(), PipelineEnd::Unknown(Some(FragmentError::TooLong(_)))));
}

#[test]
fn messages_of_another_pipeline_are_not_believed() {
    let (mut client, server) = running();
    let (pool, _) = opened();
    let mut other = opened().1.pipeline(Uuid::from_u128(9));
    other.complete();
    let events = client.receive(&other.take_outgoing().concat()).expect("the framing is right");
    assert!(matches!(events.as_slice(), [PipelineEvent::Unreadable(PsrpError::Unexpected { .. })]));
    let (_, start) = pool.create(COMMAND, &query()).expect("open");
    let own = [start.command, start.send.concat()].concat();
    let events = client.receive(&own).expect("the framing is right");
    assert!(matches!(events.as_slice(), [PipelineEvent::Unreadable(PsrpError::Unexpected { .. })]));
    assert_eq!(client.finish(), PipelineEnd::Unknown(None));
    assert!(!server.has_ended());
}

/// A new process reads on where the old one stopped, even in the middle of a message.
#[test]
fn a_running_pipeline_is_adopted() {
    let (_, mut server) = running();
    server.verbose(&"long ".repeat(SIZE));
    server.verbose("next");
    server.complete();
    let pool = ClientPool::resumed(POOL, SIZE);
    let mut client = pool.adopt(COMMAND);
    let missed = server.take_outgoing().split_off(5);
    let events: Vec<_> = missed.iter().flat_map(|bytes| client.receive(bytes).expect("whole")).collect();
    let expected = [PipelineEvent::Verbose("next".to_owned()), PipelineEvent::Ended(PipelineEnd::Completed)];
    assert_eq!(events, expected);
}

#[test]
fn a_prompt_is_refused_and_a_line_is_shown() {
    let (mut client, mut server) = running();
    let call = |call, method| HostCall { call, method: HostMethod(method), arguments: vec!["Sure?".into()] };
    server.call_host(&call(-100, 16));
    server.call_host(&call(3, 26));
    let events = flow(&mut server, &mut client);
    assert_eq!(events.last(), Some(&PipelineEvent::Line("Sure?".to_owned())));
    let answer = client.take_answers().concat();
    let events = server.receive(&answer).expect("whole");
    let [ServerPipelineEvent::HostAnswered(answer)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(answer.call, 3);
    assert!(answer.result.is_err());
    assert!(client.take_answers().is_empty());
}
