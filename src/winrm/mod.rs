//! The shell around [`crate::wsman`]: connections to WinRM, TLS, authentication, sealing.
//!
//! One [`Session`] is one client (`wsmv:SessionId`) on one connection, because sealing and Negotiate are
//! bound to the connection. Nothing leaves unprotected: the content is sealed, or the connection is TLS.

mod auth;
mod credentials;
mod endpoint;
mod error;
mod gate;
mod guard;
mod handshake;
mod http;
mod kdc;
mod kerberos;
mod keytab;
mod link;
mod ntlm;
mod probe;
mod secret;
mod session;
pub(crate) mod sspi_step;
mod tls;

pub use auth::{AuthError, Authenticator, Step};
pub use credentials::{Account, Credentials, KerberosKey};
pub use endpoint::{ClientIdentity, Endpoint, Pace, Tls};
pub use error::SessionError;
pub use gate::Gate;
pub use guard::{Claim, Closed, CredentialGuard, Entry, Ticket};
pub use keytab::Keytab;
pub use probe::{Handshake, HandshakeError, Probe, ProbeError, probe};
pub use secret::Secret;
pub use session::Session;
