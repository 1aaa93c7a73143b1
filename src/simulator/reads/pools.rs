//! Cmdlets about pools: their state, their pairs, their Backup Service.

use super::{Reading, Rows};
use crate::{
    lync::{
        PoolState,
        ps::{PsObject, PsValue},
    },
    simulator::{refusals, scenario::BackupHealth},
};

pub(super) fn registrar_configuration(reading: &Reading<'_>) -> Rows {
    let states = &reading.configuration()?.pool_states;
    let own = states.iter().map(|(pool, state)| (format!("Service:Registrar:{pool}"), *state));
    let rows: Vec<PsObject> = std::iter::once(("Global".to_owned(), PoolState::Active))
        .chain(own)
        .filter(|(identity, _)| {
            reading.call.get_text("Identity").is_none_or(|text| text.eq_ignore_ascii_case(identity))
        })
        .map(|(identity, state)| settings(&identity, state))
        .collect();
    match reading.call.get_text("Identity") {
        Some(text) if rows.is_empty() => Err(refusals::not_found(reading.cmdlet, text)),
        _ => Ok(rows),
    }
}

fn settings(identity: &str, state: PoolState) -> PsObject {
    PsObject::new("Microsoft.Rtc.Management.WritableConfig.Settings.Registrar.RegistrarSettings")
        .with("Identity", identity)
        .with("MinEndpointExpiration", 300_i64)
        .with("MaxEndpointExpiration", 900_i64)
        .with("DefaultEndpointExpiration", 600_i64)
        .with("MaxEndpointsPerUser", 8_i64)
        .with("EnableDHCPServer", false)
        .with("PoolState", state.to_string())
        .with("BackupStoreUnavailableThreshold", PsValue::Span(jiff::SignedDuration::from_mins(30)))
        .with("MaxUserCount", 12_000_i64)
}

pub(super) fn backup_relationship(reading: &Reading<'_>) -> Rows {
    reading.configuration()?;
    let (name, pool) = reading.pool()?;
    let row = |backup: &crate::lync::PoolFqdn| {
        PsObject::new("Microsoft.Rtc.Management.Hadr.BackupService.BackupRelation")
            .with("PrimaryPoolFqdn", name.as_str())
            .with("BackupPoolFqdn", backup.as_str())
    };
    Ok(pool.backup.iter().map(row).collect())
}

pub(super) fn backup_service(reading: &Reading<'_>) -> Rows {
    reading.configuration()?;
    let (name, pool) = reading.pool()?;
    let organisation = reading.organisation;
    let Some(pair) = &pool.backup else {
        let text = format!("Pool \"{name}\" does not have a backup relationship with another pool.");
        return Err(refusals::invalid(reading.cmdlet, text));
    };
    let Some(front_end) = organisation.front_end_for(reading.host, pool) else {
        return Err(refusals::dcom(reading.cmdlet, name));
    };
    let health = if organisation.pools_connected(name, pair) && organisation.back_end_lives(name) {
        pool.backup_service
    } else {
        BackupHealth::Broken
    };
    let failed_over = organisation.cms.master.state(name) == PoolState::FailedOver;
    let export = match health {
        BackupHealth::Steady if failed_over => "FinalState",
        BackupHealth::Steady => "SteadyState",
        BackupHealth::Behind => "NonSteadyState",
        BackupHealth::Broken => "ErrorState",
    };
    let import = if pool.backup_service == BackupHealth::Broken { "ErrorState" } else { "NormalState" };
    let mut modules = vec![
        module("UserServices.PresenceFocus", export, import),
        module("ConfServices.DataConf", export, import),
    ];
    if pool.store.is_some() {
        let master = organisation.cms.master.active.contains(name);
        let export = if master { export } else { "NotInitialized" };
        modules.push(module("CentralMgmt.CMSMaster", export, import));
    }
    Ok(vec![
        PsObject::new("Microsoft.Rtc.Management.Hadr.BackupService.BackupServiceStatus")
            .with("ActiveMachineName", front_end.as_str())
            .with("OverallExportStatus", export)
            .with("OverallImportStatus", import)
            .with("BackupModules", PsValue::List(modules)),
    ])
}

/// Asked over SQL; SQL Express of a Standard Edition server answers on the server only (Gg398831).
pub(super) fn user_database(reading: &Reading<'_>) -> Rows {
    reading.configuration()?;
    let (name, pool) = reading.pool_in("RegistrarPool")?;
    let organisation = reading.organisation;
    let sql = pool.back_end.principal();
    let is_here = pool.machines.contains(reading.host);
    let is_reached = organisation.back_end_lives(name) && organisation.connected(reading.host, &sql.server);
    if pool.director || !is_reached || (pool.is_standard() && !is_here) {
        return Err(refusals::database_unreachable(reading.cmdlet, sql));
    }
    Ok(vec![
        PsObject::new("Microsoft.Rtc.Management.Xds.UserStoreState")
            .with("Identity", format!("UserServer:{name}"))
            .with("Online", true),
    ])
}

/// The test users of a pool sign in at it, from the host. Where Microsoft prints no text for what goes wrong, the
/// answer of SIP stands.
pub(super) fn test_registration(reading: &Reading<'_>) -> Rows {
    let (name, pool) = reading.pool_in("TargetFqdn")?;
    if !pool.test_users {
        return Err(refusals::no_test_users(reading.cmdlet, name));
    }
    let organisation = reading.organisation;
    let at_home = organisation.cms.master.state(name) != PoolState::FailedOver;
    let served = organisation.front_end_for(reading.host, pool).is_some() && organisation.pool_lives(name);
    let (result, error) = match (served, at_home) {
        (true, true) => ("Success", None),
        (true, false) => ("Failure", Some("301, Redirect request to Home Server")),
        (false, _) => ("Failure", Some("504, Server time-out")),
    };
    let seconds = if result == "Success" { 6 } else { 0 };
    Ok(vec![
        PsObject::new("Microsoft.Rtc.SyntheticTransactions.TaskOutput")
            .with("TargetFqdn", name.as_str())
            .with("Result", result)
            .with("Latency", PsValue::Span(jiff::SignedDuration::from_secs(seconds)))
            .with("Error", error)
            .with("Diagnosis", PsValue::Null),
    ])
}

fn module(identity: &str, export: &str, import: &str) -> PsValue {
    PsObject::new("Microsoft.Rtc.Management.Hadr.BackupService.BackupModuleStatus")
        .with("Identity", identity)
        .with("ExportStatus", export)
        .with("ImportStatus", import)
        .into()
}
