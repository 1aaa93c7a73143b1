//! From a deployment to a plan: snapshot and init over WinRM see what is there.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use lync_failover::snapshot::Snapshot;
use serde_json::Value;

use crate::desk::{Desk, Ran};

const PASSWORD: &str = "from a file";
/// Where the first endpoint of the process is; each test has addresses of its own.
const ENDPOINTS: [&str; 6] = [
    "fe01.pool1.contoso.com",
    "fe02.pool1.contoso.com",
    "fe03.pool1.contoso.com",
    "fe01.pool2.contoso.com",
    "fe02.pool2.contoso.com",
    "fe03.pool2.contoso.com",
];

/// A simulated Lync in a process of its own, killed at the end.
pub(crate) struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // It may have gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A desk with a simulated Lync beside it: `deployment.yaml` is the way by WinRM, `direct.yaml` the one without.
pub(crate) fn desk(name: &str, net: u8, scenario: &str) -> (Desk, Served) {
    let desk = Desk::new(name, PASSWORD);
    let simulated = |what: &str| {
        format!(
            "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\n\
             metadata: {{name: contoso, namespace: lync-dr}}\nspec: {{bridge: {{simulated: {{{what}}}}}}}\n"
        )
    };
    desk.write("lync.yaml", simulated(&format!("scenario: {{{scenario}}}")));
    let (base, account) = (format!("127.0.{net}.1"), "svc-lync:secrets/lync-bridge/password");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lync-failover"));
    command.args(["simulator", "serve", "lync.yaml", "--winrm", "--winrm-address-base", &base]);
    command.args(["--account", account]).current_dir(&desk.0).stdout(Stdio::piped());
    let mut served = Served(command.spawn().unwrap());
    let mut lines = BufReader::new(served.0.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let address = first.rsplit(' ').next().unwrap();
    desk.write("direct.yaml", simulated(&format!("address: \"{address}\"")));
    for line in lines {
        if line.unwrap().starts_with("account") {
            break;
        }
    }
    let endpoints = ENDPOINTS.iter().enumerate().map(|(at, host)| {
        let pool = host.split_once('.').unwrap().1;
        format!("{{host: {host}, pool: {pool}, address: {}}}", address_of(net, at))
    });
    desk.deployment("", &endpoints.collect::<Vec<_>>());
    (desk, served)
}

fn address_of(net: u8, at: usize) -> String {
    format!("127.0.{net}.{}", at + 1)
}

/// A snapshot without times.
fn timeless(text: &str) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::String(text) if text.parse::<jiff::Timestamp>().is_ok() => *value = Value::Null,
            Value::Array(items) => items.iter_mut().for_each(strip),
            Value::Object(fields) => fields.values_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(Snapshot::from_text(text).unwrap().observed).unwrap();
    strip(&mut value);
    // The simulator without a wire has no module to speak of.
    value.as_object_mut().unwrap().remove("guards");
    // No endpoint stands for the Edge pool, so that nothing answers at its name.
    value["sip"].as_object_mut().unwrap().remove("edge1.contoso.com");
    value
}

/// The kind of each fact that could not be seen: the words of an error depend on the way.
fn without_words(mut value: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::Object(why)) = fields.get_mut("unknown") {
                    why.values_mut().for_each(|text| *text = Value::Null);
                }
                for (name, field) in fields.iter_mut() {
                    match name.as_str() {
                        "unreachable" | "broken" => *field = Value::Null,
                        _ => strip(field),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut value);
    value
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_by_winrm_is_the_snapshot_of_what_is_there() {
    for (net, scenario, code) in [(61, "", 0), (62, "failures: [{kill: [pool1.contoso.com]}]", 4)] {
        let (desk, _served) = desk(&format!("snapshot-{net}"), net, scenario);
        let direct = desk.run(&["snapshot", "direct.yaml"]);
        let remote = desk.run(&["snapshot", "deployment.yaml", "--secret-dir", "secrets"]);
        assert_eq!((direct.code, remote.code), (code, code), "{}{}", direct.err, remote.err);
        let [seen, there] = [&remote.out, &direct.out].map(|text| without_words(timeless(text)));
        for (name, facts) in there.as_object().unwrap() {
            assert_eq!(&seen[name], facts, "{name}, {scenario}");
        }
        assert!(!remote.out.contains(PASSWORD) && !remote.out.contains("svc-lync"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_init_writes_over_winrm_changes_nothing() {
    let (desk, _served) = desk("init", 63, "");
    let with = ["--secret-dir", "secrets"];
    desk.good(&[&["init", "deployment.yaml", "--output-file", "failover.yaml"][..], &with].concat());
    desk.good(&[&["snapshot", "deployment.yaml", "--output-file", "seen.yaml"][..], &with].concat());
    let nothing_to_do = |files: &[&str]| {
        let args = [&["plan", "--snapshot", "seen.yaml", "--output", "json"][..], files].concat();
        let planned: Value = serde_json::from_str(&desk.good(&args)).unwrap();
        let steps = planned[0]["plan"]["steps"].as_array().unwrap();
        assert!(!steps.is_empty() && steps.iter().all(|step| step["state"] == "Done"), "{steps:?}");
    };
    nothing_to_do(&["deployment.yaml", "failover.yaml"]);

    // Without a deployment: one server is named first, and the addresses of all, as no DNS knows them.
    let named: Vec<String> = ENDPOINTS
        .iter()
        .enumerate()
        .map(|(at, host)| format!("--endpoint={host}@{}", address_of(63, at)))
        .collect();
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    let rest = "--name contoso --namespace lync-dr --authentication Negotiate --credentials-secret lync-bridge \
                --output-file both.yaml";
    let rest: Vec<&str> = rest.split(' ').collect();
    desk.good(&[&["init"][..], &named, &rest, &with].concat());
    assert_eq!(desk.read("both.yaml").matches("address: \"127.0.63.").count(), 6);
    nothing_to_do(&["both.yaml"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_come_from_documents_or_a_directory_and_never_from_the_command_line() {
    let (desk, _served) = desk("secrets", 64, "");
    let Ran { code, err, .. } = desk.run(&["snapshot", "deployment.yaml"]);
    assert_eq!(code, 2);
    assert!(
        err.contains("Secret lync-bridge: it is not in the files") && err.contains("--secret-dir"),
        "{err}"
    );
    let secret = |data: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: lync-bridge, namespace: lync-dr}}\n{data}\n")
    };
    desk.write("secret.yaml", secret(&format!("stringData: {{username: svc-lync, password: {PASSWORD}}}")));
    desk.good(&["snapshot", "deployment.yaml", "secret.yaml"]);
    desk.good(&["bridge", "check", "deployment.yaml", "secret.yaml"]);
    desk.write("secret.yaml", secret("data: {username: svc-lync, password: hunter2!}"));
    let Ran { code, err, .. } = desk.run(&["snapshot", "deployment.yaml", "secret.yaml"]);
    assert_eq!(code, 2);
    assert!(err.contains("secret.yaml:1: Secret lync-bridge: data.") && !err.contains("hunter2"), "{err}");
    let help = desk.good(&["bridge", "check", "--help"]);
    assert!(!help.contains("--password") && help.contains("--secret-dir"), "{help}");
}
