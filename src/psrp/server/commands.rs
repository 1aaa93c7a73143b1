//! A command of a client as the invocation that the simulator understands.

use jiff::SignedDuration;

use crate::{
    lync::{Argument, Invocation, ps::PsValue},
    psrp::{
        clixml::{Value, to_ps_value},
        messages::{CMDLET, PARAMETERS, ReceivedArgument, ReceivedCommand},
    },
};

/// Why a command is not one that a restricted endpoint runs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandFault {
    /// It is a script.
    #[error("scripts are not allowed")]
    Script,
    /// An argument without the name of a parameter.
    #[error("an argument of {0} is given by position")]
    Positional(String),
    /// An argument that is no switch, text, number or span, and no list of cmdlets as data.
    #[error("the argument of -{0} is of a type that no parameter here takes")]
    Type(String),
}

/// The invocation that a command is.
///
/// # Errors
///
/// A [`CommandFault`] for a script, and for arguments that no cmdlet of this product has.
pub fn invocation(command: &ReceivedCommand) -> Result<Invocation, CommandFault> {
    if command.is_script {
        return Err(CommandFault::Script);
    }
    let empty = Invocation::new(&command.name);
    command.arguments.iter().try_fold(empty, |call, ReceivedArgument { name, value }| {
        let name = name.as_deref().ok_or_else(|| CommandFault::Positional(command.name.clone()))?;
        let value = argument(value).ok_or_else(|| CommandFault::Type(name.to_owned()))?;
        Ok(call.with(name, value))
    })
}

fn argument(value: &Value) -> Option<Argument> {
    // A switch that PowerShell handed on from a parameter of its own.
    if let Some(present) = value.get("IsPresent").and_then(Value::as_bool) {
        return Some(Argument::Switch(present));
    }
    if value.entries().is_some() {
        return call(value).map(|call| Argument::Calls(vec![call]));
    }
    if let Some(items) = value.items().filter(|items| !items.is_empty()) {
        return items.iter().map(call).collect::<Option<_>>().map(Argument::Calls);
    }
    match value.plain() {
        Value::TimeSpan(span) => return Some(Argument::Span(SignedDuration::from(*span))),
        Value::ScriptBlock(_) | Value::SecureString(_) => return None,
        _ => {}
    }
    match to_ps_value(value) {
        PsValue::Bool(flag) => Some(Argument::Switch(flag)),
        PsValue::Text(text) => Some(Argument::Text(text)),
        PsValue::Int(number) => Some(Argument::Int(number)),
        _ => None,
    }
}

/// A cmdlet as data: `@{Cmdlet = …; Parameters = @{…}}`, the keys in any case, no others.
fn call(value: &Value) -> Option<Invocation> {
    let mut name = None;
    let mut parameters: &[(Value, Value)] = &[];
    for (key, value) in value.entries()? {
        match key.as_text()? {
            key if key.eq_ignore_ascii_case(CMDLET) => name = value.as_text(),
            key if key.eq_ignore_ascii_case(PARAMETERS) => parameters = value.entries()?,
            _ => return None,
        }
    }
    parameters.iter().try_fold(Invocation::new(name?), |call, (key, value)| {
        Some(call.with(key.as_text()?, argument(value)?))
    })
}
