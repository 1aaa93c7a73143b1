//! Which endpoints answer, and which of them to ask about the organisation.

use futures::future::join_all;

use super::{
    super::Organisation,
    answer::{Asked, why},
};
use crate::{
    bridge::CallError,
    lync::{EndpointState, Fact, MachineFqdn, Observed, Source, Why, cmdlet::Query, outputs},
};

/// Asks every endpoint for its own services, all at once.
pub(super) async fn ask_each(org: &Organisation, observed: &mut Observed) {
    let asks = org.endpoints.iter().map(|endpoint| async move {
        let at = org.clock.now();
        let query = Query::WindowsService { computer: endpoint.host.clone() };
        (&endpoint.host, at, org.bridge.query(&endpoint.host, &[query]).await)
    });
    for (host, at, answers) in join_all(asks).await {
        let asked = Asked { at, source: Source::Service(host.clone()) };
        let (state, running) = match &answers {
            Ok(answers) => {
                let fact =
                    answers.first().map_or(Fact::Unknown(Why::Unreadable("no answer".into())), |answer| {
                        asked.read(answer, outputs::registrar_running)
                    });
                (Fact::known(EndpointState::Connected, at, Source::Probe), fact)
            }
            Err(err) => (endpoint_state(err, at), Fact::Unknown(why(err))),
        };
        observed.endpoints.insert(host.clone(), state);
        observed.registrars.insert(host.clone(), running);
    }
}

fn endpoint_state(err: &CallError, at: jiff::Timestamp) -> Fact<EndpointState> {
    let state = match err {
        CallError::NotSent(text) => EndpointState::Unreachable(text.clone()),
        CallError::Denied(text) => EndpointState::Denied(text.clone()),
        CallError::Refused(_) | CallError::Unknown(_) | CallError::Unreadable(_) => {
            return Fact::Unknown(why(err));
        }
    };
    Fact::known(state, at, Source::Probe)
}

/// The first endpoint whose Front End works; else the first that answers.
pub(super) fn best(org: &Organisation, observed: &Observed) -> Option<MachineFqdn> {
    let connected = |host: &&MachineFqdn| {
        observed.endpoints.get(*host).and_then(Fact::value) == Some(&EndpointState::Connected)
    };
    let runs = |host: &&MachineFqdn| observed.registrars.get(*host).and_then(Fact::value) == Some(&true);
    let hosts = || org.endpoints.iter().map(|endpoint| &endpoint.host).filter(connected);
    hosts().find(runs).or_else(|| hosts().next()).cloned()
}
