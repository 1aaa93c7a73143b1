//! The services of the Central Management store on the Front Ends of its pool: what is left to do after a store was
//! moved by hand, and whether a pool could take the store over.

use super::{CmsState, Hold, world::World};
use crate::lync::{MachineFqdn, PoolFqdn, Version};

/// The Front Ends of a pool by whether the services MASTER and FTA are installed there.
#[derive(Default)]
struct Services<'a> {
    installed: Vec<&'a str>,
    lacking: Vec<&'a str>,
    unknown: Vec<&'a str>,
}

fn services<'a>(world: &World<'a>, pool: &PoolFqdn) -> Services<'a> {
    let mut found = Services::default();
    for machine in world.topology.pools.get(pool).into_iter().flat_map(|pool| &pool.machines) {
        let seen = world.observed.store_services.get(machine).map(|fact| world.live(fact));
        let list = match seen {
            // Who runs one of them has them, whatever could be read of the list of its services.
            _ if serves(world, machine) => &mut found.installed,
            Some(Ok(true)) => &mut found.installed,
            Some(Ok(false)) => &mut found.lacking,
            Some(Err(_)) | None => &mut found.unknown,
        };
        list.push(machine.as_str());
    }
    found
}

/// Whether a server is the active master or runs the active file transfer agent.
fn serves(world: &World<'_>, machine: &MachineFqdn) -> bool {
    let store = world.observed.central_management.store.value();
    store.is_some_and(|store| {
        [&store.active_master, &store.active_file_transfer_agent].contains(&&Some(machine.clone()))
    })
}

/// What people still have to do after a move that spec.centralManagement.move asked for. A server whose services are
/// seen is done; one that cannot be asked is named apart.
pub(super) fn left_to_do(world: &World<'_>) -> Option<String> {
    let CmsState::Healthy { pool: name } = &world.cms else { return None };
    world.desired.store_backup.as_ref()?;
    if world.desired.central_management.as_ref() != Some(name) {
        return None;
    }
    let Services { lacking, unknown, .. } = services(world, name);
    if lacking.is_empty() && unknown.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    if !lacking.is_empty() {
        parts.push(format!(
            "{} lack the services MASTER and FTA: run {} on each of them",
            lacking.join(", "),
            bootstrapper(world, name)
        ));
    }
    if !unknown.is_empty() {
        parts.push(format!(
            "of {} it is not known: look there with Get-CsWindowsService, and run {} where MASTER and FTA are missing",
            unknown.join(", "),
            bootstrapper(world, name)
        ));
    }
    Some(format!(
        "the Central Management store was moved to {name}, whose Front Ends all need its services (JJ204678 step 6). {}",
        parts.join("; ")
    ))
}

/// Why a pool cannot take the store over: on none of its servers are the services installed that would run it
/// (JJ945635). One server that cannot be asked is enough not to say so.
pub(super) fn nobody_could_run_it(world: &World<'_>, to: &PoolFqdn) -> Option<Hold> {
    let Services { installed, lacking, unknown } = services(world, to);
    if !installed.is_empty() || !unknown.is_empty() || lacking.is_empty() {
        return None;
    }
    Some(Hold::Manual {
        instruction: format!(
            "no Front End of {to} has the services MASTER and FTA, so nothing there could run the Central Management \
             store. Run the setup on each of them ({}); the plan goes on when one of them is seen to have them",
            lacking.join(", ")
        ),
        command: Some(bootstrapper(world, to)),
    })
}

fn bootstrapper(world: &World<'_>, pool: &PoolFqdn) -> String {
    let version = world.topology.pools.get(pool).map_or(Version::LYNC_2013, |pool| pool.version);
    format!("\"%ProgramFiles%\\{}\\Deployment\\Bootstrapper.exe\" /Setup", product_folder(version))
}

fn product_folder(version: Version) -> String {
    match version {
        Version::LYNC_2010 | Version::LYNC_2013 => format!("Microsoft {version}"),
        other => other.to_string(),
    }
}
