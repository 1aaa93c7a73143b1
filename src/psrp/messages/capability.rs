//! `SESSION_CAPABILITY` (MS-PSRP 2.2.2.1).

use super::fields::Fields;
use crate::psrp::{
    MessageType, PsrpError,
    clixml::{Object, Value, Version},
};

/// What a side speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionCapability {
    /// The version of PowerShell, frozen at 2.0.
    pub ps_version: Version,
    /// The version of this protocol: 2.1 with PowerShell 2, 2.2 with 3 and 4, 2.3 since 5.
    pub protocol: Version,
    /// The version of CLIXML.
    pub serialization: Version,
}

impl SessionCapability {
    /// What this implementation speaks.
    pub const OURS: Self = Self {
        ps_version: Version::new(2, 0),
        protocol: Version::new(2, 3),
        serialization: Version { major: 1, minor: 1, build: Some(0), revision: Some(1) },
    };

    /// The contents of the message.
    pub fn to_value(&self) -> Value {
        Object::default()
            .note("PSVersion", self.ps_version)
            .note("protocolversion", self.protocol)
            .note("SerializationVersion", self.serialization)
            .into()
    }

    pub(super) fn read(fields: Fields<'_>) -> Result<Self, PsrpError> {
        Ok(Self {
            ps_version: fields.version("PSVersion")?,
            protocol: fields.version("protocolversion")?,
            serialization: fields.version("SerializationVersion")?,
        })
    }

    /// The version that both sides speak.
    ///
    /// # Errors
    ///
    /// [`PsrpError::Version`] if the peer's is not 2.1 or a later 2.x (MS-PSRP 3.1.5.4.1).
    pub fn agree(&self) -> Result<Version, PsrpError> {
        match self.protocol {
            Version { major: 2, minor: 1.., .. } => Ok(self.protocol.min(Self::OURS.protocol)),
            other => Err(PsrpError::Version(other)),
        }
    }

    pub(crate) const KIND: MessageType = MessageType::SessionCapability;
}
