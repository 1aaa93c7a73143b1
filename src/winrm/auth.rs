//! What an authentication has to be able to do.

use async_trait::async_trait;

use crate::wsman::seal::Sealed;

/// One step of a handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What to send to the server.
    pub token: Option<Vec<u8>>,
    /// Whether this side needs nothing more from the server. When it does and the server says that it is
    /// content, the server has not proved who it is.
    pub complete: bool,
}

/// Why an authentication does not go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// Nobody refused anything: no authority was reached, or what is needed is missing.
    #[error("{0}")]
    Unavailable(String),
    /// The credentials were refused.
    #[error("{0}")]
    Refused(String),
}

/// A handshake whose tokens travel in the headers of HTTP, and what seals with its result.
#[async_trait]
pub trait Authenticator: Send {
    /// The schemes under which it goes, the preferred one first.
    fn schemes(&self) -> &'static [&'static str];

    /// Binds it to a TLS connection, if it can: application data of RFC 5929, `tls-server-end-point:` and a
    /// hash.
    fn bind(&mut self, channel: &[u8]);

    /// Takes what the server sent and says what to send.
    ///
    /// # Errors
    ///
    /// [`AuthError`]; the handshake is over then.
    async fn step(&mut self, challenge: Option<&[u8]>) -> Result<Step, AuthError>;

    /// Seals a message.
    ///
    /// # Errors
    ///
    /// [`AuthError::Unavailable`] when the handshake is not complete or cannot seal.
    fn seal(&mut self, plain: &[u8]) -> Result<Sealed, AuthError>;

    /// Opens a message and checks it.
    ///
    /// # Errors
    ///
    /// [`AuthError::Unavailable`] when it was altered, or is not the next one.
    fn unseal(&mut self, sealed: Sealed) -> Result<Vec<u8>, AuthError>;
}
