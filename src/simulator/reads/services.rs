//! `Get-CsService` and `Get-CsWindowsService`.

use super::{Reading, Rows, texts};
use crate::{
    bridge::Refusal,
    lync::{
        MachineFqdn,
        ps::{PsObject, PsValue},
    },
    simulator::{model::same, refusals},
};

/// Adds the services of one role to the rows.
type Lister = fn(&Reading<'_>, &mut Vec<PsObject>) -> Result<(), Refusal>;

pub(super) fn services(reading: &Reading<'_>) -> Rows {
    let roles: &[Lister] = &[central_management, central_management_database, edge_server, registrar];
    let names = ["CentralManagement", "CentralManagementDatabase", "EdgeServer", "Registrar"];
    let any = names.iter().any(|name| reading.call.has_switch(name));
    let mut rows = Vec::new();
    for (name, role) in names.iter().zip(roles) {
        if !any || reading.call.has_switch(name) {
            role(reading, &mut rows)?;
        }
    }
    let wanted = |row: &PsObject| {
        let text = |name| match row.get(name) {
            Some(PsValue::Text(text)) => text.clone(),
            _ => String::new(),
        };
        reading.wants("PoolFqdn", &text("PoolFqdn"))
            && reading.call.get_text("Identity").is_none_or(|id| same(id, &text("Identity")))
    };
    rows.retain(wanted);
    Ok(rows)
}

/// The properties that every service ends with.
fn tail(reading: &Reading<'_>, row: PsObject, role: &str, site: &str, pool: &str, version: i32) -> PsObject {
    let number = reading.organisation.site_id(site);
    row.with("ServiceId", format!("{number}-{}-1", role.replace("CentralManagement", "CentralMgmt")))
        .with("SiteId", format!("Site:{site}"))
        .with("PoolFqdn", pool)
        .with("Version", i64::from(version))
        .with("Role", role)
}

fn central_management(reading: &Reading<'_>, rows: &mut Vec<PsObject>) -> Result<(), Refusal> {
    let active = &reading.configuration()?.active;
    for (name, pool) in reading.organisation.pools.iter().filter(|(_, pool)| pool.store.is_some()) {
        let database = |sql: &crate::lync::SqlInstance| format!("CentralManagementDatabase:{}", sql.server);
        let row = PsObject::new("Microsoft.Rtc.Management.Xds.DisplayCentralManagement")
            .with("Identity", format!("CentralManagement:{name}"))
            .with("CentralManagementDatabase", database(&pool.back_end.primary))
            .with("MirrorCentralManagementDatabase", pool.back_end.mirror.as_ref().map(database))
            .with("Active", active.contains(name));
        rows.push(tail(reading, row, "CentralManagement", &pool.site, name.as_str(), pool.version));
    }
    Ok(())
}

fn central_management_database(reading: &Reading<'_>, rows: &mut Vec<PsObject>) -> Result<(), Refusal> {
    reading.configuration()?;
    for pool in reading.organisation.pools.values().filter(|pool| pool.store.is_some()) {
        let sides = std::iter::once(&pool.back_end.primary).chain(&pool.back_end.mirror);
        for sql in sides {
            let server = sql.server.as_str();
            let row = PsObject::new("Microsoft.Rtc.Management.Xds.DisplayCentralManagementDatabase")
                .with("Identity", format!("CentralManagementDatabase:{server}"))
                .with("SqlInstanceName", sql.instance.as_str());
            rows.push(tail(reading, row, "CentralManagementDatabase", &pool.site, server, pool.version));
        }
    }
    Ok(())
}

fn edge_server(reading: &Reading<'_>, rows: &mut Vec<PsObject>) -> Result<(), Refusal> {
    let hops = &reading.configuration()?.next_hops;
    for (name, edge) in &reading.organisation.edges {
        let Some(hop) = hops.get(name) else { continue };
        let dependents = ["Registrar", "ConferencingServer", "MediationServer"];
        let row = PsObject::new("Microsoft.Rtc.Management.Xds.DisplayEdgeServer")
            .with("Identity", format!("EdgeServer:{name}"))
            .with("Registrar", format!("Registrar:{hop}"))
            .with("AccessEdgeInternalSipPort", 5061_i64)
            .with("AccessEdgeExternalSipPort", 5061_i64)
            .with("AccessEdgeClientSipPort", 443_i64)
            .with("AccessEdgeExternalFqdn", name.as_str())
            .with("DataEdgeExternalFqdn", name.as_str())
            .with("AVEdgeExternalFqdn", name.as_str())
            .with("ExternalMrasFqdn", name.as_str())
            .with("DependentServiceList", texts(dependents.map(|role| format!("{role}:{hop}"))));
        rows.push(tail(reading, row, "EdgeServer", &edge.site, name.as_str(), edge.version));
    }
    Ok(())
}

fn registrar(reading: &Reading<'_>, rows: &mut Vec<PsObject>) -> Result<(), Refusal> {
    reading.configuration()?;
    for (name, pool) in &reading.organisation.pools {
        let backup = pool.backup.as_ref().map(|pair| format!("Registrar:{pair}"));
        let row = PsObject::new("Microsoft.Rtc.Management.Xds.DisplayRegistrar")
            .with("Identity", format!("Registrar:{name}"))
            .with("UserServer", (!pool.director).then(|| format!("UserServer:{name}")))
            .with("BackupRegistrar", backup)
            .with("EnableAutomaticFailover", pool.backup.is_some())
            .with("SipPort", 5061_i64);
        rows.push(tail(reading, row, "Registrar", &pool.site, name.as_str(), pool.version));
    }
    Ok(())
}

pub(super) fn windows_services(reading: &Reading<'_>) -> Rows {
    let text = reading.call.get_text("ComputerName").unwrap_or(reading.host.as_str());
    let found = text.parse::<MachineFqdn>().ok();
    let organisation = reading.organisation;
    let machine = found.filter(|machine| {
        organisation.pool_of(machine).is_some()
            && organisation.alive(machine)
            && organisation.connected(reading.host, machine)
    });
    let Some(machine) = machine else {
        return Err(refusals::rpc_unavailable(reading.cmdlet, text));
    };
    let pool = organisation.pool_of(&machine).and_then(|name| organisation.pools.get(name));
    let Some(pool) = pool else { return Ok(Vec::new()) };
    let mut rows = vec![service(
        "RTCSRV",
        "Lync Server Front-End",
        if pool.director { &["Registrar"] } else { &["Registrar", "UserServer"] },
        organisation.registrar_runs(&machine),
    )];
    if pool.store_services.contains(&machine) {
        rows.push(service("MASTER", "Lync Server Master Replicator Agent", &["CentralManagement"], true));
        rows.push(service("FTA", "Lync Server File Transfer Agent", &["CentralManagement"], true));
    }
    rows.push(service("REPLICA", "Lync Server Replica Replicator Agent", &["Replica"], true));
    if pool.backup.is_some() {
        rows.push(service("LYNCBACKUP", "Lync Server Backup Service", &["BackupServer"], true));
    }
    rows.retain(|row| {
        let name = row.properties.iter().find_map(|(key, value)| match value {
            PsValue::Text(text) if key == "Name" => Some(text.as_str()),
            _ => None,
        });
        reading.wants("Name", name.unwrap_or_default())
    });
    Ok(rows)
}

fn service(name: &str, display: &str, roles: &[&str], runs: bool) -> PsObject {
    PsObject::new("Microsoft.Rtc.Management.Deployment.Core.NTService")
        .with("Name", name)
        .with("DisplayName", display)
        .with("Status", if runs { "Running" } else { "Stopped" })
        .with("RoleName", texts(roles.iter()))
}
