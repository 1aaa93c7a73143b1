//! `CREATE_PIPELINE` as a client writes it (MS-PSRP 2.2.2.10).

use super::pool::{any_apartment, no_host};
use crate::{
    lync::{Argument, Invocation},
    psrp::clixml::{Object, TimeSpan, Value, Version},
};

/// The keys of a cmdlet as data.
pub(in crate::psrp) const CMDLET: &str = "Cmdlet";
pub(in crate::psrp) const PARAMETERS: &str = "Parameters";

/// A pipeline to be made: cmdlets with named arguments, never a script.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatePipeline {
    first: Invocation,
    others: Vec<Invocation>,
}

impl CreatePipeline {
    /// One cmdlet.
    pub fn of(invocation: Invocation) -> Self {
        Self { first: invocation, others: Vec::new() }
    }

    /// Several cmdlets that run one after the other, each as a statement of its own (`ExtraCmds`, which
    /// MS-PSRP does not describe and PowerShell has since version 3). Their outputs come in one stream in which
    /// nothing tells them apart, and a terminating error ends them all: good for cmdlets that answer with
    /// objects of different types.
    #[must_use]
    pub fn then(mut self, invocation: Invocation) -> Self {
        self.others.push(invocation);
        self
    }

    /// The contents of the message, for a peer that speaks a version of the protocol.
    pub fn to_value(&self, protocol: Version) -> Value {
        let stream_options = "System.Management.Automation.RemoteStreamOptions";
        Object::default()
            .note("NoInput", true)
            .note("ApartmentState", any_apartment())
            .note("RemoteStreamOptions", Object::of_enum(stream_options, 0, "None"))
            .note("AddToHistory", false)
            .note("HostInfo", no_host())
            .note("PowerShell", self.power_shell(protocol))
            .note("IsNested", false)
            .into()
    }

    /// `PowerShell` (2.2.3.11).
    fn power_shell(&self, protocol: Version) -> Object {
        let commands = |call| Value::from(Object::of_list(vec![command(call, protocol)]));
        let shell = Object::default()
            .note("Cmds", commands(&self.first))
            .note("IsNested", false)
            .note("History", Value::Null)
            .note("RedirectShellErrorOutputPipe", true);
        if self.others.is_empty() {
            return shell;
        }
        let all = std::iter::once(&self.first).chain(&self.others);
        let statements = all.map(|call| Object::default().note("Cmds", commands(call)).into()).collect();
        shell.note("ExtraCmds", Object::of_list(statements))
    }
}

/// A command (2.2.3.12). The streams are merged nowhere.
fn command(invocation: &Invocation, protocol: Version) -> Value {
    let arguments = invocation.parameters.iter().map(|it| argument(&it.name, &it.value)).collect();
    let unmerged =
        || Object::of_enum("System.Management.Automation.Runspaces.PipelineResultTypes", 0, "None");
    let always = ["MergeMyResult", "MergeToResult", "MergePreviousResults"];
    let since_2_2 = ["MergeError", "MergeWarning", "MergeVerbose", "MergeDebug"];
    let mut merges = always.to_vec();
    if protocol >= Version::new(2, 2) {
        merges.extend(since_2_2);
    }
    if protocol >= Version::new(2, 3) {
        merges.push("MergeInformation");
    }
    let command = Object::default()
        .note("Cmd", invocation.command.as_str())
        .note("Args", Object::of_list(arguments))
        .note("IsScript", false)
        .note("UseLocalScope", Value::Null);
    merges.into_iter().fold(command, |command, name| command.note(name, unmerged())).into()
}

/// A named argument (2.2.3.13). PowerShell names parameters without the hyphen here.
fn argument(name: &str, value: &Argument) -> Value {
    Object::default().note("N", name).note("V", argument_value(value)).into()
}

fn argument_value(value: &Argument) -> Value {
    match value {
        Argument::Switch(flag) => Value::Bool(*flag),
        Argument::Text(text) => Value::Text(text.clone()),
        Argument::Span(span) => Value::TimeSpan(TimeSpan::from(*span)),
        Argument::Int(number) => i32::try_from(*number).map_or(Value::I64(*number), Value::I32),
        Argument::Calls(calls) => Object::of_list(calls.iter().map(call).collect()).into(),
    }
}

/// A cmdlet as data: a dictionary of its name and of the dictionary of its arguments, in their order.
fn call(invocation: &Invocation) -> Value {
    let parameters = invocation.parameters.iter();
    let parameters = parameters.map(|it| (it.name.as_str().into(), argument_value(&it.value)));
    let entries = vec![
        (CMDLET.into(), invocation.command.as_str().into()),
        (PARAMETERS.into(), Object::of_hashtable(parameters.collect()).into()),
    ];
    Object::of_hashtable(entries).into()
}
