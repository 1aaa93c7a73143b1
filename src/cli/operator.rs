//! `lync-failover operator`: run in a cluster.

use std::{collections::BTreeSet, net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;
use jiff::SignedDuration;

use super::{CliError, log::LogFormat};
use crate::{
    api::parse_duration,
    operator::{DEFAULT_NAMESPACE, Settings, WebhookSettings, lease::Timing, run},
};

/// Run the operator against the cluster of the kubeconfig, or the one that it runs in.
#[derive(Debug, Args)]
pub(super) struct OperatorCommand {
    /// The namespace of the operator, where it keeps its lease and its records.
    #[arg(long, env = "POD_NAMESPACE", default_value = DEFAULT_NAMESPACE)]
    namespace: String,
    /// Watch this namespace only; may be given several times. Default: all.
    #[arg(long = "watch-namespace", env = "WATCH_NAMESPACE", value_delimiter = ',')]
    watch_namespaces: Vec<String>,
    /// The name of this replica. Default: made up.
    #[arg(long, env = "POD_NAME")]
    identity: Option<String>,
    /// Where /livez, /readyz and /metrics are served.
    #[arg(long, default_value = "127.0.0.1:8080")]
    http: SocketAddr,
    /// Where the API server may ask for the plan of a LyncFailover that is being applied. Default: nowhere.
    #[arg(long, value_name = "ADDRESS", requires = "webhook_tls_dir")]
    webhook: Option<SocketAddr>,
    /// The folder with tls.crt and tls.key for that. They are read again when they change.
    #[arg(long, value_name = "DIR", requires = "webhook")]
    webhook_tls_dir: Option<PathBuf>,
    /// The address of this Pod. While this replica leads, the others ask it there for the plan, on the port of
    /// --webhook. Default: they are told of none, and say so when they are asked.
    #[arg(long, env = "POD_IP", value_name = "IP")]
    pod_ip: Option<String>,
    /// Act without a lease. Only safe while there is no other replica.
    #[arg(long)]
    no_leader_election: bool,
    /// How long a lease is good: a replica takes over from one that has been silent for this long.
    #[arg(long, value_name = "DURATION", default_value = "15s", value_parser = duration)]
    leader_elect_lease_duration: Duration,
    /// How long a leader tries to renew its lease before it gives up, and ends.
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = duration)]
    leader_elect_renew_deadline: Duration,
    /// The pause between two tries.
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = duration)]
    leader_elect_retry_period: Duration,
    /// How to write the log.
    #[arg(long, value_enum, default_value_t)]
    log_format: LogFormat,
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map(SignedDuration::unsigned_abs).map_err(|err| err.to_string())
}

impl OperatorCommand {
    pub(super) async fn run(self) -> Result<(), CliError> {
        self.log_format.begin();
        let unreachable =
            |err: &dyn std::fmt::Display| CliError::Failed(format!("no way to a cluster: {err}"));
        let mut config = kube::Config::infer().await.map_err(|err| unreachable(&err))?;
        let agent = concat!("lync-failover/", env!("CARGO_PKG_VERSION"));
        config.headers.push((axum::http::header::USER_AGENT, axum::http::HeaderValue::from_static(agent)));
        let client = kube::Client::try_from(config).map_err(|err| unreachable(&err))?;
        let timing = Timing {
            duration: self.leader_elect_lease_duration,
            renew_deadline: self.leader_elect_renew_deadline,
            retry: self.leader_elect_retry_period,
        };
        if !timing.is_sound() {
            return Err(CliError::BadInput(vec![
                "--leader-elect-lease-duration has to be longer than --leader-elect-renew-deadline, and that \
                 longer than --leader-elect-retry-period"
                    .to_owned(),
            ]));
        }
        let settings = Settings {
            namespace: self.namespace,
            watch_namespaces: named(&self.watch_namespaces),
            identity: self.identity.unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
            http: self.http,
            webhook: self.webhook.zip(self.webhook_tls_dir).map(|(address, tls_dir)| WebhookSettings {
                address,
                tls_dir,
                pod_ip: self.pod_ip,
            }),
            election: (!self.no_leader_election).then_some(timing),
        };
        run(client, settings).await.map_err(|err| CliError::Failed(err.to_string()))
    }
}

/// The namespaces that are named, each once.
fn named(given: &[String]) -> Vec<String> {
    let names: BTreeSet<&str> =
        given.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
    names.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_watched_once_and_blanks_are_none() {
        let given = ["a", " b ", "a", ""].map(str::to_owned);
        assert_eq!(named(&given), ["a", "b"]);
        assert_eq!(named(&[String::new()]), Vec::<String>::new(), "all");
    }
}
