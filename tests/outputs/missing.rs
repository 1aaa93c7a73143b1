//! Without any one of the properties that a decoder needs, the answer is unknown: never a "no".

use lync_failover::lync::{outputs::*, ps::PsObject};

use crate::printed::{fixture, list, mock, replaced, table, without};

/// Takes each property out of the first row in turn, and leaves the others in place.
fn needs<T: std::fmt::Debug>(
    rows: &[PsObject],
    names: &[&str],
    decode: impl Fn(&[PsObject]) -> Result<T, DecodeError>,
) {
    decode(rows).expect("the whole answer is readable");
    for name in names {
        let mut cut = rows.to_vec();
        cut[0] = without(&cut[0], name);
        assert_ne!(cut, rows, "the answer never had {name}");
        let error = decode(&cut).expect_err(&format!("{name} was not missed"));
        assert!(error.problem.contains(name), "{error} does not name {name}");
    }
}

#[test]
fn each_needed_property_is_missed() {
    let read = |name: &str| list(&fixture(name));

    let cms = read("reconstructed/get-csservice-centralmanagement.txt");
    needs(&cms, &["Identity", "Active", "Version"], central_management_services);
    let edge = read("verbatim/get-csservice-edgeserver.2013docs.txt");
    needs(&edge, &["Identity", "Registrar"], edge_next_hops);
    let registrar = PsObject::default().with("Identity", "Registrar:a.b").with("Version", 6);
    needs(&[registrar], &["Identity", "Version"], registrars);
    let database = PsObject::default().with("Identity", "a.b").with("SqlInstanceName", "");
    needs(&[database], &["Identity", "SqlInstanceName"], central_management_databases);
    let states = read("reconstructed/get-csregistrarconfiguration-poolstate.txt");
    needs(&states, &["Identity", "PoolState"], pool_states);
    let store = read("reconstructed/get-csmanagementstorereplicationstatus-cmsstatus.txt");
    needs(&store, &["ActiveMasterFqdn", "ActiveFileTransferAgentFqdn"], store_status);
    let test = read("verbatim/test-csdatabase-cms.2013docs.txt");
    needs(&test, &["DatabaseName", "Succeed"], database_succeeds);
    let mirror = read("verbatim/get-csdatabasemirrorstate-notmirrored.2013docs.txt");
    needs(&mirror, &["DatabaseName", "StateOnPrimary", "StateOnMirror"], mirror_rows);
}

#[test]
fn each_needed_property_of_tables_and_mocks_is_missed() {
    let modules = table(&fixture("verbatim/get-csbackupservicestatus-backupmodules.jenstr.txt"));
    needs(&modules, &["Identity", "ExportStatus", "ImportStatus"], backup_service_status);

    let mocks = fixture("mocks/microsoft-sfb-diagnostics-mocks.txt");
    let row = &mock(&mocks, "Get-CsManagementStoreReplicationStatus")[0];
    let row = replaced(&replaced(row, "LastStatusReport", ""), "LastUpdateCreation", "");
    needs(&[row], &["ReplicaFqdn", "UpToDate", "LastStatusReport", "LastUpdateCreation"], replicas);

    let service = PsObject::default().with("RoleName", "Registrar").with("Status", "Running");
    needs(&[service], &["RoleName", "Status"], registrar_running);
    let database = PsObject::default().with("Online", true);
    needs(&[database], &["Online"], user_database_online);
    let location = PsObject::default().with("BackEndServer", "sql1.contoso.com\\rtc");
    needs(&[location], &["BackEndServer"], store_location);
}

#[test]
fn an_empty_answer_is_unknown_where_lync_always_has_a_row() {
    assert!(central_management_services(&[]).is_err());
    assert!(central_management_databases(&[]).is_err());
    assert!(registrars(&[]).is_err());
    assert!(pool_states(&[]).is_err());
    assert!(store_status(&[]).is_err());
    assert!(replicas(&[]).is_err());
    assert!(store_location(&[]).is_err());
    assert!(database_succeeds(&[]).is_err());
    assert!(mirror_rows(&[]).is_err());
    assert!(backup_service_status(&[]).is_err());
    assert!(registrar_running(&[]).is_err());
    assert!(user_database_online(&[]).is_err());
}

#[test]
fn half_an_answer_is_unknown() {
    let test = list(&fixture("verbatim/test-csdatabase-cms.2013docs.txt"));
    assert!(database_succeeds(&test[..1]).is_err(), "lis was not missed");
    let states = list(&fixture("reconstructed/get-csregistrarconfiguration-poolstate.txt"));
    assert!(pool_states(&states[1..]).is_err(), "the global configuration was not missed");
    let services = table(&fixture("verbatim/get-cswindowsservice-role-status.2013docs.txt"));
    assert!(registrar_running(&services[..3]).is_err(), "the Registrar was not missed");
    let empty = PsObject::default().with("BackupModules", Vec::new());
    assert!(backup_service_status(&[empty]).is_err(), "no module was taken for a healthy service");
    let asked = "pool1.contoso.com".parse().expect("valid");
    let alone = PsObject::default().with("PrimaryPoolFqdn", "pool1.contoso.com");
    assert!(backup_pool(&[alone], &asked).is_err(), "a cut relation was taken for no pair");
}
