//! The datacentre of Pool1 is lost: the operator as a process of its own, a real API server, HTTPS WinRM.
//! Each time each changing cmdlet runs exactly once.

use std::{sync::atomic::Ordering, thread, time::Duration};

use crate::{
    bridges::{MODULE, PLAIN},
    cuts,
    lab::PASSWORD,
    safety::{Allowed, violations},
    stage::{AWAY, EDGE, STORE, TWO_STEPS, USERS},
    theatre::{FRONT_ENDS, Theatre},
};

/// Pool1 is off, with its SQL Server and the store on it.
const LOST: &str = "failures: [{kill: [pool1.contoso.com]}]";
const ALLOWED: Allowed = Allowed { disaster: true, failback_disaster: false, failback: false };

#[test]
fn pool1_is_failed_over_and_the_status_shows_every_endpoint() {
    let theatre = Theatre::new("remote", LOST);
    theatre.open();
    let operator = theatre.stage.operator();
    theatre.stage.apply(AWAY);
    theatre.stage.wait_for_ready();
    assert_eq!(theatre.started(), [STORE, EDGE, USERS]);
    assert_eq!(violations(&theatre.stage.transcript(), ALLOWED), [""; 0]);
    for host in FRONT_ENDS {
        let expected = if host.contains("pool1") { "Unreachable" } else { "Connected Module" };
        assert_eq!(theatre.executor(host), expected, "{host}");
    }
    assert_eq!(theatre.deployment("{.status.summary}"), "1 up, 1 down");
    let report = theatre.stage.field("{.status.lastRun.reports[0]}");
    assert!(
        report.starts_with(r"\\files.contoso.com\lyncdr$\reports\") && report.ends_with(".html"),
        "{report}"
    );
    let told = "the report of the store's failover is in an Event";
    theatre
        .stage
        .until(told, || theatre.stage.kubectl(&["get", "events", "-o", "yaml"]).contains("its report is"));
    assert!(!operator.log().contains(PASSWORD));
}

#[test]
fn killed_during_the_failover_it_is_followed_to_its_end_by_the_next() {
    let theatre = Theatre::new("remote-killed", LOST);
    theatre.open();
    let first = theatre.stage.operator();
    theatre.stage.apply(AWAY);
    theatre.stage.until("the users are on their way", || theatre.stage.runs(USERS));
    first.kill();
    let _second = theatre.stage.operator();
    theatre.stage.wait_for_ready();
    assert_eq!(theatre.started(), [STORE, EDGE, USERS]);
    assert_eq!(violations(&theatre.stage.transcript(), ALLOWED), [""; 0]);
}

#[test]
fn a_link_that_is_cut_again_and_again_changes_nothing() {
    let theatre = Theatre::new("remote-cut", LOST);
    let weather = cuts::relay(&theatre.endpoints(), 4);
    theatre.password(PASSWORD);
    theatre.deploy(MODULE, cuts::PORT);
    let _operator = theatre.stage.operator();
    theatre.stage.apply(AWAY);
    theatre
        .stage
        .until("the users are on their way", || theatre.stage.runs(USERS) || theatre.stage.has_ended(USERS));
    weather.is_rough.store(false, Ordering::Relaxed);
    theatre.stage.wait_for_ready();
    let cuts = weather.cuts.load(Ordering::Relaxed);
    assert!(cuts >= 5, "only {cuts} cuts");
    assert_eq!(theatre.started(), [STORE, EDGE, USERS]);
    assert_eq!(violations(&theatre.stage.transcript(), ALLOWED), [""; 0]);
}

#[test]
fn refused_credentials_are_said_and_new_ones_are_used_without_a_restart() {
    let theatre = Theatre::new("remote-rotated", LOST);
    theatre.password("not the password");
    theatre.deploy(MODULE, 5986);
    let mut operator = theatre.stage.operator();
    theatre.stage.apply(AWAY);
    let host = "fe01.pool2.contoso.com";
    theatre.stage.until("the refusal shows", || theatre.executor(host) == "Denied");
    let connected = || theatre.deployment("{.status.conditions[?(@.type==\"BridgeConnected\")].reason}");
    theatre.stage.until("the condition says it", || connected() == "Denied");
    thread::sleep(Duration::from_secs(12));
    assert_eq!(theatre.started(), [""; 0]);
    theatre.password(PASSWORD);
    theatre.stage.wait_for_ready();
    assert_eq!(theatre.started(), [STORE, EDGE, USERS]);
    assert_eq!(operator.ended(), None, "it is the same process");
    let everything =
        operator.log() + &theatre.stage.kubectl(&["get", "ldep,lfo,events,configmaps", "-o", "yaml"]);
    for secret in ["not the password", PASSWORD] {
        assert!(!everything.contains(secret), "a password was told");
    }
}

#[test]
fn a_plain_endpoint_does_it_too_and_says_that_it_guarantees_less() {
    let theatre = Theatre::new("remote-plain", TWO_STEPS);
    theatre.password(PASSWORD);
    theatre.deploy(PLAIN, 5986);
    let first = theatre.stage.operator();
    theatre.stage.apply(AWAY);
    let is_under_way = || theatre.started().iter().any(|name| name == USERS);
    theatre.stage.until("the users are on their way", is_under_way);
    first.kill();
    let _second = theatre.stage.operator();
    theatre.stage.wait_for_ready();
    assert_eq!(theatre.started(), [EDGE, USERS]);
    assert_eq!(theatre.executor("fe01.pool2.contoso.com"), "Connected Plain");
    let message = theatre.deployment("{.status.conditions[?(@.type==\"BridgeConnected\")].message}");
    assert!(message.contains("plain, without a guard on the server"), "{message}");
}

#[test]
fn a_secret_that_is_missing_or_may_not_be_read_is_named() {
    let theatre = Theatre::new("remote-secret", LOST);
    theatre.deploy(MODULE, 5986);
    let _operator = theatre.stage.operator();
    let message = || theatre.deployment("{.status.conditions[?(@.type==\"Ready\")].message}");
    theatre.stage.until("it is said", || message().contains("Secret lync-bridge: there is none"));
    theatre.password(PASSWORD);
    theatre.stage.until("it is found", || theatre.executor("fe01.pool2.contoso.com") == "Connected Module");
}

/// The first server of the pool that takes over would be chosen; it lacks the cmdlet, and the second does it.
#[test]
fn a_server_that_lacks_a_cmdlet_is_passed_over_and_says_why() {
    let faults = "faults: [{kind: Missing, cmdlet: Invoke-CsPoolFailOver, host: fe01.pool2.contoso.com}]";
    let theatre = Theatre::new("remote-unfit", &format!("{TWO_STEPS}, {faults}"));
    theatre.open();
    let _operator = theatre.stage.operator();
    theatre.stage.apply(AWAY);
    theatre.stage.wait_for_ready();
    assert_eq!(theatre.started(), [EDGE, USERS]);
    let hosts: Vec<_> = theatre
        .stage
        .transcript()
        .starts()
        .filter_map(|start| Some(start.host.as_ref()?.to_string()))
        .collect();
    assert_eq!(hosts, ["fe02.pool2.contoso.com", "fe02.pool2.contoso.com"]);
    assert_eq!(theatre.executor("fe01.pool2.contoso.com"), "Unfit Module");
    let why = theatre.deployment("{.status.executors[?(@.host==\"fe01.pool2.contoso.com\")].message}");
    assert!(why.contains("it lacks Invoke-CsPoolFailOver; install"), "{why}");
}
