//! The way back when it is not the straight one: the serving pool is dead, its SQL Server is, or the pool that
//! returns has too few servers.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use lync_failover::{
    api::{Actor, AdviceTopic, ConditionType, DisasterConsent, condition::find_condition},
    plan::{ConsentField, Decision, Desired, EdgeGoal, Hold},
};
use support::{
    lab::{Crash, Ended, Lab, Phase},
    safety::{self, Allowed},
    scenes::*,
    sketch::pool,
};

const LOSS: Allowed = Allowed { disaster: true, failback_disaster: true, failback: true };

/// Users are at Pool2 with the store, and then Pool2 dies: JJ204945, failing back with -DisasterMode.
async fn stranded(lab: &mut Lab) -> Ended {
    lab.generation = 1;
    lab.drive(&home(), &Crash::never()).await;
    lab.generation = 2;
    let over = lab.drive(&away(), &Crash::never()).await;
    assert_eq!(over.decision, Decision::Converged, "{:#?}", over.status);
    lab.clock.sleep(jiff::SignedDuration::from_mins(30)).await;
    lab.generation = 3;
    over
}

fn serving_pool_dies() -> String {
    format!("{QUICK}cms: {{pool: pool2.contoso.com}}\nfailures: [{{at: 20m, kill: [pool2.contoso.com]}}]")
}

fn home_at_any_price() -> Desired {
    Desired { failback_disaster_mode: true, disaster_mode: DisasterConsent::WhenSourceDown, ..home() }
}

#[tokio::test(start_paused = true)]
async fn a_failback_in_disaster_mode_has_a_consent_of_its_own() {
    let lab = &mut Lab::new(&serving_pool_dies());
    stranded(lab).await;
    let wish = Desired { disaster_mode: DisasterConsent::Always, ..home() };
    let held = lab.drive(&wish, &Crash::never()).await;
    check("without consent", &held, LOSS);
    let field = match &held.decision {
        Decision::Hold(Hold::NeedsConsent { field, .. }) => *field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field, ConsentField::FailbackDisasterMode);
    assert_eq!(
        safety::names(&held.transcript),
        [EDGE, OVER, STORE],
        "the store may be brought back, no users"
    );
    let patch = held.status.next_action.unwrap().command.unwrap();
    assert!(patch.contains(r#"{"failbackDisasterMode":"Always"}"#), "{patch}");

    lab.generation = 4;
    let ended = lab.drive(&home_at_any_price(), &Crash::never()).await;
    check("with consent", &ended, LOSS);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    assert_eq!(safety::names(&ended.transcript), [EDGE, OVER, STORE, BACK]);
    let (_, last) = safety::commands(&ended.transcript).pop().unwrap();
    assert!(last.contains("-DisasterMode"), "{last}");
    // The Edge pool is not sent back by itself, and what it points to is dead: that is said.
    let next = ended.status.next_action.clone().unwrap();
    assert_eq!(next.actor, Actor::Nobody);
    for part in ["edge1.contoso.com", "pool2.contoso.com", "spec.edges"] {
        assert!(next.message.contains(part), "{part} is missing in {}", next.message);
    }
    let safe = find_condition(&ended.status.conditions, ConditionType::EdgeNextHopSafe).unwrap();
    assert_eq!(safe.status, "False");
    // What was said, done.
    lab.generation = 5;
    let edges = vec![EdgeGoal { edge: "edge1.contoso.com".parse().unwrap(), next_hop: pool("pool1") }];
    let ended = lab.drive(&Desired { edges, ..home_at_any_price() }, &Crash::never()).await;
    check("the Edge pool too", &ended, LOSS);
    assert_eq!(safety::names(&ended.transcript), [EDGE, OVER, STORE, BACK, EDGE]);
    assert!(ended.status.next_action.unwrap().message.starts_with("Nothing to do"));
}

#[tokio::test(start_paused = true)]
async fn stopped_at_each_effect_the_failback_in_disaster_mode_ends_the_same_way() {
    let lab = &mut Lab::new(&serving_pool_dies());
    stranded(lab).await;
    let effects = lab.drive(&home_at_any_price(), &Crash::never()).await.effects;
    assert!(effects > 5, "only {effects} effects");
    for effect in 1..=effects {
        for phase in [Phase::Before, Phase::After] {
            let lab = &mut Lab::new(&serving_pool_dies());
            stranded(lab).await;
            let ended = lab.drive(&home_at_any_price(), &Crash::at(effect, phase)).await;
            let name = format!("stopped {phase:?} effect {effect} of {effects}");
            check(&name, &ended, LOSS);
            assert_eq!(ended.decision, Decision::Converged, "{name}: {:#?}", ended.status);
            assert_eq!(safety::names(&ended.transcript), [EDGE, OVER, STORE, BACK], "{name}");
        }
    }
}

/// JJ204945: the pool that gets its users back has to know what became of it. Bounded: neither a replica that stays
/// behind nor the wait for one bars the way home.
#[tokio::test(start_paused = true)]
async fn a_failback_waits_for_the_replicas_at_home_and_not_for_ever() {
    let cases: [(_, _, &[&str], _); 3] = [
        ("current", "", &[BACK], (0, 2)),
        (
            "one needs a full copy",
            "faults: [{kind: ReplicaStuck, replica: fe01.pool1.contoso.com}], ",
            &[KICK, BACK],
            (5, 8),
        ),
        (
            "one stays behind",
            "faults: [{kind: ReplicaNever, replica: fe01.pool1.contoso.com}], ",
            &[KICK, BACK],
            (10, 13),
        ),
    ];
    for (name, fault, cmdlets, (least, most)) in cases {
        let scenario = format!(
            "{QUICK}cms: {{pool: pool2.contoso.com}}\nfailures: [{{kill: [pool1.contoso.com]}}, \
             {{at: 40m, {fault}revive: [pool1.contoso.com]}}]"
        );
        let lab = &mut Lab::new(&scenario);
        let over = lab.drive(&away(), &Crash::never()).await;
        assert_eq!(over.decision, Decision::Converged, "{name}: {:#?}", over.status);
        let back_at: jiff::Timestamp = "2026-11-22T03:40:00Z".parse().unwrap();
        lab.clock.sleep(back_at.duration_since(lab.clock.now())).await;
        lab.generation = 2;
        let ended = lab.drive(&home(), &Crash::never()).await;
        check(name, &ended, Allowed { disaster: true, failback_disaster: false, failback: true });
        assert_eq!(ended.decision, Decision::Converged, "{name}: {:#?}", ended.status);
        let all = safety::commands(&ended.transcript);
        assert_eq!(safety::names(&ended.transcript)[2..], *cmdlets, "{name}");
        let waited = all.last().unwrap().0.duration_since(back_at).as_mins();
        assert!((least..=most).contains(&waited), "{name}: after {waited} minutes");
    }
}

/// DOMAIN 4.4: the back end of Pool1 is dead and its Front Ends run, so planned mode cannot work.
#[tokio::test(start_paused = true)]
async fn a_pool_whose_sql_server_is_dead_goes_in_disaster_mode_only() {
    let scenario =
        format!("{QUICK}cms: {{pool: pool2.contoso.com}}\nfailures: [{{at: 5m, kill: [sql1.contoso.com]}}]");
    let lab = &mut Lab::new(&scenario);
    lab.generation = 1;
    lab.drive(&home(), &Crash::never()).await;
    lab.clock.sleep(jiff::SignedDuration::from_mins(20)).await;
    lab.generation = 2;
    let held = lab.drive(&Desired { disaster_mode: DisasterConsent::Never, ..away() }, &Crash::never()).await;
    check("never", &held, NO_LOSS);
    assert!(matches!(held.decision, Decision::Hold(Hold::NeedsConsent { .. })), "{:?}", held.decision);
    assert_eq!(safety::names(&held.transcript), Vec::<&str>::new());

    lab.generation = 3;
    let wish = Desired { disaster_mode: DisasterConsent::Always, ..away() };
    let ended = lab.drive(&wish, &Crash::never()).await;
    check("always", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    assert_eq!(safety::names(&ended.transcript), [EDGE, OVER]);
}

/// JJ721939: both directions one after the other; the pair has to be Active first.
#[tokio::test(start_paused = true)]
async fn a_pair_that_is_itself_failed_over_goes_home_first() {
    let lab = &mut Lab::new(&format!("{QUICK}cms: {{pool: pool2.contoso.com}}"));
    lab.generation = 1;
    lab.drive(&home(), &Crash::never()).await;
    lab.generation = 2;
    lab.drive(&away(), &Crash::never()).await;
    lab.generation = 3;
    let other_way = Desired { users: vec![goal("pool2", "pool1")], ..away() };
    let held = lab.drive(&other_way, &Crash::never()).await;
    check("only the other direction", &held, NO_LOSS);
    assert_eq!(safety::names(&held.transcript), [EDGE, OVER]);
    let next = held.status.next_action.unwrap();
    assert!(next.message.contains("servedBy: pool1.contoso.com"), "{}", next.message);

    lab.generation = 4;
    let both = Desired { users: vec![goal("pool1", "pool1"), goal("pool2", "pool1")], ..away() };
    let ended = lab.drive(&both, &Crash::never()).await;
    check("as it was said", &ended, NO_LOSS);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    let names = safety::names(&ended.transcript);
    assert_eq!(names[..2], [EDGE, OVER]);
    let back = names.iter().position(|name| *name == BACK).expect("Pool1 goes home");
    assert_eq!(names.iter().rposition(|name| *name == OVER), Some(names.len() - 1), "{names:?}");
    assert!(back < names.len() - 1, "{names:?}");
}

/// DOMAIN 4.6: routes and media association of a lost Edge pool are a person's.
#[tokio::test(start_paused = true)]
async fn what_a_lost_edge_pool_leaves_is_said_with_its_names() {
    let edges = "edges: [{fqdn: edge2.contoso.com, site: DC2, nextHop: pool2.contoso.com}]";
    let dies = "failures: [{kill: [pool1.contoso.com, edge1.contoso.com]}]";
    let lab = Lab::new(&format!("{QUICK}cms: {{pool: pool2.contoso.com}}\n{edges}\n{dies}"));
    let ended = lab.drive(&away(), &Crash::never()).await;
    check("lost", &ended, DISASTER);
    assert_eq!(ended.decision, Decision::Converged, "{:#?}", ended.status);
    use AdviceTopic::*;
    for topic in [FederationRoute, XmppRoute, MediaAssociation] {
        let advice = ended.status.advice.iter().find(|advice| advice.topic == topic);
        let advice = advice.unwrap_or_else(|| panic!("{topic:?} is not in {:#?}", ended.status.advice));
        let all = format!("{} {}", advice.message, advice.command.clone().unwrap_or_default());
        assert!(all.contains("edge1.contoso.com"), "{all}");
    }
}
