//! `Invoke-LfQuery`: several reads in one pipeline, each with its end marked.

use lync_failover::{
    lync::{
        Argument, Invocation,
        cmdlet::{Query, ServiceRole},
        ps::PsObject,
    },
    psrp::{client::PipelineEnd, messages::CreatePipeline},
    winrm::SessionError,
};

use crate::{
    client::{Client, Heard, number, text},
    lab::{HOST, Lab},
};

fn ask(calls: &[Invocation]) -> Invocation {
    Invocation::new("Invoke-LfQuery").with("Query", Argument::Calls(calls.to_vec()))
}

/// The rows of each query with its marker.
fn answers(rows: Vec<PsObject>) -> Vec<(Vec<PsObject>, PsObject)> {
    let (mut answers, mut own) = (Vec::new(), Vec::new());
    for row in rows {
        match row.type_name.trim_start_matches("Deserialized.") {
            "LyncFailover.Answer" => answers.push((std::mem::take(&mut own), row)),
            _ => own.push(row),
        }
    }
    assert!(own.is_empty(), "every row stands before its marker");
    answers
}

#[tokio::test]
async fn the_rows_are_those_of_the_cmdlets() {
    let lab = Lab::http("", 1.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let pool = "pool1.contoso.com".parse().expect("valid");
    let queries = [
        Query::Topology { local_store: false },
        Query::Service { role: ServiceRole::EdgeServer },
        Query::Service { role: ServiceRole::Registrar },
        Query::RegistrarConfiguration { local_store: true },
        Query::PoolBackupRelationship { pool, local_store: true },
        Query::ReplicationStatus,
    ];
    let calls = queries.map(|query| query.invocation());
    let answers = answers(client.rows(ask(&calls)).await);
    assert_eq!(answers.len(), calls.len());
    for (index, (call, (rows, marker))) in calls.into_iter().zip(answers).enumerate() {
        let numbers = [index, rows.len()].map(|number| i64::try_from(number).expect("few"));
        assert_eq!([number(&marker, "Index"), number(&marker, "Count")], numbers, "{call}");
        assert_eq!(text(&marker, "ErrorId") + &text(&marker, "Message"), "", "{call}");
        assert!(!rows.is_empty());
        if call.command != "Get-CsManagementStoreReplicationStatus" {
            assert_eq!(rows, client.rows(call).await);
        }
    }
}

#[tokio::test]
async fn an_error_is_an_answer_and_the_others_come() {
    let scenario = "failures:\n- kill: [sql1.contoso.com]\nfaults:\n\
                    - {cmdlet: Get-CsRegistrarConfiguration, kind: FailBefore, errorId: Broken, message: no}\n\
                    - {cmdlet: Get-CsWindowsService, kind: Denied}\n";
    let lab = Lab::http(scenario, 1.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let calls = [
        Query::Service { role: ServiceRole::EdgeServer }.invocation(),
        Query::RegistrarConfiguration { local_store: true }.invocation(),
        Invocation::new("Get-CsPoolBackupRelationship"),
        Invocation::new("Get-CsPool"),
        Invocation::new("Invoke-CsPoolFailOver").text("PoolFqdn", "pool1.contoso.com").unprompted(),
        Query::WindowsService { computer: HOST.parse().expect("valid") }.invocation(),
        Query::Topology { local_store: true }.invocation(),
    ];
    let heard = client.run(ask(&calls)).await;
    assert_eq!((heard.end, heard.errors.len()), (Some(PipelineEnd::Completed), 0));
    let answers = answers(heard.rows);
    let said: Vec<_> =
        answers.iter().map(|(_, marker)| (text(marker, "ErrorId"), text(marker, "Category"))).collect();
    let expected = [
        ("ProcessRecord,Microsoft.Rtc.Management.Xds.GetServiceCmdlet", "OpenError"),
        ("Broken", "InvalidOperation"),
        (
            "MissingMandatoryParameter,Microsoft.Rtc.Management.Hadr.GetPoolBackupRelationshipCmdlet",
            "InvalidArgument",
        ),
        ("CommandNotFoundException", "ObjectNotFound"),
        ("CommandNotFoundException", "ObjectNotFound"),
        ("AccessDenied", "PermissionDenied"),
        ("", ""),
    ];
    assert_eq!(said, expected.map(|(id, category)| (id.to_owned(), category.to_owned())));
    assert!(answers.iter().all(|(rows, marker)| number(marker, "Count") == rows.len() as i64));
    assert_eq!(answers.last().map(|(rows, _)| rows.len()), Some(1));
    assert_eq!(lab.transcript().starts().count(), 0);
}

#[tokio::test]
async fn a_lost_answer_breaks_the_link() {
    let lab = Lab::http("faults:\n- {cmdlet: Get-CsService, kind: LoseAnswer}\n", 1.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let calls = [
        Query::Topology { local_store: true }.invocation(),
        Query::Service { role: ServiceRole::EdgeServer }.invocation(),
    ];
    let mut pipeline = client.start(&CreatePipeline::of(ask(&calls))).await.expect("taken");
    let broken = client.fetch(&mut pipeline, &mut Heard::default()).await;
    assert!(matches!(broken, Err(SessionError::Unknown(_))), "{broken:?}");
}

#[tokio::test]
async fn a_query_is_cmdlets_and_nothing_else() {
    let lab = Lab::http("", 1.0).await;
    let mut client = Client::open(lab.session(HOST)).await;
    let text = Invocation::new("Invoke-LfQuery").text("Query", "Get-CsTopology; exit");
    for call in [text, Invocation::new("Invoke-LfQuery"), ask(&[])] {
        let heard = client.run(call.clone()).await;
        assert!(matches!(heard.end, Some(PipelineEnd::Failed(_))), "{call}: {heard:?}");
    }
}
