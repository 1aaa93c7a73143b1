//! Watches: one JSON object a line, until the time is up.

use std::{convert::Infallible, sync::Arc, time::Duration};

use futures::{Stream, stream};
use serde_json::json;
use tokio::{sync::watch, time::Instant};

use super::store::Store;

struct Watching {
    store: Arc<Store>,
    resource: String,
    namespace: Option<String>,
    version: u64,
    newest: watch::Receiver<u64>,
    end: Instant,
}

/// What happens to a resource after a version, as it happens.
pub(super) fn lines(
    store: Arc<Store>,
    resource: String,
    namespace: Option<String>,
    version: u64,
    time: Duration,
) -> impl Stream<Item = Result<String, Infallible>> {
    let newest = store.newest();
    let end = Instant::now() + time;
    stream::unfold(Watching { store, resource, namespace, version, newest, end }, next)
}

async fn next(mut watching: Watching) -> Option<(Result<String, Infallible>, Watching)> {
    loop {
        watching.newest.mark_unchanged();
        let Watching { store, resource, namespace, version, .. } = &watching;
        let happened = store.after(*version, resource, namespace.as_deref());
        if let Some(last) = happened.last() {
            let lines = happened.iter().map(|one| {
                let line = json!({ "type": one.kind, "object": one.object });
                format!("{line}\n")
            });
            let text = lines.collect();
            watching.version = last.version;
            return Some((Ok(text), watching));
        }
        let changed = tokio::time::timeout_at(watching.end, watching.newest.changed()).await;
        changed.ok()?.ok()?;
    }
}
