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

use super::{access::Access, envelope, host::Host, ntlm::Acceptor};
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
    Challenged(Box<Acceptor>),
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
        match authorization.as_deref().map(|header| header.split_once(' ').unwrap_or((header, ""))) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("Basic") => {
                let account = self.access.basic(token).filter(|_| !self.host.turns_away(FaultKind::Denied));
                let Some(account) = account else { return Ok(self.refuse()) };
                return self.in_the_open(&account, &body).await;
            }
            Some((scheme, token)) => {
                let refused = self.shake_hands(&mut client, scheme, token);
                // What proves the account may come with the first request, where nothing is sealed.
                if refused.is_some() || body.is_empty() {
                    return Ok(refused.unwrap_or_else(|| plain(StatusCode::OK)));
                }
            }
            None => {}
        }
        match &mut *client {
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
        }
    }

    /// A step of NTLM. `None` once the client is known.
    fn shake_hands(&self, client: &mut Client, scheme: &str, token: &str) -> Option<Answer> {
        let known = ["Negotiate", "NTLM"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known));
        let token = STANDARD.decode(token.trim()).ok();
        let (Some(scheme), Some(token)) = (known, token) else { return Some(self.refuse()) };
        let Client::Challenged(mut seal) = std::mem::replace(client, Client::Stranger) else {
            let Ok((acceptor, challenge)) = Acceptor::challenge(&token) else { return Some(self.refuse()) };
            *client = Client::Challenged(Box::new(acceptor));
            return Some(unauthorized(&[&format!("{scheme} {}", STANDARD.encode(challenge))]));
        };
        match seal.authenticate(&token, &self.access) {
            Ok(account) if !self.host.turns_away(FaultKind::Denied) => {
                *client = Client::Known { account, seal };
                None
            }
            _ => {
                self.access.refused.fetch_add(1, Ordering::Relaxed);
                Some(self.refuse())
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
            envelope.extend(acceptor.unseal(part).ok_or(Broken)?);
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
