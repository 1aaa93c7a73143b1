//! One connection of HTTP/1.1, with or without TLS.

use std::{net::SocketAddr, pin::Pin};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{self, SendRequest},
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, USER_AGENT},
};
use hyper_openssl::SslStream;
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpStream, lookup_host},
    task::JoinHandle,
    time::timeout,
};

use super::{Endpoint, SessionError, tls};
use crate::{
    dial::{DialError, dial},
    wsman::MAX_ENVELOPE,
};

/// The content of an envelope that is not sealed.
pub(super) const SOAP: &str = "application/soap+xml;charset=UTF-8";
/// The largest body: an envelope, its frame and its seal.
const MAX_BODY: usize = MAX_ENVELOPE + 65_536;

/// A connection.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
    authority: String,
    /// What authentication is bound to over TLS.
    pub(super) channel: Option<Vec<u8>>,
}

/// An answer, whole.
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unreachable`] when there is no TCP connection because of the host or the way to it;
    /// [`SessionError::NotSent`] for everything else.
    pub(super) async fn open(endpoint: &Endpoint) -> Result<Self, SessionError> {
        let at = endpoint.authority();
        let not_sent = |why: String| SessionError::NotSent(format!("{at}: {why}"));
        let limit = endpoint.pace.connect;
        let addresses = match endpoint.address {
            Some(address) => vec![SocketAddr::new(address, endpoint.port)],
            None => match timeout(limit, lookup_host((endpoint.host.as_str(), endpoint.port))).await {
                Ok(Ok(found)) => found.collect(),
                Ok(Err(error)) => return Err(not_sent(format!("the name is not found: {error}"))),
                Err(_) => return Err(not_sent("the name is not found: DNS does not answer".to_owned())),
            },
        };
        let stream = dial(&addresses, limit).await.map_err(|error| match error {
            DialError::Unreachable(why) => SessionError::Unreachable(format!("{at}: {why}")),
            DialError::NotTried(why) => not_sent(why),
        })?;
        timeout(limit, Self::secure(endpoint, stream))
            .await
            .map_err(|_| not_sent("TLS: no end in time".to_owned()))?
            .map_err(not_sent)
    }

    async fn secure(endpoint: &Endpoint, stream: TcpStream) -> Result<Self, String> {
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let stream = TokioIo::new(stream);
        let authority = endpoint.authority();
        let Some(settings) = &endpoint.tls else { return Self::over(stream, authority, None).await };
        let prepared = tls::prepare(settings, &endpoint.host)?;
        let mut secured = SslStream::new(prepared, stream).map_err(|error| error.to_string())?;
        Pin::new(&mut secured).connect().await.map_err(|error| {
            let check = secured.ssl().verify_result();
            let reason = if check == openssl::x509::X509VerifyResult::OK {
                error.to_string()
            } else {
                format!("the certificate is not accepted: {check}")
            };
            format!("TLS: {reason}")
        })?;
        let channel = tls::channel_binding(secured.ssl());
        Self::over(secured, authority, channel).await
    }

    /// Speaks HTTP over what stands.
    pub(super) async fn over<I>(io: I, authority: String, channel: Option<Vec<u8>>) -> Result<Self, String>
    where
        I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
    {
        let (sender, connection) = http1::handshake(io).await.map_err(|error| error.to_string())?;
        let driver = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection to WinRM ended");
            }
        });
        Ok(Self { sender, driver, authority, channel })
    }

    /// Whether it can take a request.
    pub(super) fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Posts a body to `/wsman`. `authorization` is marked as sensitive.
    ///
    /// # Errors
    ///
    /// [`SessionError::NotSent`] when the connection took no byte of it, [`SessionError::Unknown`]
    /// afterwards, [`SessionError::Unreadable`] for a body that is too large.
    pub(super) async fn post(
        &mut self,
        authorization: Option<&str>,
        content_type: &str,
        body: Vec<u8>,
    ) -> Result<Response, SessionError> {
        let not_sent = |why: &dyn std::fmt::Display| SessionError::NotSent(why.to_string());
        let unknown = |why: &dyn std::fmt::Display| {
            SessionError::Unknown(format!("the connection broke after the request was sent: {why}"))
        };
        self.sender.ready().await.map_err(|error| not_sent(&error))?;
        let mut request = Request::post("/wsman")
            .header(HOST, &self.authority)
            .header(USER_AGENT, concat!("lync-failover/", env!("CARGO_PKG_VERSION")))
            .header(CONTENT_TYPE, content_type)
            // hyper leaves it out of an empty POST, and HTTP.sys refuses a POST without (411).
            .header(CONTENT_LENGTH, body.len())
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| not_sent(&error))?;
        if let Some(authorization) = authorization {
            let mut value = HeaderValue::from_str(authorization).map_err(|error| not_sent(&error))?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let response = self.sender.try_send_request(request).await.map_err(|mut error| {
            // A request that comes back was never written.
            if error.take_message().is_some() { not_sent(error.error()) } else { unknown(error.error()) }
        })?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_BODY).collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                SessionError::Unreadable(format!("more than {MAX_BODY} bytes"))
            } else {
                unknown(&error)
            }
        })?;
        Ok(Response { status: head.status, headers: head.headers, body: body.to_bytes() })
    }
}
