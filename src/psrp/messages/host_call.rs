//! Calls of the client's host (MS-PSRP 2.2.2.15, 2.2.2.16, 2.2.2.27, 2.2.2.28).

use super::{ErrorCategory, ErrorRecord, fields::Fields};
use crate::psrp::{
    PsrpError,
    clixml::{Object, Value, Version},
};

/// A method of a PowerShell host, by its number (2.2.3.17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostMethod(pub i32);

/// A call of a method of the client's host.
#[derive(Clone, Debug, PartialEq)]
pub struct HostCall {
    /// The number that the answer repeats; -100 where none is wanted.
    pub call: i64,
    /// The method.
    pub method: HostMethod,
    /// Its arguments.
    pub arguments: Vec<Value>,
}

/// The answer to a [`HostCall`].
#[derive(Clone, Debug, PartialEq)]
pub struct HostResponse {
    /// The number of the call.
    pub call: i64,
    /// The method.
    pub method: HostMethod,
    /// What it gave, or why it threw.
    pub result: Result<Value, Box<ErrorRecord>>,
}

const CLASS: &str = "System.Management.Automation.Remoting.RemoteHostMethodId";

impl HostMethod {
    /// Whether it gives nothing, so that nobody waits for an answer: `SetShouldExit` to
    /// `NotifyEndApplication`, what writes, what sets, and `PushRunspace` and `PopRunspace`.
    pub fn is_void(self) -> bool {
        matches!(self.0, 6..=10 | 13..=22 | 28 | 30 | 32 | 34 | 36 | 38 | 40 | 42 | 47..=49 | 51..=53)
    }

    /// Whether it writes a line for people: the text is the last of its arguments.
    fn writes(self) -> bool {
        matches!(self.0, 13..=19 | 21 | 22)
    }

    fn to_value(self) -> Value {
        // Nothing reads the name; the number decides.
        Object::of_enum(CLASS, self.0, &self.0.to_string()).into()
    }
}

impl HostCall {
    /// The contents of the message.
    pub fn to_value(&self) -> Value {
        Object::default()
            .note("ci", self.call)
            .note("mi", self.method.to_value())
            .note("mp", Object::of_list(self.arguments.clone()))
            .into()
    }

    pub(super) fn read(fields: Fields<'_>) -> Result<Self, PsrpError> {
        let arguments = match fields.optional("mp") {
            Some(_) => fields.items("mp")?.to_vec(),
            None => Vec::new(),
        };
        Ok(Self { call: fields.long("ci")?, method: HostMethod(fields.int("mi")?), arguments })
    }

    /// The line that it writes for people, if that is what it does.
    pub fn line(&self) -> Option<&str> {
        self.method.writes().then(|| self.arguments.last().and_then(Value::as_text))?
    }

    /// The answer of a host that has nobody in front of it. What asks a person is refused: a default could
    /// confirm what nobody has confirmed. `None` where no answer is wanted.
    pub fn unattended(&self) -> Option<HostResponse> {
        let result = match self.method.0 {
            _ if self.method.is_void() => return None,
            1 => Ok(Value::from("lync-failover")),
            2 => Ok(Value::Version(Version::new(1, 0))),
            4 | 5 => Ok(Value::from("en-US")),
            45 | 54 => Ok(Value::Bool(false)),
            _ => Err(Box::new(ErrorRecord {
                message: "This host has nobody who could answer.".to_owned(),
                error_id: "HostFunctionNotImplemented".to_owned(),
                category: ErrorCategory::INVALID_OPERATION,
                reason: "HostException".to_owned(),
                exception_type: "System.Management.Automation.Host.HostException".to_owned(),
                ..ErrorRecord::default()
            })),
        };
        Some(HostResponse { call: self.call, method: self.method, result })
    }
}

impl HostResponse {
    /// The contents of the message.
    pub fn to_value(&self) -> Value {
        let object = Object::default().note("ci", self.call).note("mi", self.method.to_value());
        match &self.result {
            Ok(Value::Null) => object.into(),
            Ok(value) => object.note("mr", value.clone()).into(),
            Err(error) => object.note("me", error.to_value()).into(),
        }
    }

    pub(super) fn read(fields: Fields<'_>) -> Result<Self, PsrpError> {
        let result = match fields.optional("me") {
            Some(error) => Err(Box::new(ErrorRecord::read(fields.of(error))?)),
            None => Ok(fields.optional("mr").cloned().unwrap_or(Value::Null)),
        };
        Ok(Self { call: fields.long("ci")?, method: HostMethod(fields.int("mi")?), result })
    }
}
