//! What TLS came to, in the words of a survey.

use jiff::Timestamp;
use openssl::{
    asn1::{Asn1Time, Asn1TimeRef},
    nid::Nid,
    x509::{X509NameRef, X509VerifyResult},
};

use crate::{
    check::{Certificate, TlsSurvey, Trust},
    winrm::{Handshake, HandshakeError},
};

/// `X509_V_ERR_*` of OpenSSL (x509_vfy.h) that speak of time: not valid yet, expired.
const OF_TIME: [i32; 2] = [9, 10];
/// The host name, or the address, is another one.
const OF_NAME: [i32; 2] = [62, 64];
/// No issuer, one of that name with another key, self-signed, an incomplete chain.
const OF_AUTHORITY: [i32; 6] = [2, 7, 18, 19, 20, 21];

pub(super) fn survey(handshake: &Handshake) -> TlsSurvey {
    let trust = match &handshake.outcome {
        Ok(()) => Trust::Good,
        Err(HandshakeError::Certificate(result)) => refused(*result),
        Err(HandshakeError::Failed(why)) => Trust::Failed(why.clone()),
    };
    TlsSurvey { certificate: handshake.certificate.as_deref().and_then(certificate), trust }
}

fn refused(result: X509VerifyResult) -> Trust {
    let (code, text) = (result.as_raw(), result.error_string().to_owned());
    match code {
        _ if OF_TIME.contains(&code) => Trust::Expired(text),
        _ if OF_NAME.contains(&code) => Trust::WrongName(text),
        _ if OF_AUTHORITY.contains(&code) => Trust::UnknownAuthority(text),
        _ => Trust::Failed(text),
    }
}

fn certificate(certificate: &openssl::x509::X509Ref) -> Option<Certificate> {
    let alternatives = certificate.subject_alt_names().into_iter().flatten();
    let mut names: Vec<String> = alternatives.filter_map(|name| name.dnsname().map(str::to_owned)).collect();
    if names.is_empty() {
        names.extend(common_name(certificate.subject_name()));
    }
    let issuer = certificate.issuer_name();
    Some(Certificate {
        names,
        issuer: common_name(issuer).unwrap_or_else(|| format!("{issuer:?}")),
        not_after: timestamp(certificate.not_after())?,
    })
}

fn common_name(name: &X509NameRef) -> Option<String> {
    let entry = name.entries_by_nid(Nid::COMMONNAME).next()?;
    entry.data().to_string().ok()
}

fn timestamp(time: &Asn1TimeRef) -> Option<Timestamp> {
    let since = Asn1Time::from_unix(0).ok()?.diff(time).ok()?;
    Timestamp::from_second(i64::from(since.days) * 86_400 + i64::from(since.secs)).ok()
}
