//! One row of an answer, read property by property.

use std::str::FromStr;

use jiff::Timestamp;

use super::{DecodeError, time};
use crate::lync::{
    FqdnError, Version,
    ps::{PsObject, PsValue},
};

/// An object of an answer, with the cmdlet that gave it for the error text.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    cmdlet: &'static str,
    object: &'a PsObject,
}

/// The rows of an answer that is never empty on a working system.
pub(super) fn rows<'a>(cmdlet: &'static str, objects: &'a [PsObject]) -> Result<Vec<Row<'a>>, DecodeError> {
    if objects.is_empty() {
        return Err(DecodeError::new(cmdlet, "the answer is empty"));
    }
    Ok(objects.iter().map(|object| Row::new(cmdlet, object)).collect())
}

/// The one row of an answer that has exactly one.
pub(super) fn only_row<'a>(cmdlet: &'static str, objects: &'a [PsObject]) -> Result<Row<'a>, DecodeError> {
    match objects {
        [object] => Ok(Row::new(cmdlet, object)),
        _ => Err(DecodeError::new(cmdlet, format!("{} objects where one is expected", objects.len()))),
    }
}

/// A value for an error text: in quotes and short, because what was read may be of any size.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// The text without `Prefix:`, in any case and with blanks after it, as Microsoft's pages print it.
pub(super) fn without_prefix<'t>(text: &'t str, prefix: &str) -> &'t str {
    match text.split_once(':') {
        Some((head, rest)) if head.trim().eq_ignore_ascii_case(prefix) => rest.trim(),
        _ => text.trim(),
    }
}

/// A Boolean as text: `True` of .NET, `true` of XML.
pub(super) fn flag_text(text: &str) -> Option<bool> {
    match text.trim() {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

impl<'a> Row<'a> {
    pub(super) fn new(cmdlet: &'static str, object: &'a PsObject) -> Self {
        Self { cmdlet, object }
    }

    pub(super) fn object(&self) -> &'a PsObject {
        self.object
    }

    pub(super) fn fault(&self, problem: impl Into<String>) -> DecodeError {
        DecodeError::new(self.cmdlet, problem)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.object.get(name).is_some()
    }

    fn value(&self, names: &[&str]) -> Result<&'a PsValue, DecodeError> {
        self.object
            .get_any(names)
            .ok_or_else(|| self.fault(format!("the property {} is missing", names.join(" or "))))
    }

    /// A text; `None` if the property is there and empty.
    pub(super) fn text_or_empty(&self, names: &[&str]) -> Result<Option<&'a str>, DecodeError> {
        let text = match self.value(names)? {
            PsValue::Null => return Ok(None),
            PsValue::Text(text) => text,
            PsValue::Object(PsObject { text: Some(text), .. }) => text,
            _ => return Err(self.fault(format!("{} is not a text", names[0]))),
        };
        match text.trim() {
            "" => Ok(None),
            text if text.contains(char::is_control) => {
                Err(self.fault(format!("{} has control characters: {}", names[0], quoted(text))))
            }
            text => Ok(Some(text)),
        }
    }

    pub(super) fn text(&self, names: &[&str]) -> Result<&'a str, DecodeError> {
        self.text_or_empty(names)?.ok_or_else(|| self.fault(format!("{} is empty", names[0])))
    }

    /// A Boolean.
    pub(super) fn flag(&self, name: &str) -> Result<bool, DecodeError> {
        if let PsValue::Bool(flag) = self.value(&[name])? {
            return Ok(*flag);
        }
        let text = self.text(&[name])?;
        flag_text(text)
            .ok_or_else(|| self.fault(format!("{name} is neither True nor False: {}", quoted(text))))
    }

    /// A point in time; `None` if the property is there and empty.
    pub(super) fn time_or_empty(&self, name: &str) -> Result<Option<Timestamp>, DecodeError> {
        if let PsValue::Time(at) = self.value(&[name])? {
            return Ok(time::unless_unset(*at));
        }
        let Some(text) = self.text_or_empty(&[name])? else { return Ok(None) };
        time::parse(text)
            .map(time::unless_unset)
            .ok_or_else(|| self.fault(format!("{name} is not a time: {}", quoted(text))))
    }

    /// The product generation of a service.
    pub(super) fn version(&self, name: &str) -> Result<Version, DecodeError> {
        let number = match self.value(&[name])? {
            PsValue::Int(number) => u8::try_from(*number).ok(),
            _ => self.text(&[name])?.parse().ok(),
        };
        number.map(Version).ok_or_else(|| self.fault(format!("{name} is not a version from 0 to 255")))
    }

    /// One of the values of an enumeration, in any case.
    pub(super) fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> Result<T, DecodeError> {
        let text = self.text(&[name])?;
        chosen(text, choices)
            .ok_or_else(|| self.fault(format!("{name} has the unknown value {}", quoted(text))))
    }

    /// Texts of a collection, which may come as one text such as `{Registrar, UserServer}`, or without a
    /// collection around it where it has one member.
    pub(super) fn texts(&self, names: &[&str]) -> Result<Vec<&'a str>, DecodeError> {
        let PsValue::List(values) = self.value(names)? else {
            let text = self.text_or_empty(names)?.unwrap_or("");
            let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
            return Ok(inner.split(',').map(str::trim).filter(|member| !member.is_empty()).collect());
        };
        values
            .iter()
            .map(|value| match value {
                PsValue::Text(text) | PsValue::Object(PsObject { text: Some(text), .. }) => Ok(text.trim()),
                _ => Err(self.fault(format!("{} has a member that is not a text", names[0]))),
            })
            .collect()
    }

    /// A name; the text of a member of the topology has a prefix such as `Registrar:`, or lacks it.
    pub(super) fn name<T>(&self, property: &str, prefix: &str) -> Result<T, DecodeError>
    where
        T: FromStr<Err = FqdnError>,
    {
        self.parsed(property, without_prefix(self.text(&[property])?, prefix))
    }

    /// Parses a text that was read from a property.
    pub(super) fn parsed<T>(&self, property: &str, text: &str) -> Result<T, DecodeError>
    where
        T: FromStr<Err = FqdnError>,
    {
        text.parse().map_err(|error: FqdnError| {
            self.fault(format!("{property} is not a name: {}: {}", quoted(text), error.reason))
        })
    }
}

/// The value of an enumeration that a text names, in any case.
pub(super) fn chosen<T: Copy>(text: &str, choices: &[(&str, T)]) -> Option<T> {
    choices.iter().find(|(name, _)| name.eq_ignore_ascii_case(text.trim())).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_taken_off_with_or_without_a_blank() {
        for text in ["EdgeServer: dc.fabrikam.com", "edgeserver:dc.fabrikam.com", " dc.fabrikam.com "] {
            assert_eq!(without_prefix(text, "EdgeServer"), "dc.fabrikam.com");
        }
        assert_eq!(without_prefix("UserServer:a.b", "EdgeServer"), "UserServer:a.b");
    }

    #[test]
    fn the_quoted_part_of_a_huge_value_is_short() {
        assert!(quoted(&"é".repeat(1_000_000)).chars().count() < 100);
        assert_eq!(quoted("a\0b"), "\"a\\0b\"");
    }

    #[test]
    fn a_collection_is_read_from_each_of_its_forms() {
        let list = PsValue::List(vec!["Registrar".into(), "UserServer".into()]);
        for value in [list, "{Registrar, UserServer}".into()] {
            let object = PsObject::default().with("RoleName", value);
            let names = Row::new("x", &object).texts(&["RoleName"]).expect("readable");
            assert_eq!(names, ["Registrar", "UserServer"]);
        }
        let object = PsObject::default().with("RoleName", "Registrar");
        assert_eq!(Row::new("x", &object).texts(&["RoleName"]).expect("readable"), ["Registrar"]);
    }
}
