//! What the planner makes of what happened before: waits, kicks, retries, verification, crashes.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use jiff::{SignedDuration, Timestamp};
use lync_failover::{
    bridge::{Ended, Refusal},
    lync::*,
    plan::*,
};
use support::sketch::{Sketch, fqdn, now, operation, pool};

const POOL1_GONE: &str = include_str!("plans/03-pool-gone-store-elsewhere.yaml");

fn sketch(text: &str) -> Sketch {
    serde_yaml::from_str(text.split_once("\n---").unwrap().0).unwrap()
}

fn edge_step() -> Step {
    Step::SetEdgeNextHop { edge: fqdn("edge1"), from: pool("pool1"), to: pool("pool2") }
}

fn pool_step() -> Step {
    Step::FailOverPool { home: pool("pool1"), to: pool("pool2"), mode: Mode::Disaster }
}

fn ago(secs: i64) -> Timestamp {
    now() - SignedDuration::from_secs(secs)
}

/// A run in which the given operations have ended, each this many seconds ago.
fn progress(sketch: &Sketch, ended: &[(Step, i64, StepOutcome)]) -> Progress {
    let records = ended.iter().map(|(step, secs, outcome)| StepRecord {
        step: step.clone(),
        operation: operation(step),
        started_at: ago(secs + 5),
        ended_at: ago(*secs),
        outcome: outcome.clone(),
        report: None,
    });
    let run = Run {
        id: String::new(),
        started_at: ago(3600),
        finished_at: None,
        down_since: None,
        generation: 1,
        steps: vec![edge_step(), pool_step()],
        records: records.collect(),
    };
    Progress { recent: run.records.clone(), run: Some(run), ..sketch.progress() }
}

fn completed() -> StepOutcome {
    StepOutcome::Ended(Ended::Completed)
}

fn refused(message: &str) -> StepOutcome {
    StepOutcome::Ended(Ended::Failed(Refusal {
        error_id: "ProcessRecord,Microsoft.Rtc".into(),
        category: "InvalidResult".into(),
        message: message.into(),
    }))
}

/// The Edge change is in the topology; `behind` says whether its replica is still to come.
fn after_the_edge_change(behind: bool) -> Sketch {
    let mut sketch = sketch(POOL1_GONE);
    let edge = sketch.edges.get_mut("edge1").unwrap();
    edge.next_hop = Some("pool2".into());
    edge.behind = behind;
    sketch
}

fn decide(sketch: &Sketch, progress: &Progress) -> Decision {
    plan(&sketch.desired, &sketch.observed(), progress, &Limits::default(), now()).decision
}

#[test]
fn the_users_wait_for_the_edge_replica() {
    let sketch = after_the_edge_change(true);
    let decision = decide(&sketch, &progress(&sketch, &[(edge_step(), 60, completed())]));
    let Decision::Wait(wait) = decision else { panic!("{decision:?}") };
    assert_eq!(wait.kind, WaitKind::Replica);
    assert_eq!(wait.until, Some(ago(60) + SignedDuration::from_mins(10)));
}

#[test]
fn a_replica_from_before_the_change_does_not_count() {
    let sketch = after_the_edge_change(false);
    let mut observed = sketch.observed();
    if let Fact::Known { value, .. } = &mut observed.replicas {
        value.get_mut(&fqdn::<MachineFqdn>("edge1")).unwrap().last_update_creation = Some(ago(300));
    }
    let progress = progress(&sketch, &[(edge_step(), 60, completed())]);
    let decision = plan(&sketch.desired, &observed, &progress, &Limits::default(), now()).decision;
    assert!(matches!(&decision, Decision::Wait(w) if w.kind == WaitKind::Replica), "{decision:?}");
}

/// What a status shows of the votes moves with what is seen, not with the clock.
#[test]
fn votes_do_not_change_as_time_passes() {
    let mut sketch = sketch(POOL1_GONE);
    let pool1 = sketch.pools.get_mut("pool1").unwrap();
    pool1.peer = Some("Unreachable".into());
    for report in ["Fresh", "Last", "Old"] {
        sketch.pools.get_mut("pool1").unwrap().replicas = Some(report.into());
        let votes = |secs: i64| {
            let at = now() + SignedDuration::from_secs(secs);
            assess(&sketch.observed(), &sketch.progress(), &Limits::default(), at).ballots
        };
        assert_eq!(votes(0), votes(20), "{report}");
    }
}

/// The last report before a death is fresh for minutes; one that comes afterwards shows that somebody lives.
#[test]
fn only_a_report_that_comes_after_the_others_call_it_down_contradicts_them() {
    let sketch = sketch(POOL1_GONE);
    let limits = Limits::default();
    let at = |secs: i64| now() + SignedDuration::from_secs(secs);
    let seen = |secs: i64, reported: i64| {
        let mut observed = sketch.observed();
        let move_on = |fact: &mut Fact<bool>| {
            if let Fact::Known { at: seen, .. } = fact {
                *seen = at(secs);
            }
        };
        observed.sip.values_mut().for_each(move_on);
        for fact in observed.endpoints.values_mut() {
            if let Fact::Known { at: seen, .. } = fact {
                *seen = at(secs);
            }
        }
        let Fact::Known { value, at: seen, .. } = &mut observed.replicas else { panic!("they are known") };
        *seen = at(secs);
        let replica = value.values().next().unwrap().clone();
        for machine in observed.topology.value().unwrap().pools[&pool("pool1")].machines.clone() {
            value.insert(machine, Replica { last_status_report: Some(at(reported)), ..replica.clone() });
        }
        observed
    };
    let vote = |watch: &Watch, secs: i64, reported: i64| {
        let ballots = ballots(&pool("pool1"), &seen(secs, reported), watch, &limits, at(secs));
        ballots.iter().find(|ballot| ballot.observer == Observer::Replicas).unwrap().vote
    };
    let died = Watch::default().with_observation(&seen(0, -10), &limits, at(0));
    assert_eq!(vote(&died, 0, -10), Vote::NoEvidence, "it may be the last");
    assert!(died.down_since.contains_key(&pool("pool1")));
    let still = died.clone().with_observation(&seen(60, -10), &limits, at(60));
    assert_eq!(vote(&still, 60, -10), Vote::NoEvidence);
    assert_eq!(still.down_since, died.down_since);
    let lives = died.with_observation(&seen(60, 30), &limits, at(60));
    assert_eq!(vote(&lives, 60, 30), Vote::Up);
    assert!(!lives.down_since.contains_key(&pool("pool1")), "the time starts again");
}

#[test]
fn half_way_a_full_copy_is_asked_for_once() {
    let sketch = after_the_edge_change(true);
    let change = (edge_step(), 6 * 60, completed());
    let decision = decide(&sketch, &progress(&sketch, std::slice::from_ref(&change)));
    let Decision::Execute { step, host } = decision else { panic!("{decision:?}") };
    assert_eq!(step, Step::KickReplication { replica: fqdn("edge1") });
    assert_eq!(host, fqdn("fe1.pool2.contoso.com"));
    let kick = (step, 30, completed());
    let decision = decide(&sketch, &progress(&sketch, &[change, kick]));
    assert!(matches!(&decision, Decision::Wait(w) if w.kind == WaitKind::Replica), "{decision:?}");
}

#[test]
fn past_the_limit_the_users_are_not_held_up_and_a_warning_stays() {
    let sketch = after_the_edge_change(true);
    let progress = progress(&sketch, &[(edge_step(), 11 * 60, completed())]);
    let plan = plan(&sketch.desired, &sketch.observed(), &progress, &Limits::default(), now());
    assert!(matches!(&plan.decision, Decision::Execute { step, .. } if *step == pool_step()));
    assert_eq!(plan.warnings.len(), 1, "{:?}", plan.warnings);
}

#[test]
fn an_edge_that_died_with_its_site_is_not_waited_for() {
    let mut sketch = after_the_edge_change(true);
    let edge = sketch.edges.get_mut("edge1").unwrap();
    (edge.down, edge.site) = (true, "DC1".into());
    let decision = decide(&sketch, &progress(&sketch, &[(edge_step(), 5, completed())]));
    assert!(matches!(&decision, Decision::Execute { step, .. } if *step == pool_step()), "{decision:?}");
}

#[test]
fn a_refused_step_is_tried_again_after_a_pause_and_three_times_at_most() {
    let sketch = after_the_edge_change(false);
    let change = || (edge_step(), 900, completed());
    let tried = |secs: &[i64]| {
        let mut ended = vec![change()];
        ended.extend(secs.iter().map(|s| (pool_step(), *s, refused("DCOM error"))));
        decide(&sketch, &progress(&sketch, &ended))
    };
    assert!(matches!(tried(&[10]), Decision::Wait(w) if w.kind == WaitKind::Retry));
    assert!(matches!(tried(&[31]), Decision::Execute { .. }));
    assert!(matches!(tried(&[90, 31]), Decision::Wait(w) if w.kind == WaitKind::Retry));
    assert!(matches!(tried(&[120, 61]), Decision::Execute { .. }));
    let decision = tried(&[900, 600, 300]);
    let Decision::Hold(Hold::Failed { attempts: 3, message, .. }) = decision else { panic!("{decision:?}") };
    assert!(message.contains("DCOM error"), "{message}");
}

#[test]
fn the_users_do_not_go_while_the_edge_change_is_refused() {
    let sketch = sketch(POOL1_GONE);
    let refusals = [600, 300, 10].map(|secs| (edge_step(), secs, refused("Access is denied")));
    let decision = decide(&sketch, &progress(&sketch, &refusals[..2]));
    assert!(matches!(&decision, Decision::Execute { step, .. } if *step == edge_step()), "{decision:?}");
    let decision = decide(&sketch, &progress(&sketch, &refusals));
    assert!(matches!(&decision, Decision::Wait(w) if w.kind == WaitKind::Retry), "{decision:?}");
    let refusals = [900, 600, 300].map(|secs| (edge_step(), secs, refused("Access is denied")));
    let decision = decide(&sketch, &progress(&sketch, &refusals));
    assert!(matches!(decision, Decision::Hold(Hold::Failed { attempts: 3, .. })), "{decision:?}");
}

/// Makes one fact old and leaves the rest fresh.
fn aged<T>(fact: &mut Fact<T>) {
    let Fact::Known { at, .. } = fact else { panic!("not known") };
    *at = ago(600);
}

/// Pretends that a fact comes from a local replica.
fn replicated<T>(fact: &mut Fact<T>) {
    let Fact::Known { source, .. } = fact else { panic!("not known") };
    *source = Source::LocalReplica(fqdn("fe1.pool2.contoso.com"));
}

#[test]
fn refused_credentials_never_make_a_pool_look_down() {
    let mut sketch = sketch(POOL1_GONE);
    let look = |sketch: &Sketch| {
        looks_down(&pool("pool1"), &sketch.observed(), &Watch::default(), &Limits::default(), now())
    };
    assert!(look(&sketch));
    for health in ["Denied", "Suspect", "Up"] {
        sketch.pools.get_mut("pool1").unwrap().health = health.into();
        assert!(!look(&sketch), "{health}");
        let watch = Watch::default().with_observation(&sketch.observed(), &Limits::default(), now());
        assert!(watch.down_since.is_empty(), "{health}");
    }
}

#[test]
fn signals_that_name_different_pools_are_a_split_store() {
    let sketch = after_the_edge_change(false);
    let elsewhere = || fqdn::<MachineFqdn>("fe1.pool1.contoso.com");
    let spoil: [fn(&mut Observed, MachineFqdn); 3] = [
        |o, _| {
            let Fact::Known { value, .. } = &mut o.central_management.pointer else { panic!() };
            *value = "sql-pool1.contoso.com\\rtc".parse().unwrap();
        },
        |o, machine| {
            let Fact::Known { value, .. } = &mut o.central_management.store else { panic!() };
            value.active_master = Some(machine);
        },
        |o, machine| {
            let Fact::Known { value, .. } = &mut o.central_management.store else { panic!() };
            value.active_file_transfer_agent = Some(machine);
        },
    ];
    for (number, spoil) in spoil.iter().enumerate() {
        let mut observed = sketch.observed();
        spoil(&mut observed, elsewhere());
        let plan = plan(&sketch.desired, &observed, &sketch.progress(), &Limits::default(), now());
        assert!(matches!(plan.decision, Decision::Hold(Hold::SplitBrain { .. })), "{number}: {plan:?}");
    }
}

#[test]
fn a_blind_time_starts_every_clock_again() {
    let sketch = sketch(POOL1_GONE);
    let at = |secs: i64| now() + SignedDuration::from_secs(secs);
    let look = |watch: Watch, secs: i64| {
        let mut later = sketch.clone();
        later.age = -secs;
        watch.with_observation(&later.observed(), &Limits::default(), at(secs))
    };
    let first = look(Watch::default(), 0);
    let second = look(first, 60);
    assert_eq!(second.down_since[&pool("pool1")], now());
    let after_an_hour = look(second, 3600);
    assert_eq!(after_an_hour.down_since[&pool("pool1")], at(3600));
}

#[test]
fn an_edit_does_not_end_the_wait_for_a_replica() {
    let sketch = after_the_edge_change(true);
    let progress = Progress { generation: 2, ..progress(&sketch, &[(edge_step(), 10, completed())]) };
    let decision = decide(&sketch, &progress);
    assert!(matches!(&decision, Decision::Wait(w) if w.kind == WaitKind::Replica), "{decision:?}");
}

/// The store has moved to Pool2 within the last minutes; the users of Pool1 come next.
fn moved_store(secs: i64) -> (Step, i64, StepOutcome) {
    let mode = cmdlet::CmsFailoverMode::Normal;
    let step = Step::FailOverCentralManagement { from: pool("pool1"), to: pool("pool2"), mode };
    (step, secs, completed())
}

#[test]
fn an_edit_does_not_end_the_wait_for_the_replicas_of_a_moved_store() {
    let sketch = after_the_edge_change(true);
    let progress = Progress { generation: 2, ..progress(&sketch, &[moved_store(10)]) };
    let decision = decide(&sketch, &progress);
    assert!(matches!(&decision, Decision::Wait(w) if w.kind == WaitKind::Replica), "{decision:?}");
}

#[test]
fn replicas_that_nobody_can_see_are_not_current() {
    let sketch = after_the_edge_change(false);
    let mut observed = sketch.observed();
    observed.replicas = Fact::Unknown(Why::Unreadable("truncated".into()));
    let look = |secs| {
        let progress = progress(&sketch, &[moved_store(secs)]);
        plan(&sketch.desired, &observed, &progress, &Limits::default(), now())
    };
    let waits = look(60).decision;
    assert!(matches!(&waits, Decision::Wait(w) if w.kind == WaitKind::Replica), "{waits:?}");
    let past = look(11 * 60);
    assert!(matches!(&past.decision, Decision::Execute { .. }), "{:?}", past.decision);
    assert_eq!(past.warnings.len(), 1, "{:?}", past.warnings);
}

#[test]
fn an_edit_does_not_end_the_time_in_which_an_effect_may_show() {
    let sketch = after_the_edge_change(false);
    let ended = [(edge_step(), 900, completed()), (pool_step(), 60, completed())];
    let progress = Progress { generation: 2, ..progress(&sketch, &ended) };
    let decision = decide(&sketch, &progress);
    assert!(matches!(&decision, Decision::Wait(w) if w.kind == WaitKind::Verification), "{decision:?}");
}

#[test]
fn an_edit_does_not_ask_for_a_second_full_copy() {
    let sketch = after_the_edge_change(true);
    let kick = Step::KickReplication { replica: fqdn("edge1") };
    let ended = [(edge_step(), 6 * 60, completed()), (kick, 30, completed())];
    let progress = Progress { generation: 2, ..progress(&sketch, &ended) };
    let decision = decide(&sketch, &progress);
    assert!(matches!(&decision, Decision::Wait(w) if w.kind == WaitKind::Replica), "{decision:?}");
}

/// The reason for disaster mode may lie with the pair: its Backup Service takes part in every planned move.
#[test]
fn a_broken_backup_service_of_the_pair_counts_and_has_to_last() {
    let mut sketch = sketch(include_str!("plans/33-backup-service-behind.yaml"));
    sketch.desired.disaster_mode = lync_failover::api::DisasterConsent::Always;
    sketch.pools.get_mut("pool1").unwrap().backup = "Steady".into();
    sketch.pools.get_mut("pool2").unwrap().backup = "Broken".into();
    let watch = Watch::default().with_observation(&sketch.observed(), &Limits::default(), now());
    let look = |at: Timestamp, watch: Watch| {
        let progress = Progress { watch, ..sketch.progress() };
        plan(&sketch.desired, &sketch.observed(), &progress, &Limits::default(), at).decision
    };
    let waits = look(now(), watch.clone());
    assert!(matches!(&waits, Decision::Wait(w) if w.until.is_some()), "{waits:?}");
    let goes = look(now() + SignedDuration::from_secs(61), watch);
    assert!(matches!(&goes, Decision::Execute { .. }), "{goes:?}");
}

#[test]
fn a_store_that_has_just_moved_is_not_moved_back() {
    let mut sketch = after_the_edge_change(false);
    sketch.cms.health = "Impaired".into();
    sketch.desired.disaster_mode = lync_failover::api::DisasterConsent::Always;
    let mode = cmdlet::CmsFailoverMode::DisasterRecovery {
        backup: "sql-pool2.contoso.com\\rtc".parse().unwrap(),
        mirror: None,
    };
    let moved = Step::FailOverCentralManagement { from: pool("pool1"), to: pool("pool2"), mode };
    sketch.desired.users.clear();
    sketch.pools.get_mut("pool1").unwrap().health = "Up".into();
    let decision = decide(&sketch, &progress(&sketch, &[(moved, 120, completed())]));
    assert!(matches!(&decision, Decision::Wait(w) if w.kind == WaitKind::Verification), "{decision:?}");
}

#[test]
fn an_edge_is_not_sent_to_a_pool_that_does_not_serve() {
    let mut sketch = sketch(POOL1_GONE);
    sketch.pools.get_mut("pool2").unwrap().state = Some(PoolState::FailedOver);
    assert!(!matches!(sketch.plan().decision, Decision::Execute { .. }), "{:?}", sketch.plan().decision);
}

#[test]
fn correcting_drift_never_fails_back() {
    let mut sketch = sketch(include_str!("plans/14-failback.yaml"));
    sketch.desired.correct_drift = true;
    sketch.converged_generation = Some(2);
    assert_eq!(sketch.plan().decision, Decision::Hold(Hold::Drifted));
}

#[test]
fn a_clock_that_differs_does_not_make_a_store_fail() {
    let mut sketch = after_the_edge_change(false);
    sketch.cms.health = "Impaired".into();
    let observed = sketch.observed();
    let beat = observed.central_management.store.value().unwrap().active_master_heartbeat;
    let look = |beat: Option<Beat>| {
        let watch = Watch { master_beat: beat, agent_beat: beat, ..sketch.progress().watch };
        let progress = Progress { watch, ..sketch.progress() };
        plan(&sketch.desired, &observed, &progress, &Limits::default(), now()).central_management
    };
    let seen = |secs, advances| Some(Beat { value: beat.unwrap(), since: ago(secs), advances });
    assert!(matches!(look(seen(10, true)), CmsState::Healthy { .. }), "it advances");
    assert!(matches!(look(seen(10, false)), CmsState::Unknown { .. }), "nobody knows yet");
    assert!(matches!(look(seen(600, true)), CmsState::Impaired { .. }), "it has stopped");
}

#[test]
fn one_old_fact_is_enough_to_stop() {
    let sketch = after_the_edge_change(false);
    let decide = |observed: &Observed| {
        plan(&sketch.desired, observed, &sketch.progress(), &Limits::default(), now()).decision
    };
    assert!(matches!(decide(&sketch.observed()), Decision::Execute { .. }));
    let spoil: [fn(&mut Observed); 8] = [
        |o| aged(o.pool_states.get_mut(&pool("pool1")).unwrap()),
        |o| aged(o.pool_states.get_mut(&pool("pool2")).unwrap()),
        |o| aged(o.next_hops.get_mut(&fqdn::<EdgeFqdn>("edge1")).unwrap()),
        |o| aged(&mut o.central_management.roles),
        |o| aged(&mut o.central_management.pointer),
        |o| aged(&mut o.topology),
        |o| replicated(o.pool_states.get_mut(&pool("pool1")).unwrap()),
        |o| replicated(o.next_hops.get_mut(&fqdn::<EdgeFqdn>("edge1")).unwrap()),
    ];
    for (number, spoil) in spoil.iter().enumerate() {
        let mut observed = sketch.observed();
        spoil(&mut observed);
        let decision = decide(&observed);
        assert!(matches!(decision, Decision::Hold(Hold::Unknown { .. })), "{number}: {decision:?}");
    }
}

#[test]
fn a_new_generation_may_try_again() {
    let sketch = after_the_edge_change(false);
    let ended: Vec<_> = [900, 600, 300].map(|s| (pool_step(), s, refused("DCOM error"))).to_vec();
    let progress = Progress { generation: 2, ..progress(&sketch, &ended) };
    assert!(matches!(decide(&sketch, &progress), Decision::Execute { .. }));
}

#[test]
fn success_without_effect_is_not_believed() {
    let sketch = after_the_edge_change(false);
    let run = |secs| progress(&sketch, &[(edge_step(), 2000, completed()), (pool_step(), secs, completed())]);
    let decision = decide(&sketch, &run(60));
    assert!(matches!(&decision, Decision::Wait(w) if w.kind == WaitKind::Verification), "{decision:?}");
    assert!(matches!(decide(&sketch, &run(601)), Decision::Execute { .. }));
}

#[test]
fn a_pool_stuck_half_way_gets_the_same_cmdlet_again_only_after_an_attempt_of_ours() {
    let mut sketch = after_the_edge_change(false);
    sketch.pools.get_mut("pool1").unwrap().state = Some(PoolState::FailingOver);
    let foreign = decide(&sketch, &progress(&sketch, &[(edge_step(), 900, completed())]));
    assert!(matches!(&foreign, Decision::Wait(w) if w.kind == WaitKind::Elsewhere), "{foreign:?}");
    let lost = StepOutcome::Ended(Ended::Lost("host reset".into()));
    let ours =
        decide(&sketch, &progress(&sketch, &[(edge_step(), 900, completed()), (pool_step(), 40, lost)]));
    assert!(matches!(&ours, Decision::Execute { step, .. } if *step == pool_step()), "{ours:?}");
}

#[test]
fn what_was_seen_before_the_last_step_ended_proves_nothing() {
    let mut sketch = after_the_edge_change(false);
    sketch.age = 30;
    let decision = decide(&sketch, &progress(&sketch, &[(edge_step(), 10, completed())]));
    assert!(matches!(&decision, Decision::Wait(w) if w.kind == WaitKind::Verification), "{decision:?}");
}

fn in_flight(sketch: &Sketch, undecided: Option<&str>) -> Progress {
    let step = pool_step();
    let intent = Intent {
        operation: operation(&step),
        step,
        generation: 1,
        plan_hash: String::new(),
        written_at: ago(60),
        attempt: 1,
        position: (2, 2),
        undecided: undecided.map(Into::into),
        last_word: LastWord::Runs,
    };
    Progress { intent: Some(intent), ..progress(sketch, &[(edge_step(), 900, completed())]) }
}

#[test]
fn nothing_starts_while_an_operation_is_in_flight() {
    let sketch = after_the_edge_change(false);
    assert!(matches!(decide(&sketch, &in_flight(&sketch, None)), Decision::Follow(_)));
    let undecided = decide(&sketch, &in_flight(&sketch, Some("the host is gone")));
    assert!(matches!(undecided, Decision::Hold(Hold::OutcomeUnknown { .. })), "{undecided:?}");
}

#[test]
fn the_effect_of_an_undecided_operation_is_noticed() {
    let mut sketch = after_the_edge_change(false);
    let undecided = in_flight(&sketch, Some("the host is gone"));
    let look = |sketch: &Sketch| {
        plan(&sketch.desired, &sketch.observed(), &undecided, &Limits::default(), now()).effect_in_flight
    };
    assert!(!look(&sketch));
    sketch.pools.get_mut("pool1").unwrap().state = Some(PoolState::FailedOver);
    assert!(look(&sketch));
}

#[test]
fn taking_an_entry_out_of_the_spec_moves_nothing() {
    let mut sketch = after_the_edge_change(false);
    sketch.pools.get_mut("pool1").unwrap().state = Some(PoolState::FailedOver);
    sketch.pools.get_mut("pool1").unwrap().health = "Up".into();
    sketch.desired.users.clear();
    let plan = plan(&sketch.desired, &sketch.observed(), &sketch.progress(), &Limits::default(), now());
    assert_eq!((plan.decision, plan.steps), (Decision::Converged, Vec::new()));
}

#[test]
fn an_approved_hash_lets_a_new_object_move_a_healthy_pool_to_the_end() {
    let mut sketch = sketch(include_str!("plans/17-new-object-moves-a-healthy-pool.yaml"));
    let hash = sketch.plan().hash;
    assert!(matches!(sketch.plan().decision, Decision::Hold(Hold::AwaitingApproval { .. })));
    sketch.desired.approved_plan = Some(hash.clone());
    assert!(matches!(sketch.plan().decision, Decision::Execute { .. }));
    // After the first step the hash is another one; the rest of what was approved goes on.
    sketch.edges.get_mut("edge1").unwrap().next_hop = Some("pool2".into());
    let mut progress = progress(&sketch, &[(edge_step(), 60, completed())]);
    let planned = Step::FailOverPool { home: pool("pool1"), to: pool("pool2"), mode: Mode::Planned };
    progress.run.as_mut().unwrap().steps = vec![edge_step(), planned.clone()];
    assert!(matches!(decide(&sketch, &progress), Decision::Execute { step, .. } if step == planned));
    // Something that was not part of it does not.
    progress.run.as_mut().unwrap().steps = vec![edge_step()];
    assert!(matches!(decide(&sketch, &progress), Decision::Hold(Hold::AwaitingApproval { .. })));
}

/// A retry that was never sent, or a failover of long ago, does not make somebody else's cmdlet ours.
#[test]
fn a_pool_that_somebody_else_left_half_way_is_not_taken_for_ours() {
    let mut sketch = after_the_edge_change(false);
    sketch.pools.get_mut("pool1").unwrap().state = Some(PoolState::FailingOver);
    let back = Step::FailBackPool { home: pool("pool1"), from: pool("pool2"), mode: Mode::Planned };
    let lost = || StepOutcome::Ended(Ended::Lost("host reset".into()));
    let cases = [
        ("never sent", vec![(pool_step(), 600, StepOutcome::NotStarted("no connection".into()))]),
        ("completed long ago", vec![(pool_step(), 1200, completed())]),
        ("went home since", vec![(pool_step(), 1200, lost()), (back, 700, completed())]),
    ];
    for (name, ended) in cases {
        let decision = decide(&sketch, &progress(&sketch, &ended));
        assert!(
            matches!(&decision, Decision::Wait(w) if w.kind == WaitKind::Elsewhere),
            "{name}: {decision:?}"
        );
    }
    let ours =
        [(pool_step(), 600, lost()), (pool_step(), 300, StepOutcome::NotStarted("no connection".into()))];
    let decision = decide(&sketch, &progress(&sketch, &ours));
    assert!(matches!(&decision, Decision::Execute { step, .. } if *step == pool_step()), "{decision:?}");
}

const EDGE_TEXT: &str =
    "This Front-end pool \"pool1.contoso.com\" is specified in topology as the next hop for the Edge server.";

/// The missing Edge change answers the refusal: the users follow at once, and the refusal does not count.
#[test]
fn a_refusal_that_has_been_answered_neither_pauses_nor_counts() {
    let sketch = after_the_edge_change(false);
    let refusals = |answered: bool| {
        let mut ended: Vec<_> = [900, 600, 300].map(|secs| (pool_step(), secs, refused(EDGE_TEXT))).to_vec();
        ended.extend(answered.then(|| (edge_step(), 5, completed())));
        decide(&sketch, &progress(&sketch, &ended))
    };
    let held = refusals(false);
    assert!(matches!(held, Decision::Hold(Hold::Failed { attempts: 3, .. })), "{held:?}");
    assert!(matches!(refusals(true), Decision::Execute { step, .. } if step == pool_step()));
}

/// What is known after a look at a sketch at some time.
fn look(watch: Watch, sketch: &Sketch, at: Timestamp) -> Watch {
    let mut seen = sketch.clone();
    seen.age = now().duration_since(at).as_secs();
    watch.with_observation(&seen.observed(), &Limits::default(), at)
}

/// A person's change of an Edge pool has no record; it was seen, and its replica is waited for all the same.
#[test]
fn the_replica_of_a_change_by_hand_is_waited_for() {
    let before = sketch(POOL1_GONE);
    let after = after_the_edge_change(true);
    let watch = look(look(sketch(POOL1_GONE).progress().watch, &before, ago(60)), &after, now());
    assert_eq!(watch.hops[&fqdn::<EdgeFqdn>("edge1")].left, Some(pool("pool1")));
    let seen = Progress { watch: Watch { hops: watch.hops, ..after.progress().watch }, ..after.progress() };
    let decision = decide(&after, &seen);
    let Decision::Wait(wait) = decision else { panic!("{decision:?}") };
    assert_eq!((wait.kind, wait.until), (WaitKind::Replica, Some(now() + SignedDuration::from_mins(10))));
    // Who has only just begun to look knows of no change.
    let decision = decide(&after, &after.progress());
    assert!(matches!(&decision, Decision::Execute { step, .. } if *step == pool_step()), "{decision:?}");
}

/// The next process knows of it from the record, whether the last one saw the change or only what was before.
#[test]
fn a_change_by_hand_outlasts_the_process() {
    use lync_failover::controller::{Memory, OrganisationRecord, Owner};
    let (before, after) = (sketch(POOL1_GONE), after_the_edge_change(true));
    let edge = fqdn::<EdgeFqdn>("edge1");
    let stored = |watch: &Watch, run: Option<Run>, at: Timestamp| {
        let mut record = OrganisationRecord::default();
        record.resources.insert(Owner("x".into()), Memory { run, ..Memory::default() });
        record.keep_hops(watch, at);
        let text = serde_json::to_string(&record).unwrap();
        serde_json::from_str::<OrganisationRecord>(&text).unwrap().hops
    };
    // It was seen, and then the process ended.
    let old = look(look(Watch::default(), &before, ago(120)), &after, ago(60));
    let next = look(Watch::default().recalling(&stored(&old, None, ago(60))), &after, now());
    assert_eq!(next.hops[&edge], old.hops[&edge], "the wait goes on from where it was");
    assert_eq!(next.hops[&edge].since, ago(60));
    // It happened between the two, in a run that waited for it. Its wait begins with the next look.
    let old = look(Watch::default(), &before, ago(900));
    let run = progress(&before, &[]).run;
    assert!(run.is_some());
    let next = look(Watch::default().recalling(&stored(&old, run, ago(900))), &after, now());
    assert_eq!((next.hops[&edge].left.clone(), next.hops[&edge].since), (Some(pool("pool1")), now()));
    // Nothing is kept for longer than it can matter, and nothing while nothing is under way.
    assert!(stored(&old, None, ago(900)).is_empty());
    assert!(stored(&next, None, now() + SignedDuration::from_hours(3)).is_empty());
    // What the process itself has seen counts, not what it had read at its beginning.
    assert_eq!(next.clone().recalling(&old.hops).hops, next.hops);
}

/// A step of the operator that ended while nobody looked is not taken for a person's change of a later time, whose replica
/// would never come.
#[test]
fn a_change_of_ours_is_ours_after_a_restart_too() {
    let (before, after) = (sketch(POOL1_GONE), after_the_edge_change(false));
    let remembered = look(Watch::default(), &before, ago(60)).hops;
    let next = look(Watch::default().recalling(&remembered), &after, now());
    let mut observed = after.observed();
    if let Fact::Known { value, .. } = &mut observed.replicas {
        value.get_mut(&fqdn::<MachineFqdn>("edge1")).unwrap().last_update_creation = Some(ago(10));
    }
    let known = progress(&after, &[(edge_step(), 20, completed())]);
    let known = Progress { watch: Watch { hops: next.hops, ..after.progress().watch }, ..known };
    let decision = plan(&after.desired, &observed, &known, &Limits::default(), now()).decision;
    assert!(matches!(&decision, Decision::Execute { step, .. } if *step == pool_step()), "{decision:?}");
}

/// Two deployments of one organisation remember in one place: neither forgets what the other has seen, and at rest
/// neither writes.
#[test]
fn what_two_deployments_remember_of_next_hops_is_one() {
    use lync_failover::controller::OrganisationRecord;
    let edge = fqdn::<EdgeFqdn>("edge1");
    let hop = |name: &str, left: Option<&str>, since: i64| Hop {
        pool: pool(name),
        left: left.map(pool),
        before: ago(since + 30),
        since: ago(since),
    };
    let watch = |hop: Hop| Watch { hops: [(edge.clone(), hop)].into(), ..Watch::default() };
    let change = hop("pool2", Some("pool1"), 300);
    for (what, other, kept) in [
        ("it came later, and saw no change", hop("pool2", None, 200), &change),
        ("it saw the change later", hop("pool2", Some("pool1"), 290), &change),
        ("it is blind since before", hop("pool1", None, 900), &change),
        ("it saw the change earlier", hop("pool2", Some("pool1"), 310), &hop("pool2", Some("pool1"), 310)),
        ("it saw the next change", hop("pool1", Some("pool2"), 100), &hop("pool1", Some("pool2"), 100)),
    ] {
        let (mine, theirs) = (watch(change.clone()), watch(other));
        let mut record = OrganisationRecord::default();
        record.keep_hops(&mine, now());
        record.keep_hops(&theirs, now());
        assert_eq!(record.hops.get(&edge), Some(kept), "{what}");
        let settled = record.clone();
        record.keep_hops(&mine, now());
        record.keep_hops(&theirs, now());
        assert_eq!(record, settled, "{what}: it is written again and again");
    }
}

/// A host that cannot be reached for a night does not fill the record.
#[test]
fn attempts_that_did_not_begin_do_not_pile_up() {
    let sketch = after_the_edge_change(false);
    let never = |why: &str| StepOutcome::NotStarted(why.to_owned());
    let seen = progress(&sketch, &[(edge_step(), 7000, completed()), (pool_step(), 6000, refused("busy"))]);
    let (mut run, template) = (seen.run.clone().unwrap(), seen.recent[1].clone());
    let ends = |run: &mut Run, outcome: StepOutcome, secs: i64| {
        run.add(StepRecord { outcome, ended_at: ago(secs), ..template.clone() });
    };
    for night in 0..1000 {
        ends(&mut run, never("nobody answers"), 5000 - night);
    }
    assert_eq!(run.records.len(), 3, "both that ran, and the last that did not");
    assert_eq!(run.records[2].ended_at, ago(4001));
    // Reasons that differ are kept, up to a limit, and what ran outlasts them.
    for night in 0..1000 {
        ends(&mut run, never(&format!("try {night}")), 4000 - night);
    }
    assert_eq!(run.records.len(), 128);
    assert_eq!(run.records[..2], seen.run.unwrap().records[..]);
    for night in 0..1000 {
        ends(&mut run, refused(&format!("try {night}")), 3000 - night);
    }
    assert_eq!((run.records.len(), &run.records[0].step), (128, &edge_step()), "the only one of its step");
}

/// What the new store lacks outlives the run that moved it, and the resource of that run.
#[test]
fn a_move_of_the_store_is_remembered_beyond_its_run() {
    use lync_failover::controller::{OrganisationRecord, Owner};
    let sketch = sketch(include_str!("plans/08-nothing-to-do.yaml"));
    let (step, secs, _) = moved_store(60);
    let mut record = OrganisationRecord::default();
    let ended = |outcome| progress(&sketch, &[(step.clone(), secs, outcome)]).recent[0].clone();
    record.add_recent(ended(StepOutcome::NotStarted("closed".to_owned())));
    assert_eq!(record.store_moved_at, None);
    // What reported a failure may have moved it all the same.
    record.add_recent(ended(refused("halfway")));
    assert_eq!(record.store_moved_at, Some(ago(secs)));
    record.recent.clear();
    record.forget(&Owner("x".to_owned()));
    let mut other = OrganisationRecord::default();
    other.take_over(&record, &[]);
    let known = other.progress(&Owner("y".to_owned()), 1, &Watch::default());
    assert_eq!(known.store_moved_at, Some(ago(secs)));

    let home = sketch_of_home();
    let told = |moved: Option<Timestamp>| {
        let known = Progress { store_moved_at: moved, ..home.progress() };
        let plan = plan(&home.desired, &home.observed(), &known, &Limits::default(), now());
        plan.advice.iter().map(|advice| format!("{:?}", advice.topic)).collect::<Vec<_>>()
    };
    assert_eq!(told(None), Vec::<String>::new());
    assert_eq!(told(Some(ago(6 * 24 * 3600))), ["LocationInformation"]);
    assert_eq!(told(Some(ago(8 * 24 * 3600))), Vec::<String>::new());
}

/// Nobody is away.
fn sketch_of_home() -> Sketch {
    let mut sketch = sketch(include_str!("plans/08-nothing-to-do.yaml"));
    sketch.desired = Desired::default();
    sketch
}

/// A file that was written after the loss tells of what is left, whoever wrote it.
#[test]
fn advice_names_the_export_of_before() {
    let sketch = sketch(include_str!("plans/08-nothing-to-do.yaml"));
    let command = |hours: i64, run: Option<(i64, Option<i64>)>| {
        let mut observed = sketch.observed();
        let path: FilePath = r"\\files\exports\lf-lis-1.zip".parse().unwrap();
        let made_at = now() - SignedDuration::from_hours(hours);
        let newest = Some(ExportFile { path, made_at, size: 1 });
        let found = vec![ExportsOfKind { of: ExportOf::Locations, newest, problem: None, count: 1 }];
        let exports = Exports { folder: String::new(), is_shared: true, found };
        observed.exports = Fact::known(exports, now(), Source::Probe);
        let run = run.map(|(began, down)| Run {
            started_at: ago(began * 3600),
            down_since: down.map(|hours| ago(hours * 3600)),
            ..progress(&sketch, &[]).run.unwrap()
        });
        let known = Progress { last_run: run, ..sketch.progress() };
        let plan = plan(&sketch.desired, &observed, &known, &Limits::default(), now());
        let topic = |advice: &&lync_failover::api::Advice| {
            advice.topic == lync_failover::api::AdviceTopic::LocationInformation
        };
        plan.advice.iter().find(topic).and_then(|advice| advice.command.clone()).unwrap()
    };
    assert!(command(10, Some((9, None))).contains("lf-lis-1.zip"), "made before the run");
    assert!(!command(8, Some((9, None))).contains("lf-lis-1.zip"), "made after it began");
    assert!(!command(10, Some((9, Some(11)))).contains("lf-lis-1.zip"), "made after the loss");
    assert!(command(1, None).contains("lf-lis-1.zip"), "nobody knows of a run");
}

/// What takes the place of what there was is not made while people may need that.
#[test]
fn what_a_failover_has_left_behind_is_not_exported() {
    use lync_failover::exports::{needed, wanted};
    let kinds = |observed: &Observed, moved: Option<i64>| {
        let moved = moved.map(|hours| now() - SignedDuration::from_hours(hours));
        let all = wanted(observed, moved, now());
        let names = all.iter().map(|of| of.pool().map_or(of.kind(), |pool| pool.short()));
        (names.collect::<Vec<_>>().join(" "), needed(observed, moved, now()).len())
    };
    let sketch = sketch(POOL1_GONE);
    let healthy = sketch.observed();
    assert_eq!(kinds(&healthy, None), ("Configuration Locations pool1 pool2".to_owned(), 4));
    assert_eq!(
        kinds(&healthy, Some(167)),
        ("Configuration pool1 pool2".to_owned(), 3),
        "the store has moved"
    );
    assert_eq!(kinds(&healthy, Some(168)), ("Configuration Locations pool1 pool2".to_owned(), 4));
    let mut observed = healthy.clone();
    for state in [PoolState::FailingOver, PoolState::FailedOver, PoolState::FailingBack] {
        let fact = Fact::known(state, now(), Source::Probe);
        observed.pool_states.insert(pool("pool1"), fact);
        assert_eq!(kinds(&observed, None), ("Configuration pool2".to_owned(), 2), "{state}");
    }
    observed.pool_states.insert(pool("pool1"), Fact::Unknown(Why::NotObserved));
    assert_eq!(kinds(&observed, None), ("Configuration pool2".to_owned(), 4), "nobody knows");
}

#[test]
fn a_new_generation_may_send_an_unknown_cmdlet_again() {
    let sketch = after_the_edge_change(false);
    let unknown = StepOutcome::Ended(Ended::Failed(Refusal {
        error_id: "CommandNotFoundException".into(),
        category: "ObjectNotFound".into(),
        message: "not recognized".into(),
    }));
    let once = progress(&sketch, &[(pool_step(), 3000, unknown)]);
    assert!(matches!(decide(&sketch, &once), Decision::Hold(Hold::Failed { attempts: 1, .. })));
    let edited = Progress { generation: 2, ..once };
    assert!(matches!(decide(&sketch, &edited), Decision::Execute { .. }));
}

/// The operator may not see into the perimeter: an Edge pool is only called lost if the store says so too.
#[test]
fn an_edge_that_only_the_operator_does_not_reach_is_not_called_lost() {
    let sketch = sketch(include_str!("plans/59-an-edge-is-lost.yaml"));
    let topics = |observed: &Observed| {
        let plan = plan(&sketch.desired, observed, &sketch.progress(), &Limits::default(), now());
        plan.advice.iter().map(|advice| advice.topic).collect::<Vec<_>>()
    };
    assert_eq!(topics(&sketch.observed()).len(), 3);
    let mut observed = sketch.observed();
    let Fact::Known { value, .. } = &mut observed.replicas else { panic!() };
    value.get_mut(&fqdn::<MachineFqdn>("edge1")).unwrap().up_to_date = true;
    assert_eq!(topics(&observed), []);
}
