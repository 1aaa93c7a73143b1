//! Listens for the API server. Each connection is one question, and has a few seconds.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_openssl::SslStream;
use hyper_util::rt::TokioIo;
use openssl::ssl::Ssl;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::{sleep, timeout},
};

use super::{WebhookSettings, certificate::Certificate, respond::Desk};
use crate::operator::{control::Controller, lease::Leadership};

/// How long a question may take, handshake included. The API server waits for as long (`timeoutSeconds`).
const PATIENCE: Duration = Duration::from_secs(5);
/// How many are answered at a time. Who comes on top finds the connection closed, which is ignored.
const MOST: usize = 8;
/// The pause after the port could not be had.
const AGAIN: Duration = Duration::from_secs(30);

/// Serves for as long as the process lives, and says in `open` where the other replicas can ask. Whatever goes wrong is
/// logged and tried again: the operator goes on.
pub(in crate::operator) async fn serve(
    settings: WebhookSettings,
    controller: Controller,
    leadership: watch::Receiver<Leadership>,
    open: watch::Sender<Option<SocketAddr>>,
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
        open.send_replace(seen_from_outside(settings.pod_ip.as_deref(), address.port()));
    }
    let certificate = Certificate::new(settings.tls_dir);
    let desk = Arc::new(Desk { certificate, controller, leadership });
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
        let desk = Arc::clone(&desk);
        tokio::spawn(async move {
            let _place = place;
            match timeout(PATIENCE, converse(stream, &desk)).await {
                Ok(Ok(())) => {}
                Ok(Err(why)) => tracing::warn!(why, "a question to the webhook came to nothing"),
                Err(_) => tracing::warn!("a question to the webhook took too long"),
            }
        });
    }
}

/// The other replicas do without an address: nothing of that may stop a process whose work is another.
fn seen_from_outside(pod_ip: Option<&str>, port: u16) -> Option<SocketAddr> {
    match pod_ip?.parse::<IpAddr>() {
        Ok(ip) => Some(SocketAddr::new(ip, port)),
        Err(error) => {
            tracing::warn!(%error, pod_ip, "POD_IP is no address; a standby cannot ask this replica for a plan");
            None
        }
    }
}

async fn converse(stream: TcpStream, desk: &Desk) -> Result<(), String> {
    let acceptor = desk.certificate.acceptor().map_err(|error| error.to_string())?;
    let ssl = Ssl::new(acceptor.context()).map_err(|error| error.to_string())?;
    let mut secured = SslStream::new(ssl, TokioIo::new(stream)).map_err(|error| error.to_string())?;
    Pin::new(&mut secured).accept().await.map_err(|error| error.to_string())?;
    let service = service_fn(|request| async { Ok::<_, Infallible>(desk.respond(request).await) });
    // One question a connection: the next one sees a renewed certificate, and nobody holds a place.
    let served = http1::Builder::new().keep_alive(false).serve_connection(secured, service).await;
    served.map_err(|error| error.to_string())
}
