//! What was measured, for people and for programs.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::{Value, json};

use crate::{
    comparison::{Case, Comparison, Entry, Figure},
    summary::Summary,
};

const HEAD: [&str; 8] = ["", "", "requests", "turns", "bytes out", "bytes in", "ms", "CPU ms"];

/// An aligned table for each kind of connection.
pub(crate) fn text(comparisons: &[Comparison]) -> String {
    comparisons.iter().map(table).collect()
}

fn table(comparison: &Comparison) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_header(HEAD);
    for case in &comparison.cases {
        for (at, entry) in case.entries.iter().enumerate() {
            table.add_row([vec![if at == 0 { case.name } else { "" }.to_owned()], measured(entry)].concat());
        }
        for other in &case.entries[1..] {
            table.add_row(
                [vec![String::new(), format!("ratio to {}", other.client)], ratios(case, other)].concat(),
            );
        }
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let [ours, theirs] = [0, 1].map(|of| match memory(comparison, of) {
        Some(bytes) => spread(bytes.times(1.0 / f64::from(1 << 20)), 1),
        None => "-".to_owned(),
    });
    let title = if comparison.is_tls { "HTTPS" } else { "HTTP, sealed messages" };
    format!("{title}\n{table}\npeak memory, MiB: lync-failover {ours}, pypsrp {theirs}\n\n")
}

/// Client, counts, times.
fn measured(entry: &Entry) -> Vec<String> {
    let median = |figure| entry.summary(figure).map_or(0.0, |summary| summary.median);
    let (requests, empty) = (median(Figure::Requests), median(Figure::Empty));
    let requests = match (requests, empty) {
        (0.0, _) => "-".to_owned(),
        (all, 0.0) => number(all, 1),
        (all, empty) => format!("{} ({} empty)", number(all, 1), number(empty, 1)),
    };
    let milliseconds = |figure| {
        let summary = entry.summary(figure);
        summary.map_or("-".to_owned(), |summary| spread(summary.times(1e3), 2))
    };
    vec![
        entry.client.to_owned(),
        requests,
        number(median(Figure::Turns), 1),
        number(median(Figure::Sent), 0),
        number(median(Figure::Received), 0),
        milliseconds(Figure::Latency),
        milliseconds(Figure::Cpu),
    ]
}

fn ratios(case: &Case, other: &Entry) -> Vec<String> {
    use Figure::{Cpu, Latency, Received, Requests, Sent, Turns};
    let ratio = |figure| match case.ratio(other, figure) {
        Some(ratio) => format!("{ratio:.2}"),
        None => "-".to_owned(),
    };
    [Requests, Turns, Sent, Received, Latency, Cpu].map(ratio).into()
}

/// In bytes, over the rounds.
fn memory(comparison: &Comparison, of: usize) -> Option<Summary> {
    let bytes: Option<Vec<u64>> = comparison.memory[of].iter().copied().collect();
    Some(Summary::of(bytes?.into_iter().map(|bytes| bytes as f64).collect()))
}

/// A median, and from where to where the rounds went.
fn spread(summary: Summary, digits: usize) -> String {
    let [median, least, most] = [summary.median, summary.least, summary.most].map(|it| number(it, digits));
    format!("{median} [{least}-{most}]")
}

/// Without decimals that say nothing.
fn number(number: f64, digits: usize) -> String {
    if number.fract() == 0.0 { format!("{number:.0}") } else { format!("{number:.digits$}") }
}

/// All of it, in bytes and seconds.
pub(crate) fn json(comparisons: &[Comparison]) -> Value {
    comparisons.iter().map(of_comparison).collect()
}

fn of_comparison(comparison: &Comparison) -> Value {
    let memory = |of| memory(comparison, of).map(of_summary);
    json!({
        "transport": if comparison.is_tls { "https" } else { "http" },
        "cases": comparison.cases.iter().map(of_case).collect::<Value>(),
        "peakMemoryBytes": {"lync-failover": memory(0), "pypsrp": memory(1)},
    })
}

fn of_case(case: &Case) -> Value {
    let entries = case.entries.iter().map(|entry| {
        let figure = |(name, figure): &(&str, Figure)| {
            let known = entry.summary(*figure).map(of_summary);
            let ratio = case.ratio(entry, *figure);
            ((*name).to_owned(), json!({"measured": known, "ours": ratio}))
        };
        let figures: serde_json::Map<_, _> = FIGURES.iter().map(figure).collect();
        json!({"client": entry.client, "rounds": entry.turns.len(), "times": entry.turns[0].times, "figures": figures})
    });
    json!({"case": case.name, "clients": entries.collect::<Value>()})
}

const FIGURES: [(&str, Figure); 9] = [
    ("connections", Figure::Connections),
    ("requests", Figure::Requests),
    ("emptyRequests", Figure::Empty),
    ("turns", Figure::Turns),
    ("bytesSent", Figure::Sent),
    ("bytesReceived", Figure::Received),
    ("bytes", Figure::Bytes),
    ("latencySeconds", Figure::Latency),
    ("cpuSeconds", Figure::Cpu),
];

fn of_summary(Summary { median, least, most }: Summary) -> Value {
    json!({"median": median, "min": least, "max": most})
}
