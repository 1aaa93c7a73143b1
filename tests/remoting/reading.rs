//! What the bridge reads is what there is.

use std::sync::Arc;

use lync_failover::{
    bridge::{Bridge as _, CallError, Fence, Keeper, KnownRefusal},
    clock::SystemClock,
    controller::{Endpoint, Look, Organisation, observe},
    lync::{
        EndpointState, Fact, Guard, MachineFqdn,
        cmdlet::{Query, ServiceRole},
        outputs,
        ps::{PsObject, PsValue},
    },
    plan::Limits,
};

use crate::{
    bridges::{MODULE, PLAIN, access, bridge, operation, set_edge},
    lab::{HOST, Lab, PASSWORD, ntlm},
};

fn host() -> MachineFqdn {
    HOST.parse().expect("a name")
}

fn every_query() -> Vec<Query> {
    let pool: lync_failover::lync::PoolFqdn = "pool2.contoso.com".parse().expect("a name");
    vec![
        Query::Topology { local_store: true },
        Query::RegistrarConfiguration { local_store: true },
        Query::PoolBackupRelationship { pool: pool.clone(), local_store: true },
        Query::CentralManagementStoreStatus,
        Query::ConfigurationStoreLocation,
        Query::TestCentralManagementDatabase,
        Query::CentralManagementMirrorState { pool: pool.clone(), local_store: true },
        Query::WindowsService { computer: host() },
        Query::Service { role: ServiceRole::EdgeServer },
        Query::Service { role: ServiceRole::CentralManagement },
        Query::ReplicationStatus,
        Query::BackupServiceStatus { pool: pool.clone() },
        Query::UserDatabaseState { pool },
    ]
}

/// The clock goes on between two questions, and .NET counts in 100 ns.
fn timeless(rows: &[PsObject]) -> Vec<PsObject> {
    fn value(of: &PsValue) -> PsValue {
        match of {
            PsValue::Time(_) => PsValue::Null,
            PsValue::List(items) => PsValue::List(items.iter().map(value).collect()),
            PsValue::Object(row) => PsValue::Object(object(row)),
            other => other.clone(),
        }
    }
    fn object(row: &PsObject) -> PsObject {
        let properties = row.properties.iter().map(|(name, own)| (name.clone(), value(own)));
        PsObject { properties: properties.collect(), ..row.clone() }
    }
    rows.iter().map(object).collect()
}

/// Over the wire and without it, with the module and without it: the same.
#[tokio::test]
async fn every_query_gives_over_the_wire_what_it_gives_without() {
    for scenario in ["", "failures:\n- kill: [pool1.contoso.com]\n"] {
        let lab = Lab::http(scenario, 0.001).await;
        let direct = lab.direct();
        let expected = direct.query(&host(), &every_query()).await.expect("it answers");
        for configuration in [PLAIN, MODULE] {
            let remote = bridge(&lab, configuration);
            let answers = remote.query(&host(), &every_query()).await.expect("it answers");
            for ((query, answer), expected) in every_query().iter().zip(&answers).zip(&expected) {
                match (answer, expected) {
                    (Ok(answer), Ok(expected)) => {
                        assert_eq!(timeless(answer), timeless(expected), "{query} by {configuration}");
                    }
                    (Err(CallError::Refused(answer)), Err(CallError::Refused(expected))) => {
                        assert_eq!(answer.known(), expected.known(), "{query} by {configuration}");
                        assert_eq!(answer.known(), Some(KnownRefusal::CentralManagementUnavailable));
                    }
                    other => panic!("{query} by {configuration}: {other:?}"),
                }
            }
            let guard = remote.sight(&host()).expect("it has answered");
            let expected = if configuration == PLAIN { Guard::Plain } else { Guard::Module };
            assert_eq!((guard.guard, guard.unfit), (expected, None));
            remote.close().await;
        }
        assert_eq!(lab.session(HOST).shells().await.expect("a list"), [], "no shell is left");
    }
}

/// A killed process leaves its shell behind; the next one takes its place. There is never more than one.
#[tokio::test]
async fn a_hundred_killed_processes_leave_one_shell() {
    let lab = Lab::http("", 1.0).await;
    for _ in 0..100 {
        let remote = bridge(&lab, MODULE);
        remote.query(&host(), &[Query::ConfigurationStoreLocation]).await.expect("it answers");
        drop(remote);
    }
    assert_eq!(lab.session(HOST).shells().await.expect("a list").len(), 1);
}

#[tokio::test]
async fn a_refused_password_is_tried_twice_and_a_new_one_at_once() {
    let lab = Lab::http("", 1.0).await;
    let remote = bridge(&lab, MODULE);
    remote.replace_access(access(MODULE, ntlm("wrong"), "2"));
    for other in ["fe01.pool2.contoso.com", "fe02.pool2.contoso.com", "fe03.pool2.contoso.com"].repeat(3) {
        let other = other.parse().expect("a name");
        let answer = remote.query(&other, &[Query::ConfigurationStoreLocation]).await;
        assert!(matches!(&answer, Err(CallError::Denied(why)) if !why.contains("wrong")), "{answer:?}");
    }
    assert_eq!(lab.refused_logins(), 2, "more would lock the account");
    remote.replace_access(access(MODULE, ntlm(PASSWORD), "3"));
    remote.query(&host(), &[Query::ConfigurationStoreLocation]).await.expect("it answers");
}

#[tokio::test]
async fn a_host_that_restarts_is_read_again() {
    let lab = Lab::http("", 1.0).await;
    let remote = bridge(&lab, MODULE);
    let query = [Query::ConfigurationStoreLocation];
    remote.query(&host(), &query).await.expect("it answers");
    lab.inject("{kill: [pool2.contoso.com]}");
    let answer = remote.query(&host(), &query).await;
    assert!(
        matches!(answer, Err(CallError::Unreachable(_) | CallError::NotSent(_) | CallError::Unknown(_))),
        "{answer:?}"
    );
    lab.inject("{revive: [pool2.contoso.com]}");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    remote.query(&host(), &query).await.expect("it answers");
}

/// What is missing is found before anything is changed, on every kind of endpoint; the rest can be read.
#[tokio::test]
async fn a_host_without_a_cmdlet_is_read_and_not_used() {
    for (fault, told) in
        [("cmdlet: Invoke-CsPoolFailOver, ", "Invoke-CsPoolFailOver"), ("", "Set-CsEdgeServer")]
    {
        let lab = Lab::http(&format!("faults:\n- {{kind: Missing, {fault}host: {HOST}}}\n"), 1.0).await;
        for configuration in [PLAIN, MODULE] {
            let remote = bridge(&lab, configuration);
            let query = [Query::ConfigurationStoreLocation];
            let answers = remote.query(&host(), &query).await.expect("it answers");
            assert_eq!(answers[0].is_ok(), !fault.is_empty(), "{configuration}: {answers:?}");
            let unfit = remote.sight(&host()).and_then(|sight| sight.unfit).expect("it lacks something");
            assert!(unfit.contains(told), "{configuration}: {unfit}");
            let fence = match configuration {
                PLAIN => Fence::default(),
                _ => remote.raise_epoch(&host()).await.expect("a fence"),
            };
            let answer = remote.start(&operation(set_edge(), &fence)).await;
            assert!(matches!(answer, Err(CallError::NotSent(_))), "{configuration}: {answer:?}");
            assert_eq!(lab.transcript().starts().count(), 0);
            remote.close().await;
        }
    }
}

/// What was installed meanwhile is seen, without a restart of the operator.
#[tokio::test]
async fn a_host_that_was_completed_is_used() {
    for configuration in [PLAIN, MODULE] {
        let lab = Lab::http("faults:\n- {kind: Missing, cmdlet: Invoke-CsPoolFailOver}\n", 1.0).await;
        let remote = bridge(&lab, configuration);
        let unfit = || remote.sight(&host()).expect("it has answered").unfit;
        remote.query(&host(), &[]).await.expect("it answers");
        assert!(unfit().is_some_and(|why| why.contains("Invoke-CsPoolFailOver")), "{configuration}");
        lab.inject("{clearFaults: true}");
        remote.query(&host(), &[]).await.expect("it answers");
        assert_eq!(unfit(), None, "{configuration}");
        remote.close().await;
    }
}

/// The journal is needed to change something, not to look.
#[tokio::test]
async fn a_host_whose_journal_is_away_is_read_and_not_used() {
    for (away, others_are_fit) in [(format!(", host: {HOST}"), true), (String::new(), false)] {
        let lab = Lab::http(&format!("faults:\n- {{kind: HomeAway{away}}}\n"), 1.0).await;
        let remote = Arc::new(bridge(&lab, MODULE));
        let endpoint = |place: &lync_failover::simulator::winrm::Place| Endpoint {
            host: place.host.clone(),
            pool: place.pool.clone(),
        };
        let org = Organisation {
            bridge: remote.clone(),
            prober: Arc::new(lab.direct()),
            clock: Arc::new(SystemClock),
            endpoints: lab.places.iter().map(endpoint).collect(),
            limits: Limits::default(),
            interval: jiff::SignedDuration::from_secs(60),
        };
        let first = observe(&org, Look::default()).await;
        let observed = observe(&org, Look { before: Some(&first), ..Look::default() }).await;
        assert!(matches!(observed.topology, Fact::Known { .. }), "{:?}", observed.topology);
        assert!(observed.registrars.values().all(|fact| fact.value() == Some(&true)), "nobody is blind");
        for (host, state) in &observed.endpoints {
            match state.value() {
                Some(EndpointState::Connected) => assert!(others_are_fit && host.as_str() != HOST, "{host}"),
                Some(EndpointState::Unfit(why)) => {
                    assert!(!others_are_fit || host.as_str() == HOST, "{host}: {why}");
                    assert!(
                        why.contains("the journal of its module cannot be used: The journal is not in"),
                        "{why}"
                    );
                }
                other => panic!("{host}: {other:?}"),
            }
        }
        let epoch = remote.raise_epoch(&host()).await;
        assert!(epoch.as_ref().is_err_and(|why| why.to_string().contains("journal")), "{epoch:?}");
        let fence = Fence { epoch: 1, keeper: Some(Keeper::Journal("7d0c".to_owned())) };
        let started = remote.start(&operation(set_edge(), &fence)).await;
        assert!(matches!(&started, Err(CallError::NotSent(_))), "{started:?}");
        let asked = remote.adopt(&host(), &operation(set_edge(), &fence)).await;
        assert!(asked.is_err(), "a journal that is away says nothing by not knowing: {asked:?}");
        assert_eq!(lab.transcript().starts().count(), 0);
        lab.inject("{clearFaults: true}");
        observe(&org, Look { before: Some(&observed), ..Look::default() }).await;
        remote.raise_epoch(&host()).await.expect("it is back, and used");
        remote.close().await;
    }
}

/// A sign-in of a test user has a shell of its own, and leaves the one that the host is read through.
#[tokio::test]
async fn what_takes_its_time_is_asked_apart_and_leaves_no_shell() {
    let lab = Lab::http("", 1.0).await;
    let pool: lync_failover::lync::PoolFqdn = "pool2.contoso.com".parse().expect("a name");
    let query = Query::TestRegistration { pool: pool.clone() };
    for configuration in [PLAIN, MODULE] {
        let remote = bridge(&lab, configuration);
        remote.query(&host(), &[Query::ReplicationStatus]).await.expect("it answers");
        let rows = remote.query_apart(&host(), &query).await.expect("it answers");
        assert_eq!(
            outputs::registration(&rows, &pool),
            Ok(outputs::Registration::Succeeded),
            "{configuration}"
        );
        assert_eq!(lab.session(HOST).shells().await.expect("a list").len(), 1, "{configuration}");
        remote.close().await;
        assert_eq!(lab.session(HOST).shells().await.expect("a list"), [], "{configuration}");
    }
}
