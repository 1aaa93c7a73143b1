//! Bridges to the simulated Lync of a lab.

use std::{net::Ipv4Addr, sync::Arc};

use lync_failover::{
    bridge::{
        Bridge as _, Ended, Fence, Followed, Operation, OperationId, Record,
        winrm::{Access, Listener, WinRmBridge},
    },
    clock::SystemClock,
    lync::cmdlet::Mutation,
    winrm::{Credentials, Pace},
};
use uuid::Uuid;

use crate::lab::{HOST, Lab, PASSWORD, ntlm};

pub(crate) const PLAIN: &str = "Microsoft.PowerShell";
pub(crate) const MODULE: &str = "LyncFailover";

/// A server that answers soon.
pub(crate) fn pace() -> Pace {
    Pace { operation: std::time::Duration::from_secs(2), ..Pace::default() }
}

/// How a lab is entered.
pub(crate) fn access(configuration: &str, credentials: Credentials, revision: &str) -> Access {
    Access {
        configuration: configuration.to_owned(),
        tls: None,
        credentials: Arc::new(credentials),
        revision: revision.to_owned(),
        pace: pace(),
    }
}

/// A bridge as a new process has it: it knows nothing.
pub(crate) fn bridge(lab: &Lab, configuration: &str) -> WinRmBridge {
    bridge_at(lab, configuration, pace())
}

/// A bridge with limits of its own.
pub(crate) fn bridge_at(lab: &Lab, configuration: &str, pace: Pace) -> WinRmBridge {
    let listeners = lab.places.iter().map(|place| Listener {
        host: place.host.clone(),
        address: Some(Ipv4Addr::LOCALHOST.into()),
        port: place.address.port(),
    });
    let access = Access { pace, ..access(configuration, ntlm(PASSWORD), "1") };
    let bridge = WinRmBridge::new(listeners.collect(), access, Uuid::from_u128(1), Arc::new(SystemClock));
    bridge.identified();
    bridge
}

/// What a plain endpoint gives.
pub(crate) fn no_fence() -> Fence {
    Fence::default()
}

pub(crate) fn operation(mutation: Mutation, fence: &Fence) -> Operation {
    Operation {
        id: OperationId(Uuid::new_v4()),
        host: HOST.parse().expect("a name"),
        mutation,
        epoch: fence.epoch,
        keeper: fence.keeper.clone(),
        session_id: Uuid::new_v4(),
        shell_id: Uuid::new_v4(),
        command_id: Uuid::new_v4(),
    }
}

pub(crate) fn set_edge() -> Mutation {
    let edge = "edge1.contoso.com".parse().expect("a name");
    Mutation::SetEdgeServer { edge, next_hop: "pool2.contoso.com".parse().expect("a name") }
}

pub(crate) fn fail_over() -> Mutation {
    let pool = "pool1.contoso.com".parse().expect("a name");
    Mutation::InvokePoolFailOver { pool, disaster_mode: false }
}

/// Follows an operation to its end.
pub(crate) async fn end(bridge: &WinRmBridge, operation: &Operation) -> (Vec<Record>, Ended) {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let Followed { records, next, ended } = bridge.follow(operation, after).await.expect("there is news");
        all.extend(records);
        after = next;
        if let Some(ended) = ended {
            return (all, ended);
        }
    }
}
