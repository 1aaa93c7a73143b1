//! `Set-CsEdgeServer` and the other cmdlets that make one change.

use super::{super::model::Organisation, super::refusals, Place};
use crate::{
    bridge::Refusal,
    lync::{EdgeFqdn, PoolFqdn},
};

/// The store has to take changes.
pub(super) fn check_store(organisation: &Organisation, place: &Place<'_>) -> Result<(), Refusal> {
    organisation.require_store(place.cmdlet, place.host)?;
    if organisation.store_writable(place.host) { Ok(()) } else { Err(refusals::store_closed(place.cmdlet)) }
}

pub(super) fn check_edge(
    organisation: &Organisation,
    place: &Place<'_>,
    edge: &EdgeFqdn,
    pool: &PoolFqdn,
) -> Result<(), Refusal> {
    check_store(organisation, place)?;
    if !organisation.edges.contains_key(edge) {
        return Err(refusals::not_found(place.cmdlet, &format!("EdgeServer:{edge}")));
    }
    if !organisation.pools.contains_key(pool) {
        return Err(refusals::not_found(place.cmdlet, &format!("Registrar:{pool}")));
    }
    Ok(())
}

pub(super) fn finish_edge(
    organisation: &mut Organisation,
    place: &Place<'_>,
    edge: &EdgeFqdn,
    pool: &PoolFqdn,
) -> Result<(), Refusal> {
    check_store(organisation, place)?;
    if organisation.cms.master.next_hops.get(edge) != Some(pool) {
        organisation.change(place.now, |c| drop(c.next_hops.insert(edge.clone(), pool.clone())));
    }
    Ok(())
}

pub(super) fn check_state(
    organisation: &Organisation,
    place: &Place<'_>,
    pool: &PoolFqdn,
) -> Result<(), Refusal> {
    check_store(organisation, place)?;
    if organisation.pools.contains_key(pool) {
        Ok(())
    } else {
        Err(refusals::not_found(place.cmdlet, &format!("Service:Registrar:{pool}")))
    }
}
