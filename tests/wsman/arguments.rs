//! What a cmdlet is given arrives as data, of its type, and never as a script.

use jiff::SignedDuration;
use lync_failover::{
    lync::{
        Argument, Invocation,
        cmdlet::{CmsFailoverMode, Mutation, Query, ServiceRole},
    },
    psrp::{
        client::{PipelineEnd, PipelineEvent},
        clixml::{TimeSpan, Value},
        messages::CreatePipeline,
    },
};
use serde_json::{Value as Json, json};

use crate::{
    client::{Client, Heard, text},
    peer::{Peer, ntlm, session},
};

/// Each argument as the service saw it, and as it came back.
async fn echoed(peer: &Peer, client: &mut Client, call: Invocation) -> (Json, Vec<Value>) {
    let heard = client.run(call).await;
    assert_eq!(heard.end, Some(PipelineEnd::Completed), "{heard:?}");
    let back = heard.events.into_iter().map(|event| match event {
        PipelineEvent::Output(value) => value.plain().clone(),
        other => panic!("{other:?}"),
    });
    (peer.commands().pop().expect("a command")["arguments"].clone(), back.collect())
}

#[tokio::test]
async fn each_type_arrives_as_itself() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let span = |nanoseconds| Argument::Span(SignedDuration::from_nanos(nanoseconds));
    let call = Invocation::new("Get-Echo")
        .switch("DisasterMode")
        .unprompted()
        .text("PoolFqdn", "true")
        .text("Empty", "")
        .text("Number", "12")
        .with("WaitTime", span(90_500_000_000))
        .with("Tick", span(100))
        .with("Back", span(-86_400_000_000_000))
        .with("Small", Argument::Int(-7))
        .with("Large", Argument::Int(i64::MAX));
    let (seen, back) = echoed(&peer, &mut client, call).await;
    let expected = json!([
        ["DisasterMode", "bool", true],
        ["Confirm", "bool", false],
        ["PoolFqdn", "PSString", "true", 4],
        ["Empty", "PSString", "", 0],
        ["Number", "PSString", "12", 2],
        ["WaitTime", "PSDuration", 90_500_000_000_u64],
        ["Tick", "PSDuration", 100],
        ["Back", "PSDuration", -86_400_000_000_000_i64],
        ["Small", "PSInt", -7],
        ["Large", "PSInt64", i64::MAX],
    ]);
    assert_eq!(seen, expected);
    let expected = [
        Value::Bool(true),
        Value::Bool(false),
        "true".into(),
        "".into(),
        "12".into(),
        Value::TimeSpan(TimeSpan(905_000_000)),
        Value::TimeSpan(TimeSpan(1)),
        Value::TimeSpan(TimeSpan(-864_000_000_000)),
        Value::I32(-7),
        Value::I64(i64::MAX),
    ];
    assert_eq!(back, expected);
}

#[tokio::test]
async fn hostile_text_arrives_unchanged() {
    let control: String = (1..=0x1f_u8).chain([0x7f]).map(char::from).collect();
    let corpus = [
        "';",
        "$()",
        "$(Remove-Item C:\\ -Recurse)",
        "`",
        "`n`0`\"",
        "one\ntwo\r\nthree\rfour\ttab",
        "\u{2018}single\u{2019}\u{201a}low\u{201b}reversed",
        "\u{201c}double\u{201d}\u{201e}",
        "_x0027_",
        "_x005F_x0027_ _X0027_ _x_ _x00 x0027_",
        "pool1'; Remove-Item C:\\ -Recurse #",
        "\"; Stop-Computer; \"",
        "-Confirm:$true",
        "@{a=1}; @('b'); {c}",
        "& | > < ; , %",
        "<S>]]></S><!-- &amp; &#x27; <![CDATA[",
        "{0} %s \\u0027 \\",
        control.as_str(),
        "\u{80}\u{85}\u{9f}\u{a0}\u{2028}\u{2029}\u{feff}\u{fffe}\u{ffff}",
        "\u{1F600} \u{1F468}\u{200D}\u{1F469} \u{10FFFF}",
        "a\u{308} \u{202E}reversed",
        "  blanks at both ends  ",
        "\n",
    ];
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let names: Vec<_> = (0..corpus.len()).map(|number| format!("P{number}")).collect();
    let call =
        names.iter().zip(corpus).fold(Invocation::new("Get-Echo"), |call, (name, it)| call.text(name, it));
    let (seen, back) = echoed(&peer, &mut client, call).await;
    let expected: Vec<_> = names
        .iter()
        .zip(corpus)
        .map(|(name, text)| json!([name, "PSString", text, text.chars().count()]))
        .collect();
    assert_eq!(seen, Json::Array(expected));
    assert_eq!(back, corpus.map(Value::from));
}

/// More than an envelope holds: it comes in several pieces, in both directions.
#[tokio::test]
async fn long_text_arrives_whole() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let long: String = "'; \u{2018}$(x)`\u{1F600}\u{e4}_x0027_\n".chars().cycle().take(100_000).collect();
    assert!(long.len() > 100_000);
    let (seen, back) =
        echoed(&peer, &mut client, Invocation::new("Get-Echo").text("Long", &long).text("After", "it")).await;
    assert_eq!(seen, json!([["Long", "PSString", long, 100_000], ["After", "PSString", "it", 2]]));
    assert_eq!(back, [Value::from(long.as_str()), "it".into()]);
    let sends = peer.journal("send");
    assert!(sends.len() >= 3 && sends.iter().all(|send| send["stream"] == "stdin"), "{sends:?}");
}

#[tokio::test]
async fn long_output_arrives_whole() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let rows = client.rows(Invocation::new("Get-Large").with("Length", Argument::Int(50_000))).await;
    let texts: Vec<_> = rows.into_iter().map(|row| row.text.expect("a text")).collect();
    assert_eq!(texts, ["\u{e4}\u{1F600}".repeat(50_000), "after it".to_owned()]);
}

/// Every query and every mutation, with each of its parameters. A new one breaks the build here.
fn closed_set() -> Vec<Invocation> {
    let pool = || "pool1.contoso.com".parse().expect("valid");
    let machine = || "fe1.pool1.contoso.com".parse().expect("valid");
    let sql = || "sql2.contoso.com\\rtc".parse().expect("valid");
    let roles = [
        ServiceRole::CentralManagement,
        ServiceRole::CentralManagementDatabase,
        ServiceRole::EdgeServer,
        ServiceRole::Registrar,
    ];
    let mut queries: Vec<_> = roles.into_iter().map(|role| Query::Service { role }).collect();
    for local_store in [false, true] {
        queries.extend([
            Query::Topology { local_store },
            Query::RegistrarConfiguration { local_store },
            Query::PoolBackupRelationship { pool: pool(), local_store },
            Query::CentralManagementMirrorState { pool: pool(), local_store },
        ]);
    }
    queries.extend([
        Query::CentralManagementStoreStatus,
        Query::ReplicationStatus,
        Query::ConfigurationStoreLocation,
        Query::TestCentralManagementDatabase,
        Query::BackupServiceStatus { pool: pool() },
        Query::WindowsService { computer: machine() },
    ]);
    let recovery = |mirror| CmsFailoverMode::DisasterRecovery { backup: sql(), mirror };
    let modes = [CmsFailoverMode::Normal, recovery(None), recovery(Some(sql()))];
    let mut mutations: Vec<_> =
        modes.into_iter().map(|mode| Mutation::InvokeManagementServerFailover { mode }).collect();
    for disaster_mode in [false, true] {
        mutations.extend([
            Mutation::InvokePoolFailOver { pool: pool(), disaster_mode },
            Mutation::InvokePoolFailBack { pool: pool(), disaster_mode },
        ]);
    }
    let edge = "edge1.contoso.com".parse().expect("valid");
    mutations.push(Mutation::SetEdgeServer { edge, next_hop: pool() });
    mutations.push(Mutation::InvokeManagementStoreReplication { replica: machine() });
    queries.iter().for_each(|query| match query {
        Query::Topology { .. }
        | Query::Service { .. }
        | Query::RegistrarConfiguration { .. }
        | Query::PoolBackupRelationship { .. }
        | Query::CentralManagementStoreStatus
        | Query::ReplicationStatus
        | Query::ConfigurationStoreLocation
        | Query::TestCentralManagementDatabase
        | Query::CentralManagementMirrorState { .. }
        | Query::BackupServiceStatus { .. }
        | Query::WindowsService { .. } => {}
    });
    mutations.iter().for_each(|mutation| match mutation {
        Mutation::SetEdgeServer { .. }
        | Mutation::InvokeManagementServerFailover { .. }
        | Mutation::InvokePoolFailOver { .. }
        | Mutation::InvokePoolFailBack { .. }
        | Mutation::InvokeManagementStoreReplication { .. } => {}
    });
    queries.iter().map(Query::invocation).chain(mutations.iter().map(Mutation::invocation)).collect()
}

#[tokio::test]
async fn the_closed_set_arrives_as_cmdlets_and_no_script() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    let calls = closed_set();
    // The pool failover of the peer waits for turns.
    (0..8).for_each(|_| peer.turn());
    for call in &calls {
        let heard = client.run(call.clone()).await;
        assert_eq!(heard.end, Some(PipelineEnd::Completed), "{call}");
    }
    // All of them as statements of one pipeline, which is where a query for many things goes.
    (0..8).for_each(|_| peer.turn());
    let first = CreatePipeline::of(calls[0].clone());
    let all = calls[1..].iter().fold(first, |all, call| all.then(call.clone()));
    let pipeline = client.start(&all).await.expect("started");
    let heard = client.finish(pipeline, Heard::default()).await;
    assert_eq!(heard.end, Some(PipelineEnd::Completed));

    let seen = peer.commands();
    assert_eq!(seen.len(), 2 * calls.len());
    for (command, call) in seen.iter().zip(calls.iter().chain(&calls)) {
        assert_eq!(
            (&command["name"], &command["script"]),
            (&json!(call.command), &json!(false)),
            "{command}"
        );
        let expected: Vec<_> = call
            .parameters
            .iter()
            .map(|parameter| match &parameter.value {
                Argument::Switch(flag) => json!([parameter.name, "bool", flag]),
                Argument::Text(text) => json!([parameter.name, "PSString", text, text.len()]),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(command["arguments"], Json::Array(expected));
    }
}

#[tokio::test]
async fn an_object_is_read_by_its_properties() {
    let peer = Peer::power_shell();
    let mut client = Client::open(session(peer.endpoint(), ntlm())).await;
    (0..10).for_each(|_| peer.turn());
    let heard = client.run(Invocation::new("Write-Streams")).await;
    assert_eq!(text(&heard.rows[0], "Identity"), "EdgeServer:edge1.contoso.com");
    assert_eq!(heard.rows[0].get("users"), Some(&3_i64.into()));
}
