//! CLIXML, read.

use std::collections::HashMap;

use roxmltree::{Document, Node, ParsingOptions};

use super::{
    ClixmlError, Limits, ListKind, Object, Value, bounds,
    error::shortened,
    escape::{self, unescape},
    object::Base,
    primitive,
    references::References,
};

/// Reads a value within [`Limits::DEFAULT`].
///
/// # Errors
///
/// A [`ClixmlError`] for whatever is not the CLIXML of one value, or too much of it.
pub fn decode(text: &str) -> Result<Value, ClixmlError> {
    decode_within(text, &Limits::DEFAULT)
}

/// Reads a value within limits.
///
/// # Errors
///
/// A [`ClixmlError`] for whatever is not the CLIXML of one value, or too much of it.
pub fn decode_within(text: &str, limits: &Limits) -> Result<Value, ClixmlError> {
    bounds::check(text, limits)?;
    let text = &escape::readable(text);
    let options = ParsingOptions { allow_dtd: false, nodes_limit: limits.nodes, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => {
            ClixmlError::TooMuch { what: "nodes", most: usize::try_from(limits.nodes).unwrap_or(usize::MAX) }
        }
        other => ClixmlError::NotXml(shortened(&other.to_string())),
    })?;
    let references = References::new(&document, limits);
    let mut decoder = Decoder { references, types: HashMap::new(), levels: limits.levels };
    let root = document.root_element();
    decoder.value(root, 0)?.ok_or_else(|| ClixmlError::UnknownElement(shortened(root.tag_name().name())))
}

struct Decoder<'a> {
    references: References,
    types: HashMap<&'a str, Vec<String>>,
    levels: usize,
}

impl<'a> Decoder<'a> {
    /// The value that an element is; `None` if it is none.
    fn value(&mut self, node: Node<'a, '_>, level: usize) -> Result<Option<Value>, ClixmlError> {
        if level >= self.levels {
            return Err(ClixmlError::TooMuch { what: "levels", most: self.levels });
        }
        self.references.spend(node.text().map_or(0, str::len))?;
        match node.tag_name().name() {
            "Obj" => self.object(node, level).map(Some),
            "Ref" => {
                let id = node.attribute("RefId");
                let id = id.ok_or_else(|| ClixmlError::malformed("Ref", "has no RefId"))?;
                self.references.follow(id, level).map(Some)
            }
            _ => primitive::read(node),
        }
    }

    fn expect(&mut self, node: Node<'a, '_>, level: usize) -> Result<Value, ClixmlError> {
        let unknown = || ClixmlError::UnknownElement(shortened(node.tag_name().name()));
        self.value(node, level)?.ok_or_else(unknown)
    }

    fn object(&mut self, node: Node<'a, '_>, level: usize) -> Result<Value, ClixmlError> {
        let id = node.attribute("RefId");
        self.references.begin(id);
        let mut object = Object::default();
        for part in elements(node) {
            let tag = part.tag_name().name();
            match tag {
                "TN" => object.type_names = self.type_names(part)?,
                "TNRef" => object.type_names = self.known_type_names(part)?,
                "ToString" => object.text = Some(unescape(part.text().unwrap_or_default()).into_owned()),
                "Props" => object.adapted = self.properties(part, level + 1)?,
                "MS" => object.extended = self.properties(part, level + 1)?,
                _ if object.base != Base::Nothing => {
                    return Err(ClixmlError::malformed("Obj", "wraps two values"));
                }
                "DCT" => object.base = Base::Dictionary(self.dictionary(part, level + 1)?),
                "Obj" | "Ref" => return Err(ClixmlError::malformed("Obj", "wraps an object")),
                _ => object.base = self.base(part, tag, level + 1)?,
            }
        }
        self.references.end(id, &object);
        Ok(object.into())
    }

    fn base(&mut self, node: Node<'a, '_>, tag: &str, level: usize) -> Result<Base, ClixmlError> {
        match ListKind::of_tag(tag) {
            Some(kind) => {
                let items: Result<_, _> = elements(node).map(|item| self.expect(item, level)).collect();
                Ok(Base::List(kind, items?))
            }
            None => Ok(Base::Primitive(Box::new(self.expect(node, level)?))),
        }
    }

    /// Properties by name. What PowerShell keeps among them besides values (sets of members) is skipped.
    fn properties(&mut self, node: Node<'a, '_>, level: usize) -> Result<Vec<(String, Value)>, ClixmlError> {
        let mut properties = Vec::new();
        for member in elements(node) {
            let Some(value) = self.value(member, level)? else { continue };
            let name = member.attribute("N");
            let name = name.ok_or_else(|| ClixmlError::malformed("Obj", "has a property without a name"))?;
            self.references.spend(name.len())?;
            properties.push((unescape(name).into_owned(), value));
        }
        Ok(properties)
    }

    fn dictionary(&mut self, node: Node<'a, '_>, level: usize) -> Result<Vec<(Value, Value)>, ClixmlError> {
        let mut entries = Vec::new();
        for entry in elements(node) {
            if entry.tag_name().name() != "En" {
                return Err(ClixmlError::malformed("DCT", "contains something else than entries"));
            }
            let part = |name| elements(entry).find(move |part| part.attribute("N") == Some(name));
            let (Some(key), Some(value)) = (part("Key"), part("Value")) else {
                return Err(ClixmlError::malformed("En", "lacks a key or a value"));
            };
            entries.push((self.expect(key, level)?, self.expect(value, level)?));
        }
        Ok(entries)
    }

    fn type_names(&mut self, node: Node<'a, '_>) -> Result<Vec<String>, ClixmlError> {
        let mut names = Vec::new();
        for name in elements(node) {
            let text = unescape(name.text().unwrap_or_default()).into_owned();
            self.references.spend(text.len())?;
            names.push(text);
        }
        if let Some(id) = node.attribute("RefId") {
            self.types.insert(id, names.clone());
        }
        Ok(names)
    }

    fn known_type_names(&mut self, node: Node<'a, '_>) -> Result<Vec<String>, ClixmlError> {
        let id = node.attribute("RefId").unwrap_or_default();
        let unknown = || ClixmlError::UnknownReference(shortened(id));
        let names = self.types.get(id).ok_or_else(unknown)?;
        names.iter().try_for_each(|name| self.references.spend(name.len()))?;
        Ok(names.clone())
    }
}

fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}
