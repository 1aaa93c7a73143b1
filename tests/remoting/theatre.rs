//! A stage on which the operator reaches the simulated Lync as it reaches a real one: by HTTPS WinRM, with
//! Secrets, at addresses of their own.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU8, Ordering},
};

use crate::{certificates::Authority, controlplane::ControlPlane, lab::PASSWORD, stage::Stage};

/// The port of the endpoints, without anything before them.
const PORT: u16 = 5986;
/// The Front Ends in the order in which they get their addresses.
pub(crate) const FRONT_ENDS: [&str; 6] = [
    "fe01.pool1.contoso.com",
    "fe02.pool1.contoso.com",
    "fe03.pool1.contoso.com",
    "fe01.pool2.contoso.com",
    "fe02.pool2.contoso.com",
    "fe03.pool2.contoso.com",
];

/// A stage, and how Lync is reached on it.
pub(crate) struct Theatre {
    pub(crate) stage: Stage<'static>,
    addresses: Vec<Ipv4Addr>,
}

impl Theatre {
    /// Everything but the operator and the resources that say how to reach Lync.
    pub(crate) fn new(name: &str, scenario: &str) -> Self {
        static NEXT: AtomicU8 = AtomicU8::new(0);
        let plane = ControlPlane::shared();
        plane.definitions();
        let namespace = plane.namespace(name);
        // Other runs on this machine take other ones.
        let run = u8::try_from(20 + std::process::id() % 200).unwrap();
        let first = Ipv4Addr::new(127, run, 100 + NEXT.fetch_add(1, Ordering::Relaxed), 1);
        let authority = Authority::new();
        let (certificate, key) = authority.issue_to_all(&FRONT_ENDS);
        let file = |name: &str, bytes: &[u8]| {
            let path = format!("{}/{namespace}-{name}", env!("CARGO_TARGET_TMPDIR"));
            fs::write(&path, bytes).unwrap();
            path
        };
        let options = [
            "--winrm".to_owned(),
            format!("--winrm-address-base={first}"),
            format!("--account=svc-lync:{}", file("password", PASSWORD.as_bytes())),
            format!("--tls-cert={}", file("tls.crt", &certificate)),
            format!("--tls-key={}", file("tls.key", &key)),
        ];
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let stage = Stage::bare(plane, namespace.clone(), scenario, &options);
        let authority = file("ca.crt", &authority.certificate);
        stage.kubectl(&[
            "create",
            "secret",
            "generic",
            "lync-ca",
            &format!("--from-file=ca.crt={authority}"),
        ]);
        let first = u32::from(first);
        let addresses = (0..FRONT_ENDS.len() as u32).map(|at| Ipv4Addr::from(first + at)).collect();
        Self { stage, addresses }
    }

    /// Where the endpoints really are.
    pub(crate) fn endpoints(&self) -> Vec<SocketAddr> {
        self.addresses.iter().map(|address| SocketAddr::from((*address, PORT))).collect()
    }

    /// Gives the operator a password, right or wrong.
    pub(crate) fn password(&self, password: &str) {
        let text = serde_json::json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "lync-bridge"},
            "stringData": {"username": "CONTOSO\\svc-lync", "password": password},
        });
        self.stage.apply(&text.to_string());
    }

    /// Says how Lync is reached, on a port on which something may stand in between.
    pub(crate) fn deploy(&self, configuration: &str, port: u16) {
        let endpoints: Vec<_> = FRONT_ENDS
            .iter()
            .zip(&self.addresses)
            .map(|(host, address)| {
                let pool = host.split_once('.').unwrap().1;
                serde_json::json!({"host": host, "pool": pool, "address": address.to_string(), "port": port})
            })
            .collect();
        let text = serde_json::json!({
            "apiVersion": "lyncfailover.dev/v1alpha1", "kind": "LyncDeployment", "metadata": {"name": "contoso"},
            "spec": {
                "bridge": {"winrm": {
                    "configurationName": configuration,
                    "authentication": "Negotiate",
                    "credentialsSecretRef": {"name": "lync-bridge"},
                    "tls": {"caSecretRef": {"name": "lync-ca"}},
                    "endpoints": endpoints,
                }},
                "observation": {"interval": "5s", "staleAfter": "60s"},
                "sourceDown": {"sustainedFor": "1s"},
            },
        });
        self.stage.apply(&text.to_string());
    }

    /// The usual: the module, the right password, nothing in between.
    pub(crate) fn open(&self) {
        self.password(PASSWORD);
        self.deploy(crate::bridges::MODULE, PORT);
    }

    /// A field of the `LyncDeployment`, as a JSONPath gives it.
    pub(crate) fn deployment(&self, path: &str) -> String {
        self.stage.kubectl(&["get", "ldep", "contoso", "-o", &format!("jsonpath={path}")])
    }

    /// State and guard of an endpoint, as the status has them.
    pub(crate) fn executor(&self, host: &str) -> String {
        let of = |field: &str| format!("{{.status.executors[?(@.host==\"{host}\")].{field}}}");
        self.deployment(&format!("{} {}", of("state"), of("guard"))).trim().to_owned()
    }

    /// The changing cmdlets that were started, by whatever way, in order.
    pub(crate) fn started(&self) -> Vec<String> {
        let transcript = self.stage.transcript();
        let name = |command: &str| command.split(' ').next().unwrap_or_default().to_owned();
        transcript.starts().map(|entry| name(&entry.command)).collect()
    }
}
