//! Asks the Front Ends of other pools about a pool that is in doubt: they stand elsewhere in the network.

use std::{collections::BTreeMap, time::Duration};

use futures::future::join_all;
use jiff::Timestamp;
use tokio::time::timeout;

use super::answer::Asked;
use crate::{
    bridge::{Answer, CallError, Refusal},
    controller::Organisation,
    lync::{
        Fact, MachineFqdn, Observed, PeerSight, PoolFqdn, PoolKind, Source, Topology, Why, cmdlet::Query,
        outputs,
    },
    plan::{answers_for_itself, is_in_doubt},
};

/// How many pools are asked about one that is in doubt.
const PEERS: usize = 3;

/// How long they are waited for. Windows gives a dead computer up after some 20 s, and a Front End asks for
/// one after the other. Whoever lives answers at once, so that a late answer is none that would protect.
const FOR_PEERS: Duration = Duration::from_secs(45);

/// `RPC_S_SERVER_UNAVAILABLE`: nobody answers. It is the same in every language, where Windows prints it.
const NOBODY_ANSWERS: [&str; 2] = ["0x800706ba", "the rpc server is unavailable"];

/// `E_ACCESSDENIED`.
const REFUSED: [&str; 2] = ["0x80070005", "access is denied"];

/// A server that is asked about, and the pool from which it is looked at.
type Question = (PoolFqdn, MachineFqdn);

/// Asks about every server that does not answer for itself, of every pool in doubt. What was heard a moment
/// ago is not asked again: after a step the next observation follows at once.
pub(super) async fn ask(org: &Organisation, before: Option<&Observed>, observed: &mut Observed) {
    let mut peers: BTreeMap<PoolFqdn, BTreeMap<MachineFqdn, Fact<PeerSight>>> = BTreeMap::new();
    let now = org.clock.now();
    let mut questions: BTreeMap<MachineFqdn, Vec<Question>> = BTreeMap::new();
    for (peer, askers, machines) in wanted(org, observed, now) {
        for (index, machine) in machines.into_iter().enumerate() {
            let earlier = before.and_then(|before| before.peers.get(&peer)?.get(&machine));
            let fact = match (earlier.filter(|fact| is_young(fact, org, now)), askers.len()) {
                (Some(earlier), _) => earlier.clone(),
                (None, 0) => {
                    Fact::Unknown(Why::BridgeUnavailable(format!("no Front End of {peer} can be asked")))
                }
                (None, n) => {
                    let asker = askers[index % n].clone();
                    questions.entry(asker).or_default().push((peer.clone(), machine.clone()));
                    continue;
                }
            };
            peers.entry(peer.clone()).or_default().insert(machine, fact);
        }
    }
    let asks = questions.into_iter().map(|(asker, questions)| ask_one(org, asker, questions));
    for ((peer, machine), fact) in join_all(asks).await.into_iter().flatten() {
        peers.entry(peer).or_default().insert(machine, fact);
    }
    observed.peers = peers;
}

/// Which pools are asked about which servers, and who in each can be asked.
fn wanted(
    org: &Organisation,
    observed: &Observed,
    now: Timestamp,
) -> Vec<(PoolFqdn, Vec<MachineFqdn>, Vec<MachineFqdn>)> {
    let Some(topology) = observed.topology.value() else { return Vec::new() };
    let in_doubt = topology.pools.iter().filter(|(name, _)| is_in_doubt(name, observed, &org.limits, now));
    let mut wanted = Vec::new();
    for (name, pool) in in_doubt {
        let silent: Vec<_> =
            pool.machines.iter().filter(|m| !answers_for_itself(m, observed)).cloned().collect();
        if silent.is_empty() {
            continue;
        }
        for (peer, askers) in peers_of(name, topology, observed) {
            wanted.push((peer, askers, silent.clone()));
        }
    }
    wanted
}

/// Who stands elsewhere: the paired pool first, then pools of the same site, which see past a cut around it.
/// If none of them can be asked, the first stands for all.
fn peers_of(name: &PoolFqdn, topology: &Topology, observed: &Observed) -> Vec<(PoolFqdn, Vec<MachineFqdn>)> {
    let here = topology.pools.get(name);
    let others =
        topology.pools.iter().filter(|(other, pool)| *other != name && pool.kind == PoolKind::FrontEnd);
    let mut peers: Vec<_> = others
        .map(|(other, pool)| {
            let askers = askers(&pool.machines, observed);
            let is_pair = topology.backup_of(name) == Some(other);
            let is_near = here.is_some_and(|here| here.site == pool.site);
            ((askers.is_empty(), !is_pair, !is_near, other), askers)
        })
        .collect();
    peers.sort_by_key(|(rank, _)| *rank);
    let can_be_asked = peers.iter().filter(|(_, askers)| !askers.is_empty()).count();
    peers.truncate(can_be_asked.clamp(1, PEERS));
    peers.into_iter().map(|((.., other), askers)| (other.clone(), askers)).collect()
}

/// The Front Ends that take calls; those whose own service runs, if there are any.
fn askers(machines: &[MachineFqdn], observed: &Observed) -> Vec<MachineFqdn> {
    let connected: Vec<_> = machines.iter().filter(|machine| answers_for_itself(machine, observed)).collect();
    let runs = |machine: &MachineFqdn| observed.registrars.get(machine).and_then(Fact::value) == Some(&true);
    let at_work: Vec<_> = connected.iter().copied().filter(|machine| runs(machine)).collect();
    let best = if at_work.is_empty() { connected } else { at_work };
    best.into_iter().cloned().collect()
}

fn is_young(fact: &Fact<PeerSight>, org: &Organisation, now: Timestamp) -> bool {
    matches!(fact, Fact::Known { at, .. } if now.duration_since(*at) < org.interval / 2)
}

async fn ask_one(
    org: &Organisation,
    asker: MachineFqdn,
    questions: Vec<Question>,
) -> Vec<(Question, Fact<PeerSight>)> {
    let asked = Asked { at: org.clock.now(), source: Source::Service(asker.clone()) };
    let queries: Vec<_> =
        questions.iter().map(|(_, machine)| Query::WindowsService { computer: machine.clone() }).collect();
    let late = || CallError::Unknown(format!("{asker} gave no answer in time"));
    let heard = timeout(FOR_PEERS, org.bridge.query(&asker, &queries)).await;
    let answers = match heard.unwrap_or_else(|_| Err(late())) {
        Ok(answers) if answers.len() == queries.len() => answers,
        Ok(_) => vec![Err(CallError::Unreadable("an answer is missing".to_owned())); queries.len()],
        Err(err) => vec![Err(err); queries.len()],
    };
    questions.into_iter().zip(answers.iter().map(|answer| sight(&asked, answer))).collect()
}

/// Only the error that says that nobody answers is a sight of a dead server. What the asker itself did not
/// say, and an account that is refused, is none; nor is a text that could mean either.
fn sight(asked: &Asked, answer: &Answer) -> Fact<PeerSight> {
    match answer {
        Err(CallError::Refused(refusal)) if says(refusal, &REFUSED) => {
            Fact::Unknown(Why::Denied(refusal.to_string()))
        }
        Err(CallError::Refused(refusal)) if says(refusal, &NOBODY_ANSWERS) => {
            let words = PeerSight::Unreachable(refusal.message.clone());
            Fact::known(words, asked.at, asked.source.clone())
        }
        answer => asked.read(answer, outputs::registrar_running).map(|runs| match runs {
            true => PeerSight::Runs,
            false => PeerSight::Stopped,
        }),
    }
}

fn says(refusal: &Refusal, words: &[&str]) -> bool {
    let message = refusal.message.to_lowercase();
    words.iter().any(|word| message.contains(word))
}
