//! The branches of the procedure that are not the straight way: a person's part, refusals, a pool that is stuck, and
//! what comes after.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use lync_failover::{
    api::{Actor, AdviceTopic, ConditionType, SameSiteChange, condition::find_condition},
    plan::{Decision, Desired, EdgeGoal, Hold},
};
use support::{
    lab::{Crash, Ended, Lab, Phase},
    safety,
    scenes::*,
    sketch::pool,
};

/// The way of Microsoft's page within one site: a person changes it in Topology Builder, and the plan goes on when
/// that is seen and has reached the Edge server.
#[tokio::test(start_paused = true)]
async fn a_person_changes_an_edge_of_the_same_site_and_the_plan_goes_on() {
    let by_hand = "administrator: [{host: fe01.pool2.contoso.com, command: Set-CsEdgeServer, \
                   parameters: {Identity: 'EdgeServer:edge1.contoso.com', Registrar: 'Registrar:pool2.contoso.com'}}]";
    let scenario = |rest: &str| {
        format!(
            "{QUICK}cms: {{pool: pool2.contoso.com}}\nedges: [{{fqdn: edge1.contoso.com, site: DC2, replication: 3m}}]\n\
             failures: [{{kill: [pool1.contoso.com]}}{rest}]"
        )
    };
    let wish = Desired { same_site_change: SameSiteChange::Manual, ..away() };
    let waits = Lab::new(&scenario("")).drive(&wish, &Crash::never()).await;
    check("nobody comes", &waits, DISASTER);
    assert!(matches!(waits.decision, Decision::Hold(Hold::Manual { .. })), "{:?}", waits.decision);
    assert!(safety::names(&waits.transcript).is_empty());
    let next = waits.status.next_action.unwrap();
    assert_eq!(next.actor, Actor::Administrator);
    for part in ["Topology Builder", "edge1.contoso.com", "Next Hop, pick pool2.contoso.com, OK, Publish"] {
        assert!(next.message.contains(part), "{part} is missing in {}", next.message);
    }
    assert!(next.command.unwrap().starts_with("Set-CsEdgeServer"));

    let lab = Lab::new(&scenario(&format!(", {{at: 4m, {by_hand}}}")));
    let ended = lab.drive(&wish, &Crash::never()).await;
    check("by hand", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    let commands = safety::commands(&ended.transcript);
    assert_eq!(safety::names(&ended.transcript), [OVER]);
    let seven_minutes = "2026-11-22T03:07:00Z".parse::<jiff::Timestamp>().unwrap();
    assert!(commands[0].0 > seven_minutes, "before the replica: {commands:?}");
}

/// The operator is away while a person makes the change: the next process finds it in its record, and the users wait
/// for the replica as if it had seen it.
#[tokio::test(start_paused = true)]
async fn a_change_by_hand_is_waited_for_after_a_restart_too() {
    let by_hand = "administrator: [{host: fe01.pool2.contoso.com, command: Set-CsEdgeServer, \
                   parameters: {Identity: 'EdgeServer:edge1.contoso.com', Registrar: 'Registrar:pool2.contoso.com'}}]";
    let lab = Lab::new(&format!(
        "{QUICK}cms: {{pool: pool2.contoso.com}}\nedges: [{{fqdn: edge1.contoso.com, site: DC2, replication: 3m}}]\n\
         failures: [{{kill: [pool1.contoso.com]}}, {{at: 20m, {by_hand}}}]"
    ));
    let wish = Desired { same_site_change: SameSiteChange::Manual, ..away() };
    let waits = lab.drive(&wish, &Crash::never()).await;
    assert!(matches!(waits.decision, Decision::Hold(Hold::Manual { .. })), "{:?}", waits.decision);
    let changed: jiff::Timestamp = "2026-11-22T03:20:00Z".parse().unwrap();
    lab.clock.sleep(changed.duration_since(lab.clock.now()) + jiff::SignedDuration::from_secs(30)).await;
    let ended = lab.drive(&wish, &Crash::never()).await;
    check("by hand", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    let over = safety::commands(&ended.transcript).pop().unwrap();
    let waited = over.0.duration_since(changed).as_mins();
    assert!((3..=11).contains(&waited), "after {waited} minutes: {over:?}");
}

/// The spec may name another pool than the one that takes the users, such as one of the Edge pool's own site.
#[tokio::test(start_paused = true)]
async fn an_edge_pool_goes_to_the_pool_that_the_spec_names() {
    let pools = "pools: [{fqdn: pool3.contoso.com, site: DC1, backup: pool4.contoso.com}, \
                 {fqdn: pool4.contoso.com, site: DC2}]";
    let scenario = format!(
        "{QUICK}cms: {{pool: pool2.contoso.com}}\n{pools}\nfailures: [{{kill: [pool1.contoso.com]}}]"
    );
    let named = EdgeGoal { edge: "edge1.contoso.com".parse().unwrap(), next_hop: pool("pool3") };
    let wish = Desired { edges: vec![named], ..away() };
    let ended = Lab::new(&scenario).drive(&wish, &Crash::never()).await;
    check("named", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    let commands = safety::commands(&ended.transcript);
    assert_eq!(safety::names(&ended.transcript), [EDGE, OVER]);
    assert!(commands[0].1.contains("Registrar:pool3.contoso.com"), "{commands:?}");
}

/// An Edge pool that somebody points back while the cmdlet looks: Lync refuses, the missing change answers.
#[tokio::test(start_paused = true)]
async fn what_lync_refuses_for_an_edge_is_answered_by_the_edge_change() {
    let back = "administrator: [{host: fe01.pool2.contoso.com, command: Set-CsEdgeServer, \
                parameters: {Identity: 'EdgeServer:edge1.contoso.com', Registrar: 'Registrar:pool1.contoso.com'}}]";
    let quick = QUICK.replace("durations: {", "durations: {check: 60s, ");
    let scenario = format!(
        "{quick}cms: {{pool: pool2.contoso.com}}\nedges: [{{fqdn: edge1.contoso.com, nextHop: pool2.contoso.com}}]\n\
         failures: [{{kill: [pool1.contoso.com]}}, {{at: 90s, {back}}}]"
    );
    let ended = Lab::new(&scenario).drive(&away(), &Crash::never()).await;
    check("pointed back", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    assert_eq!(safety::names(&ended.transcript), [OVER, EDGE, OVER]);
}

const EDGE_TEXT: &str = "is specified in topology as the next hop for the Edge server";

/// Refusals that the observation does not explain: how often the cmdlet is sent, and what people are told.
#[tokio::test(start_paused = true)]
async fn refusals_that_nothing_explains_are_bounded_and_say_what_to_do() {
    let struck =
        |rest: &str| format!("{{kind: FailBefore, cmdlet: Invoke-CsPoolFailOver, times: 0, {rest}}}");
    let cases: [(&str, String, &[&str], &[&str]); 3] = [
        (
            "an Edge that nobody sees",
            struck(&format!("message: '{EDGE_TEXT}'")),
            &[EDGE, OVER, OVER, OVER],
            &["edge1.contoso.com has pool2.contoso.com", "the replica on fe01.pool2.contoso.com", "current"],
        ),
        (
            "a store that is not fully failed over",
            struck("message: 'Central Management Server is not fully failed over'"),
            &[EDGE, OVER, OVER, OVER],
            &["Tried 3 times", "active master and file transfer agent"],
        ),
        (
            "a cmdlet that the host does not know",
            struck("errorId: CommandNotFoundException"),
            &[EDGE, OVER],
            &["Tried once", "the module Lync", "cumulative update", "lync-failover bridge check"],
        ),
    ];
    for (name, fault, cmdlets, says) in cases {
        let scenario = format!(
            "{QUICK}cms: {{pool: pool2.contoso.com}}\nfailures: [{{kill: [pool1.contoso.com]}}]\nfaults: [{fault}]"
        );
        let ended = Lab::new(&scenario).drive(&away(), &Crash::never()).await;
        check(name, &ended, DISASTER);
        assert!(
            matches!(ended.decision, Decision::Hold(Hold::Failed { .. })),
            "{name}: {:?}",
            ended.decision
        );
        assert_eq!(safety::names(&ended.transcript), cmdlets, "{name}");
        let next = ended.status.next_action.unwrap();
        assert!(next.command.is_some(), "{name}");
        for part in says {
            assert!(next.message.contains(part), "{name}: {part:?} is missing in {}", next.message);
        }
    }
}

/// The replica of the host where Lync refused is behind: the next try waits for it, with a full copy half-way.
#[tokio::test(start_paused = true)]
async fn a_host_whose_replica_is_behind_is_brought_up_to_date_first() {
    let refused = format!("{{kind: FailBefore, cmdlet: Invoke-CsPoolFailOver, message: '{EDGE_TEXT}'}}");
    let stuck = "{kind: ReplicaStuck, replica: fe01.pool2.contoso.com}";
    let scenario = format!(
        "{QUICK}cms: {{pool: pool2.contoso.com}}\nfailures: [{{kill: [pool1.contoso.com]}}]\nfaults: [{refused}, {stuck}]"
    );
    let ended = Lab::new(&scenario).drive(&away(), &Crash::never()).await;
    check("replica", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    assert_eq!(safety::names(&ended.transcript), [EDGE, OVER, KICK, OVER]);
}

/// A pool that our own cmdlet leaves half-way each time: the same cmdlet, three times; then people are told what
/// they can do, and that is not done for them.
#[tokio::test(start_paused = true)]
async fn a_pool_that_stays_half_way_is_left_to_people_after_three_attempts() {
    let scenario = format!(
        "{QUICK}cms: {{pool: pool2.contoso.com}}\nfailures: [{{kill: [pool1.contoso.com]}}]\n\
         faults: [{{kind: Lose, cmdlet: Invoke-CsPoolFailOver, after: 20s, times: 3}}]"
    );
    let lab = &mut Lab::new(&scenario);
    let held = lab.drive(&away(), &Crash::never()).await;
    check("half-way", &held, DISASTER);
    assert!(matches!(held.decision, Decision::Hold(Hold::Failed { attempts: 3, .. })), "{:?}", held.decision);
    assert_eq!(safety::names(&held.transcript), [EDGE, OVER, OVER, OVER]);
    let next = held.status.next_action.unwrap();
    assert!(next.message.contains("Set-CsRegistrarConfiguration"), "{}", next.message);
    assert!(next.command.unwrap().starts_with(OVER));
    // The cause is repaired, and somebody asks for it again.
    lab.generation = 3;
    let ended = lab.drive(&away(), &Crash::never()).await;
    check("again", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    assert_eq!(safety::names(&ended.transcript), [EDGE, OVER, OVER, OVER, OVER]);
}

/// Pool1 comes back while its users are served by Pool2: nothing is done. Until its servers have learnt that it is
/// failed over that is suspect; then people are told that it could go home, and what that rests on.
#[tokio::test(start_paused = true)]
async fn a_pool_that_returns_is_left_alone_and_its_way_home_is_shown() {
    let scenario = format!(
        "{QUICK}cms: {{pool: pool2.contoso.com}}\nfailures:\n- kill: [pool1.contoso.com]\n\
         - {{at: 30m, revive: [pool1.contoso.com], faults: [{{kind: ReplicaNever, replica: fe01.pool1.contoso.com}}]}}\n\
         - {{at: 60m, clearFaults: true}}\n\
         - {{at: 61m, administrator: [{{host: fe01.pool2.contoso.com, command: Invoke-CsManagementStoreReplication}}]}}\n"
    );
    let lab = Lab::new(&scenario);
    let look = async |name: &str| {
        let ended = lab.drive(&away(), &Crash::never()).await;
        check(name, &ended, DISASTER);
        assert_eq!(ended.decision, Decision::Converged, "{name}");
        assert_eq!(safety::names(&ended.transcript), [EDGE, OVER], "{name}");
        let said = |condition| find_condition(&ended.status.conditions, condition).unwrap().clone();
        (said(ConditionType::FailbackAvailable), said(ConditionType::SplitBrainSuspected))
    };
    let (failback, split) = look("away").await;
    assert_eq!((failback.status.as_str(), split.status.as_str()), ("False", "False"));
    assert!(failback.message.contains("missing: pool1.contoso.com is not seen alive (Down)"), "{failback:?}");
    assert!(failback.message.contains("holds: pool2.contoso.com is up"), "{failback:?}");

    lab.clock.sleep(jiff::SignedDuration::from_mins(40)).await;
    let (failback, split) = look("returned").await;
    assert_eq!(
        (failback.status.as_str(), split.status.as_str()),
        ("False", "True"),
        "{failback:?} {split:?}"
    );
    assert!(
        failback.message.contains("missing: the replicas on fe01.pool1.contoso.com are behind"),
        "{failback:?}"
    );
    assert!(split.message.contains("fe01.pool1.contoso.com may not know"), "{split:?}");

    lab.clock.sleep(jiff::SignedDuration::from_mins(40)).await;
    let (failback, split) = look("current").await;
    assert_eq!(
        (failback.status.as_str(), split.status.as_str()),
        ("True", "False"),
        "{failback:?} {split:?}"
    );
    for part in
        ["pool1.contoso.com is up", "Front Ends", "replicas", "Active", "Backup Service is steady", "store"]
    {
        assert!(failback.message.contains(part), "{part:?} is missing in {}", failback.message);
    }
}

/// What a failover does not carry over is said while the users are away; what a failback leaves, after it.
#[tokio::test(start_paused = true)]
async fn what_is_left_for_people_is_said_after_the_failover_and_after_the_failback() {
    let lab = &mut Lab::new(&format!("{QUICK}cms: {{pool: pool2.contoso.com}}"));
    let topics = |ended: &Ended| ended.status.advice.iter().map(|advice| advice.topic).collect::<Vec<_>>();
    let start = lab.drive(&home(), &Crash::never()).await;
    assert_eq!(topics(&start), []);
    lab.generation = 2;
    let over = lab.drive(&away(), &Crash::never()).await;
    check("over", &over, NO_LOSS);
    use AdviceTopic::*;
    let left = [
        Dns,
        EdgePath,
        ResponseGroups,
        Announcements,
        CallPark,
        LocationInformation,
        PersistentChat,
        SurvivableBranchAppliances,
        ArchivingMonitoring,
    ];
    assert_eq!(topics(&over), left);
    lab.generation = 3;
    let back = lab.drive(&home(), &Crash::never()).await;
    check("back", &back, NO_LOSS);
    assert_eq!(topics(&back), [Dns, ResponseGroups, Announcements, CallPark, ConferenceContents]);
    let sync = back.status.advice.last().unwrap().command.clone().unwrap();
    assert_eq!(
        sync,
        "Invoke-CsBackupServiceSync -PoolFqdn pool2.contoso.com -BackupModule ConfServices.DataConf"
    );
}

/// What a run has begun covers what nobody has to approve: a dead pool goes on, a healthy one waits.
#[tokio::test(start_paused = true)]
async fn a_dead_pool_that_goes_does_not_take_a_healthy_one_along() {
    let pools = "pools: [{fqdn: pool3.contoso.com, site: DC1, backup: pool4.contoso.com}, \
                 {fqdn: pool4.contoso.com, site: DC2}]";
    let scenario = format!(
        "{QUICK}cms: {{pool: pool2.contoso.com}}\n{pools}\nfailures: [{{kill: [pool1.contoso.com]}}]"
    );
    let wish = Desired { users: vec![goal("pool1", "pool2"), goal("pool3", "pool4")], ..away() };
    let ended = Lab::new(&scenario).drive(&wish, &Crash::never()).await;
    check("two pools", &ended, DISASTER);
    assert_eq!(safety::names(&ended.transcript), [EDGE, OVER]);
    assert!(matches!(ended.decision, Decision::Hold(Hold::AwaitingApproval { .. })), "{:?}", ended.decision);
}

/// An approval covers the whole plan, also when its first step is a person's: what is left is not a new plan.
#[tokio::test(start_paused = true)]
async fn a_plan_that_a_person_begins_is_approved_once() {
    let by_hand = "administrator: [{host: fe01.pool2.contoso.com, command: Set-CsEdgeServer, \
                   parameters: {Identity: 'EdgeServer:edge1.contoso.com', Registrar: 'Registrar:pool2.contoso.com'}}]";
    let lab = &mut Lab::new(&format!(
        "{QUICK}cms: {{pool: pool2.contoso.com}}\nedges: [{{fqdn: edge1.contoso.com, site: DC2}}]\n\
         failures: [{{at: 8m, {by_hand}}}]"
    ));
    let wish = Desired { same_site_change: SameSiteChange::Manual, ..away() };
    let held = lab.drive(&wish, &Crash::never()).await;
    let Decision::Hold(Hold::AwaitingApproval { hash, .. }) = held.decision else {
        panic!("{:?}", held.decision)
    };
    lab.generation = 2;
    let ended = lab.drive(&Desired { approved_plan: Some(hash), ..wish }, &Crash::never()).await;
    check("approved", &ended, NO_LOSS);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    assert_eq!(safety::names(&ended.transcript), [OVER]);
}

#[tokio::test(start_paused = true)]
async fn stopped_at_each_effect_the_branches_end_the_same_way() {
    let by_hand = "administrator: [{host: fe01.pool2.contoso.com, command: Set-CsEdgeServer, \
                   parameters: {Identity: 'EdgeServer:edge2.contoso.com', Registrar: 'Registrar:pool2.contoso.com'}}]";
    let killed = format!("{QUICK}cms: {{pool: pool2.contoso.com}}\nfailures: [{{kill: [pool1.contoso.com]}}");
    let cases: [(&str, String, &[&str]); 3] = [
        (
            "a person's Edge pool and one by cmdlet",
            format!(
                "{killed}, {{at: 4m, {by_hand}}}]\n\
                 edges: [{{fqdn: edge2.contoso.com, site: DC2, nextHop: pool1.contoso.com}}]"
            ),
            &[EDGE, OVER],
        ),
        (
            "refused, and the replica is behind",
            format!(
                "{killed}]\nfaults: [{{kind: ReplicaStuck, replica: fe01.pool2.contoso.com}}, \
                 {{kind: FailBefore, cmdlet: Invoke-CsPoolFailOver, message: '{EDGE_TEXT}'}}]"
            ),
            &[EDGE, OVER, KICK, OVER],
        ),
        (
            "stopped half-way",
            format!("{killed}]\nfaults: [{{kind: Lose, cmdlet: Invoke-CsPoolFailOver, after: 20s}}]"),
            &[EDGE, OVER, OVER],
        ),
    ];
    let wish = Desired { same_site_change: SameSiteChange::Manual, ..away() };
    for (name, scenario, cmdlets) in cases {
        let effects = Lab::new(&scenario).drive(&wish, &Crash::never()).await.effects;
        assert!(effects > 5, "{name}: only {effects} effects");
        for effect in 1..=effects {
            for phase in [Phase::Before, Phase::After] {
                let ended = Lab::new(&scenario).drive(&wish, &Crash::at(effect, phase)).await;
                let name = format!("{name}, stopped {phase:?} effect {effect} of {effects}");
                check(&name, &ended, DISASTER);
                assert_eq!(ended.decision, Decision::Converged, "{name}: {:#?}", ended.status);
                // A start that arrives late, and is refused by the fence, uses the fault up: then less is to be done.
                let names = safety::names(&ended.transcript);
                let mut all = cmdlets.iter();
                assert!(names.iter().all(|name| all.any(|cmdlet| cmdlet == name)), "{name}: {names:?}");
                assert!(names.starts_with(&[EDGE, OVER]) && names.ends_with(&[OVER]), "{name}: {names:?}");
                let refusals = safety::refusals(&ended.transcript);
                assert!(refusals.is_empty(), "{name}: {refusals:?}");
            }
        }
    }
}
