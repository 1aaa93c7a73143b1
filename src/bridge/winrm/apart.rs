//! The second shell of a host: for what takes its time beside the rounds (exports, trials, sign-ins of test users), so
//! that no observation waits for it.
//!
//! There is one for all of that, always under the same id: what a call that was dropped or a dead process has left is
//! ended by the next one, and a host never has more than two of our shells.

use std::time::Duration;

use tokio::time::timeout;
use uuid::Uuid;

use super::{
    Inner,
    host::Host,
    shell::{Output, Shell},
};
use crate::{bridge::CallError, psrp::messages::CreatePipeline};

/// How long the end of the shell may take, which nobody needs.
const GIVE_UP: Duration = Duration::from_secs(10);

/// Runs one pipeline in a shell that is opened for it, and ended after it with whatever still runs there.
pub(super) async fn run(
    inner: &Inner,
    host: &Host,
    pipeline: &CreatePipeline,
    limit: Duration,
) -> Result<Output, CallError> {
    let (name, access) = (&host.listener.host, inner.access());
    let entrance = access.pace.read;
    let late = |limit: Duration| format!("{name} gave no answer in {} s", limit.as_secs());
    let busy = || CallError::NotSent(format!("something else is done apart on {name}, and did not end"));
    let _alone = timeout(entrance, host.apart.lock()).await.map_err(|_| busy())?;
    let session = access.session(&host.listener, &inner.gate, Uuid::new_v4());
    let open = Shell::open(session, inner.second_shell(name), access.pace.max_envelope);
    let opened = timeout(entrance, open).await;
    let mut shell = opened.map_err(|_| CallError::NotSent(late(entrance)))??;
    let output = timeout(limit, shell.run(pipeline)).await;
    if timeout(GIVE_UP, shell.close()).await.is_err() {
        tracing::debug!(host = %name, "the second shell could not be ended; the next one takes its place");
    }
    Ok(output.map_err(|_| CallError::Unknown(late(limit)))??)
}
