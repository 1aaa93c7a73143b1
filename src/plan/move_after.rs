//! What is left for people to do when a store was moved by hand.
//!
//! Which Front Ends have the services of the store is not read yet: `Get-CsWindowsService` is asked for the
//! Registrar only. So those are named that neither run the active master nor the file transfer agent.

use super::{CmsState, world::World};
use crate::lync::{MachineFqdn, Version};

/// What people still have to do after a move that spec.centralManagement.move asked for.
pub(super) fn left_to_do(world: &World<'_>) -> Option<String> {
    let CmsState::Healthy { pool: name } = &world.cms else { return None };
    world.desired.store_backup.as_ref()?;
    let pool =
        world.topology.pools.get(name).filter(|_| world.desired.central_management.as_ref() == Some(name))?;
    let store = world.observed.central_management.store.value()?;
    let serves = [&store.active_master, &store.active_file_transfer_agent];
    let others: Vec<&str> = pool
        .machines
        .iter()
        .filter(|machine| !serves.contains(&&Some((*machine).clone())))
        .map(MachineFqdn::as_str)
        .collect();
    if others.is_empty() {
        return None;
    }
    Some(format!(
        "the Central Management store was moved to {name}; each other Front End needs its services too: run \
         \"%ProgramFiles%\\{}\\Deployment\\Bootstrapper.exe\" /Setup on {}. It is done where \
         Get-CsWindowsService -ComputerName <Front End> lists MASTER and FTA. Then take \
         spec.centralManagement.move out of the spec",
        product_folder(pool.version),
        others.join(", ")
    ))
}

fn product_folder(version: Version) -> String {
    match version {
        Version::LYNC_2010 | Version::LYNC_2013 => format!("Microsoft {version}"),
        other => other.to_string(),
    }
}
