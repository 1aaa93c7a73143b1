//! What concerns all endpoints together: who is left when a site is lost, and what the fence is worth.

use std::collections::BTreeSet;

use super::{
    EndpointFacts, HomeKind, HostSurvey, Module, PLAIN_CONFIGURATION, Subject, Survey, finding::Findings,
};
use crate::lync::{MachineFqdn, Pool, PoolKind, Topology, Version};

pub(super) fn look(survey: &Survey, findings: &mut Findings) {
    if survey.configuration.eq_ignore_ascii_case(PLAIN_CONFIGURATION) {
        findings.warning(
            Subject::Configuration,
            format!(
                "{PLAIN_CONFIGURATION} is the plain endpoint: the account may run anything there, no fence keeps a \
                 second operator out, and a cmdlet whose connection breaks may stop half-way"
            ),
            "Install the module LyncFailover on the Front Ends and set configurationName: LyncFailover",
        );
    }
    homes(survey, findings);
    if let [only] = survey.hosts.as_slice() {
        findings.error(
            Subject::Endpoints,
            format!("{} is the only endpoint: when it is lost, nobody is left to ask", only.host),
            "List Front Ends of every pool in spec.bridge.winrm.endpoints",
        );
    }
    let reads = survey.hosts.iter().filter_map(|one| one.topology.as_ref());
    // What the store itself says comes before what a replica still has.
    let from_store = reads.clone().find_map(|read| read.store.value());
    if let Some(topology) = from_store.or_else(|| reads.clone().find_map(|read| read.any())) {
        strangers(survey, topology, findings);
        uncovered(survey, topology, findings);
    }
}

/// Where the journals are: with several of them, each host fences only itself.
fn homes(survey: &Survey, findings: &mut Findings) {
    let facts = |one: &HostSurvey| match &one.module {
        Some(Module::Answers(facts)) => Some((one.host.clone(), facts.clone())),
        _ => None,
    };
    let homes: Vec<(MachineFqdn, EndpointFacts)> = survey.hosts.iter().filter_map(facts).collect();
    if homes.len() < 2 {
        return;
    }
    let share = "Keep the journal at one path that all Front Ends reach and that outlives a site, and set it as the home \
                 of the module on each of them";
    if homes.iter().all(|(_, facts)| facts.home_kind == HomeKind::Local) {
        findings.warning(
            Subject::Home,
            "each host keeps its journal and its fence on its own disk: a second operator that uses another host is not \
             kept out, and what became of a cmdlet can only be asked on the host that ran it",
            share,
        );
        return;
    }
    let ids: BTreeSet<&str> = homes.iter().map(|(_, facts)| facts.home_id.as_str()).collect();
    if ids.len() > 1 {
        let each =
            homes.iter().map(|(host, facts)| format!("{host} {} ({:?})", facts.home_id, facts.home_kind));
        let each: Vec<String> = each.collect();
        findings.error(
            Subject::Home,
            format!("the hosts do not share one journal, so none of their fences holds: {}", each.join(", ")),
            share,
        );
    }
}

/// Endpoints that the topology does not know, or knows in another pool.
fn strangers(survey: &Survey, topology: &Topology, findings: &mut Findings) {
    for HostSurvey { host, pool, .. } in &survey.hosts {
        match topology.pool_of(host) {
            Some(real) if real == pool => {}
            Some(real) => findings.error(
                Subject::Endpoints,
                format!("{host} is listed in {pool}; the topology has it in {real}"),
                format!("Write pool: {real} in its entry"),
            ),
            None => findings.error(
                Subject::Endpoints,
                format!("{host} is listed as a Front End; the topology does not know it"),
                "Correct its name to that in Topology Builder, or take it out",
            ),
        }
    }
}

/// Pools that nobody can be asked about, or act on, when the other sites are lost.
fn uncovered(survey: &Survey, topology: &Topology, findings: &mut Findings) {
    let is_served = |pool: &Pool| survey.hosts.iter().any(|one| pool.machines.contains(&one.host));
    for (name, pool) in &topology.pools {
        if pool.kind == PoolKind::Director || pool.version < Version::LYNC_2013 || is_served(pool) {
            continue;
        }
        let what_to_do = format!("Add Front Ends of {name} to spec.bridge.winrm.endpoints");
        match &pool.backup {
            Some(pair) => findings.error(
                Subject::Endpoints,
                format!(
                    "{name} has no endpoint: when {pair} is lost, nobody is left to take its users over, since the \
                     cmdlet runs on {name}"
                ),
                what_to_do,
            ),
            None if pool.central_management_store.is_some() => findings.error(
                Subject::Endpoints,
                format!("{name} has no endpoint, and has a Central Management store that is failed over from there"),
                what_to_do,
            ),
            None => findings.warning(
                Subject::Endpoints,
                format!("{name} has no endpoint: only TCP 5061 and other pools tell whether it lives"),
                what_to_do,
            ),
        }
    }
}
