//! Colours, tables, times.

use anstyle::{AnsiColor, Effects, Style as Ansi};
use comfy_table::{ContentArrangement, Table, presets};
use jiff::SignedDuration;

/// What a piece of text is, for the eye.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// A heading.
    Heading,
    /// Good.
    Good,
    /// Not good.
    Bad,
    /// Takes attention.
    Notice,
    /// Of less weight.
    Faint,
    /// A command that goes out.
    Command,
}

/// Wraps a text in the codes of a style. The stream strips them where it is not a terminal.
pub(crate) fn paint(style: Style, text: &str) -> String {
    let color = |color: AnsiColor| Ansi::new().fg_color(Some(color.into()));
    let ansi = match style {
        Style::Heading => Ansi::new().effects(Effects::BOLD),
        Style::Good => color(AnsiColor::Green),
        Style::Bad => color(AnsiColor::Red).effects(Effects::BOLD),
        Style::Notice => color(AnsiColor::Yellow),
        Style::Faint => Ansi::new().effects(Effects::DIMMED),
        Style::Command => color(AnsiColor::Cyan),
    };
    format!("{ansi}{text}{ansi:#}")
}

/// A table without lines, as kubectl prints it.
pub(crate) fn table(heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(heads.iter().map(|head| head.to_uppercase()));
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 3));
    }
    let lines: Vec<_> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// Moves every line to the right.
pub(crate) fn indent(text: &str, by: usize) -> String {
    let space = " ".repeat(by);
    text.lines().map(|line| format!("{space}{line}\n")).collect()
}

/// A span as `00:12:34`.
pub(crate) fn clock_time(span: SignedDuration) -> String {
    let secs = span.as_secs().max(0);
    format!("{:02}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_and_nothing_trails() {
        let text =
            table(&["name", "state"], [vec!["a".into(), "long".into()], vec!["bbbb".into(), "x".into()]]);
        assert_eq!(text, "NAME   STATE\na      long\nbbbb   x");
    }

    #[test]
    fn spans_read_like_a_clock() {
        assert_eq!(clock_time(SignedDuration::from_secs(3_725)), "01:02:05");
    }
}
