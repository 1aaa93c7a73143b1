//! `Invoke-CsPoolFailOver` and `Invoke-CsPoolFailBack`.

use jiff::SignedDuration;

use super::{super::model::Organisation, super::refusals, Act, Place, Script, small::check_store};
use crate::{
    bridge::Refusal,
    lync::{PoolFqdn, PoolState},
};

/// Check, intermediate state, hydration in four parts, last state.
pub(super) fn script(
    check: SignedDuration,
    total: SignedDuration,
    pool: &PoolFqdn,
    verb: &str,
    direction: u8,
) -> Script {
    let part = total / 5;
    let (from, to) = if direction == 1 { ("pool", "backup pool") } else { ("backup pool", "pool") };
    let say = |text: String| (part, Act::Say(text));
    vec![
        (SignedDuration::ZERO, Act::Say(format!("Preparing to {verb} pool \"{pool}\"."))),
        (check, Act::Check),
        (SignedDuration::ZERO, Act::Begin),
        say(format!("The {from} is in read-only mode or not reachable.")),
        say(format!("Hydration of user data on the {to}: started.")),
        say(format!("Hydration of user data on the {to}: 50 percent.")),
        say(format!("Hydration of user data on the {to}: done.")),
        (part, Act::Finish),
    ]
}

pub(super) fn check_over(
    organisation: &Organisation,
    place: &Place<'_>,
    pool: &PoolFqdn,
    disaster: bool,
) -> Result<(), Refusal> {
    let pair = pair_of(organisation, place, pool)?;
    check_store(organisation, place)?;
    let master = &organisation.cms.master;
    match master.state(pool) {
        PoolState::Active | PoolState::FailingOver => {}
        state => return Err(in_state(place, pool, state)),
    }
    if master.state(&pair) != PoolState::Active {
        let text = format!(
            "Pool \"{pair}\" is the backup pool of \"{pool}\" and is itself in state {}. Fail it back first.",
            master.state(&pair)
        );
        return Err(refusals::invalid(place.cmdlet, text));
    }
    check_failed_over(organisation, place, pool)?;
    if master.next_hops.values().any(|hop| hop == pool) {
        return Err(refusals::edge_next_hop(place.cmdlet, pool));
    }
    require_living(organisation, place, &pair)?;
    if disaster { Ok(()) } else { require_living(organisation, place, pool) }
}

/// The store has to be on exactly one pool, and not on the one that is failed over.
fn check_failed_over(organisation: &Organisation, place: &Place<'_>, pool: &PoolFqdn) -> Result<(), Refusal> {
    let active = &organisation.cms.master.active;
    if active.len() != 1 || !active.contains(&organisation.cms.pointer) {
        let text = format!("{} pools are active.", active.len());
        return Err(refusals::not_fully_failed_over(place.cmdlet, &text));
    }
    if active.contains(pool) {
        let text = format!("it is active on pool \"{pool}\". Move or fail it over first.");
        return Err(refusals::not_fully_failed_over(place.cmdlet, &text));
    }
    Ok(())
}

pub(super) fn check_back(
    organisation: &Organisation,
    place: &Place<'_>,
    pool: &PoolFqdn,
    disaster: bool,
) -> Result<(), Refusal> {
    let pair = pair_of(organisation, place, pool)?;
    check_store(organisation, place)?;
    match organisation.cms.master.state(pool) {
        PoolState::FailedOver | PoolState::FailingBack => {}
        state => return Err(in_state(place, pool, state)),
    }
    require_living(organisation, place, pool)?;
    if disaster { Ok(()) } else { require_living(organisation, place, &pair) }
}

pub(super) fn finish_over(
    organisation: &mut Organisation,
    place: &Place<'_>,
    pool: &PoolFqdn,
    disaster: bool,
) -> Result<(), Refusal> {
    let pair = pair_of(organisation, place, pool)?;
    require_living(organisation, place, &pair)?;
    if !disaster {
        require_link(organisation, place, pool, &pair)?;
    }
    set_state(organisation, place, pool, PoolState::FailedOver)
}

pub(super) fn finish_back(
    organisation: &mut Organisation,
    place: &Place<'_>,
    pool: &PoolFqdn,
    disaster: bool,
) -> Result<(), Refusal> {
    let pair = pair_of(organisation, place, pool)?;
    require_living(organisation, place, pool)?;
    if !disaster {
        require_living(organisation, place, &pair)?;
        require_link(organisation, place, pool, &pair)?;
    }
    set_state(organisation, place, pool, PoolState::Active)
}

pub(super) fn set_state(
    organisation: &mut Organisation,
    place: &Place<'_>,
    pool: &PoolFqdn,
    state: PoolState,
) -> Result<(), Refusal> {
    check_store(organisation, place)?;
    organisation.set_state(place.now, pool, state);
    Ok(())
}

fn pair_of(organisation: &Organisation, place: &Place<'_>, pool: &PoolFqdn) -> Result<PoolFqdn, Refusal> {
    let Some(found) = organisation.pools.get(pool) else {
        return Err(refusals::not_found(place.cmdlet, pool.as_str()));
    };
    found.backup.clone().ok_or_else(|| {
        let text = format!("Pool \"{pool}\" does not have a backup relationship with another pool.");
        refusals::invalid(place.cmdlet, text)
    })
}

fn in_state(place: &Place<'_>, pool: &PoolFqdn, state: PoolState) -> Refusal {
    refusals::invalid(
        place.cmdlet,
        format!("Pool \"{pool}\" is in state {state}, which does not allow this."),
    )
}

fn require_living(organisation: &Organisation, place: &Place<'_>, pool: &PoolFqdn) -> Result<(), Refusal> {
    let near = organisation
        .pools
        .get(pool)
        .is_some_and(|found| organisation.front_end_for(place.host, found).is_some());
    if near && organisation.pool_lives(pool) && organisation.back_end_lives(pool) {
        Ok(())
    } else {
        Err(refusals::dcom(place.cmdlet, pool))
    }
}

fn require_link(
    organisation: &Organisation,
    place: &Place<'_>,
    pool: &PoolFqdn,
    pair: &PoolFqdn,
) -> Result<(), Refusal> {
    if organisation.pools_connected(pool, pair) { Ok(()) } else { Err(refusals::no_interface(place.cmdlet)) }
}
