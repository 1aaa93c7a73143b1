//! The documented procedure, start to end.

use super::*;
use crate::simulator::Service;

#[test]
fn a_planned_failover_and_the_way_back() {
    let mut world = World::new("");
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    world.must(FE2, &cms_normal());
    world.must(FE2, &fail_over("pool1.contoso.com"));
    assert_eq!(world.state(FE2, "pool1.contoso.com").as_deref(), Some("FailedOver"));
    assert_eq!(world.state(FE2, "pool2.contoso.com"), None, "pool2 never failed over");
    world.must(FE2, &fail_back("pool1.contoso.com"));
    assert_eq!(world.state(FE2, "pool1.contoso.com").as_deref(), Some("Active"));
    let lost = world.simulator.transcript().entries.iter().any(|entry| entry.note.is_some());
    assert!(!lost, "a planned failover loses nothing");
}

#[test]
fn pool1_dies_with_the_store() {
    let mut world = World::new("failures:\n- {at: 1m, kill: [pool1.contoso.com]}\n");
    world.pass(120);
    let gone = world.ask(FE1, &service("EdgeServer"));
    assert!(matches!(gone, Err(CallError::Unreachable(_))), "{gone:?}");
    world.must(FE2, &cms_disaster("sql2.contoso.com"));
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    world.must(FE2, &fail_over("pool1.contoso.com").switch("DisasterMode"));
    let now = world.now();
    let view = world.simulator.describe(now);
    let pool1 = &view.sites[0].pools[0];
    assert!(!pool1.up);
    assert_eq!(pool1.served_by.as_ref().map(|p| p.short()), Some("pool2"));
    assert_eq!(pool1.service, Service::Full);
    let starts: Vec<_> = world.simulator.transcript().starts().collect();
    assert_eq!(starts.len(), 3);
    let last = &starts[2].state;
    assert!(last.next_hops.values().all(|hop| hop.short() == "pool2"), "S1");
    assert_eq!(last.cms.active.len(), 1, "S2");
    assert!(last.cms.writable && last.cms.heartbeat, "S2");
    assert_eq!(last.cms.master.as_ref(), Some(&last.cms.pointer), "S2");
    assert!(starts.iter().all(|start| start.effect_present == Some(false)), "S6");
}

#[test]
fn the_state_goes_through_failing_over_and_takes_its_time() {
    let mut world = World::new("cms: {pool: pool2.contoso.com}\n");
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    let order = world.order(FE2, &fail_over("pool1.contoso.com"));
    world.start(&order).expect("it starts");
    assert_eq!(world.state(FE2, "pool1.contoso.com"), None);
    world.pass(10);
    assert_eq!(world.state(FE2, "pool1.contoso.com").as_deref(), Some("FailingOver"));
    world.pass(580);
    assert_eq!(world.ended(&order), None);
    world.pass(20);
    assert_eq!(world.ended(&order), Some(Ended::Completed));
    let now = world.now();
    let news = world.simulator.follow(&order.host, order.id, 0, now).expect("known");
    assert!(news.records.len() >= 4 && news.records.iter().any(|r| r.text.contains("Hydration")));
    let rest = world.simulator.follow(&order.host, order.id, news.next, now).expect("known");
    assert!(rest.records.is_empty() && rest.next == news.next);
}

#[test]
fn one_long_step_of_time_gives_what_many_short_ones_give() {
    let yaml =
        "failures:\n- {at: 90s, kill: [pool1.contoso.com]}\n- {at: 30m, revive: [pool1.contoso.com]}\n";
    let (mut coarse, mut fine) = (World::new(yaml), World::new(yaml));
    let (one, other) = (coarse.order(FE2, &cms_normal()), fine.order(FE2, &cms_normal()));
    coarse.start(&one).expect("it starts");
    fine.start(&other).expect("it starts");
    coarse.pass(3600);
    for _ in 0..3600 {
        fine.pass(1);
    }
    assert_eq!(coarse.simulator.transcript(), fine.simulator.transcript());
}

#[test]
fn disaster_mode_on_a_healthy_pool_works_and_loses_data() {
    let mut world = World::new("cms: {pool: pool2.contoso.com}\n");
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    world.must(FE2, &fail_over("pool1.contoso.com").switch("DisasterMode"));
    let notes: Vec<_> = world.simulator.transcript().entries.iter().filter_map(|e| e.note.clone()).collect();
    assert!(matches!(notes.as_slice(), [only] if only.contains("data loss")), "{notes:?}");
}

#[test]
fn a_change_that_the_backup_service_had_no_time_for_is_lost() {
    let mut world = World::new("");
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    world.inject("kill: [pool1.contoso.com]");
    world.must(FE2, &cms_disaster("sql2.contoso.com"));
    let rows = world.rows(FE2, &service("EdgeServer"));
    assert_eq!(text(&rows[0], "Registrar"), "Registrar:pool1.contoso.com");
}

#[test]
fn durations_come_from_the_scenario() {
    let mut world = World::new("cms: {pool: pool2.contoso.com}\ndurations: {setEdgeServer: 30s}\n");
    let order = world.order(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    world.start(&order).expect("it starts");
    world.pass(29);
    assert_eq!(world.ended(&order), None);
    world.pass(1);
    assert_eq!(world.ended(&order), Some(Ended::Completed));
}

#[test]
fn an_administrator_does_the_step_by_hand() {
    let mut world = World::new("");
    world.inject(
        "administrator:\n- host: fe02.pool1.contoso.com\n  command: Set-CsEdgeServer\n  parameters:\n    \
         Identity: EdgeServer:edge1.contoso.com\n    Registrar: Registrar:pool2.contoso.com\n",
    );
    world.pass(10);
    let entries = &world.simulator.transcript().entries;
    assert!(entries.iter().any(|e| e.kind == EntryKind::End(Ended::Completed) && e.operation.is_none()));
    let rows = world.rows(FE2, &service("EdgeServer"));
    assert_eq!(text(&rows[0], "Registrar"), "Registrar:pool2.contoso.com");
}

#[test]
fn the_transcript_is_json_a_line_each() {
    let mut world = World::new("");
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    let transcript = world.simulator.transcript();
    let lines = transcript.json_lines().expect("it serialises");
    let read: Vec<crate::simulator::Entry> =
        lines.lines().map(|line| serde_json::from_str(line).expect("it reads")).collect();
    assert_eq!(read, transcript.entries);
    assert_eq!(read.len(), 2, "a start and an end");
}
