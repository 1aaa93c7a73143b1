//! A cmdlet with its parameters, as data.
//!
//! An [`Invocation`] is what goes over the wire: a command name and named arguments, never a script.
//! Its `Display` is for people only; nothing parses it.

use std::fmt;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// One argument of a cmdlet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Argument {
    /// A switch parameter with its value (`-Force`, `-Confirm:$false`).
    Switch(bool),
    /// A text: an FQDN, an identity, a file name.
    Text(String),
    /// A span of time.
    Span(SignedDuration),
    /// An integer.
    Int(i64),
    /// Cmdlets with their arguments, as data for a command that runs them.
    Calls(Vec<Invocation>),
}

/// A named parameter with its argument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// The name without the leading hyphen.
    pub name: String,
    /// The argument.
    pub value: Argument,
}

/// One command of a pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Invocation {
    /// The cmdlet.
    pub command: String,
    /// Its parameters, in the order in which people read them.
    pub parameters: Vec<Parameter>,
}

impl Invocation {
    /// A cmdlet without parameters.
    pub fn new(command: &str) -> Self {
        Self { command: command.to_owned(), parameters: Vec::new() }
    }

    /// Adds a text parameter.
    #[must_use]
    pub fn text(self, name: &str, value: impl fmt::Display) -> Self {
        self.with(name, Argument::Text(value.to_string()))
    }

    /// Adds a switch.
    #[must_use]
    pub fn switch(self, name: &str) -> Self {
        self.with(name, Argument::Switch(true))
    }

    /// Adds a switch if the flag is set.
    #[must_use]
    pub fn switch_if(self, name: &str, set: bool) -> Self {
        if set { self.switch(name) } else { self }
    }

    /// Adds `-Confirm:$false`, without which a prompt would wait for ever in a remote session.
    #[must_use]
    pub fn unprompted(self) -> Self {
        self.with("Confirm", Argument::Switch(false))
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: Argument) -> Self {
        self.parameters.push(Parameter { name: name.to_owned(), value });
        self
    }

    /// The argument of a parameter, looked up without regard to case.
    pub fn get(&self, name: &str) -> Option<&Argument> {
        self.parameters.iter().find(|p| p.name.eq_ignore_ascii_case(name)).map(|p| &p.value)
    }

    /// Whether a switch is given and not switched off.
    pub fn has_switch(&self, name: &str) -> bool {
        matches!(self.get(name), Some(Argument::Switch(true)))
    }

    /// The text of a parameter, if it is given as one.
    pub fn get_text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Argument::Text(text)) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.command)?;
        for Parameter { name, value } in &self.parameters {
            match value {
                Argument::Switch(true) => write!(f, " -{name}")?,
                Argument::Switch(false) => write!(f, " -{name}:$false")?,
                Argument::Text(text) => write!(f, " -{name} {}", quoted(text))?,
                Argument::Span(span) => write!(f, " -{name} {}", hms(*span))?,
                Argument::Int(number) => write!(f, " -{name} {number}")?,
                Argument::Calls(calls) => match calls.len() {
                    1 => write!(f, " -{name} <1 cmdlet>")?,
                    count => write!(f, " -{name} <{count} cmdlets>")?,
                },
            }
        }
        Ok(())
    }
}

/// A text as a person would type it: bare where that is unambiguous, in single quotes elsewhere.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:\\/".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        // PowerShell closes a single-quoted text at typographic quotes too.
        let mut out = String::from("'");
        for c in text.chars() {
            if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
                out.push(c);
            }
            out.push(c);
        }
        out + "'"
    }
}

fn hms(span: SignedDuration) -> String {
    let s = span.as_secs();
    format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_like_a_command_line() {
        let call = Invocation::new("Invoke-CsPoolFailOver")
            .text("PoolFqdn", "pool1.contoso.com")
            .switch("DisasterMode")
            .unprompted()
            .with("WaitTime", Argument::Span(SignedDuration::from_mins(5)));
        assert_eq!(
            call.to_string(),
            "Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com -DisasterMode -Confirm:$false -WaitTime 00:05:00"
        );
        assert!(call.has_switch("disastermode"));
        assert!(!call.has_switch("Confirm"));
    }

    #[test]
    fn cmdlets_as_an_argument_are_counted_and_kept() {
        let calls = ["Get-CsTopology", "Get-CsService"].map(|name| Invocation::new(name).switch("Force"));
        let run = |calls: &[Invocation]| {
            Invocation::new("Invoke-LfQuery").with("Query", Argument::Calls(calls.to_vec()))
        };
        assert_eq!(run(&calls).to_string(), "Invoke-LfQuery -Query <2 cmdlets>");
        assert_eq!(run(&calls[..1]).to_string(), "Invoke-LfQuery -Query <1 cmdlet>");
        let json = serde_json::to_string(&run(&calls)).expect("it serialises");
        assert!(json.contains("\"calls\""), "{json}");
        assert_eq!(serde_json::from_str::<Invocation>(&json).expect("it reads"), run(&calls));
    }

    #[test]
    fn hostile_text_stays_one_argument() {
        let call = Invocation::new("Get-CsPool").text("Identity", "pool1'; Remove-Item C:\\ -Recurse #");
        assert_eq!(call.to_string(), "Get-CsPool -Identity 'pool1''; Remove-Item C:\\ -Recurse #'");
    }
}
