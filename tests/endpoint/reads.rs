//! Cmdlets that read.

use lync_failover::{
    lync::{Invocation, cmdlet::Query},
    psrp::{
        client::PipelineEnd,
        messages::{CreatePipeline, ErrorCategory},
    },
};

use crate::{
    client::{Client, Heard, text},
    lab::{HOST, Lab, PASSWORD, basic, session},
};

#[tokio::test]
async fn sealed_over_http() {
    let lab = Lab::http("", 1.0).await;
    assert_eq!(lab.places.len(), 6);
    let mut client = Client::open(lab.plain(HOST)).await;
    let pools = client.rows(Invocation::new("Get-CsPool")).await;
    let names: Vec<_> = pools.iter().map(|row| text(row, "Fqdn")).collect();
    assert!(names.iter().any(|name| name == "pool1.contoso.com"), "{names:?}");
    let kind = "Microsoft.Rtc.Management.Deploy.Internal.Cluster";
    assert!(pools.iter().all(|row| row.type_name.trim_start_matches("Deserialized.") == kind), "{pools:?}");
    let one = client.rows(Invocation::new("get-cspool").text("IDENTITY", "pool2.contoso.com")).await;
    assert_eq!(one.len(), 1);
    client.session.delete(client.shell).await.expect("deleted");
}

#[tokio::test]
async fn in_the_open_over_https() {
    let lab = Lab::https("", 1.0).await;
    let credentials = [basic(PASSWORD), crate::lab::ntlm(PASSWORD)];
    for credentials in credentials {
        let mut client =
            Client::open(session(lab.plain_endpoint(HOST), credentials, uuid::Uuid::new_v4())).await;
        assert_eq!(client.rows(Invocation::new("Get-CsSite")).await.len(), 2);
    }
}

#[tokio::test]
async fn the_answers_are_those_of_the_simulator() {
    let lab = Lab::http("", 1.0).await;
    let mut client = Client::open(lab.plain(HOST)).await;
    let queries = [
        Query::ReplicationStatus,
        Query::CentralManagementStoreStatus,
        Query::ConfigurationStoreLocation,
        Query::TestCentralManagementDatabase,
        Query::RegistrarConfiguration { local_store: true },
        Query::Topology { local_store: true },
    ];
    for query in queries {
        let rows = client.rows(query.invocation()).await;
        assert!(!rows.is_empty(), "{query}");
    }
}

#[tokio::test]
async fn several_statements_come_in_one_stream() {
    let lab = Lab::http("", 1.0).await;
    let mut client = Client::open(lab.plain(HOST)).await;
    let both = CreatePipeline::of(Invocation::new("Get-CsSite")).then(Invocation::new("Get-CsPool"));
    let pipeline = client.start(&both).await.expect("started");
    let heard = client.finish(pipeline, Heard::default()).await;
    let types: std::collections::BTreeSet<_> = heard.rows.iter().map(|row| row.type_name.clone()).collect();
    assert_eq!((types.len(), heard.end), (2, Some(PipelineEnd::Completed)));
}

#[tokio::test]
async fn hostile_text_is_data() {
    let lab = Lab::http("", 1.0).await;
    let mut client = Client::open(lab.plain(HOST)).await;
    let hostile = "pool1'; Remove-Item C:\\ -Recurse # \u{0} _x0041_ <S>]]>&amp; 𝄞\r\n$(exit)";
    let heard = client.run(Invocation::new("Get-CsBackupServiceStatus").text("PoolFqdn", hostile)).await;
    let Some(PipelineEnd::Failed(record)) = heard.end else { panic!("{heard:?}") };
    assert!(record.error_id.starts_with("ParameterArgumentTransformationError,"), "{record:?}");
    let heard = client
        .run(Invocation::new("Get-CsManagementStoreReplicationStatus").text("ReplicaFqdn", hostile))
        .await;
    let [record] = heard.errors.as_slice() else { panic!("{heard:?}") };
    assert!(record.message.contains(hostile), "{record:?}");
    assert_eq!(record.category, ErrorCategory::OBJECT_NOT_FOUND);
    assert_eq!(heard.end, Some(PipelineEnd::Completed));
}

#[tokio::test]
async fn errors_are_typed() {
    let lab = Lab::http("failures:\n- kill: [pool1.contoso.com, sql1.contoso.com]\n", 1.0).await;
    let mut client = Client::open(lab.plain(HOST)).await;
    let call = Invocation::new("Get-CsPool");
    let heard = client.run(call.clone()).await;
    let [record] = heard.errors.as_slice() else { panic!("{heard:?}") };
    assert_eq!(record.error_id, "ProcessRecord,Microsoft.Rtc.Management.Xds.GetClusterCmdlet");
    assert_eq!((record.category.name().as_ref(), record.activity.as_str()), ("OpenError", "Get-CsPool"));
    assert_eq!(heard.end, Some(PipelineEnd::Completed), "the cmdlet's own errors end nothing");
    let heard = client.run(call.text("ErrorAction", "Stop")).await;
    assert!(matches!(&heard.end, Some(PipelineEnd::Failed(_))), "unless one says so: {heard:?}");
    for call in [Invocation::new("Get-ChildItem"), Invocation::new("Get-CsPool").switch("Recurse")] {
        let heard = client.run(call).await;
        assert!(matches!(&heard.end, Some(PipelineEnd::Failed(_))), "{heard:?}");
    }
}
