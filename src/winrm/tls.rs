//! TLS by OpenSSL: trust, name, client certificate, channel binding.

use std::{
    collections::VecDeque,
    env,
    path::Path,
    sync::{Mutex, PoisonError},
};

use openssl::{
    error::ErrorStack,
    hash::MessageDigest,
    nid::Nid,
    pkey::PKey,
    ssl::{Ssl, SslConnector, SslConnectorBuilder, SslMethod, SslRef, SslVersion},
    x509::{X509, store::X509StoreBuilder},
};

use super::{ClientIdentity, Tls};

/// Where distributions keep the authorities of the machine. OpenSSL built from source does not know.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// More than there are deployments with authorities of their own.
const MOST_CONNECTORS: usize = 16;
/// What trusts the given authorities and nobody else, by their PEM, the oldest first: OpenSSL reads those of the
/// machine for every new connector, even if they are replaced at once, and that takes longer than a handshake.
static CONNECTORS: Mutex<VecDeque<(Vec<u8>, SslConnector)>> = Mutex::new(VecDeque::new());

/// Prepares a connection to `host`, which is both asked for (SNI) and checked.
///
/// # Errors
///
/// What is wrong with the settings.
pub(super) fn prepare(tls: &Tls, host: &str) -> Result<Ssl, String> {
    let connector = match &tls.authorities {
        Some(pem) => trusting_only(pem)?,
        None => trusting_the_machines()?,
    };
    let mut ssl =
        connector.configure().and_then(|connection| connection.into_ssl(host)).map_err(wrong("TLS"))?;
    if let Some(identity) = &tls.identity {
        identify(&mut ssl, identity)?;
    }
    Ok(ssl)
}

fn wrong(what: &'static str) -> impl Fn(ErrorStack) -> String {
    move |error| format!("{what}: {error}")
}

fn builder() -> Result<SslConnectorBuilder, String> {
    let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(wrong("TLS"))?;
    builder.set_min_proto_version(Some(SslVersion::TLS1_2)).map_err(wrong("TLS"))?;
    Ok(builder)
}

fn trusting_only(pem: &[u8]) -> Result<SslConnector, String> {
    let mut known = CONNECTORS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, connector)) = known.iter().find(|(own, _)| own == pem) {
        return Ok(connector.clone());
    }
    let authorities = X509::stack_from_pem(pem).map_err(wrong("the authorities to trust"))?;
    if authorities.is_empty() {
        return Err("there is no certificate among the authorities to trust".to_owned());
    }
    let mut store = X509StoreBuilder::new().map_err(wrong("TLS"))?;
    for authority in authorities {
        store.add_cert(authority).map_err(wrong("the authorities to trust"))?;
    }
    let mut builder = builder()?;
    builder.set_cert_store(store.build());
    let connector = builder.build();
    if known.len() == MOST_CONNECTORS {
        known.pop_front();
    }
    known.push_back((pem.to_vec(), connector.clone()));
    Ok(connector)
}

/// Read anew each time: the machine's administrator may change them.
fn trusting_the_machines() -> Result<SslConnector, String> {
    let mut builder = builder()?;
    // Where the variable is set, OpenSSL has followed it already.
    if env::var_os("SSL_CERT_FILE").is_none()
        && let Some(bundle) = BUNDLES.into_iter().find(|bundle| Path::new(bundle).exists())
    {
        builder.set_ca_file(bundle).map_err(wrong("the authorities of this machine"))?;
    }
    Ok(builder.build())
}

/// Shows who the client is on this connection, and on no other one of its connector.
fn identify(ssl: &mut SslRef, identity: &ClientIdentity) -> Result<(), String> {
    let chain = X509::stack_from_pem(&identity.certificates).map_err(wrong("the client certificate"))?;
    let (own, above) = chain.split_first().ok_or("there is no client certificate")?;
    ssl.set_certificate(own).map_err(wrong("the client certificate"))?;
    for certificate in above {
        ssl.add_chain_cert(certificate.clone()).map_err(wrong("the client certificate"))?;
    }
    let key = PKey::private_key_from_pem(identity.key.bytes())
        .map_err(wrong("the key of the client certificate"))?;
    // OpenSSL refuses a key that does not belong to the certificate.
    ssl.set_private_key(&key).map_err(wrong("the key is not that of the client certificate"))
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

#[cfg(test)]
mod tests {
    use openssl::{asn1::Asn1Time, rsa::Rsa, x509::X509NameBuilder};

    use super::*;
    use crate::winrm::Secret;

    /// Certificate and key, as PEM.
    fn certificate(name: &str) -> (Vec<u8>, Vec<u8>) {
        let key = PKey::from_rsa(Rsa::generate(2048).expect("a key")).expect("a key");
        let mut subject = X509NameBuilder::new().expect("a name");
        subject.append_entry_by_text("CN", name).expect("set");
        let subject = subject.build();
        let mut builder = X509::builder().expect("a builder");
        builder.set_subject_name(&subject).expect("set");
        builder.set_issuer_name(&subject).expect("set");
        builder.set_pubkey(&key).expect("set");
        builder.set_not_before(&Asn1Time::days_from_now(0).expect("a time")).expect("set");
        builder.set_not_after(&Asn1Time::days_from_now(1).expect("a time")).expect("set");
        builder.sign(&key, MessageDigest::sha256()).expect("signed");
        let certificate = builder.build().to_pem().expect("PEM");
        (certificate, key.private_key_to_pem_pkcs8().expect("PEM"))
    }

    fn trusting(authority: &[u8]) -> Tls {
        Tls { authorities: Some(authority.to_vec()), identity: None }
    }

    #[test]
    fn authorities_are_read_once_and_never_taken_for_others() {
        let [one, other] = ["one", "other"].map(|name| certificate(name).0);
        let [first, second, third] =
            [&one, &one, &other].map(|pem| prepare(&trusting(pem), "a.b").expect("it is well"));
        assert!(std::ptr::eq(first.ssl_context(), second.ssl_context()));
        assert!(!std::ptr::eq(first.ssl_context(), third.ssl_context()));
        assert!(prepare(&trusting(b""), "a.b").is_err());
    }

    #[test]
    fn an_identity_is_shown_on_its_own_connection_only() {
        let (pem, key) = certificate("a client");
        let identity = ClientIdentity { certificates: pem.clone(), key: Secret::new(key) };
        let shown = Tls { identity: Some(identity.clone()), ..trusting(&pem) };
        assert!(prepare(&shown, "a.b").expect("it is well").certificate().is_some());
        assert!(prepare(&trusting(&pem), "a.b").expect("it is well").certificate().is_none());
        let foreign = ClientIdentity { key: Secret::new(certificate("another").1), ..identity };
        let mixed = Tls { identity: Some(foreign), ..trusting(&pem) };
        let why = prepare(&mixed, "a.b").expect_err("the key is another one");
        assert!(why.starts_with("the key is not that of the client certificate"), "{why}");
    }
}
