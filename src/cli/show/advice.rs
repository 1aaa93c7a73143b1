//! What is left for people.

use std::fmt::Write;

use super::{Style, paint};
use crate::api::Advice;

/// Each piece of advice with its source and its command.
pub(crate) fn advice(all: &[Advice]) -> String {
    let mut text = String::new();
    for advice in all {
        let topic = paint(Style::Heading, &format!("{:?}", advice.topic));
        let source = paint(Style::Faint, &format!("({})", advice.citation));
        let _ = writeln!(text, "  {topic} {source}\n      {}", advice.message);
        if let Some(command) = &advice.command {
            let _ = writeln!(text, "      > {}", paint(Style::Command, command));
        }
    }
    text
}
