//! Listens for the API server. Each connection is one question, and has a few seconds.

use std::{convert::Infallible, pin::Pin, sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::CONTENT_TYPE,
    server::conn::http1,
    service::service_fn,
};
use hyper_openssl::SslStream;
use hyper_util::rt::TokioIo;
use openssl::ssl::Ssl;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::{sleep, timeout},
};

use super::{
    WebhookSettings,
    certificate::Certificate,
    review::{Post, Review, answer},
};
use crate::operator::{control::Controller, lease::Leadership};

/// The path that the API server asks for.
const PATH: &str = "/plan";
/// The largest question: the API server takes no object above 3 MiB, and sends the old one and the new one.
const MAX_BODY: usize = 7 * 1024 * 1024;
/// How long a question may take, handshake included. The API server waits for as long (`timeoutSeconds`).
const PATIENCE: Duration = Duration::from_secs(5);
/// How many are answered at a time. Who comes on top finds the connection closed, which is ignored.
const MOST: usize = 8;
/// The pause after the port could not be had.
const AGAIN: Duration = Duration::from_secs(30);

/// Serves for as long as the process lives. Whatever goes wrong is logged and tried again: the operator goes on.
pub(in crate::operator) async fn serve(
    settings: WebhookSettings,
    controller: Controller,
    leadership: watch::Receiver<Leadership>,
) {
    let listener = loop {
        match TcpListener::bind(settings.address).await {
            Ok(listener) => break listener,
            Err(error) => {
                tracing::error!(%error, address = %settings.address, "the webhook cannot listen; nobody is warned");
                sleep(AGAIN).await;
            }
        }
    };
    if let Ok(address) = listener.local_addr() {
        tracing::info!(webhook = %address, "serving plans as admission warnings");
    }
    let certificate = Arc::new(Certificate::new(settings.tls_dir));
    let places = Arc::new(Semaphore::new(MOST));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "the webhook could not take a connection");
                sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let (certificate, controller) = (Arc::clone(&certificate), controller.clone());
        let leadership = leadership.clone();
        tokio::spawn(async move {
            let _place = place;
            match timeout(PATIENCE, converse(stream, &certificate, &controller, &leadership)).await {
                Ok(Ok(())) => {}
                Ok(Err(why)) => tracing::warn!(why, "a question to the webhook came to nothing"),
                Err(_) => tracing::warn!("a question to the webhook took too long"),
            }
        });
    }
}

async fn converse(
    stream: TcpStream,
    certificate: &Certificate,
    controller: &Controller,
    leadership: &watch::Receiver<Leadership>,
) -> Result<(), String> {
    let acceptor = certificate.acceptor().map_err(|error| error.to_string())?;
    let ssl = Ssl::new(acceptor.context()).map_err(|error| error.to_string())?;
    let mut secured = SslStream::new(ssl, TokioIo::new(stream)).map_err(|error| error.to_string())?;
    Pin::new(&mut secured).accept().await.map_err(|error| error.to_string())?;
    let service = service_fn(|request| async {
        let post = match *leadership.borrow() {
            Leadership::Leader => Post::Leads,
            Leadership::Standby | Leadership::Lost => Post::StandsBy,
        };
        Ok::<_, Infallible>(respond(request, controller, post).await)
    });
    // One question a connection: the next one sees a renewed certificate, and nobody holds a place.
    let served = http1::Builder::new().keep_alive(false).serve_connection(secured, service).await;
    served.map_err(|error| error.to_string())
}

async fn respond(request: Request<Incoming>, controller: &Controller, post: Post) -> Response<Full<Bytes>> {
    if request.uri().path() != PATH {
        return code(StatusCode::NOT_FOUND);
    }
    if request.method() != Method::POST {
        return code(StatusCode::METHOD_NOT_ALLOWED);
    }
    let Ok(body) = Limited::new(request.into_body(), MAX_BODY).collect().await else {
        return code(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let Ok(review) = serde_json::from_slice::<Review>(&body.to_bytes()) else {
        return code(StatusCode::BAD_REQUEST);
    };
    let answer = answer(review, controller.known(), post, controller.now());
    let Ok(text) = serde_json::to_vec(&answer) else { return code(StatusCode::INTERNAL_SERVER_ERROR) };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    response
}

fn code(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
