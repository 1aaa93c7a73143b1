//! The command line, as a user runs it: every example, its exit code and what it prints.

use std::process::{Command, Output};

use serde_json::Value;

fn lync_failover(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lync-failover"))
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the binary starts")
}

fn simulate(files: &[&str]) -> (Option<i32>, Value) {
    let fast = ["simulate", "--speed", "3000", "--output", "json"];
    let output = lync_failover(&[&fast[..], files].concat());
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    (output.status.code(), serde_json::from_str(&text).unwrap_or_else(|err| panic!("{err}: {text} {errors}")))
}

fn cmdlets(report: &Value) -> Vec<String> {
    let edits = report["edits"].as_array().expect("edits");
    let operations = edits.iter().flat_map(|edit| edit["operations"].as_array().expect("operations"));
    let names = operations.map(|operation| {
        let step = operation["step"].as_object().expect("a step");
        step.keys().next().expect("its name").clone()
    });
    names.collect()
}

#[test]
fn the_flagship_converges_edge_first() {
    let (code, report) = simulate(&["examples/registrars-lost.yaml"]);
    assert_eq!(code, Some(0));
    assert_eq!(cmdlets(&report), ["setEdgeNextHop", "failOverCentralManagement", "failOverPool"]);
    let operations = &report["edits"][0]["operations"];
    assert_eq!(operations[1]["step"]["failOverCentralManagement"]["mode"], "normal");
    assert_eq!(operations[2]["operation"]["mutation"]["invokePoolFailOver"]["disasterMode"], true);
    assert_eq!(report["edits"][0]["status"]["conditions"][0]["status"], "True");
}

#[test]
fn a_lost_datacentre_needs_the_store_first() {
    let (code, report) = simulate(&["examples/datacentre-lost.yaml"]);
    assert_eq!(code, Some(0));
    assert_eq!(cmdlets(&report), ["failOverCentralManagement", "setEdgeNextHop", "failOverPool"]);
    let summary = report["edits"][0]["plan"]["summary"].as_str().expect("a summary");
    assert!(summary.contains("The Edge next hop is written to it, so the store comes first"), "{summary}");
}

#[test]
fn a_lost_pool_leaves_the_store_where_it_is() {
    let (code, report) = simulate(&["examples/pool-lost.yaml"]);
    assert_eq!((code, cmdlets(&report)), (Some(0), vec!["setEdgeNextHop".into(), "failOverPool".into()]));
}

#[test]
fn a_planned_failover_starts_from_a_healthy_state() {
    let files = ["examples/planned-failover/1-healthy.yaml", "examples/planned-failover/2-failover.yaml"];
    let (code, report) = simulate(&files);
    assert_eq!(code, Some(0));
    assert_eq!(report["edits"][0]["operations"].as_array().map(Vec::len), Some(0));
    assert_eq!(cmdlets(&report), ["setEdgeNextHop", "failOverCentralManagement", "failOverPool"]);
    let users = &report["edits"][1]["operations"][2]["operation"]["mutation"]["invokePoolFailOver"];
    assert_eq!(users["disasterMode"], false);
}

#[test]
fn a_failback_is_the_reverse_edit() {
    let (code, report) =
        simulate(&["examples/failback/1-failed-over.yaml", "examples/failback/2-failback.yaml"]);
    assert_eq!(code, Some(0));
    assert_eq!(cmdlets(&report), ["failBackPool", "setEdgeNextHop", "failOverCentralManagement"]);
}

#[test]
fn an_edge_of_the_same_site_may_be_left_to_a_person() {
    let (code, report) = simulate(&["examples/edge-by-hand.yaml"]);
    assert_eq!(code, Some(0));
    // On a busy machine a simulated minute is short, and a replica may be asked for a full copy.
    let mut steps = cmdlets(&report);
    steps.retain(|step| step != "kickReplication");
    assert_eq!(steps, ["setEdgeNextHop", "failOverPool"]);
    let steps = report["edits"][0]["plan"]["steps"].as_array().expect("steps");
    let by_hand = steps.iter().find(|step| step["target"].as_str().is_some_and(|t| t.starts_with("edge2")));
    let reason = by_hand.expect("a row")["reason"].as_str().expect("a reason");
    assert!(reason.contains("leaves a next hop in the same site to a person"), "{reason}");
    let operations = report["edits"][0]["operations"].as_array().expect("operations");
    assert_eq!(operations[0]["step"]["setEdgeNextHop"]["edge"], "edge1.contoso.com");
}

#[test]
fn a_store_on_lync_2010_waits_for_a_person() {
    let files = ["examples/store-on-lync-2010/1-lost.yaml", "examples/store-on-lync-2010/2-move.yaml"];
    let (code, report) = simulate(&files);
    assert_eq!(code, Some(3));
    assert!(cmdlets(&report).is_empty());
    let next = |edit: usize, field: &str| {
        report["edits"][edit]["status"]["nextAction"][field].as_str().unwrap_or_default().to_owned()
    };
    let says = next(0, "message");
    assert!(says.contains("spec.centralManagement.pool where to: pool2.contoso.com"), "{says}");
    assert_eq!(
        next(1, "command"),
        "Install-CsDatabase -CentralManagementDatabase -SqlServerFqdn sql2.contoso.com -SqlInstanceName rtc \
         -Clean\nMove-CsManagementServer -ConfigurationFileName C:\\backup\\config.zip \
         -LisConfigurationFileName C:\\backup\\lis.zip -Force"
    );
}

#[test]
fn without_consent_it_waits_and_says_which_field() {
    let (code, report) = simulate(&["examples/no-consent.yaml"]);
    assert_eq!(code, Some(3));
    assert!(cmdlets(&report).is_empty());
    let next = &report["edits"][0]["status"]["nextAction"];
    let message = next["message"].as_str().expect("a message");
    assert!(message.contains("spec.policy.disasterMode: WhenSourceDown"), "{message}");
    assert_eq!(next["actor"], "Administrator");
}

#[test]
fn people_see_topology_plan_cmdlets_conditions_and_times() {
    let output = lync_failover(&["simulate", "--speed", "3000", "examples/registrars-lost.yaml"]);
    let text = String::from_utf8_lossy(&output.stdout);
    let mut rest = &*text;
    for part in [
        "Lync before",
        "POOL STATE",
        "JJ204678",
        "> Set-CsEdgeServer -Identity EdgeServer:edge1.contoso.com -Registrar Registrar:pool2.contoso.com",
        "> Invoke-CsManagementServerFailover -Confirm:$false -Verbose",
        "> Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com -DisasterMode -Confirm:$false -Verbose",
        "Verbose: Hydration",
        "As kubectl would print it",
        "UsersServed",
        "Time per step",
        "Lync after",
        "What is left for people",
        "ResponseGroups (JJ205245)",
        "> Import-CsRgsConfiguration -Destination service:ApplicationServer:pool2.contoso.com",
        "Converged",
    ] {
        let at =
            rest.find(part).unwrap_or_else(|| panic!("{part:?} is missing, or not in order, in\n{text}"));
        rest = &rest[at..];
    }
    assert!(!text.contains('\u{1b}'), "colours without a terminal");
}

#[test]
fn plan_changes_nothing_and_shows_the_steps() {
    let output = lync_failover(&["plan", "examples/datacentre-lost.yaml"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("1 FailOverCentralManagement (DisasterRecovery)"), "{text}");
    assert!(text.contains("-BackupSqlServerFqdn"), "{text}");
}

#[test]
fn plan_says_what_people_have_to_decide() {
    let output = lync_failover(&["plan", "examples/no-consent.yaml"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("spec.policy.disasterMode"), "{text}");
}

#[test]
fn plan_refuses_what_lync_cannot_have() {
    let wish = std::fs::read_to_string("examples/pool-lost.yaml").expect("the example");
    let path = std::env::temp_dir().join(format!("lync-failover-illegal-{}.yaml", std::process::id()));
    std::fs::write(&path, wish.replace("servedBy: pool2.contoso.com", "servedBy: pool9.contoso.com"))
        .expect("written");
    let output = lync_failover(&["plan", &path.to_string_lossy()]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("can be served by pool1.contoso.com or by its pair pool2.contoso.com"), "{text}");
    std::fs::remove_file(&path).expect("removed");
}

#[test]
fn bad_input_is_refused_with_file_line_field_and_rule() {
    let dir = std::env::temp_dir().join(format!("lync-failover-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a directory");
    let path = dir.join("bad.yaml");
    let good = std::fs::read_to_string("examples/pool-lost.yaml").expect("the example");
    let bad = good.replace("servedBy: pool2.contoso.com", "servedBy: Pool2");
    std::fs::write(&path, bad).expect("written");
    let output = lync_failover(&["simulate", &path.to_string_lossy()]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.starts_with("error: "), "{text}");
    for part in ["bad.yaml", "servedBy", "fully qualified domain name"] {
        assert!(text.contains(part), "{part:?} is missing in {text}");
    }
    std::fs::remove_dir_all(&dir).expect("removed");
}

#[tokio::test]
async fn a_simulated_lync_can_be_a_process_of_its_own() {
    use std::{
        io::{BufRead, BufReader},
        process::Stdio,
    };

    use lync_failover::bridge::{Prober, RemoteSimulator};

    let mut server = Command::new(env!("CARGO_BIN_EXE_lync-failover"))
        .args(["simulator", "serve", "examples/registrars-lost.yaml"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut line = String::new();
    let stdout = server.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    let address = line.trim().rsplit(' ').next().expect("an address").parse().expect("an address");
    let lync = RemoteSimulator::new(address);
    assert_eq!(
        lync.sip(&"fe01.pool1.contoso.com".parse().expect("valid")).await,
        Some(false),
        "its registrars are lost"
    );
    assert_eq!(lync.sip(&"fe01.pool2.contoso.com".parse().expect("valid")).await, Some(true));
    assert_eq!(lync.describe().await.expect("it answers").sites.len(), 2);
    server.kill().expect("killed");
    server.wait().expect("gone");
}

#[test]
fn resources_meet_in_one_cluster_and_a_contradiction_shows() {
    let example = std::fs::read_to_string("examples/pool-lost.yaml").expect("the example");
    let wish = example.rsplit("---\n").next().expect("a LyncFailover");
    let rival = wish
        .replace("  name: contoso\n  namespace", "  name: rival\n  namespace")
        .replace("servedBy: pool2.contoso.com", "servedBy: pool1.contoso.com");
    assert_ne!(rival, wish);
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("rivals.yaml");
    std::fs::write(&path, format!("{example}---\n{rival}")).expect("it is written");
    let (code, report) = simulate(&[path.to_str().expect("a name in UTF-8")]);
    assert_eq!(code, Some(1));
    assert_eq!(report["edits"][0]["ending"], "Converged");
    let ready = &report["edits"][1]["status"]["conditions"][0];
    assert_eq!(ready["reason"], "Conflict", "{ready}");
    assert!(ready["message"].as_str().expect("a message").contains("contoso"), "{ready}");
}

/// What test users find stands in the closing report, beside what is seen anyway. It changes nothing.
#[test]
fn test_users_sign_in_after_the_failover() {
    let deployment = |pools: &str, checks: &str| {
        format!(
            "apiVersion: lyncfailover.dev/v1alpha1\nkind: LyncDeployment\nmetadata: {{name: contoso, namespace: lync-dr}}\n\
             spec:\n  checks: {{registration: {checks}}}\n  bridge:\n    simulated:\n      scenario:\n        {pools}\n        \
             failures: [{{kill: [pool1.contoso.com]}}]\n---\napiVersion: lyncfailover.dev/v1alpha1\nkind: LyncFailover\n\
             metadata: {{name: contoso, namespace: lync-dr}}\nspec:\n  deploymentRef: {{name: contoso}}\n  users:\n  \
             - {{homePool: pool1.contoso.com, servedBy: pool2.contoso.com}}\n  policy: {{disasterMode: WhenSourceDown}}\n"
        )
    };
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let run = |name: &str, pools: &str, checks: &str| {
        let file = folder.join(name);
        std::fs::write(&file, deployment(pools, checks)).expect("written");
        let (code, report) = simulate(&[file.to_str().expect("text")]);
        assert_eq!(code, Some(0), "{name}");
        let checks = report["edits"][0]["status"]["checks"].as_array().cloned().unwrap_or_default();
        let of = |name: &str| checks.iter().find(|check| check["name"] == name).cloned();
        (of("Registration"), of("Replicas"), of("EdgeReplicas"))
    };
    let store = "cms: {pool: pool2.contoso.com}";
    let (registration, replicas, edges) = run("checks-pass.yaml", store, "true");
    let registration = registration.expect("a test user signed in");
    assert_eq!(
        (&registration["result"], &registration["subject"]),
        (&"Pass".into(), &"pool2.contoso.com".into())
    );
    assert!(registration["at"].is_string());
    assert_eq!(replicas.expect("the replicas of the pool")["subject"], "pool2.contoso.com");
    assert_eq!(edges.expect("those of the Edge pool")["subject"], "edge1.contoso.com");

    let nobody = format!("{store}\n        pools: [{{fqdn: pool2.contoso.com, testUsers: false}}]");
    let registration = run("checks-nobody.yaml", &nobody, "true").0.expect("it is told");
    assert_eq!(registration["result"], "Unknown", "nothing was tested, which is no failure");
    let message = registration["message"].as_str().expect("words");
    assert!(
        message.contains("New-CsHealthMonitoringConfiguration -TargetFqdn pool2.contoso.com"),
        "{message}"
    );

    let refused = "faults: [{kind: FailBefore, cmdlet: Test-CsRegistration, times: 0}]";
    let registration = run("checks-refused.yaml", &format!("{store}\n        {refused}"), "true").0;
    assert_eq!(registration.expect("it is told")["result"], "Unknown");

    let (registration, replicas, _) = run("checks-off.yaml", store, "false");
    assert_eq!(registration, None, "nobody asked for it");
    assert!(replicas.is_some(), "what is seen anyway is shown anyway");
}
