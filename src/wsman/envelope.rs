//! The frame around every message: SOAP envelope, header, body.

use roxmltree::{Document, Node};
use uuid::Uuid;

use super::{
    MAX_ENVELOPE, Unreadable,
    names::{ADDRESSING, ENUMERATION, POWERSHELL, SHELL, SOAP, TRANSFER, WSMAN, WSMV},
    xml::{Writer, child, child_text, id, need, parse},
};

/// The prefixes that all writers here use.
const PREFIXES: [(&str, &str); 7] = [
    ("xmlns:s", SOAP),
    ("xmlns:a", ADDRESSING),
    ("xmlns:w", WSMAN),
    ("xmlns:p", WSMV),
    ("xmlns:rsp", SHELL),
    ("xmlns:x", TRANSFER),
    ("xmlns:n", ENUMERATION),
];

/// A header that the other side has to understand, or fail.
pub(super) const MUST: [(&str, &str); 1] = [("s:mustUnderstand", "true")];
/// A header that the other side may ignore.
pub(super) const MAY: [(&str, &str); 1] = [("s:mustUnderstand", "false")];

/// PowerShell's elements declare their own namespace: the service hands them on cut out of the envelope.
pub(super) const OWN: [(&str, &str); 1] = [("xmlns", POWERSHELL)];

/// Writes an envelope around what `header` and `body` write.
pub(super) fn write(header: impl FnOnce(&mut Writer), body: impl FnOnce(&mut Writer)) -> String {
    let mut writer = Writer::default();
    writer.open("s:Envelope", &PREFIXES);
    writer.open("s:Header", &[]);
    header(&mut writer);
    writer.close("s:Header");
    writer.open("s:Body", &[]);
    body(&mut writer);
    writer.close("s:Body");
    writer.close("s:Envelope");
    writer.finish()
}

/// A parsed message.
pub(super) fn document(envelope: &[u8]) -> Result<Document<'_>, Unreadable> {
    parse(envelope, MAX_ENVELOPE)
}

/// Header and body of a parsed message.
#[derive(Clone, Copy)]
pub(super) struct Envelope<'a, 'i> {
    pub(super) header: Node<'a, 'i>,
    pub(super) body: Node<'a, 'i>,
}

impl<'a, 'i> Envelope<'a, 'i> {
    pub(super) fn of(document: &'a Document<'i>) -> Result<Self, Unreadable> {
        let root = document.root_element();
        if !root.has_tag_name((SOAP, "Envelope")) {
            return Err(Unreadable(format!("the root is {}, not a SOAP envelope", root.tag_name().name())));
        }
        Ok(Self { header: need(root, SOAP, "Header")?, body: need(root, SOAP, "Body")? })
    }

    pub(super) fn action(&self) -> Result<String, Unreadable> {
        child_text(self.header, ADDRESSING, "Action").ok_or_else(|| Unreadable("no action".to_owned()))
    }

    pub(super) fn message_id(&self) -> Result<Uuid, Unreadable> {
        let text = child_text(self.header, ADDRESSING, "MessageID");
        id(&text.ok_or_else(|| Unreadable("no message id".to_owned()))?)
    }

    pub(super) fn relates_to(&self) -> Result<Option<Uuid>, Unreadable> {
        child_text(self.header, ADDRESSING, "RelatesTo").map(|text| id(&text)).transpose()
    }

    pub(super) fn body_child(&self, space: &str, name: &str) -> Result<Node<'a, 'i>, Unreadable> {
        need(self.body, space, name)
    }
}

/// The value of a selector in a `SelectorSet` below `parent`.
pub(super) fn selector(parent: Node<'_, '_>, name: &str) -> Option<String> {
    let set = child(parent, WSMAN, "SelectorSet")?;
    let of_name = |node: &Node<'_, '_>| {
        node.has_tag_name((WSMAN, "Selector"))
            && node.attribute("Name").is_some_and(|value| value.eq_ignore_ascii_case(name))
    };
    set.children().find(of_name).map(super::xml::text)
}

/// A `SelectorSet` that names a shell.
pub(super) fn write_selector(writer: &mut Writer, shell: Uuid) {
    writer.open("w:SelectorSet", &[]);
    writer.leaf("w:Selector", &[("Name", "ShellId")], &super::xml::write_id(shell));
    writer.close("w:SelectorSet");
}
