//! The way to a Lync organisation, for commands that only look.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use clap::Args;
use uuid::Uuid;

use super::{
    CliError,
    organisation::{Simulated, endpoints, interval, limits, namespace_of, one_deployment, wrong},
};
use crate::{
    api::{LyncDeployment, WinRm, load::Loaded},
    bridge::{
        RemoteSimulator,
        winrm::{Access, WinRmBridge},
    },
    clock::{Clock, SystemClock},
    controller::{Look, Organisation, observe},
    operator::ClusterSecrets,
    reach::{self, FileSecrets, SecretData, SecretDocument, Secrets},
    snapshot::{Snapshot, Subject},
};

/// Where the Secrets are that `spec.bridge.winrm` names. There is no option for a password: what is on a command
/// line can be read by everybody on the machine, and stays in the history of the shell.
#[derive(Debug, Args)]
pub(super) struct SecretOptions {
    /// A directory with the Secrets of the LyncDeployment that FILE does not hold: `DIR/NAME/KEY`, as a
    /// mounted Secret.
    #[arg(long, value_name = "DIR")]
    secret_dir: Option<PathBuf>,
    /// Read the Secrets that are in neither place from the cluster of the kubeconfig.
    #[arg(long)]
    secrets_from_cluster: bool,
}

impl SecretOptions {
    /// Whether somebody has said where Secrets are.
    pub(super) fn are_given(&self) -> bool {
        self.secret_dir.is_some() || self.secrets_from_cluster
    }

    /// What opens the way to a deployment.
    pub(super) async fn enter(
        &self,
        deployment: &LyncDeployment,
        winrm: &WinRm,
        documents: Vec<SecretDocument>,
    ) -> Result<Access, CliError> {
        let namespace = namespace_of(&deployment.metadata);
        let files = FileSecrets::new(documents, namespace, self.secret_dir.clone());
        let cluster = match self.secrets_from_cluster {
            true => Some(cluster(namespace).await?),
            false => None,
        };
        let has_directory = self.secret_dir.is_some();
        let places = Places { files, cluster, has_directory };
        reach::enter(winrm, &places).await.map_err(|error| wrong(deployment, &error.to_string()))
    }

    /// The organisation of a deployment, and its bridge, which changes nothing: it never learns whose lock it
    /// would have to take.
    pub(super) async fn reach(
        &self,
        deployment: &LyncDeployment,
        winrm: &WinRm,
        documents: Vec<SecretDocument>,
    ) -> Result<(Organisation, Arc<WinRmBridge>), CliError> {
        let access = self.enter(deployment, winrm, documents).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        // The shells of the operator are its own: those of this process have other ids.
        let family = Uuid::new_v4();
        let reached = reach::organisation(&deployment.spec, winrm, access, family, &clock);
        reached.map_err(|error| wrong(deployment, &error.to_string()))
    }
}

/// Files first, then the cluster.
struct Places {
    files: FileSecrets,
    cluster: Option<ClusterSecrets>,
    has_directory: bool,
}

#[async_trait]
impl Secrets for Places {
    async fn get(&self, name: &str) -> Result<Option<SecretData>, String> {
        if let Some(found) = self.files.get(name).await? {
            return Ok(Some(found));
        }
        match (&self.cluster, self.has_directory) {
            (Some(cluster), _) => cluster.get(name).await,
            (None, true) => Err("it is neither in the files nor in the directory of --secret-dir".to_owned()),
            (None, false) => {
                Err("it is not in the files; name a file with it, or a directory with --secret-dir, or give \
                 --secrets-from-cluster"
                    .to_owned())
            }
        }
    }
}

/// A way to an organisation, to look at it.
pub(super) struct Reached {
    pub(super) organisation: Organisation,
    remote: Option<Arc<WinRmBridge>>,
}

impl Reached {
    /// Looks once, and leaves nothing open behind.
    pub(super) async fn look(self, subject: Subject) -> Snapshot {
        let observed = observe(&self.organisation, Look::default()).await;
        self.close().await;
        Snapshot::new(subject, self.organisation.clock.now(), observed)
    }
}

impl Reached {
    /// Ends the shells that hosts are read through.
    pub(super) async fn close(&self) {
        if let Some(bridge) = &self.remote {
            bridge.close().await;
        }
    }
}

impl From<Organisation> for Reached {
    fn from(organisation: Organisation) -> Self {
        Self { organisation, remote: None }
    }
}

impl From<(Organisation, Arc<WinRmBridge>)> for Reached {
    fn from((organisation, bridge): (Organisation, Arc<WinRmBridge>)) -> Self {
        Self { organisation, remote: Some(bridge) }
    }
}

/// The way to the organisation of the one deployment of the files, whatever its bridge.
pub(super) async fn reach(
    loaded: &Loaded,
    secrets: &SecretOptions,
    documents: Vec<SecretDocument>,
) -> Result<Reached, CliError> {
    let deployment = one_deployment(loaded)?;
    if let Some(winrm) = &deployment.spec.bridge.winrm {
        return Ok(secrets.reach(deployment, winrm, documents).await?.into());
    }
    let address =
        deployment.spec.bridge.simulated.as_ref().and_then(|simulated| simulated.address.as_deref());
    let Some(address) = address else { return Ok(Simulated::build(loaded, 1.0)?.organisation.into()) };
    let field = "spec.bridge.simulated.address";
    let socket: SocketAddr = address.parse().map_err(|err| wrong(deployment, &format!("{field}: {err}")))?;
    if !socket.ip().is_loopback() {
        return Err(wrong(deployment, &format!("{field}: {address} is not a loopback address")));
    }
    let remote = Arc::new(RemoteSimulator::new(socket));
    let view =
        remote.describe().await.map_err(|err| CliError::Failed(format!("{field}: {address}: {err}")))?;
    let organisation = Organisation {
        bridge: remote.clone(),
        prober: remote,
        clock: Arc::new(SystemClock),
        endpoints: endpoints(&view),
        limits: limits(deployment)?,
        interval: interval(deployment)?,
    };
    Ok(organisation.into())
}

async fn cluster(namespace: &str) -> Result<ClusterSecrets, CliError> {
    let unreachable = |error: &dyn std::fmt::Display| {
        CliError::Failed(format!("--secrets-from-cluster: no way to a cluster: {error}"))
    };
    let config = kube::Config::infer().await.map_err(|error| unreachable(&error))?;
    let client = kube::Client::try_from(config).map_err(|error| unreachable(&error))?;
    Ok(ClusterSecrets::new(&client, namespace))
}
