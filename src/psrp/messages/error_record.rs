//! Error records (`ERROR_RECORD`, MS-PSRP 2.2.2.20 and 2.2.3.15).

use super::{ErrorCategory, fields::Fields};
use crate::{
    bridge::Refusal,
    lync::ps::{PsObject, PsValue},
    psrp::{
        PsrpError,
        clixml::{Base, Object, Value, to_ps_value},
    },
};

/// What an error says, as far as a program can use it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorRecord {
    /// The message: that of the details where there are some, of the exception elsewhere.
    pub message: String,
    /// `FullyQualifiedErrorId`.
    pub error_id: String,
    /// `CategoryInfo.Category`.
    pub category: ErrorCategory,
    /// `CategoryInfo.Activity`: as a rule the cmdlet.
    pub activity: String,
    /// `CategoryInfo.Reason`: as a rule the class of the exception, without its namespace.
    pub reason: String,
    /// `CategoryInfo.TargetName`.
    pub target_name: String,
    /// `CategoryInfo.TargetType`.
    pub target_type: String,
    /// The full name of the exception's class.
    pub exception_type: String,
    /// The object that the error is about, as a text.
    pub target: Option<String>,
}

impl ErrorRecord {
    /// The contents of the message.
    pub fn to_value(&self) -> Value {
        let exception = match self.exception_type.as_str() {
            "" => "System.Management.Automation.RuntimeException",
            name => name,
        };
        let exception = Object::of_type(&[exception, "System.Exception", "System.Object"])
            .property("Message", self.message.as_str())
            .property("Data", Value::Null)
            .property("InnerException", Value::Null)
            .property("TargetSite", Value::Null)
            .property("StackTrace", Value::Null)
            .property("HelpLink", Value::Null)
            .property("Source", Value::Null);
        let record = Object::of_type(&["System.Management.Automation.ErrorRecord", "System.Object"])
            .note("Exception", exception)
            .note("TargetObject", self.target.as_deref())
            .note("FullyQualifiedErrorId", self.error_id.as_str())
            .note("InvocationInfo", Value::Null)
            .note("ErrorCategory_Category", self.category.0)
            .note("ErrorCategory_Activity", self.activity.as_str())
            .note("ErrorCategory_Reason", self.reason.as_str())
            .note("ErrorCategory_TargetName", self.target_name.as_str())
            .note("ErrorCategory_TargetType", self.target_type.as_str())
            .note("ErrorCategory_Message", self.category_line())
            .note("SerializeExtendedInfo", false);
        Object { text: Some(self.message.clone()), ..record }.into()
    }

    /// `InvalidOperation: (target:String) [Cmdlet], Reason`, as PowerShell prints it.
    fn category_line(&self) -> String {
        let Self { target_name, target_type, activity, reason, .. } = self;
        format!("{}: ({target_name}:{target_type}) [{activity}], {reason}", self.category.name())
    }

    /// Reads a record. Only an object that has none of an error's properties is refused: an error that is
    /// half readable is still an error.
    pub(super) fn read(fields: Fields<'_>) -> Result<Self, PsrpError> {
        let Some(object) = fields.whole().as_object() else { return Err(fields.fault("it is no object")) };
        let exception = fields.optional("Exception");
        let (id, category) = ("FullyQualifiedErrorId", "ErrorCategory_Category");
        if exception.is_none() && fields.optional(id).is_none() && fields.optional(category).is_none() {
            return Err(fields.fault("it has no property of an error"));
        }
        let details = fields.text_or_empty("ErrorDetails_Message");
        let thrown = exception.and_then(|value| value.get("Message")).and_then(Value::as_text);
        let message = match (details.as_str(), thrown) {
            ("", Some(thrown)) => thrown.to_owned(),
            ("", None) => object.text.clone().unwrap_or_default(),
            _ => details,
        };
        let exception_type = exception.and_then(Value::as_object).and_then(|it| it.type_names.first());
        let exception_type = exception_type.cloned().unwrap_or_default();
        Ok(Self {
            message,
            error_id: fields.text_or_empty(id),
            category: ErrorCategory(fields.int(category).unwrap_or_default()),
            activity: fields.text_or_empty("ErrorCategory_Activity"),
            reason: fields.text_or_empty("ErrorCategory_Reason"),
            target_name: fields.text_or_empty("ErrorCategory_TargetName"),
            target_type: fields.text_or_empty("ErrorCategory_TargetType"),
            exception_type: exception_type.trim_start_matches("Deserialized.").to_owned(),
            target: fields.optional("TargetObject").and_then(target_text),
        })
    }
}

fn target_text(target: &Value) -> Option<String> {
    match (target, to_ps_value(target)) {
        (_, PsValue::Text(text)) => Some(text),
        (Value::Object(object), _) if object.base == Base::Nothing => object.text.clone(),
        (_, PsValue::Object(PsObject { text, .. })) => text,
        (_, PsValue::Int(number)) => Some(number.to_string()),
        _ => None,
    }
}

impl From<&ErrorRecord> for Refusal {
    fn from(record: &ErrorRecord) -> Self {
        Self {
            error_id: record.error_id.clone(),
            category: record.category.name().into_owned(),
            message: record.message.clone(),
        }
    }
}

impl From<&Refusal> for ErrorRecord {
    /// The second part of `FullyQualifiedErrorId`, if there is one, is the class of the cmdlet.
    fn from(refusal: &Refusal) -> Self {
        let activity = refusal.error_id.split_once(',').map(|(_, class)| class);
        Self {
            message: refusal.message.clone(),
            error_id: refusal.error_id.clone(),
            category: ErrorCategory::of_name(&refusal.category).unwrap_or_default(),
            activity: activity.unwrap_or_default().to_owned(),
            ..Self::default()
        }
    }
}
