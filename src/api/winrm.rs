//! The part of `LyncDeployment` that says how PowerShell remoting reaches the Front Ends.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use super::{Authentication, SecretReference, rules};

/// PowerShell remoting to Front End servers.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("!(self.authentication in ['Basic', 'Certificate']) || has(self.tls)")
    .message("authentication Basic or Certificate needs tls"))]
pub struct WinRm {
    /// Name of the session configuration on the Front Ends: a JEA endpoint made for the operator, or
    /// `Microsoft.PowerShell`, the plain endpoint, which cannot limit what the account may run.
    /// Default: LyncFailover.
    #[serde(default = "configuration_name")]
    #[schemars(length(min = 1, max = 256))]
    pub configuration_name: String,
    /// How the operator proves who it is. Default: Kerberos.
    #[serde(default)]
    pub authentication: Authentication,
    /// Secret with the account: keys `username` (`svc-lync@CONTOSO.COM` or `CONTOSO\\svc-lync`) and
    /// `password`; for Kerberos `keytab` may take the place of the password; for Certificate `tls.crt` and
    /// `tls.key`. A change of the Secret is taken in without a restart.
    pub credentials_secret_ref: SecretReference,
    /// Where Kerberos tickets come from. Default: what DNS says for the domain of the account. With Negotiate it
    /// makes the choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kerberos: Option<KerberosSpec>,
    /// Connect by HTTPS. Without it the connection is HTTP whose content is sealed by Kerberos or NTLM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsSpec>,
    /// Front End servers on which cmdlets may run. List servers of every pool: one has to be left when
    /// a site is lost.
    #[schemars(length(min = 1, max = 64))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["host".into()]))]
    pub endpoints: Vec<Endpoint>,
}

/// Where Kerberos tickets come from.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct KerberosSpec {
    /// Domain controllers of the account's domain, `dc1.contoso.com` or `dc1.contoso.com:88`, asked one after
    /// the other. List some in every site: those of a lost site do not answer.
    #[schemars(length(min = 1, max = 16), inner(length(min = 1, max = 260)))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub kdcs: Vec<String>,
}

/// How HTTPS connections are checked.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct TlsSpec {
    /// Secret whose key `ca.crt` holds the certificates of the authorities to trust, as PEM. Without it
    /// the authorities of the operator's image are trusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_secret_ref: Option<SecretReference>,
}

/// A Front End server on which cmdlets may run.
#[derive(KubeSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// The server, as the topology names it.
    #[schemars(length(max = 253))]
    #[x_kube(validation = rules::fqdn("host"))]
    pub host: String,
    /// The pool of the server.
    #[schemars(length(max = 253))]
    #[x_kube(validation = rules::fqdn("pool"))]
    pub pool: String,
    /// IP address of the server, for the day on which the DNS of a lost site does not answer. Default:
    /// what DNS says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 45))]
    #[x_kube(validation = Rule::new("isIP(self)").message("address must be an IP address, such as 10.2.0.11"))]
    pub address: Option<String>,
    /// TCP port. Default: 5986 with tls, 5985 without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<i32>,
}

fn configuration_name() -> String {
    "LyncFailover".to_owned()
}
