//! What a snapshot leads to: a plan as of its time, and what to say about its age.

use jiff::Timestamp;
use serde::Serialize;

use super::{
    CliError,
    organisation::{Wish, namespace_of},
    show::{Style, paint},
};
use crate::{
    api::{LyncDeployment, LyncFailoverStatus},
    controller::SignIns,
    lync::Observed,
    plan::{Limits, Plan, Progress, Watch, plan},
    snapshot::Snapshot,
    status::{self, Found, Outcome},
};

/// A wish with its plan, and what it was planned on.
pub(super) struct Planned {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) observed: Observed,
    /// When.
    pub(super) seen_at: Timestamp,
    pub(super) plan: Plan,
    pub(super) status: LyncFailoverStatus,
}

impl Planned {
    /// Plans as of the time of the snapshot, as an operator would that sees the wish and Lync for the first
    /// time.
    pub(super) fn from_snapshot(wish: Wish, snapshot: &Snapshot, limits: &Limits) -> Self {
        let (observed, now) = (&snapshot.observed, snapshot.taken_at);
        let watch = Watch::default().with_observation(observed, limits, now);
        let progress = Progress { generation: 1, watch, ..Progress::default() };
        let plan = plan(&wish.desired, observed, &progress, limits, now);
        let found = Found {
            namespace: &wish.namespace,
            name: &wish.name,
            generation: 1,
            desired: &wish.desired,
            observed,
            plan: &plan,
            progress: &progress,
            limits,
            sign_ins: &SignIns::new(),
        };
        let status = status::next(&LyncFailoverStatus::default(), &Outcome::Found(found), now);
        let observed = observed.clone();
        Self { namespace: wish.namespace, name: wish.name, observed, seen_at: now, plan, status }
    }
}

/// What has to be said about a snapshot that something was made from.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    #[serde(skip)]
    pub(super) words: String,
    taken_at: Timestamp,
    age_seconds: i64,
    stale: bool,
}

impl Told {
    /// For people, with a line break.
    pub(super) fn line(&self) -> String {
        let style = if self.stale { Style::Notice } else { Style::Faint };
        format!("{}\n", paint(style, &format!("From {}.", self.words)))
    }
}

/// What there is to say now about a snapshot.
pub(super) fn told(snapshot: &Snapshot, limits: &Limits) -> Told {
    let now = Timestamp::now();
    let age = snapshot.age(now);
    Told {
        words: snapshot.age_in_words(now, limits.stale_after),
        stale: age > limits.stale_after || age.is_negative(),
        taken_at: snapshot.taken_at,
        age_seconds: age.as_secs(),
    }
}

/// A plan for one organisation from what was seen of another would be plausible and wrong.
pub(super) fn same_deployment(snapshot: &Snapshot, deployment: &LyncDeployment) -> Result<(), CliError> {
    let of = &snapshot.metadata;
    let (namespace, name) =
        (namespace_of(&deployment.metadata), deployment.metadata.name.as_deref().unwrap_or_default());
    if (of.namespace.as_str(), of.name.as_str()) == (namespace, name) {
        return Ok(());
    }
    Err(CliError::BadInput(vec![format!(
        "the snapshot is of LyncDeployment {}/{}, the files hold {namespace}/{name}",
        of.namespace, of.name
    )]))
}
