//! What is asked in one round trip, because it was the right thing to ask the last time.

use jiff::Timestamp;

use super::{Look, endpoints, organisation, pools};
use crate::{
    bridge::Answer,
    controller::Organisation,
    lync::{Fact, MachineFqdn, Observed, Source, cmdlet::Query},
};

/// Whom to ask everything at once.
pub(super) struct Expected {
    pub(super) host: MachineFqdn,
    of_pools: Vec<Query>,
}

/// Answers to questions that were asked before it was known whether they are the right ones.
pub(super) struct Asked {
    pub(super) at: Timestamp,
    queries: Vec<Query>,
    pub(super) answers: Vec<Answer>,
}

impl Asked {
    /// Whether these are the questions, and each has an answer.
    pub(super) fn is_complete_for(&self, queries: &[Query]) -> bool {
        self.queries == queries && self.answers.len() == queries.len()
    }
}

/// All answers of the host that was expected to be the best.
pub(super) struct Early {
    pub(super) host: MachineFqdn,
    pub(super) live: Asked,
    pub(super) of_pools: Asked,
}

/// Who will probably be asked, and about which pools: as long as the store answers.
pub(super) fn expected(org: &Organisation, before: &Observed, look: Look<'_>) -> Option<Expected> {
    let host = endpoints::best(org, before)?;
    let is_live = matches!(&before.topology, Fact::Known { source: Source::CentralManagement(_), .. });
    let topology = before.topology.value().filter(|_| is_live)?;
    let of_pools = pools::queries(topology, &host, false, look);
    Some(Expected { host, of_pools })
}

impl Expected {
    /// What is asked in addition to the host's own services.
    pub(super) fn queries(&self) -> Vec<Query> {
        organisation::live().into_iter().chain(self.of_pools.iter().cloned()).collect()
    }

    /// Sorts the answers.
    pub(super) fn sort(&self, at: Timestamp, mut answers: Vec<Answer>) -> Early {
        let live = organisation::live();
        let of_pools = answers.split_off(live.len().min(answers.len()));
        Early {
            host: self.host.clone(),
            live: Asked { at, queries: live.to_vec(), answers },
            of_pools: Asked { at, queries: self.of_pools.clone(), answers: of_pools },
        }
    }
}
