//! Whom a standby believes that it leads: who has the certificate that all replicas share.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use openssl::{
    error::ErrorStack,
    ssl::{Ssl, SslConnector, SslMethod},
    x509::{X509, store::X509StoreBuilder, verify::X509VerifyFlags},
};

/// A connection that is to be made, and the name that the other side has to have.
pub(super) struct Prepared {
    pub(super) ssl: Ssl,
    pub(super) name: String,
}

/// Why nobody can be believed.
#[derive(Debug, thiserror::Error)]
pub(super) enum TrustError {
    /// A file cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// It has no certificates.
    #[error("the certificates in {0}: {1}")]
    Certificates(PathBuf, ErrorStack),
    /// The certificate is for no name.
    #[error("tls.crt in {0} names no host")]
    Nameless(PathBuf),
}

/// Prepares a connection to a replica with the same pair. What it shows has to come from the authority in `ca.crt` (or be
/// the own certificate, where there is no authority) and to have the first DNS name of the own certificate, which is
/// that of the Service: an address of a Pod is in no certificate.
///
/// # Errors
///
/// [`TrustError`].
pub(super) fn prepare(dir: &Path) -> Result<Prepared, TrustError> {
    let wrong = |error| TrustError::Certificates(dir.to_owned(), error);
    let own = X509::stack_from_pem(&read(dir.join("tls.crt"))?).map_err(wrong)?;
    let names = own.first().and_then(|own| own.subject_alt_names());
    let name = names.iter().flatten().find_map(|name| name.dnsname().map(ToOwned::to_owned));
    let name: String = name.ok_or_else(|| TrustError::Nameless(dir.to_owned()))?;
    let authority = dir.join("ca.crt");
    // cert-manager leaves it out, or empty, where it does not know the authority.
    let authorities = if authority.exists() { read(authority)? } else { Vec::new() };
    let trusted =
        if authorities.is_empty() { own } else { X509::stack_from_pem(&authorities).map_err(wrong)? };
    Ok(Prepared { ssl: connection(trusted, &name).map_err(wrong)?, name })
}

fn connection(trusted: Vec<X509>, name: &str) -> Result<Ssl, ErrorStack> {
    let mut store = X509StoreBuilder::new()?;
    // A certificate that is trusted itself needs no authority.
    store.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
    for certificate in trusted {
        store.add_cert(certificate)?;
    }
    let mut builder = SslConnector::builder(SslMethod::tls_client())?;
    // In place of the authorities of the machine.
    builder.set_cert_store(store.build());
    builder.build().configure()?.into_ssl(name)
}

fn read(path: PathBuf) -> Result<Vec<u8>, TrustError> {
    fs::read(&path).map_err(|error| TrustError::File(path, error))
}
