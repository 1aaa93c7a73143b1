//! Envelopes in, envelopes out.

use std::sync::Arc;

use hyper::StatusCode;
use uuid::Uuid;

use super::{
    faults,
    host::Host,
    service::{self, NoAnswer},
};
use crate::wsman::{Identity, Incoming};

/// Status and envelope of the answer; `None` when the connection breaks.
pub(super) async fn answer(host: &Arc<Host>, account: &str, envelope: &[u8]) -> Option<(StatusCode, String)> {
    let id = Uuid::new_v4();
    let failed = StatusCode::INTERNAL_SERVER_ERROR;
    let request = match Incoming::read(envelope) {
        Ok(Incoming::Identify) => return Some((StatusCode::OK, identity().write())),
        Ok(Incoming::Request(request)) => request,
        Err(error) => return Some((failed, faults::unreadable(&error.0).write(None, id))),
    };
    tracing::debug!(host = %host.name, operation = request.operation.name(), "WinRM");
    match service::answer(host, account, &request).await {
        Ok(answer) => Some((StatusCode::OK, answer.write(&request, id))),
        Err(NoAnswer::Fault(mut fault)) => {
            fault.machine = Some(host.name.to_string());
            Some((failed, fault.write(Some(request.message_id), id)))
        }
        Err(NoAnswer::Break) => None,
    }
}

/// What Server 2012 R2 says of itself, under a name that nobody takes for it.
fn identity() -> Identity {
    Identity {
        protocol: "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd".to_owned(),
        vendor: "lync-failover simulator".to_owned(),
        version: "OS: 6.3.9600 SP: 0.0 Stack: 3.0".to_owned(),
    }
}
