//! The faults of the service, with the numbers that Windows gives them (wsmerror.h; MS-WSMV 2.2.4.43).

use crate::wsman::{Fault, ProviderFault};

fn fault(code: &str, subcode: &str, number: u32, reason: &str) -> Box<Fault> {
    Box::new(Fault {
        code: code.to_owned(),
        subcode: Some(subcode.to_owned()),
        reason: reason.to_owned(),
        number: Some(number),
        message: Some(reason.to_owned()),
        ..Fault::default()
    })
}

/// There is no such shell.
pub(super) fn no_shell() -> Box<Fault> {
    let reason = "The request for the Windows Remote Shell with ShellId failed because the shell was not found \
                  on the server. Possible causes are: the specified ShellId is incorrect or the shell no longer \
                  exists on the server.";
    let provider = "Shell provider".to_owned();
    let provider = Some(ProviderFault { provider, path: None, message: reason.to_owned() });
    Box::new(Fault { provider, ..*fault("Sender", "InvalidSelectors", 0x8033_805B, reason) })
}

/// There is no such command in the shell.
pub(super) fn no_command() -> Box<Fault> {
    let reason = "The WS-Management service cannot process the request because the request contained invalid \
                  selectors for the resource.";
    fault("Sender", "InvalidSelectors", 0x8033_805B, reason)
}

/// The shell belongs to another client, or to nobody at the moment (`ERROR_WSMAN_INUSE_CANNOT_RECONNECT`;
/// MS-WSMV 3.1.4.16 and 3.1.4.17).
pub(super) fn in_use() -> Box<Fault> {
    let reason = "The WinRM client cannot process the request. The requested shell is in a state in which this \
                  client session cannot use it.";
    fault("Receiver", "InternalError", 0x8033_81CD, reason)
}

/// Nothing has come within the time of the operation.
pub(super) fn timed_out() -> Box<Fault> {
    let reason = "The WS-Management service cannot complete the operation within the time specified in \
                  OperationTimeout.";
    fault("Receiver", "TimedOut", 0x8033_8029, reason)
}

/// The client let go of the shell while it waited (`ERROR_WSMAN_OPERATION_ABORTED`).
pub(super) fn aborted() -> Box<Fault> {
    let reason =
        "The I/O operation has been aborted because of either a thread exit or an application request.";
    fault("Receiver", "InternalError", 995, reason)
}

/// The account has as many shells as it may have.
pub(super) fn too_many_shells(limit: usize) -> Box<Fault> {
    let reason = format!(
        "The WS-Management service cannot process the request. This user is allowed a maximum number of {limit} \
         concurrent shells, which has been exceeded. Close existing shells or raise the quota for this user."
    );
    fault("Receiver", "QuotaLimit", 0x8033_81A5, &reason)
}

/// There is no such session configuration.
pub(super) fn no_configuration(resource: &str) -> Box<Fault> {
    let reason = format!(
        "The WS-Management service cannot process the request. Cannot find the {resource} session configuration \
         in the WSMan: drive on the server."
    );
    fault("Sender", "InvalidResourceURI", 0x8033_803B, &reason)
}

/// An id is taken, or PowerShell cannot read what came.
pub(super) fn refused(why: &str) -> Box<Fault> {
    let provider = "microsoft.powershell".to_owned();
    let provider = Some(ProviderFault { provider, path: None, message: why.to_owned() });
    let reason = "The provider refused the request.";
    Box::new(Fault { number: None, provider, ..*fault("Receiver", "InternalError", 0, reason) })
}

/// The envelope is no request that a shell of PowerShell takes.
pub(super) fn unreadable(why: &str) -> Box<Fault> {
    let reason = format!("The WS-Management service cannot process the request: {why}.");
    Box::new(Fault { number: None, ..*fault("Sender", "SchemaValidationError", 0, &reason) })
}
