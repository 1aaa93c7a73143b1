//! From every start state the simulator converges, or stops in the documented way; also when the driver is
//! stopped at each of its effects and started again. The safety rules hold on every transcript.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use lync_failover::{
    api::{Actor, DisasterConsent},
    plan::{Decision, Desired, Hold},
};
use support::{
    lab::{Crash, Lab, Phase},
    safety::{self, Allowed},
    scenes::*,
    sketch::{fqdn, pool},
};

const DISASTERS: [(&str, &str, &[&str]); 8] = [
    (
        "registrars lost, store alive on Pool1",
        "failures: [{stopRegistrars: [pool1.contoso.com]}]",
        &[EDGE, STORE, OVER],
    ),
    ("Pool1 gone, store with it", "failures: [{kill: [pool1.contoso.com]}]", &[STORE, EDGE, OVER]),
    ("Datacenter1 gone with its Edge", "failures: [{kill: [DC1]}]", &[STORE, EDGE, OVER]),
    (
        "Pool1 gone, store on Pool2",
        "cms: {pool: pool2.contoso.com}\nfailures: [{kill: [pool1.contoso.com]}]",
        &[EDGE, OVER],
    ),
    (
        "Datacenter1 gone, store on Pool2",
        "cms: {pool: pool2.contoso.com}\nfailures: [{kill: [DC1]}]",
        &[EDGE, OVER],
    ),
    (
        "Pool1 gone, two Edge pools at the other site",
        "cms: {pool: pool2.contoso.com}\nfailures: [{kill: [pool1.contoso.com]}]\n\
         edges: [{fqdn: edge2.contoso.com, site: DC2, nextHop: pool1.contoso.com}, \
         {fqdn: edge3.contoso.com, site: DC2, nextHop: pool2.contoso.com}]",
        &[EDGE, EDGE, OVER],
    ),
    (
        "Pool1 gone, the databases of Pool2 are mirrored",
        "pools: [{fqdn: pool2.contoso.com, sqlMirror: 'sql2b.contoso.com\\rtc'}]\n\
         failures: [{kill: [pool1.contoso.com]}]",
        &[STORE, EDGE, OVER],
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
    for (name, scenario, cmdlets) in DISASTERS {
        let lab = Lab::new(scenario);
        let ended = lab.drive(&away(), &Crash::never()).await;
        check(name, &ended, DISASTER);
        assert_eq!(ended.decision, Decision::Converged, "{name}: {:#?}", ended.status);
        assert_eq!(safety::names(&ended.transcript), cmdlets, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn stopped_at_each_effect_it_still_converges_and_does_nothing_twice() {
    let mut runs = 0;
    for (name, scenario, cmdlets) in DISASTERS {
        let scenario = format!("{QUICK}{scenario}");
        let effects = Lab::new(&scenario).drive(&away(), &Crash::never()).await.effects;
        for effect in 1..=effects {
            for phase in [Phase::Before, Phase::After] {
                let lab = Lab::new(&scenario);
                let ended = lab.drive(&away(), &Crash::at(effect, phase)).await;
                let name = format!("{name}, stopped {phase:?} effect {effect} of {effects}");
                check(&name, &ended, DISASTER);
                assert_eq!(ended.decision, Decision::Converged, "{name}: {:#?}", ended.status);
                assert_eq!(safety::names(&ended.transcript), cmdlets, "{name}");
                // The target's guard never had to say no: the driver knew what it had done.
                let refusals = safety::refusals(&ended.transcript);
                assert!(refusals.is_empty(), "{name}: {refusals:?}");
                runs += 1;
            }
        }
    }
    assert!(runs > 200, "only {runs} runs");
}

#[tokio::test(start_paused = true)]
async fn a_planned_failover_and_the_way_back_lose_nothing() {
    let lab = &mut Lab::new(QUICK);
    let start = lab.drive(&home(), &Crash::never()).await;
    assert_eq!(start.decision, Decision::Converged);
    assert!(safety::names(&start.transcript).is_empty());

    lab.generation = 2;
    let wish = Desired { disaster_mode: DisasterConsent::Never, ..away() };
    let over = lab.drive(&wish, &Crash::never()).await;
    check("planned", &over, NO_LOSS);
    assert_eq!(over.decision, Decision::Converged, "{:#?}", over.status);
    assert_eq!(safety::names(&over.transcript), [EDGE, STORE, OVER]);

    lab.generation = 3;
    let wish = Desired {
        central_management: Some(pool("pool1")),
        edges: vec![lync_failover::plan::EdgeGoal { edge: fqdn("edge1"), next_hop: pool("pool1") }],
        ..home()
    };
    let back = lab.drive(&wish, &Crash::never()).await;
    check("back", &back, NO_LOSS);
    assert_eq!(back.decision, Decision::Converged, "{:#?}", back.status);
    assert_eq!(safety::names(&back.transcript), [EDGE, STORE, OVER, BACK, EDGE, STORE]);
}

#[tokio::test(start_paused = true)]
async fn a_standard_edition_pair_fails_over_too() {
    let lab = Lab::new(&format!("start: StandardEdition\n{QUICK}failures: [{{kill: [se1.contoso.com]}}]"));
    let wish = Desired { users: vec![goal("se1", "se2")], ..away() };
    let ended = lab.drive(&wish, &Crash::never()).await;
    check("Standard Edition", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    assert_eq!(safety::names(&ended.transcript), [STORE, EDGE, OVER]);
}

#[tokio::test(start_paused = true)]
async fn without_consent_nothing_is_changed() {
    for scenario in
        ["failures: [{kill: [pool1.contoso.com]}]", "failures: [{stopRegistrars: [pool1.contoso.com]}]"]
    {
        let wish = Desired { disaster_mode: DisasterConsent::Never, ..away() };
        let ended = Lab::new(scenario).drive(&wish, &Crash::never()).await;
        check(scenario, &ended, Allowed::default());
        assert!(matches!(ended.decision, Decision::Hold(Hold::NeedsConsent { .. })), "{:?}", ended.decision);
        assert!(safety::names(&ended.transcript).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_object_does_not_move_a_healthy_pool_until_its_plan_is_approved() {
    let lab = &mut Lab::new(QUICK);
    let held = lab.drive(&away(), &Crash::never()).await;
    let Decision::Hold(Hold::AwaitingApproval { hash, .. }) = held.decision else {
        panic!("{:?}", held.decision)
    };
    assert!(safety::names(&held.transcript).is_empty());
    assert_eq!(held.status.next_action.unwrap().actor, Actor::Approver);
    lab.generation = 2;
    let wish = Desired { approved_plan: Some(hash), ..away() };
    let ended = lab.drive(&wish, &Crash::never()).await;
    check("approved", &ended, NO_LOSS);
    assert_eq!(ended.decision, Decision::Converged);
    assert_eq!(safety::names(&ended.transcript), [EDGE, STORE, OVER]);
}

#[tokio::test(start_paused = true)]
async fn drift_is_reported_and_not_corrected_unless_the_policy_says_so() {
    let by_hand = "administrator: [{host: fe01.pool2.contoso.com, command: Invoke-CsPoolFailBack, \
                   parameters: {PoolFqdn: pool1.contoso.com}}]";
    let scenario = format!(
        "{QUICK}cms: {{pool: pool2.contoso.com}}\npools: [{{fqdn: pool1.contoso.com, state: FailedOver}}]\n\
         edges: [{{fqdn: edge1.contoso.com, nextHop: pool2.contoso.com}}]\nfailures: [{{at: 10m, {by_hand}}}]"
    );
    let lab = Lab::new(&scenario);
    let first = lab.drive(&away(), &Crash::never()).await;
    assert_eq!(first.decision, Decision::Converged);
    lab.clock.sleep(jiff::SignedDuration::from_mins(15)).await;
    let drifted = lab.drive(&away(), &Crash::never()).await;
    check("drift", &drifted, NO_LOSS);
    assert_eq!(drifted.decision, Decision::Hold(Hold::Drifted), "{:#?}", drifted.status);
    assert!(safety::names(&drifted.transcript).is_empty());
    let wish = Desired { correct_drift: true, ..away() };
    let corrected = lab.drive(&wish, &Crash::never()).await;
    check("corrected", &corrected, NO_LOSS);
    assert_eq!(corrected.decision, Decision::Converged, "{:#?}", corrected.status);
    assert_eq!(safety::names(&corrected.transcript), [OVER]);
}

/// Faults that it gets over by itself: the cmdlets that start, and what else is expected.
const SURVIVED: [(&str, &str, &[&str]); 9] = [
    (
        "an error before the effect",
        "{kind: FailBefore, cmdlet: Set-CsEdgeServer}",
        &[STORE, EDGE, EDGE, OVER],
    ),
    ("an error after the effect", "{kind: FailAfter, cmdlet: Set-CsEdgeServer}", &[STORE, EDGE, OVER]),
    (
        "pool failover dies half-way",
        "{kind: Lose, cmdlet: Invoke-CsPoolFailOver, after: 20s}",
        &[STORE, EDGE, OVER, OVER],
    ),
    (
        "the answer to the start is lost",
        "{kind: LoseAnswer, cmdlet: Invoke-CsPoolFailOver}",
        &[STORE, EDGE, OVER],
    ),
    ("the start is not sent", "{kind: NotSent, cmdlet: Invoke-CsPoolFailOver}", &[STORE, EDGE, OVER]),
    (
        "credentials refused once",
        "{kind: Denied, host: fe01.pool2.contoso.com, call: 3, times: 5}",
        &[STORE, EDGE, OVER],
    ),
    ("Korean errors", "{kind: Localise, times: 0}", &[STORE, EDGE, OVER]),
    (
        "an Edge replica that needs a kick",
        "{kind: ReplicaStuck, replica: edge1.contoso.com}",
        &[STORE, EDGE, KICK, OVER],
    ),
    (
        "an Edge replica that never comes",
        "{kind: ReplicaNever, replica: edge1.contoso.com}",
        &[STORE, EDGE, KICK, OVER],
    ),
];

#[tokio::test(start_paused = true)]
async fn it_gets_over_faults() {
    for (name, fault, cmdlets) in SURVIVED {
        let lab = Lab::new(&format!("{QUICK}failures: [{{kill: [pool1.contoso.com]}}]\nfaults: [{fault}]"));
        let ended = lab.drive(&away(), &Crash::never()).await;
        check(name, &ended, DISASTER);
        assert_eq!(ended.decision, Decision::Converged, "{name}: {:#?}", ended.status);
        assert_eq!(safety::names(&ended.transcript), cmdlets, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_in_two_places_or_in_none_stops_everything() {
    for kind in ["BothActive", "NoneActive"] {
        let fault = format!("{{kind: {kind}, cmdlet: {STORE}}}");
        let lab = Lab::new(&format!("{QUICK}failures: [{{kill: [pool1.contoso.com]}}]\nfaults: [{fault}]"));
        let ended = lab.drive(&away(), &Crash::never()).await;
        check(kind, &ended, DISASTER);
        assert!(
            matches!(ended.decision, Decision::Hold(Hold::SplitBrain { .. })),
            "{kind}: {:?}",
            ended.decision
        );
        assert_eq!(safety::names(&ended.transcript), [STORE], "{kind}");
        let action = ended.status.next_action.unwrap();
        assert_eq!(action.actor, Actor::Administrator);
        assert!(action.message.contains("Uninstall-CsDatabase"), "{}", action.message);
        assert_eq!(action.command.unwrap().lines().count(), 3, "the three signals to compare");
    }
}

#[tokio::test(start_paused = true)]
async fn truncated_and_incomplete_answers_are_unknown() {
    for fault in [
        "{kind: DropProperty, cmdlet: Get-CsService, property: Registrar, times: 0}",
        "{kind: DropProperty, cmdlet: Get-CsRegistrarConfiguration, property: PoolState, times: 0}",
        "{kind: DropProperty, cmdlet: Get-CsManagementStoreReplicationStatus, property: ActiveMasterFqdn, times: 0}",
        "{kind: Truncate, cmdlet: Get-CsTopology, times: 0}",
    ] {
        let lab = Lab::new(&format!(
            "{QUICK}cms: {{pool: pool2.contoso.com}}\nfailures: [{{kill: [pool1.contoso.com]}}]\nfaults: [{fault}]"
        ));
        let ended = lab.drive(&away(), &Crash::never()).await;
        let problems = safety::violations(&ended.transcript, DISASTER);
        assert!(problems.is_empty(), "{fault}: {problems:?}");
        assert!(
            matches!(ended.decision, Decision::Hold(Hold::Unknown { .. })),
            "{fault}: {:?}",
            ended.decision
        );
        assert!(!safety::names(&ended.transcript).contains(&OVER), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_administrator_who_does_the_step_meanwhile_is_noticed() {
    let by_hand = "administrator: [{host: fe01.pool2.contoso.com, command: Set-CsEdgeServer, \
                   parameters: {Identity: 'EdgeServer:edge1.contoso.com', Registrar: 'Registrar:pool2.contoso.com'}}]";
    let scenario = format!(
        "{QUICK}cms: {{pool: pool2.contoso.com}}\nfailures: [{{kill: [pool1.contoso.com]}}, {{at: 30s, {by_hand}}}]"
    );
    let ended = Lab::new(&scenario).drive(&away(), &Crash::never()).await;
    check("by hand", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged);
    assert_eq!(safety::names(&ended.transcript), [OVER]);
}

/// SIP and the bridge stand in the same place: what is cut off from there is silent for both. Without somebody
/// who stands elsewhere that would be a dead pool, and users would lose what was not replicated.
#[tokio::test(start_paused = true)]
async fn a_pool_that_is_cut_off_from_the_operator_only_is_not_failed_over() {
    let cut = "failures: [{cut: [{from: operator, to: DC1}]}]";
    let scenario = format!("{QUICK}cms: {{pool: pool2.contoso.com}}\n{cut}");
    let ended = Lab::new(&scenario).drive(&away(), &Crash::never()).await;
    check("cut off", &ended, Allowed::default());
    assert!(matches!(ended.decision, Decision::Hold(Hold::NeedsConsent { .. })), "{:?}", ended.decision);
    assert!(safety::names(&ended.transcript).is_empty());
}

/// A link that is cut between the sites looks like a dead store from one of them.
#[tokio::test(start_paused = true)]
async fn a_store_is_not_called_dead_from_one_side_of_a_cut() {
    let scenario =
        format!("{QUICK}cms: {{pool: pool2.contoso.com}}\nfailures: [{{cut: [{{from: DC1, to: DC2}}]}}]");
    let wish = Desired { disaster_mode: DisasterConsent::Always, ..home() };
    let ended = Lab::new(&scenario).drive(&wish, &Crash::never()).await;
    check("cut", &ended, Allowed::default());
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    assert!(safety::names(&ended.transcript).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_planned_failover_and_a_failback_survive_a_stop_at_each_effect() {
    let over = format!("{QUICK}cms: {{pool: pool2.contoso.com}}");
    let back = format!(
        "{QUICK}pools: [{{fqdn: pool1.contoso.com, state: FailedOver}}]\ncms: {{pool: pool2.contoso.com}}\n\
         edges: [{{fqdn: edge1.contoso.com, nextHop: pool2.contoso.com}}]"
    );
    let planned = Desired { disaster_mode: DisasterConsent::Never, ..away() };
    let cases: [(&str, &str, &Desired, &Desired, &[&str]); 2] = [
        ("planned", &over, &home(), &planned, &[EDGE, OVER]),
        ("failback", &back, &planned, &home(), &[BACK]),
    ];
    for (name, scenario, start, wish, cmdlets) in cases {
        let mut effect = 1;
        loop {
            let lab = &mut Lab::new(scenario);
            let first = lab.drive(start, &Crash::never()).await;
            assert_eq!(first.decision, Decision::Converged, "{name}: {:#?}", first.status);
            lab.generation = 2;
            let crash = Crash::at(effect, if effect % 2 == 0 { Phase::Before } else { Phase::After });
            let ended = lab.drive(wish, &crash).await;
            check(&format!("{name}, effect {effect}"), &ended, NO_LOSS);
            assert_eq!(ended.decision, Decision::Converged, "{name}, effect {effect}: {:#?}", ended.status);
            assert_eq!(safety::names(&ended.transcript), cmdlets, "{name}, effect {effect}");
            if ended.effects < effect {
                break;
            }
            effect += 1;
        }
        assert!(effect > 5, "{name}: only {effect} effects");
    }
}

/// A cmdlet that does not end is waited for, never killed, never started again.
#[tokio::test(start_paused = true)]
async fn a_cmdlet_that_hangs_is_left_alone_and_people_are_asked() {
    let fault = "{kind: Hang, cmdlet: Invoke-CsPoolFailOver, after: 10s}";
    let scenario = format!(
        "{QUICK}cms: {{pool: pool2.contoso.com}}\nfailures: [{{kill: [pool1.contoso.com]}}]\nfaults: [{fault}]"
    );
    let ended = Lab::new(&scenario).drive(&away(), &Crash::never()).await;
    check("hang", &ended, DISASTER);
    assert!(matches!(ended.decision, Decision::Hold(Hold::OutcomeUnknown { .. })), "{:?}", ended.decision);
    assert_eq!(safety::names(&ended.transcript), [EDGE, OVER]);
    assert_eq!(ended.status.next_action.unwrap().actor, Actor::Administrator);
}

/// Lync Server 2013, Skype for Business Server 2015 and 2019. What only a later version has is never sent.
#[tokio::test(start_paused = true)]
async fn each_version_with_these_cmdlets_fails_over_without_later_parameters() {
    for version in [6, 7, 8] {
        let pools = format!(
            "pools: [{{fqdn: pool1.contoso.com, version: {version}}}, {{fqdn: pool2.contoso.com, version: {version}}}]\n\
             edges: [{{fqdn: edge1.contoso.com, nextHop: pool1.contoso.com, version: {version}}}]"
        );
        let lab = Lab::new(&format!("{QUICK}{pools}\nfailures: [{{kill: [DC1]}}]"));
        let ended = lab.drive(&away(), &Crash::never()).await;
        check(&format!("version {version}"), &ended, DISASTER);
        assert_eq!(ended.decision, Decision::Converged, "{version}: {:#?}", ended.status);
        assert_eq!(safety::names(&ended.transcript), [STORE, EDGE, OVER], "{version}");
        for (_, command) in safety::commands(&ended.transcript) {
            for later in
                ["-SkipDataVerification", "-DatabaseCommandTimeout", "-ServicesStopDelay", "-FlushStorage"]
            {
                assert!(!command.contains(later), "{version}: {command}");
            }
        }
    }
}
