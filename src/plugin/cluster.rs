//! Which cluster, as whom, in which namespace: the options that kubectl has as well.

use std::path::PathBuf;

use clap::Args;
use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};

use super::report::Scope;
use crate::{cli::CliError, operator::DEFAULT_NAMESPACE};

/// Options that each subcommand takes.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Options {
    /// The namespace to look at. Default: that of the context.
    #[arg(long, short, global = true, conflicts_with = "all_namespaces")]
    pub namespace: Option<String>,
    /// Look at all namespaces.
    #[arg(long, short = 'A', global = true)]
    pub all_namespaces: bool,
    /// The context of the kubeconfig to use. Default: the current one.
    #[arg(long, global = true)]
    pub context: Option<String>,
    /// The kubeconfig to use. Default: $KUBECONFIG, then ~/.kube/config.
    #[arg(long, global = true, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The user to act as.
    #[arg(long = "as", global = true, value_name = "USER")]
    pub as_user: Option<String>,
    /// A group to act as; may be given several times.
    #[arg(long, global = true, value_name = "GROUP", requires = "as_user")]
    pub as_group: Vec<String>,
    /// The namespace of the operator, where its Lease shows whether it lives. Default: lync-failover-system, or the
    /// only one that has such a Lease.
    #[arg(long, global = true, value_name = "NAMESPACE", env = "LYNC_FAILOVER_NAMESPACE")]
    pub operator_namespace: Option<String>,
    /// No colours. They are left out anyway where there is no terminal, or where NO_COLOR is set.
    #[arg(long, global = true)]
    pub no_color: bool,
}

/// The way to a cluster.
pub(super) struct Cluster {
    pub client: Client,
    /// The address of the API server, for errors.
    pub url: String,
    /// The namespace of the context.
    namespace: String,
}

impl Options {
    /// Finds the way. Nothing is asked yet.
    pub(super) async fn connect(&self) -> Result<Cluster, CliError> {
        let failed = |error: &dyn std::fmt::Display| {
            CliError::Failed(format!(
                "no way to a cluster: {error}. Name a kubeconfig with --kubeconfig or KUBECONFIG and see `kubectl config \
                 get-contexts`."
            ))
        };
        let mut config = self.config().await.map_err(|error| failed(&error))?;
        if let Some(user) = &self.as_user {
            config.auth_info.impersonate = Some(user.clone());
            config.auth_info.impersonate_groups = Some(self.as_group.clone());
        }
        // A person waits: what fails for now is said now.
        config.default_retry = false;
        config.connect_timeout = Some(super::read::PATIENCE);
        let agent = concat!("kubectl-lync/", env!("CARGO_PKG_VERSION"));
        config.headers.push((axum::http::header::USER_AGENT, axum::http::HeaderValue::from_static(agent)));
        let (url, namespace) = (config.cluster_url.to_string(), config.default_namespace.clone());
        let client = Client::try_from(config).map_err(|error| failed(&error))?;
        Ok(Cluster { client, url, namespace })
    }

    async fn config(&self) -> Result<Config, Box<dyn std::error::Error>> {
        let options = KubeConfigOptions { context: self.context.clone(), ..KubeConfigOptions::default() };
        match &self.kubeconfig {
            Some(path) => Ok(Config::from_custom_kubeconfig(Kubeconfig::read_from(path)?, &options).await?),
            // Only who names a context has to have a kubeconfig: a Pod has none.
            None if self.context.is_none() => Ok(Config::infer().await?),
            None => Ok(Config::from_kubeconfig(&options).await?),
        }
    }

    /// What to look at.
    pub(super) fn scope(&self, cluster: &Cluster) -> Scope {
        match (&self.namespace, self.all_namespaces) {
            (_, true) => Scope::All,
            (Some(namespace), _) => Scope::Namespace(namespace.clone()),
            (None, false) => Scope::Namespace(cluster.namespace.clone()),
        }
    }

    /// Where the operator lives, if nobody says otherwise.
    pub(super) fn operator_home(&self) -> &str {
        self.operator_namespace.as_deref().unwrap_or(DEFAULT_NAMESPACE)
    }
}
