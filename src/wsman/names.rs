//! Namespaces, actions and other fixed words.

/// SOAP 1.2.
pub(super) const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
/// WS-Addressing, August 2004.
pub(super) const ADDRESSING: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
/// WS-Management (DSP0226).
pub(super) const WSMAN: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd";
/// Microsoft's extensions (MS-WSMV).
pub(super) const WSMV: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd";
/// Remote shells (MS-WSMV 2.2.4.37).
pub(super) const SHELL: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";
/// WS-Transfer.
pub(super) const TRANSFER: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
/// WS-Enumeration.
pub(super) const ENUMERATION: &str = "http://schemas.xmlsoap.org/ws/2004/09/enumeration";
/// PowerShell's own elements, `creationXml` and others (MS-PSRP 2.2.5).
pub(super) const POWERSHELL: &str = "http://schemas.microsoft.com/powershell";
/// Details of a fault (MS-WSMV 2.2.4.43).
pub(super) const FAULT: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault";
/// Identify (DSP0226, 11).
pub(super) const IDENTITY: &str = "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd";

/// What the name of a session configuration follows.
pub(super) const CONFIGURATION: &str = "http://schemas.microsoft.com/powershell/";
/// Commands of a shell, as a resource to enumerate.
pub(super) const COMMANDS: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/Command";
/// Nobody in particular: the other end of the connection.
pub(super) const ANONYMOUS: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";
/// The action of a fault.
pub(super) const FAULT_ACTION: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault";
/// What the state of a command follows (MS-WSMV 2.2.4.8).
pub(super) const COMMAND_STATE: &str =
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/";
/// The filter by selectors (DSP0226, 8.2.2).
pub(super) const SELECTOR_FILTER: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter";
/// The version of PowerShell's protocol that is announced (MS-PSRP 3.1.5.3.1, `protocolversion`).
pub(super) const PROTOCOL_VERSION: &str = "2.3";
