//! Whether the Backup Service allows a move without loss (JJ205252; states by Jens Trier Rasmussen).

use super::world::World;
use crate::lync::{
    PoolFqdn,
    outputs::{BackupModule, ExportStatus, ImportStatus},
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
        let status = match world.observed.backup_services.get(pool).map(|fact| world.live(fact)) {
            Some(Ok(status)) => status,
            Some(Err(why)) => return BackupHealth::Unknown(format!("{pool}: {why}")),
            None => return BackupHealth::Unknown(format!("{pool}: not observed yet")),
        };
        if status.modules.is_empty() {
            return BackupHealth::Unknown(format!("{pool}: no module reported"));
        }
        for module in &status.modules {
            let is_store = module.name.starts_with("CentralMgmt");
            if is_in_error(module) {
                return BackupHealth::Broken(format!(
                    "Backup Service of {pool}: {} is in ErrorState",
                    module.name
                ));
            }
            // The store's module does not export from the pool that is not the master.
            let lags = match module.export {
                ExportStatus::FinalState | ExportStatus::SteadyState => false,
                ExportStatus::NotInitialized => !is_store,
                _ => true,
            };
            if lags && pool == from {
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
        let status = world.observed.backup_services.get(pool).and_then(|fact| world.live(fact).ok());
        status.is_some_and(|status| status.modules.iter().any(is_in_error))
    })
}

fn is_in_error(module: &BackupModule) -> bool {
    module.export == ExportStatus::ErrorState || module.import == ImportStatus::ErrorState
}
