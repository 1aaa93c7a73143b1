//! The way to a listener, step by step: name, connection, TLS, a first word. No account is shown.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use hyper::{StatusCode, rt};
use hyper_openssl::SslStream;
use hyper_util::rt::TokioIo;
use openssl::{
    ssl::SslVerifyMode,
    x509::{X509, X509VerifyResult},
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::{Endpoint, SessionError, handshake::knock, http, tls};

/// What was found on the way.
#[derive(Debug)]
pub struct Probe {
    /// The address that was tried last.
    pub address: Option<SocketAddr>,
    /// Whether the name was found and the connection stands.
    pub connection: Result<(), ProbeError>,
    /// With HTTPS, when the connection stands.
    pub tls: Option<Handshake>,
    /// Whether WinRM answers there, when the connection stands and is safe: any answer will do, a refusal too.
    pub answer: Option<Result<(), String>>,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// DNS gave no address.
    #[error("{0}")]
    Name(io::Error),
    /// Nothing came back in the time of [`super::Pace::connect`].
    #[error("no connection in {0} s")]
    Late(u64),
    /// The network said no.
    #[error("{0}")]
    Connect(io::Error),
}

/// How TLS went.
#[derive(Debug)]
pub struct Handshake {
    /// The certificate that the host showed, believed or not.
    pub certificate: Option<X509>,
    /// Whether it is believed, and what else came in between.
    pub outcome: Result<(), HandshakeError>,
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum HandshakeError {
    /// The certificate is not accepted.
    #[error("{0}")]
    Certificate(X509VerifyResult),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

/// Goes the way to a listener and comes back.
pub async fn probe(endpoint: &Endpoint) -> Probe {
    let mut address = endpoint.address.map(|address| SocketAddr::new(address, endpoint.port));
    let late = || ProbeError::Late(endpoint.pace.connect.as_secs());
    let connected = timeout(endpoint.pace.connect, connect(endpoint, &mut address)).await;
    let stream = match connected.unwrap_or_else(|_| Err(late())) {
        Ok(stream) => stream,
        Err(error) => return Probe { address, connection: Err(error), tls: None, answer: None },
    };
    let (tls, answer) = match &endpoint.tls {
        Some(_) => {
            let (tls, secured) = handshake(endpoint, stream).await;
            let answer = match secured {
                Some(secured) => Some(greet(endpoint, secured).await),
                None => None,
            };
            (Some(tls), answer)
        }
        None => (None, Some(greet(endpoint, TokioIo::new(stream)).await)),
    };
    Probe { address, connection: Ok(()), tls, answer }
}

/// Says a first word, which every WinRM answers.
async fn greet<I>(endpoint: &Endpoint, io: I) -> Result<(), String>
where
    I: rt::Read + rt::Write + Unpin + Send + 'static,
{
    let mut connection = http::Connection::over(io, endpoint.authority(), None).await?;
    let answer = knock(&mut connection, None, endpoint).await.map_err(|error| match error {
        SessionError::NotSent(why) => why,
        other => other.to_string(),
    })?;
    match answer.status {
        StatusCode::NOT_FOUND => Err("a web server answers, which has no /wsman".to_owned()),
        _ => Ok(()),
    }
}

async fn connect(endpoint: &Endpoint, address: &mut Option<SocketAddr>) -> Result<TcpStream, ProbeError> {
    let addresses = match *address {
        Some(address) => vec![address],
        None => {
            let found = lookup_host((endpoint.host.as_str(), endpoint.port)).await;
            found.map_err(ProbeError::Name)?.collect()
        }
    };
    let mut last = ProbeError::Name(io::Error::other("the name has no address"));
    for one in addresses {
        *address = Some(one);
        match TcpStream::connect(one).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = ProbeError::Connect(error),
        }
    }
    Err(last)
}

async fn handshake(endpoint: &Endpoint, stream: TcpStream) -> (Handshake, Option<Secured>) {
    let shown = Arc::new(Mutex::new(None));
    let outcome = timeout(endpoint.pace.connect, secure(endpoint, stream, &shown)).await;
    let outcome = outcome.unwrap_or_else(|_| Err(HandshakeError::Failed("no end in time".to_owned())));
    let certificate = shown.lock().unwrap_or_else(PoisonError::into_inner).take();
    let (outcome, secured) = match outcome {
        Ok(secured) => (Ok(()), Some(secured)),
        Err(error) => (Err(error), None),
    };
    (Handshake { certificate, outcome }, secured)
}

type Secured = SslStream<TokioIo<TcpStream>>;

async fn secure(
    endpoint: &Endpoint,
    stream: TcpStream,
    shown: &Arc<Mutex<Option<X509>>>,
) -> Result<Secured, HandshakeError> {
    let failed = |error: &dyn std::fmt::Display| HandshakeError::Failed(error.to_string());
    let settings = endpoint.tls.clone().unwrap_or_default();
    let mut prepared = tls::prepare(&settings, &endpoint.host).map_err(|why| failed(&why))?;
    let keep = Arc::clone(shown);
    // OpenSSL does not keep a certificate that it refuses.
    prepared.set_verify_callback(SslVerifyMode::PEER, move |is_good, context| {
        let leaf = context.chain().and_then(|chain| chain.get(0)).map(ToOwned::to_owned);
        let mut kept = keep.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = leaf.or_else(|| context.current_cert().map(ToOwned::to_owned)).or(kept.take());
        is_good
    });
    let mut secured = SslStream::new(prepared, TokioIo::new(stream)).map_err(|error| failed(&error))?;
    let connected = Pin::new(&mut secured).connect().await;
    connected.map_err(|error| match secured.ssl().verify_result() {
        X509VerifyResult::OK => failed(&error),
        refused => HandshakeError::Certificate(refused),
    })?;
    Ok(secured)
}
