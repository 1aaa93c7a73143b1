//! pypsrp as the client.

use std::{
    path::Path,
    process::{Command, Stdio},
    sync::OnceLock,
};

use lync_failover::lync::{
    Argument, Invocation,
    cmdlet::{Query, ServiceRole},
};
use serde_json::{Value, json};

use crate::{
    failover::{cms_failover, fail_over, set_edge},
    lab::{HOST, Lab, NAME, PASSWORD},
};

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

/// The session configurations.
const MODULE: &str = "LyncFailover";
const PLAIN: &str = "Microsoft.PowerShell";

/// Lets pypsrp call commands, one pipeline each, and gives what it heard.
async fn pypsrp(lab: &Lab, auth: &str, configuration: &str, calls: Value) -> Vec<Value> {
    let settings = json!({
        "port": lab.place(HOST).address.port(),
        "ssl": lab.authority.is_some(),
        "auth": auth,
        "configuration": configuration,
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

/// A call as pypsrp takes it.
fn call(invocation: &Invocation) -> Value {
    let argument = |value: &Argument| match value {
        Argument::Switch(flag) => json!(flag),
        Argument::Text(text) => json!(text),
        other => panic!("{other:?}"),
    };
    let arguments = invocation.parameters.iter().map(|it| (it.name.clone(), argument(&it.value)));
    json!([invocation.command, arguments.collect::<serde_json::Map<_, _>>()])
}

fn went_well(heard: &Value) {
    assert_eq!((&heard["state"], &heard["errors"]), (&json!("completed"), &json!([])), "{heard}");
}

#[tokio::test]
async fn pypsrp_observes() {
    let lab = Lab::http("", 1.0).await;
    let pool = || "pool1.contoso.com".parse().expect("valid");
    let local_store = true;
    let roles = [
        ServiceRole::CentralManagement,
        ServiceRole::CentralManagementDatabase,
        ServiceRole::EdgeServer,
        ServiceRole::Registrar,
    ];
    let mut queries = vec![
        Query::Topology { local_store },
        Query::RegistrarConfiguration { local_store },
        Query::PoolBackupRelationship { pool: pool(), local_store },
        Query::CentralManagementStoreStatus,
        Query::ReplicationStatus,
        Query::ConfigurationStoreLocation,
        Query::TestCentralManagementDatabase,
        Query::CentralManagementMirrorState { pool: pool(), local_store: false },
        Query::BackupServiceStatus { pool: pool() },
        Query::WindowsService { computer: HOST.parse().expect("valid") },
        Query::UserDatabaseState { pool: pool() },
    ];
    queries.extend(roles.map(|role| Query::Service { role }));
    let calls: Vec<_> = queries.iter().map(|query| call(&query.invocation())).collect();
    for configuration in [MODULE, PLAIN] {
        let heard = pypsrp(&lab, "ntlm", configuration, json!(calls)).await;
        for (query, heard) in queries.iter().zip(&heard) {
            went_well(heard);
            // The organisation has no mirror.
            let may_be_empty = matches!(query, Query::CentralManagementMirrorState { .. });
            assert!(may_be_empty || heard["rows"] != json!([]), "{query}: {heard}");
        }
        assert_eq!(heard[13]["rows"][0]["PoolFqdn"], "edge1.contoso.com");
        assert_eq!(heard[4]["rows"][0]["UpToDate"], true);
    }
}

#[tokio::test]
async fn pypsrp_fails_over_by_hand() {
    let lab = Lab::http("failures:\n- kill: [pool1.contoso.com]\n", 500.0).await;
    let calls = [fail_over(true), cms_failover(), set_edge(), fail_over(true)];
    let mut calls: Vec<_> = calls.iter().map(call).collect();
    calls.push(json!(["Get-CsRegistrarConfiguration", {}]));
    let heard = pypsrp(&lab, "ntlm", PLAIN, json!(calls)).await;
    let early = &heard[0]["errors"][0];
    assert_eq!(early["id"], "ProcessRecord,Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet");
    assert_eq!(early["category"], 1, "OpenError: the store died with pool1");
    heard[1..].iter().for_each(went_well);
    assert!(heard[3]["verbose"].as_array().is_some_and(|lines| lines.len() >= 3), "{}", heard[3]);
    let states = heard[4]["rows"].as_array().expect("rows");
    assert!(states.iter().any(|row| row["PoolState"] == "FailedOver"), "{states:?}");
}

#[tokio::test]
async fn pypsrp_starts_an_operation_and_reads_several_at_once() {
    let lab = Lab::http("", 1000.0).await;
    let id = "3f2a4c1e-0000-4000-8000-00000000000a";
    let start = json!({"OperationId": id, "Fence": 1, "HomeId": lab.home(), "Action": "Set-CsEdgeServer",
        "Identity": "EdgeServer:edge1.contoso.com", "Registrar": "Registrar:pool2.contoso.com"});
    let query = json!({"Query": [
        {"Cmdlet": "Get-CsService", "Parameters": {"EdgeServer": true}},
        {"Cmdlet": "Get-CsSite", "Parameters": {}},
    ]});
    let calls = json!([
        ["Step-LfFence", {}],
        ["Start-LfOperation", start],
        ["Start-LfOperation", start],
        ["Get-LfOperation", {"OperationId": id, "After": 0}],
        ["Invoke-LfQuery", query],
        ["Get-LfEndpoint", {}],
        ["*-LfOp*", "commands"],
    ]);
    let heard = pypsrp(&lab, "ntlm", MODULE, calls).await;
    heard[..6].iter().for_each(went_well);
    let row = |at: usize| &heard[at]["rows"][0];
    assert_eq!(row(0), &json!({"Epoch": 1, "HomeId": lab.home()}));
    let kind = heard[1]["types"][0].as_str().expect("a type");
    assert!(kind.ends_with("LyncFailover.Operation"), "{kind}");
    assert_eq!((&row(1)["OperationId"], &row(1)["HostName"]), (&json!(id), &json!(HOST)));
    assert_eq!(row(2)["StartedAt"], row(1)["StartedAt"], "it was not started again");
    assert_eq!(row(3)["Action"], "Set-CsEdgeServer");
    let rows = heard[4]["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert_eq!((&rows[0]["PoolFqdn"], &rows[1]["Count"]), (&json!("edge1.contoso.com"), &json!(1)));
    assert_eq!(rows[2]["ErrorId"], "CommandNotFoundException");
    assert_eq!((&row(5)["HomeKind"], &row(5)["Missing"]), (&json!("Shared"), &json!([])));
    assert_eq!(row(5)["Problem"], "");
    let start = &heard[6]["Start-LfOperation"];
    assert_eq!((&start["Force"], &start["Registrar"]), (&json!(true), &json!(false)), "{}", heard[6]);
    let all = ["Get-LfOperation", "Test-LfOperation"];
    assert!(all.iter().all(|name| heard[6][name].is_object()), "{}", heard[6]);
    assert_eq!(heard[6].as_object().map(|all| all.len()), Some(3));
    assert_eq!(lab.transcript().starts().count(), 1);
}

#[tokio::test]
async fn pypsrp_reads_over_https() {
    let lab = Lab::https("", 1.0).await;
    for auth in ["basic", "ntlm", "negotiate"] {
        let heard = pypsrp(&lab, auth, PLAIN, json!([["Get-CsSite", {}]])).await;
        assert_eq!(heard[0]["rows"].as_array().map(Vec::len), Some(2), "{auth}: {}", heard[0]);
    }
}

/// SPNEGO, which is what it does when nobody says anything else.
#[tokio::test]
async fn pypsrp_negotiates() {
    let lab = Lab::http("", 1.0).await;
    for call in [json!(["Get-CsSite", {}]), json!(["Get-CsTopology", {"AsXml": true}])] {
        let heard = pypsrp(&lab, "negotiate", PLAIN, json!([call, call])).await;
        heard.iter().for_each(went_well);
    }
}

#[tokio::test]
async fn pypsrp_cannot_run_a_script() {
    let lab = Lab::http("", 1.0).await;
    let calls = json!([["Get-Date; exit", "script"], ["Get-CsConfigurationStoreLocation", {}]]);
    for configuration in [MODULE, PLAIN] {
        let heard = pypsrp(&lab, "ntlm", configuration, calls.clone()).await;
        assert_eq!(heard[0]["failed"], true, "{}", heard[0]);
        assert_eq!(heard[1]["state"], "completed", "{}", heard[1]);
    }
}

/// What another client sees of a journal that is away, and of an operation with much to say.
#[tokio::test]
async fn pypsrp_reads_without_a_journal_and_turns_pages() {
    let faults = "faults:\n- {kind: Talk, cmdlet: Set-CsEdgeServer}\n";
    let lab = Lab::http(faults, 1000.0).await;
    let id = "3f2a4c1e-0000-4000-8000-00000000000b";
    let start = json!({"OperationId": id, "Fence": 1, "HomeId": lab.home(), "Action": "Set-CsEdgeServer",
        "Identity": "EdgeServer:edge1.contoso.com", "Registrar": "Registrar:pool2.contoso.com"});
    let page = |after: u32| json!(["Get-LfOperation", {"OperationId": id, "After": after}]);
    let calls = json!([["Start-LfOperation", start], page(0), page(1000), page(2000)]);
    let heard = pypsrp(&lab, "ntlm", MODULE, calls).await;
    heard.iter().for_each(went_well);
    let told = |at: usize| heard[at]["rows"][0]["Records"].as_array().expect("a list").len();
    assert_eq!((told(1), &heard[1]["rows"][0]["Next"]), (1000, &json!(1000)));
    assert_eq!((told(2), &heard[2]["rows"][0]["Next"]), (1000, &json!(2000)));
    assert!((500..1000).contains(&told(3)), "{}", told(3));
    lab.inject("{faults: [{kind: HomeAway}]}");
    let query = json!({"Query": [{"Cmdlet": "Get-CsService", "Parameters": {"EdgeServer": true}}]});
    let calls = json!([["Get-LfEndpoint", {}], ["Invoke-LfQuery", query], ["Step-LfFence", {}]]);
    let heard = pypsrp(&lab, "ntlm", MODULE, calls).await;
    heard[..2].iter().for_each(went_well);
    assert!(
        heard[0]["rows"][0]["Problem"].as_str().is_some_and(|why| why.contains("HomeMissing")),
        "{}",
        heard[0]
    );
    assert_eq!(heard[1]["rows"][0]["PoolFqdn"], "edge1.contoso.com");
    assert_eq!(heard[2]["failed"], true);
}
