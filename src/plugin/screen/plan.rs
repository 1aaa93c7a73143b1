//! A plan: its steps aligned, why each is needed or not, what is missing, and what to type.

use super::{
    Block, Line, NARROWEST,
    attention::{asks, next},
    flight::span,
    operator,
    text::{clean, columns, common_suffix, fit, shorten, wrap},
};
use crate::{
    api::{Management, Reason, Risk, StepState, StepStatus},
    cli::show::Style,
    plugin::report::{PlanReport, PlanStep},
};

/// No message of a plan is longer than that; what a hostile one holds further is left out.
const MOST: usize = 16;
/// No plan of ours has more steps: 64 pools, their Edge pools and the store.
const MOST_STEPS: usize = 200;

/// A plan for people.
pub fn plan(report: &PlanReport, width: usize) -> Vec<Line> {
    let width = width.max(NARROWEST);
    let mut lines = head(report, width);
    lines.extend(steps(report, width));
    // Where nothing else comes first, the next action says it, with the command.
    let is_next = [Reason::AwaitingConsent, Reason::AwaitingApproval];
    let is_next = is_next.iter().any(|reason| reason.as_str() == report.failover.reason());
    if let Some(missing) = report.missing.as_ref().filter(|_| !is_next) {
        lines.extend(titled("MISSING"));
        lines.extend(asks(&missing.message, None, width, MOST));
    }
    if let Some(action) = &report.next_action {
        lines.extend(titled(if report.operator.is_leading() { "NEXT" } else { "NEXT, AS LAST SAID" }));
        lines.extend(next(action, width, MOST));
    }
    lines.extend(to_change(report, width));
    lines
}

fn titled(title: &str) -> [Line; 2] {
    [Line::plain(""), Line::styled(Style::Heading, title)]
}

fn head(report: &PlanReport, width: usize) -> Block {
    let one = &report.failover;
    let text = |value: &Option<String>| value.as_deref().map_or("?".to_owned(), clean);
    let was = if report.operator.is_leading() { "" } else { "was " };
    let title = format!("LyncFailover {}/{}: {was}{}", one.namespace, one.name, one.reason());
    let mut lines = vec![
        Line::styled(Style::Heading, fit(&clean(&title), width)),
        operator(&report.operator, width),
        Line::plain(fit(&format!("wants     {}", text(&one.desired)), width)),
        Line::plain(fit(&format!("is        {}", text(&one.actual)), width)),
    ];
    let hash = report.hash.as_deref().map_or("none, nothing is left to do".to_owned(), clean);
    let mode = report.mode.map_or(String::new(), |mode| format!(", {mode:?} mode"));
    let hash = if report.steps.is_empty() && report.hash.is_none() { "none".to_owned() } else { hash };
    lines.push(Line::plain(fit(&format!("plan      {hash}{mode}"), width)));
    if report.management != Management::Enforce {
        let text = format!("policy    {:?}: the operator does not carry it out", report.management);
        lines.push(Line::styled(Style::Notice, fit(&text, width)));
    }
    let mut warn = |text: &str| {
        let wrapped = wrap(text, width, 3);
        lines.extend(wrapped.into_iter().map(|text| Line::styled(Style::Bad, text)));
    };
    if !report.operator.is_leading() {
        warn(&format!(
            "What follows was true when the operator looked last: {}",
            clean(&report.operator.message)
        ));
    }
    if !one.current {
        warn(
            "The operator has not seen the newest spec yet: what follows is the plan of the one before. Look again.",
        );
    }
    if one.stale {
        warn("Some facts behind this plan could not be read again in time.");
    }
    if let Some(flight) = &one.in_flight
        && let Some((operation, seconds)) = flight.operation.as_ref().zip(flight.step_seconds)
    {
        let text = format!("in flight {} on {}, for {}", operation.summary, operation.host, span(seconds));
        lines.push(Line::styled(Style::Notice, fit(&clean(&text), width)));
    }
    lines
}

fn steps(report: &PlanReport, width: usize) -> Block {
    if report.steps.is_empty() {
        return Vec::new();
    }
    let heads = ["#", "STATE", "STEP", "SUBJECT", "HOST", "RISK"];
    let shown = &report.steps[..report.steps.len().min(MOST_STEPS)];
    let names = shown.iter().flat_map(|one| [Some(one.step.target.as_str()), one.step.host.as_deref()]);
    let suffix = common_suffix(names.flatten());
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    rows.extend(shown.iter().map(|one| row(one, &suffix)));
    let mut table = columns(&rows, width).into_iter();
    let title =
        if suffix.is_empty() { "STEPS".to_owned() } else { format!("STEPS (names without {suffix})") };
    let mut lines = vec![Line::plain(""), Line::styled(Style::Heading, fit(&clean(&title), width))];
    lines.extend(table.next().map(|text| Line::styled(Style::Faint, text)));
    for (text, PlanStep { step, .. }) in table.zip(shown) {
        lines.push(Line { text, style: style(step) });
        let faint = (step.state == StepState::Done).then_some(Style::Faint);
        let reason = wrap(&clean(step.reason.as_deref().unwrap_or("no reason is given")), width - 4, MOST);
        lines.extend(reason.into_iter().map(|text| Line { text: format!("    {text}"), style: faint }));
        if let Some(command) = step.command.as_deref().filter(|_| step.state != StepState::Done) {
            lines.push(Line::styled(Style::Command, format!("    {}", clean(command))));
        }
    }
    let more = report.steps.len() - shown.len();
    if more > 0 {
        lines.push(Line::styled(Style::Notice, format!("… {more} more steps: see -o json")));
    }
    lines
}

fn row(one: &PlanStep, suffix: &str) -> Vec<String> {
    let step = &one.step;
    let short = |text: &str| clean(&shorten(text, suffix));
    vec![
        one.number.map_or("-".to_owned(), |number| number.to_string()),
        format!("{:?}", step.state),
        clean(&step.name),
        short(&step.target),
        step.host.as_deref().map_or("-".to_owned(), short),
        step.risk.map_or("-".to_owned(), |risk| format!("{risk:?}")),
    ]
}

fn style(step: &StepStatus) -> Option<Style> {
    match (step.state, step.risk) {
        (StepState::Done, _) => Some(Style::Faint),
        (StepState::Blocked, _) => Some(Style::Bad),
        (StepState::Waiting, _) | (_, Some(Risk::DataLoss)) => Some(Style::Notice),
        (StepState::Next | StepState::Later, _) => None,
    }
}

fn to_change(report: &PlanReport, width: usize) -> Block {
    let commands = &report.commands;
    let is_said = |command: &Option<String>| {
        let next = report.next_action.as_ref().and_then(|next| next.command.as_ref());
        command.is_some() && next == command.as_ref()
    };
    let mut lines = titled("TO CHANGE WHAT BECOMES OF IT").to_vec();
    let all = [
        ("Approve exactly this plan (needs the role lync-failover-approver).", &commands.approve),
        ("Hold it at the next safe point.", &commands.suspend),
        ("Let it go on.", &commands.resume),
    ];
    for (what, command) in all {
        if let Some(text) = command.as_deref().filter(|_| !is_said(command)) {
            lines.extend(asks(what, Some(text), width, 1));
        }
    }
    lines.extend(asks("Want something else, or consent to more.", Some(&commands.edit), width, 1));
    lines
}
