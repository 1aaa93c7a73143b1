//! Each documented refusal.

use super::*;
use crate::bridge::KnownRefusal;

/// An organisation in which nothing but the refusal under test stands in the way.
fn ready() -> World {
    let mut world = World::new("cms: {pool: pool2.contoso.com}\n");
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    world
}

#[test]
fn the_edge_text_is_verbatim() {
    let mut world = World::new("cms: {pool: pool2.contoso.com}\n");
    let refusal = world.refused(FE2, &fail_over("pool1.contoso.com"));
    assert_eq!(
        refusal.message,
        "This Front-end pool \"pool1.contoso.com\" is specified in topology as the next hop for the Edge server. \
         Failing over this pool may cause External access/Federation/Split-domain/XMPP features to stop working. \
         Please use Topology Builder to change the Edge internal next hop setting to point to a different \
         Front-end pool,  before you proceed."
    );
    assert_eq!(refusal.known(), Some(KnownRefusal::EdgeNextHop));
    assert_eq!(world.state(FE2, "pool1.contoso.com"), None, "a refusal changes nothing");
}

#[test]
fn a_dead_store_refuses_everything_that_writes() {
    let mut world = World::new("failures:\n- kill: [pool1.contoso.com]\n");
    for call in [
        fail_over("pool1.contoso.com").switch("DisasterMode"),
        set_edge("edge1.contoso.com", "pool2.contoso.com"),
        cms_normal(),
    ] {
        let known = world.refused(FE2, &call).known();
        assert_eq!(known, Some(KnownRefusal::CentralManagementUnavailable), "{call}");
    }
}

#[test]
fn a_store_on_the_pool_itself_is_not_fully_failed_over() {
    let mut world = World::new("");
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    let refusal = world.refused(FE2, &fail_over("pool1.contoso.com"));
    assert_eq!(refusal.known(), Some(KnownRefusal::CentralManagementUnavailable));
}

#[test]
fn a_split_store_is_not_fully_failed_over() {
    for kind in ["BothActive", "NoneActive"] {
        let mut world =
            World::new(&format!("faults:\n- {{cmdlet: Invoke-CsManagementServerFailover, kind: {kind}}}\n"));
        world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
        world.must(FE2, &cms_normal());
        let rows = world.rows(FE2, &service("CentralManagement"));
        let active = rows.iter().filter(|r| r.get("Active") == Some(&PsValue::Bool(true))).count();
        assert_eq!(active, if kind == "BothActive" { 2 } else { 0 });
        let refusal = world.refused(FE2, &fail_over("pool1.contoso.com"));
        assert_eq!(refusal.known(), Some(KnownRefusal::CentralManagementUnavailable));
    }
}

#[test]
fn a_pool_without_a_pair_has_nowhere_to_go() {
    let mut world = World::new("pools:\n- {fqdn: pool3.contoso.com}\n");
    let refusal = world.refused(FE2, &fail_over("pool3.contoso.com"));
    assert!(refusal.message.contains("backup relationship"), "{refusal}");
    assert!(world.refused(FE2, &fail_over("pool8.contoso.com")).message.contains("Cannot find"));
}

#[test]
fn two_pools_of_a_pair_are_not_failed_over_to_each_other() {
    let mut world = World::new(
        "pools:\n- {fqdn: pool1.contoso.com, state: FailedOver}\n- {fqdn: pool3.contoso.com}\n\
         cms: {pool: pool3.contoso.com}\n",
    );
    let refusal = world.refused(FE1, &fail_over("pool2.contoso.com"));
    assert!(refusal.message.contains("is itself in state FailedOver"), "{refusal}");
}

#[test]
fn planned_mode_needs_the_front_ends() {
    for failure in
        ["kill: [pool1.contoso.com]", "stopRegistrars: [pool1.contoso.com]", "kill: [sql1.contoso.com]"]
    {
        let mut world = ready();
        world.inject(failure);
        let refusal = world.refused(FE2, &fail_over("pool1.contoso.com"));
        assert!(refusal.message.contains("Distributed Component Object Model (DCOM) error"), "{failure}");
        world.must(FE2, &fail_over("pool1.contoso.com").switch("DisasterMode"));
    }
}

#[test]
fn a_blocked_port_leaves_the_pool_half_way_and_the_same_cmdlet_cures_it() {
    let mut world = ready();
    let order = world.order(FE2, &fail_over("pool1.contoso.com"));
    world.start(&order).expect("it starts");
    world.pass(60);
    world.inject("cut: [{from: DC1, to: DC2}]");
    world.pass(600);
    let Some(Ended::Failed(refusal)) = world.ended(&order) else { panic!("it did not fail") };
    assert_eq!(refusal.message, "Could not find a compatible interface with the server.");
    assert_eq!(world.state(FE2, "pool1.contoso.com").as_deref(), Some("FailingOver"));
    world.inject("mend: [{from: DC1, to: DC2}]");
    world.must(FE2, &fail_over("pool1.contoso.com"));
}

#[test]
fn failback_needs_a_failed_over_pool_that_lives() {
    let mut world = ready();
    assert!(world.refused(FE2, &fail_back("pool1.contoso.com")).message.contains("is in state Active"));
    world.must(FE2, &fail_over("pool1.contoso.com"));
    assert!(world.refused(FE2, &fail_over("pool1.contoso.com")).message.contains("is in state FailedOver"));
    world.inject("kill: [pool1.contoso.com]");
    assert!(world.refused(FE2, &fail_back("pool1.contoso.com")).message.contains("DCOM"));
}

#[test]
fn failback_without_the_backup_pool_needs_disaster_mode() {
    let mut world = World::new(
        "pools:\n- {fqdn: pool1.contoso.com, state: FailedOver}\nfailures:\n- kill: [pool2.contoso.com]\n",
    );
    assert!(world.refused(FE1, &fail_back("pool1.contoso.com")).message.contains("pool2"));
    world.must(FE1, &fail_back("pool1.contoso.com").switch("DisasterMode"));
}

#[test]
fn the_store_is_failed_over_on_the_pool_that_receives_it() {
    let mut world = World::new("pools:\n- {fqdn: pool3.contoso.com}\n");
    assert!(world.refused(FE1, &cms_normal()).message.contains("already hosts"));
    let third = world.refused("fe01.pool3.contoso.com", &cms_normal());
    assert!(third.message.contains("must be run on a computer of pool \"pool2.contoso.com\""), "{third}");
}

#[test]
fn the_store_goes_only_to_the_database_of_the_topology() {
    let mut world = World::new(
        "pools:\n- {fqdn: pool2.contoso.com, sqlMirror: 'sql2b.contoso.com\\rtc'}\n\
         failures:\n- kill: [pool1.contoso.com]\n",
    );
    for wrong in [cms_disaster("sql9.contoso.com"), cms_disaster("sql2.contoso.com")] {
        assert!(world.refused(FE2, &wrong).message.contains("defined in the topology"), "{wrong}");
    }
    let right = cms_disaster("sql2.contoso.com")
        .text("BackupMirrorSqlServerFqdn", "sql2b.contoso.com")
        .text("BackupMirrorSqlInstanceName", "rtc");
    world.must(FE2, &right);
}

#[test]
fn a_standby_without_databases_cannot_receive_the_store() {
    let mut world = World::new(
        "start: StandardEdition\npools:\n- {fqdn: se2.contoso.com, storeInstalled: false}\n\
         failures:\n- kill: [se1.contoso.com]\n",
    );
    let refusal = world.refused("se2.contoso.com", &cms_disaster("se2.contoso.com"));
    assert!(refusal.message.contains("Cannot open database \"xds\" requested by the login"), "{refusal}");
}

#[test]
fn normal_mode_wants_a_living_master_and_current_replicas() {
    let mut world = World::new(
        "failures:\n- kill: [fe01.pool1.contoso.com, fe02.pool1.contoso.com, fe03.pool1.contoso.com]\n",
    );
    assert!(world.refused(FE2, &cms_normal()).message.contains("gives no sign of life"));
    let mut world = World::new("faults:\n- {kind: ReplicaNever, replica: edge1.contoso.com}\n");
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    assert!(world.refused(FE2, &cms_normal()).message.contains("did not complete in time"));
    let rows = world.rows(FE2, &service("CentralManagement"));
    assert_eq!(rows[0].get("Active"), Some(&PsValue::Bool(true)), "nothing was switched");
}

#[test]
fn an_edge_or_a_pool_that_does_not_exist_is_not_found() {
    let mut world = World::new("");
    for call in [
        set_edge("edge7.contoso.com", "pool2.contoso.com"),
        set_edge("edge1.contoso.com", "pool7.contoso.com"),
        Invocation::new("Set-CsEdgeServer").text("Identity", "Edge:edge1.contoso.com").unprompted(),
    ] {
        assert!(world.refused(FE2, &call).message.contains("Cannot find"), "{call}");
    }
}
