//! Names of machines and pools, as the Lync topology spells them.
//!
//! Lync compares names without regard to case, so a name is kept in lower case from the moment it is
//! parsed. Pools, Edge pools and machines have types of their own: on a Standard Edition pool all
//! three spellings are equal, and a mix-up would still compile if they were plain strings.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The regular expression that [`Fqdn::from_str`] accepts (before lower-casing), for schemas.
///
/// RFC 1123 host names of at least two labels; the underscore is allowed because Active Directory
/// domains carry it (for example `los_a.lsipt.local` in Microsoft's own samples, JJ204992).
pub const FQDN_PATTERN: &str =
    "^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?([.][a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)+$";

/// A fully qualified domain name: lower case, at least two labels, at most 253 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fqdn(String);

/// Why a text is not a fully qualified domain name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a fully qualified domain name such as pool1.contoso.com: {reason}")]
pub struct FqdnError {
    /// The text that was refused.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Fqdn {
    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first label, for one-line displays (`pool1` of `pool1.contoso.com`).
    pub fn short(&self) -> &str {
        self.0.split('.').next().unwrap_or(&self.0)
    }
}

impl FromStr for Fqdn {
    type Err = FqdnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason| FqdnError { text: text.to_owned(), reason };
        let name = text.trim().to_ascii_lowercase();
        if name.len() > 253 {
            return Err(refuse("it is longer than 253 characters"));
        }
        if !name.contains('.') {
            return Err(refuse("it has no domain part"));
        }
        for label in name.split('.') {
            if label.is_empty() || label.len() > 63 {
                return Err(refuse("each part between dots has 1 to 63 characters"));
            }
            if label.starts_with('-') || label.ends_with('-') {
                return Err(refuse("a part starts or ends with a hyphen"));
            }
            if !label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
                return Err(refuse("only letters, digits, hyphens, underscores and dots are allowed"));
            }
        }
        Ok(Self(name))
    }
}

impl TryFrom<String> for Fqdn {
    type Error = FqdnError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Fqdn> for String {
    fn from(name: Fqdn) -> Self {
        name.0
    }
}

impl fmt::Display for Fqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

macro_rules! fqdn_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Fqdn);

        impl $name {
            /// The name in lower case.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// The first label, for one-line displays.
            pub fn short(&self) -> &str {
                self.0.short()
            }

            /// The untyped name.
            pub fn fqdn(&self) -> &Fqdn {
                &self.0
            }
        }

        impl From<Fqdn> for $name {
            fn from(name: Fqdn) -> Self {
                Self(name)
            }
        }

        impl FromStr for $name {
            type Err = FqdnError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

fqdn_newtype! {
    /// A registrar pool: a Front End pool, or a Director pool (which homes no users).
    PoolFqdn
}
fqdn_newtype! {
    /// An Edge pool: servers of the perimeter network. Its next hop is a [`PoolFqdn`].
    EdgeFqdn
}
fqdn_newtype! {
    /// One computer: a Front End server, an Edge server, a SQL server.
    MachineFqdn
}

/// A SQL Server instance that holds Lync databases (`sql1.contoso.com\rtc`).
///
/// The default instance has an empty instance name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SqlInstance {
    /// The SQL server.
    pub server: MachineFqdn,
    /// The instance, in lower case; empty for the default instance.
    pub instance: String,
}

impl FromStr for SqlInstance {
    type Err = FqdnError;

    /// Reads `server\instance`, `server/instance` (as the page of Get-CsConfigurationStoreLocation,
    /// Gg412814, prints it) or `server`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (server, instance) = match text.rfind(['\\', '/']) {
            Some(at) => (&text[..at], &text[at + 1..]),
            None => (text, ""),
        };
        Ok(Self { server: server.parse()?, instance: instance.trim().to_ascii_lowercase() })
    }
}

impl fmt::Display for SqlInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.instance.as_str() {
            "" => write!(f, "{}", self.server),
            instance => write!(f, "{}\\{instance}", self.server),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_in_lower_case() {
        let name: Fqdn = "FEServer.CONTOSO.com".parse().expect("valid");
        assert_eq!(name.as_str(), "feserver.contoso.com");
        assert_eq!(name.short(), "feserver");
    }

    #[test]
    fn what_is_not_a_name_is_refused() {
        for bad in ["", "pool1", "a..b", "-a.b", "a-.b", "pool1.contoso.com'; Remove-Item", "a b.c"] {
            assert!(bad.parse::<Fqdn>().is_err(), "{bad:?} was accepted");
        }
        assert!(format!("{}.b", "a".repeat(64)).parse::<Fqdn>().is_err());
    }

    #[test]
    fn sql_paths_are_read_with_either_separator() {
        let slash: SqlInstance = "atl-sql-001.litwareinc.com/RTC".parse().expect("valid");
        let backslash: SqlInstance = "atl-sql-001.litwareinc.com\\rtc".parse().expect("valid");
        assert_eq!(slash, backslash);
        assert_eq!(slash.to_string(), "atl-sql-001.litwareinc.com\\rtc");
        assert_eq!("sql1.contoso.com".parse::<SqlInstance>().expect("valid").instance, "");
    }
}
