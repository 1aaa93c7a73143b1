//! A connection on which the operator has proved who it is.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE},
};
use tokio::time::{Instant, timeout};
use zeroize::Zeroizing;

use super::{
    AuthError, Authenticator, Credentials, Endpoint, Gate, SessionError,
    credentials::Method,
    http::{Connection, Response},
};
use crate::wsman::seal::{self, SealProtocol};

/// The content of an envelope that is not sealed.
const SOAP: &str = "application/soap+xml;charset=UTF-8";
/// More rounds than any handshake needs.
const MAX_ROUNDS: usize = 8;

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

impl Link {
    /// Connects and authenticates, unless the gate is closed for the account.
    ///
    /// # Errors
    ///
    /// [`SessionError::NotSent`] or [`SessionError::Denied`]: no request has left.
    pub(super) async fn open(
        endpoint: &Endpoint,
        credentials: &Credentials,
        revision: &str,
        gate: &Gate,
    ) -> Result<Self, SessionError> {
        let (place, account) = (credentials.counted_at(&endpoint.host), credentials.account());
        gate.may_try(&place, &account, revision).map_err(|until| {
            SessionError::Denied(format!(
                "{account} was refused twice; it is not tried again before {until}, so that it is not locked \
                 out. Change the Secret with the credentials to try at once"
            ))
        })?;
        let method =
            credentials.method(endpoint).map_err(|error| SessionError::NotSent(error.to_string()))?;
        let mut connection = Connection::open(endpoint).await?;
        let protection = match method {
            Method::Header(header) => Protection::Tls(Some(header)),
            Method::Handshake(mut authenticator) => {
                if let Some(channel) = &connection.channel {
                    authenticator.bind(channel);
                }
                let shaken = handshake(&mut connection, authenticator.as_mut(), endpoint).await;
                let protocol = shaken.map_err(|error| match error {
                    Handshake::Session(error) => error,
                    Handshake::Refused(why) => {
                        gate.refused(&place, &account, revision);
                        SessionError::Denied(format!("{} refused {account}: {why}", endpoint.host))
                    }
                })?;
                gate.accepted(&place, &account);
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

    /// Sends an envelope and brings status and content of the answer.
    ///
    /// # Errors
    ///
    /// [`SessionError`], never a fault.
    pub(super) async fn exchange(
        &mut self,
        envelope: &str,
        patience: std::time::Duration,
    ) -> Result<(StatusCode, Vec<u8>), SessionError> {
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

    fn open_body(&mut self, response: Response) -> Result<(StatusCode, Vec<u8>), SessionError> {
        let Response { status, headers, body } = response;
        let Protection::Seal(authenticator, protocol) = &mut self.protection else {
            return Ok((status, body.to_vec()));
        };
        let content_type =
            headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !seal::is_sealed(content_type) {
            // Only HTTP itself answers without a seal; what it says is not believed, its status is shown.
            return if status.is_success() {
                Err(SessionError::Unreadable("the answer is not sealed".to_owned()))
            } else {
                Ok((status, Vec::new()))
            };
        }
        let unreadable = |why: String| SessionError::Unreadable(why);
        let parts =
            seal::read(*protocol, content_type, &body).map_err(|error| unreadable(error.to_string()))?;
        let mut plain = Vec::new();
        for part in parts {
            plain.extend(authenticator.unseal(part).map_err(|error| unreadable(error.to_string()))?);
        }
        Ok((status, plain))
    }
}

enum Handshake {
    Session(SessionError),
    Refused(String),
}

impl From<AuthError> for Handshake {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Refused(why) => Self::Refused(why),
            AuthError::Unavailable(why) => Self::Session(SessionError::NotSent(why)),
        }
    }
}

/// Shakes hands with empty requests, so that nothing can have been done when it fails.
async fn handshake(
    connection: &mut Connection,
    authenticator: &mut dyn Authenticator,
    endpoint: &Endpoint,
) -> Result<SealProtocol, Handshake> {
    let not_sent =
        |why: String| Handshake::Session(SessionError::NotSent(format!("{}: {why}", endpoint.host)));
    let first = knock(connection, None, endpoint).await?;
    if first.status != StatusCode::UNAUTHORIZED {
        return Err(not_sent(format!("asks for no authentication, but says {}", first.status)));
    }
    let offered = offers(&first.headers);
    let known = authenticator.schemes();
    let scheme =
        known.iter().find(|scheme| offered.iter().any(|(name, _)| name.eq_ignore_ascii_case(scheme)));
    let scheme = *scheme.ok_or_else(|| {
        let names: Vec<&str> = offered.iter().map(|(name, _)| name.as_str()).collect();
        not_sent(format!(
            "offers {}, not {}; see winrm get winrm/config/service/auth",
            names.join(", "),
            known.join(" or ")
        ))
    })?;
    let protocol = if scheme == "Kerberos" { SealProtocol::Kerberos } else { SealProtocol::Spnego };
    let mut challenge: Option<Vec<u8>> = None;
    for _ in 0..MAX_ROUNDS {
        let step = authenticator.step(challenge.as_deref()).await?;
        let Some(token) = step.token else {
            return if step.complete {
                Ok(protocol)
            } else {
                Err(not_sent("the handshake stands still".to_owned()))
            };
        };
        let header = Zeroizing::new(format!("{scheme} {}", STANDARD.encode(token)));
        let response = knock(connection, Some(&header), endpoint).await?;
        challenge = offers(&response.headers)
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(scheme))
            .and_then(|(_, token)| token);
        match (response.status, &challenge) {
            (StatusCode::UNAUTHORIZED, None) => {
                return Err(Handshake::Refused(format!("{scheme}; check user name and password")));
            }
            (StatusCode::FORBIDDEN, _) => {
                return Err(Handshake::Session(SessionError::Denied(format!(
                    "{} forbids it",
                    endpoint.host
                ))));
            }
            (StatusCode::UNAUTHORIZED, Some(_)) => {}
            (_, None) if step.complete => return Ok(protocol),
            (_, None) => return Err(not_sent("did not prove who it is".to_owned())),
            // What is still said after success is checked, if this side wants to know it.
            (_, Some(_)) if step.complete => return Ok(protocol),
            (_, Some(_)) => {}
        }
    }
    Err(not_sent("the handshake does not end".to_owned()))
}

async fn knock(
    connection: &mut Connection,
    header: Option<&str>,
    endpoint: &Endpoint,
) -> Result<Response, Handshake> {
    // Nothing was asked for, so nothing is unknown.
    let not_sent =
        |why: String| Handshake::Session(SessionError::NotSent(format!("{}: {why}", endpoint.host)));
    timeout(endpoint.pace.authenticate, connection.post(header, SOAP, Vec::new()))
        .await
        .map_err(|_| not_sent("no answer to the handshake in time".to_owned()))?
        .map_err(|error| not_sent(format!("the handshake broke: {error}")))
}

/// The schemes that a server offers, and the tokens that it sends with them. A header may name several.
fn offers(headers: &HeaderMap) -> Vec<(String, Option<Vec<u8>>)> {
    let values = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let parts = values.flat_map(|value| value.split(',')).map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| match part.split_once(' ') {
            Some((name, token)) => (name.to_owned(), STANDARD.decode(token.trim()).ok()),
            None => (part.to_owned(), None),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    #[test]
    fn offers_are_read_from_one_header_or_many() {
        let mut headers = HeaderMap::new();
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Negotiate aGk=, Kerberos"));
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"WSMAN\""));
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(""));
        let offers = offers(&headers);
        let names: Vec<_> = offers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Negotiate", "Kerberos", "Basic"]);
        assert_eq!(offers[0].1.as_deref(), Some(b"hi".as_slice()));
        assert!(offers[1].1.is_none() && offers[2].1.is_none());
    }
}
