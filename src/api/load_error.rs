//! What is wrong with a file, where, and the lines that show it.

use std::fmt;

use super::load::{Position, Source};

/// One thing that is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The name of the source.
    pub source: String,
    /// Where.
    pub position: Position,
    /// The field, as `spec.users[0].homePool`; empty for the whole document.
    pub field: String,
    /// What is wrong, in words.
    pub message: String,
    /// The lines of the source that show it, ready to print; ends without a line break.
    pub excerpt: String,
}

/// Everything that is wrong with some texts. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadErrors(pub Vec<LoadError>);

impl LoadError {
    /// An error of a field.
    pub(super) fn at(source: &Source, position: Position, field: &str, message: String) -> Self {
        Self {
            source: source.name.clone(),
            position,
            field: field.to_owned(),
            message,
            excerpt: excerpt(&source.text, position),
        }
    }

    /// A text that is not YAML.
    pub(super) fn syntax(source: &Source, error: &serde_yaml::Error) -> Self {
        let position = error.location().map_or(Position { line: 1, column: 1 }, |location| Position {
            line: location.line(),
            column: location.column(),
        });
        let options = serde_yaml::render_options! {
            formatter: &serde_yaml::UserMessageFormatter,
            snippets: serde_yaml::SnippetMode::Off,
        };
        let message = error.render_with_options(options);
        let place = format!(" at line {}, column {}", position.line, position.column);
        Self::at(source, position, "", message.trim_end_matches(&place).to_owned())
    }
}

/// The line, with one line before it, and a mark under the column.
fn excerpt(text: &str, at: Position) -> String {
    let width = at.line.to_string().len();
    let mut shown = format!("{:width$} |", "");
    for (number, line) in (1..).zip(text.lines()) {
        if number + 1 == at.line || number == at.line {
            shown.push_str(&format!("\n{number:>width$} | {line}"));
        }
    }
    let indent = usize::try_from(at.column.saturating_sub(1)).unwrap_or(0);
    shown.push_str(&format!("\n{:width$} | {:indent$}^", "", ""));
    shown
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        let Position { line, column } = self.position;
        write!(f, "{}\n --> {}:{line}:{column}\n{}", self.message, self.source, self.excerpt)
    }
}

impl std::error::Error for LoadError {}

impl fmt::Display for LoadErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&texts.join("\n"))
    }
}

impl std::error::Error for LoadErrors {}
