//! The properties of a message's object.

use crate::psrp::{
    MessageType, PsrpError,
    clixml::{Value, Version},
};

/// A message's object, with its type for the error text.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    kind: MessageType,
    value: &'a Value,
}

impl<'a> Fields<'a> {
    pub(super) fn new(kind: MessageType, value: &'a Value) -> Self {
        Self { kind, value }
    }

    /// The object itself.
    pub(super) fn whole(&self) -> &'a Value {
        self.value
    }

    /// Another object of the same message.
    pub(super) fn of(&self, value: &'a Value) -> Self {
        Self { value, ..*self }
    }

    pub(super) fn fault(&self, problem: impl Into<String>) -> PsrpError {
        PsrpError::content(self.kind, problem)
    }

    /// A property that is there and not null.
    pub(super) fn optional(&self, name: &str) -> Option<&'a Value> {
        self.value.get(name).filter(|value| !matches!(value.plain(), Value::Null))
    }

    pub(super) fn value(&self, name: &str) -> Result<&'a Value, PsrpError> {
        self.optional(name).ok_or_else(|| self.fault(format!("{name} is missing")))
    }

    fn typed<T>(&self, name: &str, read: impl Fn(&'a Value) -> Option<T>) -> Result<T, PsrpError> {
        read(self.value(name)?).ok_or_else(|| self.fault(format!("{name} is of another type")))
    }

    pub(super) fn text(&self, name: &str) -> Result<&'a str, PsrpError> {
        self.typed(name, Value::as_text)
    }

    /// A text; empty where it is missing, null, or of another type.
    pub(super) fn text_or_empty(&self, name: &str) -> String {
        self.optional(name).and_then(Value::as_text).unwrap_or_default().to_owned()
    }

    pub(super) fn int(&self, name: &str) -> Result<i32, PsrpError> {
        self.typed(name, |value| value.as_i64().and_then(|number| i32::try_from(number).ok()))
    }

    pub(super) fn long(&self, name: &str) -> Result<i64, PsrpError> {
        self.typed(name, Value::as_i64)
    }

    /// A number; -1, which .NET means by "unknown", where it is missing.
    pub(super) fn int_or_unknown(&self, name: &str) -> Result<i32, PsrpError> {
        self.optional(name).map_or(Ok(-1), |_| self.int(name))
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, PsrpError> {
        self.typed(name, Value::as_bool)
    }

    pub(super) fn version(&self, name: &str) -> Result<Version, PsrpError> {
        self.typed(name, |value| match value.plain() {
            Value::Version(version) => Some(*version),
            _ => None,
        })
    }

    pub(super) fn items(&self, name: &str) -> Result<&'a [Value], PsrpError> {
        self.typed(name, Value::items)
    }
}
