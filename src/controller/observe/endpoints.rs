//! Which endpoints answer, and which of them to ask about the organisation.

use futures::future::join_all;

use super::{
    super::Organisation,
    answer::{Asked, why},
    early::{Early, Expected},
};
use crate::{
    bridge::CallError,
    lync::{EndpointState, Fact, MachineFqdn, Observed, Source, Why, cmdlet::Query, outputs},
};

/// Asks every endpoint for its own services, all at once, and the expected one for everything.
pub(super) async fn ask_each(
    org: &Organisation,
    expected: Option<&Expected>,
    observed: &mut Observed,
) -> Option<Early> {
    let expects = |host: &MachineFqdn| expected.filter(|expected| expected.host == *host);
    let asks = org.endpoints.iter().map(|endpoint| async move {
        let at = org.clock.now();
        let mut queries = vec![Query::WindowsService { computer: endpoint.host.clone() }];
        queries.extend(expects(&endpoint.host).into_iter().flat_map(Expected::queries));
        (&endpoint.host, at, org.bridge.query(&endpoint.host, &queries).await)
    });
    let mut early = None;
    for (host, at, mut answers) in join_all(asks).await {
        let asked = Asked { at, source: Source::Service(host.clone()) };
        let (state, running) = match &answers {
            Ok(answers) => {
                let fact =
                    answers.first().map_or(Fact::Unknown(Why::Unreadable("no answer".into())), |answer| {
                        asked.read(answer, outputs::registrar_running)
                    });
                let sight = org.bridge.sight(host);
                observed.guards.extend(sight.iter().map(|sight| (host.clone(), sight.guard)));
                let state = match sight.and_then(|sight| sight.unfit) {
                    Some(why) => EndpointState::Unfit(why),
                    None => EndpointState::Connected,
                };
                (Fact::known(state, at, Source::Probe), fact)
            }
            Err(err) => (endpoint_state(err, at), Fact::Unknown(why(err))),
        };
        observed.endpoints.insert(host.clone(), state);
        observed.registrars.insert(host.clone(), running);
        if let (Some(expected), Ok(answers)) = (expects(host), &mut answers) {
            let rest = answers.split_off(1.min(answers.len()));
            early = Some(expected.sort(at, rest));
        }
    }
    early
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

/// The first endpoint whose Front End works; else the first that answers. One that nothing can be changed
/// from can still be asked, after all others.
pub(super) fn best(org: &Organisation, observed: &Observed) -> Option<MachineFqdn> {
    let state = |host: &MachineFqdn| observed.endpoints.get(host).and_then(Fact::value);
    let runs = |host: &MachineFqdn| observed.registrars.get(host).and_then(Fact::value) == Some(&true);
    let rank = |host: &MachineFqdn| match (state(host)?, runs(host)) {
        (EndpointState::Connected, true) => Some(0),
        (EndpointState::Connected, false) => Some(1),
        (EndpointState::Unfit(_), true) => Some(2),
        (EndpointState::Unfit(_), false) => Some(3),
        (EndpointState::Unreachable(_) | EndpointState::Denied(_), _) => None,
    };
    let hosts = org.endpoints.iter().map(|endpoint| &endpoint.host);
    hosts
        .filter_map(|host| Some((rank(host)?, host)))
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, host)| host.clone())
}
