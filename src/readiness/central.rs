//! The Central Management store: whether it works, and whether its standby could take over.

use super::{Check, Fix, Inputs, Subject};
use crate::{
    api::CheckName,
    lync::{PoolFqdn, SqlInstance, Topology, Version, outputs::MirrorRole},
    plan::CmsState,
};

pub(super) fn healthy(inputs: Inputs<'_>) -> Check {
    let (check, subject) = (CheckName::CentralManagementHealthy, Subject::Organisation);
    match &inputs.assessment.central_management {
        CmsState::Healthy { pool } => Check::pass(check, subject, format!("it works on {pool}")),
        CmsState::Impaired { pool, why } => Check::fail(
            check,
            subject,
            format!("on {pool}: {why}"),
            Fix::minutes(format!(
                "see Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus; start the services \
                 MASTER and FTA on the Front Ends of {pool} (Start-CsWindowsService)"
            )),
        ),
        CmsState::Dead { why, .. } => Check::fail(
            check,
            subject,
            format!("it does not answer: {why}"),
            Fix::hours("repair its SQL Server, or name its pair in spec.centralManagement (JJ204678 step 5)"),
        ),
        CmsState::SplitBrain { why } => Check::fail(
            check,
            subject,
            why.clone(),
            Fix::hours(
                "let a person decide which copy is the good one, before anything is changed: compare \
                 Get-CsService -CentralManagement, Get-CsConfigurationStoreLocation and the heartbeats",
            ),
        ),
        CmsState::Unknown { why } => Check::unknown(check, subject, why.clone(), Fix::see_the_bridge()),
    }
}

pub(super) fn standby(inputs: Inputs<'_>, topology: &Topology) -> [Check; 2] {
    let names = (CheckName::StandbyCentralManagementStore, CheckName::StandbyMirror);
    let subject = || Subject::Organisation;
    let Some(on) = inputs.assessment.central_management.pool() else {
        let why = "it is not known which pool has the store; see CentralManagementHealthy";
        let unknown = |name| Check::unknown(name, subject(), why, Fix::see_the_bridge());
        return [unknown(names.0), unknown(names.1)];
    };
    let entry = topology.pools.get(on);
    let Some(pair) = entry.and_then(|pool| pool.backup.as_ref()) else {
        let is_old = entry.is_some_and(|pool| pool.version < Version::LYNC_2013);
        let fix = match is_old {
            true => {
                Fix::days("move the store to a paired pool of Lync Server 2013 (Move-CsManagementServer)")
            }
            false => Fix::days("pair that pool, or move the store to one that is (Move-CsManagementServer)"),
        };
        let message = format!("the store is on {on}, which has no pair: it has nowhere to go");
        let none = Check::not_applicable(names.1, subject(), "there is no standby");
        return [Check::fail(names.0, subject(), message, fix), none];
    };
    [role(inputs, topology, pair), mirror(inputs, topology, pair)]
}

/// Both the topology and the list of services have to name it. Whether its databases were ever created is
/// seen by nobody until the Backup Service fails to write to them.
fn role(inputs: Inputs<'_>, topology: &Topology, pair: &PoolFqdn) -> Check {
    let (check, subject) = (CheckName::StandbyCentralManagementStore, Subject::Organisation);
    let store = topology.pools.get(pair).and_then(|pool| pool.central_management_store.as_ref());
    let roles = inputs.live(Some(&inputs.observed.central_management.roles));
    match (store, roles) {
        (None, _) => missing(topology, pair, "the topology has none there"),
        (Some(_), Ok(roles)) if !roles.iter().any(|role| role.pool == *pair) => {
            missing(topology, pair, "Get-CsService -CentralManagement does not list it")
        }
        (Some(sql), Ok(_)) => Check::pass(check, subject, told(pair, sql)),
        (Some(_), Err(why)) => Check::unknown(
            check,
            subject,
            format!("whether {pair} has a standby of the store is not known: {why}"),
            Fix::minutes("run Get-CsService -CentralManagement on an endpoint: it has to list both pools"),
        ),
    }
}

fn told(pair: &PoolFqdn, sql: &SqlInstance) -> String {
    format!("{pair} has the standby, on {sql}")
}

fn missing(topology: &Topology, pair: &PoolFqdn, why: &str) -> Check {
    let is_standard = topology.pools.get(pair).is_some_and(|pool| pool.is_standard_edition(pair));
    let sql = match is_standard {
        true => format!("-SqlServerFqdn {pair} -SqlInstanceName rtc"),
        false => "-SqlServerFqdn and -SqlInstanceName of its SQL Server".to_owned(),
    };
    Check::fail(
        CheckName::StandbyCentralManagementStore,
        Subject::Organisation,
        format!("{pair}, the pair of the pool with the store, has no standby of it: {why}"),
        Fix::hours(format!(
            "Install-CsDatabase -CentralManagementDatabase {sql}, publish the topology, and run the deployment \
             wizard on every Front End of {pair} (JJ945635 step 25). Never with -Clean on the active store"
        )),
    )
}

fn mirror(inputs: Inputs<'_>, topology: &Topology, pair: &PoolFqdn) -> Check {
    let (check, subject) = (CheckName::StandbyMirror, Subject::Organisation);
    if topology.pools.get(pair).is_none_or(|pool| pool.central_management_mirror.is_none()) {
        return Check::not_applicable(check, subject, format!("the databases of {pair} are not mirrored"));
    }
    match inputs.live(inputs.observed.central_management.mirrors.get(pair)) {
        Ok(rows) if rows.iter().any(|row| row.on_mirror == MirrorRole::Principal) => Check::fail(
            check,
            subject,
            format!(
                "the mirror is principal for the store of {pair}, and no documented call of \
                 Invoke-CsManagementServerFailover covers that"
            ),
            Fix::minutes(format!(
                "Invoke-CsDatabaseFailover -PoolFqdn {pair} -DatabaseType CentralMgmt -NewPrincipal Primary"
            )),
        ),
        Ok(_) => Check::pass(check, subject, format!("the primary is principal for the store of {pair}")),
        Err(why) => Check::unknown(
            check,
            subject,
            format!("the mirror state of {pair} is not known: {why}"),
            Fix::minutes(format!("run Get-CsDatabaseMirrorState -DatabaseType CentralMgmt -PoolFqdn {pair}")),
        ),
    }
}
