//! Which side of a mirrored Central Management database serves, and what follows for its failover.
//!
//! The cmdlet wants both sides by the roles that they have in the topology. Microsoft's page has a call for
//! the case that the mirror is principal, with parameters that do not exist (JJ204678 against JJ204647).

use super::{CmsState, row::Hold, world::World};
use crate::lync::{
    Pool, PoolFqdn,
    cmdlet::ByHandCmdlet,
    outputs::{MirrorRole, MirrorRow},
};

/// What the state of a mirror comes to.
pub(super) enum MirrorCheck {
    /// The failover can go on, with both sides named; why so.
    Fine(String),
    /// It cannot.
    InTheWay(Hold),
}

/// Looks at the mirror of the pool that receives the store. `None` when the topology names no mirror: what
/// `Get-CsDatabaseMirrorState` says of such a pool is the same as of one whose two sides are dead.
pub(super) fn mirror_check(world: &World<'_>, to: &PoolFqdn) -> Option<MirrorCheck> {
    let pool = world.topology.pools.get(to)?;
    pool.central_management_mirror.as_ref()?;
    let unknown = |why| Hold::Unknown { what: format!("mirror state of {to}"), why };
    let rows = match world.observed.central_management.mirrors.get(to).map(|fact| world.live(fact)) {
        Some(Ok(rows)) => rows,
        Some(Err(why)) => return Some(MirrorCheck::InTheWay(unknown(why))),
        None => return Some(MirrorCheck::InTheWay(unknown("not observed yet".to_owned()))),
    };
    Some(judge(world, to, pool, rows))
}

fn judge(world: &World<'_>, to: &PoolFqdn, pool: &Pool, rows: &[MirrorRow]) -> MirrorCheck {
    use MirrorRole::{DatabaseInaccessibleOrMirroringNotEnabled as Inaccessible, Mirror, Principal};
    let all = |fits: fn(&MirrorRow) -> bool| rows.iter().all(fits);
    let any = |fits: fn(&MirrorRow) -> bool| rows.iter().any(fits);
    if any(|row| row.on_primary != Principal && row.on_mirror != Principal) {
        return MirrorCheck::InTheWay(Hold::NotReady { why: nobody_serves(to, pool, rows) });
    }
    if any(|row| row.on_primary == Mirror) {
        return MirrorCheck::InTheWay(primary_first(world, to));
    }
    if all(|row| row.on_primary == Principal) {
        return MirrorCheck::Fine(
            "its database is mirrored and the primary is principal: both sides are named, by their roles in \
             the topology"
                .to_owned(),
        );
    }
    if all(|row| row.on_primary == Inaccessible) {
        return MirrorCheck::Fine(
            "its database is mirrored, the mirror is principal and the primary cannot be reached, so the \
             primary cannot be made principal first: both sides are named by their roles in the topology, as \
             the reference asks (JJ204647); Microsoft's page prints parameters that do not exist"
                .to_owned(),
        );
    }
    MirrorCheck::InTheWay(Hold::NotReady {
        why: format!("the databases of {to} are principal on different sides: {}", roles(rows)),
    })
}

/// The documented call covers the primary as principal only; while the primary can be reached, it is made so.
fn primary_first(world: &World<'_>, to: &PoolFqdn) -> Hold {
    let local_store = matches!(world.cms, CmsState::Dead { .. });
    let swap = ByHandCmdlet::MakePrimaryPrincipal { pool: to.clone(), local_store };
    Hold::Manual {
        instruction: format!(
            "the mirror is principal for the Central Management databases of {to}, and no documented call of \
             Invoke-CsManagementServerFailover covers that. The primary can be reached: make it principal"
        ),
        command: Some(swap.to_string()),
    }
}

fn nobody_serves(to: &PoolFqdn, pool: &Pool, rows: &[MirrorRow]) -> String {
    let sides = [&pool.central_management_store, &pool.central_management_mirror];
    let sides: Vec<_> = sides.into_iter().flatten().map(ToString::to_string).collect();
    format!(
        "no side of the mirrored Central Management database of {to} serves ({}). The topology names a mirror, \
         so this is not a database without one: neither {} could be opened as principal. Start SQL Server on one \
         of them, or let the account of the bridge read both",
        roles(rows),
        sides.join(" nor ")
    )
}

fn roles(rows: &[MirrorRow]) -> String {
    let row = |row: &MirrorRow| {
        format!("{}: primary {:?}, mirror {:?}", row.database, row.on_primary, row.on_mirror)
    };
    rows.iter().map(row).collect::<Vec<_>>().join("; ")
}
