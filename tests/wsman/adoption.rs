//! A failover outlives the process that started it.

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    sync::Arc,
};

use lync_failover::{
    lync::Invocation,
    psrp::{
        client::{ClientPool, PipelineEnd, PoolEvent},
        messages::CreatePipeline,
    },
    winrm::{Session, SessionError},
    wsman::{Buffering, Fault, FaultKind, Operation, Target},
};
use uuid::Uuid;

use crate::{
    client::{Client, Heard},
    peer::{Peer, endpoint, gate, ntlm},
};

const SESSION: Uuid = Uuid::from_u128(7);
const STRANGER: Uuid = Uuid::from_u128(8);
const SHELL: Uuid = Uuid::from_u128(9);
const COMMAND: Uuid = Uuid::from_u128(10);
const SIZE: usize = 32 << 10;
/// Where the process that is killed finds the service.
const PORT: &str = "LYNC_FAILOVER_TEST_PORT";

fn open(port: u16, id: Uuid) -> Session {
    Session::new(endpoint(port), Arc::new(ntlm()), "1", gate(), id)
}

fn fault<T: std::fmt::Debug>(answer: Result<T, SessionError>) -> Fault {
    match answer {
        Err(SessionError::Fault(fault)) => *fault,
        other => panic!("{other:?}"),
    }
}

/// Starts the failover under ids that were chosen before, and hears its first step.
async fn begin(port: u16) -> Client {
    let mut client = Client::open_as(open(port, SESSION), SHELL).await;
    let call = Invocation::new("Invoke-CsPoolFailOver").text("PoolFqdn", "pool1.contoso.com");
    let mut pipeline = client.start_as(COMMAND, &CreatePipeline::of(call)).await.expect("started");
    let mut heard = Heard::default();
    while heard.verbose.is_empty() {
        client.fetch(&mut pipeline, &mut heard).await.expect("it answers");
    }
    client
}

/// The rest of it, read by who has nothing but the ids.
async fn rest(peer: &Peer, session: Session, pool: ClientPool) -> Heard {
    (0..3).for_each(|_| peer.turn());
    let pipeline = pool.adopt(COMMAND);
    Client { session, pool, shell: SHELL }.finish(pipeline, Heard::default()).await
}

fn whole(heard: &Heard) {
    assert_eq!(heard.verbose, ["Step 1 of pool1.contoso.com", "Step 2 of pool1.contoso.com"]);
    assert_eq!(heard.rows[0].text.as_deref(), Some("3 users moved"));
    assert_eq!(heard.end, Some(PipelineEnd::Completed));
}

/// Not a test of its own: the process that [`a_killed_process_is_followed_by_another`] kills.
#[tokio::test]
#[ignore = "a part of another test"]
async fn the_process_that_is_killed() {
    let Ok(port) = env::var(PORT) else { return };
    let _client = begin(port.parse().expect("a port")).await;
    eprintln!("it runs");
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_killed_process_is_followed_by_another() {
    let peer = Peer::power_shell();
    peer.turn();
    let mut first = Command::new(env::current_exe().expect("this test"))
        .args(["adoption::the_process_that_is_killed", "--exact", "--ignored", "--nocapture"])
        .env(PORT, peer.port.to_string())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(first.stderr.take().expect("piped")).lines();
    assert!(lines.any(|line| line.expect("text") == "it runs"), "it did not come so far");
    first.kill().expect("SIGKILL");
    first.wait().expect("dead");

    let mut stranger = open(peer.port, STRANGER);
    let connect = ClientPool::new(SHELL, SIZE).connect();
    let refused = fault(stranger.connect(Target::shell(SHELL), connect).await);
    assert_eq!(refused.kind(), FaultKind::InternalError, "the dead client is still connected");

    let mut second = open(peer.port, SESSION);
    second.reconnect(Target::shell(SHELL)).await.expect("the shell");
    second.reconnect(Target::command(SHELL, COMMAND)).await.expect("the command");
    whole(&rest(&peer, second, ClientPool::resumed(SHELL, SIZE)).await);
    assert_eq!(peer.journal("pipeline").len(), 1, "nothing was started twice");
}

#[tokio::test]
async fn a_disconnected_failover_goes_on_and_is_taken_up_by_the_same_session() {
    let peer = Peer::power_shell();
    peer.turn();
    let mut client = begin(peer.port).await;
    client.session.disconnect(SHELL, None, Some(Buffering::Drop)).await.expect("let go");
    drop(client);
    let mut second = open(peer.port, SESSION);
    second.reconnect(Target::shell(SHELL)).await.expect("the shell");
    second.reconnect(Target::command(SHELL, COMMAND)).await.expect("the command");
    whole(&rest(&peer, second, ClientPool::resumed(SHELL, SIZE)).await);
}

#[tokio::test]
async fn another_session_connects_to_what_was_let_go() {
    let peer = Peer::power_shell();
    peer.turn();
    let mut client = begin(peer.port).await;
    let mut stranger = open(peer.port, STRANGER);
    let mut pool = ClientPool::new(SHELL, SIZE);
    let connect = pool.connect();
    let refused = fault(stranger.connect(Target::shell(SHELL), connect.clone()).await);
    assert_eq!(refused.kind(), FaultKind::InternalError, "somebody else is connected");
    assert!(!refused.proves_shell_gone(&Operation::Reconnect(Target::shell(SHELL))));

    client.session.disconnect(SHELL, None, None).await.expect("let go");
    let response = stranger.connect(Target::shell(SHELL), connect).await.expect("connected");
    assert_eq!(pool.receive(&response), Ok(vec![PoolEvent::Opened]));
    let commands = stranger.commands(SHELL).await.expect("a list");
    assert_eq!(commands.iter().map(|info| info.command).collect::<Vec<_>>(), [COMMAND]);
    stranger.connect(Target::command(SHELL, COMMAND), Vec::new()).await.expect("the command");
    whole(&rest(&peer, stranger, pool).await);
}

#[tokio::test]
async fn what_was_adopted_can_be_used_and_deleted_and_is_gone_then() {
    let peer = Peer::power_shell();
    peer.turn();
    drop(begin(peer.port).await);
    let mut second = open(peer.port, SESSION);
    second.reconnect(Target::shell(SHELL)).await.expect("the shell");
    let mut client = Client { session: second, pool: ClientPool::resumed(SHELL, SIZE), shell: SHELL };
    let [row] = client.rows(Invocation::new("Get-Echo").text("A", "b")).await.try_into().expect("one");
    assert_eq!(row.text.as_deref(), Some("b"));
    client.session.delete(SHELL).await.expect("deleted");
    let target = Target::shell(SHELL);
    let gone = fault(open(peer.port, SESSION).reconnect(target).await);
    assert!(gone.proves_shell_gone(&Operation::Reconnect(target)), "{gone:?}");
}
