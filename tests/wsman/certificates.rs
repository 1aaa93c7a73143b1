//! Certificates for the tests.
#![allow(dead_code, reason = "each test binary uses its own part")]

use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{
        X509, X509Builder, X509NameBuilder,
        extension::{BasicConstraints, SubjectAlternativeName},
    },
};

pub(crate) struct Authority {
    /// As PEM.
    pub(crate) certificate: Vec<u8>,
    own: X509,
    key: PKey<Private>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = key();
        let mut builder = builder("An authority", &key);
        let constraints = BasicConstraints::new().critical().ca().build().expect("an extension");
        builder.append_extension(constraints).expect("appended");
        let subject = builder_name("An authority");
        builder.set_issuer_name(&subject).expect("set");
        builder.sign(&key, MessageDigest::sha256()).expect("signed");
        let own = builder.build();
        Self { certificate: own.to_pem().expect("PEM"), own, key }
    }

    /// Certificate and key for a name, as PEM.
    pub(crate) fn issue(&self, name: &str) -> (Vec<u8>, Vec<u8>) {
        let now = jiff::Timestamp::now().as_second();
        self.issue_for(name, now..now + 2 * 24 * 3600)
    }

    /// Certificate and key for several names, as PEM.
    pub(crate) fn issue_to_all(&self, names: &[&str]) -> (Vec<u8>, Vec<u8>) {
        let now = jiff::Timestamp::now().as_second();
        self.sign(names, now..now + 2 * 24 * 3600)
    }

    /// The same for a time, in seconds of Unix.
    pub(crate) fn issue_for(&self, name: &str, valid: std::ops::Range<i64>) -> (Vec<u8>, Vec<u8>) {
        self.sign(&[name], valid)
    }

    fn sign(&self, names: &[&str], valid: std::ops::Range<i64>) -> (Vec<u8>, Vec<u8>) {
        let key = key();
        let mut builder = builder(names[0], &key);
        let [from, until] = [valid.start, valid.end].map(|at| Asn1Time::from_unix(at).expect("a time"));
        builder.set_not_before(&from).expect("set");
        builder.set_not_after(&until).expect("set");
        builder.set_issuer_name(self.own.subject_name()).expect("set");
        let mut all = SubjectAlternativeName::new();
        for name in names {
            all.dns(name);
        }
        let names = all.build(&builder.x509v3_context(Some(&self.own), None));
        builder.append_extension(names.expect("an extension")).expect("appended");
        builder.sign(&self.key, MessageDigest::sha384()).expect("signed");
        (builder.build().to_pem().expect("PEM"), key.private_key_to_pem_pkcs8().expect("PEM"))
    }
}

fn key() -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(2048).expect("a key")).expect("a key")
}

fn builder_name(name: &str) -> openssl::x509::X509Name {
    let mut subject = X509NameBuilder::new().expect("a name");
    subject.append_entry_by_text("CN", name).expect("set");
    subject.build()
}

fn builder(name: &str, key: &PKey<Private>) -> X509Builder {
    let mut builder = X509::builder().expect("a builder");
    builder.set_version(2).expect("set");
    let serial = BigNum::from_u32(rand_serial()).and_then(|number| number.to_asn1_integer());
    builder.set_serial_number(&serial.expect("a number")).expect("set");
    builder.set_subject_name(&builder_name(name)).expect("set");
    builder.set_pubkey(key).expect("set");
    builder.set_not_before(&Asn1Time::days_from_now(0).expect("a time")).expect("set");
    builder.set_not_after(&Asn1Time::days_from_now(2).expect("a time")).expect("set");
    builder
}

fn rand_serial() -> u32 {
    uuid::Uuid::new_v4().as_fields().0 >> 1
}
