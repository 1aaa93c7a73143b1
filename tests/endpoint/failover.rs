//! A failover by hand: changing cmdlets in a remote session without the module.

use lync_failover::{
    lync::{
        Invocation,
        cmdlet::{CmsFailoverMode, Mutation},
    },
    psrp::{client::PipelineEnd, messages::CreatePipeline},
    simulator::EntryKind,
};

use crate::{
    client::{Client, Heard, text},
    lab::{HOST, Lab},
};

pub(crate) fn set_edge() -> Invocation {
    let mutation = Mutation::SetEdgeServer {
        edge: "edge1.contoso.com".parse().expect("valid"),
        next_hop: "pool2.contoso.com".parse().expect("valid"),
    };
    mutation.invocation()
}

pub(crate) fn fail_over(disaster_mode: bool) -> Invocation {
    let pool = "pool1.contoso.com".parse().expect("valid");
    Mutation::InvokePoolFailOver { pool, disaster_mode }.invocation()
}

pub(crate) fn cms_failover() -> Invocation {
    let backup = "sql2.contoso.com\\rtc".parse().expect("valid");
    let mode = CmsFailoverMode::DisasterRecovery { backup, mirror: None };
    Mutation::InvokeManagementServerFailover { mode }.invocation()
}

#[tokio::test]
async fn pool1_dies_and_somebody_types() {
    let lab = Lab::http("failures:\n- kill: [pool1.contoso.com]\n", 1000.0).await;
    let mut client = Client::open(lab.plain(HOST)).await;
    let early = client.run(set_edge()).await;
    let [record] = early.errors.as_slice() else { panic!("{early:?}") };
    assert_eq!(record.category.name(), "OpenError", "the store died with pool1");
    let cms = client.run(cms_failover()).await;
    assert_eq!((cms.errors.as_slice(), &cms.end), ([].as_slice(), &Some(PipelineEnd::Completed)));
    assert!(!cms.verbose.is_empty());
    client.rows(set_edge()).await;
    let failed_over = client.run(fail_over(true)).await;
    assert_eq!(
        (failed_over.errors.as_slice(), &failed_over.end),
        ([].as_slice(), &Some(PipelineEnd::Completed))
    );
    assert!(failed_over.verbose.len() >= 3, "{failed_over:?}");
    let states = client.rows(Invocation::new("Get-CsRegistrarConfiguration")).await;
    let of_pool1 = states.iter().find(|row| text(row, "Identity").ends_with(":pool1.contoso.com"));
    assert_eq!(of_pool1.map(|row| text(row, "PoolState")).as_deref(), Some("FailedOver"));
    let transcript = lab.transcript();
    let starts: Vec<_> = transcript.starts().collect();
    assert_eq!(starts.len(), 4);
    assert!(starts.iter().all(|start| start.operation.is_none() && start.epoch.is_none()), "no operation");
}

#[tokio::test]
async fn what_lync_refuses_is_a_typed_error() {
    let lab = Lab::http("cms: {pool: pool2.contoso.com}\n", 1000.0).await;
    let mut client = Client::open(lab.plain(HOST)).await;
    let heard = client.run(fail_over(false)).await;
    let [record] = heard.errors.as_slice() else { panic!("{heard:?}") };
    assert_eq!(record.error_id, "ProcessRecord,Microsoft.Rtc.Management.Hadr.InvokePoolFailOverCmdlet");
    assert_eq!(record.category.name(), "InvalidOperation");
    assert!(record.message.contains("specified in topology as the next hop"), "{record:?}");
    assert!(record.message.contains("Front-end pool,  before"), "two blanks, as Microsoft has them");
}

#[tokio::test]
async fn a_question_is_an_error() {
    let lab = Lab::http("", 1000.0).await;
    let mut client = Client::open(lab.plain(HOST)).await;
    let call = Invocation::new("Invoke-CsPoolFailOver").text("PoolFqdn", "pool1.contoso.com");
    let heard = client.run(call.clone()).await;
    let Some(PipelineEnd::Failed(record)) = heard.end else { panic!("{heard:?}") };
    assert!(record.error_id.starts_with("InvalidOperation,") && record.message.contains("NonInteractive"));
    // With -WhatIf nobody is asked; what stands against it is said, and nothing starts.
    let heard = client.run(call.switch("WhatIf")).await;
    let [record] = heard.errors.as_slice() else { panic!("{heard:?}") };
    assert!(record.message.contains("Central Management Server is not fully failed over"), "{record:?}");
    client.rows(set_edge().switch("WhatIf")).await;
    assert_eq!(lab.transcript().entries, []);
}

#[tokio::test]
async fn verbose_records_come_as_they_are_written_and_only_when_asked_for() {
    let lab = Lab::http("cms: {pool: pool2.contoso.com}\ndurations: {poolFailover: 60s}\n", 20.0).await;
    let mut client = Client::open(lab.plain(HOST)).await;
    client.rows(set_edge()).await;
    let mut pipeline = client.start(&CreatePipeline::of(fail_over(false))).await.expect("started");
    let mut heard = Heard::default();
    while heard.verbose.is_empty() {
        client.fetch(&mut pipeline, &mut heard).await.expect("it answers");
    }
    assert_eq!(heard.end, None, "it still runs");
    let heard = client.finish(pipeline, heard).await;
    assert_eq!(heard.end, Some(PipelineEnd::Completed));
    let mut quiet = fail_over(false);
    quiet.parameters.retain(|parameter| parameter.name != "Verbose");
    assert!(client.run(quiet).await.verbose.is_empty());
}

#[tokio::test]
async fn control_c_ends_the_cmdlet() {
    let lab = Lab::http("cms: {pool: pool2.contoso.com}\n", 5.0).await;
    let mut client = Client::open(lab.plain(HOST)).await;
    client.rows(set_edge()).await;
    let both = CreatePipeline::of(fail_over(false)).then(set_edge());
    let pipeline = client.start(&both).await.expect("started");
    client
        .session
        .signal(client.shell, pipeline.id(), lync_failover::wsman::Signal::CtrlC)
        .await
        .expect("taken");
    let heard = client.finish(pipeline, Heard::default()).await;
    assert!(matches!(heard.end, Some(PipelineEnd::Stopped(_))), "{heard:?}");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let transcript = lab.transcript();
    let ends = transcript.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::End(_)));
    assert_eq!(ends.count(), transcript.starts().count(), "nothing runs any more");
    let again = transcript.starts().filter(|start| start.command.starts_with("Set-CsEdgeServer"));
    assert_eq!(again.count(), 1, "the second statement never ran");
    client.rows(Invocation::new("Get-CsSite")).await;
}
