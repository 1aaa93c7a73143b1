//! A standby asks the replica that leads, as the API server would.

use std::{convert::Infallible, net::SocketAddr, path::Path, pin::Pin, time::Duration};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header::{CONTENT_TYPE, HOST},
};
use hyper_openssl::SslStream;
use hyper_util::rt::TokioIo;
use openssl::x509::X509VerifyResult;
use tokio::{net::TcpStream, time::timeout};

use super::{
    PATH,
    review::warnings_of,
    trust::{Prepared, prepare},
};

/// Who finds this in a question answers it itself, whatever it knows: a question is passed on once.
pub(super) const FORWARDED: &str = "lync-failover-forwarded";
/// How long the leader may take, connection included. The API server waits for 5 s, and has to hear of it if it does not
/// answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// More than the lines of a plan may have.
const MAX_ANSWER: usize = 64 * 1024;

/// Passes a review on. Gives the warnings of the leader.
///
/// # Errors
///
/// What was tried, and what came of it.
pub(super) async fn forward(leader: SocketAddr, dir: &Path, review: Bytes) -> Result<Vec<String>, String> {
    timeout(PATIENCE, ask(leader, dir, review))
        .await
        .unwrap_or_else(|_| Err(format!("it has not answered within {} s", PATIENCE.as_secs())))
}

async fn ask(leader: SocketAddr, dir: &Path, review: Bytes) -> Result<Vec<String>, String> {
    let Prepared { ssl, name } = prepare(dir).map_err(|error| error.to_string())?;
    let stream = TcpStream::connect(leader).await.map_err(|error| error.to_string())?;
    let mut secured = SslStream::new(ssl, TokioIo::new(stream)).map_err(|error| error.to_string())?;
    // Nothing of the review is sent to somebody else.
    Pin::new(&mut secured).connect().await.map_err(|error| match secured.ssl().verify_result() {
        X509VerifyResult::OK => format!("TLS: {error}"),
        why => format!("its certificate is not that of {name} as this replica has it: {why}"),
    })?;
    let (sender, connection) = handshake(secured).await.map_err(|error| error.to_string())?;
    // How the connection ends shows in the answer.
    let driver = async {
        let _ = connection.await;
        futures::future::pending::<Infallible>().await
    };
    tokio::select! {
        answer = exchange(sender, &name, review) => answer,
        never = driver => match never {},
    }
}

async fn exchange(
    mut sender: SendRequest<Full<Bytes>>,
    name: &str,
    review: Bytes,
) -> Result<Vec<String>, String> {
    let request = Request::post(PATH)
        .header(HOST, name)
        .header(CONTENT_TYPE, "application/json")
        .header(FORWARDED, "true")
        .body(Full::new(review))
        .map_err(|error| error.to_string())?;
    let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
    if response.status() != StatusCode::OK {
        return Err(format!("it answers {}", response.status()));
    }
    let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await;
    let body = body.map_err(|error| format!("its answer broke off: {error}"))?;
    warnings_of(&body.to_bytes()).map_err(|error| format!("its answer cannot be read: {error}"))
}

#[cfg(test)]
mod tests;
