//! From every start state the simulator converges, or stops in the documented way; also when the driver is
//! stopped at each of its effects and started again. The safety rules hold on every transcript.

mod support;

use lync_failover::{
    api::DisasterConsent,
    plan::{Decision, Desired, UsersGoal},
};
use support::{
    lab::{Crash, Ended, Lab, Phase},
    safety::{self, Allowed},
    sketch::pool,
};

fn wish(served_by: &str, consent: DisasterConsent) -> Desired {
    Desired {
        users: vec![UsersGoal { home: pool("pool1"), served_by: pool(served_by) }],
        disaster_mode: consent,
        ..Desired::default()
    }
}

fn away() -> Desired {
    wish("pool2", DisasterConsent::WhenSourceDown)
}

fn check(name: &str, ended: &Ended, allowed: Allowed) {
    let mut problems = safety::violations(&ended.transcript, allowed);
    problems.extend(ended.problems.iter().cloned());
    assert!(problems.is_empty(), "{name}: {problems:#?}");
}

const DISASTER: Allowed = Allowed { disaster: true, failback_disaster: false, failback: false };

const SCENARIOS: [(&str, &str, &[&str]); 6] = [
    (
        "registrars lost, store alive on Pool1",
        "failures: [{stopRegistrars: [pool1.contoso.com]}]",
        &["Set-CsEdgeServer", "Invoke-CsManagementServerFailover", "Invoke-CsPoolFailOver"],
    ),
    (
        "Pool1 gone, store with it",
        "failures: [{kill: [pool1.contoso.com]}]",
        &["Invoke-CsManagementServerFailover", "Set-CsEdgeServer", "Invoke-CsPoolFailOver"],
    ),
    (
        "Datacenter1 gone with its Edge",
        "failures: [{kill: [DC1]}]",
        &["Invoke-CsManagementServerFailover", "Set-CsEdgeServer", "Invoke-CsPoolFailOver"],
    ),
    (
        "Pool1 gone, store on Pool2",
        "cms: {pool: pool2.contoso.com}\nfailures: [{kill: [pool1.contoso.com]}]",
        &["Set-CsEdgeServer", "Invoke-CsPoolFailOver"],
    ),
    (
        "Datacenter1 gone, store on Pool2",
        "cms: {pool: pool2.contoso.com}\nfailures: [{kill: [DC1]}]",
        &["Set-CsEdgeServer", "Invoke-CsPoolFailOver"],
    ),
    (
        "already failed over",
        "pools: [{fqdn: pool1.contoso.com, state: FailedOver}]\n\
         edges: [{fqdn: edge1.contoso.com, nextHop: pool2.contoso.com}]\n\
         cms: {pool: pool2.contoso.com}\nfailures: [{kill: [pool1.contoso.com]}]",
        &[],
    ),
];

#[tokio::test(start_paused = true)]
async fn each_disaster_converges_with_the_documented_cmdlets_in_order() {
    for (name, scenario, cmdlets) in SCENARIOS {
        let lab = Lab::new(scenario);
        let ended = lab.drive(&away(), &Crash::never()).await;
        check(name, &ended, DISASTER);
        assert_eq!(ended.decision, Decision::Converged, "{name}: {:#?}", ended.status);
        assert_eq!(safety::names(&ended.transcript), cmdlets, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn stopped_at_each_effect_it_still_converges_and_does_nothing_twice() {
    for (name, scenario, cmdlets) in SCENARIOS {
        let effects = Lab::new(scenario).drive(&away(), &Crash::never()).await.effects;
        for effect in 1..=effects {
            for phase in [Phase::Before, Phase::After] {
                let lab = Lab::new(scenario);
                let ended = lab.drive(&away(), &Crash::at(effect, phase)).await;
                let name = format!("{name}, stopped {phase:?} effect {effect} of {effects}");
                check(&name, &ended, DISASTER);
                assert_eq!(ended.decision, Decision::Converged, "{name}: {:#?}", ended.status);
                assert_eq!(safety::names(&ended.transcript), cmdlets, "{name}");
            }
        }
    }
}
