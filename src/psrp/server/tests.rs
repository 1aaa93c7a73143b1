//! The server against hostile clients.

use uuid::Uuid;

use super::*;
use crate::{
    lync::{
        Argument,
        cmdlet::{Query, ServiceRole},
    },
    psrp::{
        Destination, MessageType, PsrpError,
        client::ClientPool,
        clixml::{Object, TimeSpan, Value, Version},
        link::Link,
        messages::{
            CreatePipeline, HostMethod, InitRunspacePool, ReceivedArgument, ReceivedCommand, RunspaceCounts,
            SessionCapability,
        },
    },
};

const SIZE: usize = 32 << 10;

fn link() -> Link {
    Link::new(Uuid::from_u128(1), Destination::Client, SIZE)
}

fn hello(version: Version) -> Vec<u8> {
    let capability = SessionCapability { protocol: version, ..SessionCapability::OURS }.to_value();
    link().cut(MessageType::SessionCapability, None, Some(&capability)).concat()
}

fn init() -> Vec<u8> {
    let init = InitRunspacePool { counts: RunspaceCounts { min: 1, max: 1 } }.to_value();
    link().cut(MessageType::InitRunspacePool, None, Some(&init)).concat()
}

fn refused(messages: &[Vec<u8>]) -> PsrpError {
    let mut pool = ServerPool::new(SIZE);
    let answers = messages.iter().map(|message| pool.receive(message));
    answers.last().expect("a message").expect_err("the last one is refused")
}

#[test]
fn a_session_begins_in_order() {
    assert!(matches!(refused(&[init()]), PsrpError::Unexpected { .. }));
    let now = Version::new(2, 3);
    assert!(matches!(refused(&[hello(now), hello(now)]), PsrpError::Unexpected { .. }));
    assert!(matches!(refused(&[hello(now), init(), init()]), PsrpError::Unexpected { .. }));
    assert_eq!(refused(&[hello(Version::new(3, 0))]), PsrpError::Version(Version::new(3, 0)));
    let output = link().cut(MessageType::PipelineOutput, None, Some(&Value::Null)).concat();
    assert!(matches!(refused(&[hello(now), output]), PsrpError::Unexpected { .. }));
}

#[test]
fn questions_about_runspaces_are_answered() {
    let mut pool = ServerPool::new(SIZE);
    pool.receive(&[hello(Version::new(2, 2)), init()].concat()).expect("in order");
    assert_eq!(pool.protocol(), Some(Version::new(2, 2)));
    let before = pool.take_outgoing().len();
    assert_eq!(before, 3, "capability, private data, state");
    let question = Object::default().note("ci", 5_i64).into();
    let question = link().cut(MessageType::GetAvailableRunspaces, None, Some(&question)).concat();
    assert_eq!(pool.receive(&question), Ok(Vec::new()));
    assert_eq!(pool.take_outgoing().len(), 1);
    let key = link().cut(MessageType::PublicKey, None, Some(&Value::Null)).concat();
    assert_eq!(pool.receive(&key), Ok(vec![ServerPoolEvent::Ignored(MessageType::PublicKey)]));
}

/// A `CREATE_PIPELINE` whose command is a script; nothing of ours can write one.
fn script(link: &Link, id: Uuid) -> Vec<u8> {
    let client = ClientPool::resumed(link.pool, SIZE);
    let create = CreatePipeline::of(Query::ReplicationStatus.invocation());
    let (_, start) = client.create(id, &create).expect("open");
    let wire = String::from_utf8_lossy(&start.command[61..]).into_owned();
    let wire = wire.replace("<B N=\"IsScript\">false</B>", "<B N=\"IsScript\">true</B>");
    let data = crate::psrp::clixml::decode(&wire).expect("CLIXML");
    link.cut(MessageType::CreatePipeline, Some(id), Some(&data)).concat()
}

#[test]
fn a_script_is_refused() {
    let mut pool = ServerPool::new(SIZE);
    pool.receive(&[hello(Version::new(2, 3)), init()].concat()).expect("in order");
    let id = Uuid::from_u128(7);
    let mut pipeline = pool.pipeline(id);
    let events = pipeline.receive(&script(&link(), id));
    assert_eq!(events, Ok(vec![ServerPipelineEvent::ScriptRefused]));
    assert!(pipeline.has_ended());
    let told = pipeline.take_outgoing().concat();
    let mut client = ClientPool::resumed(Uuid::from_u128(1), SIZE).adopt(id);
    let events = client.receive(&told).expect("whole");
    assert!(format!("{events:?}").contains("ScriptsNotAllowed"), "{events:?}");
}

#[test]
fn a_command_is_an_invocation_or_a_fault() {
    let argument =
        |name: Option<&str>, value: Value| ReceivedArgument { name: name.map(str::to_owned), value };
    let with = |argument: ReceivedArgument| {
        let name = "Get-CsPool".to_owned();
        invocation(&ReceivedCommand { name, is_script: false, arguments: vec![argument] })
    };
    let value = |value: Value| with(argument(Some("P"), value)).map(|call| call.get("p").cloned());
    assert_eq!(value("a'b".into()), Ok(Some(Argument::Text("a'b".to_owned()))));
    assert_eq!(value(true.into()), Ok(Some(Argument::Switch(true))));
    assert_eq!(value(5.into()), Ok(Some(Argument::Int(5))));
    let span = Argument::Span(jiff::SignedDuration::from_secs(1));
    assert_eq!(value(Value::TimeSpan(TimeSpan(10_000_000))), Ok(Some(span)));
    let switch = Object::default().property("IsPresent", true);
    assert_eq!(value(switch.into()), Ok(Some(Argument::Switch(true))));
    for wrong in [Value::Null, Value::ScriptBlock("{}".to_owned()), Object::of_list(Vec::new()).into()] {
        assert_eq!(value(wrong), Err(CommandFault::Type("P".to_owned())));
    }
    let hash = |entries: &[(&str, Value)]| {
        let entries = entries.iter().map(|(key, value)| ((*key).into(), value.clone()));
        Value::from(Object::of_hashtable(entries.collect()))
    };
    let list = |items: &[Value]| Value::from(Object::of_list(items.to_vec()));
    let switched = hash(&[("EdgeServer", true.into())]);
    let named = hash(&[("cmdlet", "Get-CsService".into()), ("PARAMETERS", switched)]);
    let bare = hash(&[("Cmdlet", "Get-CsManagementStoreReplicationStatus".into())]);
    let service = Query::Service { role: ServiceRole::EdgeServer }.invocation();
    let both = Argument::Calls(vec![service.clone(), Query::ReplicationStatus.invocation()]);
    assert_eq!(value(list(&[named.clone(), bare])), Ok(Some(both)));
    assert_eq!(value(named.clone()), Ok(Some(Argument::Calls(vec![service]))));
    let wrong = [
        hash(&[("Parameters", hash(&[]))]),
        hash(&[("Cmdlet", 5.into())]),
        hash(&[("Cmdlet", "x".into()), ("Script", "y".into())]),
        hash(&[("Cmdlet", "x".into()), ("Parameters", "y".into())]),
        hash(&[("Cmdlet", "x".into()), ("Parameters", hash(&[("a", Value::Null)]))]),
    ];
    for wrong in wrong.into_iter().map(|wrong| list(&[named.clone(), wrong])).chain([list(&["x".into()])]) {
        assert_eq!(value(wrong), Err(CommandFault::Type("P".to_owned())));
    }
    let positional = with(argument(None, "a".into()));
    assert_eq!(positional, Err(CommandFault::Positional("Get-CsPool".to_owned())));
    let script = ReceivedCommand { name: "exit".to_owned(), is_script: true, arguments: Vec::new() };
    assert_eq!(invocation(&script), Err(CommandFault::Script));
}

/// Commands are asked for once, and not in a pipeline that runs some.
#[test]
fn a_question_for_commands_stands_alone() {
    let mut pool = ServerPool::new(SIZE);
    pool.receive(&[hello(Version::new(2, 3)), init()].concat()).expect("in order");
    let id = Uuid::from_u128(7);
    let question =
        |value: Object| link().cut(MessageType::GetCommandMetadata, Some(id), Some(&value.into())).concat();
    let everything = question(Object::default().note("Name", Value::Null).note("CommandType", 383));
    let mut pipeline = pool.pipeline(id);
    let events = pipeline.receive(&everything).expect("whole");
    let [ServerPipelineEvent::Describe(query)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((query.names.as_slice(), query.kinds), (["*".to_owned()].as_slice(), 383));
    assert!(matches!(pipeline.receive(&everything), Err(PsrpError::Unexpected { .. })));
    let without_kind = question(Object::default().note("Name", "Get-CsPool"));
    assert!(matches!(pool.pipeline(id).receive(&without_kind), Err(PsrpError::Content { .. })));
}

#[test]
fn the_void_methods_are_those_of_the_specification() {
    let void: Vec<i32> = (1..=56).filter(|method| HostMethod(*method).is_void()).collect();
    let expected = [
        6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 28, 30, 32, 34, 36, 38, 40, 42, 47, 48, 49,
        51, 52, 53,
    ];
    assert_eq!(void, expected);
}
