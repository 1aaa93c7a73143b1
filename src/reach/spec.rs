//! What `spec.bridge.winrm` and its Secrets say.

use std::sync::Arc;

use super::SecretData;
use crate::{
    api::{Authentication, WinRm},
    bridge::winrm::{Access, Listener},
    winrm::{Account, ClientIdentity, Credentials, KerberosKey, Keytab, Pace, Secret, Tls},
};

/// The listeners that a spec names.
///
/// # Errors
///
/// Says which field makes no sense; the API server lets none of them in.
pub fn listeners(winrm: &WinRm) -> Result<Vec<Listener>, String> {
    let default_port = if winrm.tls.is_some() { 5986 } else { 5985 };
    let listener = |(at, endpoint): (usize, &crate::api::Endpoint)| {
        let field = |name: &str, err: &dyn std::fmt::Display| {
            format!("spec.bridge.winrm.endpoints[{at}].{name}: {err}")
        };
        let address = endpoint.address.as_deref().map(str::parse).transpose();
        let port = u16::try_from(endpoint.port.unwrap_or(default_port));
        Ok(Listener {
            host: endpoint.host.parse().map_err(|err| field("host", &err))?,
            address: address.map_err(|err: std::net::AddrParseError| field("address", &err))?,
            port: port.map_err(|err| field("port", &err))?,
        })
    };
    winrm.endpoints.iter().enumerate().map(listener).collect()
}

/// How the listeners are entered, with the Secret of the account and the one of the authorities.
///
/// # Errors
///
/// Says which key of which Secret is missing or makes no sense. Never says a value.
pub fn access(
    winrm: &WinRm,
    account: &SecretData,
    authorities: Option<&SecretData>,
) -> Result<Access, String> {
    let of_account = |why: String| format!("Secret {}: {why}", winrm.credentials_secret_ref.name);
    let credentials = credentials(winrm, account).map_err(of_account)?;
    let identity = match winrm.authentication {
        Authentication::Certificate => Some(identity(account).map_err(of_account)?),
        _ => None,
    };
    let tls = winrm.tls.as_ref().map(|_| -> Result<Tls, String> {
        let pem = authorities.map(|secret| secret.need("ca.crt").map(<[u8]>::to_vec)).transpose();
        Ok(Tls { authorities: pem.map_err(|why| format!("Secret of tls.caSecretRef: {why}"))?, identity })
    });
    let revisions = std::iter::once(account).chain(authorities).map(|secret| secret.revision.as_str());
    Ok(Access {
        configuration: winrm.configuration_name.clone(),
        tls: tls.transpose()?,
        credentials: Arc::new(credentials),
        revision: revisions.collect::<Vec<_>>().join("/"),
        pace: Pace::default(),
    })
}

fn credentials(winrm: &WinRm, secret: &SecretData) -> Result<Credentials, String> {
    let account = || secret.text("username").map(|name| Account::parse(&name));
    let password = || secret.password("password");
    match (winrm.authentication, &winrm.kerberos) {
        (Authentication::Kerberos, _) | (Authentication::Negotiate, Some(_)) => {
            let key = match secret.get("keytab") {
                Some(bytes) => {
                    KerberosKey::Keytab(Keytab::parse(bytes).map_err(|why| format!("key keytab: {why}"))?)
                }
                None => KerberosKey::Password(password()?),
            };
            let account = account()?;
            let kdcs = winrm.kerberos.as_ref().map(|kerberos| kerberos.kdcs.clone());
            let kdcs = kdcs.map_or_else(|| controllers(&account), Ok)?;
            Ok(Credentials::Kerberos { account, key, kdcs })
        }
        (Authentication::Negotiate, None) => {
            Ok(Credentials::Ntlm { account: account()?, password: password()? })
        }
        (Authentication::Certificate, _) => Ok(Credentials::Certificate),
        (Authentication::Basic, _) => Ok(Credentials::Basic { account: account()?, password: password()? }),
    }
}

/// Where DNS knows the domain controllers: under the name of the domain itself.
fn controllers(account: &Account) -> Result<Vec<String>, String> {
    let domain = account.domain.as_deref().filter(|domain| domain.contains('.'));
    let domain = domain.ok_or(
        "Kerberos needs a username with its DNS domain, svc-lync@CONTOSO.COM, or spec.bridge.winrm.kerberos.kdcs",
    )?;
    Ok(vec![domain.to_ascii_lowercase()])
}

fn identity(secret: &SecretData) -> Result<ClientIdentity, String> {
    Ok(ClientIdentity {
        certificates: secret.need("tls.crt")?.to_vec(),
        key: Secret::new(secret.need("tls.key")?.to_vec()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn spec(change: Value) -> WinRm {
        let mut spec = json!({
            "authentication": "Negotiate",
            "credentialsSecretRef": {"name": "lync-bridge"},
            "endpoints": [
                {"host": "fe01.pool1.contoso.com", "pool": "pool1.contoso.com"},
                {"host": "fe01.pool2.contoso.com", "pool": "pool2.contoso.com", "address": "10.2.0.11", "port": 15985}
            ]
        });
        spec.as_object_mut().expect("a map").extend(change.as_object().expect("a map").clone());
        serde_json::from_value(spec).expect("it reads")
    }

    fn secret(values: &[(&str, &str)]) -> SecretData {
        let owned = values.iter().map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()));
        SecretData::new(owned, "7")
    }

    const ACCOUNT: [(&str, &str); 2] = [("username", "CONTOSO\\svc-lync\n"), ("password", "s3cret\n")];

    #[test]
    fn ports_follow_from_tls_unless_they_are_given() {
        let ports =
            |change| listeners(&spec(change)).expect("it reads").iter().map(|l| l.port).collect::<Vec<_>>();
        assert_eq!(ports(json!({})), [5985, 15985]);
        assert_eq!(ports(json!({"tls": {}})), [5986, 15985]);
    }

    #[test]
    fn each_kind_of_authentication_takes_its_keys() {
        let kind = |change, values: &[(&str, &str)]| {
            let ca = secret(&[("ca.crt", "pem")]);
            access(&spec(change), &secret(values), Some(&ca))
                .map(|access| format!("{:?}", access.credentials))
        };
        let kdcs = json!({"kdcs": ["dc1.contoso.com"]});
        assert!(kind(json!({}), &ACCOUNT).expect("it reads").starts_with("Ntlm"));
        assert!(kind(json!({"kerberos": kdcs}), &ACCOUNT).expect("it reads").starts_with("Kerberos"));
        assert!(
            kind(json!({"authentication": "Basic", "tls": {}}), &ACCOUNT)
                .expect("it reads")
                .starts_with("Basic")
        );
        let pair = [("tls.crt", "a"), ("tls.key", "b")];
        assert!(kind(json!({"authentication": "Certificate", "tls": {}}), &pair).is_ok());
        let by_dns = kind(
            json!({"authentication": "Kerberos"}),
            &[("username", "svc-lync@CONTOSO.COM"), ("password", "x")],
        );
        assert!(by_dns.expect("it reads").contains("kdcs: [\"contoso.com\"]"));
        let bare = kind(json!({"authentication": "Kerberos"}), &ACCOUNT).expect_err("no DNS domain");
        assert!(bare.contains("svc-lync@CONTOSO.COM"), "{bare}");
        let missing = kind(json!({}), &[("username", "svc")]).expect_err("no password");
        assert!(missing.contains("Secret lync-bridge: it has no key password"), "{missing}");
        let bad = kind(json!({"kerberos": kdcs}), &[("username", "svc@C"), ("keytab", "x")])
            .expect_err("no keytab");
        assert!(bad.contains("key keytab"), "{bad}");
    }

    #[test]
    fn the_line_end_of_a_file_is_no_part_of_a_password_and_nothing_is_shown() {
        let access = access(&spec(json!({})), &secret(&ACCOUNT), None).expect("it reads");
        let text = format!("{access:?} {:?}", secret(&ACCOUNT));
        assert!(!text.contains("s3cret") && text.contains("svc-lync"), "{text}");
        assert_eq!(secret(&ACCOUNT).text("password").expect("text"), "s3cret");
        assert_eq!(access.revision, "7");
    }
}
