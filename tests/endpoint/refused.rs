//! Who is turned away, and what.

use lync_failover::{
    psrp::{
        client::PipelineEnd,
        clixml::{Object, Value, encode},
        messages::CreatePipeline,
    },
    winrm::{Secret, SessionError},
};
use uuid::Uuid;

use crate::{
    client::{Client, Heard},
    lab::{HOST, Lab, basic, ntlm, session},
};

#[tokio::test]
async fn wrong_passwords_and_unknown_accounts() {
    for lab in [Lab::http("", 1.0).await, Lab::https("", 1.0).await] {
        let denied = session(lab.endpoint(HOST), ntlm("wrong"), Uuid::new_v4()).identify().await;
        assert!(matches!(denied, Err(SessionError::Denied(_))), "{denied:?}");
        let account = lync_failover::winrm::Account::parse("CONTOSO\\nobody");
        let password = Secret::from(crate::lab::PASSWORD);
        let nobody = lync_failover::winrm::Credentials::Ntlm { account, password };
        let denied = session(lab.endpoint(HOST), nobody, Uuid::new_v4()).identify().await;
        assert!(matches!(denied, Err(SessionError::Denied(_))), "{denied:?}");
    }
    let lab = Lab::https("", 1.0).await;
    let denied = session(lab.endpoint(HOST), basic("wrong"), Uuid::new_v4()).identify().await;
    assert!(matches!(denied, Err(SessionError::Denied(_))), "{denied:?}");
}

#[tokio::test]
async fn a_fault_of_the_scenario_refuses_credentials_until_it_is_cleared() {
    let lab = Lab::http("faults:\n- {kind: Denied, host: fe01.pool2.contoso.com, times: 0}\n", 1.0).await;
    let denied = lab.session(HOST).identify().await;
    assert!(matches!(denied, Err(SessionError::Denied(_))), "{denied:?}");
    lab.session("fe02.pool2.contoso.com").identify().await.expect("another host takes them");
    lab.inject("{clearFaults: true}");
    lab.session(HOST).identify().await.expect("it takes them again");
}

#[tokio::test]
async fn once_is_once() {
    let lab = Lab::http("faults:\n- {kind: NotSent, host: fe01.pool2.contoso.com}\n", 1.0).await;
    let broken = lab.session(HOST).identify().await;
    assert!(matches!(broken, Err(SessionError::NotSent(_))), "{broken:?}");
    lab.session(HOST).identify().await.expect("it answers");
}

#[tokio::test]
async fn a_dead_host_answers_nobody_and_comes_back_without_shells() {
    let lab = Lab::http("", 1.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let waiting = {
        let mut other = session(lab.endpoint(HOST), ntlm(crate::lab::PASSWORD), Uuid::new_v4());
        let shell = Uuid::new_v4();
        let hello = lync_failover::psrp::client::ClientPool::new(shell, 1 << 15).open();
        other.create(shell, None, hello).await.expect("created");
        let target = lync_failover::wsman::Target::shell(shell);
        other.receive(target).await.expect("it answers");
        tokio::spawn(async move { other.receive(target).await })
    };
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    lab.inject("{kill: [fe01.pool2.contoso.com]}");
    let cut = waiting.await.expect("no panic");
    assert!(matches!(cut, Err(SessionError::Unknown(_))), "{cut:?}");
    // Until its listener is gone too it closes what comes.
    let mut dead = lab.session(HOST).identify().await;
    for _ in 0..20 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        dead = lab.session(HOST).identify().await;
    }
    assert!(matches!(dead, Err(SessionError::Unreachable(_))), "{dead:?}");
    lab.inject("{revive: [fe01.pool2.contoso.com]}");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    lab.session(HOST).identify().await.expect("it is back");
    let target = lync_failover::wsman::Target::shell(client.shell);
    client.session.identify().await.ok();
    let gone = client.session.reconnect(target).await;
    let operation = lync_failover::wsman::Operation::Reconnect(target);
    let Err(SessionError::Fault(fault)) = gone else { panic!("{gone:?}") };
    assert!(fault.proves_shell_gone(&operation), "{fault:?}");
}

#[tokio::test]
async fn a_script_is_refused() {
    let lab = Lab::http("", 1.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    // Our client has no way to say it, so its message is changed on the way.
    let id = Uuid::new_v4();
    let typed = CreatePipeline::of(lync_failover::lync::Invocation::new("Get-Date; exit"));
    let (pipeline, start) = client.pool.create(id, &typed).expect("open");
    let at = start.command.windows(14).position(|part| part == b"N=\"IsScript\">f").expect("a flag") + 13;
    let mut command = start.command;
    command[at] = b't';
    command.splice(at + 1..at + 5, *b"rue");
    let short = command.len() - HEADER;
    command[17..21].copy_from_slice(&u32::try_from(short).expect("short").to_be_bytes());
    client.session.command(client.shell, id, command).await.expect("taken");
    let heard = client.finish(pipeline, Heard::default()).await;
    let Some(PipelineEnd::Failed(record)) = heard.end else { panic!("{heard:?}") };
    assert_eq!(record.error_id, "ScriptsNotAllowed");
}

/// Of a fragment.
const HEADER: usize = 21;

#[tokio::test]
async fn what_is_no_powershell_is_a_fault() {
    let lab = Lab::http("", 1.0).await;
    let mut session = lab.session(HOST);
    let noise = encode(&Value::from(Object::default().note("a", 1))).into_bytes();
    let refused = session.create(Uuid::new_v4(), None, noise).await;
    assert!(matches!(&refused, Err(SessionError::Fault(fault)) if fault.provider.is_some()), "{refused:?}");
    let mut client = Client::open(session).await;
    let refused = client.session.command(client.shell, Uuid::new_v4(), vec![0; 40]).await;
    assert!(matches!(refused, Err(SessionError::Fault(_))), "{refused:?}");
    assert!(client.session.commands(client.shell).await.expect("a list").is_empty());
    client.rows(lync_failover::lync::Invocation::new("Get-CsTopology").switch("AsXml")).await;
}
