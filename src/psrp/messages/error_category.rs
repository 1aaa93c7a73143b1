//! Categories of errors (MS-PSRP 2.2.3.9).

use std::borrow::Cow;

/// The category of an error, by its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErrorCategory(pub i32);

const NAMES: [&str; 32] = [
    "NotSpecified",
    "OpenError",
    "CloseError",
    "DeviceError",
    "DeadlockDetected",
    "InvalidArgument",
    "InvalidData",
    "InvalidOperation",
    "InvalidResult",
    "InvalidType",
    "MetadataError",
    "NotImplemented",
    "NotInstalled",
    "ObjectNotFound",
    "OperationStopped",
    "OperationTimeout",
    "SyntaxError",
    "ParserError",
    "PermissionDenied",
    "ResourceBusy",
    "ResourceExists",
    "ResourceUnavailable",
    "ReadError",
    "WriteError",
    "FromStdErr",
    "SecurityError",
    "ProtocolError",
    "ConnectionError",
    "AuthenticationError",
    "LimitsExceeded",
    "QuotaExceeded",
    "NotEnabled",
];

impl ErrorCategory {
    /// `InvalidOperation`: what Lync refuses with, most of the time.
    pub const INVALID_OPERATION: Self = Self(7);
    /// `ObjectNotFound`.
    pub const OBJECT_NOT_FOUND: Self = Self(13);
    /// `OperationStopped`.
    pub const OPERATION_STOPPED: Self = Self(14);
    /// `ParserError`.
    pub const PARSER_ERROR: Self = Self(17);

    /// The category with a name, in any case.
    pub fn of_name(name: &str) -> Option<Self> {
        let at = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name))?;
        i32::try_from(at).ok().map(Self)
    }

    /// Its name; the number, as .NET prints it, if it has none.
    pub fn name(self) -> Cow<'static, str> {
        let known = usize::try_from(self.0).ok().and_then(|at| NAMES.get(at));
        known.map_or_else(|| Cow::Owned(self.0.to_string()), |name| Cow::Borrowed(*name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_belong_together() {
        assert_eq!(ErrorCategory::INVALID_OPERATION.name(), "InvalidOperation");
        assert_eq!(ErrorCategory::OBJECT_NOT_FOUND.name(), "ObjectNotFound");
        assert_eq!(ErrorCategory::PARSER_ERROR.name(), "ParserError");
        assert_eq!(ErrorCategory(31).name(), "NotEnabled");
        assert_eq!(ErrorCategory(-5).name(), "-5");
        assert_eq!(ErrorCategory::of_name("operationSTOPPED"), Some(ErrorCategory::OPERATION_STOPPED));
        assert_eq!(ErrorCategory::of_name("x"), None);
    }
}
