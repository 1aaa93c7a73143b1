//! `CREATE_PIPELINE` as a server reads it (MS-PSRP 2.2.2.10).

use super::fields::Fields;
use crate::psrp::{PsrpError, clixml::Value};

/// A pipeline that a client wants.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivedPipeline {
    /// Whether no input will come.
    pub no_input: bool,
    /// Its statements, each of commands that hand their output on; neither is empty.
    pub statements: Vec<Vec<ReceivedCommand>>,
}

/// A command of a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivedCommand {
    /// The name; if it is a script, its text.
    pub name: String,
    /// Whether it is a script.
    pub is_script: bool,
    /// Its arguments in order.
    pub arguments: Vec<ReceivedArgument>,
}

/// An argument of a command.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivedArgument {
    /// The parameter, without a hyphen or a colon around it; `None` if it is given by position.
    pub name: Option<String>,
    /// The value.
    pub value: Value,
}

impl ReceivedPipeline {
    pub(super) fn read(fields: Fields<'_>) -> Result<Self, PsrpError> {
        let shell = fields.of(fields.value("PowerShell")?);
        let mut statements: Vec<_> = match shell.optional("ExtraCmds") {
            Some(extra) => {
                let extra = extra.items().ok_or_else(|| shell.fault("ExtraCmds is no list"))?;
                extra.iter().map(|statement| commands(shell.of(statement))).collect()
            }
            None => commands(shell).map(|commands| vec![commands]),
        }?;
        // A client that ends its last statement begins one more, with nothing in it.
        statements.retain(|statement| !statement.is_empty());
        if statements.is_empty() {
            return Err(shell.fault("Cmds has no command"));
        }
        Ok(Self { no_input: fields.flag("NoInput")?, statements })
    }
}

fn commands(shell: Fields<'_>) -> Result<Vec<ReceivedCommand>, PsrpError> {
    let commands = shell.items("Cmds")?.iter();
    commands.map(|command| ReceivedCommand::read(shell.of(command))).collect()
}

impl ReceivedCommand {
    fn read(fields: Fields<'_>) -> Result<Self, PsrpError> {
        let argument = |value: &Value| {
            let fields = fields.of(value);
            let name = fields.optional("N").map(|_| fields.text("N")).transpose()?;
            // `-Name:` is how PowerShell itself writes a parameter that was parsed.
            let name = name.map(|name| name.trim_start_matches('-').trim_end_matches(':').to_owned());
            let value = value.get("V").cloned().unwrap_or(Value::Null);
            Ok(ReceivedArgument { name: name.filter(|name| !name.is_empty()), value })
        };
        let arguments: Result<_, PsrpError> = match fields.optional("Args") {
            Some(_) => fields.items("Args")?.iter().map(argument).collect(),
            None => Ok(Vec::new()),
        };
        Ok(Self {
            name: fields.text("Cmd")?.to_owned(),
            is_script: fields.flag("IsScript")?,
            arguments: arguments?,
        })
    }
}
