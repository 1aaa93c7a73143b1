//! Cmdlets about the Central Management store.

use super::{Reading, Rows, texts};
use crate::{
    bridge::Refusal,
    lync::ps::{PsObject, PsValue},
    simulator::{model::BackEnd, refusals},
};

pub(super) fn replication(reading: &Reading<'_>) -> Rows {
    if reading.call.has_switch("CentralManagementStoreStatus") {
        return Ok(vec![store_status(reading)]);
    }
    let organisation = reading.organisation;
    organisation.require_store(reading.cmdlet, reading.host)?;
    let rows: Vec<PsObject> = organisation
        .replicas
        .iter()
        .filter(|(machine, _)| reading.wants("ReplicaFqdn", machine.as_str()))
        .map(|(machine, replica)| {
            let pool = organisation.pool_of(machine).and_then(|name| organisation.pools.get(name));
            let edge = organisation.edge_of(machine).and_then(|name| organisation.edges.get(name));
            let version = pool.map(|p| p.version).or(edge.map(|e| e.version)).unwrap_or(6);
            PsObject::new("Microsoft.Rtc.Management.Xds.ReplicaState")
                .with("UpToDate", organisation.up_to_date(machine))
                .with("ReplicaFqdn", machine.as_str())
                .with("LastStatusReport", replica.last_report)
                .with("LastUpdateCreation", replica.last_update)
                .with("ProductVersion", product(version))
        })
        .collect();
    match reading.call.get_text("ReplicaFqdn") {
        Some(text) if rows.is_empty() => Err(refusals::not_found(reading.cmdlet, text)),
        _ => Ok(rows),
    }
}

/// With a dead store the fields are empty (JJ204678).
fn store_status(reading: &Reading<'_>) -> PsObject {
    let organisation = reading.organisation;
    let alive = organisation.store_readable(reading.host);
    let cms = &organisation.cms;
    let machine = alive.then(|| cms.master_machine.to_string());
    let heartbeat = alive.then_some(cms.heartbeat);
    let replicas = if alive { texts(organisation.replicas.keys()) } else { PsValue::List(Vec::new()) };
    PsObject::new("Microsoft.Rtc.Management.Xds.CentralManagementStoreStatusResult")
        .with("LastUpdatedOn", alive.then_some(reading.now))
        .with("ActiveMasterFqdn", machine.clone())
        .with("ActiveMasterLastHeartbeat", heartbeat)
        .with("ActiveFileTransferAgentFqdn", machine)
        .with("ActiveFileTransferAgentLastHeartbeat", heartbeat)
        .with("ActiveReplicas", replicas)
        .with("DeletedReplicas", PsValue::List(Vec::new()))
}

pub(super) fn location(reading: &Reading<'_>) -> Vec<PsObject> {
    let organisation = reading.organisation;
    let pool = organisation.pools.get(&organisation.cms.pointer);
    pool.map(|pool| PsObject::of_text(pool.back_end.primary.to_string())).into_iter().collect()
}

pub(super) fn test_database(reading: &Reading<'_>) -> Vec<PsObject> {
    let organisation = reading.organisation;
    let Some(pool) = organisation.pools.get(&organisation.cms.pointer) else { return Vec::new() };
    let BackEnd { primary, mirror, .. } = &pool.back_end;
    let succeed = organisation.store_readable(reading.host);
    let row = |database: &str, expected: &str| {
        PsObject::new("Microsoft.Rtc.Management.Deployment.DatabaseTestResult")
            .with("SqlServerFqdn", primary.server.as_str())
            .with("SqlInstanceName", primary.instance.as_str())
            .with("MirrorSqlServerFqdn", mirror.as_ref().map(|sql| sql.server.to_string()))
            .with("MirrorSqlInstanceName", mirror.as_ref().map(|sql| sql.instance.clone()))
            .with("DatabaseName", database)
            .with("DataSource", PsValue::Null)
            .with("SQLServerVersion", PsValue::Null)
            .with("ExpectedVersion", expected)
            .with("InstalledVersion", PsValue::Null)
            .with("Succeed", succeed)
    };
    vec![row("xds", "10.13.2"), row("lis", "3.1.1")]
}

pub(super) fn mirror_state(reading: &Reading<'_>) -> Rows {
    reading.configuration()?;
    let (name, pool) = reading.pool()?;
    let kind = reading.call.get_text("DatabaseType").unwrap_or("User");
    let databases: &[&str] = match kind.to_ascii_lowercase().as_str() {
        "centralmgmt" if pool.store.is_some() => &["xds", "lis"],
        "user" if !pool.director => &["rtcxds", "rtcshared"],
        _ => return Err(absent(reading, kind, name.as_str())),
    };
    Ok(databases.iter().map(|database| mirror_row(reading, database, &pool.back_end)).collect())
}

fn mirror_row(reading: &Reading<'_>, database: &str, back_end: &BackEnd) -> PsObject {
    const NEITHER: &str = "DatabaseInaccessibleOrMirroringNotEnabled";
    let role = |server, principal| {
        let reached =
            reading.organisation.alive(server) && reading.organisation.connected(reading.host, server);
        match (reached, principal) {
            (false, _) => NEITHER,
            (true, true) => "Principal",
            (true, false) => "Mirror",
        }
    };
    let (primary, mirror) = match &back_end.mirror {
        Some(mirror) => (
            role(&back_end.primary.server, !back_end.mirror_is_principal),
            role(&mirror.server, back_end.mirror_is_principal),
        ),
        None => (NEITHER, NEITHER),
    };
    let status = |state: &str| (state != NEITHER).then_some("synchronized");
    PsObject::new("Microsoft.Rtc.Management.Deployment.DatabaseMirrorState")
        .with("DatabaseName", database)
        .with("StateOnPrimary", primary)
        .with("StateOnMirror", mirror)
        .with("MirroringStatusOnPrimary", status(primary))
        .with("MirroringStatusOnMirror", status(mirror))
}

fn absent(reading: &Reading<'_>, kind: &str, pool: &str) -> Refusal {
    refusals::invalid(reading.cmdlet, format!("Database type \"{kind}\" is not present on pool \"{pool}\"."))
}

/// The product version that replicas of a topology version report.
fn product(version: i32) -> &'static str {
    match version {
        5 => "4.0.7577.0",
        6 => "5.0.8308.0",
        7 => "6.0.9319.0",
        _ => "7.0.2046.0",
    }
}
