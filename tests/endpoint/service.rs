//! The service itself: configurations, quotas, idle shells, plain HTTP.

use std::time::Duration;

use lync_failover::{
    psrp::client::ClientPool,
    winrm::SessionError,
    wsman::{FaultKind, Identity, Target},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use uuid::Uuid;

use crate::{
    client::Client,
    lab::{HOST, Lab, PASSWORD, ntlm, session},
};

fn kind<T: std::fmt::Debug>(answer: Result<T, SessionError>) -> FaultKind {
    match answer {
        Err(SessionError::Fault(fault)) => fault.kind(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn it_says_who_it_is() {
    let lab = Lab::http("", 1.0).await;
    let identity = lab.session(HOST).identify().await.expect("it answers");
    assert!(identity.vendor.contains("simulator"), "{identity:?}");
    assert!(lab.places.iter().all(|place| place.address.ip().is_loopback()));
}

#[tokio::test]
async fn both_configurations_exist_and_no_other() {
    let lab = Lab::http("", 1.0).await;
    for (name, there) in [("LyncFailover", true), ("microsoft.powershell", true), ("Other", false)] {
        let mut endpoint = lab.endpoint(HOST);
        endpoint.configuration = name.to_owned();
        let mut session = session(endpoint, ntlm(PASSWORD), Uuid::new_v4());
        let shell = Uuid::new_v4();
        let created = session.create(shell, None, ClientPool::new(shell, 1 << 15).open()).await;
        if there {
            created.expect("it exists");
        } else {
            assert_eq!(kind(created), FaultKind::Unsupported);
        }
    }
}

#[tokio::test]
async fn an_account_has_so_many_shells_and_no_more() {
    let lab = Lab::http("", 1.0).await;
    let mut session = lab.session(HOST);
    for _ in 0..25 {
        let shell = Uuid::new_v4();
        session.create(shell, None, ClientPool::new(shell, 1 << 15).open()).await.expect("created");
    }
    let shell = Uuid::new_v4();
    let refused = session.create(shell, None, ClientPool::new(shell, 1 << 15).open()).await;
    assert_eq!(kind(refused), FaultKind::QuotaExceeded);
    let shells = session.shells().await.expect("a list");
    assert_eq!(shells.len(), 25);
    session.delete(shells[0].shell).await.expect("deleted");
    session.create(shell, None, ClientPool::new(shell, 1 << 15).open()).await.expect("created");
}

#[tokio::test]
async fn an_idle_shell_ends_and_one_that_is_waited_for_does_not() {
    let lab = Lab::http("", 1.0).await;
    let mut session = lab.session(HOST);
    let shell = Uuid::new_v4();
    let idle = Some(Duration::from_secs(1));
    session.create(shell, idle, ClientPool::new(shell, 1 << 15).open()).await.expect("created");
    session.receive(Target::shell(shell)).await.expect("it answers").expect("the pool opens");
    let nothing = session.receive(Target::shell(shell)).await.expect("two seconds are over");
    assert_eq!(nothing, None, "TimedOut, which is normal");
    tokio::time::sleep(Duration::from_millis(1800)).await;
    assert_eq!(kind(session.reconnect(Target::shell(shell)).await), FaultKind::Gone);
}

#[tokio::test]
async fn what_is_not_sealed_is_not_taken() {
    let lab = Lab::http("", 1.0).await;
    let question = Identity::question();
    for authorization in
        ["", "Authorization: Basic c3ZjLWx5bmM6eA==\r\n", "Authorization: Negotiate eA==\r\n"]
    {
        let mut stream = TcpStream::connect(lab.place(HOST).address).await.expect("it listens");
        let request = format!(
            "POST /wsman HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{authorization}Content-Type: \
             application/soap+xml\r\nContent-Length: {}\r\n\r\n{question}",
            question.len()
        );
        stream.write_all(request.as_bytes()).await.expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("Negotiate"), "{answer}");
        assert!(!answer.contains("Basic") && !answer.contains("Envelope"), "{answer}");
    }
}

#[tokio::test]
async fn a_long_answer_comes_in_pieces_that_fit() {
    let lab = Lab::http("", 1.0).await;
    let mut endpoint = lab.endpoint(HOST);
    endpoint.pace.max_envelope = 8192;
    let mut client = Client::open(session(endpoint, ntlm(PASSWORD), Uuid::new_v4())).await;
    let call = lync_failover::lync::Invocation::new("Get-CsTopology").switch("AsXml");
    let [document] = client.rows(call).await.try_into().expect("one document");
    assert!(document.text.expect("a text").len() > 8192);
}
