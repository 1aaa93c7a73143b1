//! The error records that a pipeline writes.

use crate::{
    bridge::Refusal,
    lync::{Invocation, MachineFqdn},
    psrp::{
        messages::{ErrorCategory, ErrorRecord},
        server::CommandFault,
    },
    simulator::cmdlets::unknown,
};

/// What the simulator refused with.
pub(super) fn of(call: &Invocation, refusal: &Refusal) -> ErrorRecord {
    ErrorRecord { activity: call.command.clone(), ..ErrorRecord::from(refusal) }
}

/// A line of the error stream.
pub(super) fn text(call: &Invocation, text: &str) -> ErrorRecord {
    ErrorRecord { message: text.to_owned(), activity: call.command.clone(), ..ErrorRecord::default() }
}

/// The account may not call the cmdlet.
pub(super) fn denied(call: &Invocation, host: &MachineFqdn) -> ErrorRecord {
    let message = format!("Access is denied: {} on {host}.", call.command);
    binder(&call.command, "AccessDenied", "PermissionDenied", message)
}

/// Arguments that no parameter takes.
pub(super) fn not_bound(cmdlet: &str, fault: &CommandFault) -> ErrorRecord {
    let id = match fault {
        CommandFault::Script => "ScriptsNotAllowed",
        CommandFault::Positional(_) => "PositionalParameterNotFound",
        CommandFault::Type(_) => "ParameterArgumentTransformationError",
    };
    binder(cmdlet, id, "InvalidArgument", format!("{cmdlet}: {fault}."))
}

/// Nothing has this name.
pub(super) fn no_command(name: &str) -> ErrorRecord {
    let refusal = unknown(name);
    let class = "Microsoft.PowerShell.Commands.GetCommandCommand";
    ErrorRecord {
        error_id: format!("{},{class}", refusal.error_id),
        activity: "Get-Command".to_owned(),
        target_name: name.to_owned(),
        target_type: "String".to_owned(),
        ..ErrorRecord::from(&refusal)
    }
}

/// Several commands in a row.
pub(super) fn no_pipes() -> ErrorRecord {
    let message = "This session runs one cmdlet in a statement; it hands no output on to another.";
    binder("", "PipeNotAllowed", "InvalidOperation", message.to_owned())
}

fn binder(cmdlet: &str, id: &str, category: &str, message: String) -> ErrorRecord {
    ErrorRecord {
        message,
        error_id: id.to_owned(),
        category: ErrorCategory::of_name(category).unwrap_or_default(),
        activity: cmdlet.to_owned(),
        reason: "ParameterBindingException".to_owned(),
        exception_type: "System.Management.Automation.ParameterBindingException".to_owned(),
        ..ErrorRecord::default()
    }
}
