//! etcd is put back to a moment before the failover: the operator's record is gone, what it did is not.

use crate::{
    assert_ran_once,
    controlplane::ControlPlane,
    stage,
    stage::{AWAY, EDGE, TWO_STEPS, USERS},
};

#[test]
fn after_a_restore_it_sees_from_lync_what_is_done_and_repeats_nothing() {
    let plane = ControlPlane::start();
    let slow =
        format!("durations: {{poolFailover: 20s, setEdgeServer: 1s, edgeReplication: 1s}}, {TWO_STEPS}");
    let stage = stage(&plane, &slow);
    stage.apply(AWAY);
    let before = plane.save();
    let operator = stage.operator();
    stage.until("the users are moved", || stage.runs(USERS));
    operator.kill();

    plane.restore(&before);
    let records = || stage.kubectl(&["get", "configmap", "-o", "name"]);
    assert!(!records().contains("lync-organisation"), "the record is gone: {}", records());
    let operator = stage.operator();
    stage.wait_for_ready();
    assert_ran_once(&stage, &[EDGE, USERS]);
    operator.kill();

    plane.restore(&before);
    let _operator = stage.operator();
    stage.wait_for_ready();
    stage.until_looked(2);
    assert_ran_once(&stage, &[EDGE, USERS]);
}
