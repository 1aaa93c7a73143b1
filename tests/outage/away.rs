//! The API server is away for a minute in the middle of a step.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    assert_ran_once,
    controlplane::ControlPlane,
    stage,
    stage::{AWAY, EDGE, Process, TWO_STEPS, USERS},
};

/// For how long it is away.
const AWAY_FOR: Duration = Duration::from_secs(60);

/// The users take their time, and are there before the API server is back.
fn slow() -> String {
    format!("durations: {{poolFailover: 20s, setEdgeServer: 1s, edgeReplication: 1s}}, {TWO_STEPS}")
}

/// Connections are refused.
#[test]
fn a_leader_that_cannot_renew_its_lease_ends_and_its_restart_goes_on() {
    let plane = ControlPlane::start();
    let stage = stage(&plane, &slow());
    let mut operator = stage.replica("first");
    stage.apply(AWAY);
    stage.until("the users are moved", || stage.runs(USERS));
    plane.stop();
    let begun = Instant::now();
    let status = end_of(&mut operator);
    assert!(
        !status.success() && operator.log().contains("the lease was lost"),
        "{status}: {}",
        operator.log()
    );
    assert!(begun.elapsed() < Duration::from_secs(20), "it led for {:.0?} without a lease", begun.elapsed());

    // What keeps containers alive does not wait for the API server.
    let mut again = stage.replica("second");
    thread::sleep(AWAY_FOR.saturating_sub(begun.elapsed()));
    assert!(again.ended().is_none(), "{}", again.log());
    plane.resume();
    stage.wait_for_ready();
    assert_ran_once(&stage, &[EDGE, USERS]);
    assert!(again.ended().is_none());
}

/// Connections are taken, and nothing is answered.
#[test]
fn without_a_lease_it_goes_on_by_itself_when_the_api_server_is_back() {
    let plane = ControlPlane::start();
    let stage = stage(&plane, &slow());
    let mut operator = stage.operator();
    stage.apply(AWAY);
    stage.until("the users are moved", || stage.runs(USERS));
    let paused = plane.pause();
    thread::sleep(AWAY_FOR);
    assert!(stage.has_ended(USERS), "it ended while nobody could write that down");
    drop(paused);
    stage.wait_for_ready();
    assert_ran_once(&stage, &[EDGE, USERS]);
    assert!(operator.ended().is_none());
    assert_eq!(operator.get("/readyz").0, 200);
}

fn end_of(process: &mut Process) -> std::process::ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = process.ended() {
            return status;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not end: {}", process.log());
        thread::sleep(Duration::from_millis(100));
    }
}
