//! The session configurations, and which commands each shows.

use super::{host::Host, records};
use crate::{
    psrp::{
        messages::{CommandKind, CommandQuery, DescribedCommand},
        server::ServerPipeline,
    },
    simulator::cmdlets::{Cmdlet, function_named, observes},
    wsman::{Target, configuration_uri},
};

/// A session configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Configuration {
    /// `LyncFailover`: cmdlets that read, and the functions of the module. No cmdlet that changes anything.
    Module,
    /// `Microsoft.PowerShell`: Lync's cmdlets as they are.
    Plain,
}

impl Configuration {
    /// The one with this resource URI, in any case.
    pub(super) fn of_uri(uri: &str) -> Option<Self> {
        [(Self::Module, "LyncFailover"), (Self::Plain, "Microsoft.PowerShell")]
            .into_iter()
            .find(|(_, name)| configuration_uri(name).eq_ignore_ascii_case(uri))
            .map(|(configuration, _)| configuration)
    }

    /// Whether a command can be seen in its sessions, if the host has it.
    pub(super) fn shows(self, command: &str) -> bool {
        match self {
            Self::Module => observes(command) || function_named(command).is_some(),
            Self::Plain => function_named(command).is_none(),
        }
    }

    /// The commands of a host that can be seen.
    fn commands(self, host: &Host) -> Vec<DescribedCommand> {
        let described = |cmdlet: &Cmdlet, version, kind, module: &str| DescribedCommand {
            name: cmdlet.name.to_owned(),
            kind,
            module: module.to_owned(),
            parameters: cmdlet.parameters(version),
        };
        let mut commands: Vec<_> = host.simulated(|simulator, _| {
            let version = simulator.version(&host.name);
            let cmdlets = simulator.commands(&host.name);
            let cmdlets = cmdlets.map(|it| described(it, version, CommandKind::Cmdlet, "Lync"));
            let functions = simulator.functions(&host.name);
            let functions = functions.map(|it| described(it, version, CommandKind::Function, "LyncFailover"));
            cmdlets.chain(functions).collect()
        });
        commands.retain(|command| self.shows(&command.name));
        commands
    }
}

/// Answers `GET_COMMAND_METADATA`. Who names a command that is not there is told so, and gets the others.
pub(super) fn describe(host: &Host, target: Target, configuration: Configuration, query: &CommandQuery) {
    let all = configuration.commands(host);
    let asked: Vec<_> = all.into_iter().filter(|it| query.asks_for(it.kind, &it.module, &it.name)).collect();
    host.command(target, |command| {
        command.write(ServerPipeline::start);
        command.write(|pipeline| pipeline.describe(&asked));
        for name in query.exact().filter(|name| asked.iter().all(|it| !it.name.eq_ignore_ascii_case(name))) {
            command.write(|pipeline| pipeline.error(&records::no_command(name)));
        }
        command.write(ServerPipeline::complete);
    });
}
