//! A store that is moved, not failed over: `Install-CsDatabase` (Gg399044), `Move-CsManagementServer`
//! (Gg412921); and `Invoke-CsDatabaseFailover` (JJ204744).

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{
    super::{
        model::{Organisation, Pool, Store},
        refusals,
        scenario::Durations,
    },
    Act, Place, Script, central_management,
};
use crate::{
    bridge::Refusal,
    lync::{PoolFqdn, SqlInstance},
};

/// Active Directory is changed in the middle: what stops afterwards leaves no store that works.
pub(super) fn script(times: &Durations) -> Script {
    vec![
        (times.check.0, Act::Check),
        (times.cms_disaster.0 / 2, Act::Begin),
        (SignedDuration::ZERO, Act::Say("The service connection point was changed.".to_owned())),
        (times.cms_disaster.0 / 2, Act::Finish),
    ]
}

pub(super) fn check(organisation: &Organisation, place: &Place<'_>, disaster: bool) -> Result<(), Refusal> {
    if !place.local {
        let text = "This cmdlet must be run locally; it cannot be called from a remote management session.";
        return Err(refusals::invalid(place.cmdlet, text));
    }
    if !disaster {
        organisation.require_store(place.cmdlet, place.host)?;
    }
    let Some((name, pool)) = target(organisation, place) else {
        return Err(refusals::store_closed(place.cmdlet));
    };
    if organisation.cms.pointer == *name && organisation.store_readable(place.host) {
        let text = format!("Pool \"{name}\" already hosts the active Central Management Server.");
        return Err(refusals::invalid(place.cmdlet, text));
    }
    if !organisation.back_end_lives(name) {
        return Err(refusals::store_unreachable(place.cmdlet, pool.back_end.principal()));
    }
    let has_database = pool.prepared || pool.store.as_ref().is_some_and(|store| store.installed);
    if has_database { Ok(()) } else { Err(refusals::store_closed(place.cmdlet)) }
}

/// The source is closed and Active Directory names the target, whose database is still empty.
pub(super) fn begin(organisation: &mut Organisation, place: &Place<'_>) {
    central_management::close_source(organisation);
    let Some(name) = organisation.pool_of(place.host).cloned() else { return };
    if let Some(pool) = organisation.pools.get_mut(&name) {
        pool.prepared = true;
        if let Some(store) = &mut pool.store {
            store.installed = false;
        }
    }
    organisation.cms.pointer = name;
}

/// The target has the store: the living content, or what the files of the start hold.
pub(super) fn finish(
    organisation: &mut Organisation,
    place: &Place<'_>,
    disaster: bool,
) -> Result<Option<String>, Refusal> {
    let Some((name, pool)) = target(organisation, place) else {
        return Err(refusals::store_closed(place.cmdlet));
    };
    if !organisation.back_end_lives(name) {
        return Err(refusals::store_unreachable(place.cmdlet, pool.back_end.principal()));
    }
    let name = name.clone();
    let cms = &mut organisation.cms;
    let lost = cms.master.version.saturating_sub(cms.standby.version);
    if disaster {
        let version = cms.master.version;
        cms.master = cms.standby.clone();
        cms.master.version = version;
    }
    cms.pointer = name.clone();
    cms.master_machine = place.host.clone();
    let left: Vec<PoolFqdn> = cms.master.active.iter().filter(|pool| **pool != name).cloned().collect();
    for pool in &left {
        if let Some(pool) = organisation.pools.get_mut(pool) {
            pool.store = None;
        }
    }
    if let Some(pool) = organisation.pools.get_mut(&name) {
        if pool.store.is_none() {
            // Setup has not run since the topology gave the pool this service; where the move runs, it has done it.
            pool.store_services.clear();
        }
        pool.store_services.insert(place.host.clone());
        pool.store = Some(Store { installed: true, read_only: false });
        pool.prepared = false;
    }
    organisation.change(place.now, |configuration| configuration.active = BTreeSet::from([name]));
    organisation.touch(place.now);
    Ok((disaster && lost > 0).then(|| format!("data loss: the last {lost} changes of the store")))
}

pub(super) fn check_install(
    organisation: &Organisation,
    place: &Place<'_>,
    sql: &SqlInstance,
) -> Result<(), Refusal> {
    if pool_of(organisation, sql).is_none() {
        return Err(refusals::not_found(place.cmdlet, sql.server.as_str()));
    }
    if organisation.alive(&sql.server) && organisation.connected(place.host, &sql.server) {
        Ok(())
    } else {
        Err(refusals::store_unreachable(place.cmdlet, sql))
    }
}

/// Makes the databases that are missing, and with `-Clean` makes them anew whoever uses them; says what is lost.
pub(super) fn install(organisation: &mut Organisation, sql: &SqlInstance, clean: bool) -> Option<String> {
    let name = pool_of(organisation, sql).map(|(name, _)| name.clone())?;
    let is_active = organisation.cms.pointer == name;
    let pool = organisation.pools.get_mut(&name)?;
    let Some(store) = &mut pool.store else {
        pool.prepared = true;
        return None;
    };
    if is_active && clean {
        let lives = store.installed;
        store.installed = false;
        pool.prepared = true;
        return lives.then(|| format!("data loss: the Central Management store of {name}"));
    }
    store.installed |= !is_active;
    None
}

pub(super) fn check_swap(
    organisation: &Organisation,
    place: &Place<'_>,
    pool: &PoolFqdn,
) -> Result<(), Refusal> {
    let Some(found) = organisation.pools.get(pool) else {
        return Err(refusals::not_found(place.cmdlet, pool.as_str()));
    };
    if found.back_end.mirror.is_some() && found.back_end.servers().all(|server| organisation.alive(server)) {
        return Ok(());
    }
    let text = format!("The databases of pool \"{pool}\" have no mirror that can take over.");
    Err(refusals::invalid(place.cmdlet, text))
}

pub(super) fn swap(organisation: &mut Organisation, pool: &PoolFqdn, to_mirror: bool) {
    if let Some(pool) = organisation.pools.get_mut(pool) {
        pool.back_end.mirror_is_principal = to_mirror;
    }
}

/// The pool behind which a SQL Server stands.
pub(super) fn pool_of<'a>(
    organisation: &'a Organisation,
    sql: &SqlInstance,
) -> Option<(&'a PoolFqdn, &'a Pool)> {
    organisation.pools.iter().find(|(_, pool)| pool.back_end.primary == *sql)
}

fn target<'a>(organisation: &'a Organisation, place: &Place<'_>) -> Option<(&'a PoolFqdn, &'a Pool)> {
    organisation.pools.get_key_value(organisation.pool_of(place.host)?)
}
