//! How the servers are started, and the files that they read.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};

use super::audit;

/// The ports of one control plane, on 127.0.0.1.
#[derive(Debug)]
pub struct Ports {
    pub etcd: u16,
    pub etcd_peer: u16,
    pub api: u16,
}

impl Ports {
    /// Three ports that are free at this moment.
    pub fn free() -> Self {
        let held = [(); 3].map(|()| TcpListener::bind(("127.0.0.1", 0)).expect("a port is free"));
        let [etcd, etcd_peer, api] = held.map(|port| port.local_addr().expect("it is bound").port());
        Self { etcd, etcd_peer, api }
    }
}

/// Where etcd keeps its data.
pub fn etcd_data(dir: &Path) -> PathBuf {
    dir.join("etcd")
}

/// The certificate of the API server, with the authority that signed it. The API server makes both, and
/// the key, when it first starts.
pub fn certificate(dir: &Path) -> PathBuf {
    dir.join("certificates/apiserver.crt")
}

/// Writes what the API server reads: the audit policy, and the administrator's token.
pub fn write_files(dir: &Path, token: &str) {
    let admin = format!("{token},admin,admin,system:masters\n");
    fs::write(dir.join("tokens.csv"), admin).expect("a file can be written");
    fs::write(dir.join("audit-policy.json"), audit::POLICY).expect("a file can be written");
}

/// What lies in `dir` dies with the test, so nothing waits for the disk.
pub fn etcd(dir: &Path, ports: &Ports) -> Vec<String> {
    let client = format!("http://127.0.0.1:{}", ports.etcd);
    let peer = format!("http://127.0.0.1:{}", ports.etcd_peer);
    vec![
        format!("--data-dir={}", etcd_data(dir).display()),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=default={peer}"),
        "--unsafe-no-fsync".to_owned(),
        "--log-level=warn".to_owned(),
    ]
}

/// Tokens of service accounts are signed with the key of the certificate: one key less to make.
pub fn api_server(dir: &Path, ports: &Ports) -> Vec<String> {
    let dir = dir.display();
    vec![
        format!("--etcd-servers=http://127.0.0.1:{}", ports.etcd),
        "--bind-address=127.0.0.1".to_owned(),
        "--advertise-address=127.0.0.1".to_owned(),
        format!("--secure-port={}", ports.api),
        format!("--cert-dir={dir}/certificates"),
        "--endpoint-reconciler-type=none".to_owned(),
        "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
        "--authorization-mode=RBAC".to_owned(),
        "--disable-admission-plugins=ServiceAccount".to_owned(),
        format!("--token-auth-file={dir}/tokens.csv"),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        format!("--service-account-key-file={dir}/certificates/apiserver.key"),
        format!("--service-account-signing-key-file={dir}/certificates/apiserver.key"),
        format!("--audit-policy-file={dir}/audit-policy.json"),
        format!("--audit-log-path={dir}/audit.log"),
        // In megabytes: never so long that it would be split.
        "--audit-log-maxsize=10000".to_owned(),
    ]
}

/// The controllers that clean up after deletions, those that make Pods of Deployments and Jobs, and the one
/// that gathers rules in the roles view, edit and admin.
pub fn controllers(dir: &Path) -> Vec<String> {
    let names = [
        "namespace-controller",
        "garbage-collector-controller",
        "serviceaccount-controller",
        "root-ca-certificate-publisher-controller",
        "deployment-controller",
        "replicaset-controller",
        "job-controller",
        "ttl-after-finished-controller",
        "disruption-controller",
        "clusterrole-aggregation-controller",
    ];
    let dir = dir.display();
    vec![
        format!("--kubeconfig={dir}/admin.kubeconfig"),
        format!("--root-ca-file={dir}/certificates/apiserver.crt"),
        format!("--controllers={}", names.join(",")),
        "--leader-elect=false".to_owned(),
        "--secure-port=0".to_owned(),
    ]
}
