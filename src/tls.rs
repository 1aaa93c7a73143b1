//! What the TLS servers of this program have in common.

use openssl::{
    error::ErrorStack,
    pkey::PKey,
    ssl::{SslAcceptor, SslMethod},
    x509::X509,
};

/// A server's side of TLS. Certificate (with what leads to its authority) and key are PEM.
///
/// # Errors
///
/// What OpenSSL says about the certificate or the key, or that they do not belong together.
pub(crate) fn acceptor(certificates: &[u8], key: &[u8]) -> Result<SslAcceptor, ErrorStack> {
    let mut builder = SslAcceptor::mozilla_intermediate(SslMethod::tls_server())?;
    for (at, certificate) in X509::stack_from_pem(certificates)?.into_iter().enumerate() {
        if at == 0 {
            builder.set_certificate(&certificate)?;
        } else {
            builder.add_extra_chain_cert(certificate)?;
        }
    }
    builder.set_private_key(PKey::private_key_from_pem(key)?.as_ref())?;
    builder.check_private_key()?;
    Ok(builder.build())
}
