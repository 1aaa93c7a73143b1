//! The simulated Front Ends as WinRM endpoints: PowerShell Remoting for our own client and for others.
//!
//! One loopback listener for each Front End, and with addresses of their own one for SIP. Behind it shells as
//! a constrained endpoint has them: commands that the simulator knows, typed arguments, no scripts. A Front End
//! that is down listens nowhere.
//!
//! Under the session configuration `LyncFailover` it has the functions of the module that this product puts
//! on a host, and no cmdlet that changes anything: what is to change goes through the fence, the lock and the
//! journal. Under `Microsoft.PowerShell` it has Lync's cmdlets as they are; one that changes something runs
//! as one that a person calls, and ends with its session.

mod access;
mod configuration;
mod connection;
mod entrance;
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
mod sip;
mod spnego;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, atomic::AtomicU64},
    time::Duration,
};

use hyper::{rt, server::conn::http1, service::service_fn};
use hyper_openssl::SslStream;
use hyper_util::rt::TokioIo;
use openssl::ssl::Ssl;
use tokio::{net::TcpStream, task::JoinSet, time::Instant};

pub use access::{Access, Account};

use self::{connection::Connection, entrance::Entrance, host::Host};
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
    entrances: Vec<(Entrance, Arc<Host>)>,
    access: Arc<Access>,
    has_sip: bool,
}

/// Where the Front Ends listen, in the order of the topology. Always on loopback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listen {
    /// On free ports of 127.0.0.1.
    #[default]
    FreePorts,
    /// On this port of 127.0.0.1 and those that follow it.
    PortsFrom(u16),
    /// On one port of this address and those that follow it. Then TCP 5061 answers there too, as long as the
    /// Registrar runs. All of 127/8 is there on Linux, not everywhere else.
    AddressesFrom(Ipv4Addr, u16),
}

impl Listen {
    fn place(self, at: usize) -> io::Result<(Ipv4Addr, u16)> {
        let exhausted = |what: &str| io::Error::other(format!("there are not enough {what} on loopback"));
        match self {
            Self::FreePorts => Ok((Ipv4Addr::LOCALHOST, 0)),
            Self::PortsFrom(first) => {
                let port = u16::try_from(at).ok().and_then(|at| first.checked_add(at));
                Ok((Ipv4Addr::LOCALHOST, port.ok_or_else(|| exhausted("ports"))?))
            }
            Self::AddressesFrom(first, port) => {
                let bits = u32::try_from(at).ok().and_then(|at| first.to_bits().checked_add(at));
                let address = bits.map(Ipv4Addr::from_bits).filter(Ipv4Addr::is_loopback);
                Ok((address.ok_or_else(|| exhausted("addresses"))?, port))
            }
        }
    }
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
    /// Listens for each Front End.
    ///
    /// # Errors
    ///
    /// [`io::Error`] when a port is taken or there are not enough.
    pub async fn bind(
        simulator: &Arc<Mutex<Simulator>>,
        clock: &Arc<dyn Clock>,
        access: Access,
        listen: Listen,
    ) -> io::Result<Self> {
        let front_ends = lock(simulator).describe(clock.now()).front_ends();
        let scheme = if access.tls.is_some() { "https" } else { "http" };
        let (mut places, mut entrances) = (Vec::new(), Vec::new());
        for (at, (host, pool)) in front_ends.into_iter().enumerate() {
            let entrance = Entrance::new(listen.place(at)?).await?;
            let address = entrance.address;
            let front_end = Host::new(host.clone(), Arc::clone(simulator), Arc::clone(clock));
            entrances.push((entrance, Arc::new(front_end)));
            places.push(Place { host, pool, address, url: format!("{scheme}://{address}/wsman") });
        }
        let has_sip = matches!(listen, Listen::AddressesFrom(..));
        Ok(Self { places, entrances, access: Arc::new(access), has_sip })
    }

    /// Where they listen, in the order of the topology.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// How many logins were refused so far.
    pub fn refused_logins(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.access.refused)
    }

    /// Serves until a listener fails.
    ///
    /// # Errors
    ///
    /// What `accept` reports.
    pub async fn serve(self) -> io::Result<()> {
        let mut tasks = JoinSet::new();
        for (entrance, host) in self.entrances {
            if self.has_sip {
                tasks.spawn(sip::answer(entrance.address.ip(), Arc::clone(&host)));
            }
            tasks.spawn(listen(entrance, host, Arc::clone(&self.access)));
        }
        match tasks.join_next().await {
            Some(ended) => ended.map_err(io::Error::other)?,
            None => std::future::pending().await,
        }
    }
}

async fn listen(mut entrance: Entrance, host: Arc<Host>, access: Arc<Access>) -> io::Result<()> {
    let mut swept = Instant::now();
    loop {
        if swept.elapsed() >= SWEEP {
            host.sweep();
            swept = Instant::now();
        }
        let Some(stream) = entrance.wait(host.visit().is_ok()).await? else { continue };
        let (host, access) = (Arc::clone(&host), Arc::clone(&access));
        tokio::spawn(async move {
            if let Err(error) = converse(stream, host, access).await {
                tracing::debug!(%error, "a client of WinRM went away");
            }
        });
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
