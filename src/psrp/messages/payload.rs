//! Any message, read.

use super::{
    CommandQuery, ErrorRecord, HostCall, HostResponse, InformationRecord, InitRunspacePool, PipelineState,
    ReceivedPipeline, RunspaceCounts, RunspacePoolState, RunspaceRequest, SessionCapability, fields::Fields,
    records,
};
use crate::psrp::{
    Message, MessageType, PsrpError,
    clixml::{ProgressRecord, Value, decode},
};

/// The contents of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// `SESSION_CAPABILITY`.
    SessionCapability(SessionCapability),
    /// `INIT_RUNSPACEPOOL`.
    InitRunspacePool(InitRunspacePool),
    /// `CONNECT_RUNSPACEPOOL`; the numbers may be left out.
    ConnectRunspacePool(Option<RunspaceCounts>),
    /// `RUNSPACEPOOL_INIT_DATA`.
    RunspacePoolInitData(RunspaceCounts),
    /// `RUNSPACEPOOL_STATE`.
    RunspacePoolState(RunspacePoolState),
    /// `APPLICATION_PRIVATE_DATA`.
    ApplicationPrivateData(Value),
    /// `SET_MAX_RUNSPACES`.
    SetMaxRunspaces(RunspaceRequest),
    /// `SET_MIN_RUNSPACES`.
    SetMinRunspaces(RunspaceRequest),
    /// `GET_AVAILABLE_RUNSPACES`.
    GetAvailableRunspaces(RunspaceRequest),
    /// `RESET_RUNSPACE_STATE`.
    ResetRunspaceState(RunspaceRequest),
    /// `CREATE_PIPELINE`.
    CreatePipeline(ReceivedPipeline),
    /// `GET_COMMAND_METADATA`.
    GetCommandMetadata(CommandQuery),
    /// `PIPELINE_INPUT`.
    PipelineInput(Value),
    /// `END_OF_PIPELINE_INPUT`.
    EndOfPipelineInput,
    /// `PIPELINE_OUTPUT`.
    PipelineOutput(Value),
    /// `ERROR_RECORD`.
    Error(Box<ErrorRecord>),
    /// `WARNING_RECORD`.
    Warning(String),
    /// `VERBOSE_RECORD`.
    Verbose(String),
    /// `DEBUG_RECORD`.
    Debug(String),
    /// `INFORMATION_RECORD`.
    Information(Box<InformationRecord>),
    /// `PROGRESS_RECORD`.
    Progress(Box<ProgressRecord>),
    /// `PIPELINE_STATE`.
    PipelineState(PipelineState),
    /// `RUNSPACEPOOL_HOST_CALL` or `PIPELINE_HOST_CALL`.
    HostCall(HostCall),
    /// `RUNSPACEPOOL_HOST_RESPONSE` or `PIPELINE_HOST_RESPONSE`.
    HostResponse(HostResponse),
    /// A message that is known and not used: those of the key exchange, `USER_EVENT`,
    /// `RUNSPACE_AVAILABILITY`. Its data is not read.
    Other(MessageType),
}

impl Payload {
    /// Reads the data of a message.
    ///
    /// # Errors
    ///
    /// [`PsrpError::Clixml`] and [`PsrpError::Content`].
    pub fn decode(message: &Message) -> Result<Self, PsrpError> {
        use MessageType as M;
        let kind = message.kind;
        match kind {
            M::PublicKey
            | M::EncryptedSessionKey
            | M::PublicKeyRequest
            | M::UserEvent
            | M::RunspaceAvailability => return Ok(Self::Other(kind)),
            M::EndOfPipelineInput => return Ok(Self::EndOfPipelineInput),
            // PowerShell writes `$null` as nothing at all.
            M::PipelineOutput if message.data.is_empty() => return Ok(Self::PipelineOutput(Value::Null)),
            M::PipelineInput if message.data.is_empty() => return Ok(Self::PipelineInput(Value::Null)),
            _ => {}
        }
        let value = decode(&message.data).map_err(|error| PsrpError::Clixml { kind, error })?;
        Self::of_value(kind, value)
    }

    fn of_value(kind: MessageType, value: Value) -> Result<Self, PsrpError> {
        use MessageType as M;
        let fields = Fields::new(kind, &value);
        Ok(match kind {
            M::SessionCapability => Self::SessionCapability(SessionCapability::read(fields)?),
            M::InitRunspacePool => Self::InitRunspacePool(InitRunspacePool::read(fields)?),
            M::ConnectRunspacePool => Self::ConnectRunspacePool(RunspaceCounts::read_optional(fields)?),
            M::RunspacePoolInitData => Self::RunspacePoolInitData(RunspaceCounts::read(fields)?),
            M::RunspacePoolState => Self::RunspacePoolState(RunspacePoolState::read(fields)?),
            M::ApplicationPrivateData => {
                let data = fields.optional("ApplicationPrivateData").cloned();
                Self::ApplicationPrivateData(data.unwrap_or(Value::Null))
            }
            M::SetMaxRunspaces => Self::SetMaxRunspaces(RunspaceRequest::read(fields, Some("MaxRunspaces"))?),
            M::SetMinRunspaces => Self::SetMinRunspaces(RunspaceRequest::read(fields, Some("MinRunspaces"))?),
            M::GetAvailableRunspaces => Self::GetAvailableRunspaces(RunspaceRequest::read(fields, None)?),
            M::ResetRunspaceState => Self::ResetRunspaceState(RunspaceRequest::read(fields, None)?),
            M::CreatePipeline => Self::CreatePipeline(ReceivedPipeline::read(fields)?),
            M::GetCommandMetadata => Self::GetCommandMetadata(CommandQuery::read(fields)?),
            M::ErrorRecord => Self::Error(Box::new(ErrorRecord::read(fields)?)),
            M::WarningRecord => Self::Warning(records::read_text(fields)?),
            M::VerboseRecord => Self::Verbose(records::read_text(fields)?),
            M::DebugRecord => Self::Debug(records::read_text(fields)?),
            M::InformationRecord => Self::Information(Box::new(InformationRecord::read(fields)?)),
            M::ProgressRecord => Self::Progress(Box::new(records::read_progress(fields)?)),
            M::PipelineState => Self::PipelineState(PipelineState::read(fields)?),
            M::PipelineHostCall | M::RunspacePoolHostCall => Self::HostCall(HostCall::read(fields)?),
            M::PipelineHostResponse | M::RunspacePoolHostResponse => {
                Self::HostResponse(HostResponse::read(fields)?)
            }
            M::PipelineInput => Self::PipelineInput(value),
            M::PipelineOutput => Self::PipelineOutput(value),
            M::EndOfPipelineInput => Self::EndOfPipelineInput,
            M::PublicKey
            | M::EncryptedSessionKey
            | M::PublicKeyRequest
            | M::UserEvent
            | M::RunspaceAvailability => Self::Other(kind),
        })
    }
}
