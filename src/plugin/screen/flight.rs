//! What is in flight: for how long, and against which objective.

use jiff::SignedDuration;

use super::{
    Block, Detail, Line, Section,
    text::{clean, fit, wrap},
};
use crate::{
    api::format_duration,
    cli::show::Style,
    plugin::report::{Failover, Flight, StatusReport},
};

pub(super) fn section(report: &StatusReport, width: usize, detail: Detail) -> Section {
    let flights = || report.failovers.iter().filter_map(|one| Some((one, one.in_flight.as_ref()?)));
    let blocks = flights().map(|(failover, flight)| block(failover, flight, width, detail));
    Section::new("IN FLIGHT", 20, flights().count(), blocks)
}

fn block(failover: &Failover, flight: &Flight, width: usize, detail: Detail) -> Block {
    let name = format!("{}/{}", failover.namespace, failover.name);
    let mut block = match &flight.operation {
        Some(operation) => {
            let head = format!("{name}: {} ({})", operation.summary, operation.target);
            let time = flight.step_seconds.map_or(String::new(), |seconds| format!("for {} ", span(seconds)));
            let place = clean(&format!("{time}on {}, attempt {}", operation.host, operation.attempt.max(1)));
            vec![Line::plain(fit(&clean(&head), width)), Line::plain(fit(&format!("    {place}"), width))]
        }
        None => vec![Line::plain(fit(&clean(&format!("{name}: {}", failover.reason())), width))],
    };
    // What the operator waits for; a step in flight says that itself.
    if let Some(next) = failover.next_action.as_ref().filter(|_| flight.operation.is_none()) {
        let message = wrap(&clean(&next.message), width - 4, detail.message);
        block.extend(message.into_iter().map(|text| Line::plain(format!("    {text}"))));
    }
    if let Some(down) = flight.down_seconds {
        let objective = match failover.rto_objective_seconds {
            Some(objective) => format!(", recovery time objective {}", span(objective)),
            None => String::new(),
        };
        let over = if flight.over_objective { ", OVER THE OBJECTIVE" } else { "" };
        let style = if flight.over_objective { Style::Bad } else { Style::Notice };
        let text = format!("    source called down for {}{objective}{over}", span(down));
        block.push(Line::styled(style, fit(&text, width)));
    }
    block
}

pub(super) fn span(seconds: i64) -> String {
    format_duration(SignedDuration::from_secs(seconds))
}
