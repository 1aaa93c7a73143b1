//! Writing XML by hand, with escaping, and reading it with a tree that refuses what could hurt.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use roxmltree::{Document, Node, ParsingOptions};
use uuid::Uuid;

use super::Unreadable;

/// More elements and texts than any answer has; a page of 32,000 shells is never asked for.
const MAX_NODES: u32 = 100_000;
/// The parser compares each attribute of an element with all others.
const MAX_ATTRIBUTES: usize = 64;
/// The parser copies the prefixes in scope for every element that declares one.
const MAX_PREFIXES: usize = 64;

/// A document under construction. Names are written as given; what is data is escaped.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
}

impl Writer {
    /// `<name attribute="value">`.
    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.start(name, attributes);
        self.text.push('>');
    }

    /// `</name>`.
    pub(super) fn close(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    /// An element with text only.
    pub(super) fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.open(name, attributes);
        escape(text, &mut self.text);
        self.close(name);
    }

    /// An element with nothing in it.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.start(name, attributes);
        self.text.push_str("/>");
    }

    /// An element with bytes, as Base64.
    pub(super) fn bytes(&mut self, name: &str, attributes: &[(&str, &str)], data: &[u8]) {
        self.open(name, attributes);
        STANDARD.encode_string(data, &mut self.text);
        self.close(name);
    }

    /// The document.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.text.push('<');
        self.text.push_str(name);
        for (key, value) in attributes {
            self.text.push(' ');
            self.text.push_str(key);
            self.text.push_str("=\"");
            escape(value, &mut self.text);
            self.text.push('"');
        }
    }
}

/// White space other than a blank is written as a reference, because a parser would change it; what XML 1.0
/// cannot carry becomes U+FFFD.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
}

/// Parses bytes of at most `limit`. Document type declarations are refused, so no entity can grow.
pub(super) fn parse(bytes: &[u8], limit: usize) -> Result<Document<'_>, Unreadable> {
    if bytes.len() > limit {
        return Err(Unreadable(format!("{} bytes, more than {limit}", bytes.len())));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| Unreadable(format!("not UTF-8: {error}")))?;
    // Windows begins some bodies with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    within_bounds(text)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| Unreadable(error.to_string()))
}

/// What the parser does with the tags of a text must not grow with the square of its length.
fn within_bounds(text: &str) -> Result<(), Unreadable> {
    let mut prefixes = BTreeSet::new();
    for tag in text.split('<').skip(1).filter(|tag| !tag.starts_with(['!', '?', '/'])) {
        let mut count = 0;
        for name in attribute_names(tag) {
            count += 1;
            if count > MAX_ATTRIBUTES {
                return Err(Unreadable(format!("an element has more than {MAX_ATTRIBUTES} attributes")));
            }
            if name.starts_with("xmlns") && prefixes.insert(name) && prefixes.len() > MAX_PREFIXES {
                return Err(Unreadable(format!("more than {MAX_PREFIXES} prefixes are declared")));
            }
        }
    }
    Ok(())
}

/// The word before each equals sign, from behind a `<` up to the `>` that is not within quotes.
fn attribute_names(tag: &str) -> impl Iterator<Item = &str> {
    let (mut quote, mut from) = (None, 0);
    let open = tag.bytes().enumerate().map_while(move |(at, byte)| match (quote, byte) {
        (Some(open), _) if open == byte => {
            (quote, from) = (None, at + 1);
            Some(None)
        }
        (Some(_), _) => Some(None),
        (None, b'\'' | b'"') => {
            quote = Some(byte);
            Some(None)
        }
        (None, b'=') => {
            let before = &tag[from..at];
            from = at + 1;
            Some(before.split_whitespace().next_back())
        }
        (None, b'>') => None,
        (None, _) => Some(None),
    });
    open.flatten()
}

/// The first child element of that name.
pub(super) fn child<'a, 'i>(node: Node<'a, 'i>, space: &str, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.has_tag_name((space, name)))
}

/// The first child element of that name, which has to be there.
pub(super) fn need<'a, 'i>(node: Node<'a, 'i>, space: &str, name: &str) -> Result<Node<'a, 'i>, Unreadable> {
    child(node, space, name).ok_or_else(|| Unreadable(format!("{} has no {name}", node.tag_name().name())))
}

/// All text of an element, trimmed.
pub(super) fn text(node: Node<'_, '_>) -> String {
    let all: String = node.descendants().filter(Node::is_text).filter_map(|part| part.text()).collect();
    all.trim().to_owned()
}

/// The text of a child, if it is there and not blank.
pub(super) fn child_text(node: Node<'_, '_>, space: &str, name: &str) -> Option<String> {
    child(node, space, name).map(text).filter(|text| !text.is_empty())
}

/// The bytes of an element with Base64. Line breaks inside are ignored, as MIME does.
pub(super) fn bytes(node: Node<'_, '_>) -> Result<Vec<u8>, Unreadable> {
    let mut encoded = text(node);
    encoded.retain(|character| !character.is_ascii_whitespace());
    STANDARD
        .decode(encoded)
        .map_err(|error| Unreadable(format!("{} is not Base64: {error}", node.tag_name().name())))
}

/// An id as it is written, `uuid:` in front or not, in any case.
pub(super) fn id(text: &str) -> Result<Uuid, Unreadable> {
    let bare = text.trim();
    let bare = bare.strip_prefix("uuid:").unwrap_or(bare);
    Uuid::try_parse(bare).map_err(|_| Unreadable(format!("{text:?} is not an id")))
}

/// An id as Windows writes it.
pub(super) fn write_id(id: Uuid) -> String {
    id.hyphenated().to_string().to_uppercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn data_stays_data(value in "[\\PC\t\n\r]*", attribute in "[\\PC\t\n\r]*") {
            let mut writer = Writer::default();
            writer.leaf("a", &[("b", &attribute)], &value);
            let document = writer.finish();
            let tree = parse(document.as_bytes(), 1 << 20).expect("well-formed");
            prop_assert_eq!(tree.root_element().attribute("b"), Some(attribute.as_str()));
            prop_assert_eq!(tree.root_element().text().unwrap_or_default(), value);
            prop_assert_eq!(tree.root_element().children().filter(Node::is_element).count(), 0);
        }
    }

    #[test]
    fn what_xml_cannot_carry_is_replaced() {
        let mut writer = Writer::default();
        writer.leaf("a", &[], "x\0y\u{ffff}z");
        let document = writer.finish();
        assert_eq!(
            parse(document.as_bytes(), 100).expect("well-formed").root_element().text(),
            Some("x\u{fffd}y\u{fffd}z")
        );
    }

    #[test]
    fn ids_are_read_in_every_form() {
        let id = Uuid::from_u128(0xABCD);
        for form in [write_id(id), format!("uuid:{}", write_id(id)), id.to_string(), format!(" {id} ")] {
            assert_eq!(super::id(&form), Ok(id), "{form}");
        }
        assert!(super::id("uuid:").is_err());
    }
}
