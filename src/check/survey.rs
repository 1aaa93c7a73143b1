//! What was gathered about the way to one Lync organisation. Each step says how it went; what comes after a
//! step that failed is not there.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::CommandSurvey;
use crate::lync::{Fact, MachineFqdn, PoolFqdn, Topology};

/// What was gathered of all endpoints of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Survey {
    /// When.
    pub at: Timestamp,
    /// The session configuration that the deployment names.
    pub configuration: String,
    /// The endpoints, in the order of the deployment.
    pub hosts: Vec<HostSurvey>,
}

/// What was gathered of one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HostSurvey {
    /// The server.
    pub host: MachineFqdn,
    /// Its pool, as the deployment says.
    pub pool: PoolFqdn,
    /// The IP address and port that were tried, if a name was found.
    #[serde(default)]
    pub address: Option<String>,
    /// The TCP connection.
    pub connection: Connection,
    /// TLS, with HTTPS.
    #[serde(default)]
    pub tls: Option<TlsSurvey>,
    /// The authentication.
    #[serde(default)]
    pub login: Option<Login>,
    /// What answers there: `OS: 6.3.9600 SP: 0.0 Stack: 3.0`.
    #[serde(default)]
    pub version: Option<String>,
    /// The shell in the session configuration.
    #[serde(default)]
    pub session: Option<SessionState>,
    /// What the host keeps the shell for while nobody is connected.
    #[serde(default)]
    pub keeping: Option<Keeping>,
    /// The module; not asked for in the plain endpoint.
    #[serde(default)]
    pub module: Option<Module>,
    /// The commands that were looked for in the session.
    #[serde(default)]
    pub commands: Vec<CommandSurvey>,
    /// Why the session did not say which commands it has.
    #[serde(default)]
    pub commands_unread: Option<String>,
    /// The clock of the host.
    #[serde(default)]
    pub clock: Option<ClockReading>,
    /// How many shells the account has there, without the one that asked.
    #[serde(default)]
    pub shells: Option<u32>,
    /// The topology, as far as it could be read there.
    #[serde(default)]
    pub topology: Option<TopologyRead>,
}

/// How a connection went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Connection {
    /// It stands.
    Connected,
    /// DNS has no address for the name, or did not answer.
    NameNotFound(String),
    /// The host is there, and nothing listens on the port.
    Refused(String),
    /// Nothing came back.
    TimedOut(String),
    /// It stands, and nothing that answers is WinRM.
    Mute(String),
    /// Anything else: no route, reset.
    Failed(String),
}

/// How TLS went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TlsSurvey {
    /// The certificate of the host, if it showed one.
    #[serde(default)]
    pub certificate: Option<Certificate>,
    /// Whether it is believed.
    pub trust: Trust,
}

/// A certificate, in brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    /// The names that it is for.
    pub names: Vec<String>,
    /// Who issued it.
    pub issuer: String,
    /// Until when it is good.
    pub not_after: Timestamp,
}

/// What the verification of a certificate came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Trust {
    /// It is believed.
    Good,
    /// No trusted authority stands behind it.
    UnknownAuthority(String),
    /// It is for other names.
    WrongName(String),
    /// Its time is over.
    Expired(String),
    /// There was no handshake, or something else is wrong.
    Failed(String),
}

/// How the authentication went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Login {
    /// The host knows the account.
    Accepted,
    /// It refuses it.
    Denied(String),
    /// It did not come to that: no key distribution centre, no common method.
    Failed(String),
    /// It was not tried, because another endpoint has refused the account: each try counts towards its lockout.
    NotTried,
}

/// What became of the shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SessionState {
    /// It opened.
    Opened,
    /// The host has no such session configuration.
    NoSuchConfiguration(String),
    /// The account may not use it.
    Denied(String),
    /// The account, or the host, has as many shells as it may have.
    QuotaExceeded(String),
    /// Anything else.
    Failed(String),
}

/// How a host keeps a shell while nobody is connected to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Keeping {
    /// For how long at most, in seconds.
    #[serde(default)]
    pub longest_idle: Option<u64>,
    /// What becomes of output meanwhile.
    #[serde(default)]
    pub buffering: Option<Buffering>,
}

/// What becomes of output that nobody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Buffering {
    /// The cmdlet waits when the buffer is full.
    Block,
    /// The oldest output is lost.
    Drop,
}

/// What `Get-LfEndpoint` came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Module {
    /// It answered.
    Answers(EndpointFacts),
    /// The session does not know the command.
    Missing,
    /// It failed, or its answer could not be read.
    Failed(String),
}

/// What the module says about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EndpointFacts {
    /// `ModuleVersion`.
    pub module_version: String,
    /// `HomeId`: made when the home of the journal was first used.
    pub home_id: String,
    /// `HomeKind`.
    pub home_kind: HomeKind,
    /// `Epoch`: the fence.
    pub epoch: i64,
    /// `Missing`: mutating commands, or `Command -Parameter`, that the Lync module of the host lacks.
    pub missing: Vec<String>,
}

/// Where the journal and the fence of the module are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HomeKind {
    /// On the disk of the host.
    Local,
    /// At a path that all Front Ends use.
    Shared,
}

/// Two clocks at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClockReading {
    /// That of the host.
    pub theirs: Timestamp,
    /// Ours, half-way between question and answer.
    pub ours: Timestamp,
}

impl ClockReading {
    /// How far the clock of the host is ahead.
    pub fn skew(&self) -> SignedDuration {
        self.theirs.duration_since(self.ours)
    }
}

/// What a host gave when it was asked for the topology.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TopologyRead {
    /// From the Central Management store.
    pub store: Fact<Topology>,
    /// From the replica of the host (`-LocalStore`), which is what is left when the store is dead.
    #[serde(default)]
    pub replica: Fact<Topology>,
}

impl TopologyRead {
    /// The topology, from wherever it came.
    pub fn any(&self) -> Option<&Topology> {
        self.store.value().or(self.replica.value())
    }
}
