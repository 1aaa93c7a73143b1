//! A plan for people: the steps with their source, their reason and their cmdlet.

use std::fmt::Write;

use super::{Style, paint};
use crate::{
    api::{NextAction, PlanStatus, Risk, StepState},
    plan::Plan,
};

/// The plan as its status shows it, with the citation of each step written out.
pub(crate) fn plan(plan: &Plan, status: Option<&PlanStatus>, next: Option<&NextAction>) -> String {
    let mut text = String::new();
    let mut line = |text_line: String| {
        let _ = writeln!(text, "{text_line}");
    };
    let nothing = PlanStatus::default();
    let status = status.unwrap_or(&nothing);
    if !plan.hash.is_empty() {
        line(format!("  hash {}", plan.hash));
    }
    if let Some(summary) = &status.summary {
        line(format!("  {summary}"));
    }
    let mut number = 0;
    for step in &status.steps {
        if step.state == StepState::Done {
            line(paint(Style::Faint, &format!("  - {} {}: not needed", step.name, step.target)));
            line(paint(Style::Faint, &format!("      {}", step.reason.as_deref().unwrap_or_default())));
            continue;
        }
        let row = plan.steps.get(number);
        number += 1;
        let mode = match row.map_or("", |row| row.step.mode_name()) {
            "" => String::new(),
            mode => format!(" ({mode})"),
        };
        let state = match step.state {
            StepState::Next => paint(Style::Good, "next"),
            StepState::Blocked => paint(Style::Bad, "blocked"),
            StepState::Waiting => paint(Style::Notice, "waiting"),
            StepState::Later | StepState::Done => "later".to_owned(),
        };
        let name = paint(Style::Heading, &format!("{}{mode}", step.name));
        line(format!("  {number} {name} {}  [{state}]", step.target));
        line(format!("      why      {}", step.reason.as_deref().unwrap_or_default()));
        line(format!(
            "      cmdlet   {}",
            paint(Style::Command, step.command.as_deref().unwrap_or_default())
        ));
        if let Some(host) = &step.host {
            line(format!("      on       {host}"));
        }
        if step.risk == Some(Risk::DataLoss) {
            line(format!("      risk     {}", paint(Style::Notice, "what was not replicated is lost")));
        }
        line(format!("      done     when {}", step.post_condition.as_deref().unwrap_or_default()));
        if let Some(row) = row {
            let citation = row.step.citation();
            line(format!("      source   {}: {}", citation.short(), citation.says));
            if let Some(departs) = citation.departs {
                line(format!("               {}", paint(Style::Faint, departs)));
            }
        }
    }
    if let Some(next) = next {
        line(format!("  next: {:?}: {}", next.actor, next.message));
        if let Some(command) = &next.command {
            line(format!("        {}", paint(Style::Command, command)));
        }
    }
    text
}
