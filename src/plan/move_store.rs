//! A Central Management store on Lync Server 2010. It has no pair and cannot be failed over: it is moved by
//! hand (JJ204678 step 6), in stages that observation tells apart.
//!
//! | Active Directory points to | The store there | Stage |
//! |---|---|---|
//! | the old pool | does not work | nothing has begun: make the database anew, move |
//! | the new pool | does not answer | the move has begun: move again, and never delete the database |
//! | the new pool | works | over; the other Front Ends need their services |
//!
//! `Move-CsManagementServer` refuses to run in a remote session (Gg412921), so a person runs it.

use super::{
    CmsState, Rule, StoreBackup, Violation,
    cms::version_of,
    consent::{Consent, lasting},
    row::{ConsentField, Hold},
    world::World,
};
use crate::lync::{CmsRole, Fact, Pool, PoolFqdn, PoolKind, SqlInstance, Version, cmdlet::ByHandCmdlet};

/// What has to be done about a store that has to leave a Lync Server 2010 pool, or has begun to; `None`
/// where this is not the case.
pub(super) fn hold(world: &World<'_>, current: &PoolFqdn, sick: Option<&str>) -> Option<Hold> {
    if let Some(sick) = sick.filter(|_| has_begun(world, current)) {
        return Some(again(world, current, sick));
    }
    let wanted = world.desired.central_management.as_ref();
    let must_leave = sick.is_some() || world.desired.leaving().contains(current);
    let goes = must_leave || wanted.is_some_and(|pool| pool != current);
    if !is_2010(world, current) || !goes {
        return None;
    }
    let Some(to) = wanted.filter(|pool| *pool != current) else {
        return Some(name_the_target(world, current, sick));
    };
    Some(target_hold(world, current, to).unwrap_or_else(|sql| match sick {
        None => move_alive(world, current, to, sql),
        Some(sick) => move_from_files(world, current, to, sql, sick),
    }))
}

fn is_2010(world: &World<'_>, pool: &PoolFqdn) -> bool {
    version_of(world, pool).is_some_and(|version| version < Version::LYNC_2013)
}

/// Whether a move to this pool has begun and not ended: Active Directory points to it, the store does not
/// answer there, and what the replicas had last was a store on Lync Server 2010. A store that worked here
/// once has reached the replicas: to restore old files over it would lose what it has.
fn has_begun(world: &World<'_>, current: &PoolFqdn) -> bool {
    if !matches!(world.cms, CmsState::Dead { .. }) || is_2010(world, current) {
        return false;
    }
    match as_replicated(world) {
        Ok(roles) => {
            let mut active = roles.iter().filter(|role| role.active).peekable();
            active.peek().is_some()
                && active.all(|role| role.pool != *current && role.version < Version::LYNC_2013)
        }
        Err(_) => {
            let wanted = world.desired.central_management.as_ref();
            world.desired.store_backup.is_some() && wanted == Some(current)
        }
    }
}

/// The services as a local replica has them, read lately. Old by its nature: good for saying what was, together
/// with what Active Directory says now.
fn as_replicated<'w>(world: &'w World<'_>) -> Result<&'w Vec<CmsRole>, String> {
    let end = world.progress.last_end();
    match &world.observed.central_management.replicated_roles {
        Fact::Unknown(why) => Err(why.to_string()),
        Fact::Known { at, .. } if world.now.duration_since(*at) > world.limits.stale_after => {
            Err(format!("last read from a replica at {at}"))
        }
        Fact::Known { at, .. } if end.is_some_and(|end| *at < end) => {
            Err("not looked at again since the last step".to_owned())
        }
        Fact::Known { value, .. } => Ok(value),
    }
}

/// Why nothing can go to the target, or its SQL Server.
fn target_hold<'w>(world: &'w World<'_>, from: &PoolFqdn, to: &PoolFqdn) -> Result<Hold, &'w SqlInstance> {
    let pool = world.topology.pools.get(to);
    if pool.is_some_and(|pool| pool.version < Version::LYNC_2013) {
        return Ok(Hold::Refused {
            violations: vec![Violation {
                rule: Rule::UnsupportedMixture,
                message: format!(
                    "the Central Management store can leave {from} for a pool of {} or later only, and {to} \
                     runs {}",
                    Version::LYNC_2013,
                    Version::LYNC_2010
                ),
            }],
        });
    }
    if let Some(why) = world.target_problem(to) {
        return Ok(Hold::NotReady { why });
    }
    let sql = pool.and_then(|pool| pool.central_management_store.as_ref().or(pool.user_store.as_ref()));
    sql.map_or_else(
        || {
            Ok(Hold::NotReady {
                why: format!("the topology names no SQL Server behind {to}, so it cannot take the store"),
            })
        },
        Err,
    )
}

fn name_the_target(world: &World<'_>, current: &PoolFqdn, sick: Option<&str>) -> Hold {
    let leaving = world.desired.leaving();
    let can = |(name, pool): &(&PoolFqdn, &Pool)| {
        pool.kind == PoolKind::FrontEnd && pool.version >= Version::LYNC_2013 && !leaving.contains(name)
    };
    let pools: Vec<&str> = world.topology.pools.iter().filter(can).map(|(name, _)| name.as_str()).collect();
    let does_not_work = sick.map_or(String::new(), |why| format!(" and does not work ({why})"));
    Hold::Manual {
        instruction: format!(
            "the Central Management store is on {current}, which runs {}{does_not_work}. Such a store has no \
             standby and cannot be failed over; it is moved. Write into spec.centralManagement.pool where to: {}",
            Version::LYNC_2010,
            match pools.as_slice() {
                [] => "no pool of the topology can take it".to_owned(),
                some => some.join(" or "),
            }
        ),
        command: None,
    }
}

/// The old store answers: nothing is lost, and no files are needed (JJ204678; Gg412921).
fn move_alive(world: &World<'_>, from: &PoolFqdn, to: &PoolFqdn, sql: &SqlInstance) -> Hold {
    let host = console(world, to);
    Hold::Manual {
        instruction: format!(
            "the Central Management store on {from} ({}) works and is moved without loss. Keep a backup first: \
             Export-CsConfiguration and Export-CsLisConfiguration. Then, at the console of {host}, one after the \
             other: Install-CsDatabase makes an empty database on {sql}; Move-CsManagementServer moves the store. \
             The second refuses to run in a remote session",
            Version::LYNC_2010
        ),
        command: Some(lines(&[
            ByHandCmdlet::InstallStore { sql: sql.clone(), clean: false },
            ByHandCmdlet::MoveStore { files: None },
        ])),
    }
}

fn move_from_files(world: &World<'_>, from: &PoolFqdn, to: &PoolFqdn, sql: &SqlInstance, sick: &str) -> Hold {
    let Some(files) = &world.desired.store_backup else { return name_the_files(from, to, sick) };
    if !world.desired.install_database_clean {
        return Hold::NeedsConsent {
            field: ConsentField::InstallDatabaseClean,
            why: format!(
                "the store on {from} does not work ({sick}) and is made anew on {to}: a Central Management database \
                 on {sql} is deleted, and what was configured after {} was written is lost",
                files.configuration
            ),
        };
    }
    if let Some(hold) = may_be_active(world, to) {
        return hold;
    }
    let since = world.progress.watch.cms_failing_since;
    let since = since.filter(|_| world.progress.watch.cms_failing_on.as_ref() == Some(from));
    if let Consent::Waiting(wait) = lasting(world, since, format!("the store on {from} has not worked")) {
        return Hold::NotReady { why: format!("not yet so: {}", wait.what) };
    }
    let host = console(world, to);
    Hold::Manual {
        instruction: format!(
            "the Central Management store on {from} ({}) does not work ({sick}) and is moved to {to} by JJ204678 \
             step 6. At the console of {host}, one after the other, the second only if the first has succeeded: \
             Install-CsDatabase makes the database on {sql} anew; Move-CsManagementServer restores the store from \
             the files. The second refuses to run in a remote session. If it stops half-way, run nothing but what \
             this message says then",
            Version::LYNC_2010
        ),
        command: Some(lines(&[ByHandCmdlet::InstallStore { sql: sql.clone(), clean: true }, restore(files)])),
    }
}

fn name_the_files(from: &PoolFqdn, to: &PoolFqdn, sick: &str) -> Hold {
    Hold::Manual {
        instruction: format!(
            "the store on {from} does not work ({sick}), so it is made anew on {to} from files. Write their names, \
             as a Front End of {to} sees them, into spec.centralManagement.move.configurationFile and \
             .lisConfigurationFile. They come from Export-CsConfiguration and Export-CsLisConfiguration, run \
             while the store lived. Without the first, Export-CsConfiguration -LocalStore on a surviving server \
             saves what its replica has; nothing replaces the second"
        ),
        command: None,
    }
}

/// Active Directory points to the old pool, which is known here. Whether the target may all the same hold a
/// live store: then its database is not deleted.
fn may_be_active(world: &World<'_>, to: &PoolFqdn) -> Option<Hold> {
    let cms = &world.observed.central_management;
    // An answer of the store itself; without one, what the replicas had last.
    let roles = world.live(&cms.roles).or_else(|_| as_replicated(world));
    match roles {
        Ok(roles) if roles.iter().any(|role| role.pool == *to && role.active) => Some(Hold::SplitBrain {
            why: format!(
                "Active Directory points elsewhere, yet the last topology calls the store on {to} active: \
                 Install-CsDatabase -Clean would delete it"
            ),
        }),
        Ok(_) => None,
        Err(why) => Some(Hold::Unknown { what: format!("whether the store on {to} is active"), why }),
    }
}

fn again(world: &World<'_>, to: &PoolFqdn, sick: &str) -> Hold {
    let host = console(world, to);
    let files = world.desired.store_backup.as_ref();
    let with = match files {
        Some(_) => "",
        None => {
            ", with what it was started with: -Force and two files if the old store was lost, else nothing"
        }
    };
    Hold::Manual {
        instruction: format!(
            "a move of the Central Management store to {to} has begun and not ended: Active Directory points to \
             {to}, and the store does not answer there ({sick}). Let Move-CsManagementServer end if it runs. If it \
             has stopped, run it again at the console of {host}{with}; on a Front End of the old pool, if that \
             lives, it takes the move back. Do not run Install-CsDatabase -Clean: Active Directory names this \
             database"
        ),
        command: files.map(|files| restore(files).to_string()),
    }
}

/// The Front End to go to: one that is connected, else the first.
fn console(world: &World<'_>, pool: &PoolFqdn) -> String {
    let first = || world.topology.pools.get(pool).and_then(|pool| pool.machines.first());
    world.executor(pool).or_else(first).map_or_else(|| format!("a Front End of {pool}"), ToString::to_string)
}

fn restore(files: &StoreBackup) -> ByHandCmdlet {
    ByHandCmdlet::MoveStore { files: Some((files.configuration.clone(), files.lis.clone())) }
}

fn lines(calls: &[ByHandCmdlet]) -> String {
    calls.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
