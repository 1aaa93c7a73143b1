//! Where a WinRM listener is and how to talk to it.

use std::{net::IpAddr, time::Duration};

use super::Secret;
use crate::wsman::configuration_uri;

/// A WinRM listener and a session configuration behind it.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Name of the server. Certificates and Kerberos are checked against it.
    pub host: String,
    /// Where it is, when DNS is not to be asked.
    pub address: Option<IpAddr>,
    /// TCP port.
    pub port: u16,
    /// HTTPS. Without it only authentication that seals is possible.
    pub tls: Option<Tls>,
    /// Name of the session configuration.
    pub configuration: String,
    /// How long things may take.
    pub pace: Pace,
}

/// How HTTPS is checked. The name is checked always.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Certificates of the authorities to trust, and no others, as PEM. Without it those of the machine.
    pub authorities: Option<Vec<u8>>,
    /// Who the client is.
    pub identity: Option<ClientIdentity>,
}

/// A client certificate.
#[derive(Clone, Debug)]
pub struct ClientIdentity {
    /// The certificate and what leads to its authority, as PEM.
    pub certificates: Vec<u8>,
    /// Its key, as PEM.
    pub key: Secret,
}

/// How long things may take, and how large they may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    /// To find the name, to connect, and for TLS: each.
    pub connect: Duration,
    /// For one step of the authentication.
    pub authenticate: Duration,
    /// For the server to answer: `wsman:OperationTimeout`. Below `MaxTimeoutms` of the service, 60 s.
    pub operation: Duration,
    /// What is given to the network on top of it.
    pub grace: Duration,
    /// For a shell to open in which something is changed.
    pub shell: Duration,
    /// To read, with the wait for others, the opening of a shell, and the time-outs of cmdlets that ask dead
    /// servers.
    pub read: Duration,
    /// A connection that was idle for longer is replaced before it is used. HTTP.sys closes after 120 s.
    pub idle: Duration,
    /// The largest envelope, in bytes. 153,600 fits every server; the default of 2012 and later is 512,000.
    pub max_envelope: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            authenticate: Duration::from_secs(30),
            operation: Duration::from_secs(20),
            grace: Duration::from_secs(10),
            shell: Duration::from_secs(60),
            read: Duration::from_secs(150),
            idle: Duration::from_secs(90),
            max_envelope: 153_600,
        }
    }
}

impl Endpoint {
    /// The URL that requests name.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}/wsman", self.authority())
    }

    /// The resource that shells are made of.
    pub(super) fn resource(&self) -> String {
        configuration_uri(&self.configuration)
    }

    /// `host:port`.
    pub(super) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}
