//! Answers that exclude themselves, and values that nobody documented.

use lync_failover::lync::{PoolState, outputs::*, ps::PsObject};

use crate::{pool, printed::*};

#[test]
fn a_row_that_comes_twice() {
    let twice = |row: &PsObject| [row.clone(), row.clone()];
    let cms = &list(&fixture("reconstructed/get-csservice-centralmanagement.txt"))[0];
    assert!(central_management_services(&twice(cms)).is_err());
    let edge = &list(&fixture("verbatim/get-csservice-edgeserver.2013docs.txt"))[0];
    assert!(edge_next_hops(&twice(edge)).is_err());
    let global = &list(&fixture("reconstructed/get-csregistrarconfiguration-poolstate.txt"))[0];
    assert!(pool_states(&twice(global)).is_err());
    let mirror = &list(&fixture("verbatim/get-csdatabasemirrorstate-notmirrored.2013docs.txt"))[0];
    assert!(mirror_rows(&twice(mirror)).is_err());
    let status = &list(&fixture("reconstructed/get-csmanagementstorereplicationstatus-cmsstatus.txt"))[0];
    assert!(store_status(&twice(status)).is_err());
    let module = &table(&fixture("verbatim/get-csbackupservicestatus-backupmodules.jenstr.txt"))[0];
    assert!(backup_service_status(&twice(module)).is_err());
    let registrar = PsObject::default().with("Identity", "a.b").with("Version", 6);
    assert!(registrars(&twice(&registrar)).is_err());
    assert!(store_location(&twice(&PsObject::of_text("sql1.contoso.com\\rtc"))).is_err());
}

#[test]
fn a_wide_pool_state_other_than_active() {
    let row =
        |identity: &str, state: &str| PsObject::default().with("Identity", identity).with("PoolState", state);
    let rows = [
        row("Global", "Active"),
        row("site:Dc1", "FailedOver"),
        row("service:Registrar:own.contoso.com", "Active"),
    ];
    let states = pool_states(&rows).expect("readable");
    let of = |name: &str, site: &str| states.of(&pool(name), site);
    assert!(of("pool1.contoso.com", "DC1").is_err_and(|e| e.problem.contains("contradictory")));
    assert_eq!(of("pool1.contoso.com", "DC2"), Ok(PoolState::Active));
    assert_eq!(of("own.contoso.com", "DC1"), Ok(PoolState::Active), "the narrowest scope holds");

    let states = pool_states(&[row("Global", "FailingOver")]).expect("readable");
    assert!(states.of(&pool("pool1.contoso.com"), "DC1").is_err());
}

#[test]
fn two_partners_or_two_agents() {
    let relation = &list(&fixture("reconstructed/get-cspoolbackuprelationship.txt"))[0];
    let three = relation.clone().with("Other", "pool3.contoso.com");
    assert!(backup_pool(&[three], &pool("pool1.contoso.com")).is_err());

    let status = &list(&fixture("reconstructed/get-csmanagementstorereplicationstatus-cmsstatus.txt"))[0];
    let two = replaced(status, "ActiveFileTransferAgentFqdn", "{fe1.contoso.com, fe2.contoso.com}");
    assert!(store_status(&[two]).is_err());
}

#[test]
fn registrar_services_that_disagree() {
    let row = |status: &str| PsObject::default().with("RoleName", "{Registrar}").with("Status", status);
    assert!(registrar_running(&[row("Running"), row("Stopped")]).is_err());
}

#[test]
fn user_databases_that_disagree() {
    let row = |online: bool| PsObject::default().with("Online", online);
    assert!(user_database_online(&[row(true), row(false)]).is_err());
    assert!(user_database_online(&[PsObject::default().with("Online", "perhaps")]).is_err());
}

#[test]
fn values_that_nobody_documented() {
    let states = list(&fixture("reconstructed/get-csregistrarconfiguration-poolstate.txt"));
    for value in ["Unknown", "", "Active\0", "2"] {
        let rows = [states[0].clone(), replaced(&states[1], "PoolState", value)];
        assert!(pool_states(&rows).is_err(), "{value:?} was taken for a state");
    }
    // An enumeration as a number means that the answer was not projected to text.
    let rows = [replaced(&states[0], "PoolState", 1)];
    assert!(pool_states(&rows).is_err());

    let mirror = list(&fixture("verbatim/get-csdatabasemirrorstate-notmirrored.2013docs.txt"));
    assert!(mirror_rows(&[replaced(&mirror[0], "StateOnMirror", "Suspended")]).is_err());
    let cms = list(&fixture("reconstructed/get-csservice-centralmanagement.txt"));
    assert!(central_management_services(&[replaced(&cms[0], "Active", "yes")]).is_err());
    assert!(central_management_services(&[replaced(&cms[0], "Version", 256)]).is_err());
    let wrong_role = replaced(&cms[0], "Identity", "UserServer:pool1.contoso.com");
    assert!(central_management_services(&[wrong_role]).is_err());
    let service = PsObject::default().with("Name", "RTCSRV").with("Status", "Sleeping");
    assert!(registrar_running(&[service]).is_err());
}

#[test]
fn the_error_for_a_huge_value_is_short() {
    let huge = "x".repeat(10_000_000);
    let row = PsObject::default().with("Identity", huge.as_str()).with("Registrar", huge.as_str());
    let error = edge_next_hops(&[row]).expect_err("refused");
    assert!(error.to_string().len() < 400);
}
