//! Several replicas, one leader.

use crate::stage::{AWAY, EDGE, ONE_STEP, Process, Stage, TWO_STEPS, USERS};

fn holder(stage: &Stage<'_>) -> String {
    let lease =
        ["get", "lease", "lync-failover", "--ignore-not-found", "-o", "jsonpath={.spec.holderIdentity}"];
    stage.kubectl(&lease)
}

#[test]
fn a_standby_takes_over_from_a_killed_leader_and_a_stopped_one_gives_the_lease_back() {
    let stage = Stage::new("lease", TWO_STEPS);
    let first = stage.replica("first");
    stage.until("the first leads", || holder(&stage) == "first");
    let second = stage.replica("second");
    stage.apply(AWAY);
    stage.until("a cmdlet", || !stage.cmdlets().is_empty());
    first.kill();
    stage.wait_for_ready();
    assert_eq!(holder(&stage), "second");
    assert_eq!(stage.cmdlets(), [EDGE, USERS]);
    assert!(second.terminate().success(), "it ends well");
    assert_eq!(holder(&stage), "", "the lease is given back");
}

#[test]
fn after_the_lease_was_deleted_by_hand_there_is_one_leader() {
    let slow = format!("durations: {{poolFailover: 12s, edgeReplication: 1s}}, {ONE_STEP}");
    let stage = Stage::new("nolease", &slow);
    let mut first = stage.replica("first");
    stage.until("the first leads", || holder(&stage) == "first");
    let mut second = stage.replica("second");
    stage.apply(AWAY);
    stage.until("the failover runs", || stage.runs(USERS));
    stage.kubectl(&["delete", "lease", "lync-failover"]);
    stage.until("somebody takes it", || !holder(&stage).is_empty());

    let leads = |process: &mut Process| {
        process.ended().is_none() && process.metric("lync_failover_leader") == Some(1.0)
    };
    stage.until("there is one leader", || {
        let leaders = [("first", leads(&mut first)), ("second", leads(&mut second))];
        let leaders: Vec<&str> = leaders.iter().filter(|(_, leads)| *leads).map(|(name, _)| *name).collect();
        leaders == [holder(&stage)]
    });
    stage.wait_for_ready();
    assert_eq!(stage.cmdlets(), [USERS]);
    if let Some(status) = first.ended() {
        assert!(!status.success() && first.log().contains("the lease was lost"), "{}", first.log());
    }
}
