//! Exports through the module on a host, apart: reading and changing do not wait for them.

use std::time::Duration;

use super::{Inner, apart, host::Host, query::answer_of};
use crate::{
    bridge::CallError,
    lync::{ExportMade, ExportOrder, cmdlet::ModuleFunction, outputs},
    psrp::messages::CreatePipeline,
};

/// How long all exports of an order may take. Response Groups with many audio files are large.
const LIMIT: Duration = Duration::from_secs(1800);

/// Makes exports.
pub(super) async fn make(
    inner: &Inner,
    host: &Host,
    order: &ExportOrder,
) -> Result<Vec<ExportMade>, CallError> {
    let mut calls = ModuleFunction::exports(order);
    let Some(first) = calls.next() else { return Ok(Vec::new()) };
    let pipeline = calls.fold(CreatePipeline::of(first), CreatePipeline::then);
    let output = apart::run(inner, host, &pipeline, LIMIT).await?;
    outputs::exports_made(&answer_of(&output)?).map_err(|error| CallError::Unreadable(error.to_string()))
}
