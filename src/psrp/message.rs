//! Messages: what a run of fragments carries (MS-PSRP 2.2.1).

use uuid::Uuid;

/// Who a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// The client.
    Client,
    /// The server.
    Server,
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum MessageType {
    /// `SESSION_CAPABILITY`.
    SessionCapability = 0x0001_0002,
    /// `INIT_RUNSPACE_POOL`.
    InitRunspacePool = 0x0001_0004,
    /// `PUBLIC_KEY`.
    PublicKey = 0x0001_0005,
    /// `ENCRYPTED_SESSION_KEY`.
    EncryptedSessionKey = 0x0001_0006,
    /// `PUBLIC_KEY_REQUEST`.
    PublicKeyRequest = 0x0001_0007,
    /// `CONNECT_RUNSPACE_POOL`.
    ConnectRunspacePool = 0x0001_0008,
    /// `SET_MAX_RUNSPACES`.
    SetMaxRunspaces = 0x0002_1002,
    /// `SET_MIN_RUNSPACES`.
    SetMinRunspaces = 0x0002_1003,
    /// `RUNSPACE_AVAILABILITY`.
    RunspaceAvailability = 0x0002_1004,
    /// `RUNSPACE_POOL_STATE`.
    RunspacePoolState = 0x0002_1005,
    /// `CREATE_PIPELINE`.
    CreatePipeline = 0x0002_1006,
    /// `GET_AVAILABLE_RUNSPACES`.
    GetAvailableRunspaces = 0x0002_1007,
    /// `USER_EVENT`.
    UserEvent = 0x0002_1008,
    /// `APPLICATION_PRIVATE_DATA`.
    ApplicationPrivateData = 0x0002_1009,
    /// `GET_COMMAND_METADATA`.
    GetCommandMetadata = 0x0002_100A,
    /// `RUNSPACE_POOL_INIT_DATA`.
    RunspacePoolInitData = 0x0002_100B,
    /// `RESET_RUNSPACE_STATE`.
    ResetRunspaceState = 0x0002_100C,
    /// `RUNSPACE_POOL_HOST_CALL`.
    RunspacePoolHostCall = 0x0002_1100,
    /// `RUNSPACE_POOL_HOST_RESPONSE`.
    RunspacePoolHostResponse = 0x0002_1101,
    /// `PIPELINE_INPUT`.
    PipelineInput = 0x0004_1002,
    /// `END_OF_PIPELINE_INPUT`.
    EndOfPipelineInput = 0x0004_1003,
    /// `PIPELINE_OUTPUT`.
    PipelineOutput = 0x0004_1004,
    /// `ERROR_RECORD`.
    ErrorRecord = 0x0004_1005,
    /// `PIPELINE_STATE`.
    PipelineState = 0x0004_1006,
    /// `DEBUG_RECORD`.
    DebugRecord = 0x0004_1007,
    /// `VERBOSE_RECORD`.
    VerboseRecord = 0x0004_1008,
    /// `WARNING_RECORD`.
    WarningRecord = 0x0004_1009,
    /// `PROGRESS_RECORD`.
    ProgressRecord = 0x0004_1010,
    /// `INFORMATION_RECORD`.
    InformationRecord = 0x0004_1011,
    /// `PIPELINE_HOST_CALL`.
    PipelineHostCall = 0x0004_1100,
    /// `PIPELINE_HOST_RESPONSE`.
    PipelineHostResponse = 0x0004_1101,
}

/// A message: a header of 40 bytes and CLIXML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who it is for.
    pub destination: Destination,
    /// What it is about.
    pub kind: MessageType,
    /// The runspace pool.
    pub pool: Uuid,
    /// The pipeline; `None` if the message is about the pool.
    pub pipeline: Option<Uuid>,
    /// CLIXML, or nothing.
    pub data: String,
}

/// Why a message cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Shorter than its header.
    #[error("a message of {0} bytes is shorter than its header")]
    Short(usize),
    /// Neither for the client nor for the server.
    #[error("a message for the unknown destination {0:#010x}")]
    UnknownDestination(u32),
    /// A type that MS-PSRP does not have.
    #[error("a message of the unknown type {0:#010x}")]
    UnknownType(u32),
    /// Data that is not UTF-8.
    #[error("a message whose data is not UTF-8")]
    NotText,
}

const HEADER: usize = 40;
const BYTE_ORDER_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

impl MessageType {
    /// Every type.
    pub const ALL: [Self; 31] = [
        Self::SessionCapability,
        Self::InitRunspacePool,
        Self::PublicKey,
        Self::EncryptedSessionKey,
        Self::PublicKeyRequest,
        Self::ConnectRunspacePool,
        Self::SetMaxRunspaces,
        Self::SetMinRunspaces,
        Self::RunspaceAvailability,
        Self::RunspacePoolState,
        Self::CreatePipeline,
        Self::GetAvailableRunspaces,
        Self::UserEvent,
        Self::ApplicationPrivateData,
        Self::GetCommandMetadata,
        Self::RunspacePoolInitData,
        Self::ResetRunspaceState,
        Self::RunspacePoolHostCall,
        Self::RunspacePoolHostResponse,
        Self::PipelineInput,
        Self::EndOfPipelineInput,
        Self::PipelineOutput,
        Self::ErrorRecord,
        Self::PipelineState,
        Self::DebugRecord,
        Self::VerboseRecord,
        Self::WarningRecord,
        Self::ProgressRecord,
        Self::InformationRecord,
        Self::PipelineHostCall,
        Self::PipelineHostResponse,
    ];

    /// Its number on the wire.
    pub fn code(self) -> u32 {
        self as u32
    }

    /// The type with a number.
    pub fn of_code(code: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl Message {
    /// The bytes. Numbers are little-endian, identifiers in the mixed order of .NET.
    pub fn encode(&self) -> Vec<u8> {
        let destination: u32 = match self.destination {
            Destination::Client => 1,
            Destination::Server => 2,
        };
        let mut bytes = Vec::with_capacity(HEADER + self.data.len());
        bytes.extend(destination.to_le_bytes());
        bytes.extend(self.kind.code().to_le_bytes());
        bytes.extend(self.pool.to_bytes_le());
        bytes.extend(self.pipeline.unwrap_or(Uuid::nil()).to_bytes_le());
        bytes.extend(self.data.as_bytes());
        bytes
    }

    /// Reads the bytes; a byte order mark before the data is skipped.
    ///
    /// # Errors
    ///
    /// A [`MessageError`] for what is no message.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        let short = || MessageError::Short(bytes.len());
        let (header, data) = bytes.split_at_checked(HEADER).ok_or_else(short)?;
        let number = |at: usize| {
            let part = header.get(at..at + 4).and_then(|part| part.try_into().ok());
            part.map(u32::from_le_bytes).ok_or_else(short)
        };
        let id = |at: usize| {
            let part = header.get(at..at + 16).and_then(|part| part.try_into().ok());
            part.map(Uuid::from_bytes_le).ok_or_else(short)
        };
        let destination = match number(0)? {
            1 => Destination::Client,
            2 => Destination::Server,
            other => return Err(MessageError::UnknownDestination(other)),
        };
        let code = number(4)?;
        let kind = MessageType::of_code(code).ok_or(MessageError::UnknownType(code))?;
        let data = data.strip_prefix(BYTE_ORDER_MARK).unwrap_or(data);
        let data = std::str::from_utf8(data).map_err(|_| MessageError::NotText)?.to_owned();
        let pipeline = Some(id(24)?).filter(|id| !id.is_nil());
        Ok(Self { destination, kind, pool: id(8)?, pipeline, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            destination: Destination::Server,
            kind: MessageType::CreatePipeline,
            pool: Uuid::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff),
            pipeline: None,
            data: "<S>é</S>".to_owned(),
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_specification() {
        let bytes = message().encode();
        assert_eq!(bytes[..8], [2, 0, 0, 0, 6, 0x10, 2, 0]);
        assert_eq!(bytes[8..16], [0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66]);
        assert_eq!(bytes[24..40], [0; 16]);
        assert_eq!(Message::decode(&bytes), Ok(message()));
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        let mut bytes = message().encode();
        bytes.splice(40..40, BYTE_ORDER_MARK.iter().copied());
        assert_eq!(Message::decode(&bytes), Ok(message()));
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        let bytes = message().encode();
        for length in 0..HEADER {
            assert_eq!(Message::decode(&bytes[..length]), Err(MessageError::Short(length)));
        }
        let with = |at: usize, byte: u8| {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            Message::decode(&bytes)
        };
        assert_eq!(with(0, 3), Err(MessageError::UnknownDestination(3)));
        assert_eq!(with(4, 0xFF), Err(MessageError::UnknownType(0x0002_10FF)));
        assert_eq!(with(43, 0xFF), Err(MessageError::NotText));
    }

    #[test]
    fn no_two_types_have_the_same_number() {
        for kind in MessageType::ALL {
            assert_eq!(MessageType::of_code(kind.code()), Some(kind));
        }
    }
}
