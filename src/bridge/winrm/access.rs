//! How the hosts are entered: endpoints, credentials, and what may change while the operator runs.

use std::{net::IpAddr, sync::Arc};

use uuid::Uuid;

use crate::{
    lync::MachineFqdn,
    winrm::{Credentials, Endpoint, Gate, Pace, Session, Tls},
};

/// A Front End with a WinRM listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The server. Certificates and Kerberos are checked against this name.
    pub host: MachineFqdn,
    /// Where it is, when DNS is not to be asked.
    pub address: Option<IpAddr>,
    /// TCP port.
    pub port: u16,
}

/// What opens the listeners. Replaced as a whole when a Secret changes.
#[derive(Clone, Debug)]
pub struct Access {
    /// Name of the session configuration.
    pub configuration: String,
    /// How HTTPS is checked; without it only authentication that seals is possible.
    pub tls: Option<Tls>,
    /// Who the operator is.
    pub credentials: Arc<Credentials>,
    /// Which version of the Secrets this is: a new one may be tried where an old one was refused.
    pub revision: String,
    /// How long things may take.
    pub pace: Pace,
}

impl Access {
    /// A listener, and what it takes to speak to it.
    pub(super) fn endpoint(&self, listener: &Listener) -> Endpoint {
        Endpoint {
            host: listener.host.to_string(),
            address: listener.address,
            port: listener.port,
            tls: self.tls.clone(),
            configuration: self.configuration.clone(),
            pace: self.pace.clone(),
        }
    }

    /// A session that has not connected.
    pub(super) fn session(&self, listener: &Listener, gate: &Gate, id: Uuid) -> Session {
        let endpoint = self.endpoint(listener);
        Session::new(endpoint, Arc::clone(&self.credentials), self.revision.clone(), gate.clone(), id)
    }

    /// Whose shells its sessions make: an account, or a certificate by its digest, because which account it stands
    /// for only the host knows.
    pub(super) fn owner(&self) -> String {
        let identity = self.tls.as_ref().and_then(|tls| tls.identity.as_ref());
        match (&*self.credentials, identity) {
            (Credentials::Certificate, Some(identity)) => {
                let digest = <sha2::Sha256 as sha2::Digest>::digest(&identity.certificates);
                digest.iter().map(|byte| format!("{byte:02x}")).collect()
            }
            (credentials, _) => credentials.account().to_ascii_lowercase(),
        }
    }

    /// Whether the session configuration is the one of Windows, which has no guard.
    pub(super) fn is_plain(&self) -> bool {
        self.configuration.to_ascii_lowercase().starts_with("microsoft.powershell")
    }
}
