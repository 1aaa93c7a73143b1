//! The organisation as people see it: before and after.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::model::{Organisation, Pool};
use crate::lync::{EdgeFqdn, MachineFqdn, PoolFqdn, PoolState};

/// A whole organisation at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrganisationView {
    /// When.
    pub at: Timestamp,
    /// Its sites, in order.
    pub sites: Vec<SiteView>,
}

impl OrganisationView {
    /// The servers of Front End pools, each with its pool: where cmdlets can run.
    pub fn front_ends(&self) -> Vec<(MachineFqdn, PoolFqdn)> {
        let pools = self.sites.iter().flat_map(|site| &site.pools).filter(|pool| !pool.director);
        pools
            .flat_map(|pool| pool.machines.iter().map(|machine| (machine.clone(), pool.pool.clone())))
            .collect()
    }
}

/// A site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SiteView {
    /// Its name.
    pub name: String,
    /// Its Front End and Director pools.
    pub pools: Vec<PoolView>,
    /// Its Edge pools.
    pub edges: Vec<EdgeView>,
}

/// What users of a pool get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Service {
    /// Everything.
    Full,
    /// Calls and messages only: resiliency mode.
    Limited,
    /// Nothing.
    None,
}

/// What a pool is to the Central Management store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CmsRole {
    /// Serves it.
    Active,
    /// Keeps a copy.
    Standby,
}

/// A Front End or Director pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolView {
    /// Its name.
    pub pool: PoolFqdn,
    /// Whether it is one machine.
    pub standard_edition: bool,
    /// Whether it can serve.
    pub up: bool,
    /// Its servers.
    pub machines: Vec<MachineFqdn>,
    /// Whether it is a Director: homes no users.
    pub director: bool,
    /// How many of its servers run the registrar.
    pub registrars_running: usize,
    /// How many servers it has.
    pub registrars: usize,
    /// Whether its SQL Server serves.
    pub sql_up: bool,
    /// How many users are homed on it.
    pub users: i64,
    /// The state of its failover.
    pub state: PoolState,
    /// The pool that serves its users now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_by: Option<PoolFqdn>,
    /// What they get there.
    pub service: Service,
    /// What it is to the Central Management store, if it has the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub central_management: Option<CmsRole>,
}

/// An Edge pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EdgeView {
    /// Its name.
    pub pool: EdgeFqdn,
    /// Whether one of its servers lives.
    pub up: bool,
    /// Its next hop, in the topology.
    pub next_hop: Option<PoolFqdn>,
    /// Whether its servers have learnt that next hop.
    pub in_effect: bool,
}

pub(super) fn describe(organisation: &Organisation, at: Timestamp) -> OrganisationView {
    let site = |name: &String| SiteView {
        name: name.clone(),
        pools: organisation
            .pools
            .iter()
            .filter(|(_, pool)| pool.site.eq_ignore_ascii_case(name))
            .map(|(fqdn, pool)| pool_view(organisation, fqdn, pool))
            .collect(),
        edges: edges(organisation, name),
    };
    OrganisationView { at, sites: organisation.sites.iter().map(site).collect() }
}

fn edges(organisation: &Organisation, site: &str) -> Vec<EdgeView> {
    let here = organisation.edges.iter().filter(|(_, edge)| edge.site.eq_ignore_ascii_case(site));
    here.map(|(name, edge)| {
        let next_hop = organisation.cms.master.next_hops.get(name);
        let learnt = |machine| {
            organisation.replicas.get(machine).and_then(|replica| replica.copy.next_hops.get(name))
                == next_hop
        };
        EdgeView {
            pool: name.clone(),
            up: edge.machines.iter().any(|machine| organisation.alive(machine)),
            next_hop: next_hop.cloned(),
            in_effect: edge.machines.iter().all(learnt),
        }
    })
    .collect()
}

fn pool_view(organisation: &Organisation, name: &PoolFqdn, pool: &Pool) -> PoolView {
    let up = organisation.pool_lives(name);
    let sql_up = organisation.back_end_lives(name);
    let state = organisation.cms.master.state(name);
    let pair_up = pool.backup.as_ref().filter(|pair| organisation.pool_lives(pair));
    let (served_by, service) = match state {
        PoolState::Active if up => (Some(name), if sql_up { Service::Full } else { Service::Limited }),
        PoolState::FailedOver => (pair_up, pair_up.map_or(Service::None, |_| Service::Full)),
        _ => (pair_up, pair_up.map_or(Service::None, |_| Service::Limited)),
    };
    let role = |_: &_| {
        if organisation.cms.master.active.contains(name) { CmsRole::Active } else { CmsRole::Standby }
    };
    PoolView {
        pool: name.clone(),
        standard_edition: pool.is_standard(),
        up,
        machines: pool.machines.clone(),
        director: pool.director,
        registrars_running: pool.machines.iter().filter(|m| organisation.registrar_runs(m)).count(),
        registrars: pool.machines.len(),
        sql_up,
        users: pool.users,
        state,
        served_by: served_by.cloned(),
        service,
        central_management: pool.store.as_ref().map(role),
    }
}
