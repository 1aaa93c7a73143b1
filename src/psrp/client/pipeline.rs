//! A pipeline, seen by its client (MS-PSRP 3.1).

use uuid::Uuid;

use crate::psrp::{
    Defragmenter, FragmentError, MessageType, PsrpError,
    clixml::{ProgressRecord, Value},
    link::Link,
    messages::{ErrorRecord, InformationRecord, Payload, PipelineState, PipelineStateKind},
};

/// What a pipeline gives, in the order in which it comes.
#[derive(Clone, Debug, PartialEq)]
pub enum PipelineEvent {
    /// An object of the output; see [`crate::psrp::clixml::to_ps_objects`].
    Output(Value),
    /// An error that did not end it.
    Error(Box<ErrorRecord>),
    /// A warning.
    Warning(String),
    /// A verbose record.
    Verbose(String),
    /// A debug record.
    Debug(String),
    /// An information record.
    Information(Box<InformationRecord>),
    /// A progress record.
    Progress(Box<ProgressRecord>),
    /// A line for people.
    Line(String),
    /// It runs, or is being stopped.
    State(PipelineStateKind),
    /// A message that could not be read; those after it can.
    Unreadable(PsrpError),
    /// It has ended. Nothing comes after this.
    Ended(PipelineEnd),
}

/// How a pipeline ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PipelineEnd {
    /// It came to its end.
    Completed,
    /// A terminating error ended it.
    Failed(Box<ErrorRecord>),
    /// It was stopped.
    Stopped(Option<Box<ErrorRecord>>),
    /// Its stream ended without a final state: what it did is unknown. With the fault of the stream, if
    /// that is why.
    Unknown(Option<FragmentError>),
}

/// The client's side of a pipeline.
#[derive(Clone, Debug)]
pub struct ClientPipeline {
    link: Link,
    id: Uuid,
    reader: Defragmenter,
    end: Option<PipelineEnd>,
    answers: Vec<Vec<u8>>,
}

impl ClientPipeline {
    pub(super) fn new(link: Link, id: Uuid, reader: Defragmenter) -> Self {
        Self { link, id, reader, end: None, answers: Vec::new() }
    }

    /// Its identifier, which is also that of the command.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// How it ended, if it has.
    pub fn end(&self) -> Option<&PipelineEnd> {
        self.end.as_ref()
    }

    /// Takes bytes of the command's stream `stdout`.
    ///
    /// # Errors
    ///
    /// A [`FragmentError`] if they make no messages. Nothing more can be read, and [`ClientPipeline::finish`]
    /// will say that the outcome is unknown.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Vec<PipelineEvent>, FragmentError> {
        let messages = self.reader.receive(bytes)?;
        Ok(messages.iter().filter_map(|message| self.take(message)).collect())
    }

    fn take(&mut self, bytes: &[u8]) -> Option<PipelineEvent> {
        let message = match self.link.read(bytes, Some(self.id)) {
            Ok(message) if self.end.is_some() => {
                let error = PsrpError::Unexpected { kind: message.kind, why: "the pipeline has ended" };
                return Some(PipelineEvent::Unreadable(error));
            }
            Ok(message) => message,
            Err(error) => return Some(PipelineEvent::Unreadable(error)),
        };
        Some(match Payload::decode(&message) {
            Ok(Payload::PipelineOutput(value)) => PipelineEvent::Output(value),
            Ok(Payload::Error(record)) => PipelineEvent::Error(record),
            Ok(Payload::Warning(text)) => PipelineEvent::Warning(text),
            Ok(Payload::Verbose(text)) => PipelineEvent::Verbose(text),
            Ok(Payload::Debug(text)) => PipelineEvent::Debug(text),
            Ok(Payload::Information(record)) => PipelineEvent::Information(record),
            Ok(Payload::Progress(record)) => PipelineEvent::Progress(record),
            Ok(Payload::PipelineState(state)) => self.told(state),
            Ok(Payload::HostCall(call)) => {
                let answer = call.unattended().map(|answer| answer.to_value());
                let kind = MessageType::PipelineHostResponse;
                let cut = |answer| self.link.cut(kind, Some(self.id), Some(answer));
                self.answers.extend(answer.iter().flat_map(cut));
                return call.line().map(|line| PipelineEvent::Line(line.to_owned()));
            }
            Ok(_) => {
                let error = PsrpError::Unexpected { kind: message.kind, why: "a server never sends it here" };
                PipelineEvent::Unreadable(error)
            }
            Err(error) => PipelineEvent::Unreadable(error),
        })
    }

    fn told(&mut self, PipelineState { kind, error }: PipelineState) -> PipelineEvent {
        let end = match kind {
            PipelineStateKind::Completed => PipelineEnd::Completed,
            PipelineStateKind::Stopped => PipelineEnd::Stopped(error),
            PipelineStateKind::Failed => PipelineEnd::Failed(error.unwrap_or_else(unexplained)),
            other => return PipelineEvent::State(other),
        };
        self.end = Some(end.clone());
        PipelineEvent::Ended(end)
    }

    /// The stream has ended (`CommandState/Done`), or nothing will come any more. Says how the pipeline ended;
    /// without a final state that is [`PipelineEnd::Unknown`].
    pub fn finish(&mut self) -> PipelineEnd {
        let fault = self.reader.finish().err();
        self.end.get_or_insert(PipelineEnd::Unknown(fault)).clone()
    }

    /// Fragments for the stream `pr` of the command: answers to calls of the host.
    pub fn take_answers(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.answers)
    }
}

fn unexplained() -> Box<ErrorRecord> {
    let message = "The pipeline failed, and the server did not say why.".to_owned();
    Box::new(ErrorRecord { message, ..ErrorRecord::default() })
}
