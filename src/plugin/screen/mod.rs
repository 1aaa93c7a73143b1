//! The text for people: pure, from a report to lines that fit.
//!
//! Whatever a status holds is cleaned before it is shown: a terminal must not do what a status says.

mod attention;
mod flight;
mod organisation;
mod plan;
mod section;
mod text;

use crate::{
    cli::show::{Style, paint},
    plugin::report::{Life, LifeState, StatusReport, Verdict},
};

pub use plan::plan;
pub use text::clean;

use section::{Block, Detail, Section};

/// The width where there is no terminal.
pub const WIDTH: usize = 100;
/// How many lines of a terminal the status takes at most.
pub const HEIGHT: usize = 40;
/// Below this nothing can be told; a narrower terminal breaks the lines itself.
const NARROWEST: usize = 40;

/// A line, and what it is for the eye.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    text: String,
    style: Option<Style>,
}

impl Line {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), style: None }
    }

    fn styled(style: Style, text: impl Into<String>) -> Self {
        Self { text: text.into(), style: Some(style) }
    }

    /// How many lines of a terminal it takes: a command is never cut, so it may be longer than one.
    fn height(&self, width: usize) -> usize {
        text::columns_of(&self.text).div_ceil(width.max(1)).max(1)
    }

    /// The text, without colours.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// How many lines of a terminal of this width they take.
pub fn height(lines: &[Line], width: usize) -> usize {
    lines.iter().map(|line| line.height(width)).sum()
}

/// The lines with the codes of their colours. The stream strips them where there is no terminal.
pub fn painted(lines: &[Line]) -> String {
    let paint = |line: &Line| match line.style {
        Some(style) if !line.text.is_empty() => paint(style, &line.text),
        _ => line.text.clone(),
    };
    lines.iter().map(|line| paint(line) + "\n").collect()
}

/// The status on one screen, however much there is: what does not fit is counted.
pub fn status(report: &StatusReport, width: usize) -> Vec<Line> {
    let width = width.max(NARROWEST);
    let head = head(report, width);
    let room = HEIGHT.saturating_sub(height(&head, width));
    let sections = |detail: Detail| {
        [
            attention::section(report, width, detail),
            organisation::section(report, width, detail),
            flight::section(report, width, detail),
        ]
    };
    let mut lines = head;
    let whole =
        Detail::ALL.iter().map(|detail| sections(*detail)).find(|s| section::height(s, width) <= room);
    match whole {
        Some(whole) => lines.extend(whole.into_iter().flat_map(Section::lines)),
        None => lines.extend(section::cut(sections(Detail::LEAST), room, width)),
    }
    lines
}

fn head(report: &StatusReport, width: usize) -> Vec<Line> {
    let count = report.attention.len();
    let (style, verdict) = match (report.verdict, count) {
        (Verdict::Well, _) => (Style::Good, "all is well".to_owned()),
        (Verdict::Working, _) => (Style::Notice, "nobody has to act, not all is well".to_owned()),
        (Verdict::NeedsPeople, 1) => (Style::Bad, "1 thing needs a person".to_owned()),
        (Verdict::NeedsPeople, count) => (Style::Bad, format!("{count} things need a person")),
    };
    let title = format!("Lync in {} at {}: {verdict}", clean(&report.scope), report.taken_at);
    vec![Line::styled(style, text::fit(&title, width)), operator(&report.operator, width)]
}

/// Whether the operator lives, in one line; what it means stands among the things that need a person.
fn operator(life: &Life, width: usize) -> Line {
    let (style, state) = match life.state {
        LifeState::Leading => (None, clean(&life.message)),
        LifeState::Silent => (Some(Style::Bad), "SILENT: what follows is old".to_owned()),
        LifeState::Released | LifeState::Absent => {
            (Some(Style::Bad), "NOT RUNNING: what follows is old".to_owned())
        }
        LifeState::Unknown => (Some(Style::Bad), "NOT KNOWN: what follows may be old".to_owned()),
    };
    let place = clean(&life.namespace);
    Line { text: text::fit(&format!("operator in {place}: {state}"), width), style }
}

#[cfg(test)]
mod tests;
