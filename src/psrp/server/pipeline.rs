//! A pipeline, seen by its server (MS-PSRP 3.2).

use uuid::Uuid;

use crate::psrp::{
    Defragmenter, MessageType, PsrpError,
    clixml::{ProgressRecord, Value},
    link::Link,
    messages::{
        CommandQuery, DescribedCommand, ErrorCategory, ErrorRecord, HostCall, HostResponse,
        InformationRecord, Payload, PipelineState, PipelineStateKind, ReceivedPipeline, command_count,
        progress_value, text_record,
    },
};

/// What a client wants of a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerPipelineEvent {
    /// Commands to run.
    Create(ReceivedPipeline),
    /// A script, which was refused: the pipeline has failed, and the client is told so.
    ScriptRefused,
    /// The commands that there are; see [`ServerPipeline::describe`].
    Describe(CommandQuery),
    /// An object of the input.
    Input(Value),
    /// No more input comes.
    EndOfInput,
    /// The client answered a call of its host.
    HostAnswered(HostResponse),
}

/// The server's side of a pipeline. What is written after its end is dropped.
#[derive(Clone, Debug)]
pub struct ServerPipeline {
    link: Link,
    id: Uuid,
    reader: Defragmenter,
    created: bool,
    ended: bool,
    outgoing: Vec<Vec<u8>>,
}

impl ServerPipeline {
    pub(super) fn new(link: Link, id: Uuid) -> Self {
        let reader = Defragmenter::new(Defragmenter::LONGEST);
        Self { link, id, reader, created: false, ended: false, outgoing: Vec::new() }
    }

    /// Its identifier, which is also that of the command.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Takes bytes of the Command's arguments, or of the command's streams `stdin` and `pr`.
    ///
    /// # Errors
    ///
    /// A [`PsrpError`]; the command is not worth keeping after one.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Vec<ServerPipelineEvent>, PsrpError> {
        let messages = self.reader.receive(bytes)?;
        messages.iter().map(|message| self.take(message)).collect()
    }

    fn take(&mut self, bytes: &[u8]) -> Result<ServerPipelineEvent, PsrpError> {
        let message = self.link.read(bytes, Some(self.id))?;
        let unexpected = |why| Err(PsrpError::Unexpected { kind: message.kind, why });
        match Payload::decode(&message)? {
            Payload::CreatePipeline(_) if self.created => unexpected("it came before"),
            Payload::CreatePipeline(pipeline) => {
                self.created = true;
                if pipeline.statements.iter().flatten().any(|command| command.is_script) {
                    self.fail(&no_scripts());
                    return Ok(ServerPipelineEvent::ScriptRefused);
                }
                Ok(ServerPipelineEvent::Create(pipeline))
            }
            Payload::GetCommandMetadata(_) if self.created => unexpected("it came before"),
            Payload::GetCommandMetadata(query) => {
                self.created = true;
                Ok(ServerPipelineEvent::Describe(query))
            }
            Payload::PipelineInput(value) => Ok(ServerPipelineEvent::Input(value)),
            Payload::EndOfPipelineInput => Ok(ServerPipelineEvent::EndOfInput),
            Payload::HostResponse(answer) => Ok(ServerPipelineEvent::HostAnswered(answer)),
            _ => unexpected("a client never sends it here"),
        }
    }

    /// Tells the client that it runs.
    pub fn start(&mut self) {
        self.tell(PipelineStateKind::Running, None);
    }

    /// Tells the client that it came to its end.
    pub fn complete(&mut self) {
        self.end(PipelineStateKind::Completed, None);
    }

    /// Tells the client that a terminating error ended it.
    pub fn fail(&mut self, error: &ErrorRecord) {
        self.end(PipelineStateKind::Failed, Some(error.clone()));
    }

    /// Tells the client that it was stopped.
    pub fn stop(&mut self) {
        let error = ErrorRecord {
            message: "The pipeline has been stopped.".to_owned(),
            error_id: "PipelineStopped".to_owned(),
            category: ErrorCategory::OPERATION_STOPPED,
            reason: "PipelineStoppedException".to_owned(),
            exception_type: "System.Management.Automation.PipelineStoppedException".to_owned(),
            ..ErrorRecord::default()
        };
        self.end(PipelineStateKind::Stopped, Some(error));
    }

    /// Writes an object to the output; see [`crate::psrp::clixml::from_ps_object`].
    pub fn output(&mut self, value: &Value) {
        self.send(MessageType::PipelineOutput, value);
    }

    /// Writes what a client learns of the commands that it asked for.
    pub fn describe(&mut self, commands: &[DescribedCommand]) {
        self.output(&command_count(commands.len()));
        commands.iter().for_each(|command| self.output(&command.to_value()));
    }

    /// Writes an error that does not end it.
    pub fn error(&mut self, error: &ErrorRecord) {
        self.send(MessageType::ErrorRecord, &error.to_value());
    }

    /// Writes a warning.
    pub fn warning(&mut self, text: &str) {
        self.send(MessageType::WarningRecord, &text_record(MessageType::WarningRecord, text));
    }

    /// Writes a verbose record.
    pub fn verbose(&mut self, text: &str) {
        self.send(MessageType::VerboseRecord, &text_record(MessageType::VerboseRecord, text));
    }

    /// Writes a debug record.
    pub fn debug(&mut self, text: &str) {
        self.send(MessageType::DebugRecord, &text_record(MessageType::DebugRecord, text));
    }

    /// Writes a progress record.
    pub fn progress(&mut self, record: &ProgressRecord) {
        self.send(MessageType::ProgressRecord, &progress_value(record));
    }

    /// Writes an information record; a client that speaks less than 2.3 does not know them.
    pub fn information(&mut self, record: &InformationRecord) {
        self.send(MessageType::InformationRecord, &record.to_value());
    }

    /// Calls the client's host.
    pub fn call_host(&mut self, call: &HostCall) {
        self.send(MessageType::PipelineHostCall, &call.to_value());
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Fragments for the command's stream `stdout`.
    pub fn take_outgoing(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.outgoing)
    }

    fn end(&mut self, kind: PipelineStateKind, error: Option<ErrorRecord>) {
        self.tell(kind, error.map(Box::new));
        self.ended = true;
    }

    fn tell(&mut self, kind: PipelineStateKind, error: Option<Box<ErrorRecord>>) {
        self.send(MessageType::PipelineState, &PipelineState { kind, error }.to_value());
    }

    fn send(&mut self, kind: MessageType, value: &Value) {
        if !self.ended {
            self.outgoing.extend(self.link.cut(kind, Some(self.id), Some(value)));
        }
    }
}

/// What PowerShell says in a session without a language.
fn no_scripts() -> ErrorRecord {
    let message = "The syntax is not supported by this runspace. This can occur if the runspace is in \
                   no-language mode.";
    ErrorRecord {
        message: message.to_owned(),
        error_id: "ScriptsNotAllowed".to_owned(),
        category: ErrorCategory::PARSER_ERROR,
        reason: "ParseException".to_owned(),
        ..ErrorRecord::default()
    }
}
