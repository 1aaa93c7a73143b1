//! TLS by OpenSSL: trust, name, client certificate, channel binding.

use std::{env, path::Path};

use openssl::{
    error::ErrorStack,
    hash::MessageDigest,
    nid::Nid,
    pkey::PKey,
    ssl::{Ssl, SslConnector, SslMethod, SslRef, SslVersion},
    x509::{X509, store::X509StoreBuilder},
};

use super::Tls;

/// Where distributions keep the authorities of the machine. OpenSSL built from source does not know.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Prepares a connection to `host`, which is both asked for (SNI) and checked.
///
/// # Errors
///
/// What is wrong with the settings.
pub(super) fn prepare(tls: &Tls, host: &str) -> Result<Ssl, String> {
    let wrong = |what: &'static str| move |error: ErrorStack| format!("{what}: {error}");
    let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(wrong("TLS"))?;
    builder.set_min_proto_version(Some(SslVersion::TLS1_2)).map_err(wrong("TLS"))?;
    match &tls.authorities {
        Some(pem) => {
            let authorities = X509::stack_from_pem(pem).map_err(wrong("the authorities to trust"))?;
            if authorities.is_empty() {
                return Err("there is no certificate among the authorities to trust".to_owned());
            }
            let mut store = X509StoreBuilder::new().map_err(wrong("TLS"))?;
            for authority in authorities {
                store.add_cert(authority).map_err(wrong("the authorities to trust"))?;
            }
            builder.set_cert_store(store.build());
        }
        None if env::var_os("SSL_CERT_FILE").is_none() => {
            if let Some(bundle) = BUNDLES.into_iter().find(|bundle| Path::new(bundle).exists()) {
                builder.set_ca_file(bundle).map_err(wrong("the authorities of this machine"))?;
            }
        }
        // OpenSSL has followed the variable already.
        None => {}
    }
    if let Some(identity) = &tls.identity {
        let chain = X509::stack_from_pem(&identity.certificates).map_err(wrong("the client certificate"))?;
        let (own, above) = chain.split_first().ok_or("there is no client certificate")?;
        builder.set_certificate(own).map_err(wrong("the client certificate"))?;
        for certificate in above {
            builder.add_extra_chain_cert(certificate.clone()).map_err(wrong("the client certificate"))?;
        }
        let key = PKey::private_key_from_pem(identity.key.bytes())
            .map_err(wrong("the key of the client certificate"))?;
        builder.set_private_key(&key).map_err(wrong("the key of the client certificate"))?;
        builder.check_private_key().map_err(wrong("the key is not that of the client certificate"))?;
    }
    builder.build().configure().and_then(|connection| connection.into_ssl(host)).map_err(wrong("TLS"))
}

/// `tls-server-end-point` (RFC 5929, 4.1): the hash of the server's certificate by the hash of its signature,
/// or by SHA-256 where that is weaker or none.
pub(super) fn channel_binding(connection: &SslRef) -> Option<Vec<u8>> {
    let certificate = connection.peer_certificate()?;
    let signature = certificate.signature_algorithm().object().nid();
    let digest = signature.signature_algorithms().map(|algorithms| algorithms.digest);
    let digest = match digest {
        None | Some(Nid::MD5 | Nid::SHA1 | Nid::UNDEF) => MessageDigest::sha256(),
        Some(nid) => MessageDigest::from_nid(nid).unwrap_or_else(MessageDigest::sha256),
    };
    let hash = certificate.digest(digest).ok()?;
    Some([b"tls-server-end-point:", &*hash].concat())
}
