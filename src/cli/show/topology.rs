//! A simulated organisation, drawn for people.

use super::{Style, indent, paint, table};
use crate::{
    lync::PoolState,
    simulator::{CmsRole, OrganisationView, PoolView, Service},
};

/// Sites, pools, Edge pools and the Central Management store.
pub(crate) fn topology(view: &OrganisationView) -> String {
    let pools = view.sites.iter().flat_map(|site| site.pools.iter().map(move |pool| (site, pool)));
    let rows = pools.map(|(site, pool)| {
        vec![
            site.name.clone(),
            pool.pool.to_string(),
            format!("{}/{}", pool.registrars_running, pool.registrars),
            if pool.sql_up { "up" } else { "down" }.to_owned(),
            pool.users.to_string(),
            state(pool).to_owned(),
            served(pool),
            match pool.central_management {
                Some(CmsRole::Active) => "active",
                Some(CmsRole::Standby) => "standby",
                None => "-",
            }
            .to_owned(),
        ]
    });
    let heads = ["site", "pool", "registrars", "sql", "users", "pool state", "users served by", "cms"];
    let mut text = indent(&table(&heads, rows), 2);
    let edges = view.sites.iter().flat_map(|site| site.edges.iter().map(move |edge| (site, edge)));
    let rows: Vec<_> = edges
        .map(|(site, edge)| {
            let hop = edge.next_hop.as_ref().map_or("-".to_owned(), ToString::to_string);
            let learnt = if edge.in_effect { "yes" } else { "not yet" };
            let up = if edge.up { "up" } else { "down" };
            vec![site.name.clone(), edge.pool.to_string(), up.to_owned(), hop, learnt.to_owned()]
        })
        .collect();
    if !rows.is_empty() {
        text += "\n";
        text += &indent(&table(&["site", "edge pool", "state", "next hop", "in effect"], rows), 2);
    }
    let is_whole = view.sites.iter().flat_map(|site| &site.pools).all(|pool| pool.service == Service::Full);
    if !is_whole {
        text += &indent(&paint(Style::Bad, "Some users do not have full service."), 2);
    }
    text
}

fn state(pool: &PoolView) -> &'static str {
    match pool.state {
        PoolState::Active => "Active",
        PoolState::FailingOver => "FailingOver",
        PoolState::FailedOver => "FailedOver",
        PoolState::FailingBack => "FailingBack",
    }
}

fn served(pool: &PoolView) -> String {
    let service = match pool.service {
        Service::Full => "full",
        Service::Limited => "limited",
        Service::None => "none",
    };
    match &pool.served_by {
        Some(by) => format!("{by} ({service})"),
        None => "nobody".to_owned(),
    }
}
