//! What was observed of an organisation, with the source and the age of each fact.

use jiff::Timestamp;

use super::{indent, table};
use crate::{
    api::format_duration,
    lync::{Fact, Observed, PoolFqdn, PoolKind},
};

/// Pools and Edge pools, as far as they were seen.
pub(crate) fn observed(observed: &Observed, now: Timestamp) -> String {
    let Some(topology) = observed.topology.value() else { return String::new() };
    let cms = &observed.central_management;
    let role = |pool: &PoolFqdn| {
        let row = cms.roles.value().into_iter().flatten().find(|role| role.pool == *pool);
        match row {
            Some(role) if role.active => "active",
            Some(_) => "standby",
            None if cms.roles.value().is_none() => "?",
            None => "-",
        }
    };
    let pools = topology.pools.iter().map(|(name, pool)| {
        let fact = observed.pool_states.get(name);
        let kind = match pool.kind {
            PoolKind::FrontEnd => pool.version.to_string(),
            PoolKind::Director => format!("{}, Director", pool.version),
        };
        let pair = pool.backup.as_ref().map_or("-".to_owned(), ToString::to_string);
        let mut row =
            vec![pool.site.clone(), name.to_string(), kind, pair, value(fact), role(name).to_owned()];
        row.extend(origin(fact, now));
        row
    });
    let heads = ["site", "pool", "version", "paired with", "pool state", "cms", "source", "age"];
    let mut text = indent(&table(&heads, pools), 2);
    let edges: Vec<_> = topology.edges.iter().collect();
    if !edges.is_empty() {
        let rows = edges.into_iter().map(|(name, edge)| {
            let fact = observed.next_hops.get(name);
            let mut row = vec![edge.site.clone(), name.to_string(), value(fact)];
            row.extend(origin(fact, now));
            row
        });
        text += "\n";
        text += &indent(&table(&["site", "edge pool", "next hop", "source", "age"], rows), 2);
    }
    text
}

fn value<T: ToString>(fact: Option<&Fact<T>>) -> String {
    fact.and_then(Fact::value).map_or("?".to_owned(), ToString::to_string)
}

fn origin<T>(fact: Option<&Fact<T>>, now: Timestamp) -> [String; 2] {
    match fact {
        Some(Fact::Known { at, source, .. }) => {
            [source.to_string(), format_duration(now.duration_since(*at))]
        }
        _ => ["-".to_owned(), "-".to_owned()],
    }
}
