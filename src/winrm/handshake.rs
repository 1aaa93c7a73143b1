//! Proving to a listener who the operator is, before anything is asked of it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::{
    StatusCode,
    header::{HeaderMap, WWW_AUTHENTICATE},
};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{
    AuthError, Authenticator, Endpoint, SessionError,
    http::{Connection, Response, SOAP},
};
use crate::wsman::seal::SealProtocol;

/// More rounds than any handshake needs.
const MAX_ROUNDS: usize = 8;

/// Why a handshake came to nothing.
pub(super) enum Failure {
    /// Nobody refused the credentials.
    Session(SessionError),
    /// They were refused.
    Refused(String),
}

impl From<AuthError> for Failure {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Refused(why) => Self::Refused(why),
            AuthError::Unavailable(why) => Self::Session(SessionError::NotSent(why)),
        }
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

/// Asks which schemes a listener offers and picks one. No account is shown.
///
/// # Errors
///
/// [`SessionError::NotSent`].
pub(super) async fn scheme(
    connection: &mut Connection,
    known: &[&'static str],
    endpoint: &Endpoint,
) -> Result<&'static str, SessionError> {
    let first = knock(connection, None, endpoint).await?;
    if first.status != StatusCode::UNAUTHORIZED {
        return Err(not_sent(endpoint, &format!("asks for no authentication, but says {}", first.status)));
    }
    let offered = offers(&first.headers);
    let is_offered = |scheme: &&str| offered.iter().any(|(name, _)| name.eq_ignore_ascii_case(scheme));
    known.iter().copied().find(is_offered).ok_or_else(|| {
        let names: Vec<&str> = offered.iter().map(|(name, _)| name.as_str()).collect();
        let (names, known) = (names.join(", "), known.join(" or "));
        not_sent(endpoint, &format!("offers {names}, not {known}; see winrm get winrm/config/service/auth"))
    })
}

/// Shakes hands with empty requests, so that nothing can have been done when it fails.
///
/// # Errors
///
/// [`Failure`].
pub(super) async fn shake(
    connection: &mut Connection,
    scheme: &str,
    authenticator: &mut dyn Authenticator,
    endpoint: &Endpoint,
) -> Result<SealProtocol, Failure> {
    let protocol = if scheme == "Kerberos" { SealProtocol::Kerberos } else { SealProtocol::Spnego };
    let mut challenge: Option<Vec<u8>> = None;
    for _ in 0..MAX_ROUNDS {
        let step = authenticator.step(challenge.as_deref()).await?;
        let Some(token) = step.token else {
            return if step.complete {
                Ok(protocol)
            } else {
                Err(not_sent(endpoint, "the handshake stands still").into())
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
                return Err(Failure::Refused(format!("{scheme}; check user name and password")));
            }
            (StatusCode::FORBIDDEN, _) => {
                let why = format!("{} forbids it", endpoint.host);
                return Err(SessionError::Denied(why).into());
            }
            (StatusCode::UNAUTHORIZED, Some(_)) => {}
            (_, None) if step.complete => return Ok(protocol),
            (_, None) => return Err(not_sent(endpoint, "did not prove who it is").into()),
            // What is still said after success is checked, if this side wants to know it.
            (_, Some(_)) if step.complete => return Ok(protocol),
            (_, Some(_)) => {}
        }
    }
    Err(not_sent(endpoint, "the handshake does not end").into())
}

/// Sends an empty request.
///
/// # Errors
///
/// [`SessionError::NotSent`]: nothing was asked for, so nothing is unknown.
pub(super) async fn knock(
    connection: &mut Connection,
    header: Option<&str>,
    endpoint: &Endpoint,
) -> Result<Response, SessionError> {
    timeout(endpoint.pace.authenticate, connection.post(header, SOAP, Vec::new()))
        .await
        .map_err(|_| not_sent(endpoint, "no answer to the handshake in time"))?
        .map_err(|error| not_sent(endpoint, &format!("the handshake broke: {error}")))
}

fn not_sent(endpoint: &Endpoint, why: &str) -> SessionError {
    SessionError::NotSent(format!("{}: {why}", endpoint.host))
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
