//! The shape of each answer: the property names that Microsoft's pages and objects have.

use super::*;

fn names(row: &PsObject) -> Vec<&str> {
    row.properties.iter().map(|(name, _)| name.as_str()).collect()
}

fn pool(cmdlet: &str, pool: &str) -> Invocation {
    Invocation::new(cmdlet).text("PoolFqdn", pool)
}

#[test]
fn services() {
    let mut world = World::new("");
    let cms = world.rows(FE2, &service("CentralManagement"));
    assert_eq!(
        names(&cms[0]),
        [
            "Identity",
            "CentralManagementDatabase",
            "MirrorCentralManagementDatabase",
            "Active",
            "ServiceId",
            "SiteId",
            "PoolFqdn",
            "Version",
            "Role"
        ]
    );
    assert_eq!(text(&cms[1], "Identity"), "CentralManagement:pool2.contoso.com");
    assert_eq!(cms[1].get("Active"), Some(&PsValue::Bool(false)));
    assert_eq!(cms[1].get("Version"), Some(&PsValue::Int(6)));
    assert_eq!(text(&cms[0], "ServiceId"), "1-CentralMgmt-1");
    let database = world.rows(FE2, &service("CentralManagementDatabase"));
    assert_eq!(text(&database[1], "Identity"), "CentralManagementDatabase:sql2.contoso.com");
    assert_eq!(text(&database[1], "SqlInstanceName"), "rtc");
    let edge = world.rows(FE2, &service("EdgeServer"));
    assert_eq!(text(&edge[0], "Registrar"), "Registrar:pool1.contoso.com");
    assert_eq!(text(&edge[0], "SiteId"), "Site:DC1");
    assert_eq!(world.rows(FE2, &service("Registrar")).len(), 2);
}

#[test]
fn registrar_configuration_and_pairs() {
    let mut world = World::new("pools:\n- {fqdn: pool1.contoso.com, state: FailedOver}\n");
    let rows = world.rows(FE2, &Invocation::new("Get-CsRegistrarConfiguration"));
    assert_eq!(text(&rows[0], "Identity"), "Global");
    assert_eq!(text(&rows[1], "Identity"), "Service:Registrar:pool1.contoso.com");
    assert_eq!(text(&rows[1], "PoolState"), "FailedOver");
    let pair = world.rows(FE2, &pool("Get-CsPoolBackupRelationship", "POOL1.contoso.com"));
    assert_eq!(text(&pair[0], "BackupPoolFqdn"), "pool2.contoso.com");
}

#[test]
fn the_store_and_its_replicas() {
    let mut world = World::new("");
    world.pass(300);
    let call = Invocation::new("Get-CsManagementStoreReplicationStatus");
    let status = world.rows(FE2, &call.clone().switch("CentralManagementStoreStatus"));
    assert_eq!(text(&status[0], "ActiveMasterFqdn"), FE1);
    assert_eq!(text(&status[0], "ActiveFileTransferAgentFqdn"), FE1);
    assert_eq!(status[0].get("ActiveMasterLastHeartbeat"), Some(&PsValue::Time(world.now())));
    let replicas = world.rows(FE2, &call);
    assert_eq!(replicas.len(), 7);
    assert_eq!(
        names(&replicas[0]),
        ["UpToDate", "ReplicaFqdn", "LastStatusReport", "LastUpdateCreation", "ProductVersion"]
    );
    let location = world.rows(FE2, &Invocation::new("Get-CsConfigurationStoreLocation"));
    assert_eq!(location[0].text.as_deref(), Some("sql1.contoso.com\\rtc"));
}

#[test]
fn a_dead_store_answers_only_where_it_does_in_reality() {
    let mut world = World::new("failures:\n- kill: [pool1.contoso.com]\n");
    for call in [
        Invocation::new("Get-CsTopology").switch("AsXml"),
        service("EdgeServer"),
        Invocation::new("Get-CsRegistrarConfiguration"),
        pool("Get-CsPoolBackupRelationship", "pool1.contoso.com"),
        Invocation::new("Get-CsManagementStoreReplicationStatus"),
        Invocation::new("Get-CsPool"),
        Invocation::new("Get-CsComputer"),
        Invocation::new("Get-CsSite"),
    ] {
        let Err(CallError::Refused(refusal)) = world.ask(FE2, &call) else { panic!("{call} answered") };
        assert!(refusal.message.contains("A network-related or instance-specific error"), "{call}");
    }
    for call in [
        Invocation::new("Get-CsTopology").switch("AsXml").switch("LocalStore"),
        Invocation::new("Get-CsRegistrarConfiguration").switch("LocalStore"),
        pool("Get-CsPoolBackupRelationship", "pool1.contoso.com").switch("LocalStore"),
        Invocation::new("Get-CsConfigurationStoreLocation"),
        Invocation::new("Get-CsWindowsService").text("ComputerName", "fe02.pool2.contoso.com"),
    ] {
        assert!(!world.rows(FE2, &call).is_empty(), "{call}");
    }
    let status =
        Invocation::new("Get-CsManagementStoreReplicationStatus").switch("CentralManagementStoreStatus");
    assert_eq!(world.rows(FE2, &status)[0].get("ActiveMasterFqdn"), Some(&PsValue::Null));
    let test = world.rows(FE2, &Invocation::new("Test-CsDatabase").switch("CentralManagementDatabase"));
    assert_eq!(test.len(), 2);
    assert!(test.iter().all(|row| row.get("Succeed") == Some(&PsValue::Bool(false))));
}

#[test]
fn mirror_states() {
    let mut world = World::new(
        "pools:\n- {fqdn: pool1.contoso.com, sqlMirror: 'sql1b.contoso.com\\rtc'}\n- {fqdn: pool3.contoso.com}\n",
    );
    let ask = |name: &str| pool("Get-CsDatabaseMirrorState", name).text("DatabaseType", "CentralMgmt");
    let rows = world.rows(FE2, &ask("pool1.contoso.com"));
    assert_eq!(rows.iter().map(|row| text(row, "DatabaseName")).collect::<Vec<_>>(), ["xds", "lis"]);
    assert_eq!((text(&rows[0], "StateOnPrimary"), text(&rows[0], "StateOnMirror")).0, "Principal");
    assert_eq!(text(&rows[0], "StateOnMirror"), "Mirror");
    let rows = world.rows(FE2, &ask("pool2.contoso.com"));
    assert_eq!(text(&rows[0], "StateOnPrimary"), "DatabaseInaccessibleOrMirroringNotEnabled");
    let Err(CallError::Refused(absent)) = world.ask(FE2, &ask("pool3.contoso.com")) else {
        panic!("it answered")
    };
    assert!(absent.message.contains("is not present on pool"));
    world.inject("kill: [sql1.contoso.com]");
    let rows = world.rows(FE2, &ask("pool1.contoso.com"));
    assert_eq!(text(&rows[0], "StateOnMirror"), "Principal", "the witness moved it, and the store lives");
}

#[test]
fn backup_service_and_windows_services() {
    let mut world = World::new("");
    let status = world.rows(FE2, &pool("Get-CsBackupServiceStatus", "pool2.contoso.com"));
    let Some(PsValue::List(modules)) = status[0].get("BackupModules") else { panic!("no modules") };
    let PsValue::Object(cms) = &modules[2] else { panic!("no object") };
    assert_eq!(text(cms, "Identity"), "CentralMgmt.CMSMaster");
    assert_eq!(text(cms, "ExportStatus"), "NotInitialized");
    let call =
        Invocation::new("Get-CsWindowsService").text("ComputerName", FE1).switch("ExcludeActivityLevel");
    let rows = world.rows(FE2, &call);
    assert_eq!(
        rows.iter().map(|row| text(row, "Name")).collect::<Vec<_>>(),
        ["RTCSRV", "MASTER", "FTA", "REPLICA", "LYNCBACKUP"]
    );
    world.inject("stopRegistrars: [fe01.pool1.contoso.com]");
    assert_eq!(text(&world.rows(FE2, &call)[0], "Status"), "Stopped");
    world.inject("kill: [pool1.contoso.com]");
    assert!(world.ask(FE2, &call).is_err());
    assert!(world.ask(FE2, &pool("Get-CsBackupServiceStatus", "pool1.contoso.com")).is_err());
}

/// SQL Express does not answer from elsewhere; a server that is off is out of reach, in the words of RPC.
#[test]
fn user_databases_and_servers_out_of_reach() {
    let ask = |name: &str| Invocation::new("Get-CsUserDatabaseState").text("RegistrarPool", name);
    let mut world = World::new("cms: {pool: pool2.contoso.com}");
    let rows = world.rows(FE2, &ask("pool1.contoso.com"));
    assert_eq!(rows[0].get("Online"), Some(&PsValue::Bool(true)));
    world.inject("kill: [sql1.contoso.com]");
    assert!(world.ask(FE2, &ask("pool1.contoso.com")).is_err());
    world.inject("cut: [{from: DC1, to: DC2}]");
    let services = Invocation::new("Get-CsWindowsService").text("ComputerName", FE1);
    let Err(CallError::Refused(away)) = world.ask(FE2, &services) else { panic!("it answered") };
    assert!(away.message.contains("0x800706BA"), "{away}");
    let mut world = World::new("start: StandardEdition");
    assert!(world.ask("se2.contoso.com", &ask("se1.contoso.com")).is_err());
    assert_eq!(world.rows("se1.contoso.com", &ask("se1.contoso.com")).len(), 1);
}

#[test]
fn the_topology_document_has_the_shape_of_the_sample() {
    let mut world = World::new(
        "pools:\n- {fqdn: pool2.contoso.com, sqlMirror: 'sql2b.contoso.com\\rtc'}\n\
         - {fqdn: dir1.contoso.com, director: true, site: DC2}\n",
    );
    let rows = world.rows(FE2, &Invocation::new("Get-CsTopology").switch("AsXml"));
    let xml = rows[0].text.as_deref().expect("a document");
    let document = roxmltree::Document::parse(xml).expect("well formed");
    let named = |tag: &str| document.descendants().filter(|n| n.tag_name().name() == tag).collect::<Vec<_>>();
    assert_eq!(named("CentralSite").len(), 2);
    assert_eq!(named("SqlInstance").len(), 4, "sql1, sql2, its mirror, the Director's");
    let active: Vec<_> = named("CentralMgmtService").iter().filter_map(|n| n.attribute("IsActive")).collect();
    assert_eq!(active, ["true", "false"]);
    let mirror = named("Dependency").into_iter().filter(|n| n.attribute("Usage") == Some("Mirror")).count();
    assert_eq!(mirror, 1);
    let edge = named("Service").into_iter().find(|service| {
        service.first_element_child().and_then(|id| id.attribute("RoleName")) == Some("EdgeServer")
    });
    let next_hop = edge.expect("an Edge").descendants().filter(|n| n.tag_name().name() == "ServiceId").nth(1);
    assert_eq!(next_hop.expect("a dependency").attribute("RoleName"), Some("Registrar"));
    assert_eq!(next_hop.expect("a dependency").attribute("SiteId"), Some("1"));
    let machines = named("Machine");
    assert!(machines.iter().any(|m| m.attribute("Fqdn") == Some("fe03.pool2.contoso.com")));
    let director =
        named("RegistrarService").iter().filter(|n| n.attribute("IsDirector") == Some("true")).count();
    assert_eq!(director, 1);
}

#[test]
fn sites_pools_and_computers() {
    let mut world = World::new("");
    let sites = world.rows(FE2, &Invocation::new("Get-CsSite"));
    assert_eq!(text(&sites[1], "Identity"), "Site:DC2");
    let pools = world.rows(FE2, &Invocation::new("Get-CsPool").text("Identity", "edge1.contoso.com"));
    assert_eq!(text(&pools[0], "Fqdn"), "edge1.contoso.com");
    let computers = world.rows(FE2, &Invocation::new("Get-CsComputer").text("Pool", "pool1.contoso.com"));
    assert_eq!(computers.len(), 3);
    assert_eq!(text(&computers[0], "Fqdn"), FE1);
    assert_eq!(world.simulator.transcript().queries["Get-CsPool"], 1);
}
