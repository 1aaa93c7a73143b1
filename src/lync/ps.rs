//! What PowerShell remoting hands over: deserialised objects, as property bags.
//!
//! Whatever carries the bytes (the simulator, WinRM) produces these; [`super::outputs`] turns them into
//! typed facts. Property names are looked up without regard to case, as PowerShell does.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A value of a deserialised PowerShell object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PsValue {
    /// `$null`.
    Null,
    /// A Boolean.
    Bool(bool),
    /// Any integer type.
    Int(i64),
    /// A floating point number.
    Double(f64),
    /// A string, or the `ToString()` of an enum, FQDN, version or XML document.
    Text(String),
    /// A point in time, in UTC.
    Time(Timestamp),
    /// A span of time.
    Span(SignedDuration),
    /// An array or another collection.
    List(Vec<PsValue>),
    /// A nested object.
    Object(PsObject),
}

/// A deserialised PowerShell object: its text and its properties in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PsObject {
    /// The type name, for example `Microsoft.Rtc.Management.Xds.DisplayEdgeServer`; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub type_name: String,
    /// What `ToString()` gave, where the object is more than a bag of properties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The properties, in the order in which they came.
    pub properties: Vec<(String, PsValue)>,
}

impl PsObject {
    /// An empty object of a type.
    pub fn new(type_name: &str) -> Self {
        Self { type_name: type_name.to_owned(), ..Self::default() }
    }

    /// Adds a property; for building.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<PsValue>) -> Self {
        self.properties.push((name.to_owned(), value.into()));
        self
    }

    /// An object that is only a text (a string, an XML document).
    pub fn of_text(text: impl Into<String>) -> Self {
        Self { type_name: "System.String".to_owned(), text: Some(text.into()), properties: Vec::new() }
    }

    /// The property with this name, in any case; `None` if the object does not have it.
    pub fn get(&self, name: &str) -> Option<&PsValue> {
        self.properties.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The first property that exists under one of several names. Lync's pages and its objects disagree
    /// about some names (DOMAIN: `ActiveFileTransferAgents` and `ActiveFileTransferAgentFqdn`).
    pub fn get_any(&self, names: &[&str]) -> Option<&PsValue> {
        names.iter().find_map(|name| self.get(name))
    }
}

impl From<bool> for PsValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for PsValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for PsValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for PsValue {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Timestamp> for PsValue {
    fn from(value: Timestamp) -> Self {
        Self::Time(value)
    }
}

impl From<Vec<PsValue>> for PsValue {
    fn from(value: Vec<PsValue>) -> Self {
        Self::List(value)
    }
}

impl From<PsObject> for PsValue {
    fn from(value: PsObject) -> Self {
        Self::Object(value)
    }
}

impl<T: Into<PsValue>> From<Option<T>> for PsValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
