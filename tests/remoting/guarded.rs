//! Changes through the module on a host: operations that outlive connections, clients and shells.

use lync_failover::bridge::{Adoption, Bridge as _, CallError, Ended, Fence, KnownRefusal};

use crate::{
    bridges::{MODULE, bridge, end, fail_over, operation, set_edge},
    lab::{HOST, Lab, PASSWORD, ntlm},
};

const SCENARIO: &str = "cms: {pool: pool2.contoso.com}\ndurations: {poolFailover: 60s, setEdgeServer: 1s}\n";

fn host() -> lync_failover::lync::MachineFqdn {
    HOST.parse().expect("a name")
}

async fn with_edge(lab: &Lab) -> lync_failover::bridge::winrm::WinRmBridge {
    let first = bridge(lab, MODULE);
    let fence = first.raise_epoch(&host()).await.expect("a fence");
    let edge = operation(set_edge(), &fence);
    first.start(&edge).await.expect("it starts");
    assert_eq!(end(&first, &edge).await.1, Ended::Completed);
    first
}

#[tokio::test]
async fn a_failover_goes_on_without_its_client_and_any_host_knows_it() {
    let lab = Lab::http(SCENARIO, 20.0).await;
    let first = with_edge(&lab).await;
    let fence = first.raise_epoch(&host()).await.expect("a fence");
    let users = operation(fail_over(), &fence);
    first.start(&users).await.expect("it starts");
    drop(first);
    lab.session(HOST).shells().await.expect("a list");
    let second = bridge(&lab, MODULE);
    let other = "fe02.pool2.contoso.com".parse().expect("a name");
    assert_eq!(second.adopt(&other, &users).await, Ok(Adoption::Running), "the journal is shared");
    assert_eq!(second.adopt(&users.host, &users).await, Ok(Adoption::Running));
    let (records, ended) = end(&second, &users).await;
    assert_eq!(ended, Ended::Completed);
    assert!(records.len() >= 3 && records.windows(2).all(|pair| pair[0].at <= pair[1].at), "{records:?}");
    assert_eq!(second.adopt(&users.host, &users).await, Ok(Adoption::Ended(Ended::Completed)));
    let epochs: Vec<_> = lab.transcript().starts().map(|start| start.epoch).collect();
    assert_eq!(epochs, [Some(1), Some(2)]);
}

#[tokio::test]
async fn an_answer_that_is_lost_is_unknown_and_the_journal_knows() {
    let lost = "faults:\n- {cmdlet: Invoke-CsPoolFailOver, kind: LoseAnswer}\n";
    let lab = Lab::http(&format!("{SCENARIO}{lost}"), 20.0).await;
    let bridge = with_edge(&lab).await;
    let users = operation(fail_over(), &bridge.raise_epoch(&host()).await.expect("a fence"));
    let answer = bridge.start(&users).await;
    assert!(matches!(answer, Err(CallError::Unknown(_))), "{answer:?}");
    assert_eq!(bridge.adopt(&users.host, &users).await, Ok(Adoption::Running));
    bridge.start(&users).await.expect("the same id again is the same operation");
    assert_eq!(end(&bridge, &users).await.1, Ended::Completed);
    assert_eq!(lab.transcript().starts().count(), 2);
}

#[tokio::test]
async fn fence_and_lock_refuse_and_say_so() {
    let lab = Lab::http(SCENARIO, 5.0).await;
    let bridge = with_edge(&lab).await;
    let fence = bridge.raise_epoch(&host()).await.expect("a fence");
    let known = |answer| match answer {
        Err(CallError::Refused(refusal)) => refusal.known(),
        other => panic!("{other:?}"),
    };
    let late =
        bridge.start(&operation(fail_over(), &Fence { epoch: fence.epoch - 1, ..fence.clone() })).await;
    assert_eq!(known(late), Some(KnownRefusal::Fenced));
    bridge.start(&operation(fail_over(), &fence)).await.expect("it starts");
    let second = bridge.start(&operation(set_edge(), &fence)).await;
    assert_eq!(known(second), Some(KnownRefusal::Busy));
}

#[tokio::test]
async fn an_id_that_the_journal_does_not_know_never_started() {
    let lab = Lab::http(SCENARIO, 5.0).await;
    let bridge = bridge(&lab, MODULE);
    let nothing = operation(fail_over(), &bridge.raise_epoch(&host()).await.expect("a fence"));
    assert_eq!(bridge.adopt(&nothing.host, &nothing).await, Ok(Adoption::NeverStarted));
}

/// After the hand-off the cmdlet runs, whatever else goes wrong in the session.
#[tokio::test]
async fn an_error_after_the_hand_off_is_no_refusal() {
    let fails = "faults:\n- {cmdlet: Start-LfOperation, kind: FailAfter, call: 2}\n";
    let lab = Lab::http(&format!("{SCENARIO}{fails}"), 20.0).await;
    let bridge = with_edge(&lab).await;
    let users = operation(fail_over(), &bridge.raise_epoch(&host()).await.expect("a fence"));
    let answer = bridge.start(&users).await;
    assert!(matches!(answer, Err(CallError::Unknown(_))), "{answer:?}");
    assert_eq!(bridge.adopt(&users.host, &users).await, Ok(Adoption::Running));
    assert_eq!(end(&bridge, &users).await.1, Ended::Completed);
}

/// The journal of a host was set up anew, or is another one: that it knows nothing says nothing.
#[tokio::test]
async fn another_journal_than_that_of_the_intent_says_nothing() {
    let (lab, other) = (Lab::http(SCENARIO, 5.0).await, Lab::http(SCENARIO, 5.0).await);
    let first = with_edge(&lab).await;
    let users = operation(fail_over(), &first.raise_epoch(&host()).await.expect("a fence"));
    let elsewhere = with_edge(&other).await;
    let found = elsewhere.adopt(&users.host, &users).await;
    assert!(matches!(&found, Err(CallError::NotSent(why)) if why.contains("journal")), "{found:?}");
    let late = elsewhere.start(&users).await;
    assert!(
        matches!(&late, Err(CallError::Refused(refusal)) if refusal.error_id.starts_with("HomeMismatch")),
        "{late:?}"
    );
    assert_eq!(other.transcript().starts().count(), 1, "the Edge change, and nothing else");
}

/// Before it is known whose lock would have to be held, nothing is changed.
#[tokio::test]
async fn nothing_is_changed_in_an_organisation_that_is_not_known() {
    let lab = Lab::http(SCENARIO, 5.0).await;
    let listeners = lab.places.iter().map(|place| lync_failover::bridge::winrm::Listener {
        host: place.host.clone(),
        address: Some([127, 0, 0, 1].into()),
        port: place.address.port(),
    });
    let access = crate::bridges::access(MODULE, ntlm(PASSWORD), "1");
    let clock = std::sync::Arc::new(lync_failover::clock::SystemClock);
    let bridge = lync_failover::bridge::winrm::WinRmBridge::new(
        listeners.collect(),
        access,
        uuid::Uuid::from_u128(2),
        clock,
    );
    assert!(matches!(bridge.raise_epoch(&host()).await, Err(CallError::NotSent(_))));
    assert!(matches!(
        bridge.start(&operation(set_edge(), &Fence { epoch: 1, keeper: None })).await,
        Err(CallError::NotSent(_))
    ));
    assert_eq!(lab.transcript().starts().count(), 0);
}

/// More than fits into one answer of the journal, and the end comes after the last of it.
#[tokio::test]
async fn an_operation_with_much_to_say_is_heard_to_its_end() {
    let talks = "faults:\n- {kind: Talk, cmdlet: Set-CsEdgeServer}\n";
    let lab = Lab::http(&format!("{SCENARIO}{talks}"), 1000.0).await;
    let bridge = bridge(&lab, MODULE);
    let edge = operation(set_edge(), &bridge.raise_epoch(&host()).await.expect("an epoch"));
    bridge.start(&edge).await.expect("it starts");
    while bridge.adopt(&host(), &edge).await == Ok(Adoption::Running) {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let (records, ended) = end(&bridge, &edge).await;
    assert_eq!(ended, Ended::Completed);
    let lines: Vec<_> = records.iter().filter(|record| record.text.starts_with("Line ")).collect();
    assert_eq!(lines.len(), 2500);
    assert_eq!(lines[2499].text, "Line 2500 of 2500.");
}
