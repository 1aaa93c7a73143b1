//! `Invoke-CsManagementServerFailover` (JJ204647).

use std::collections::BTreeSet;

use super::{
    super::{
        model::{Organisation, Store},
        refusals,
        scenario::{Durations, FaultKind},
    },
    Act, Place, Script,
};
use crate::{
    bridge::Refusal,
    lync::{PoolFqdn, SqlInstance},
};

pub(super) fn normal_script(times: &Durations) -> Script {
    vec![
        (times.check.0, Act::Check),
        (times.check.0, Act::Await),
        (times.cms_normal.0 / 3, Act::Say("Replication is complete.".to_owned())),
        (times.cms_normal.0 / 3, Act::Begin),
        (jiff::SignedDuration::ZERO, Act::Say("The source database is read-only.".to_owned())),
        (times.cms_normal.0 / 3, Act::Finish),
    ]
}

pub(super) fn disaster_script(times: &Durations) -> Script {
    vec![
        (times.check.0, Act::Check),
        (times.cms_disaster.0 / 2, Act::Say("Replication is not taken into account.".to_owned())),
        (times.cms_disaster.0 / 2, Act::Finish),
    ]
}

pub(super) fn check_normal(organisation: &Organisation, place: &Place<'_>) -> Result<(), Refusal> {
    target(organisation, place)?;
    organisation.require_store(place.cmdlet, place.host)?;
    if organisation.master_works() {
        Ok(())
    } else {
        let text = format!(
            "Central Management Server is not available: the master replicator on \"{}\" gives no sign of life.",
            organisation.cms.master_machine
        );
        Err(refusals::invalid(place.cmdlet, text))
    }
}

pub(super) fn check_disaster(
    organisation: &Organisation,
    place: &Place<'_>,
    backup: &SqlInstance,
    mirror: Option<&SqlInstance>,
) -> Result<(), Refusal> {
    let pool = target(organisation, place)?;
    let Some(found) = organisation.pools.get(&pool) else {
        return Err(refusals::not_found(place.cmdlet, pool.as_str()));
    };
    if *backup != found.back_end.primary || mirror != found.back_end.mirror.as_ref() {
        let text = format!(
            "The Central Management store can only be failed over to the database that is defined in the \
             topology: \"{}\"{}.",
            found.back_end.primary,
            found.back_end.mirror.as_ref().map_or(String::new(), |m| format!(", mirror \"{m}\"")),
        );
        return Err(refusals::invalid(place.cmdlet, text));
    }
    open_target(organisation, place, &pool)
}

/// Whether the replicas of all living machines that can be reached are current.
pub(in crate::simulator) fn replicas_current(organisation: &Organisation) -> bool {
    organisation
        .replicas
        .keys()
        .filter(|machine| organisation.alive(machine))
        .all(|machine| organisation.up_to_date(machine))
}

/// Makes the source read-only.
pub(super) fn close_source(organisation: &mut Organisation) {
    let active = organisation.cms.pointer.clone();
    if let Some(store) = organisation.pools.get_mut(&active).and_then(|pool| pool.store.as_mut()) {
        store.read_only = true;
    }
}

/// Makes the pool of the host the active one.
pub(super) fn switch(
    organisation: &mut Organisation,
    place: &Place<'_>,
    disaster: bool,
) -> Result<Option<String>, Refusal> {
    let Some(pool) = organisation.pool_of(place.host).cloned() else {
        return Err(refusals::store_closed(place.cmdlet));
    };
    open_target(organisation, place, &pool)?;
    let source = organisation.cms.pointer.clone();
    close_source(organisation);
    let lost = organisation.cms.master.version.saturating_sub(organisation.cms.standby.version);
    if disaster {
        let version = organisation.cms.master.version;
        organisation.cms.master = organisation.cms.standby.clone();
        organisation.cms.master.version = version;
    }
    let active = match place.split {
        Some(FaultKind::BothActive) => BTreeSet::from([source, pool.clone()]),
        Some(FaultKind::NoneActive) => BTreeSet::new(),
        _ => BTreeSet::from([pool.clone()]),
    };
    organisation.cms.pointer = pool.clone();
    if let Some(found) = organisation.pools.get_mut(&pool) {
        found.store = Some(Store { installed: true, read_only: false });
    }
    organisation.change(place.now, |configuration| configuration.active = active);
    organisation.touch(place.now);
    Ok((disaster && lost > 0).then(|| format!("data loss: the last {lost} changes of the store")))
}

/// The pool of the host, if it is the one that may receive the store.
fn target(organisation: &Organisation, place: &Place<'_>) -> Result<PoolFqdn, Refusal> {
    let here = organisation.pool_of(place.host);
    let active = &organisation.cms.pointer;
    if here == Some(active) {
        let text = format!("Pool \"{active}\" already hosts the active Central Management Server.");
        return Err(refusals::invalid(place.cmdlet, text));
    }
    match organisation.standby_pool() {
        Some(standby) if Some(standby) == here => Ok(standby.clone()),
        Some(standby) => {
            let text = format!("This cmdlet must be run on a computer of pool \"{standby}\".");
            Err(refusals::invalid(place.cmdlet, text))
        }
        None => {
            let text = format!("Pool \"{active}\" has no backup pool with a Central Management store.");
            Err(refusals::invalid(place.cmdlet, text))
        }
    }
}

fn open_target(organisation: &Organisation, place: &Place<'_>, pool: &PoolFqdn) -> Result<(), Refusal> {
    let Some(found) = organisation.pools.get(pool) else {
        return Err(refusals::not_found(place.cmdlet, pool.as_str()));
    };
    if !organisation.back_end_lives(pool) {
        return Err(refusals::store_unreachable(place.cmdlet, found.back_end.principal()));
    }
    if found.store.as_ref().is_some_and(|store| !store.installed) {
        return Err(refusals::store_closed(place.cmdlet));
    }
    Ok(())
}
