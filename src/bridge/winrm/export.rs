//! Exports through the module on a host, in a shell of their own: reading and changing do not wait for them.

use std::time::Duration;

use tokio::time::timeout;
use uuid::Uuid;

use super::{Inner, host::Host, query::answer_of, shell::Shell};
use crate::{
    bridge::CallError,
    lync::{ExportMade, ExportOrder, cmdlet::ModuleFunction, outputs},
    psrp::messages::CreatePipeline,
};

/// How long all exports of an order may take. Response Groups with many audio files are large.
const LIMIT: Duration = Duration::from_secs(1800);

/// Makes exports. The shell always has the same id, so that one which a dead process has left is ended first.
pub(super) async fn make(
    inner: &Inner,
    host: &Host,
    order: &ExportOrder,
) -> Result<Vec<ExportMade>, CallError> {
    let mut calls = ModuleFunction::exports(order);
    let Some(first) = calls.next() else { return Ok(Vec::new()) };
    let pipeline = calls.fold(CreatePipeline::of(first), CreatePipeline::then);

    let access = inner.access();
    let session = access.session(&host.listener, &inner.gate, Uuid::new_v4());
    let id = inner.shell_for(&host.listener.host, "exports");
    let name = &host.listener.host;
    let late = |what: &str, limit: Duration| format!("{name}: {what} took more than {} s", limit.as_secs());
    let opened = timeout(access.pace.read, Shell::open(session, id, access.pace.max_envelope)).await;
    let opened = opened.map_err(|_| CallError::NotSent(late("the shell for exports", access.pace.read)))?;
    let mut shell = opened?;
    let output = timeout(LIMIT, shell.run(&pipeline)).await;
    // What still runs there ends with its shell.
    shell.close().await;
    let output = output.map_err(|_| CallError::Unknown(late("the exports", LIMIT)))??;
    outputs::exports_made(&answer_of(&output)?).map_err(|error| CallError::Unreadable(error.to_string()))
}
