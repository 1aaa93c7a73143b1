//! Staleness: what the local replicas and the master's table of them say.

use super::*;

fn local(host: &str, world: &mut World) -> String {
    let call = Invocation::new("Get-CsTopology").switch("AsXml").switch("LocalStore");
    world.rows(host, &call)[0].text.clone().expect("a document")
}

fn replica(world: &mut World, name: &str) -> PsObject {
    let call = Invocation::new("Get-CsManagementStoreReplicationStatus").text("ReplicaFqdn", name);
    world.rows(FE2, &call).remove(0)
}

#[test]
fn a_change_reaches_front_ends_soon_and_edges_later() {
    let mut world = World::new("");
    let before = local(FE2, &mut world);
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    assert_eq!(local(FE2, &mut world), before, "the replica is old at first");
    world.pass(31);
    assert_ne!(local(FE2, &mut world), before);
    assert_eq!(replica(&mut world, FE2).get("UpToDate"), Some(&PsValue::Bool(true)));
    assert_eq!(replica(&mut world, "edge1.contoso.com").get("UpToDate"), Some(&PsValue::Bool(false)));
    let now = world.now();
    assert!(!world.simulator.describe(now).sites[0].edges[0].in_effect);
    world.pass(100);
    assert_eq!(replica(&mut world, "edge1.contoso.com").get("UpToDate"), Some(&PsValue::Bool(true)));
    let now = world.now();
    assert!(world.simulator.describe(now).sites[0].edges[0].in_effect);
}

#[test]
fn a_dead_machine_and_a_cut_edge_stay_behind_until_they_are_back() {
    let mut world = World::new(
        "failures:\n- kill: [fe03.pool1.contoso.com]\n  cut: [{from: pool1.contoso.com, to: edge1.contoso.com}]\n",
    );
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    world.pass(3600);
    for name in ["fe03.pool1.contoso.com", "edge1.contoso.com"] {
        assert_eq!(replica(&mut world, name).get("UpToDate"), Some(&PsValue::Bool(false)), "{name}");
    }
    world
        .inject("revive: [fe03.pool1.contoso.com]\nmend: [{from: pool1.contoso.com, to: edge1.contoso.com}]");
    world.pass(130);
    for name in ["fe03.pool1.contoso.com", "edge1.contoso.com"] {
        assert_eq!(replica(&mut world, name).get("UpToDate"), Some(&PsValue::Bool(true)), "{name}");
    }
}

#[test]
fn a_stuck_replica_needs_a_full_copy() {
    let mut world = World::new("faults:\n- {kind: ReplicaStuck, replica: edge1.contoso.com}\n");
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    world.pass(3600);
    assert_eq!(replica(&mut world, "edge1.contoso.com").get("UpToDate"), Some(&PsValue::Bool(false)));
    let kick =
        Invocation::new("Invoke-CsManagementStoreReplication").text("ReplicaFqdn", "edge1.contoso.com");
    world.must(FE2, &kick);
    let row = replica(&mut world, "edge1.contoso.com");
    assert_eq!(row.get("LastStatusReport"), Some(&PsValue::Null), "just after a full copy was asked for");
    world.pass(160);
    assert_eq!(replica(&mut world, "edge1.contoso.com").get("UpToDate"), Some(&PsValue::Bool(true)));
}

#[test]
fn after_the_store_died_the_local_replica_still_names_the_old_master() {
    let mut world = World::new("failures:\n- kill: [pool1.contoso.com]\n");
    world.must(FE2, &cms_disaster("sql2.contoso.com"));
    let active = |xml: &str| xml.matches("IsActive=\"true\"").count();
    let old = local(FE2, &mut world);
    assert_eq!(active(&old), 1);
    let call = Invocation::new("Get-CsTopology").switch("AsXml");
    let new = world.rows(FE2, &call)[0].text.clone().expect("a document");
    assert_ne!(old, new);
    world.pass(60);
    assert_eq!(local(FE2, &mut world), new);
}
