//! The answer to `GET_COMMAND_METADATA`: `CommandMetadataCount`, `CommandMetadata` and `ParameterMetadata`
//! (MS-PSRP 2.2.3.21 to 2.2.3.23). Each travels as an object of the output.

use super::{CommandKind, fields::Fields};
use crate::psrp::{
    MessageType, PsrpError,
    clixml::{Object, Value},
};

/// What a client learns of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandMetadata {
    /// Its name.
    pub name: String,
    /// The names of its parameters, the common ones among them; aliases are left out.
    pub parameters: Vec<String>,
}

/// What a server tells of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedCommand {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: CommandKind,
    /// The module it belongs to.
    pub module: String,
    /// Its parameters, and whether each is a switch.
    pub parameters: Vec<(String, bool)>,
}

impl CommandMetadata {
    /// Reads the whole output of the pipeline: the count, and as many commands.
    ///
    /// # Errors
    ///
    /// [`PsrpError::Content`] if the count is missing or wrong, or an object has no name: something of the
    /// output was lost.
    pub fn read_all(output: &[Value]) -> Result<Vec<Self>, PsrpError> {
        let fault = |problem: &str| Err(PsrpError::content(MessageType::GetCommandMetadata, problem));
        let Some((count, commands)) = output.split_first() else {
            return fault("the answer has no count");
        };
        let count = Fields::new(MessageType::GetCommandMetadata, count).long("Count")?;
        if usize::try_from(count) != Ok(commands.len()) {
            return fault(&format!("{} commands came instead of {count}", commands.len()));
        }
        commands.iter().map(Self::read).collect()
    }

    fn read(value: &Value) -> Result<Self, PsrpError> {
        let fields = Fields::new(MessageType::GetCommandMetadata, value);
        // What takes no parameters may have null here.
        let entries = fields.optional("Parameters").map(|parameters| {
            let entries = parameters.entries();
            entries.ok_or_else(|| fields.fault("Parameters is no dictionary"))
        });
        let entries = entries.transpose()?.unwrap_or_default();
        let names = entries.iter().map(|(key, _)| key.as_text().map(str::to_owned));
        let parameters =
            names.collect::<Option<_>>().ok_or_else(|| fields.fault("a parameter has no name"))?;
        Ok(Self { name: fields.text("Name")?.to_owned(), parameters })
    }

    /// Whether it takes a parameter, in any case.
    pub fn has(&self, parameter: &str) -> bool {
        self.parameters.iter().any(|name| name.eq_ignore_ascii_case(parameter))
    }
}

/// `CommandMetadataCount`.
pub(in crate::psrp) fn count(commands: usize) -> Value {
    let types = [
        "Selected.Microsoft.PowerShell.Commands.GenericMeasureInfo",
        "System.Management.Automation.PSCustomObject",
        "System.Object",
    ];
    Object::of_type(&types).note("Count", i32::try_from(commands).unwrap_or(i32::MAX)).into()
}

impl DescribedCommand {
    /// The object of the output.
    pub(in crate::psrp) fn to_value(&self) -> Value {
        let class = match self.kind {
            CommandKind::Function => "Selected.System.Management.Automation.FunctionInfo",
            CommandKind::Cmdlet => "Selected.System.Management.Automation.CmdletInfo",
        };
        let parameters = self.parameters.iter().map(|(name, switch)| {
            let value = parameter(name, *switch);
            (name.as_str().into(), value)
        });
        let types = [
            "System.Collections.Generic.Dictionary`2[[System.String, mscorlib, Version=4.0.0.0, \
             Culture=neutral, PublicKeyToken=b77a5c561934e089],[System.Management.Automation.ParameterMetadata, \
             System.Management.Automation, Version=3.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]",
            "System.Object",
        ];
        let parameters = Object {
            type_names: types.map(str::to_owned).to_vec(),
            ..Object::of_dictionary(parameters.collect())
        };
        Object::of_type(&[class, "System.Management.Automation.PSCustomObject", "System.Object"])
            .note("Name", self.name.as_str())
            .note("Namespace", self.module.as_str())
            .note("HelpUri", "")
            .note("CommandType", self.kind.to_value())
            .note("ResolvedCommandName", Value::Null)
            .note("OutputType", Object::of_list(Vec::new()))
            .note("Parameters", parameters)
            .into()
    }
}

fn parameter(name: &str, switch: bool) -> Value {
    let class = match switch {
        true => "System.Management.Automation.SwitchParameter",
        false => "System.Object",
    };
    Object::of_type(&["System.Management.Automation.ParameterMetadata", "System.Object"])
        .property("Name", name)
        .property("ParameterType", class)
        .property("IsDynamic", false)
        .property("Aliases", Object::of_list(Vec::new()))
        .property("SwitchParameter", switch)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::psrp::clixml::{decode, encode};

    fn described() -> DescribedCommand {
        DescribedCommand {
            name: "Get-CsTopology".to_owned(),
            kind: CommandKind::Cmdlet,
            module: "Lync".to_owned(),
            parameters: vec![("AsXml".to_owned(), true), ("Verbose".to_owned(), true)],
        }
    }

    fn sent(values: &[Value]) -> Result<Vec<CommandMetadata>, PsrpError> {
        let sent: Vec<_> = values.iter().map(|value| decode(&encode(value)).expect("CLIXML")).collect();
        CommandMetadata::read_all(&sent)
    }

    #[test]
    fn names_and_parameters_come_back() {
        let commands = sent(&[count(1), described().to_value()]).expect("whole");
        assert_eq!((commands.len(), commands[0].name.as_str()), (1, "Get-CsTopology"));
        assert_eq!(commands[0].parameters, ["AsXml", "Verbose"]);
        assert!(commands[0].has("asxml") && !commands[0].has("LocalStore"));
        assert_eq!(sent(&[count(0)]), Ok(Vec::new()));
    }

    #[test]
    fn an_answer_that_lost_something_is_none() {
        let command = described().to_value();
        let nameless = Object::default().note("Parameters", Value::Null).into();
        let wrong = Object::default().note("Name", "x").note("Parameters", "y").into();
        for answer in [
            vec![],
            vec![command.clone()],
            vec![count(2), command.clone()],
            vec![count(0), command],
            vec![count(1), nameless],
            vec![count(1), wrong],
        ] {
            assert!(matches!(sent(&answer), Err(PsrpError::Content { .. })), "{answer:?}");
        }
        let bare = Object::default().note("Name", "x").note("Parameters", Value::Null).into();
        assert_eq!(sent(&[count(1), bare]).map(|all| all[0].parameters.len()), Ok(0));
    }
}
