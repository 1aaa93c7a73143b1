//! CLIXML, written.

use std::{collections::HashMap, fmt::Write};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Object, ProgressRecord, Value, escape::push_escaped, number::float_text, object::Base};

/// Writes a value as PowerShell does: in one line, without a declaration.
pub fn encode(value: &Value) -> String {
    let mut encoder = Encoder::default();
    encoder.value(value, None);
    encoder.out
}

#[derive(Default)]
struct Encoder<'a> {
    out: String,
    objects: usize,
    types: HashMap<&'a [String], usize>,
}

impl<'a> Encoder<'a> {
    fn value(&mut self, value: &'a Value, name: Option<&str>) {
        let (tag, text) = match value {
            Value::Null | Value::Back => return self.empty("Nil", name),
            Value::Object(object) => return self.object(object, name),
            Value::Progress(record) => return self.progress(record, name),
            Value::Text(text) => ("S", text.clone()),
            Value::Uri(text) => ("URI", text.clone()),
            Value::Xml(text) => ("XD", text.clone()),
            Value::ScriptBlock(text) => ("SBK", text.clone()),
            Value::SecureString(text) => ("SS", text.clone()),
            Value::Bool(flag) => ("B", flag.to_string()),
            Value::Char(unit) => ("C", unit.to_string()),
            Value::I8(number) => ("SB", number.to_string()),
            Value::U8(number) => ("By", number.to_string()),
            Value::I16(number) => ("I16", number.to_string()),
            Value::U16(number) => ("U16", number.to_string()),
            Value::I32(number) => ("I32", number.to_string()),
            Value::U32(number) => ("U32", number.to_string()),
            Value::I64(number) => ("I64", number.to_string()),
            Value::U64(number) => ("U64", number.to_string()),
            Value::F32(number) => ("Sg", float_text(f64::from(*number), format!("{number:E}"))),
            Value::F64(number) => ("Db", float_text(*number, format!("{number:E}"))),
            Value::Decimal(number) => ("D", number.to_string()),
            Value::DateTime(at) => ("DT", at.to_string()),
            Value::TimeSpan(span) => ("TS", span.to_string()),
            Value::Bytes(bytes) => ("BA", STANDARD.encode(bytes)),
            Value::Guid(id) => ("G", id.to_string()),
            Value::Version(version) => ("Version", version.to_string()),
        };
        match text.is_empty() {
            true => self.empty(tag, name),
            false => self.element(tag, name, &text),
        }
    }

    fn object(&mut self, object: &'a Object, name: Option<&str>) {
        // Writing into a String cannot fail, here and below.
        let _ = write!(self.out, "<Obj RefId=\"{}\"", self.objects);
        self.objects += 1;
        self.name(name);
        self.out.push('>');
        self.type_names(&object.type_names);
        if let Some(text) = &object.text {
            self.element("ToString", None, text);
        }
        match &object.base {
            Base::Nothing => {}
            Base::Primitive(value) => self.value(value, None),
            Base::List(kind, items) => {
                self.within(kind.tag(), |this| items.iter().for_each(|item| this.value(item, None)));
            }
            Base::Dictionary(entries) => self.within("DCT", |this| {
                for (key, value) in entries {
                    this.within("En", |this| {
                        this.value(key, Some("Key"));
                        this.value(value, Some("Value"));
                    });
                }
            }),
        }
        for (tag, properties) in [("Props", &object.adapted), ("MS", &object.extended)] {
            if !properties.is_empty() {
                self.within(tag, |this| {
                    properties.iter().for_each(|(name, value)| this.value(value, Some(name)))
                });
            }
        }
        self.out.push_str("</Obj>");
    }

    /// Type names are written once; later objects of the type refer to them.
    fn type_names(&mut self, names: &'a [String]) {
        if names.is_empty() {
            return;
        }
        let next = self.types.len();
        if let Some(id) = self.types.get(names) {
            let _ = write!(self.out, "<TNRef RefId=\"{id}\"/>");
            return;
        }
        self.types.insert(names, next);
        let _ = write!(self.out, "<TN RefId=\"{next}\">");
        names.iter().for_each(|name| self.element("T", None, name));
        self.out.push_str("</TN>");
    }

    fn progress(&mut self, record: &ProgressRecord, name: Option<&str>) {
        self.out.push_str("<PR");
        self.name(name);
        self.out.push('>');
        self.element("AV", None, &record.activity);
        self.element("AI", None, &record.activity_id.to_string());
        match &record.current_operation {
            Some(operation) => self.element("S", None, operation),
            None => self.empty("Nil", None),
        }
        self.element("PI", None, &record.parent_activity_id.to_string());
        self.element("PC", None, &record.percent_complete.to_string());
        self.element("T", None, record.kind.name());
        self.element("SR", None, &record.seconds_remaining.to_string());
        self.element("SD", None, &record.status);
        self.out.push_str("</PR>");
    }

    fn within(&mut self, tag: &str, content: impl FnOnce(&mut Self)) {
        let _ = write!(self.out, "<{tag}>");
        content(self);
        let _ = write!(self.out, "</{tag}>");
    }

    fn element(&mut self, tag: &str, name: Option<&str>, text: &str) {
        let _ = write!(self.out, "<{tag}");
        self.name(name);
        self.out.push('>');
        push_escaped(&mut self.out, text);
        let _ = write!(self.out, "</{tag}>");
    }

    fn empty(&mut self, tag: &str, name: Option<&str>) {
        let _ = write!(self.out, "<{tag}");
        self.name(name);
        self.out.push_str("/>");
    }

    fn name(&mut self, name: Option<&str>) {
        if let Some(name) = name {
            self.out.push_str(" N=\"");
            push_escaped(&mut self.out, name);
            self.out.push('"');
        }
    }
}
