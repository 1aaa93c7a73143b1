//! Every fixture, decoded.

use jiff::Timestamp;
use lync_failover::lync::{
    PoolState, Replica, Version,
    outputs::*,
    ps::{PsObject, PsValue},
};

use crate::{machine, pool, printed::*, sql};

fn time(text: &str) -> Option<Timestamp> {
    Some(text.parse().expect("a valid time"))
}

#[test]
fn the_central_management_services() {
    let rows = list(&fixture("reconstructed/get-csservice-centralmanagement.txt"));
    let roles = central_management_services(&rows).expect("readable");
    let read: Vec<_> = roles.iter().map(|r| (r.pool.as_str(), r.active, r.version)).collect();
    assert_eq!(
        read,
        [("pool1.contoso.com", true, Version::LYNC_2013), ("pool2.contoso.com", false, Version::LYNC_2013)]
    );
}

#[test]
fn values_may_be_typed() {
    let row = PsObject::default()
        .with("Identity", PsValue::Object(PsObject::of_text("CentralManagement:POOL1.contoso.com")))
        .with("Active", true)
        .with("Version", 5);
    let roles = central_management_services(&[row]).expect("readable");
    assert_eq!(roles[0].pool, pool("pool1.contoso.com"));
    assert!(roles[0].active);
    assert_eq!(roles[0].version, Version::LYNC_2010);
}

#[test]
fn the_next_hop_of_an_edge_pool() {
    let printed = list(&fixture("verbatim/get-csservice-edgeserver.2013docs.txt"));
    let hops = edge_next_hops(&printed).expect("readable");
    let read: Vec<_> = hops.iter().map(|(edge, hop)| (edge.as_str(), hop.as_str())).collect();
    assert_eq!(read, [("dc.fabrikam.com", "lync-se.fabrikam.com")]);

    let mock = mock(&fixture("mocks/microsoft-sfb-diagnostics-mocks.txt"), "Get-CsService -EdgeServer");
    let hops = edge_next_hops(&mock).expect("readable");
    let read: Vec<_> = hops.iter().map(|(edge, hop)| (edge.as_str(), hop.as_str())).collect();
    assert_eq!(read, [("edge.contoso.com", "sfb2019.contoso.com")]);

    let bare =
        PsObject::default().with("Identity", "edge.contoso.com").with("Registrar", "pool1.contoso.com");
    assert_eq!(edge_next_hops(&[bare]).expect("readable").len(), 1);
    assert!(edge_next_hops(&[]).expect("no Edge pool is legal").is_empty());
}

#[test]
fn the_registrars() {
    let row =
        |name: &str| PsObject::default().with("Identity", format!("Registrar:{name}")).with("Version", "6");
    let rows = [
        row("pool1.contoso.com").with("BackupRegistrar", "Registrar:pool2.contoso.com"),
        row("pool2.contoso.com").with("BackupRegistrar", ""),
        row("pool3.contoso.com"),
    ];
    let read = registrars(&rows).expect("readable");
    assert_eq!(read[0].backup, Some(pool("pool2.contoso.com")));
    assert_eq!(read[1].backup, None);
    assert_eq!(read[2].backup, None);
    assert_eq!(read[2].version, Version::LYNC_2013);
}

#[test]
fn the_central_management_databases() {
    let row = PsObject::default().with("Identity", "CentralManagementDatabase:sql1.contoso.com");
    let named = row.clone().with("SqlInstanceName", "RTC");
    assert_eq!(central_management_databases(&[named]).expect("readable"), [sql("sql1.contoso.com\\rtc")]);
    let default = row.with("SqlInstanceName", "");
    assert_eq!(central_management_databases(&[default]).expect("readable"), [sql("sql1.contoso.com")]);
}

#[test]
fn the_pool_states() {
    let rows = list(&fixture("reconstructed/get-csregistrarconfiguration-poolstate.txt"));
    let states = pool_states(&rows).expect("readable");
    assert_eq!(states.of(&pool("pool1.contoso.com"), "DC1"), Ok(PoolState::FailedOver));
    assert_eq!(states.of(&pool("pool2.contoso.com"), "DC2"), Ok(PoolState::Active));
}

#[test]
fn both_spellings_of_a_running_failback() {
    let printed = &list(&fixture("reconstructed/get-csregistrarconfiguration-poolstate.txt"));
    for spelling in ["FailingBack", "FailedBack", "failingback"] {
        let rows = [printed[0].clone(), replaced(&printed[1], "PoolState", spelling)];
        let states = pool_states(&rows).expect("readable");
        assert_eq!(states.of(&pool("pool1.contoso.com"), "DC1"), Ok(PoolState::FailingBack));
    }
}

#[test]
fn the_backup_pool() {
    let rows = list(&fixture("reconstructed/get-cspoolbackuprelationship.txt"));
    let (one, two) = (pool("pool1.contoso.com"), pool("pool2.contoso.com"));
    assert_eq!(backup_pool(&rows, &one), Ok(Some(two.clone())));
    assert_eq!(backup_pool(&rows, &two), Ok(Some(one.clone())));
    assert_eq!(backup_pool(&[PsObject::of_text("pool2.contoso.com")], &one), Ok(Some(two)));
    assert_eq!(backup_pool(&[], &one), Ok(None));
    assert_eq!(backup_pool(&[replaced(&rows[0], "BackupPoolFqdn", "")], &one), Ok(None));
}

#[test]
fn the_backup_pool_is_neither_the_asked_host_nor_a_version_nor_a_type() {
    let rows = list(&fixture("reconstructed/get-cspoolbackuprelationship.txt"));
    let mut row = rows[0]
        .clone()
        .with("PSComputerName", "fe1.pool1.contoso.com")
        .with("Version", "6.0.9319.0")
        .with("Kind", "Microsoft.Rtc.Management.Hadr.BackupService.BackupRelation");
    row.text = Some("Microsoft.Rtc.Management.Hadr.BackupService.BackupRelation".to_owned());
    assert_eq!(backup_pool(&[row], &pool("pool1.contoso.com")), Ok(Some(pool("pool2.contoso.com"))));
}

#[test]
fn the_store_status() {
    let rows = list(&fixture("reconstructed/get-csmanagementstorereplicationstatus-cmsstatus.txt"));
    let status = store_status(&rows).expect("readable");
    assert_eq!(status.active_master, Some(machine("fe1.pool1.contoso.com")));
    assert_eq!(status.active_master_heartbeat, time("2026-11-22T09:13:58Z"));
    assert_eq!(status.active_file_transfer_agent, Some(machine("fe1.pool1.contoso.com")));
    assert_eq!(status.active_file_transfer_agent_heartbeat, time("2026-11-22T09:13:59Z"));
}

#[test]
fn both_spellings_of_the_file_transfer_agent() {
    let rows = list(&fixture("reconstructed/get-csmanagementstorereplicationstatus-cmsstatus.txt"));
    let bare = without(&rows[0], "ActiveFileTransferAgentFqdn");
    let values: [PsValue; 3] = [
        "fe1.pool1.contoso.com".into(),
        "{fe1.pool1.contoso.com}".into(),
        vec!["fe1.pool1.contoso.com".into()].into(),
    ];
    for value in values {
        let row = bare.clone().with("ActiveFileTransferAgents", value);
        let status = store_status(&[row]).expect("readable");
        assert_eq!(status.active_file_transfer_agent, Some(machine("fe1.pool1.contoso.com")));
    }
}

#[test]
fn a_store_that_is_not_available_has_empty_fields() {
    let row = PsObject::default()
        .with("ActiveMasterFqdn", PsValue::Null)
        .with("ActiveFileTransferAgentFqdn", "")
        .with("ActiveMasterLastHeartbeat", PsValue::Null);
    assert_eq!(store_status(&[row]), Ok(Default::default()));
}

#[test]
fn the_replicas() {
    let at: Timestamp = "2026-11-22T09:14:02Z".parse().expect("valid");
    let title = "Get-CsManagementStoreReplicationStatus";
    let mock = mock(&fixture("mocks/microsoft-sfb-diagnostics-mocks.txt"), title);
    assert_eq!(mock.len(), 2);
    // The mocks print a placeholder for the times.
    let rows = [
        replaced(&replaced(&mock[0], "LastStatusReport", at), "LastUpdateCreation", "11/22/2026 9:14:02 AM"),
        replaced(&replaced(&mock[1], "LastStatusReport", PsValue::Null), "LastUpdateCreation", at),
    ];
    let read = replicas(&rows).expect("readable");
    let expected =
        |report| Replica { up_to_date: true, last_status_report: report, last_update_creation: Some(at) };
    assert_eq!(read[&machine("edge.contoso.com")], expected(Some(at)));
    assert_eq!(read[&machine("sfb2019.contoso.com")], expected(None));
    assert!(replicas(&mock).is_err(), "the placeholder was taken for a time");
}

#[test]
fn the_store_location() {
    let expected = sql("atl-sql-001.litwareinc.com\\rtc");
    assert_eq!(store_location(&[PsObject::of_text("atl-sql-001.litwareinc.com/rtc")]), Ok(expected.clone()));
    let object = PsObject::default().with("BackEndServer", "ATL-SQL-001.litwareinc.com\\RTC");
    assert_eq!(store_location(&[object]), Ok(expected));
}

#[test]
fn the_test_of_the_central_management_database() {
    let rows = list(&fixture("verbatim/test-csdatabase-cms.2013docs.txt"));
    assert_eq!(rows.len(), 2);
    assert_eq!(database_succeeds(&rows), Ok(true));
    let failed = [rows[0].clone(), replaced(&rows[1], "Succeed", false)];
    assert_eq!(database_succeeds(&failed), Ok(false));
}

#[test]
fn the_mirror_states() {
    use MirrorRole::{DatabaseInaccessibleOrMirroringNotEnabled as Unmirrored, Mirror, Principal};

    let read = |name: &str| -> Vec<_> {
        let rows = mirror_rows(&list(&fixture(name))).expect("readable");
        rows.into_iter().map(|row| (row.database, row.on_primary, row.on_mirror)).collect()
    };
    assert_eq!(
        read("reconstructed/get-csdatabasemirrorstate-centralmgmt-mirrored.txt"),
        [("xds".to_owned(), Principal, Mirror), ("lis".to_owned(), Principal, Mirror)]
    );
    assert_eq!(
        read("verbatim/get-csdatabasemirrorstate-notmirrored.2013docs.txt"),
        [("lcscdr".to_owned(), Unmirrored, Unmirrored)]
    );
}

#[test]
fn the_backup_service() {
    let modules = table(&fixture("verbatim/get-csbackupservicestatus-backupmodules.jenstr.txt"));
    let bare = backup_service_status(&modules).expect("readable");
    let read: Vec<_> = bare.modules.iter().map(|m| (m.name.as_str(), m.export, m.import)).collect();
    assert_eq!(
        read,
        [
            ("UserServices.PresenceFocus", ExportStatus::FinalState, ImportStatus::NormalState),
            ("ConfServices.DataConf", ExportStatus::FinalState, ImportStatus::NormalState),
            ("CentralMgmt.CMSMaster", ExportStatus::NotInitialized, ImportStatus::NormalState),
        ]
    );

    let nested: Vec<PsValue> = modules.iter().cloned().map(PsValue::Object).collect();
    let whole = PsObject::default().with("BackupModules", nested);
    assert_eq!(backup_service_status(&[whole]), Ok(bare));
}

#[test]
fn a_module_of_the_backup_service_may_be_a_text() {
    let texts: Vec<PsValue> = vec!["CentralMgmt.CMSMaster:[SteadyState,NormalState]".into()];
    let status =
        backup_service_status(&[PsObject::default().with("BackupModules", texts)]).expect("readable");
    assert_eq!(status.modules[0].name, "CentralMgmt.CMSMaster");
    assert_eq!(status.modules[0].export, ExportStatus::SteadyState);
}

#[test]
fn the_registrar_service() {
    let rows = table(&fixture("verbatim/get-cswindowsservice-role-status.2013docs.txt"));
    assert_eq!(rows.len(), 7);
    assert_eq!(registrar_running(&rows), Ok(true));

    let stopped = [
        PsObject::default().with("Name", "RTCSrv").with("Status", "Stopped"),
        PsObject::default().with("Name", "LyncBackup").with("Status", "Running"),
    ];
    assert_eq!(registrar_running(&stopped), Ok(false));
}

/// Gg398831 says in words that `Online` is a Boolean; no page prints a row.
#[test]
fn the_sign_in_of_a_test_user() {
    let text = fixture("verbatim/test-csregistration.2013docs.txt");
    let atl = pool("atl-cs-001.litwareinc.com");
    assert_eq!(registration(&list(&text), &atl), Ok(Registration::Succeeded));
    let failure = text.split_once("--- failure").expect("it has one").1;
    let answer = registration(&list(&format!("--- failure{failure}")), &atl).expect("readable");
    let Registration::Failed(why) = answer else { panic!("{answer:?}") };
    assert!(why.starts_with("404, Not Found; ErrorCode=1003"), "{why}");
    assert!(registration(&list(&text), &pool("pool2.contoso.com")).is_err(), "it is about another pool");
    let row =
        |result: &str| PsObject::default().with("TargetFqdn", "pool2.contoso.com").with("Result", result);
    let pool2 = pool("pool2.contoso.com");
    let bare = registration(&[row("Failure")], &pool2);
    assert_eq!(bare, Ok(Registration::Failed("no reason was given".to_owned())));
    assert!(registration(&[row("Perhaps")], &pool2).is_err());
    assert!(registration(&[row("Success"), row("Success")], &pool2).is_err());
    assert!(registration(&[], &pool2).is_err());
}

#[test]
fn the_services_of_the_store() {
    let row = |name: &str| PsObject::default().with("Name", name).with("Status", "Stopped");
    let installed =
        |names: &[&str]| store_services_installed(&names.iter().map(|name| row(name)).collect::<Vec<_>>());
    assert_eq!(installed(&["RTCSRV", "master", "FTA"]), Ok(true), "stopped services are there too");
    assert_eq!(installed(&["RTCSRV", "MASTER"]), Ok(false));
    assert!(installed(&[]).is_err());
    let nameless = PsObject::default().with("Status", "Running");
    assert!(store_services_installed(&[row("MASTER"), nameless]).is_err(), "it may be one of them");
}

#[test]
fn the_user_database() {
    let row =
        |online: PsValue| PsObject::default().with("Identity", "pool1.contoso.com").with("Online", online);
    assert_eq!(user_database_online(&[row(true.into())]), Ok(true));
    assert_eq!(user_database_online(&[row("False".into()), row(false.into())]), Ok(false));
}
