//! References to objects that have come before, and what following them costs.

use std::collections::{HashMap, HashSet};

use roxmltree::Document;

use super::{ClixmlError, Limits, Object, Value, error::shortened, object::Base};

/// What a value weighs besides its texts; more than Rust's own size, for what allocation adds.
const NODE: usize = 96;

/// The objects of a text that are referred to, and the memory that is left.
pub(super) struct References {
    wanted: HashSet<String>,
    open: Vec<String>,
    done: HashMap<String, (Value, Size)>,
    levels: usize,
    memory: usize,
    most: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    memory: usize,
    levels: usize,
}

impl References {
    pub(super) fn new(document: &Document<'_>, limits: &Limits) -> Self {
        let refs = document.descendants().filter(|node| node.tag_name().name() == "Ref");
        let refs = refs.filter_map(|node| node.attribute("RefId"));
        Self {
            wanted: refs.map(str::to_owned).collect(),
            open: Vec::new(),
            done: HashMap::new(),
            levels: limits.levels,
            memory: limits.memory,
            most: limits.memory,
        }
    }

    /// Takes memory for something of this size.
    pub(super) fn spend(&mut self, text: usize) -> Result<(), ClixmlError> {
        let left = self.memory.checked_sub(NODE + text);
        self.memory = left.ok_or(ClixmlError::TooMuch { what: "bytes of memory", most: self.most })?;
        Ok(())
    }

    /// An object begins.
    pub(super) fn begin(&mut self, id: Option<&str>) {
        self.open.extend(id.filter(|id| self.wanted.contains(*id)).map(str::to_owned));
    }

    /// An object that [`References::begin`] announced has been read.
    pub(super) fn end(&mut self, id: Option<&str>, object: &Object) {
        let Some(id) = id.filter(|id| self.wanted.contains(*id)) else { return };
        self.open.pop();
        let value = Value::Object(Box::new(object.clone()));
        let size = size(&value);
        self.memory = self.memory.saturating_sub(size.memory);
        self.done.insert(id.to_owned(), (value, size));
    }

    /// The object that is referred to, at this level.
    pub(super) fn follow(&mut self, id: &str, level: usize) -> Result<Value, ClixmlError> {
        if self.open.iter().any(|open| open == id) {
            return Ok(Value::Back);
        }
        let (value, size) = self.done.get(id).ok_or_else(|| ClixmlError::UnknownReference(shortened(id)))?;
        if level + size.levels > self.levels {
            return Err(ClixmlError::TooMuch { what: "levels", most: self.levels });
        }
        let left = self.memory.checked_sub(size.memory);
        self.memory = left.ok_or(ClixmlError::TooMuch { what: "bytes of memory", most: self.most })?;
        Ok(value.clone())
    }
}

fn size(value: &Value) -> Size {
    let text = match value {
        Value::Text(text) | Value::Uri(text) | Value::Xml(text) => text.len(),
        Value::ScriptBlock(text) | Value::SecureString(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Progress(record) => record.activity.len() + record.status.len(),
        Value::Object(object) => return object_size(object),
        _ => 0,
    };
    Size { memory: NODE + text, levels: 1 }
}

fn object_size(object: &Object) -> Size {
    let own = object.type_names.iter().map(|name| NODE + name.len()).sum::<usize>()
        + object.text.as_ref().map_or(0, String::len);
    let properties = object.adapted.iter().chain(&object.extended);
    let names: usize = properties.clone().map(|(name, _)| name.len()).sum();
    let mut whole = Size { memory: 2 * NODE + own + names, levels: 0 };
    let mut add = |value: &Value| {
        let part = size(value);
        whole = Size { memory: whole.memory + part.memory, levels: whole.levels.max(part.levels) };
    };
    properties.for_each(|(_, value)| add(value));
    match &object.base {
        Base::Nothing => {}
        Base::Primitive(value) => add(value),
        Base::List(_, items) => items.iter().for_each(&mut add),
        Base::Dictionary(entries) => entries.iter().for_each(|(key, value)| {
            add(key);
            add(value);
        }),
    }
    Size { levels: whole.levels + 1, ..whole }
}
