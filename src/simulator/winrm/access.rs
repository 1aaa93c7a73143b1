//! Who may come in, and how.

use std::sync::{Arc, atomic::AtomicU64};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use openssl::{error::ErrorStack, ssl::SslAcceptor};
use zeroize::Zeroizing;

use crate::tls::acceptor;

/// An account of the simulated organisation. Its domain is whatever the client says.
#[derive(Clone)]
pub struct Account {
    /// Its name, without a domain.
    pub name: String,
    password: Zeroizing<String>,
}

impl Account {
    /// An account with its password.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { name: name.into(), password: Zeroizing::new(password.into()) }
    }

    pub(super) fn password(&self) -> &str {
        &self.password
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The accounts, and TLS if the endpoints speak it. Without it everything has to be sealed.
pub struct Access {
    accounts: Vec<Account>,
    pub(super) tls: Option<SslAcceptor>,
    /// How many logins were refused, for those who ask whether an account would be locked by now.
    pub(super) refused: Arc<AtomicU64>,
}

impl Access {
    /// HTTP: NTLM, and every message sealed.
    pub fn http(accounts: Vec<Account>) -> Self {
        Self { accounts, tls: None, refused: Arc::default() }
    }

    /// HTTPS: NTLM or Basic. Certificate (with what leads to its authority) and key are PEM.
    ///
    /// # Errors
    ///
    /// What OpenSSL says about the certificate or the key.
    pub fn https(accounts: Vec<Account>, certificates: &[u8], key: &[u8]) -> Result<Self, ErrorStack> {
        Ok(Self { accounts, tls: Some(acceptor(certificates, key)?), refused: Arc::default() })
    }

    /// The schemes that are offered.
    pub(super) fn offers(&self) -> &'static [&'static str] {
        if self.tls.is_some() {
            &["Negotiate", "NTLM", "Basic realm=\"WSMAN\""]
        } else {
            &["Negotiate", "NTLM"]
        }
    }

    /// An account by the name that a client gives, with a domain or without.
    pub(super) fn account(&self, name: &str) -> Option<&Account> {
        let bare = name.rsplit('\\').next().unwrap_or_default();
        let bare = bare.split('@').next().unwrap_or_default();
        self.accounts.iter().find(|account| account.name.eq_ignore_ascii_case(bare))
    }

    /// The account that a Basic header proves.
    pub(super) fn basic(&self, token: &str) -> Option<String> {
        self.tls.as_ref()?;
        let bytes = Zeroizing::new(STANDARD.decode(token.trim()).ok()?);
        // Not every client writes UTF-8 here; what is none is Latin-1 (RFC 7617, 2).
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => Zeroizing::new(text.to_owned()),
            Err(_) => Zeroizing::new(bytes.iter().copied().map(char::from).collect()),
        };
        let (name, password) = text.split_once(':')?;
        let account = self.account(name)?;
        let (given, own) = (password.as_bytes(), account.password().as_bytes());
        let same = given.len() == own.len() && openssl::memcmp::eq(given, own);
        same.then(|| account.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_with_a_domain_or_without() {
        let access = Access::http(vec![Account::new("svc", "p")]);
        for name in ["svc", "CONTOSO\\SVC", "svc@contoso.com"] {
            assert_eq!(access.account(name).map(|account| account.name.as_str()), Some("svc"), "{name}");
        }
        assert!(access.account("other").is_none() && access.account("").is_none());
    }

    #[test]
    fn basic_needs_tls() {
        let access = Access::http(vec![Account::new("svc", "p")]);
        assert_eq!(access.basic(&STANDARD.encode("svc:p")), None);
        assert!(!access.offers().iter().any(|offer| offer.starts_with("Basic")));
    }

    #[test]
    fn a_password_is_not_printed() {
        assert!(!format!("{:?}", Account::new("svc", "geheim")).contains("geheim"));
    }
}
