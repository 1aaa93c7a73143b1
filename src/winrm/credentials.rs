//! Who the operator is.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{AuthError, Authenticator, Endpoint, Keytab, Secret, kerberos::Kerberos, ntlm::Ntlm};

/// An account of a domain, or of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// `svc-lync`.
    pub name: String,
    /// `CONTOSO` or `contoso.com`. Of a local account nothing, or the name of the machine.
    pub domain: Option<String>,
}

/// How the operator proves who it is.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// Name and password as they are. Only over TLS, and Windows takes it for local accounts only.
    Basic {
        /// The account.
        account: Account,
        /// Its password.
        password: Secret,
    },
    /// The client certificate of the endpoint's TLS.
    Certificate,
    /// NTLM.
    Ntlm {
        /// The account.
        account: Account,
        /// Its password.
        password: Secret,
    },
    /// Kerberos.
    Kerberos {
        /// The account; its domain is the realm.
        account: Account,
        /// What it proves itself with.
        key: KerberosKey,
        /// The KDCs to ask, `dc1.contoso.com` or `dc1.contoso.com:88`, one after the other.
        kdcs: Vec<String>,
    },
}

/// What an account proves itself to Kerberos with.
#[derive(Clone, Debug)]
pub enum KerberosKey {
    /// Its password.
    Password(Secret),
    /// Its keys.
    Keytab(Keytab),
}

/// What a connection does with credentials.
pub(super) enum Method {
    /// The same header with every request.
    Header(Zeroizing<String>),
    /// A handshake.
    Handshake(Box<dyn Authenticator>),
}

impl Account {
    /// Reads `DOMAIN\name`, `name@domain` or `name`.
    pub fn parse(text: &str) -> Self {
        let (name, domain) = match (text.split_once('\\'), text.rsplit_once('@')) {
            (Some((domain, name)), _) | (None, Some((name, domain))) => (name, Some(domain)),
            (None, None) => (text, None),
        };
        Self { name: name.to_owned(), domain: domain.filter(|domain| !domain.is_empty()).map(str::to_owned) }
    }

    /// `DOMAIN\name`. `name@domain` goes out as an enterprise name, which not every KDC takes.
    fn down_level(&self) -> String {
        match &self.domain {
            Some(domain) => format!("{domain}\\{}", self.name),
            None => self.name.clone(),
        }
    }
}

impl Credentials {
    /// The account, for messages and for counting.
    pub fn account(&self) -> String {
        match self {
            Self::Basic { account, .. } | Self::Ntlm { account, .. } | Self::Kerberos { account, .. } => {
                account.down_level()
            }
            Self::Certificate => "the client certificate".to_owned(),
        }
    }

    /// Who counts refusals: the domain for an account of a domain, whichever host asks it, else the host.
    pub(super) fn counted_at(&self, host: &str) -> String {
        let domain = match self {
            Self::Ntlm { account, .. } | Self::Kerberos { account, .. } => account.domain.as_deref(),
            Self::Basic { .. } | Self::Certificate => None,
        };
        domain.unwrap_or(host).to_lowercase()
    }

    /// What to do on a new connection.
    pub(super) fn method(&self, endpoint: &Endpoint) -> Result<Method, AuthError> {
        let unavailable = |why: &str| Err(AuthError::Unavailable(why.to_owned()));
        match self {
            Self::Basic { .. } | Self::Certificate if endpoint.tls.is_none() => {
                unavailable("Basic and Certificate need TLS: without it nothing would be sealed")
            }
            Self::Basic { account, password } => {
                if account.name.contains(':') {
                    return unavailable("the name of the account contains a colon");
                }
                let mut plain = Zeroizing::new(format!("{}:", account.down_level()).into_bytes());
                plain.extend_from_slice(password.bytes());
                let encoded = Zeroizing::new(STANDARD.encode(&*plain));
                Ok(Method::Header(Zeroizing::new(format!("Basic {}", *encoded))))
            }
            Self::Certificate => {
                if endpoint.tls.as_ref().is_none_or(|tls| tls.identity.is_none()) {
                    return unavailable("there is no client certificate");
                }
                let scheme = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual";
                Ok(Method::Header(Zeroizing::new(scheme.to_owned())))
            }
            Self::Ntlm { account, password } => {
                Ok(Method::Handshake(Box::new(Ntlm::new(account, password)?)))
            }
            Self::Kerberos { account, key, kdcs } => {
                Ok(Method::Handshake(Box::new(Kerberos::new(account, key, kdcs, &endpoint.host)?)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str, domain: Option<&str>) -> Account {
        Account { name: name.to_owned(), domain: domain.map(str::to_owned) }
    }

    #[test]
    fn names_are_read_in_every_form() {
        assert_eq!(Account::parse("CONTOSO\\svc"), account("svc", Some("CONTOSO")));
        assert_eq!(Account::parse("svc@contoso.com"), account("svc", Some("contoso.com")));
        assert_eq!(Account::parse("svc"), account("svc", None));
        assert_eq!(Account::parse("svc@"), account("svc", None));
        assert_eq!(Account::parse("svc@contoso.com").down_level(), "contoso.com\\svc");
    }

    #[test]
    fn a_domain_counts_refusals_whichever_host_asks() {
        let password = Secret::from("p");
        let ntlm = Credentials::Ntlm { account: Account::parse("CONTOSO\\svc"), password: password.clone() };
        assert_eq!(ntlm.counted_at("fe1"), ntlm.counted_at("fe2"));
        let basic = Credentials::Basic { account: Account::parse("svc"), password };
        assert_ne!(basic.counted_at("fe1"), basic.counted_at("fe2"));
    }

    #[test]
    fn secrets_are_not_printed() {
        let basic = Credentials::Basic { account: Account::parse("svc"), password: Secret::from("hunter2") };
        let text = format!("{basic:?}");
        assert!(text.contains("svc") && !text.contains("hunter2") && !text.contains("104"), "{text}");
    }
}
