//! One connection: HTTP, authentication, seal.

use std::sync::{Arc, atomic::Ordering};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE},
};
use tokio::sync::Mutex;

use super::{
    access::Access,
    envelope,
    handshake::{Handshake, Step},
    host::Host,
    ntlm::Acceptor,
};
use crate::{
    simulator::FaultKind,
    wsman::{
        MAX_ENVELOPE,
        seal::{self, SealProtocol},
    },
};

const SOAP: &str = "application/soap+xml;charset=UTF-8";
/// The largest body: an envelope, its frame and its seal.
const MAX_BODY: usize = MAX_ENVELOPE + 65_536;

/// A connection to a host.
pub(super) struct Connection {
    host: Arc<Host>,
    access: Arc<Access>,
    client: Mutex<Client>,
}

/// Who is at the other end.
enum Client {
    Stranger,
    Greeting(Handshake),
    Known { account: String, seal: Box<Acceptor> },
}

/// The connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the simulated host does not answer")]
pub(super) struct Broken;

type Answer = Response<Full<Bytes>>;

impl Connection {
    pub(super) fn new(host: Arc<Host>, access: Arc<Access>) -> Self {
        Self { host, access, client: Mutex::new(Client::Stranger) }
    }

    /// Answers a request.
    ///
    /// # Errors
    ///
    /// [`Broken`] when the host dies, or a fault breaks the link.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Result<Answer, Broken> {
        self.host.visit().map_err(|_| Broken)?;
        let (head, body) = request.into_parts();
        let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
            return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE));
        };
        let body = body.to_bytes();
        if head.uri.path() != "/wsman" {
            return Ok(plain(StatusCode::NOT_FOUND));
        }
        if head.method != Method::POST {
            return Ok(plain(StatusCode::METHOD_NOT_ALLOWED));
        }
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        let authorization = head.headers.get(AUTHORIZATION).and_then(text);
        let content_type = head.headers.get(CONTENT_TYPE).and_then(text).unwrap_or_default();
        let mut client = self.client.lock().await;
        let mut last = None;
        match authorization.as_deref().map(|header| header.split_once(' ').unwrap_or((header, ""))) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("Basic") => {
                let account = self.access.basic(token).filter(|_| !self.host.turns_away(FaultKind::Denied));
                let Some(account) = account else { return Ok(self.refuse()) };
                return self.in_the_open(&account, &body).await;
            }
            Some((scheme, token)) => {
                last = match self.shake_hands(&mut client, scheme, token) {
                    Ok(last) => last,
                    Err(answer) => return Ok(*answer),
                };
                // What proves the account may come with the first request, where nothing is sealed.
                if body.is_empty() {
                    return Ok(offering(plain(StatusCode::OK), last));
                }
            }
            None => {}
        }
        let answer = match &mut *client {
            Client::Known { account, seal } if seal::is_sealed(&content_type) => {
                self.sealed(account, seal, &content_type, &body).await
            }
            Client::Known { account, .. } if self.access.tls.is_some() => {
                let account = account.clone();
                self.in_the_open(&account, &body).await
            }
            // Nothing that is not sealed is taken without TLS (`AllowUnencrypted` is false).
            Client::Known { .. } => Ok(plain(StatusCode::BAD_REQUEST)),
            _ => Ok(self.refuse()),
        };
        answer.map(|answer| offering(answer, last))
    }

    /// A step of the handshake: an answer to go on with, or, once the client is known, what the header of the
    /// answer to its request says.
    fn shake_hands(
        &self,
        client: &mut Client,
        scheme: &str,
        token: &str,
    ) -> Result<Option<HeaderValue>, Box<Answer>> {
        let known = ["Negotiate", "NTLM"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known));
        let token = STANDARD.decode(token.trim()).ok();
        let (Some(scheme), Some(token)) = (known, token) else { return Err(Box::new(self.refuse())) };
        let said = |token: &[u8]| format!("{scheme} {}", STANDARD.encode(token));
        let proves = matches!(client, Client::Greeting(_));
        let step = match std::mem::replace(client, Client::Stranger) {
            Client::Greeting(handshake) => handshake.step(&token, &self.access),
            Client::Stranger | Client::Known { .. } => Handshake::begin(&token),
        };
        match step {
            Ok(Step::Answer(answer, handshake)) => {
                *client = Client::Greeting(handshake);
                Err(Box::new(unauthorized(&[&said(&answer)])))
            }
            Ok(Step::Known { account, seal, last }) if !self.host.turns_away(FaultKind::Denied) => {
                *client = Client::Known { account, seal };
                Ok(last.and_then(|last| HeaderValue::from_str(&said(&last)).ok()))
            }
            _ => {
                if proves {
                    self.access.refused.fetch_add(1, Ordering::Relaxed);
                }
                Err(Box::new(self.refuse()))
            }
        }
    }

    async fn in_the_open(&self, account: &str, body: &[u8]) -> Result<Answer, Broken> {
        let (status, envelope) = envelope::answer(&self.host, account, body).await.ok_or(Broken)?;
        Ok(answer(status, SOAP, envelope.into_bytes()))
    }

    async fn sealed(
        &self,
        account: &str,
        acceptor: &mut Acceptor,
        content_type: &str,
        body: &[u8],
    ) -> Result<Answer, Broken> {
        let protocol = SealProtocol::Spnego;
        let Ok(parts) = seal::read(protocol, content_type, body) else {
            return Ok(plain(StatusCode::BAD_REQUEST));
        };
        let mut envelope = Vec::new();
        for part in parts {
            // After a broken seal the two sides count differently; there is no way on.
            envelope.extend(acceptor.unseal(&part).ok_or(Broken)?);
        }
        let (status, text) = envelope::answer(&self.host, account, &envelope).await.ok_or(Broken)?;
        let sealed = acceptor.seal(text.as_bytes()).ok_or(Broken)?;
        let body = seal::write(protocol, text.as_bytes(), &sealed).map_err(|_| Broken)?;
        Ok(answer(status, &protocol.content_type(), body))
    }

    fn refuse(&self) -> Answer {
        unauthorized(self.access.offers())
    }
}

/// An answer that says a last thing about who the client is.
fn offering(mut answer: Answer, last: Option<HeaderValue>) -> Answer {
    if let Some(value) = last {
        answer.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    answer
}

fn unauthorized(offers: &[&str]) -> Answer {
    let mut answer = plain(StatusCode::UNAUTHORIZED);
    for value in offers.iter().filter_map(|offer| HeaderValue::from_str(offer).ok()) {
        answer.headers_mut().append(WWW_AUTHENTICATE, value);
    }
    answer
}

fn plain(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

fn answer(status: StatusCode, content_type: &str, body: Vec<u8>) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    if let Ok(value) = HeaderValue::from_str(content_type) {
        answer.headers_mut().insert(CONTENT_TYPE, value);
    }
    answer
}
