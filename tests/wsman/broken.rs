//! A wire that breaks while PowerShell is spoken: what the client says of it, and what the service did.

use std::{sync::Arc, time::Duration};

use lync_failover::{
    lync::Invocation,
    psrp::{
        client::{ClientPool, PipelineEnd},
        messages::CreatePipeline,
    },
    winrm::{Endpoint, Session, SessionError},
    wsman::{FaultKind, Operation, Target},
};
use uuid::Uuid;

use crate::{
    client::{Client, Heard},
    peer::{Peer, endpoint, gate, ntlm},
    proxy::Wire,
};

const SESSION: Uuid = Uuid::from_u128(7);

fn same(endpoint: Endpoint) -> Session {
    Session::new(endpoint, Arc::new(ntlm()), "1", gate(), SESSION)
}

fn failover() -> CreatePipeline {
    CreatePipeline::of(Invocation::new("Invoke-CsPoolFailOver").text("PoolFqdn", "pool1.contoso.com"))
}

#[tokio::test]
async fn before_the_first_byte_nothing_was_sent_and_the_same_command_may_be() {
    let peer = Peer::power_shell();
    let (wire, port) = Wire::to(peer.port).await;
    let mut brief = endpoint(port);
    brief.pace.idle = Duration::from_millis(1);
    let mut client = Client::open(same(brief)).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let command = Uuid::new_v4();
    wire.cut_next();
    let cut = client.start_as(command, &failover()).await;
    assert!(matches!(cut, Err(SessionError::NotSent(_))), "the handshake of a new connection broke: {cut:?}");
    assert!(peer.journal("pipeline").is_empty());

    let mut nowhere = same(endpoint(1));
    let nobody = nowhere.command(client.shell, command, vec![0; 100]).await;
    assert!(matches!(nobody, Err(SessionError::Unreachable(_))), "{nobody:?}");

    (0..4).for_each(|_| peer.turn());
    let pipeline = client.start_as(command, &failover()).await.expect("now it is sent");
    let heard = client.finish(pipeline, Heard::default()).await;
    assert_eq!(heard.end, Some(PipelineEnd::Completed));
    assert_eq!(peer.journal("pipeline").len(), 1);
}

#[tokio::test]
async fn a_command_that_left_and_did_not_arrive_is_unknown_until_the_shell_is_asked() {
    let peer = Peer::power_shell();
    let (wire, port) = Wire::to(peer.port).await;
    let mut client = Client::open(same(endpoint(port))).await;
    let command = Uuid::new_v4();
    wire.cut_next();
    let cut = client.start_as(command, &failover()).await;
    assert!(matches!(cut, Err(SessionError::Unknown(_))), "{cut:?}");
    assert!(peer.journal("pipeline").is_empty(), "it is never sent again by itself");

    client.session.reconnect(Target::shell(client.shell)).await.expect("the shell lives");
    let target = Target::command(client.shell, command);
    let unknown = client.session.reconnect(target).await.expect_err("it never came");
    let SessionError::Fault(fault) = unknown else { panic!("{unknown:?}") };
    assert_eq!(fault.kind(), FaultKind::Gone);
    assert!(!fault.proves_shell_gone(&Operation::Reconnect(target)), "the shell lives");
}

#[tokio::test]
async fn a_command_whose_answer_is_lost_runs_and_is_taken_up() {
    let peer = Peer::power_shell();
    let (wire, port) = Wire::to(peer.port).await;
    let mut client = Client::open(same(endpoint(port))).await;
    let command = Uuid::new_v4();
    wire.cut_next_answer();
    let cut = client.start_as(command, &failover()).await;
    assert!(matches!(cut, Err(SessionError::Unknown(_))), "the same words as if it had not arrived: {cut:?}");

    client.session.reconnect(Target::shell(client.shell)).await.expect("the shell lives");
    client.session.reconnect(Target::command(client.shell, command)).await.expect("it runs");
    let pipeline = ClientPool::resumed(client.shell, 32 << 10).adopt(command);
    (0..4).for_each(|_| peer.turn());
    let heard = client.finish(pipeline, Heard::default()).await;
    assert_eq!((heard.verbose.len(), heard.end), (3, Some(PipelineEnd::Completed)));
    assert_eq!(peer.journal("pipeline").len(), 1);
}

/// What the service has handed out does not come again. A lost end is not taken for a good one.
#[tokio::test]
async fn an_end_that_is_lost_on_the_way_is_unknown() {
    let peer = Peer::power_shell();
    let (wire, port) = Wire::to(peer.port).await;
    let mut client = Client::open(same(endpoint(port))).await;
    let mut pipeline = client.start(&failover()).await.expect("started");
    let mut heard = Heard::default();
    client.fetch(&mut pipeline, &mut heard).await.expect("it runs");
    (0..4).for_each(|_| peer.turn());
    tokio::time::sleep(Duration::from_secs(1)).await;
    wire.cut_next_answer();
    let cut = client.fetch(&mut pipeline, &mut heard).await;
    assert!(matches!(cut, Err(SessionError::Unknown(_))), "{cut:?}");
    client.session.reconnect(Target::shell(client.shell)).await.expect("the shell lives");
    let heard = client.finish(pipeline, heard).await;
    assert_eq!((heard.rows.len(), heard.end), (0, Some(PipelineEnd::Unknown(None))));
}

/// A greeting without an answer leaves a shell behind, which the same session can delete by its id.
#[tokio::test]
async fn a_shell_whose_creation_is_unknown_can_be_deleted() {
    let peer = Peer::power_shell();
    let (wire, port) = Wire::to(peer.port).await;
    let mut session = same(endpoint(port));
    session.identify().await.expect("it answers");
    let shell = Uuid::new_v4();
    wire.cut_next_answer();
    let cut = session.create(shell, None, ClientPool::new(shell, 32 << 10).open()).await;
    assert!(matches!(cut, Err(SessionError::Unknown(_))), "{cut:?}");
    assert_eq!(session.shells().await.expect("a list").len(), 1);
    session.delete(shell).await.expect("deleted");
    assert_eq!(session.shells().await, Ok(Vec::new()));
}
