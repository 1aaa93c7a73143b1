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
use tokio::{net::TcpStream, task::JoinHandle, time::timeout};

use super::{Endpoint, SessionError, tls};
use crate::wsman::MAX_ENVELOPE;

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
    /// [`SessionError::NotSent`], always.
    pub(super) async fn open(endpoint: &Endpoint) -> Result<Self, SessionError> {
        let not_sent = |why: String| SessionError::NotSent(format!("{}: {why}", endpoint.authority()));
        timeout(endpoint.pace.connect, Self::try_open(endpoint))
            .await
            .map_err(|_| not_sent("no connection in time".to_owned()))?
            .map_err(not_sent)
    }

    async fn try_open(endpoint: &Endpoint) -> Result<Self, String> {
        let stream = match endpoint.address {
            Some(address) => TcpStream::connect(SocketAddr::new(address, endpoint.port)).await,
            None => TcpStream::connect((endpoint.host.as_str(), endpoint.port)).await,
        };
        let stream = stream.map_err(|error| error.to_string())?;
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

    async fn over<I>(io: I, authority: String, channel: Option<Vec<u8>>) -> Result<Self, String>
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
