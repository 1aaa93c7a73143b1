//! Clients come and go while a failover runs.

use lync_failover::{
    psrp::{
        client::{ClientPool, PipelineEnd},
        messages::CreatePipeline,
    },
    winrm::{Session, SessionError},
    wsman::{Buffering, Fault, FaultKind, Operation, Target},
};
use uuid::Uuid;

use crate::{
    client::{Client, Heard},
    failover::{fail_over, set_edge},
    lab::{HOST, Lab, PASSWORD, ntlm, session},
};

const SCENARIO: &str = "cms: {pool: pool2.contoso.com}\ndurations: {poolFailover: 60s}\n";

/// A client whose failover has just begun, under session id 7.
async fn begun(lab: &Lab) -> (Client, Uuid) {
    let mut client = Client::open(same(lab)).await;
    client.rows(set_edge()).await;
    let mut pipeline = client.start(&CreatePipeline::of(fail_over(false))).await.expect("started");
    let mut heard = Heard::default();
    while heard.verbose.is_empty() {
        client.fetch(&mut pipeline, &mut heard).await.expect("it answers");
    }
    (client, pipeline.id())
}

fn same(lab: &Lab) -> Session {
    session(lab.plain_endpoint(HOST), ntlm(PASSWORD), Uuid::from_u128(7))
}

fn fault<T: std::fmt::Debug>(answer: Result<T, SessionError>) -> Fault {
    match answer {
        Err(SessionError::Fault(fault)) => *fault,
        other => panic!("{other:?}"),
    }
}

/// The rest of the failover, read by a new process.
async fn rest(session: Session, shell: Uuid, command: Uuid) -> Heard {
    let mut client = Client { session, pool: ClientPool::resumed(shell, 32 << 10), shell };
    let pipeline = client.pool.adopt(command);
    client.finish(pipeline, Heard::default()).await
}

#[tokio::test]
async fn a_disconnected_failover_goes_on_and_is_taken_up_again() {
    let lab = Lab::http(SCENARIO, 20.0).await;
    let (mut client, command) = begun(&lab).await;
    let shell = client.shell;
    client.session.disconnect(shell, None, Some(Buffering::Drop)).await.expect("disconnected");
    assert_eq!(client.session.shells().await.expect("a list")[0].state.as_deref(), Some("Disconnected"));
    let unused = fault(client.session.receive(Target::command(shell, command)).await);
    assert_eq!(unused.kind(), FaultKind::InternalError);
    drop(client);
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    let ended = lab.transcript().entries.last().expect("an entry").kind.clone();
    assert!(matches!(ended, lync_failover::simulator::EntryKind::End(_)), "it ended alone: {ended:?}");

    let mut stranger = lab.plain(HOST);
    assert_eq!(fault(stranger.reconnect(Target::shell(shell)).await).number, Some(0x8033_81CD));
    let mut session = same(&lab);
    session.reconnect(Target::shell(shell)).await.expect("reconnected");
    session.reconnect(Target::command(shell, command)).await.expect("reconnected");
    let heard = rest(session, shell, command).await;
    assert_eq!(heard.end, Some(PipelineEnd::Completed));
    assert!(!heard.verbose.is_empty(), "what was written meanwhile was kept");
}

#[tokio::test]
async fn a_client_that_dies_is_followed_by_one_with_the_same_session() {
    let lab = Lab::http(SCENARIO, 20.0).await;
    let (client, command) = begun(&lab).await;
    let shell = client.shell;
    drop(client);
    let mut stranger = lab.plain(HOST);
    let connect = ClientPool::new(shell, 32 << 10).connect();
    let refused = fault(stranger.connect(Target::shell(shell), connect).await);
    assert_eq!(refused.kind(), FaultKind::InternalError, "the shell is still connected");
    assert_eq!(fault(stranger.receive(Target::shell(shell)).await).kind(), FaultKind::InternalError);
    let mut session = same(&lab);
    session.reconnect(Target::shell(shell)).await.expect("reconnected");
    let heard = rest(session, shell, command).await;
    assert_eq!(heard.end, Some(PipelineEnd::Completed));
    assert_eq!(lab.transcript().starts().count(), 2, "nothing was started twice");
}

#[tokio::test]
async fn another_session_connects_to_a_shell_that_was_left() {
    let lab = Lab::http(SCENARIO, 20.0).await;
    let (mut client, command) = begun(&lab).await;
    let shell = client.shell;
    client.session.disconnect(shell, None, None).await.expect("disconnected");
    let mut other = lab.plain(HOST);
    let commands = other.commands(shell).await.expect("a list");
    assert!(commands.iter().any(|info| info.command == command), "{commands:?}");
    let mut pool = ClientPool::new(shell, 32 << 10);
    let hello = pool.connect();
    let response = other.connect(Target::shell(shell), hello).await.expect("connected");
    pool.receive(&response).expect("it reads");
    other.connect(Target::command(shell, command), Vec::new()).await.expect("connected");
    let mut client = Client { session: other, pool, shell };
    let pipeline = client.pool.adopt(command);
    let heard = client.finish(pipeline, Heard::default()).await;
    assert_eq!(heard.end, Some(PipelineEnd::Completed));
}

#[tokio::test]
async fn a_deleted_shell_takes_its_cmdlet_along() {
    let lab = Lab::http(SCENARIO, 5.0).await;
    let (mut client, _) = begun(&lab).await;
    let target = Target::shell(client.shell);
    client.session.delete(client.shell).await.expect("deleted");
    let gone = fault(client.session.reconnect(target).await);
    assert!(gone.proves_shell_gone(&Operation::Reconnect(target)), "{gone:?}");
    let last = lab.transcript().entries.last().expect("an entry").kind.clone();
    assert!(matches!(last, lync_failover::simulator::EntryKind::End(_)), "{last:?}");
}

#[tokio::test]
async fn an_answer_that_is_lost_leaves_a_cmdlet_that_runs() {
    let lost = "faults:\n- {cmdlet: Invoke-CsPoolFailOver, kind: LoseAnswer}\n";
    let lab = Lab::http(&format!("{SCENARIO}{lost}"), 20.0).await;
    let mut client = Client::open(same(&lab)).await;
    client.rows(set_edge()).await;
    let mut pipeline = client.start(&CreatePipeline::of(fail_over(false))).await.expect("started");
    let broken = loop {
        let fetched = client.fetch(&mut pipeline, &mut Heard::default()).await;
        if let Err(error) = fetched {
            break error;
        }
    };
    assert!(matches!(broken, SessionError::Unknown(_)), "{broken:?}");
    let mut session = same(&lab);
    session.reconnect(Target::shell(client.shell)).await.expect("reconnected");
    let heard = rest(session, client.shell, pipeline.id()).await;
    assert_eq!(heard.end, Some(PipelineEnd::Completed));
}
