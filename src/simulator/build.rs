//! From a scenario to an organisation.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    model::{BackEnd, Cms, Configuration, Edge, Intake, Organisation, Pool, Replica, Store},
    scenario::{CmsSpec, EdgeSpec, Edition, InitialState, PoolSpec, Scenario, ScenarioError, Start},
};
use crate::lync::{EdgeFqdn, MachineFqdn, PoolFqdn, PoolState, SqlInstance};

/// Builds the organisation as it is before anything breaks.
pub(super) fn build(scenario: &Scenario, now: Timestamp) -> Result<Organisation, ScenarioError> {
    let (pools, edges) = specs(scenario);
    let cms = central_management(scenario, &pools)?;
    let edge_delays = scenario.durations.edge_replication;
    let mut built = BTreeMap::new();
    let mut states = BTreeMap::new();
    for spec in &pools {
        let (name, pool) = build_pool(spec, &pools, &cms)?;
        if let Some(state) = spec.state.filter(|state| *state != InitialState::Active) {
            states.insert(name.clone(), initial(state));
        }
        built.insert(name, pool);
    }
    let mut next_hops = BTreeMap::new();
    let mut built_edges = BTreeMap::new();
    for spec in &edges {
        let name: EdgeFqdn = read(&spec.fqdn)?;
        let hop: PoolFqdn = read(spec.next_hop.as_deref().unwrap_or_default())?;
        if !built.contains_key(&hop) {
            return nonsense(format!("the next hop {hop} of {name} is no pool"));
        }
        let machines = spec.machines.clone().unwrap_or_else(|| vec![spec.fqdn.clone()]);
        let edge = Edge {
            site: spec.site.clone().unwrap_or_else(|| "DC1".to_owned()),
            version: spec.version.unwrap_or(6),
            machines: read_all(&machines)?,
            replication: spec.replication.unwrap_or(edge_delays).0,
        };
        next_hops.insert(name.clone(), hop);
        built_edges.insert(name, edge);
    }
    let master =
        Configuration { version: 1, next_hops, pool_states: states, active: BTreeSet::from([cms.clone()]) };
    let Some(master_machine) = built.get(&cms).and_then(|pool| pool.machines.first().cloned()) else {
        return nonsense(format!("{cms} cannot carry the Central Management store"));
    };
    let mut organisation = Organisation {
        sites: sites(scenario, &pools, &edges),
        pools: built,
        edges: built_edges,
        cms: Cms {
            pointer: cms,
            master: master.clone(),
            standby: master.clone(),
            standby_due: None,
            master_machine,
            heartbeat: now,
        },
        replicas: BTreeMap::new(),
        down: BTreeSet::new(),
        stopped: BTreeSet::new(),
        cut: BTreeSet::new(),
        durations: scenario.durations.clone(),
    };
    organisation.replicas = replicas(&organisation, &master, now);
    Ok(organisation)
}

/// The ready-made organisation with the scenario's entries laid over it.
fn specs(scenario: &Scenario) -> (Vec<PoolSpec>, Vec<EdgeSpec>) {
    let (mut pools, mut edges) = ready_made(scenario.start);
    for spec in &scenario.pools {
        match pools.iter_mut().find(|known| known.fqdn.eq_ignore_ascii_case(&spec.fqdn)) {
            Some(known) => lay_over(known, spec),
            None => pools.push(spec.clone()),
        }
    }
    for spec in &scenario.edges {
        match edges.iter_mut().find(|known| known.fqdn.eq_ignore_ascii_case(&spec.fqdn)) {
            Some(known) => {
                let EdgeSpec { fqdn: _, site, machines, next_hop, version, replication } = spec.clone();
                known.site = site.or(known.site.take());
                known.machines = machines.or(known.machines.take());
                known.next_hop = next_hop.or(known.next_hop.take());
                known.version = version.or(known.version);
                known.replication = replication.or(known.replication);
            }
            None => edges.push(spec.clone()),
        }
    }
    (pools, edges)
}

fn lay_over(known: &mut PoolSpec, spec: &PoolSpec) {
    let over = spec.clone();
    known.site = over.site.or(known.site.take());
    known.edition = over.edition.or(known.edition);
    known.director = over.director.or(known.director);
    known.version = over.version.or(known.version);
    known.machines = over.machines.or(known.machines.take());
    known.sql = over.sql.or(known.sql.take());
    known.sql_mirror = over.sql_mirror.or(known.sql_mirror.take());
    known.mirror_is_principal = over.mirror_is_principal.or(known.mirror_is_principal);
    known.backup = over.backup.or(known.backup.take());
    known.backup_one_sided = over.backup_one_sided.or(known.backup_one_sided);
    known.users = over.users.or(known.users);
    known.central_management = over.central_management.or(known.central_management);
    known.store_installed = over.store_installed.or(known.store_installed);
    known.state = over.state.or(known.state);
    known.backup_service = over.backup_service.or(known.backup_service);
    known.test_users = over.test_users.or(known.test_users);
    known.store_services = over.store_services.or(known.store_services);
}

fn ready_made(start: Start) -> (Vec<PoolSpec>, Vec<EdgeSpec>) {
    let pool = |name: &str, pair: &str, site: &str, edition, sql: Option<&str>| PoolSpec {
        fqdn: format!("{name}.contoso.com"),
        site: Some(site.to_owned()),
        edition: Some(edition),
        sql: sql.map(|name| format!("{name}.contoso.com\\rtc")),
        backup: Some(format!("{pair}.contoso.com")),
        ..PoolSpec::default()
    };
    let edge = |hop: &str| EdgeSpec {
        fqdn: "edge1.contoso.com".to_owned(),
        site: Some("DC1".to_owned()),
        next_hop: Some(format!("{hop}.contoso.com")),
        ..EdgeSpec::default()
    };
    match start {
        Start::Empty => (Vec::new(), Vec::new()),
        Start::TwoSites => (
            vec![
                pool("pool1", "pool2", "DC1", Edition::Enterprise, Some("sql1")),
                pool("pool2", "pool1", "DC2", Edition::Enterprise, Some("sql2")),
            ],
            vec![edge("pool1")],
        ),
        Start::StandardEdition => (
            vec![
                pool("se1", "se2", "DC1", Edition::Standard, None),
                pool("se2", "se1", "DC2", Edition::Standard, None),
            ],
            vec![edge("se1")],
        ),
    }
}

fn central_management(scenario: &Scenario, pools: &[PoolSpec]) -> Result<PoolFqdn, ScenarioError> {
    let named = scenario.cms.as_ref().map(|CmsSpec { pool }| pool.as_str());
    match named.or_else(|| pools.first().map(|pool| pool.fqdn.as_str())) {
        Some(name) => read(name),
        None => nonsense("there is no pool".to_owned()),
    }
}

fn build_pool(spec: &PoolSpec, all: &[PoolSpec], cms: &PoolFqdn) -> Result<(PoolFqdn, Pool), ScenarioError> {
    let name: PoolFqdn = read(&spec.fqdn)?;
    let standard = spec.edition == Some(Edition::Standard);
    let backup = partner(spec, all);
    if let Some(backup) = &backup
        && let Some(partner_spec) = all.iter().find(|other| other.fqdn.eq_ignore_ascii_case(backup))
        && partner(partner_spec, all).is_some_and(|back| !back.eq_ignore_ascii_case(&spec.fqdn))
    {
        return nonsense(format!("{name} is paired with {backup}, which is paired with another pool"));
    }
    let backup: Option<PoolFqdn> = backup.map(|text| read(&text)).transpose()?;
    let known = |pool: &PoolFqdn| all.iter().any(|other| other.fqdn.eq_ignore_ascii_case(pool.as_str()));
    if let Some(missing) = backup.as_ref().filter(|pool| !known(pool)) {
        return nonsense(format!("{name} is paired with {missing}, which is no pool"));
    }
    let machines = match &spec.machines {
        Some(machines) => machines.clone(),
        None if standard => vec![spec.fqdn.clone()],
        None => (1..=3).map(|n| format!("fe0{n}.{}", spec.fqdn)).collect(),
    };
    let sql = match &spec.sql {
        Some(sql) => sql.clone(),
        None if standard => format!("{}\\rtc", spec.fqdn),
        None => format!("sql.{}\\rtc", spec.fqdn),
    };
    let version = spec.version.unwrap_or(6);
    let paired_with_cms = backup.as_ref() == Some(cms) && version >= 6;
    let carries = spec.central_management.unwrap_or(name == *cms || paired_with_cms);
    let director = spec.director.unwrap_or(false);
    let machines = read_all(&machines)?;
    let has_services = carries && spec.store_services.unwrap_or(true);
    let pool = Pool {
        site: spec.site.clone().unwrap_or_else(|| "DC1".to_owned()),
        director,
        version,
        store_services: if has_services { machines.iter().cloned().collect() } else { BTreeSet::new() },
        machines,
        back_end: BackEnd {
            primary: read::<SqlInstance>(&sql)?,
            mirror: spec.sql_mirror.as_deref().map(read).transpose()?,
            mirror_is_principal: spec.mirror_is_principal.unwrap_or(false),
        },
        backup,
        users: if director { 0 } else { spec.users.unwrap_or(12_000) },
        store: carries
            .then(|| Store { installed: spec.store_installed.unwrap_or(true), read_only: name != *cms }),
        prepared: false,
        backup_service: spec.backup_service.unwrap_or_default(),
        test_users: spec.test_users.unwrap_or(true),
    };
    Ok((name, pool))
}

/// Pairing is mutual, unless the scenario says otherwise: one side may leave it out.
fn partner(spec: &PoolSpec, all: &[PoolSpec]) -> Option<String> {
    let names_me = |other: &&PoolSpec| {
        other.backup.as_deref().is_some_and(|backup| backup.eq_ignore_ascii_case(&spec.fqdn))
    };
    if all.iter().filter(names_me).any(|other| other.backup_one_sided == Some(true)) {
        return None;
    }
    spec.backup.clone().or_else(|| all.iter().find(names_me).map(|other| other.fqdn.clone()))
}

fn sites(scenario: &Scenario, pools: &[PoolSpec], edges: &[EdgeSpec]) -> Vec<String> {
    let mut sites = scenario.sites.clone();
    let used = pools.iter().map(|pool| &pool.site).chain(edges.iter().map(|edge| &edge.site));
    for site in used.map(|site| site.as_deref().unwrap_or("DC1")) {
        if !sites.iter().any(|known| known.eq_ignore_ascii_case(site)) {
            sites.push(site.to_owned());
        }
    }
    sites
}

fn replicas(
    organisation: &Organisation,
    master: &Configuration,
    now: Timestamp,
) -> BTreeMap<MachineFqdn, Replica> {
    let replica = |delay| Replica {
        copy: master.clone(),
        due: None,
        last_report: Some(now),
        last_update: Some(now),
        delay,
        intake: Intake::Normal,
    };
    let internal = organisation.durations.internal_replication.0;
    let front_ends = organisation.pools.values().flat_map(|pool| &pool.machines);
    let mut all: BTreeMap<_, _> = front_ends.map(|m| (m.clone(), replica(internal))).collect();
    for edge in organisation.edges.values() {
        all.extend(edge.machines.iter().map(|m| (m.clone(), replica(edge.replication))));
    }
    all
}

fn initial(state: InitialState) -> PoolState {
    match state {
        InitialState::Active => PoolState::Active,
        InitialState::FailingOver => PoolState::FailingOver,
        InitialState::FailedOver => PoolState::FailedOver,
        InitialState::FailingBack => PoolState::FailingBack,
    }
}

fn read<T: std::str::FromStr<Err = crate::lync::FqdnError>>(text: &str) -> Result<T, ScenarioError> {
    text.parse().map_err(|error: crate::lync::FqdnError| ScenarioError::Nonsense(error.to_string()))
}

fn read_all(texts: &[String]) -> Result<Vec<MachineFqdn>, ScenarioError> {
    texts.iter().map(|text| read(text)).collect()
}

fn nonsense<T>(why: String) -> Result<T, ScenarioError> {
    Err(ScenarioError::Nonsense(why))
}
