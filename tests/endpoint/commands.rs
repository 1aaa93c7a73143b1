//! Which commands an endpoint has, and what it says about them.

use lync_failover::{
    lync::{Invocation, ps::PsValue},
    psrp::{client::PipelineEnd, messages::CommandMetadata},
};

use crate::{
    client::Client,
    failover::{fail_over, set_edge},
    lab::{HOST, Lab},
};

fn names(commands: &[CommandMetadata]) -> Vec<&str> {
    commands.iter().map(|command| command.name.as_str()).collect()
}

async fn not_found(client: &mut Client, call: Invocation) {
    let heard = client.run(call.clone()).await;
    let Some(PipelineEnd::Failed(record)) = heard.end else { panic!("{call}: {heard:?}") };
    assert_eq!(record.error_id, "CommandNotFoundException", "{call}");
    assert_eq!(record.category.name(), "ObjectNotFound");
}

#[tokio::test]
async fn the_module_hides_what_changes_lync() {
    let lab = Lab::http("cms: {pool: pool2.contoso.com}\n", 1.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    for call in [fail_over(false), set_edge(), Invocation::new("Get-CsPool"), Invocation::new("Get-Date")] {
        not_found(&mut client, call).await;
    }
    assert_eq!(lab.transcript().starts().count(), 0);
    let (all, _) = client.commands(&["*"]).await;
    assert_eq!(all.len(), 20, "{:?}", names(&all));
    let (changing, errors) = client.commands(&["invoke-cs*", "Set-Cs*"]).await;
    assert_eq!((changing.len(), errors.len()), (0, 0), "a wildcard may match nothing");
}

#[tokio::test]
async fn without_the_module_there_are_no_functions() {
    let lab = Lab::http("", 1.0).await;
    let mut client = Client::open(lab.plain(HOST)).await;
    for name in [
        "Get-LfEndpoint",
        "Step-LfFence",
        "Start-LfOperation",
        "Get-LfOperation",
        "Invoke-LfQuery",
        "Get-LfExport",
        "New-LfExport",
        "Test-LfOperation",
    ] {
        not_found(&mut client, Invocation::new(name)).await;
    }
    let (functions, _) = client.commands(&["*-Lf*"]).await;
    assert!(functions.is_empty());
    let (changing, _) = client.commands(&["Invoke-Cs*"]).await;
    assert_eq!(changing.len(), 5, "{:?}", names(&changing));
}

#[tokio::test]
async fn parameters_are_told_and_who_asks_for_nothing_is_told_so() {
    let lab = Lab::http("", 1.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let asked = ["Get-CsTopology", "start-lfoperation", "Invoke-CsPoolFailOver", "Get-CsPoolBackup[a-z]*"];
    let (commands, errors) = client.commands(&asked).await;
    let expected = ["Get-CsTopology", "Get-CsPoolBackupRelationship", "Start-LfOperation"];
    assert_eq!(names(&commands), expected);
    assert!(commands[0].has("asxml") && commands[0].has("ErrorAction") && !commands[0].has("PoolFqdn"));
    let handed_on = ["Fence", "BackupMirrorSqlInstanceName", "DisasterMode", "ReplicaFqdn"];
    assert!(handed_on.iter().all(|name| commands[2].has(name)), "{:?}", commands[2]);
    let [error] = errors.as_slice() else { panic!("{errors:?}") };
    assert!(error.error_id.starts_with("CommandNotFoundException,"), "{error:?}");
    assert_eq!(error.target_name, "Invoke-CsPoolFailOver");
}

#[tokio::test]
async fn a_host_can_lack_a_cmdlet_or_the_whole_of_lync() {
    let scenario = "faults:\n- {kind: Missing, host: fe01.pool2.contoso.com}\n\
                    - {kind: Missing, cmdlet: Invoke-CsPoolFailBack}\n- {kind: Missing, cmdlet: Get-LfEndpoint, \
                    host: fe03.pool2.contoso.com}\n";
    let lab = Lab::http(scenario, 1.0).await;
    let missing = |row: &lync_failover::lync::ps::PsObject| match row.get("Missing") {
        Some(PsValue::List(items)) => items.len(),
        other => panic!("{other:?}"),
    };
    let mut bare = Client::open(lab.session(HOST)).await;
    not_found(&mut bare, Invocation::new("Get-CsTopology").switch("AsXml")).await;
    assert_eq!(names(&bare.commands(&["*"]).await.0).len(), 8, "the functions");
    assert_eq!(missing(&bare.rows(Invocation::new("Get-LfEndpoint")).await[0]), 5);
    let mut other = Client::open(lab.session("fe02.pool2.contoso.com")).await;
    assert_eq!(missing(&other.rows(Invocation::new("Get-LfEndpoint")).await[0]), 1);
    let mut plain = Client::open(lab.plain("fe02.pool2.contoso.com")).await;
    not_found(&mut plain, Invocation::new("Invoke-CsPoolFailBack")).await;
    assert_eq!(plain.commands(&["Invoke-CsPoolFail*"]).await.0.len(), 1);
    let mut without = Client::open(lab.session("fe03.pool2.contoso.com")).await;
    not_found(&mut without, Invocation::new("Get-LfEndpoint")).await;
    lab.inject("{clearFaults: true}");
    bare.rows(Invocation::new("Get-CsTopology").switch("AsXml")).await;
}

#[tokio::test]
async fn lync_2010_has_what_it_has() {
    let lab = Lab::http("pools:\n- {fqdn: pool2.contoso.com, version: 5}\n", 1.0).await;
    let mut client = Client::open(lab.plain(HOST)).await;
    let (commands, _) = client.commands(&["Invoke-Cs*"]).await;
    assert_eq!(names(&commands), ["Invoke-CsManagementStoreReplication"]);
    let mut client = Client::open(lab.session(HOST)).await;
    let row = client.rows(Invocation::new("Get-LfEndpoint")).await.remove(0);
    let missing = ["Invoke-CsManagementServerFailover", "Invoke-CsPoolFailOver", "Invoke-CsPoolFailBack"];
    assert_eq!(row.get("Missing"), Some(&PsValue::List(missing.map(PsValue::from).into())));
}
