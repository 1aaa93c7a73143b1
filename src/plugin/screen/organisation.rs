//! Who serves whom, where the store is, where the Edge pools send their traffic, and whether a failover would work.

use std::collections::BTreeSet;

use super::{
    Block, Detail, Line, Section,
    flight::span,
    text::{clean, columns, fit, wrap},
};
use crate::{
    api::{PoolServiceState, PoolVerdict, format_duration},
    cli::show::Style,
    plugin::report::{Edge, Failover, Organisation, Pool, StatusReport},
};

const INDENT: usize = 2;

pub(super) fn section(report: &StatusReport, width: usize, detail: Detail) -> Section {
    let homes: BTreeSet<_> = report.organisations.iter().map(Organisation::key).collect();
    let orphans = || report.failovers.iter().filter(|one| !homes.contains(&one.deployment_key()));
    let count = report.organisations.len() + orphans().count();
    // As with pools: what is not as usual is not what is left out.
    let mut organisations: Vec<_> = report.organisations.iter().collect();
    organisations.sort_by_key(|one| one.is_usual());
    let blocks = organisations.into_iter().map(|one| block(report, one, width, detail));
    let blocks = blocks.chain(orphans().map(|one| vec![failover_line(one, true, was(report), width)]));
    Section::new("ORGANISATIONS", 35, count, blocks)
}

/// What stands before each word about how things are, while nobody looks.
fn was(report: &StatusReport) -> &'static str {
    if report.operator.is_leading() { "" } else { "was " }
}

fn block(report: &StatusReport, one: &Organisation, width: usize, detail: Detail) -> Block {
    let mut block = vec![head(report, one, width)];
    let was = was(report);
    block.extend(pools(one, was, width, detail.rows));
    block.push(store(one, was, width));
    let indent = " ".repeat(INDENT);
    // A next hop that is down comes first.
    let mut edges: Vec<_> = one.edges.iter().collect();
    edges.sort_by_key(|edge| edge.next_hop_verdict == Some(PoolVerdict::Up));
    block.extend(edges.iter().take(detail.rows).map(|edge| edge_line(edge, was, width)));
    block.extend(left_out(edges.len(), detail.rows, "Edge pools", width));
    let failovers: Vec<_> =
        report.failovers.iter().filter(|failover| failover.deployment_key() == one.key()).collect();
    block.extend(
        failovers.iter().take(detail.rows).map(|failover| failover_line(failover, false, was, width)),
    );
    block.extend(left_out(failovers.len(), detail.rows, "LyncFailovers", width));
    let fixes = one.readiness.iter().flat_map(|readiness| &readiness.fixes).take(detail.fixes);
    for fix in fixes {
        let lines = wrap(&format!("mend: {}", clean(fix)), width - INDENT, detail.message.min(2));
        block.extend(lines.into_iter().map(|text| Line::plain(format!("{indent}{text}"))));
    }
    block
}

fn head(report: &StatusReport, one: &Organisation, width: usize) -> Line {
    let seen = match &one.ready {
        Some(ready) if one.current && ready.status == "True" => "seen".to_owned(),
        Some(ready) => format!("NOT SEEN ({})", clean(&ready.reason)),
        None => "NOT SEEN YET".to_owned(),
    };
    let readiness = match &one.readiness {
        Some(readiness) => format!("readiness {} of 100", readiness.score),
        None => "readiness not known".to_owned(),
    };
    let unchanged = one.observed_at.map_or(String::new(), |then| {
        format!(", no news for {}", format_duration(report.taken_at.duration_since(then)))
    });
    let old = if report.operator.is_leading() { "" } else { ", AS LAST SEEN" };
    let name = format!("{}/{}", clean(&one.namespace), clean(&one.name));
    Line::styled(Style::Heading, fit(&format!("{name}: {seen}, {readiness}{unchanged}{old}"), width))
}

fn pools(one: &Organisation, was: &str, width: usize, rows: usize) -> Block {
    if one.pools.is_empty() {
        return vec![Line::styled(Style::Notice, "  pools are not known")];
    }
    // What is not as usual comes first, so that it is never what is left out.
    let mut pools: Vec<_> = one.pools.iter().collect();
    pools.sort_by_key(|pool| pool.is_normal());
    let shown = &pools[..pools.len().min(rows)];
    let heads = ["POOL", "VERDICT", "STATE", "SERVERS UP", "USERS SERVED BY", "PAIRED WITH"];
    let mut table = vec![heads.map(str::to_owned).to_vec()];
    table.extend(shown.iter().map(|pool| {
        vec![
            clean(&pool.pool),
            format!("{was}{:?}", pool.verdict),
            format!("{:?}", pool.state),
            format!("{} of {}", pool.machines_up, pool.machines),
            served_by(one, pool),
            pool.paired_with.as_deref().map_or("-".to_owned(), clean),
        ]
    }));
    let mut lines = columns(&table, width - INDENT).into_iter().map(|text| format!("  {text}"));
    let mut block: Block = lines.next().map(|text| Line::styled(Style::Faint, text)).into_iter().collect();
    block.extend(lines.zip(shown).map(|(text, pool)| Line { text, style: pool_style(pool, was) }));
    let rest = &pools[shown.len()..];
    let what = if rest.iter().all(|pool| pool.is_normal()) { "pools, up and active" } else { "pools" };
    block.extend(left_out(pools.len(), rows, what, width));
    block
}

/// Who serves the users, and whether that one is up; who is on the way; or that it is not known.
fn served_by(one: &Organisation, pool: &Pool) -> String {
    let (home, pair) = (&pool.pool, pool.paired_with.as_deref().unwrap_or("?"));
    let Some(by) = &pool.served_by else {
        return match pool.state {
            PoolServiceState::FailingOver => clean(&format!("{home} > {pair}")),
            PoolServiceState::FailingBack => clean(&format!("{pair} > {home}")),
            _ => "?".to_owned(),
        };
    };
    let name = if by == home { "itself" } else { by };
    match one.pools.iter().find(|other| other.pool == *by).map(|other| other.verdict) {
        Some(PoolVerdict::Up) | None => clean(name),
        Some(verdict) => clean(&format!("{name}, {verdict:?}")),
    }
}

fn pool_style(pool: &Pool, was: &str) -> Option<Style> {
    match pool.verdict {
        PoolVerdict::Down => Some(Style::Bad),
        _ if !was.is_empty() || !pool.is_normal() => Some(Style::Notice),
        _ => None,
    }
}

fn store(one: &Organisation, was: &str, width: usize) -> Line {
    let place = one.central_management.as_deref().map_or("not known where".to_owned(), clean);
    let (style, state) = match &one.store_healthy {
        Some(said) if said.status == "True" => (None, format!("{was}healthy")),
        Some(said) if said.status == "False" => (Some(Style::Bad), format!("{was}{}", clean(&said.message))),
        Some(said) => (Some(Style::Notice), clean(&said.message)),
        None => (Some(Style::Notice), "not looked at".to_owned()),
    };
    Line { text: fit(&format!("  Central Management store: {place}, {state}"), width), style }
}

fn edge_line(edge: &Edge, was: &str, width: usize) -> Line {
    let hop = edge.next_hop.as_deref().map_or("?".to_owned(), clean);
    let (style, state) = match edge.next_hop_verdict {
        Some(PoolVerdict::Up) => (None, String::new()),
        Some(verdict) => (
            Some(if verdict == PoolVerdict::Down { Style::Bad } else { Style::Notice }),
            format!(", which {} {verdict:?}", if was.is_empty() { "is" } else { "was" }),
        ),
        None => (Some(Style::Notice), ", of which nothing is known".to_owned()),
    };
    Line { text: fit(&format!("  Edge {}: next hop {hop}{state}", clean(&edge.pool)), width), style }
}

fn failover_line(one: &Failover, is_orphan: bool, was: &str, width: usize) -> Line {
    let text = |value: &Option<String>| value.as_deref().unwrap_or("?").to_owned();
    let is_done =
        one.current && !one.not_served && one.ready.as_ref().is_some_and(|ready| ready.status == "True");
    let name = match is_orphan {
        true => {
            format!("{}/{}: LyncFailover without LyncDeployment {}", one.namespace, one.name, one.deployment)
        }
        false => format!("LyncFailover {}", one.name),
    };
    let state = match is_done {
        true => text(&one.actual),
        false => format!("wants {}, is {}", text(&one.desired), text(&one.actual)),
    };
    let mut line = format!("{name}: {was}{}, {state}", one.reason());
    if !one.current {
        line += ", the newest spec has NOT BEEN SEEN";
    }
    if one.stale {
        line += ", STALE";
    }
    if let Some(run) = one.last_run.as_ref().filter(|_| one.in_flight.is_none()) {
        let took = run.rto_seconds.map_or(String::new(), |seconds| format!(" in {}", span(seconds)));
        let of = one.rto_objective_seconds.map_or(String::new(), |seconds| format!(" of {}", span(seconds)));
        line += &format!(", last run {:?}{took}{of}", run.outcome);
    }
    let indent = if is_orphan { "" } else { "  " };
    let style = (!is_done).then_some(Style::Notice);
    Line { text: fit(&format!("{indent}{}", clean(&line)), width), style }
}

fn left_out(all: usize, shown: usize, what: &str, width: usize) -> Option<Line> {
    let more = all.checked_sub(shown).filter(|more| *more > 0)?;
    Some(Line::styled(Style::Notice, fit(&format!("  … {more} more {what}"), width)))
}
