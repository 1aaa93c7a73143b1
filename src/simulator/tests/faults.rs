//! Faults strike as the scenario says.

use super::*;

#[test]
fn an_error_before_and_an_error_after_the_effect() {
    let next_hop = |kind: &str| {
        let mut world = World::new(&format!("faults:\n- {{cmdlet: Set-CsEdgeServer, kind: {kind}}}\n"));
        world.refused(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
        let rows = world.rows(FE2, &service("EdgeServer"));
        text(&rows[0], "Registrar")
    };
    assert_eq!(next_hop("FailBefore"), "Registrar:pool1.contoso.com");
    assert_eq!(next_hop("FailAfter"), "Registrar:pool2.contoso.com");
}

#[test]
fn a_fault_counts_calls() {
    let mut world = World::new(
        "faults:\n- {cmdlet: Get-CsService, kind: FailBefore, call: 2, times: 1, message: m, errorId: e}\n",
    );
    assert!(world.ask(FE2, &service("EdgeServer")).is_ok());
    let Err(CallError::Refused(refusal)) = world.ask(FE2, &service("EdgeServer")) else {
        panic!("it passed")
    };
    assert_eq!((refusal.message.as_str(), refusal.error_id.as_str()), ("m", "e"));
    assert!(world.ask(FE2, &service("EdgeServer")).is_ok());
}

#[test]
fn a_lost_operation_leaves_the_pool_failing_over() {
    let mut world = World::new(
        "cms: {pool: pool2.contoso.com}\nfaults:\n- {cmdlet: Invoke-CsPoolFailOver, kind: Lose, after: 2m}\n",
    );
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    assert!(matches!(world.run(FE2, &fail_over("pool1.contoso.com")), Ended::Lost(_)));
    assert_eq!(world.state(FE2, "pool1.contoso.com").as_deref(), Some("FailingOver"));
}

#[test]
fn a_hanging_operation_does_not_end() {
    let mut world = World::new("faults:\n- {cmdlet: Set-CsEdgeServer, kind: Hang, after: 0s}\n");
    let order = world.order(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    world.start(&order).expect("it starts");
    world.pass(86_400);
    assert_eq!(world.ended(&order), None);
    world.inject("clearFaults: true");
    assert!(matches!(world.ended(&order), Some(Ended::Lost(_))));
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
}

#[test]
fn cleared_faults_let_the_replicas_recover() {
    let mut world = World::new("faults:\n- {kind: ReplicaNever, replica: edge1.contoso.com}\n");
    world.must(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    world.pass(3600);
    let in_effect = |world: &mut World| {
        let now = world.now();
        world.simulator.describe(now).sites[0].edges[0].in_effect
    };
    assert!(!in_effect(&mut world));
    world.inject("clearFaults: true");
    world.pass(121);
    assert!(in_effect(&mut world));
}

#[test]
fn answers_come_without_a_property_or_cut_off() {
    let mut world = World::new(
        "faults:\n- {cmdlet: Get-CsService, kind: DropProperty, property: registrar}\n\
         - {cmdlet: Get-CsTopology, kind: Truncate}\n- {cmdlet: Get-CsComputer, kind: Truncate}\n",
    );
    assert_eq!(world.rows(FE2, &service("EdgeServer"))[0].get("Registrar"), None);
    let xml = world.rows(FE2, &Invocation::new("Get-CsTopology").switch("AsXml"));
    assert!(!xml[0].text.as_deref().expect("text").ends_with("</Topology>"));
    assert_eq!(world.rows(FE2, &Invocation::new("Get-CsComputer")).len(), 3, "of 7");
}

#[test]
fn transport_faults_are_not_refusals_by_lync() {
    let mut world = World::new("faults:\n- {kind: Denied, host: fe01.pool2.contoso.com}\n");
    assert!(matches!(world.ask(FE2, &service("EdgeServer")), Err(CallError::Denied(_))));
    world.inject("faults: [{kind: LoseAnswer, cmdlet: Set-CsEdgeServer}]");
    let order = world.order(FE2, &set_edge("edge1.contoso.com", "pool2.contoso.com"));
    assert!(matches!(world.start(&order), Err(CallError::Unknown(_))));
    world.pass(10);
    assert_eq!(world.ended(&order), Some(Ended::Completed), "it ran all the same");
    world.inject("cut: [{from: operator, to: DC2}]");
    assert!(matches!(world.ask(FE2, &service("EdgeServer")), Err(CallError::Unreachable(_))));
    let now = world.now();
    assert!(!world.simulator.sip(&machine(FE2), now));
    assert!(world.simulator.sip(&machine(FE1), now));
}

#[test]
fn a_korean_server_says_the_same_in_korean() {
    let mut world = World::new("faults:\n- {kind: Localise, times: 0}\n");
    let refusal = world.refused(FE2, &fail_over("pool1.contoso.com"));
    assert!(refusal.message.contains("명령") && refusal.known().is_none());
    assert!(refusal.error_id.starts_with("ProcessRecord,Microsoft.Rtc.Management.Hadr."));
}

#[test]
fn a_loss_of_quorum_stops_the_registrars_and_leaves_the_store() {
    let mut world = World::new("failures:\n- kill: [fe02.pool1.contoso.com, fe03.pool1.contoso.com]\n");
    let now = world.now();
    assert!(!world.simulator.sip(&machine(FE1), now), "one of three is below the quorum");
    assert!(world.ask(FE2, &service("EdgeServer")).is_ok());
    let mut world = World::new("failures:\n- stopRegistrars: [pool1.contoso.com]\n");
    let now = world.now();
    assert!(!world.simulator.describe(now).sites[0].pools[0].up);
    assert!(world.ask(FE1, &service("EdgeServer")).is_ok(), "the host still answers");
}

#[test]
fn scenarios_that_make_no_sense_are_refused() {
    for yaml in [
        "start: Empty",
        "cms: {pool: pool9.contoso.com}",
        "edges:\n- {fqdn: edge2.contoso.com}",
        "edges:\n- {fqdn: edge2.contoso.com, nextHop: pool9.contoso.com}",
        "pools:\n- {fqdn: pool1}",
        "pools:\n- {fqdn: pool3.contoso.com, backup: pool1.contoso.com}",
        "pools:\n- {fqdn: pool3.contoso.com, backup: pool4.contoso.com}",
        "failures:\n- kill: [pool9.contoso.com]",
        "failures:\n- cut: [{from: operator, to: DC9}]",
        "faults:\n- {kind: DropProperty}",
        "faults:\n- {kind: ReplicaNever, replica: edge9.contoso.com}",
        "faults:\n- {kind: FailBefore, call: 0}",
        "faults:\n- {kind: Missing, cmdlet: Get-Date}",
    ] {
        let scenario = Scenario::from_yaml(yaml).expect("it reads");
        assert!(Simulator::new(&scenario, Timestamp::UNIX_EPOCH).is_err(), "{yaml}");
    }
}
