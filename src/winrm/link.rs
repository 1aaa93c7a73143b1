//! A connection on which the operator has proved who it is.

use hyper::{StatusCode, header::CONTENT_TYPE};
use tokio::time::{Instant, timeout};
use zeroize::Zeroizing;

use super::{
    Authenticator, Claim, Credentials, Endpoint, Gate, SessionError,
    credentials::Method,
    handshake::{self, Failure},
    http::{Connection, Response, SOAP},
};
use crate::wsman::seal::{self, SealProtocol};

/// An authenticated connection.
pub(super) struct Link {
    connection: Connection,
    protection: Protection,
    last_used: Instant,
}

enum Protection {
    /// TLS, and a header with every request or none.
    Tls(Option<Zeroizing<String>>),
    /// The content is sealed.
    Seal(Box<dyn Authenticator>, SealProtocol),
}

/// An answer, opened.
pub(super) struct Opened {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
    /// Whether it certainly comes from the host: within TLS, or sealed.
    pub(super) is_authentic: bool,
}

impl Link {
    /// Connects and authenticates, unless the gate is closed for the account.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unreachable`], [`SessionError::NotSent`] or [`SessionError::Denied`]: no request has
    /// left.
    pub(super) async fn open(
        endpoint: &Endpoint,
        credentials: &Credentials,
        claim: &Claim,
        gate: &Gate,
    ) -> Result<Self, SessionError> {
        gate.is_open(claim)?;
        let arrived = gate.arrive(claim);
        let method =
            credentials.method(endpoint).map_err(|error| SessionError::NotSent(error.to_string()))?;
        let mut connection = Connection::open(endpoint).await?;
        let protection = match method {
            Method::Header(header) => Protection::Tls(Some(header)),
            Method::Handshake(mut authenticator) => {
                if let Some(channel) = &connection.channel {
                    authenticator.bind(channel);
                }
                // A host that does not speak is found out before the account's turn, not during it.
                let scheme = handshake::scheme(&mut connection, authenticator.schemes(), endpoint).await?;
                let turn = gate.enter(claim, arrived).await?;
                let shaken =
                    handshake::shake(&mut connection, scheme, authenticator.as_mut(), endpoint).await;
                let protocol = match shaken {
                    Ok(protocol) => protocol,
                    Err(Failure::Session(error)) => return Err(error),
                    Err(Failure::Refused(why)) => {
                        turn.refused();
                        let why = format!("{} refused {}: {why}", endpoint.host, claim.account);
                        return Err(SessionError::Denied(why));
                    }
                };
                turn.accepted();
                match endpoint.tls {
                    Some(_) => Protection::Tls(None),
                    None => Protection::Seal(authenticator, protocol),
                }
            }
        };
        Ok(Self { connection, protection, last_used: Instant::now() })
    }

    /// Whether it can be used once more.
    pub(super) fn is_usable(&self, endpoint: &Endpoint) -> bool {
        self.connection.is_open() && self.last_used.elapsed() < endpoint.pace.idle
    }

    /// Whether each request carries the credentials, so that a refusal of it is one of them.
    pub(super) fn sends_credentials(&self) -> bool {
        matches!(self.protection, Protection::Tls(Some(_)))
    }

    /// Sends an envelope and brings the answer.
    ///
    /// # Errors
    ///
    /// [`SessionError`], never a fault.
    pub(super) async fn exchange(
        &mut self,
        envelope: &str,
        patience: std::time::Duration,
    ) -> Result<Opened, SessionError> {
        let plain = envelope.as_bytes();
        let (authorization, content_type, body) = match &mut self.protection {
            Protection::Tls(header) => (header.as_ref(), SOAP.to_owned(), plain.to_vec()),
            Protection::Seal(authenticator, protocol) => {
                let not_sent = |why: String| SessionError::NotSent(why);
                let sealed = authenticator.seal(plain).map_err(|error| not_sent(error.to_string()))?;
                let body =
                    seal::write(*protocol, plain, &sealed).map_err(|error| not_sent(error.to_string()))?;
                (None, protocol.content_type(), body)
            }
        };
        let authorization = authorization.map(|header| header.as_str());
        let posted = timeout(patience, self.connection.post(authorization, &content_type, body)).await;
        let response = posted.map_err(|_| SessionError::Unknown("no answer in time".to_owned()))??;
        self.last_used = Instant::now();
        self.open_body(response)
    }

    fn open_body(&mut self, response: Response) -> Result<Opened, SessionError> {
        let Response { status, headers, body } = response;
        let Protection::Seal(authenticator, protocol) = &mut self.protection else {
            return Ok(Opened { status, body: body.to_vec(), is_authentic: true });
        };
        let content_type =
            headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !seal::is_sealed(content_type) {
            // HTTP itself answers without a seal, and so does whoever is on the wire.
            return if status.is_success() {
                Err(SessionError::Unreadable("the answer is not sealed".to_owned()))
            } else {
                Ok(Opened { status, body: Vec::new(), is_authentic: false })
            };
        }
        let unreadable = |why: String| SessionError::Unreadable(why);
        let parts =
            seal::read(*protocol, content_type, &body).map_err(|error| unreadable(error.to_string()))?;
        let mut plain = Vec::new();
        for part in parts {
            plain.extend(authenticator.unseal(part).map_err(|error| unreadable(error.to_string()))?);
        }
        Ok(Opened { status, body: plain, is_authentic: true })
    }
}
