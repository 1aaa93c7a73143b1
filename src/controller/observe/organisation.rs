//! The organisation: topology, Central Management store, next hops, replicas.

use crate::{
    bridge::{Answer, CallError},
    controller::Organisation,
    lync::{
        CmsRole, EndpointState, Fact, MachineFqdn, Observed, Source, Why,
        cmdlet::{Query, ServiceRole},
        outputs::{self, DecodeError, TopologyDocument},
        ps::PsObject,
    },
};

use super::{
    answer::{Asked, why},
    early,
};

/// Asks a host, and where the store does not answer there, a host of the pool that Active Directory says
/// has it: a link that is cut between two sites looks like a dead store from one of them. Gives who answered.
///
/// # Errors
///
/// Why the host says nothing at all: another one may.
pub(super) async fn ask(
    org: &Organisation,
    host: &MachineFqdn,
    early: Option<early::Asked>,
    observed: &mut Observed,
) -> Result<MachineFqdn, Why> {
    ask_one(org, host, early, observed).await?;
    if let Some(witness) = second_witness(org, host, observed) {
        let mut second = observed.clone();
        if ask_one(org, &witness, None, &mut second).await.is_ok() && is_from_store(&second) {
            *observed = second;
            return Ok(witness);
        }
    }
    Ok(host.clone())
}

fn is_from_store(observed: &Observed) -> bool {
    matches!(&observed.topology, Fact::Known { source: Source::CentralManagement(_), .. })
}

fn second_witness(org: &Organisation, asked: &MachineFqdn, observed: &Observed) -> Option<MachineFqdn> {
    if is_from_store(observed) {
        return None;
    }
    let topology = observed.topology.value()?;
    let store = topology.pool_of_store(observed.central_management.pointer.value()?)?;
    let is_connected = |host: &MachineFqdn| {
        observed.endpoints.get(host).and_then(Fact::value) == Some(&EndpointState::Connected)
    };
    let there = org.endpoints.iter().filter(|endpoint| endpoint.pool == *store).map(|e| &e.host);
    there.filter(|host| *host != asked).find(|host| is_connected(host)).cloned()
}

/// What is asked while the store answers.
pub(super) fn live() -> [Query; 8] {
    [
        Query::CentralManagementStoreStatus,
        Query::ConfigurationStoreLocation,
        Query::TestCentralManagementDatabase,
        Query::Topology { local_store: false },
        Query::Service { role: ServiceRole::CentralManagement },
        Query::Service { role: ServiceRole::EdgeServer },
        Query::RegistrarConfiguration { local_store: false },
        Query::ReplicationStatus,
    ]
}

/// Asks a host. While the store does not answer, what does not change during an outage is read from the
/// host's replica in a second round trip.
async fn ask_one(
    org: &Organisation,
    host: &MachineFqdn,
    early: Option<early::Asked>,
    observed: &mut Observed,
) -> Result<(), Why> {
    let (at, answers) = match early {
        Some(early) => (early.at, all_of(early.answers)),
        None => (org.clock.now(), call(org, host, &live()).await),
    };
    let store = Asked { at, source: Source::CentralManagement(host.clone()) };
    let service = Asked { at, source: Source::Service(host.clone()) };
    let directory = Asked { at, source: Source::ActiveDirectory(host.clone()) };
    let [status, pointer, database, topology, roles, edges, states, replicas] = answers;

    let cms = &mut observed.central_management;
    cms.store = service.read(&status, outputs::store_status);
    cms.pointer = directory.read(&pointer, outputs::store_location);
    cms.database = service.read(&database, outputs::database_succeeds);
    cms.roles = store.read(&roles, outputs::central_management_services);
    observed.replicas = store.read(&replicas, outputs::replicas);

    let document = store.read(&topology, topology_document);
    if let Fact::Known { value, .. } = &document {
        take_next_hops(observed, value, &store, Some(&edges));
        take_pool_states(observed, value, &store, &states);
        observed.topology = document.map(|document| document.topology);
    } else {
        let says_nothing = is_mute(&topology);
        ask_replica(org, host, document.map(|document| document.topology), says_nothing, observed).await?;
    }
    Ok(())
}

/// Whether it was the host that did not answer, not Lync behind it.
fn is_mute(answer: &Answer) -> bool {
    let Err(err) = answer else { return false };
    matches!(
        err,
        CallError::Unreachable(_) | CallError::NotSent(_) | CallError::Denied(_) | CallError::Unknown(_)
    )
}

/// Reads the local replica of a host. Who says nothing twice says nothing at all.
async fn ask_replica(
    org: &Organisation,
    host: &MachineFqdn,
    live: Fact<crate::lync::Topology>,
    says_nothing: bool,
    observed: &mut Observed,
) -> Result<(), Why> {
    let queries =
        [Query::Topology { local_store: true }, Query::RegistrarConfiguration { local_store: true }];
    let asked = Asked { at: org.clock.now(), source: Source::LocalReplica(host.clone()) };
    let [topology, states] = call(org, host, &queries).await;
    let document = asked.read(&topology, topology_document);
    if let Fact::Known { value, .. } = &document {
        take_next_hops(observed, value, &asked, None);
        take_pool_states(observed, value, &asked, &states);
        keep_replicated_roles(observed, value.central_management.clone(), &asked);
        observed.topology = document.map(|document| document.topology);
    } else {
        observed.topology = live;
    }
    match &topology {
        Err(err) if says_nothing && is_mute(&topology) => Err(why(err)),
        _ => Ok(()),
    }
}

/// Where the store was when the replica was written. Does not replace a reason why the store itself did
/// not answer: that reason is a signal.
fn keep_replicated_roles(observed: &mut Observed, roles: Vec<CmsRole>, asked: &Asked) {
    let fact = &mut observed.central_management.replicated_roles;
    *fact = Fact::known(roles, asked.at, asked.source.clone());
}

/// Nobody answered: everything is unknown, for that reason.
pub(super) fn nobody_to_ask(observed: &mut Observed) {
    let why = || Why::BridgeUnavailable("no endpoint is connected".to_owned());
    observed.topology = Fact::Unknown(why());
    observed.replicas = Fact::Unknown(why());
    let cms = &mut observed.central_management;
    cms.roles = Fact::Unknown(why());
    cms.store = Fact::Unknown(why());
    cms.pointer = Fact::Unknown(why());
    cms.database = Fact::Unknown(why());
}

/// One round trip; as many answers as questions, whatever happens.
pub(super) async fn call_all(org: &Organisation, host: &MachineFqdn, queries: &[Query]) -> Vec<Answer> {
    let err = match org.bridge.query(host, queries).await {
        Ok(answers) if answers.len() == queries.len() => return answers,
        Ok(answers) => {
            CallError::Unreadable(format!("{} answers to {} questions", answers.len(), queries.len()))
        }
        Err(err) => err,
    };
    vec![Err(err); queries.len()]
}

async fn call<const N: usize>(org: &Organisation, host: &MachineFqdn, queries: &[Query; N]) -> [Answer; N] {
    all_of(call_all(org, host, queries).await)
}

fn all_of<const N: usize>(answers: Vec<Answer>) -> [Answer; N] {
    let lost = || Err(CallError::Unreadable("an answer is missing".to_owned()));
    let mut answers = answers.into_iter();
    std::array::from_fn(|_| answers.next().unwrap_or_else(lost))
}

/// The document of `Get-CsTopology -AsXml`.
pub(crate) fn topology_document(objects: &[PsObject]) -> Result<TopologyDocument, DecodeError> {
    let text = match objects {
        [object] => object.text.as_deref(),
        _ => None,
    };
    text.ok_or_else(|| DecodeError {
        cmdlet: "Get-CsTopology",
        problem: format!("expected one document, got {} objects", objects.len()),
    })
    .and_then(outputs::topology_document)
}

/// The next hops: from the services while the store answers, else from the document.
fn take_next_hops(
    observed: &mut Observed,
    document: &TopologyDocument,
    asked: &Asked,
    live: Option<&Answer>,
) {
    let hops = match live {
        Some(answer) => asked.read(answer, outputs::edge_next_hops),
        None => Fact::known(document.next_hops.clone(), asked.at, asked.source.clone()),
    };
    for edge in document.topology.edges.keys() {
        let fact = match &hops {
            Fact::Known { value, at, source } => match value.get(edge) {
                Some(pool) => Fact::known(pool.clone(), *at, source.clone()),
                None => Fact::Unknown(Why::Unreadable(format!("Get-CsService lists no next hop for {edge}"))),
            },
            Fact::Unknown(why) => Fact::Unknown(why.clone()),
        };
        observed.next_hops.insert(edge.clone(), fact);
    }
}

fn take_pool_states(observed: &mut Observed, document: &TopologyDocument, asked: &Asked, answer: &Answer) {
    let states = match answer {
        Ok(objects) => outputs::pool_states(objects).map_err(|err| Why::Unreadable(err.to_string())),
        Err(err) => Err(why(err)),
    };
    for (name, pool) in &document.topology.pools {
        let fact = match &states {
            Ok(states) => match states.of(name, &pool.site) {
                Ok(state) => Fact::known(state, asked.at, asked.source.clone()),
                Err(err) => Fact::Unknown(Why::Contradictory(err.to_string())),
            },
            Err(why) => Fact::Unknown(why.clone()),
        };
        observed.pool_states.insert(name.clone(), fact);
    }
}
