//! Primitives of CLIXML, read by their element (MS-PSRP 2.2.5.1).

use base64::{Engine, engine::general_purpose::STANDARD};
use roxmltree::Node;

use super::{
    ClixmlError, DateTime, ProgressKind, ProgressRecord, TimeSpan, Value, escape::unescape, number::float,
};

/// The primitive that an element is; `None` if its name is not that of a primitive.
pub(super) fn read(node: Node<'_, '_>) -> Result<Option<Value>, ClixmlError> {
    let tag = node.tag_name().name();
    let raw = node.text().unwrap_or_default();
    let text = || unescape(raw).into_owned();
    let word = raw.trim();
    let value = match tag {
        "Nil" => Some(Value::Null),
        "S" => Some(Value::Text(text())),
        "URI" => Some(Value::Uri(text())),
        "XD" => Some(Value::Xml(text())),
        "SBK" => Some(Value::ScriptBlock(text())),
        "B" if word.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        "B" if word.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        "B" => None,
        "C" => word.parse().ok().map(Value::Char),
        "SB" => word.parse().ok().map(Value::I8),
        "By" => word.parse().ok().map(Value::U8),
        "I16" => word.parse().ok().map(Value::I16),
        "U16" => word.parse().ok().map(Value::U16),
        "I32" => word.parse().ok().map(Value::I32),
        "U32" => word.parse().ok().map(Value::U32),
        "I64" => word.parse().ok().map(Value::I64),
        "U64" => word.parse().ok().map(Value::U64),
        "Sg" => float(word).map(Value::F32),
        "Db" => float(word).map(Value::F64),
        "D" => word.parse().ok().map(Value::Decimal),
        "DT" => DateTime::parse(word).map(Value::DateTime),
        "TS" => TimeSpan::parse(word).map(Value::TimeSpan),
        "BA" => bytes(raw).map(Value::Bytes),
        "G" => uuid::Uuid::parse_str(word).ok().map(Value::Guid),
        "Version" => word.parse().ok().map(Value::Version),
        "SS" => bytes(raw).map(|_| Value::SecureString(word.to_owned())),
        "PR" => progress(node).map(|record| Value::Progress(Box::new(record))),
        _ => return Ok(None),
    };
    if tag != "PR" && node.children().any(|child| child.is_element()) {
        return Err(ClixmlError::malformed(tag, "contains an element"));
    }
    value.map(Some).ok_or_else(|| ClixmlError::malformed(tag, "does not contain what its name says"))
}

/// Base64, also in lines.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let clean: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(clean).ok()
}

fn progress(node: Node<'_, '_>) -> Option<ProgressRecord> {
    let text = |name: &str| {
        let child = node.children().find(|child| child.tag_name().name() == name)?;
        Some(unescape(child.text().unwrap_or_default()).into_owned())
    };
    let number = |name: &str| match text(name) {
        Some(text) => text.trim().parse().ok(),
        None => Some(-1),
    };
    let kind = match text("T").as_deref() {
        Some("Completed") => ProgressKind::Completed,
        Some("Processing") | None => ProgressKind::Processing,
        Some(_) => return None,
    };
    Some(ProgressRecord {
        activity: text("AV").unwrap_or_default(),
        activity_id: number("AI")?,
        status: text("SD").unwrap_or_default(),
        current_operation: text("S"),
        parent_activity_id: number("PI")?,
        percent_complete: number("PC")?,
        seconds_remaining: number("SR")?,
        kind,
    })
}
