//! Every cmdlet that the product ever sends, as it arrives.

use lync_failover::{
    lync::{
        Argument, Invocation,
        cmdlet::{CmsFailoverMode, Mutation, Query, ServiceRole},
    },
    psrp::{client::PipelineEnd, messages::CreatePipeline},
};
use serde_json::{Value as Json, json};

use crate::{
    client::{Client, Heard},
    peer::{Peer, ntlm, session},
};

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
        Query::UserDatabaseState { pool: pool() },
        Query::WindowsService { computer: machine() },
        Query::TestRegistration { pool: pool() },
        Query::Exports,
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
        | Query::UserDatabaseState { .. }
        | Query::WindowsService { .. }
        | Query::TestRegistration { .. }
        | Query::Exports => {}
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
