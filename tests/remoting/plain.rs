//! Changes through a plain endpoint, whose only memory is the shell in which the cmdlet runs.

use std::time::Duration;

use lync_failover::{
    bridge::{Adoption, Bridge as _, CallError, Ended, Keeper},
    winrm::{Pace, SessionError},
    wsman::FaultKind,
};

use crate::{
    bridges::{PLAIN, bridge, bridge_at, end, fail_over, no_fence, operation, pace, set_edge},
    lab::{HOST, Lab},
};

const SCENARIO: &str = "cms: {pool: pool2.contoso.com}\ndurations: {poolFailover: 60s, setEdgeServer: 1s}\n";

async fn with_edge(lab: &Lab) -> lync_failover::bridge::winrm::WinRmBridge {
    let first = bridge(lab, PLAIN);
    let edge = operation(set_edge(), &no_fence());
    first.start(&edge).await.expect("it starts");
    assert_eq!(end(&first, &edge).await.1, Ended::Completed);
    first
}

#[tokio::test]
async fn a_failover_runs_and_its_shell_is_gone_afterwards() {
    let lab = Lab::http(SCENARIO, 20.0).await;
    let bridge = with_edge(&lab).await;
    let users = operation(fail_over(), &no_fence());
    bridge.start(&users).await.expect("it starts");
    let (records, ended) = end(&bridge, &users).await;
    assert_eq!(ended, Ended::Completed);
    assert!(records.len() >= 3, "{records:?}");
    bridge.close().await;
    assert_eq!(lab.session(HOST).shells().await.expect("a list"), []);
    assert_eq!(lab.transcript().starts().count(), 2);
}

#[tokio::test]
async fn the_next_process_takes_a_running_cmdlet_up_and_follows_it_to_its_end() {
    let lab = Lab::http(SCENARIO, 20.0).await;
    let first = with_edge(&lab).await;
    let users = operation(fail_over(), &no_fence());
    first.start(&users).await.expect("it starts");
    first.follow(&users, 0).await.expect("news");
    drop(first);
    let second = bridge(&lab, PLAIN);
    assert_eq!(second.adopt(&users.host, &users).await, Ok(Adoption::Running));
    let (_, ended) = end(&second, &users).await;
    assert_eq!(ended, Ended::Completed);
    assert_eq!(lab.transcript().starts().count(), 2, "nothing was started twice");
}

#[tokio::test]
async fn what_lync_refuses_is_a_failure_with_its_words() {
    let lab = Lab::http(SCENARIO, 20.0).await;
    let bridge = bridge(&lab, PLAIN);
    let users = operation(fail_over(), &no_fence());
    bridge.start(&users).await.expect("it starts");
    let (_, ended) = end(&bridge, &users).await;
    let Ended::Failed(refusal) = ended else { panic!("{ended:?}") };
    assert_eq!(refusal.known(), Some(lync_failover::bridge::KnownRefusal::EdgeNextHop));
}

#[tokio::test]
async fn an_answer_that_is_lost_is_unknown_and_then_adopted() {
    let lost = "faults:\n- {cmdlet: Invoke-CsPoolFailOver, kind: LoseAnswer}\n";
    let lab = Lab::http(&format!("{SCENARIO}{lost}"), 20.0).await;
    let bridge = with_edge(&lab).await;
    let users = operation(fail_over(), &no_fence());
    let mut broken = bridge.start(&users).await;
    while broken.is_ok() {
        broken = bridge.follow(&users, 0).await.map(drop);
    }
    assert!(matches!(broken, Err(CallError::Unknown(_))), "{broken:?}");
    assert_eq!(bridge.adopt(&users.host, &users).await, Ok(Adoption::Running));
    assert_eq!(end(&bridge, &users).await.1, Ended::Completed);
    assert_eq!(lab.transcript().starts().count(), 2);
}

/// The proof that nothing runs takes as long as a request of a dying process may be under way.
#[tokio::test]
async fn a_shell_that_is_gone_ends_the_operation_and_says_that_only_observation_can_tell() {
    let lab = Lab::http(SCENARIO, 5.0).await;
    let first = with_edge(&lab).await;
    let users = operation(fail_over(), &no_fence());
    first.start(&users).await.expect("it starts");
    lab.session(HOST).delete(users.shell_id).await.expect("deleted");
    let second = bridge(&lab, PLAIN);
    let begun = tokio::time::Instant::now();
    let found = second.adopt(&users.host, &users).await.expect("it answers");
    assert!(matches!(&found, Adoption::Ended(Ended::Lost(why)) if why.contains("observation")), "{found:?}");
    assert!(begun.elapsed() >= Duration::from_secs(20), "a straggler could still arrive");
}

/// Windows shows an account its own shells only. That another one does not find the shell proves nothing.
#[tokio::test]
async fn the_shell_of_another_account_is_not_called_gone() {
    let lab = Lab::http(SCENARIO, 5.0).await;
    let bridge = bridge(&lab, PLAIN);
    let mut users = operation(fail_over(), &no_fence());
    users.keeper = Some(Keeper::Shell("contoso\\svc-former".to_owned()));
    let found = bridge.adopt(&users.host, &users).await.expect("it answers");
    assert!(matches!(&found, Adoption::Undecidable(why) if why.contains("another account")), "{found:?}");
    let answer = bridge.start(&users).await;
    assert!(
        matches!(answer, Err(CallError::NotSent(_))),
        "its keeper would not be the one that was noted: {answer:?}"
    );
    assert_eq!(lab.transcript().starts().count(), 0);
}

/// A host that hangs costs its time and no more: nothing waits for ever, and nothing stays behind.
#[tokio::test]
async fn a_shell_that_does_not_open_is_given_up() {
    let lab = Lab::http(&format!("{SCENARIO}faults: [{{kind: NeverOpens}}]\n"), 5.0).await;
    for configuration in [PLAIN, crate::bridges::MODULE] {
        let pace = Pace { shell: Duration::from_secs(1), read: Duration::from_secs(1), ..pace() };
        let bridge = bridge_at(&lab, configuration, pace);
        let answer = timeout(bridge.query(&host(), &[])).await;
        assert!(matches!(answer, Err(CallError::Unknown(_))), "{configuration}: {answer:?}");
    }
    lab.inject("{clearFaults: true}");
    let pace = Pace { shell: Duration::from_secs(1), ..pace() };
    let bridge = bridge_at(&lab, PLAIN, pace);
    bridge.query(&host(), &[]).await.expect("it answers");
    lab.inject("{faults: [{kind: NeverOpens}]}");
    let answer = timeout(bridge.start(&operation(fail_over(), &no_fence()))).await;
    assert!(matches!(answer, Err(CallError::NotSent(_))), "{answer:?}");
    bridge.close().await;
    assert_eq!(lab.session(HOST).shells().await.expect("a list"), []);
    assert_eq!(lab.transcript().starts().count(), 0);
}

async fn timeout<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(15), work).await.expect("it comes back")
}

fn host() -> lync_failover::lync::MachineFqdn {
    HOST.parse().expect("a name")
}

#[tokio::test]
async fn a_shell_of_another_session_says_nothing() {
    let lab = Lab::http(SCENARIO, 5.0).await;
    let first = with_edge(&lab).await;
    let users = operation(fail_over(), &no_fence());
    first.start(&users).await.expect("it starts");
    let mut foreign = users.clone();
    foreign.session_id = uuid::Uuid::new_v4();
    let second = bridge(&lab, PLAIN);
    let found = second.adopt(&foreign.host, &foreign).await;
    assert!(matches!(found, Err(CallError::Unknown(_))), "{found:?}");
    let fault = lab.session(HOST).reconnect(lync_failover::wsman::Target::shell(users.shell_id)).await;
    assert!(matches!(fault, Err(SessionError::Fault(fault)) if fault.kind() != FaultKind::Gone));
}

/// The cmdlet was never sent: its shell is there, and is ended, so that a late Command finds no place.
#[tokio::test]
async fn a_shell_without_its_cmdlet_is_ended() {
    let lab = Lab::http(SCENARIO, 5.0).await;
    let users = operation(fail_over(), &no_fence());
    let mut dying = lab.session_with(HOST, users.session_id, PLAIN);
    let hello = lync_failover::psrp::client::ClientPool::new(users.shell_id, 32 << 10).open();
    dying.create(users.shell_id, None, hello).await.expect("created");
    drop(dying);
    let bridge = bridge(&lab, PLAIN);
    let found = bridge.adopt(&users.host, &users).await.expect("it answers");
    assert!(matches!(found, Adoption::Ended(Ended::Lost(_))), "{found:?}");
    bridge.close().await;
    assert_eq!(lab.session(HOST).shells().await.expect("a list"), []);
}

#[tokio::test]
async fn nobody_but_its_host_can_say_what_became_of_it() {
    let lab = Lab::http(SCENARIO, 5.0).await;
    let bridge = bridge(&lab, PLAIN);
    let other = "fe02.pool2.contoso.com".parse().expect("a name");
    let found = bridge.adopt(&other, &operation(fail_over(), &no_fence())).await;
    assert!(matches!(found, Err(CallError::NotSent(_))), "{found:?}");
}

/// Somebody installs the module, and names it in the deployment, while a cmdlet runs without it. The new
/// journal does not know the cmdlet, which is no proof that it never started.
#[tokio::test]
async fn a_change_of_the_endpoint_does_not_make_a_running_cmdlet_forgotten() {
    let lab = Lab::http(SCENARIO, 2.0).await;
    let first = with_edge(&lab).await;
    let users = operation(fail_over(), &no_fence());
    first.start(&users).await.expect("it starts");
    drop(first);
    let second = bridge(&lab, crate::bridges::MODULE);
    let found = second.adopt(&users.host, &users).await;
    assert!(
        matches!(found, Ok(Adoption::Running | Adoption::Undecidable(_))),
        "it runs, and nobody may call it over: {found:?}"
    );
}
