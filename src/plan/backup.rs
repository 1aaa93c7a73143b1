//! Whether the Backup Service allows a move without loss (JJ205252; states by Jens Trier Rasmussen).

use jiff::Timestamp;

use super::{Limits, world::World};
use crate::lync::{
    Fact, Observed, PoolFqdn,
    outputs::{BackupModule, BackupServiceStatus, ExportStatus, ImportStatus},
};

/// What the Backup Service of a pair allows.
pub(super) enum BackupHealth {
    /// Everything is, or will shortly be, on both sides.
    Steady,
    /// One side lags; waiting helps.
    Behind(String),
    /// One side reports an error; waiting does not help.
    Broken(String),
    /// It could not be asked.
    Unknown(String),
}

/// The health of the Backup Service for moving users from one pool of a pair to the other.
pub(super) fn backup_health(world: &World<'_>, from: &PoolFqdn, to: &PoolFqdn) -> BackupHealth {
    for pool in [from, to] {
        let modules = match modules(world.observed, pool, |fact| world.live(fact)) {
            Ok(modules) => modules,
            Err(why) => return BackupHealth::Unknown(why),
        };
        for module in modules {
            if is_in_error(module) {
                return BackupHealth::Broken(format!(
                    "Backup Service of {pool}: {} is in ErrorState",
                    module.name
                ));
            }
            if lags(module, false) && pool == from {
                return BackupHealth::Behind(format!(
                    "the Backup Service of {pool} catches up ({} is {:?})",
                    module.name, module.export
                ));
            }
        }
    }
    BackupHealth::Steady
}

/// Whether the Backup Service of a pool, or of its pair, is seen to be broken: both take part in a move.
pub(super) fn is_broken(world: &World<'_>, pool: &PoolFqdn) -> bool {
    let pair = world.topology.backup_of(pool);
    std::iter::once(pool).chain(pair).any(|pool| {
        modules(world.observed, pool, |fact| world.live(fact))
            .is_ok_and(|modules| modules.iter().any(is_in_error))
    })
}

/// How the changes of a pool travel to its pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Travel {
    /// The pair has them within the interval of the service.
    KeepsUp,
    /// They come late. In words, what does.
    Behind(String),
    /// They do not come. In words, what is broken.
    Broken(String),
}

/// How the changes of a pool travel to its pair: what it sends, and whether the pair takes it in.
///
/// # Errors
///
/// Says in words why it is not known: an unpaired pool, or a service that could not be asked lately.
pub fn travel(
    observed: &Observed,
    pool: &PoolFqdn,
    has_store: bool,
    limits: &Limits,
    now: Timestamp,
) -> Result<Travel, String> {
    let topology = observed.topology.value().ok_or("the topology is not known")?;
    let pair = topology.backup_of(pool).ok_or_else(|| format!("{pool} has no pair"))?;
    let modules = |pool: &PoolFqdn| {
        let modules = modules(observed, pool, |fact| fact.live(now, limits.stale_after));
        modules.map_err(|why| format!("Backup Service of {why}"))
    };
    let (sends, takes_in) = (modules(pool), modules(pair));
    // What is seen to be wrong on one side is wrong, whatever the other one says.
    let bad = |modules: &Result<&[BackupModule], String>, is_bad: &dyn Fn(&BackupModule) -> bool| {
        modules.as_ref().ok().and_then(|modules| modules.iter().find(|m| is_bad(m)).cloned())
    };
    if let Some(module) = bad(&sends, &|module| module.export == ExportStatus::ErrorState) {
        return Ok(Travel::Broken(format!("{} of {pool} cannot send: it is in ErrorState", module.name)));
    }
    if let Some(module) = bad(&takes_in, &|module| module.import == ImportStatus::ErrorState) {
        return Ok(Travel::Broken(format!(
            "{} of {pair} does not take in: it is in ErrorState",
            module.name
        )));
    }
    if let Some(module) = bad(&sends, &|module| lags(module, has_store)) {
        return Ok(Travel::Behind(format!("{} of {pool} is in {:?}", module.name, module.export)));
    }
    sends.and(takes_in).map(|_| Travel::KeepsUp)
}

/// What the modules of a pool say of themselves, as far as it can be relied on; else the pool and why not.
fn modules<'a>(
    observed: &'a Observed,
    pool: &PoolFqdn,
    live: impl FnOnce(&'a Fact<BackupServiceStatus>) -> Result<&'a BackupServiceStatus, String>,
) -> Result<&'a [BackupModule], String> {
    let fact = observed.backup_services.get(pool).ok_or_else(|| format!("{pool}: not observed yet"))?;
    let status = live(fact).map_err(|why| format!("{pool}: {why}"))?;
    match status.modules.as_slice() {
        [] => Err(format!("{pool}: no module reported")),
        modules => Ok(modules),
    }
}

/// Whether a module has something left to send. That of the store has nothing to send from the pool that is
/// not the master.
fn lags(module: &BackupModule, has_store: bool) -> bool {
    match module.export {
        ExportStatus::FinalState | ExportStatus::SteadyState => false,
        ExportStatus::NotInitialized => has_store || !module.name.starts_with("CentralMgmt"),
        ExportStatus::NonSteadyState | ExportStatus::ErrorState => true,
    }
}

fn is_in_error(module: &BackupModule) -> bool {
    module.export == ExportStatus::ErrorState || module.import == ImportStatus::ErrorState
}
