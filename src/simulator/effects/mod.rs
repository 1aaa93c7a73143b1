//! What the changing cmdlets check, take time over, and do.

mod central_management;
mod pool;
mod small;
mod store_move;

use jiff::{SignedDuration, Timestamp};

pub(super) use central_management::replicas_current;

use super::{model::Organisation, refusals, scenario::FaultKind};
use crate::{
    bridge::Refusal,
    lync::{EdgeFqdn, Invocation, MachineFqdn, PoolFqdn, PoolState, SqlInstance},
};

/// A changing cmdlet with its arguments read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Work {
    SetEdge { edge: EdgeFqdn, pool: PoolFqdn },
    CmsNormal,
    CmsDisaster { backup: SqlInstance, mirror: Option<SqlInstance> },
    CmsMove { disaster: bool },
    InstallStore { sql: SqlInstance, clean: bool },
    SwapMirror { pool: PoolFqdn, to_mirror: bool },
    PoolOver { pool: PoolFqdn, disaster: bool },
    PoolBack { pool: PoolFqdn, disaster: bool },
    SetState { pool: PoolFqdn, state: PoolState },
    Replicate { replica: Option<MachineFqdn> },
}

/// What a cmdlet does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Looks at everything that can refuse.
    Check,
    /// Makes the first, intermediate change.
    Begin,
    /// Writes a verbose line.
    Say(String),
    /// Waits until the replicas of living machines are current.
    Await,
    /// Makes the last change.
    Finish,
}

/// The acts of a cmdlet, each with the time that passes before it.
pub(super) type Script = Vec<(SignedDuration, Act)>;

/// Who runs a cmdlet, where and when.
pub(super) struct Place<'a> {
    pub(super) cmdlet: &'a str,
    pub(super) host: &'a MachineFqdn,
    pub(super) now: Timestamp,
    /// How the failover of the store goes wrong at its end.
    pub(super) split: Option<FaultKind>,
    /// Whether the cmdlet was typed on the host itself.
    pub(super) local: bool,
}

impl Work {
    /// Reads the arguments of a bound call.
    pub(super) fn read(cmdlet: &str, set: usize, call: &Invocation) -> Result<Self, Refusal> {
        let name = |parameter: &str, prefix: &str| -> Result<String, Refusal> {
            let text = call.get_text(parameter).unwrap_or_default();
            let bare = match text.rsplit_once(':') {
                Some((head, bare)) if head.to_ascii_lowercase().ends_with(prefix) => bare,
                Some(_) => return Err(refusals::not_found(cmdlet, text)),
                None => text,
            };
            Ok(bare.to_owned())
        };
        let no = |text: &str| refusals::not_found(cmdlet, text);
        let pool = |text: &str| text.parse::<PoolFqdn>().map_err(|_| no(text));
        let disaster = call.has_switch("DisasterMode");
        Ok(match cmdlet {
            "Set-CsEdgeServer" => {
                let edge = name("Identity", "edgeserver")?;
                Self::SetEdge {
                    edge: edge.parse().map_err(|_| no(&edge))?,
                    pool: pool(&name("Registrar", "registrar")?)?,
                }
            }
            "Invoke-CsManagementServerFailover" if set == 0 => {
                let instance = |server: &str, instance: &str| -> Result<Option<SqlInstance>, Refusal> {
                    let Some(server) = call.get_text(server) else { return Ok(None) };
                    let server = server.parse().map_err(|_| no(server))?;
                    let instance = call.get_text(instance).unwrap_or_default().to_ascii_lowercase();
                    Ok(Some(SqlInstance { server, instance }))
                };
                Self::CmsDisaster {
                    backup: instance("BackupSqlServerFqdn", "BackupSqlInstanceName")?
                        .ok_or_else(|| no(""))?,
                    mirror: instance("BackupMirrorSqlServerFqdn", "BackupMirrorSqlInstanceName")?,
                }
            }
            "Invoke-CsManagementServerFailover" => Self::CmsNormal,
            "Move-CsManagementServer" => {
                let files = call.get("ConfigurationFileName").is_some()
                    && call.get("LisConfigurationFileName").is_some();
                Self::CmsMove { disaster: files && call.has_switch("Force") }
            }
            "Install-CsDatabase" => {
                let server = call.get_text("SqlServerFqdn").unwrap_or_default();
                let instance = call.get_text("SqlInstanceName").unwrap_or_default().to_ascii_lowercase();
                let server = server.parse().map_err(|_| no(server))?;
                Self::InstallStore { sql: SqlInstance { server, instance }, clean: call.has_switch("Clean") }
            }
            "Invoke-CsDatabaseFailover" => Self::SwapMirror {
                pool: pool(&name("PoolFqdn", "")?)?,
                to_mirror: call
                    .get_text("NewPrincipal")
                    .is_some_and(|side| side.eq_ignore_ascii_case("Mirror")),
            },
            "Invoke-CsPoolFailOver" => Self::PoolOver { pool: pool(&name("PoolFqdn", "")?)?, disaster },
            "Invoke-CsPoolFailBack" => Self::PoolBack { pool: pool(&name("PoolFqdn", "")?)?, disaster },
            "Set-CsRegistrarConfiguration" => Self::SetState {
                pool: pool(&name("Identity", "registrar")?)?,
                state: state(call.get_text("PoolState")).ok_or_else(|| no("PoolState"))?,
            },
            _ => Self::Replicate {
                replica: call.get_text("ReplicaFqdn").map(|m| m.parse().map_err(|_| no(m))).transpose()?,
            },
        })
    }

    /// What the cmdlet does, in order.
    pub(super) fn script(&self, organisation: &Organisation) -> Script {
        let times = &organisation.durations;
        match self {
            Self::SetEdge { .. } => {
                vec![(SignedDuration::ZERO, Act::Check), (times.set_edge_server.0, Act::Finish)]
            }
            Self::CmsNormal => central_management::normal_script(times),
            Self::CmsDisaster { .. } => central_management::disaster_script(times),
            Self::CmsMove { .. } => store_move::script(times),
            Self::PoolOver { pool, .. } => {
                pool::script(times.check.0, times.pool_failover.0, pool, "fail over", 1)
            }
            Self::PoolBack { pool, .. } => {
                pool::script(times.check.0, times.pool_failback.0, pool, "fail back", 2)
            }
            Self::SetState { .. }
            | Self::Replicate { .. }
            | Self::InstallStore { .. }
            | Self::SwapMirror { .. } => {
                vec![(SignedDuration::ZERO, Act::Check), (times.check.0, Act::Finish)]
            }
        }
    }

    /// Looks at everything that can refuse.
    pub(super) fn check(&self, organisation: &Organisation, place: &Place<'_>) -> Result<(), Refusal> {
        match self {
            Self::SetEdge { edge, pool } => small::check_edge(organisation, place, edge, pool),
            Self::CmsNormal => central_management::check_normal(organisation, place),
            Self::CmsDisaster { backup, mirror } => {
                central_management::check_disaster(organisation, place, backup, mirror.as_ref())
            }
            Self::CmsMove { disaster } => store_move::check(organisation, place, *disaster),
            Self::InstallStore { sql, .. } => store_move::check_install(organisation, place, sql),
            Self::SwapMirror { pool, .. } => store_move::check_swap(organisation, place, pool),
            Self::PoolOver { pool, disaster } => pool::check_over(organisation, place, pool, *disaster),
            Self::PoolBack { pool, disaster } => pool::check_back(organisation, place, pool, *disaster),
            Self::SetState { pool, .. } => small::check_state(organisation, place, pool),
            Self::Replicate { .. } => small::check_store(organisation, place),
        }
    }

    /// Makes the intermediate change; says what is lost.
    pub(super) fn begin(&self, organisation: &mut Organisation, place: &Place<'_>) -> Option<String> {
        match self {
            Self::PoolOver { pool, disaster } => {
                let healthy = organisation.pool_lives(pool) && organisation.back_end_lives(pool);
                organisation.set_state(place.now, pool, PoolState::FailingOver);
                (*disaster && healthy)
                    .then(|| format!("data loss: {pool} was up and its last changes were not copied"))
            }
            Self::PoolBack { pool, disaster } => {
                organisation.set_state(place.now, pool, PoolState::FailingBack);
                disaster.then(|| format!("data loss: what users of {pool} did on the backup pool"))
            }
            Self::CmsMove { .. } => {
                store_move::begin(organisation, place);
                None
            }
            Self::CmsNormal => {
                central_management::close_source(organisation);
                None
            }
            _ => None,
        }
    }

    /// Makes the last change; says what is lost.
    pub(super) fn finish(
        &self,
        organisation: &mut Organisation,
        place: &Place<'_>,
    ) -> Result<Option<String>, Refusal> {
        match self {
            Self::SetEdge { edge, pool } => small::finish_edge(organisation, place, edge, pool)?,
            Self::CmsNormal => return central_management::switch(organisation, place, false),
            Self::CmsDisaster { .. } => return central_management::switch(organisation, place, true),
            Self::CmsMove { disaster } => return store_move::finish(organisation, place, *disaster),
            Self::InstallStore { sql, clean } => return Ok(store_move::install(organisation, sql, *clean)),
            Self::SwapMirror { pool, to_mirror } => store_move::swap(organisation, pool, *to_mirror),
            Self::PoolOver { pool, disaster } => pool::finish_over(organisation, place, pool, *disaster)?,
            Self::PoolBack { pool, disaster } => pool::finish_back(organisation, place, pool, *disaster)?,
            Self::SetState { pool, state } => pool::set_state(organisation, place, pool, *state)?,
            Self::Replicate { replica } => organisation.full_copy(replica.as_ref(), place.now),
        }
        Ok(None)
    }

    /// Whether the effect is there already.
    pub(super) fn present(&self, organisation: &Organisation, host: &MachineFqdn) -> bool {
        let master = &organisation.cms.master;
        match self {
            Self::SetEdge { edge, pool } => master.next_hops.get(edge) == Some(pool),
            Self::CmsNormal | Self::CmsDisaster { .. } | Self::CmsMove { .. } => {
                let target = organisation.pool_of(host);
                target == Some(&organisation.cms.pointer)
                    && master.active.len() == 1
                    && master.active.iter().next() == target
            }
            Self::InstallStore { sql, .. } => {
                store_move::pool_of(organisation, sql).is_some_and(|(_, pool)| pool.prepared)
            }
            Self::SwapMirror { pool, to_mirror } => {
                organisation.pools.get(pool).is_some_and(|p| p.back_end.mirror_is_principal == *to_mirror)
            }
            Self::PoolOver { pool, .. } => master.state(pool) == PoolState::FailedOver,
            Self::PoolBack { pool, .. } => master.state(pool) == PoolState::Active,
            Self::SetState { pool, state } => master.state(pool) == *state,
            Self::Replicate { .. } => false,
        }
    }
}

fn state(text: Option<&str>) -> Option<PoolState> {
    [PoolState::Active, PoolState::FailingOver, PoolState::FailedOver, PoolState::FailingBack]
        .into_iter()
        .find(|state| text.is_some_and(|text| state.to_string().eq_ignore_ascii_case(text)))
}
