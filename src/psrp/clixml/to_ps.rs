//! Values of CLIXML as the property bags that the rest of the program knows.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::SignedDuration;

use super::{
    Object, Value,
    object::{Base, without_deserialized},
};
use crate::lync::ps::{PsObject, PsValue};

/// The objects that one message of output holds: a collection that was written as one object is its
/// members, and `$null` is none.
pub fn to_ps_objects(value: &Value) -> Vec<PsObject> {
    match value {
        Value::Null | Value::Back => Vec::new(),
        Value::Object(object) => match &object.base {
            Base::List(_, items) => items.iter().flat_map(to_ps_objects).collect(),
            Base::Primitive(inner) => vec![PsObject { type_name: type_name(object), ..alone(inner, object) }],
            _ => vec![bag(object)],
        },
        primitive => vec![PsObject {
            type_name: dotnet_name(primitive).to_owned(),
            ..alone(primitive, &Object::default())
        }],
    }
}

/// A value as it stands in a property. An enum and an object that has a text and no properties are that
/// text; a primitive with notes is the primitive.
pub fn to_ps_value(value: &Value) -> PsValue {
    match value {
        Value::Object(object) => match &object.base {
            Base::List(_, items) => PsValue::List(items.iter().map(to_ps_value).collect()),
            Base::Primitive(inner) => match &object.text {
                Some(text) if object.is_a("System.Enum") => PsValue::Text(text.clone()),
                _ => to_ps_value(inner),
            },
            Base::Nothing if object.adapted.is_empty() && object.extended.is_empty() => {
                object.text.as_ref().map_or_else(|| bag(object).into(), |text| PsValue::Text(text.clone()))
            }
            _ => bag(object).into(),
        },
        primitive => self::primitive(primitive),
    }
}

fn primitive(value: &Value) -> PsValue {
    match value {
        Value::Null | Value::Back | Value::Object(_) => PsValue::Null,
        Value::Bool(flag) => PsValue::Bool(*flag),
        Value::Char(unit) => PsValue::Text(String::from_utf16_lossy(&[*unit])),
        Value::Text(text) | Value::Uri(text) | Value::Xml(text) | Value::ScriptBlock(text) => {
            PsValue::Text(text.clone())
        }
        Value::U64(number) => {
            i64::try_from(*number).map_or_else(|_| PsValue::Text(number.to_string()), PsValue::Int)
        }
        Value::I8(_)
        | Value::U8(_)
        | Value::I16(_)
        | Value::U16(_)
        | Value::I32(_)
        | Value::U32(_)
        | Value::I64(_) => value.as_i64().map_or(PsValue::Null, PsValue::Int),
        Value::F32(number) => PsValue::Double(f64::from(*number)),
        Value::F64(number) => PsValue::Double(*number),
        Value::Decimal(number) => PsValue::Double(number.to_f64()),
        Value::DateTime(at) => PsValue::Time(at.timestamp()),
        Value::TimeSpan(span) => PsValue::Span(SignedDuration::from(*span)),
        Value::Bytes(bytes) => PsValue::Text(STANDARD.encode(bytes)),
        Value::Guid(id) => PsValue::Text(id.to_string()),
        Value::Version(version) => PsValue::Text(version.to_string()),
        Value::SecureString(_) => PsValue::Text("System.Security.SecureString".to_owned()),
        Value::Progress(record) => PsValue::Text(format!("{}: {}", record.activity, record.status)),
    }
}

/// A primitive that is an object of the output by itself, with the notes of what wraps it.
fn alone(value: &Value, wrapper: &Object) -> PsObject {
    let text = match primitive(value) {
        _ if wrapper.text.is_some() => wrapper.text.clone(),
        PsValue::Text(text) => Some(text),
        PsValue::Bool(flag) => Some(if flag { "True" } else { "False" }.to_owned()),
        PsValue::Int(number) => Some(number.to_string()),
        PsValue::Double(number) => Some(number.to_string()),
        PsValue::Time(at) => Some(at.to_string()),
        PsValue::Span(span) => Some(span.to_string()),
        PsValue::Null | PsValue::List(_) | PsValue::Object(_) => None,
    };
    PsObject { text, ..bag(wrapper) }
}

fn bag(object: &Object) -> PsObject {
    let mut properties: Vec<(String, PsValue)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let entries: &[(Value, Value)] = match &object.base {
        Base::Dictionary(entries) => entries,
        _ => &[],
    };
    let keyed = entries.iter().filter_map(|(key, value)| match to_ps_value(key) {
        PsValue::Text(key) => Some((key, value)),
        PsValue::Int(key) => Some((key.to_string(), value)),
        _ => None,
    });
    let named = object.adapted.iter().chain(&object.extended).map(|(name, value)| (name.clone(), value));
    for (name, value) in keyed.chain(named) {
        let value = to_ps_value(value);
        match places.get(&name.to_ascii_lowercase()) {
            Some(place) => properties[*place] = (name, value),
            None => {
                places.insert(name.to_ascii_lowercase(), properties.len());
                properties.push((name, value));
            }
        }
    }
    PsObject { type_name: type_name(object), text: object.text.clone(), properties }
}

fn type_name(object: &Object) -> String {
    match (object.type_names.first(), &object.base) {
        (Some(name), _) => without_deserialized(name).to_owned(),
        (None, Base::Primitive(value)) => dotnet_name(value).to_owned(),
        (None, _) => String::new(),
    }
}

fn dotnet_name(value: &Value) -> &'static str {
    match value {
        Value::Null | Value::Back | Value::Object(_) => "",
        Value::Bool(_) => "System.Boolean",
        Value::Char(_) => "System.Char",
        Value::Text(_) => "System.String",
        Value::I8(_) => "System.SByte",
        Value::U8(_) => "System.Byte",
        Value::I16(_) => "System.Int16",
        Value::U16(_) => "System.UInt16",
        Value::I32(_) => "System.Int32",
        Value::U32(_) => "System.UInt32",
        Value::I64(_) => "System.Int64",
        Value::U64(_) => "System.UInt64",
        Value::F32(_) => "System.Single",
        Value::F64(_) => "System.Double",
        Value::Decimal(_) => "System.Decimal",
        Value::DateTime(_) => "System.DateTime",
        Value::TimeSpan(_) => "System.TimeSpan",
        Value::Bytes(_) => "System.Byte[]",
        Value::Guid(_) => "System.Guid",
        Value::Uri(_) => "System.Uri",
        Value::Version(_) => "System.Version",
        Value::Xml(_) => "System.Xml.XmlDocument",
        Value::ScriptBlock(_) => "System.Management.Automation.ScriptBlock",
        Value::SecureString(_) => "System.Security.SecureString",
        Value::Progress(_) => "System.Management.Automation.ProgressRecord",
    }
}
