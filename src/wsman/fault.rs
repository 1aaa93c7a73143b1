//! Faults, as types.

use std::fmt;

use roxmltree::Node;
use uuid::Uuid;

use super::{
    Operation, answer_write,
    envelope::write as envelope,
    names::{FAULT, FAULT_ACTION, SOAP, WSMAN},
    xml::{child, child_text, text},
};

/// `ERROR_WSMAN_OPERATION_TIMEDOUT`.
const TIMED_OUT: u32 = 0x8033_8029;
/// `ERROR_WSMAN_INVALID_SELECTORS` and `ERROR_WSMAN_UNEXPECTED_SELECTORS`.
const SELECTORS: [u32; 2] = [0x8033_803D, 0x8033_805B];
/// `ERROR_ACCESS_DENIED`, plain and as an HRESULT, and `ERROR_WSMAN_ACCESS_DENIED`.
const DENIED: [u32; 3] = [5, 0x8007_0005, 0x8033_8005];
/// `ERROR_WSMAN_QUOTA_*`: shells, operations, users, per account and per process (wsmerror.h).
const QUOTA: [std::ops::RangeInclusive<u32>; 2] = [0x8033_81A5..=0x8033_81AB, 0x8033_81E4..=0x8033_81E8];

/// Why a server did not do what it was asked (MS-WSMV 2.2.4.43).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// `Sender` or `Receiver`: whose fault it is.
    pub code: String,
    /// The name of the fault without its namespace, `TimedOut`, `InvalidSelectors`.
    pub subcode: Option<String>,
    /// What the server says.
    pub reason: String,
    /// The number that Windows gives it.
    pub number: Option<u32>,
    /// The machine that says so.
    pub machine: Option<String>,
    /// A closer word, `http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/UnexpectedSelectors`.
    pub detail: Option<String>,
    /// What is said in detail, often better than the reason.
    pub message: Option<String>,
    /// What the provider of the resource says.
    pub provider: Option<ProviderFault>,
}

/// What the provider of a resource says. For a session configuration that is PowerShell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderFault {
    /// Its name, `Shell provider`, `microsoft.powershell`.
    pub provider: String,
    /// Its library.
    pub path: Option<String>,
    /// What it says.
    pub message: String,
}

/// What a fault means to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// Nothing happened within the time of the operation. To a Receive that is normal: ask again.
    TimedOut,
    /// What the request names is not there: a shell, or a command in it. See
    /// [`Fault::proves_shell_gone`].
    Gone,
    /// The account, or the endpoint, has as many shells or operations as it may have.
    QuotaExceeded,
    /// The account may not do this.
    AccessDenied,
    /// The endpoint does not know the operation, an option, or the session configuration.
    Unsupported,
    /// The server says no more than that it failed. A Connect to a shell that is still connected is answered
    /// so (MS-WSMV 3.1.4.17).
    InternalError,
    /// Anything else.
    Other,
}

impl Fault {
    /// What it means.
    pub fn kind(&self) -> FaultKind {
        let number = self.number.unwrap_or_default();
        match self.subcode.as_deref() {
            _ if number == TIMED_OUT => FaultKind::TimedOut,
            _ if SELECTORS.contains(&number) => FaultKind::Gone,
            _ if DENIED.contains(&number) => FaultKind::AccessDenied,
            _ if QUOTA.iter().any(|range| range.contains(&number)) => FaultKind::QuotaExceeded,
            Some("TimedOut") => FaultKind::TimedOut,
            Some("InvalidSelectors" | "InvalidSelectorsInternalError") => FaultKind::Gone,
            Some("AccessDenied") => FaultKind::AccessDenied,
            Some("QuotaLimit") => FaultKind::QuotaExceeded,
            Some(
                "UnsupportedFeature"
                | "ActionNotSupported"
                | "InvalidOptions"
                | "InvalidResourceURI"
                | "DestinationUnreachable"
                | "CannotProcessFilter",
            ) => FaultKind::Unsupported,
            Some("InternalError") => FaultKind::InternalError,
            _ => FaultKind::Other,
        }
    }

    /// Whether it proves, as the answer to this operation, that the shell does not exist, so that nothing
    /// runs in it. Windows gives the same number and subcode when only the command is unknown to a shell
    /// that lives; so only an operation that names no command can prove it.
    pub fn proves_shell_gone(&self, operation: &Operation) -> bool {
        let about_a_shell = matches!(
            operation,
            Operation::Reconnect(_)
                | Operation::Disconnect { .. }
                | Operation::Delete { .. }
                | Operation::Receive(_)
                | Operation::Send { .. }
        );
        self.kind() == FaultKind::Gone && about_a_shell && operation.command().is_none()
    }

    /// The envelope, as UTF-8. Without a request that could be read there is nothing to relate to.
    pub fn write(&self, relates_to: Option<Uuid>, message_id: Uuid) -> String {
        envelope(
            |writer| answer_write::header(writer, FAULT_ACTION, message_id, relates_to),
            |writer| {
                writer.open("s:Fault", &[]);
                writer.open("s:Code", &[]);
                writer.leaf("s:Value", &[], &format!("s:{}", self.code));
                if let Some(subcode) = &self.subcode {
                    writer.open("s:Subcode", &[]);
                    writer.leaf("s:Value", &[], &format!("w:{subcode}"));
                    writer.close("s:Subcode");
                }
                writer.close("s:Code");
                writer.open("s:Reason", &[]);
                writer.leaf("s:Text", &[("xml:lang", "en-US")], &self.reason);
                writer.close("s:Reason");
                self.write_detail(writer);
                writer.close("s:Fault");
            },
        )
    }

    fn write_detail(&self, writer: &mut super::xml::Writer) {
        writer.open("s:Detail", &[]);
        if let Some(detail) = &self.detail {
            writer.leaf("w:FaultDetail", &[], detail);
        }
        let number = self.number.map(|number| number.to_string());
        let mut attributes = vec![("xmlns:f", FAULT)];
        attributes.extend(number.as_deref().map(|number| ("Code", number)));
        attributes.extend(self.machine.as_deref().map(|machine| ("Machine", machine)));
        writer.open("f:WSManFault", &attributes);
        if let Some(provider) = &self.provider {
            writer.open("f:Message", &[]);
            let mut attributes = vec![("provider", provider.provider.as_str())];
            attributes.extend(provider.path.as_deref().map(|path| ("path", path)));
            writer.leaf("f:ProviderFault", &attributes, &provider.message);
            writer.close("f:Message");
        } else if let Some(message) = &self.message {
            writer.leaf("f:Message", &[], message);
        }
        writer.close("f:WSManFault");
        writer.close("s:Detail");
    }

    /// Reads `s:Fault`. Nothing in it has to be there.
    pub(super) fn of(node: Node<'_, '_>) -> Self {
        let code = child(node, SOAP, "Code");
        let subcode = code.and_then(|code| child(code, SOAP, "Subcode"));
        let detail = child(node, SOAP, "Detail");
        let windows = detail.and_then(|detail| child(detail, FAULT, "WSManFault"));
        let message = windows.and_then(|windows| child(windows, FAULT, "Message"));
        let provider = message.and_then(|message| child(message, FAULT, "ProviderFault"));
        let local = |node: Node<'_, '_>| {
            child_text(node, SOAP, "Value").map(|name| name.rsplit(':').next().unwrap_or_default().to_owned())
        };
        Self {
            code: code.and_then(local).unwrap_or_default(),
            subcode: subcode.and_then(local),
            reason: child(node, SOAP, "Reason").map(text).unwrap_or_default(),
            number: windows.and_then(|windows| windows.attribute("Code")?.parse().ok()),
            machine: windows.and_then(|windows| windows.attribute("Machine")).map(str::to_owned),
            detail: detail.and_then(|detail| child_text(detail, WSMAN, "FaultDetail")),
            message: message.filter(|_| provider.is_none()).map(text).filter(|text| !text.is_empty()),
            provider: provider.map(|provider| ProviderFault {
                provider: provider.attribute("provider").unwrap_or_default().to_owned(),
                path: provider.attribute("path").map(str::to_owned),
                message: text(provider),
            }),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.provider.as_ref().map(|provider| provider.message.as_str());
        let told = told.filter(|text| !text.is_empty()).or(self.message.as_deref());
        f.write_str(told.unwrap_or(&self.reason))?;
        match (self.number, &self.subcode) {
            (Some(number), Some(subcode)) => write!(f, " ({subcode}, {number:#010x})"),
            (Some(number), None) => write!(f, " ({number:#010x})"),
            (None, Some(subcode)) => write!(f, " ({subcode})"),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
impl Fault {
    /// Reads a fault without knowing what it answers.
    pub(super) fn read_any(envelope: &[u8]) -> Self {
        let document = super::envelope::document(envelope).expect("well-formed");
        let fault = document.descendants().find(|node| node.has_tag_name((SOAP, "Fault")));
        Self::of(fault.expect("a fault"))
    }
}
