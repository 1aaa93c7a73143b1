//! `simulator serve --winrm`, as a process.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use uuid::Uuid;

use crate::lab::{basic, ntlm, session};

/// A process that serves, killed at the end.
struct Served {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn line(&mut self) -> String {
        self.lines.next().expect("a line").expect("text")
    }
}

fn command(options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lync-failover"));
    command.args(["simulator", "serve", "examples/registrars-lost.yaml"]).args(options);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("LYNC_FAILOVER_ACCOUNT_PASSWORD");
    command
}

fn serve(options: &[&str]) -> Served {
    let mut child = command(options).stdout(Stdio::piped()).spawn().expect("it starts");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    Served { child, lines }
}

fn endpoint(host: &str, url: &str) -> lync_failover::winrm::Endpoint {
    let port = url.trim_end_matches("/wsman").rsplit(':').next().and_then(|port| port.parse().ok());
    lync_failover::winrm::Endpoint {
        host: host.to_owned(),
        address: Some([127, 0, 0, 1].into()),
        port: port.expect("a port"),
        tls: None,
        configuration: "LyncFailover".to_owned(),
        pace: Default::default(),
    }
}

#[tokio::test]
async fn an_account_is_made_and_the_places_are_told() {
    let mut served = serve(&["--winrm"]);
    assert!(served.line().starts_with("serving a simulated Lync on 127.0.0.1:"));
    let mut places = Vec::new();
    let account = loop {
        let line = served.line();
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        match words.as_slice() {
            [host, pool, url] => places.push((host.clone(), pool.clone(), url.clone())),
            [account, name, password, secret] if account == "account" && password == "password" => {
                break (name.clone(), secret.clone());
            }
            other => panic!("{other:?}"),
        }
    };
    assert!(places.len() > 1);
    let (host, pool, url) = places.last().expect("a place");
    assert!(host.ends_with(pool.as_str()) && url.starts_with("http://127.0.0.1:"), "{url}");
    assert_eq!(account.0, "svc-lync");
    let mut session = session(endpoint(host, url), ntlm(&account.1), Uuid::new_v4());
    session.identify().await.expect("the account may come in");
}

#[tokio::test]
async fn https_with_an_account_of_ones_own() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("endpoint-{}", Uuid::new_v4()));
    fs::create_dir_all(&folder).expect("a folder");
    let file = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, content).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    };
    let authority = crate::certificates::Authority::new();
    let (certificate, key) = authority.issue("fe.contoso.com");
    let account = format!("svc-lync:{}", file("password", b"geheim\n"));
    let (certificate, key) = (file("tls.crt", &certificate), file("tls.key", &key));
    let options = ["--winrm", "--account", &account, "--tls-cert", &certificate, "--tls-key", &key];
    let mut served = serve(&options);
    served.line();
    let line = served.line();
    let url = line.split(' ').nth(2).expect("a URL");
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    let authorities = Some(authority.certificate.clone());
    let mut endpoint = endpoint("fe.contoso.com", url);
    endpoint.tls = Some(lync_failover::winrm::Tls { authorities, identity: None });
    session(endpoint, basic("geheim"), Uuid::new_v4()).identify().await.expect("the account may come in");
    fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn what_is_wrong_is_said_at_once() {
    for (options, words) in [
        (["--winrm", "--account", "svc"].as_slice(), "LYNC_FAILOVER_ACCOUNT_PASSWORD"),
        (&["--winrm", "--account", "svc:/no/such/file"], "/no/such/file"),
        (&["--winrm-port-base", "5985"], "--winrm"),
        (&["--winrm", "--tls-cert", "a.pem"], "--tls-key"),
    ] {
        let output = command(options).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "{said}");
    }
}
