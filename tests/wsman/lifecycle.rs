//! What a session does, from the first shell to the last.

use std::{sync::Arc, time::Duration};

use lync_failover::{
    winrm::{Session, SessionError},
    wsman::{Buffering, Chunk, CommandState, FaultKind, Operation, Signal, Target},
};
use serde_json::json;
use uuid::Uuid;

use crate::peer::{Peer, gate, ntlm, session};

fn fault(error: SessionError) -> lync_failover::wsman::Fault {
    match error {
        SessionError::Fault(fault) => *fault,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_shell_lives_and_ends() {
    let peer = Peer::ntlm(json!({}));
    let mut session = session(peer.endpoint(), ntlm());
    let (shell, command) = (Uuid::new_v4(), Uuid::new_v4());
    let idle = Duration::from_secs(14_400);
    let info = session.create(shell, Some(idle), b"capabilities".to_vec()).await.expect("created");
    assert_eq!((info.shell, info.idle_timeout), (shell, Some(idle)));
    assert!(info.resource.ends_with("/LyncFailover"));
    let hello = session.receive(Target::shell(shell)).await.expect("received").expect("output");
    assert_eq!(hello.chunks, [Chunk { command: None, data: b"capabilities".to_vec() }]);

    session.command(shell, command, Vec::new()).await.expect("started");
    let target = Target::command(shell, command);
    assert_eq!(session.receive(target).await, Ok(None), "nothing within the time of the operation");
    let large = vec![0xA5; lync_failover::wsman::fragment_room(153_600)];
    session.send(target, large.clone()).await.expect("sent");
    let end = session.receive(target).await.expect("received").expect("output");
    assert_eq!(end.chunks, [Chunk { command: Some(command), data: large }]);
    assert_eq!(end.state.map(|state| state.state), Some(CommandState::Done));
    session.signal(shell, command, Signal::Terminate).await.expect("told");
    assert_eq!(session.commands(shell).await.expect("listed").len(), 1);

    for _ in 0..4 {
        session.create(Uuid::new_v4(), None, vec![1]).await.expect("created");
    }
    let all = session.shells().await.expect("listed, page by page");
    assert_eq!(all.len(), 5);
    let full = fault(session.create(Uuid::new_v4(), None, vec![1]).await.expect_err("too many"));
    assert_eq!(full.kind(), FaultKind::QuotaExceeded);
    for shell in all {
        session.delete(shell.shell).await.expect("deleted");
    }
    assert_eq!(session.shells().await, Ok(Vec::new()));
}

#[tokio::test]
async fn another_process_takes_a_command_up() {
    let peer = Peer::ntlm(json!({}));
    let (id, shell, command) = (Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4());
    let open = |id| Session::new(peer.endpoint(), Arc::new(ntlm()), "1", gate(), id);
    let mut first = open(id);
    first.create(shell, None, vec![1]).await.expect("created");
    first.command(shell, command, b"Invoke-CsPoolFailover".to_vec()).await.expect("started");
    drop(first);

    let mut stranger = open(Uuid::new_v4());
    let refused = fault(stranger.connect(Target::shell(shell), vec![2]).await.expect_err("still connected"));
    assert_eq!(refused.kind(), FaultKind::InternalError);

    let mut second = open(id);
    second.reconnect(Target::shell(shell)).await.expect("the shell");
    second.reconnect(Target::command(shell, command)).await.expect("the command");
    let output = second.receive(Target::command(shell, command)).await.expect("received").expect("output");
    assert_eq!(output.chunks[0].data, b"Invoke-CsPoolFailover");

    let unknown = Target::command(shell, Uuid::new_v4());
    let gone = fault(second.reconnect(unknown).await.expect_err("no such command"));
    assert_eq!(gone.kind(), FaultKind::Gone);
    assert!(!gone.proves_shell_gone(&Operation::Reconnect(unknown)));

    let idle = Some(Duration::from_secs(60));
    second.disconnect(shell, idle, Some(Buffering::Drop)).await.expect("let go");
    assert_eq!(stranger.connect(Target::shell(shell), vec![2]).await, Ok(vec![2]), "now it may");
    stranger.delete(shell).await.expect("deleted");
    let target = Target::shell(shell);
    let gone = fault(second.reconnect(target).await.expect_err("no such shell"));
    assert!(gone.proves_shell_gone(&Operation::Reconnect(target)));
}

#[tokio::test]
async fn a_missing_session_configuration_is_named() {
    let peer = Peer::ntlm(json!({}));
    let mut endpoint = peer.endpoint();
    endpoint.configuration = "Missing".to_owned();
    let error = session(endpoint, ntlm()).create(Uuid::new_v4(), None, vec![1]).await;
    let fault = fault(error.expect_err("no such configuration"));
    assert_eq!(fault.kind(), FaultKind::Unsupported);
    assert!(fault.to_string().contains("no such session configuration"), "{fault}");
}
