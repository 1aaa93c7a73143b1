//! SIGKILL at each effect of a failover, in two ways: before it is sent, and before its answer arrives.

use std::{
    collections::BTreeSet,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    api_tap::TappedApi,
    effects::{Executioner, Met},
    safety::{Allowed, violations},
    stage::{AWAY, EDGE, STORE, Stage, USERS},
    tap::{Framing, Judge, tap},
};

/// One failover, many lives. Each life ends at an effect that no life before it has met in that way, so the
/// failover gets on by at most a step a life, and meets each of its effects.
#[test]
fn killed_at_each_effect_it_goes_on_and_does_nothing_twice() {
    let stage = Stage::new("effects", "failures: [{kill: [pool1.contoso.com]}]");
    let executioner = Arc::new(Executioner::default());
    let judge: Arc<dyn Judge> = Arc::clone(&executioner) as _;
    stage.deploy(tap(stage.simulator(), Framing::Lines, Arc::clone(&judge)));
    stage.kubectl(&[
        "patch",
        "ldep",
        "contoso",
        "--type=merge",
        "-p",
        r#"{"spec":{"sourceDown":{"sustainedFor":"0s"}}}"#,
    ]);
    stage.apply(AWAY);
    let api = TappedApi::new(&stage, judge);

    let mut lives = 0;
    loop {
        lives += 1;
        assert!(lives < 120, "it gets nowhere: {:#?}", executioner.met());
        let args = ["--no-leader-election", "--watch-namespace", &stage.namespace];
        let operator = stage.start(&api.kubeconfig, &args);
        if lives_on(&stage, &executioner) {
            break;
        }
        operator.kill();
        executioner.next_life();
    }

    let transcript = stage.transcript();
    let allowed = Allowed { disaster: true, ..Allowed::default() };
    assert_eq!(violations(&transcript, allowed), [""; 0], "{:#?}", executioner.met());
    assert_eq!(stage.cmdlets(), [STORE, EDGE, USERS]);
    let met = executioner.met();
    let twice: BTreeSet<&str> = met
        .iter()
        .filter(|(_, met)| **met == Met::BeforeAndAfter)
        .map(|(effect, _)| effect.as_str())
        .collect();
    let each = ["FailOverCentralManagement", "SetEdgeNextHop", "FailOverPool"].map(|step| {
        [
            format!("write intent of {step}"),
            format!("write {step} not started"),
            format!("raise when intent of {step}"),
            format!("write {step} ended"),
        ]
    });
    let others = [
        "raise when nothing is written",
        "hold the deployment",
        "release the deployment",
        "start Invoke-CsManagementServerFailover",
        "start Set-CsEdgeServer",
        "start Invoke-CsPoolFailOver",
        "say Executing with FailOverPool in flight",
        "write converged",
        "say Converged with nothing in flight",
    ];
    for effect in each.as_flattened().iter().map(String::as_str).chain(others) {
        assert!(twice.contains(effect), "{effect} was not met in both ways: {met:#?}");
    }
    eprintln!("{lives} lives, {} effects:\n{met:#?}", met.len());
}

/// Waits until the life has to end, which gives false, or the failover is over.
fn lives_on(stage: &Stage<'_>, executioner: &Executioner) -> bool {
    let begun = Instant::now();
    let mut asked = Instant::now();
    while !executioner.is_over() {
        assert!(begun.elapsed() < Duration::from_secs(120), "it stands still: {:#?}", executioner.met());
        thread::sleep(Duration::from_millis(10));
        if asked.elapsed() > Duration::from_secs(2) {
            asked = Instant::now();
            if stage.condition("Ready").starts_with("True") {
                // Nothing is left that could be met.
                stage.until_looked(2);
                return !executioner.is_over();
            }
        }
    }
    false
}
