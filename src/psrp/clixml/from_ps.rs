//! Property bags as values of CLIXML: what a server writes.

use super::{DateTime, Object, TimeSpan, Value};
use crate::lync::ps::{PsObject, PsValue};

/// An object of the output. The properties are those of a .NET object (`Props`); a bare string is `S`.
pub fn from_ps_object(object: &PsObject) -> Value {
    if let (Some(text), "System.String", true) =
        (&object.text, object.type_name.as_str(), object.properties.is_empty())
    {
        return Value::Text(text.clone());
    }
    let types: &[&str] = match object.type_name.as_str() {
        "" => &[],
        name => &[name, "System.Object"],
    };
    let properties = object.properties.iter().map(|(name, value)| (name.clone(), from_ps_value(value)));
    Object { text: object.text.clone(), adapted: properties.collect(), ..Object::of_type(types) }.into()
}

/// A value of a property. Lync's enums go as their names.
pub fn from_ps_value(value: &PsValue) -> Value {
    match value {
        PsValue::Null => Value::Null,
        PsValue::Bool(flag) => Value::Bool(*flag),
        PsValue::Int(number) => i32::try_from(*number).map_or(Value::I64(*number), Value::I32),
        PsValue::Double(number) => Value::F64(*number),
        PsValue::Text(text) => Value::Text(text.clone()),
        PsValue::Time(at) => Value::DateTime(DateTime::from(*at)),
        PsValue::Span(span) => Value::TimeSpan(TimeSpan::from(*span)),
        PsValue::List(items) => Object::of_list(items.iter().map(from_ps_value).collect()).into(),
        PsValue::Object(object) => from_ps_object(object),
    }
}
