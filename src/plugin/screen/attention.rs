//! What needs a person, with the command that helps.

use super::{
    Block, Detail, Line, Section,
    text::{clean, clean_lines, fit, wrap},
};
use crate::{
    api::{NextAction, format_duration},
    cli::show::Style,
    plugin::report::{Attention, StatusReport},
};

/// How far messages and commands stand to the right.
const INDENT: usize = 4;
/// How many lines a command may have: three cmdlets are the most that the operator asks for at once.
const COMMAND_LINES: usize = 4;

pub(super) fn section(report: &StatusReport, width: usize, detail: Detail) -> Section {
    let block = |one: &Attention| {
        let since = one.since.map(|then| format_duration(report.taken_at.duration_since(then)));
        let since = since.map_or(String::new(), |since| format!(", for {since}"));
        let subject = &one.subject;
        let head = format!(
            "! {}: {} {}/{} ({:?}{since})",
            clean(&one.reason),
            clean(&subject.kind),
            clean(&subject.namespace),
            clean(&subject.name),
            one.actor
        );
        let mut block: Block = vec![Line::styled(Style::Bad, fit(&head, width))];
        block.extend(asks(&one.message, one.command.as_deref(), width, detail.message));
        block
    };
    Section::new("NEEDS A PERSON", 45, report.attention.len(), report.attention.iter().map(block))
}

/// A message in at most so many lines, and the command, which is never cut.
pub(super) fn asks(message: &str, command: Option<&str>, width: usize, most: usize) -> Block {
    let indent = " ".repeat(INDENT);
    let message = wrap(&clean(message), width.saturating_sub(INDENT), most);
    let mut block: Block = message.into_iter().map(|text| Line::plain(format!("{indent}{text}"))).collect();
    let command = command.map(clean_lines).unwrap_or_default();
    for text in command.iter().take(COMMAND_LINES) {
        block.push(Line::styled(Style::Command, format!("{indent}$ {text}")));
    }
    if command.len() > COMMAND_LINES {
        let more = format!("{indent}… {} more lines: see -o yaml", command.len() - COMMAND_LINES);
        block.push(Line::styled(Style::Notice, fit(&more, width)));
    }
    block
}

/// The next action as a block.
pub(super) fn next(next: &NextAction, width: usize, most: usize) -> Block {
    asks(&format!("{:?}: {}", next.actor, next.message), next.command.as_deref(), width, most)
}
