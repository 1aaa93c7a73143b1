//! The guard on the target: one start an id, one operation at a time, no old epoch.

use super::*;
use crate::bridge::{Adoption, KnownRefusal};

fn refusal(result: Result<(), CallError>) -> Refusal {
    match result {
        Err(CallError::Refused(refusal)) => refusal,
        other => panic!("it was not refused: {other:?}"),
    }
}

#[test]
fn a_known_id_is_not_started_twice() {
    let mut world = World::new("");
    let order = world.order(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    for _ in 0..3 {
        world.start(&order).expect("the same answer each time");
        world.pass(10);
    }
    let kinds: Vec<_> = world.simulator.transcript().entries.iter().map(|e| &e.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| ***kind == EntryKind::Start).count(), 1);
    assert_eq!(kinds.iter().filter(|kind| ***kind == EntryKind::Repeated).count(), 2);
}

#[test]
fn an_older_epoch_is_fenced_off() {
    let mut world = World::new("");
    let mut order = world.order(FE2, &cms_normal());
    let now = world.now();
    assert_eq!(world.simulator.raise_epoch(&machine(FE2), now), Ok(1));
    assert_eq!(world.simulator.raise_epoch(&machine(FE1), now), Ok(2), "one epoch, whatever the host");
    assert_eq!(refusal(world.start(&order)).known(), Some(KnownRefusal::Fenced));
    order.epoch = 2;
    world.start(&order).expect("the epoch is current");
}

#[test]
fn one_operation_at_a_time() {
    let mut world = World::new("");
    let first = world.order(FE2, &cms_normal());
    let second = world.order(FE1, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    world.start(&first).expect("nothing runs");
    assert_eq!(refusal(world.start(&second)).known(), Some(KnownRefusal::Busy));
    world.pass(600);
    world.start(&second).expect("the first has ended");
}

#[test]
fn an_operation_goes_on_without_a_follower_and_is_adopted() {
    let mut world = World::new("");
    let order = world.order(FE2, &cms_normal());
    let now = world.now();
    assert_eq!(world.simulator.adopt(&order.host, order.id, now), Ok(Adoption::NeverStarted));
    world.start(&order).expect("nothing runs");
    let now = world.now();
    assert_eq!(world.simulator.adopt(&order.host, order.id, now), Ok(Adoption::Running));
    world.pass(600);
    let now = world.now();
    assert_eq!(world.simulator.adopt(&order.host, order.id, now), Ok(Adoption::Ended(Ended::Completed)));
}

#[test]
fn an_operation_dies_with_its_host_and_lets_the_lock_go() {
    let mut world = World::new("cms: {pool: pool2.contoso.com}\n");
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    let order = world.order(FE2, &fail_over("pool1.contoso.com"));
    world.start(&order).expect("nothing runs");
    world.pass(60);
    world.inject("kill: [fe01.pool2.contoso.com]");
    let now = world.now();
    let gone = world.simulator.adopt(&order.host, order.id, now);
    assert!(matches!(gone, Err(CallError::Unreachable(_))), "{gone:?}");
    let other = "fe02.pool2.contoso.com";
    assert_eq!(world.state(other, "pool1.contoso.com").as_deref(), Some("FailingOver"));
    world.must(other, &fail_over("pool1.contoso.com"));
    world.inject("revive: [fe01.pool2.contoso.com]");
    let now = world.now();
    let known = world.simulator.adopt(&order.host, order.id, now);
    assert!(matches!(known, Ok(Adoption::Ended(Ended::Lost(_)))), "{known:?}");
}

#[test]
fn reading_is_no_operation_and_changing_is_no_query() {
    let mut world = World::new("");
    let order = world.order(FE2, &service("EdgeServer"));
    assert_eq!(refusal(world.start(&order)).error_id, "NotAnOperation");
    let answer = world.ask(FE2, &cms_normal());
    assert!(matches!(answer, Err(CallError::Refused(_))), "{answer:?}");
    assert_eq!(world.simulator.transcript().starts().count(), 0);
}

#[test]
fn wrong_parameters_are_refused_before_anything_starts() {
    let mut world = World::new("");
    let order = world.order(FE2, &cms_normal().text("MirrorSQLServerFqdn", "sql2.contoso.com"));
    assert_eq!(refusal(world.start(&order)).known(), Some(KnownRefusal::UnknownCommand));
    let now = world.now();
    assert_eq!(world.simulator.adopt(&order.host, order.id, now), Ok(Adoption::NeverStarted));
}
