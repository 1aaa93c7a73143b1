//! `RUNSPACEPOOL_STATE` and `PIPELINE_STATE` (MS-PSRP 2.2.2.9, 2.2.2.21).

use super::{ErrorRecord, fields::Fields};
use crate::psrp::{
    PsrpError,
    clixml::{Object, Value},
};

/// The state of a runspace pool (2.2.3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunspacePoolStateKind {
    /// Not opened yet.
    BeforeOpen,
    /// Being opened.
    Opening,
    /// Open.
    Opened,
    /// Closed.
    Closed,
    /// Being closed.
    Closing,
    /// Broken.
    Broken,
    /// The two sides are agreeing on a version.
    NegotiationSent,
    /// They have agreed.
    NegotiationSucceeded,
    /// A client is connecting.
    Connecting,
    /// No client is connected.
    Disconnected,
}

/// The state of a pipeline (2.2.3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipelineStateKind {
    /// Not started yet.
    NotStarted,
    /// It runs.
    Running,
    /// It is being stopped.
    Stopping,
    /// It was stopped.
    Stopped,
    /// It came to its end.
    Completed,
    /// A terminating error ended it.
    Failed,
    /// No client is connected.
    Disconnected,
}

/// The state of a runspace pool, with what broke it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunspacePoolState {
    /// The state.
    pub kind: RunspacePoolStateKind,
    /// Why it is broken.
    pub error: Option<Box<ErrorRecord>>,
}

/// The state of a pipeline, with what ended it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineState {
    /// The state.
    pub kind: PipelineStateKind,
    /// The terminating error.
    pub error: Option<Box<ErrorRecord>>,
}

const POOL: [RunspacePoolStateKind; 10] = [
    RunspacePoolStateKind::BeforeOpen,
    RunspacePoolStateKind::Opening,
    RunspacePoolStateKind::Opened,
    RunspacePoolStateKind::Closed,
    RunspacePoolStateKind::Closing,
    RunspacePoolStateKind::Broken,
    RunspacePoolStateKind::NegotiationSent,
    RunspacePoolStateKind::NegotiationSucceeded,
    RunspacePoolStateKind::Connecting,
    RunspacePoolStateKind::Disconnected,
];

const PIPELINE: [PipelineStateKind; 7] = [
    PipelineStateKind::NotStarted,
    PipelineStateKind::Running,
    PipelineStateKind::Stopping,
    PipelineStateKind::Stopped,
    PipelineStateKind::Completed,
    PipelineStateKind::Failed,
    PipelineStateKind::Disconnected,
];

fn write<T: PartialEq>(name: &str, kind: &T, kinds: &[T], error: Option<&ErrorRecord>) -> Value {
    let code = kinds.iter().position(|known| known == kind).and_then(|at| i32::try_from(at).ok());
    let object = Object::default().note(name, code.unwrap_or_default());
    match error {
        Some(error) => object.note("ExceptionAsErrorRecord", error.to_value()).into(),
        None => object.into(),
    }
}

fn read<T: Copy>(fields: Fields<'_>, name: &str, kinds: &[T]) -> Result<T, PsrpError> {
    let at = usize::try_from(fields.int(name)?).ok().and_then(|at| kinds.get(at));
    at.copied().ok_or_else(|| fields.fault(format!("{name} is no state")))
}

/// The error of a state. One that cannot be read does not hide the state.
fn error(fields: Fields<'_>) -> Option<Box<ErrorRecord>> {
    let value = fields.optional("ExceptionAsErrorRecord")?;
    let unreadable = |error: PsrpError| ErrorRecord { message: error.to_string(), ..ErrorRecord::default() };
    Some(Box::new(ErrorRecord::read(fields.of(value)).unwrap_or_else(unreadable)))
}

impl RunspacePoolState {
    /// The contents of the message.
    pub fn to_value(&self) -> Value {
        write("RunspaceState", &self.kind, &POOL, self.error.as_deref())
    }

    pub(super) fn read(fields: Fields<'_>) -> Result<Self, PsrpError> {
        let kind = read(fields, "RunspaceState", &POOL)?;
        Ok(Self { kind, error: error(fields) })
    }
}

impl PipelineState {
    /// The contents of the message.
    pub fn to_value(&self) -> Value {
        write("PipelineState", &self.kind, &PIPELINE, self.error.as_deref())
    }

    pub(super) fn read(fields: Fields<'_>) -> Result<Self, PsrpError> {
        let kind = read(fields, "PipelineState", &PIPELINE)?;
        Ok(Self { kind, error: error(fields) })
    }
}
