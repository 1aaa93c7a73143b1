//! A request, with what every operation has in common.

use std::time::Duration;

use uuid::Uuid;

use super::{Operation, Unreadable, identify, request_read, request_write};

/// The largest envelope that is read, in bytes. The largest that Windows lets an administrator allow is
/// 4 MiB (`MaxEnvelopeSizekb`, MS-WSMV 2.2.4.20).
pub const MAX_ENVELOPE: usize = 4 << 20;

/// One request of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// URL of the service, `https://fe1.contoso.com:5986/wsman`.
    pub to: String,
    /// Its identity; the answer refers to it.
    pub message_id: Uuid,
    /// `wsmv:SessionId`: the client, as far as the server is concerned (MS-WSMV 2.2.4.37).
    pub session_id: Option<Uuid>,
    /// When the server has to answer. Below its `MaxTimeoutms`, 60 s by default.
    pub operation_timeout: Duration,
    /// The largest envelope that this client accepts, in bytes.
    pub max_envelope: u32,
    /// The session configuration, see [`super::configuration_uri`]. Lists are asked of all.
    pub resource: String,
    /// What is asked.
    pub operation: Operation,
}

/// What a server reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// Who are you?
    Identify,
    /// Anything else.
    Request(Box<Request>),
}

impl Request {
    /// The envelope, as UTF-8.
    pub fn write(&self) -> String {
        request_write::write(self)
    }
}

impl Incoming {
    /// Reads an envelope of a client.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] for what is not well-formed, is too large, or asks for what no shell of PowerShell
    /// can do.
    pub fn read(envelope: &[u8]) -> Result<Self, Unreadable> {
        if identify::is_question(envelope)? {
            return Ok(Self::Identify);
        }
        Ok(Self::Request(Box::new(request_read::read(envelope)?)))
    }
}

/// How many bytes of fragments fit into one request when the server accepts envelopes of `max_envelope`
/// bytes: what is left beside the header, as Base64.
pub fn fragment_room(max_envelope: u32) -> usize {
    /// More than the header with a host name of 253 and a configuration name of 256 characters needs.
    const OVERHEAD: usize = 4096;
    (max_envelope as usize).saturating_sub(OVERHEAD) / 4 * 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wsman::{Target, configuration_uri};

    #[test]
    fn what_fits_into_an_envelope_fits() {
        let max_envelope = 153_600;
        let request = Request {
            to: format!("https://{}:65535/wsman", "a".repeat(253)),
            message_id: Uuid::max(),
            session_id: Some(Uuid::max()),
            operation_timeout: Duration::from_millis(59_999),
            max_envelope,
            resource: configuration_uri(&"b".repeat(256)),
            operation: Operation::Send {
                target: Target::command(Uuid::max(), Uuid::max()),
                data: vec![0; fragment_room(max_envelope)],
                urgent: false,
            },
        };
        let length = request.write().len();
        assert!(length <= max_envelope as usize, "{length}");
        assert!(length > max_envelope as usize - 4096, "room is wasted: {length}");
        assert_eq!(fragment_room(100), 0);
    }
}
