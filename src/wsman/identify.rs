//! Who is there? (DSP0226, 11)

use super::{
    MAX_ENVELOPE, Unreadable,
    names::{IDENTITY, SOAP},
    xml::{Writer, child, child_text, need, parse},
};

/// What a service says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The protocol, `http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd`.
    pub protocol: String,
    /// Who made it.
    pub vendor: String,
    /// Version of the operating system and of the service, `OS: 6.3.9600 SP: 0.0 Stack: 3.0`.
    pub version: String,
}

impl Identity {
    /// The question.
    pub fn question() -> String {
        envelope(|writer| writer.empty("i:Identify", &[]))
    }

    /// The answer.
    pub fn write(&self) -> String {
        envelope(|writer| {
            writer.open("i:IdentifyResponse", &[]);
            writer.leaf("i:ProtocolVersion", &[], &self.protocol);
            writer.leaf("i:ProductVendor", &[], &self.vendor);
            writer.leaf("i:ProductVersion", &[], &self.version);
            writer.close("i:IdentifyResponse");
        })
    }

    /// Reads an answer.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] when it is none.
    pub fn read(envelope: &[u8]) -> Result<Self, Unreadable> {
        let document = parse(envelope, MAX_ENVELOPE)?;
        let body = need(document.root_element(), SOAP, "Body")?;
        let answer = need(body, IDENTITY, "IdentifyResponse")?;
        let word = |name| child_text(answer, IDENTITY, name).unwrap_or_default();
        Ok(Self {
            protocol: word("ProtocolVersion"),
            vendor: word("ProductVendor"),
            version: word("ProductVersion"),
        })
    }
}

/// Whether a client asks for the identity.
pub(super) fn is_question(envelope: &[u8]) -> Result<bool, Unreadable> {
    let document = parse(envelope, MAX_ENVELOPE)?;
    let body = need(document.root_element(), SOAP, "Body")?;
    Ok(child(body, IDENTITY, "Identify").is_some())
}

fn envelope(body: impl FnOnce(&mut Writer)) -> String {
    let mut writer = Writer::default();
    writer.open("s:Envelope", &[("xmlns:s", SOAP), ("xmlns:i", IDENTITY)]);
    writer.empty("s:Header", &[]);
    writer.open("s:Body", &[]);
    body(&mut writer);
    writer.close("s:Body");
    writer.close("s:Envelope");
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wsman::Incoming;

    #[test]
    fn question_and_answer_come_back() {
        assert_eq!(Incoming::read(Identity::question().as_bytes()), Ok(Incoming::Identify));
        let identity = Identity {
            protocol: "p".to_owned(),
            vendor: "Microsoft & others".to_owned(),
            version: "OS: 6.3.9600 SP: 0.0 Stack: 3.0".to_owned(),
        };
        assert_eq!(Identity::read(identity.write().as_bytes()), Ok(identity));
        assert!(Identity::read(Identity::question().as_bytes()).is_err());
    }
}
