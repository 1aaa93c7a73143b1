//! The simulated Front Ends as WinRM endpoints: PowerShell Remoting for our own client and for others.
//!
//! One loopback listener for each Front End. Behind it shells as a constrained endpoint has them: commands
//! that the simulator knows, typed arguments, no scripts. A Front End that is down closes every connection.
//!
//! Under the session configuration `LyncFailover` it has the functions of the module that this product puts
//! on a host, and no cmdlet that changes anything: what is to change goes through the fence, the lock and the
//! journal. Under `Microsoft.PowerShell` it has Lync's cmdlets as they are; one that changes something runs
//! as one that a person calls, and ends with its session.

mod access;
mod configuration;
mod connection;
mod envelope;
mod faults;
mod handshake;
mod host;
mod ntlm;
mod ntlm_message;
mod ntlm_seal;
mod objects;
mod output;
mod receive;
mod records;
mod runner;
mod service;
mod shell;
mod spnego;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use hyper::{rt, server::conn::http1, service::service_fn};
use hyper_openssl::SslStream;
use hyper_util::rt::TokioIo;
use openssl::ssl::Ssl;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

pub use access::{Access, Account};

use self::{connection::Connection, host::Host};
use super::{FaultKind, Simulator, lock};
use crate::{
    clock::Clock,
    lync::{MachineFqdn, PoolFqdn},
};

/// How often idle shells are looked for.
const SWEEP: Duration = Duration::from_millis(500);

/// The endpoints of all Front Ends.
pub struct WinRm {
    places: Vec<Place>,
    listeners: Vec<(TcpListener, Arc<Host>)>,
    access: Arc<Access>,
}

/// Where a Front End listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The Front End.
    pub host: MachineFqdn,
    /// Its pool.
    pub pool: PoolFqdn,
    /// The address, on loopback.
    pub address: SocketAddr,
    /// The URL of the service there.
    pub url: String,
}

impl WinRm {
    /// Listens for each Front End: on free ports, or on `first_port` and those that follow it, in the order
    /// of the topology. Always on loopback.
    ///
    /// # Errors
    ///
    /// [`io::Error`] when a port is taken or there are not enough.
    pub async fn bind(
        simulator: &Arc<Mutex<Simulator>>,
        clock: &Arc<dyn Clock>,
        access: Access,
        first_port: Option<u16>,
    ) -> io::Result<Self> {
        let front_ends = lock(simulator).describe(clock.now()).front_ends();
        let scheme = if access.tls.is_some() { "https" } else { "http" };
        let (mut places, mut listeners) = (Vec::new(), Vec::new());
        for (at, (host, pool)) in front_ends.into_iter().enumerate() {
            let port = match first_port {
                None => 0,
                Some(first) => u16::try_from(at)
                    .ok()
                    .and_then(|at| first.checked_add(at))
                    .ok_or_else(|| io::Error::other("there are not enough ports"))?,
            };
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
            let address = listener.local_addr()?;
            listeners.push((
                listener,
                Arc::new(Host::new(host.clone(), Arc::clone(simulator), Arc::clone(clock))),
            ));
            places.push(Place { host, pool, address, url: format!("{scheme}://{address}/wsman") });
        }
        Ok(Self { places, listeners, access: Arc::new(access) })
    }

    /// Where they listen, in the order of the topology.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Serves until a listener fails.
    ///
    /// # Errors
    ///
    /// What `accept` reports.
    pub async fn serve(self) -> io::Result<()> {
        let mut tasks = JoinSet::new();
        for (listener, host) in self.listeners {
            tasks.spawn(listen(listener, host, Arc::clone(&self.access)));
        }
        match tasks.join_next().await {
            Some(ended) => ended.map_err(io::Error::other)?,
            None => std::future::pending().await,
        }
    }
}

async fn listen(listener: TcpListener, host: Arc<Host>, access: Arc<Access>) -> io::Result<()> {
    let mut sweep = tokio::time::interval(SWEEP);
    loop {
        tokio::select! {
            _ = sweep.tick() => host.sweep(),
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                let (host, access) = (Arc::clone(&host), Arc::clone(&access));
                tokio::spawn(async move {
                    if let Err(error) = converse(stream, host, access).await {
                        tracing::debug!(%error, "a client of WinRM went away");
                    }
                });
            }
        }
    }
}

async fn converse(stream: TcpStream, host: Arc<Host>, access: Arc<Access>) -> io::Result<()> {
    if host.visit().is_err() || host.turns_away(FaultKind::NotSent) {
        return Ok(());
    }
    stream.set_nodelay(true)?;
    let stream = TokioIo::new(stream);
    let Some(tls) = &access.tls else { return speak(stream, host, access).await };
    let mut secured = SslStream::new(Ssl::new(tls.context())?, stream)?;
    Pin::new(&mut secured).accept().await.map_err(io::Error::other)?;
    speak(secured, host, access).await
}

async fn speak<I>(io: I, host: Arc<Host>, access: Arc<Access>) -> io::Result<()>
where
    I: rt::Read + rt::Write + Unpin,
{
    let connection = &Connection::new(host, access);
    let service = service_fn(move |request| connection.answer(request));
    http1::Builder::new().serve_connection(io, service).await.map_err(io::Error::other)
}
