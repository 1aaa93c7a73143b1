//! Records of the streams besides output and errors (MS-PSRP 2.2.2.22 to 2.2.2.26).

use super::fields::Fields;
use crate::psrp::{
    MessageType, PsrpError,
    clixml::{DateTime, Object, ProgressKind, ProgressRecord, Value},
};

/// What `Write-Information` or `Write-Host` says; since version 2.3 of the protocol.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InformationRecord {
    /// What it says, as a text.
    pub message: String,
    /// Where it comes from.
    pub source: String,
    /// When it was written, by the clock of the host.
    pub at: Option<DateTime>,
    /// Its tags; `PSHOST` for `Write-Host`.
    pub tags: Vec<String>,
    /// Who wrote it.
    pub user: String,
    /// On which computer.
    pub computer: String,
}

/// The contents of `WARNING_RECORD`, `VERBOSE_RECORD` or `DEBUG_RECORD` (2.2.3.16).
pub fn text_record(kind: MessageType, message: &str) -> Value {
    let class = match kind {
        MessageType::WarningRecord => "System.Management.Automation.WarningRecord",
        MessageType::DebugRecord => "System.Management.Automation.DebugRecord",
        _ => "System.Management.Automation.VerboseRecord",
    };
    let types = [class, "System.Management.Automation.InformationalRecord", "System.Object"];
    let record = Object::of_type(&types)
        .note("InformationalRecord_Message", message)
        .note("InformationalRecord_SerializeInvocationInfo", false);
    Object { text: Some(message.to_owned()), ..record }.into()
}

/// The text of a warning, verbose or debug record.
pub(super) fn read_text(fields: Fields<'_>) -> Result<String, PsrpError> {
    let text = fields.optional("InformationalRecord_Message").and_then(Value::as_text);
    let text = text.or_else(|| fields.whole().as_object()?.text.as_deref());
    text.map(str::to_owned).ok_or_else(|| fields.fault("InformationalRecord_Message is missing"))
}

/// The contents of `PROGRESS_RECORD` (2.2.2.25).
pub fn progress_value(record: &ProgressRecord) -> Value {
    let class = "System.Management.Automation.ProgressRecordType";
    Object::default()
        .note("Activity", record.activity.as_str())
        .note("ActivityId", record.activity_id)
        .note("StatusDescription", record.status.as_str())
        .note("CurrentOperation", record.current_operation.as_deref())
        .note("ParentActivityId", record.parent_activity_id)
        .note("PercentComplete", record.percent_complete)
        .note("Type", Object::of_enum(class, record.kind.code(), record.kind.name()))
        .note("SecondsRemaining", record.seconds_remaining)
        .into()
}

pub(super) fn read_progress(fields: Fields<'_>) -> Result<ProgressRecord, PsrpError> {
    let completed = fields.int_or_unknown("Type")? == ProgressKind::Completed.code();
    Ok(ProgressRecord {
        activity: fields.text("Activity")?.to_owned(),
        activity_id: fields.int_or_unknown("ActivityId")?,
        status: fields.text_or_empty("StatusDescription"),
        current_operation: fields.optional("CurrentOperation").and_then(Value::as_text).map(str::to_owned),
        parent_activity_id: fields.int_or_unknown("ParentActivityId")?,
        percent_complete: fields.int_or_unknown("PercentComplete")?,
        seconds_remaining: fields.int_or_unknown("SecondsRemaining")?,
        kind: if completed { ProgressKind::Completed } else { ProgressKind::Processing },
    })
}

impl InformationRecord {
    /// The contents of `INFORMATION_RECORD` (2.2.2.26).
    pub fn to_value(&self) -> Value {
        let tags = self.tags.iter().map(|tag| Value::from(tag.as_str())).collect();
        let record = Object::default()
            .note("MessageData", self.message.as_str())
            .note("Source", self.source.as_str())
            .note("TimeGenerated", self.at.map(Value::DateTime))
            .note("Tags", Object::of_list(tags))
            .note("User", self.user.as_str())
            .note("Computer", self.computer.as_str());
        ["ProcessId", "NativeThreadId", "ManagedThreadId"]
            .into_iter()
            .fold(record, |record, name| record.note(name, Value::U32(0)))
            .into()
    }

    pub(super) fn read(fields: Fields<'_>) -> Result<Self, PsrpError> {
        let data = fields.value("MessageData")?;
        // Write-Host wraps its text in an object with colours.
        let message = data
            .as_text()
            .or_else(|| data.get("Message")?.as_text())
            .or_else(|| data.as_object()?.text.as_deref());
        let tags = fields.optional("Tags").and_then(Value::items).unwrap_or_default();
        let at = fields.optional("TimeGenerated").and_then(|value| match value.plain() {
            Value::DateTime(at) => Some(*at),
            _ => None,
        });
        Ok(Self {
            message: message.unwrap_or_default().to_owned(),
            source: fields.text_or_empty("Source"),
            at,
            tags: tags.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
            user: fields.text_or_empty("User"),
            computer: fields.text_or_empty("Computer"),
        })
    }
}
