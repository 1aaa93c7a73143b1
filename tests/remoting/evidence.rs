//! What the way to a host says about its pool: only a connection that nobody takes is a witness of its death.

use std::{sync::Arc, time::Duration};

use lync_failover::{
    bridge::{
        Bridge as _,
        winrm::{Access, Listener, WinRmBridge},
    },
    clock::SystemClock,
    controller::{Endpoint, Look, Organisation, observe},
    lync::{EndpointState, Fact, MachineFqdn, Observed, cmdlet::Query},
    plan::{Limits, Observer, Vote, Watch, ballots},
    winrm::{Credentials, Tls},
};
use uuid::Uuid;

use crate::{
    bridges::{MODULE, access, bridge},
    certificates::Authority,
    lab::{HOST, Lab, PASSWORD, ntlm},
};

const POOL1: &str = "pool1.contoso.com";
const FE1: &str = "fe01.pool1.contoso.com";

/// Looks at a lab; the endpoints of Pool1 as `edit` makes them, those of Pool2 as they are.
async fn look(lab: &Lab, entered: Access, edit: impl Fn(&mut Listener)) -> (Observed, Vote) {
    let listeners = lab.places.iter().map(|place| {
        let address = Some(place.address.ip());
        let mut listener = Listener { host: place.host.clone(), address, port: place.address.port() };
        if place.pool.as_str() == POOL1 {
            edit(&mut listener);
        }
        listener
    });
    let clock = Arc::new(SystemClock);
    let org = Organisation {
        bridge: Arc::new(WinRmBridge::new(listeners.collect(), entered, Uuid::new_v4(), clock.clone())),
        prober: Arc::new(lab.direct()),
        clock,
        endpoints: lab
            .places
            .iter()
            .map(|place| Endpoint { host: place.host.clone(), pool: place.pool.clone() })
            .collect(),
        limits: Limits::default(),
        interval: jiff::SignedDuration::from_secs(60),
    };
    let mut observed = observe(&org, Look::default()).await;
    if observed.topology.value().is_none() {
        // Nobody could be asked about the pools; as they are known from before.
        let before = Organisation { bridge: Arc::new(lab.direct()), ..org.clone() };
        observed.topology = observe(&before, Look::default()).await.topology;
    }
    let pool = POOL1.parse().expect("a name");
    let ballots = ballots(&pool, &observed, &Watch::default(), &org.limits, jiff::Timestamp::now());
    let vote = ballots.iter().find(|ballot| ballot.observer == Observer::Bridge).expect("it is asked").vote;
    (observed, vote)
}

#[track_caller]
fn unknown(observed: &Observed, words: &str) {
    let state = &observed.endpoints[&FE1.parse::<MachineFqdn>().expect("a name")];
    assert!(matches!(state, Fact::Unknown(why) if why.to_string().contains(words)), "{words}: {state:?}");
}

fn usual() -> Access {
    access(MODULE, ntlm(PASSWORD), "1")
}

#[tokio::test]
async fn a_dead_host_takes_no_connection_and_that_is_evidence() {
    let lab = Lab::http("failures:\n- kill: [pool1.contoso.com]\n", 1.0).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (observed, vote) = look(&lab, usual(), |_| {}).await;
    assert_eq!(vote, Vote::Down);
    let state = observed.endpoints[&FE1.parse::<MachineFqdn>().expect("a name")].value();
    assert!(matches!(state, Some(EndpointState::Unreachable(why)) if why.contains("efused")), "{state:?}");
}

#[tokio::test]
async fn a_host_that_is_not_found_in_dns_is_no_evidence() {
    let lab = Lab::http("", 1.0).await;
    let (observed, vote) = look(&lab, usual(), |listener| listener.address = None).await;
    unknown(&observed, "the name is not found");
    assert_eq!(vote, Vote::NoEvidence);
}

#[tokio::test]
async fn an_address_that_cannot_be_tried_from_here_is_no_evidence() {
    let lab = Lab::http("", 1.0).await;
    let nowhere = |listener: &mut Listener| listener.address = Some([255, 255, 255, 255].into());
    let (observed, vote) = look(&lab, usual(), nowhere).await;
    unknown(&observed, "255.255.255.255");
    assert_eq!(vote, Vote::NoEvidence);
}

#[tokio::test]
async fn a_session_configuration_that_is_missing_is_no_evidence() {
    let lab = Lab::http("", 1.0).await;
    let (observed, vote) = look(&lab, access("Nobody", ntlm(PASSWORD), "1"), |_| {}).await;
    unknown(&observed, "");
    assert_eq!(vote, Vote::NoEvidence);
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_no_evidence() {
    let lab = Lab::https("", 1.0).await;
    let tls = Some(Tls { authorities: Some(Authority::new().certificate), identity: None });
    let (observed, vote) = look(&lab, Access { tls, ..usual() }, |_| {}).await;
    unknown(&observed, "the certificate is not accepted");
    assert_eq!(vote, Vote::NoEvidence);
}

#[tokio::test]
async fn an_account_that_is_refused_is_no_evidence() {
    let lab = Lab::http("", 1.0).await;
    let credentials: Credentials = ntlm("wrong");
    let (observed, vote) = look(&lab, access(MODULE, credentials, "1"), |_| {}).await;
    let state = observed.endpoints[&FE1.parse::<MachineFqdn>().expect("a name")].value();
    assert!(matches!(state, Some(EndpointState::Denied(_))), "{state:?}");
    assert_eq!(vote, Vote::NoEvidence);
    assert_eq!(lab.refused_logins(), 1, "six endpoints at once, and one of them is asked");
}

/// A round that goes on without a host drops the call in the middle of it: the shell is found again.
#[tokio::test]
async fn a_call_that_is_dropped_at_any_moment_leaves_one_shell_at_most() {
    let lab = Lab::http("", 1.0).await;
    let host: MachineFqdn = HOST.parse().expect("a name");
    let remote = bridge(&lab, MODULE);
    let mut dropped = 0;
    for pause in (0..60).map(|step| step * 2) {
        let query = [Query::ConfigurationStoreLocation];
        let call = remote.query(&host, &query);
        dropped += u32::from(tokio::time::timeout(Duration::from_millis(pause), call).await.is_err());
        let shells = lab.session(HOST).shells().await.expect("a list");
        assert!(shells.len() <= 1, "{pause} ms: {shells:?}");
    }
    assert!(dropped > 0, "it is never slow enough to be dropped");
    remote.query(&host, &[Query::ConfigurationStoreLocation]).await.expect("it answers");
    remote.close().await;
    assert_eq!(lab.session(HOST).shells().await.expect("a list"), [], "no shell is left");
}
