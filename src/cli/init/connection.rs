//! The options that say how Lync is reached, for those who have no `LyncDeployment` yet.

use std::net::IpAddr;

use clap::{Args, ValueEnum};

use super::super::CliError;
use crate::{
    api::{
        Authentication, BridgeSpec, ChecksSpec, Endpoint, KerberosSpec, LyncDeployment, LyncDeploymentSpec,
        ObjectName, ObjectivesSpec, ObservationSpec, SecretReference, SourceDownSpec, TlsSpec, WinRm,
    },
    lync::{MachineFqdn, Pool, PoolFqdn, PoolKind, Topology, Version},
};

#[derive(Debug, Args)]
pub(super) struct ConnectionOptions {
    /// A Front End on which cmdlets may run, instead of FILE. With --snapshot, or with Secrets, one is enough: every
    /// Front End of the topology is listed. Without, say its pool too: fe01.pool1.contoso.com=pool1.contoso.com. An
    /// address spares the question to DNS: fe01.pool1.contoso.com@10.1.0.11.
    #[arg(long, value_name = "HOST[=POOL][@ADDRESS]", requires_all = ["name", "credentials_secret"])]
    endpoint: Vec<String>,
    /// The name of the resources.
    #[arg(long, requires = "endpoint")]
    name: Option<String>,
    /// The namespace of the resources. Default: none, so that kubectl chooses.
    #[arg(long, requires = "endpoint")]
    namespace: Option<String>,
    /// The Secret with the account, in the namespace of the resources.
    #[arg(long, value_name = "SECRET", requires = "endpoint")]
    credentials_secret: Option<String>,
    /// How the operator proves who it is.
    #[arg(long, value_enum, default_value_t, requires = "endpoint")]
    authentication: AuthenticationOption,
    /// A domain controller that gives Kerberos tickets; name some in every site.
    /// Default: what DNS says for the domain of the account.
    #[arg(long, value_name = "HOST[:PORT]", requires = "endpoint")]
    kdc: Vec<String>,
    /// The session configuration on the Front Ends.
    #[arg(long, value_name = "NAME", default_value = "LyncFailover", requires = "endpoint")]
    configuration_name: String,
    /// Connect by HTTPS.
    #[arg(long, requires = "endpoint")]
    tls: bool,
    /// The Secret whose key ca.crt holds the authorities to trust; implies --tls.
    #[arg(long, value_name = "SECRET", requires = "endpoint")]
    tls_ca_secret: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "PascalCase")]
enum AuthenticationOption {
    #[default]
    Kerberos,
    Negotiate,
    Certificate,
    Basic,
}

impl From<AuthenticationOption> for Authentication {
    fn from(option: AuthenticationOption) -> Self {
        match option {
            AuthenticationOption::Kerberos => Self::Kerberos,
            AuthenticationOption::Negotiate => Self::Negotiate,
            AuthenticationOption::Certificate => Self::Certificate,
            AuthenticationOption::Basic => Self::Basic,
        }
    }
}

/// A deployment that somebody wants to have, with the servers that were named.
#[derive(Debug)]
pub(super) struct Wanted {
    name: String,
    namespace: Option<String>,
    winrm: WinRm,
    named: Vec<Named>,
}

/// A server that somebody names.
#[derive(Debug)]
struct Named {
    host: MachineFqdn,
    pool: Option<PoolFqdn>,
    address: Option<IpAddr>,
}

impl ConnectionOptions {
    /// What the options ask for, if they are used.
    pub(super) fn wanted(&self) -> Result<Option<Wanted>, CliError> {
        let (Some(name), Some(secret), false) =
            (&self.name, &self.credentials_secret, self.endpoint.is_empty())
        else {
            return Ok(None);
        };
        let named = self.endpoint.iter().map(|text| read_endpoint(text)).collect::<Result<_, _>>();
        let ca = self.tls_ca_secret.as_deref().map(secret_of);
        let winrm = WinRm {
            configuration_name: self.configuration_name.clone(),
            authentication: self.authentication.into(),
            credentials_secret_ref: secret_of(secret),
            kerberos: (!self.kdc.is_empty()).then(|| KerberosSpec { kdcs: self.kdc.clone() }),
            tls: (self.tls || ca.is_some()).then_some(TlsSpec { ca_secret_ref: ca }),
            endpoints: Vec::new(),
        };
        let named = named.map_err(|err| CliError::BadInput(vec![err]))?;
        Ok(Some(Wanted { name: name.clone(), namespace: self.namespace.clone(), winrm, named }))
    }
}

impl Wanted {
    /// The deployment: with every Front End of a topology, or with the servers that were named.
    pub(super) fn deployment(&self, topology: Option<&Topology>) -> Result<LyncDeployment, CliError> {
        Ok(self.with(topology.map_or_else(|| self.as_named(), |topology| self.all(topology))?))
    }

    /// A deployment to ask the named servers for the topology with. Their pools do not matter yet.
    pub(super) fn named_only(&self) -> Result<LyncDeployment, CliError> {
        let above =
            |host: &MachineFqdn| host.as_str().split_once('.').and_then(|(_, rest)| rest.parse().ok());
        let endpoints = self.named.iter().map(|named| {
            let unknown = || CliError::BadInput(vec![format!("--endpoint {}: it has no domain", named.host)]);
            let pool = named.pool.clone().or_else(|| above(&named.host)).ok_or_else(unknown)?;
            Ok(endpoint(&named.host, &pool, named.address))
        });
        Ok(self.with(endpoints.collect::<Result<_, CliError>>()?))
    }

    fn with(&self, endpoints: Vec<Endpoint>) -> LyncDeployment {
        let winrm = WinRm { endpoints, ..self.winrm.clone() };
        let spec = LyncDeploymentSpec {
            exports: None,
            bridge: BridgeSpec { winrm: Some(winrm), simulated: None },
            observation: ObservationSpec::default(),
            source_down: SourceDownSpec::default(),
            objectives: ObjectivesSpec::default(),
            checks: ChecksSpec::default(),
            drill: None,
        };
        let mut deployment = LyncDeployment::new(&self.name, spec);
        deployment.metadata.namespace.clone_from(&self.namespace);
        deployment
    }

    fn as_named(&self) -> Result<Vec<Endpoint>, CliError> {
        let unknown = |host| format!("--endpoint {host}: say its pool too ({host}=POOL), or give --snapshot");
        let lacking = self.named.iter().filter(|named| named.pool.is_none());
        let lacking: Vec<String> = lacking.map(|named| unknown(&named.host)).collect();
        if !lacking.is_empty() {
            return Err(CliError::BadInput(lacking));
        }
        Ok(self
            .named
            .iter()
            .filter_map(|one| Some(endpoint(&one.host, one.pool.as_ref()?, one.address)))
            .collect())
    }

    /// Every Front End that has the cmdlets. What was named has to be among them: a wrong name means the
    /// wrong organisation, or the wrong word for a server.
    fn all(&self, topology: &Topology) -> Result<Vec<Endpoint>, CliError> {
        let mut wrong = Vec::new();
        for Named { host, pool, .. } in &self.named {
            match (topology.pool_of(host), pool) {
                (None, _) => wrong
                    .push(format!("--endpoint {host}: the topology of the snapshot has no such Front End")),
                (Some(real), Some(pool)) if real != pool => {
                    wrong.push(format!("--endpoint {host}={pool}: the topology has it in {real}"));
                }
                (Some(_), _) => {}
            }
        }
        if !wrong.is_empty() {
            return Err(CliError::BadInput(wrong));
        }
        let has_cmdlets =
            |pool: &&Pool| pool.kind == PoolKind::FrontEnd && pool.version >= Version::LYNC_2013;
        let pools = topology.pools.iter().filter(|(_, pool)| has_cmdlets(pool));
        let address = |host: &MachineFqdn| self.named.iter().find(|named| named.host == *host)?.address;
        let machines = pools.flat_map(|(name, pool)| pool.machines.iter().map(move |host| (host, name)));
        Ok(machines.map(|(host, pool)| endpoint(host, pool, address(host))).collect())
    }
}

fn endpoint(host: &MachineFqdn, pool: &PoolFqdn, address: Option<IpAddr>) -> Endpoint {
    let address = address.map(|address| address.to_string());
    Endpoint { host: host.to_string(), pool: pool.to_string(), address, port: None }
}

fn secret_of(name: &str) -> SecretReference {
    SecretReference { name: ObjectName::from(name) }
}

fn read_endpoint(text: &str) -> Result<Named, String> {
    let (name, address) = match text.split_once('@') {
        Some((name, address)) => (name, Some(address)),
        None => (text, None),
    };
    let (host, pool) = match name.split_once('=') {
        Some((host, pool)) => (host, Some(pool)),
        None => (name, None),
    };
    let wrong = |err| format!("--endpoint {text}: {err}");
    let address =
        address.map(str::parse).transpose().map_err(|_| format!("--endpoint {text}: no IP address"))?;
    Ok(Named {
        host: host.parse().map_err(wrong)?,
        pool: pool.map(str::parse).transpose().map_err(wrong)?,
        address,
    })
}
