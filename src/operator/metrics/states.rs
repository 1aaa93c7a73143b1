//! States, read from the resources when somebody asks: what a resource says that is gone is gone, and nothing is
//! kept twice.
//!
//! Only what this process has reported is shown. A resource that it has not come to yet may say what was so before
//! the last process ended.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use kube::{Resource, ResourceExt};
use prometheus_client::{collector::Collector, encoding::DescriptorEncoder, metrics::MetricType};

use super::{deployment::DEPLOYMENT, failover::FAILOVER};
use crate::{
    api::{LyncDeployment, LyncFailover},
    lync::PoolFqdn,
    operator::{resources::Notices, stores::Stores},
};

/// Takes in a series: its labels beside those of the resource, and its value.
pub(super) type Emit<'a> = &'a mut dyn FnMut(&[(&'static str, &str)], f64);

/// All series of one name.
pub(super) struct Named<T: ?Sized> {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) emit: fn(&T, Emit<'_>),
}

/// What rounds found of an organisation that its status does not say, since it changes without news.
#[derive(Clone, Debug, Default)]
pub(in crate::operator) struct News {
    /// When the topology was read last, from the store or from a replica.
    pub(in crate::operator) observed_at: Option<Timestamp>,
    /// When the changes of each paired pool were last seen to reach its pair.
    pub(in crate::operator) kept_up_at: BTreeMap<PoolFqdn, Timestamp>,
    /// Whether the last round looked at all. If not, what the status has is of another day.
    pub(in crate::operator) looks: bool,
}

/// A deployment and the news of it.
pub(super) struct Seen {
    pub(super) deployment: Arc<LyncDeployment>,
    pub(super) news: News,
}

/// The states of all resources that this process has reported.
pub(in crate::operator) struct States {
    failovers: Stores<LyncFailover>,
    deployments: Stores<LyncDeployment>,
    notices: Arc<Notices>,
    /// By uid.
    told: Mutex<BTreeSet<String>>,
    /// By uid.
    news: Mutex<BTreeMap<String, News>>,
}

impl States {
    pub(super) fn new(
        failovers: Stores<LyncFailover>,
        deployments: Stores<LyncDeployment>,
        notices: Arc<Notices>,
    ) -> Self {
        Self { failovers, deployments, notices, told: Mutex::default(), news: Mutex::default() }
    }

    /// Takes in that a failover has been reported.
    pub(in crate::operator) fn told(&self, lfo: &LyncFailover) {
        lock(&self.told).insert(lfo.uid().unwrap_or_default());
    }

    /// Takes in what a round found of an organisation.
    pub(in crate::operator) fn found(&self, deployment: &LyncDeployment, news: News) {
        lock(&self.news).insert(deployment.uid().unwrap_or_default(), news);
    }

    /// Takes in that nobody looks at an organisation: of what its status says only the conditions are of now.
    pub(in crate::operator) fn lost(&self, deployment: &LyncDeployment) {
        let mut all = lock(&self.news);
        all.entry(deployment.uid().unwrap_or_default()).or_default().looks = false;
    }

    /// Those that are there and were reported. The others are forgotten.
    fn shown_failovers(&self) -> Vec<Arc<LyncFailover>> {
        let mut all = self.failovers.state();
        let there: BTreeSet<String> = all.iter().filter_map(|lfo| lfo.uid()).collect();
        let mut told = lock(&self.told);
        told.retain(|uid| there.contains(uid));
        all.retain(|lfo| lfo.uid().is_some_and(|uid| told.contains(&uid)));
        all
    }

    fn shown_deployments(&self) -> Vec<Seen> {
        let all = self.deployments.state();
        let there: BTreeSet<String> = all.iter().filter_map(|deployment| deployment.uid()).collect();
        let mut news = lock(&self.news);
        news.retain(|uid, _| there.contains(uid));
        let shown = |deployment: Arc<LyncDeployment>| {
            let news = news.get(&deployment.uid()?)?.clone();
            Some(Seen { deployment, news })
        };
        all.into_iter().filter_map(shown).collect()
    }
}

impl Collector for States {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let failovers = self.shown_failovers();
        for family in FAILOVER {
            let of = failovers.iter().map(|lfo| (&**lfo, &**lfo));
            write(&mut encoder, family, of)?;
        }
        let deployments = self.shown_deployments();
        for family in DEPLOYMENT {
            write(&mut encoder, family, deployments.iter().map(|seen| (&*seen.deployment, seen)))?;
        }
        let mut unreadable = encoder.encode_descriptor(
            "unreadable_resources",
            "Resources that this version cannot read",
            None,
            MetricType::Gauge,
        )?;
        for (kind, plural) in [
            (LyncDeployment::kind(&()), LyncDeployment::plural(&())),
            (LyncFailover::kind(&()), LyncFailover::plural(&())),
        ] {
            let count = self.notices.unreadable(&plural).len();
            unreadable.encode_family(&[("kind", &*kind)])?.encode_gauge(&(count as f64))?;
        }
        Ok(())
    }
}

/// Writes all series of one name. The format wants them together, whoever they are of.
fn write<'a, T: 'a, R: ResourceExt + 'a>(
    encoder: &mut DescriptorEncoder<'_>,
    family: &Named<T>,
    of: impl Iterator<Item = (&'a R, &'a T)>,
) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(family.name, family.help, None, MetricType::Gauge)?;
    let mut result = Ok(());
    for (resource, state) in of {
        let (namespace, name) = (resource.namespace().unwrap_or_default(), resource.name_any());
        (family.emit)(state, &mut |more, value| {
            let own = [("namespace", namespace.as_str()), ("name", name.as_str())];
            let labels: Vec<(&str, &str)> = own.into_iter().chain(more.iter().copied()).collect();
            let written = metric.encode_family(&labels).and_then(|mut series| series.encode_gauge(&value));
            if written.is_err() {
                result = written;
            }
        });
    }
    result
}

/// A value of each word of a vocabulary: 1 for the one that holds.
pub(super) fn each<W: Copy + PartialEq>(
    emit: Emit<'_>,
    label: &'static str,
    words: &[W],
    text: fn(W) -> &'static str,
    holds: Option<W>,
) {
    for word in words {
        emit(&[(label, text(*word))], f64::from(u8::from(holds == Some(*word))));
    }
}

/// A time as Prometheus has it.
pub(super) fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("States").field("told", &lock(&self.told).len()).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
