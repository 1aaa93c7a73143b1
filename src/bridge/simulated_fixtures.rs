//! What the tests of the two simulated bridges share.

use uuid::Uuid;

use super::{Operation, OperationId};
use crate::lync::{MachineFqdn, cmdlet::Mutation};

/// A Front End of pool2.
pub(super) fn host() -> MachineFqdn {
    "fe01.pool2.contoso.com".parse().expect("valid")
}

/// The next hop of the Edge pool becomes pool2.
pub(super) fn set_edge() -> Mutation {
    Mutation::SetEdgeServer {
        edge: "edge1.contoso.com".parse().expect("valid"),
        next_hop: "pool2.contoso.com".parse().expect("valid"),
    }
}

/// An operation on that host.
pub(super) fn operation(mutation: Mutation) -> Operation {
    Operation {
        id: OperationId(Uuid::from_u128(7)),
        host: host(),
        mutation,
        epoch: 1,
        keeper: None,
        session_id: Uuid::from_u128(1),
        shell_id: Uuid::from_u128(2),
        command_id: Uuid::from_u128(3),
    }
}
