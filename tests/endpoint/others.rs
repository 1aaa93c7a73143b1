//! pypsrp as the client.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::OnceLock,
};

use serde_json::{Value, json};

use crate::lab::{HOST, Lab, NAME, PASSWORD};

/// The Python of `tests/psrp`, which has pypsrp.
fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/psrp/venv");
        let output = Command::new(&script).stderr(Stdio::inherit()).output().expect("a shell");
        assert!(output.status.success(), "{} failed; it says why above", script.display());
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    })
}

/// Lets pypsrp call cmdlets, one pipeline each, and gives what it heard.
async fn pypsrp(lab: &Lab, auth: &str, calls: Value) -> Vec<Value> {
    let settings = json!({
        "port": lab.place(HOST).address.port(),
        "ssl": lab.authority.is_some(),
        "auth": auth,
        "account": NAME,
        "password": PASSWORD,
        "calls": calls,
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/endpoint/pypsrp_client.py");
    let ran = tokio::task::spawn_blocking(move || {
        Command::new(python())
            .arg("-B")
            .arg(script)
            .arg(settings.to_string())
            .output()
            .expect("Python starts")
    });
    let output = ran.await.expect("no panic");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "pypsrp said:\n{said}");
    serde_json::from_slice(&output.stdout).expect("a list")
}

#[tokio::test]
async fn pypsrp_reads_and_changes_over_sealed_http() {
    let lab = Lab::http("cms: {pool: pool2.contoso.com}\n", 500.0).await;
    let change = json!({"PoolFqdn": "pool1.contoso.com", "Confirm": false, "Verbose": true});
    let edge = json!({"Identity": "EdgeServer:edge1.contoso.com", "Registrar": "Registrar:pool2.contoso.com",
        "Confirm": false});
    let calls = json!([
        ["Get-CsPool", {}],
        ["Get-CsService", {"EdgeServer": true}],
        ["Get-CsManagementStoreReplicationStatus", {}],
        ["Invoke-CsPoolFailOver", change],
        ["Set-CsEdgeServer", edge],
        ["Invoke-CsPoolFailOver", change],
        ["Get-CsRegistrarConfiguration", {}],
    ]);
    let heard = pypsrp(&lab, "ntlm", calls).await;
    let kind = "Deserialized.Microsoft.Rtc.Management.Deploy.Internal.Cluster";
    assert!(heard[0]["types"][0].as_str().is_some_and(|name| kind.ends_with(name)), "{}", heard[0]);
    assert_eq!(heard[1]["rows"][0]["PoolFqdn"], "edge1.contoso.com");
    assert_eq!(heard[2]["rows"][0]["UpToDate"], true);
    let refused = &heard[3]["errors"][0];
    assert_eq!(refused["id"], "ProcessRecord,Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet");
    assert_eq!(refused["category"], 7);
    assert_eq!((&heard[5]["state"], &heard[5]["errors"]), (&json!("completed"), &json!([])), "{}", heard[5]);
    assert!(heard[5]["verbose"].as_array().is_some_and(|lines| lines.len() >= 3), "{}", heard[5]);
    let states = heard[6]["rows"].as_array().expect("rows");
    assert!(states.iter().any(|row| row["PoolState"] == "FailedOver"), "{states:?}");
}

#[tokio::test]
async fn pypsrp_reads_over_https() {
    let lab = Lab::https("", 1.0).await;
    for auth in ["basic", "ntlm"] {
        let heard = pypsrp(&lab, auth, json!([["Get-CsSite", {}]])).await;
        assert_eq!(heard[0]["rows"].as_array().map(Vec::len), Some(2), "{auth}: {}", heard[0]);
    }
}

#[tokio::test]
async fn pypsrp_cannot_run_a_script() {
    let lab = Lab::http("", 1.0).await;
    let heard = pypsrp(&lab, "ntlm", json!([["Get-Date; exit", "script"], ["Get-CsSite", {}]])).await;
    assert_eq!(heard[0]["failed"], true, "{}", heard[0]);
    assert_eq!(heard[1]["state"], "completed", "{}", heard[1]);
}
