//! Which endpoints answer, and which of them to ask about the organisation.

use std::time::Duration;

use futures::{StreamExt as _, stream::FuturesUnordered};
use tokio::time::{Instant, timeout_at};

use super::{
    super::Organisation,
    answer::{Asked, why},
    early::{Early, Expected},
};
use crate::{
    bridge::CallError,
    lync::{EndpointState, Fact, MachineFqdn, Observed, Source, Why, cmdlet::Query, outputs},
};

/// How long the others are waited for, once one has told what is wanted.
const FOR_OTHERS: Duration = Duration::from_secs(30);
/// How long the expected one, which is asked for more, is waited for once another has answered.
const FOR_EXPECTED: Duration = Duration::from_secs(90);

/// Asks every endpoint for its own services, all at once, and the expected one for everything. Who hangs does
/// not keep the others waiting: what it might have said is unknown.
pub(super) async fn ask_each(
    org: &Organisation,
    expected: Option<&Expected>,
    observed: &mut Observed,
) -> Option<Early> {
    let expects = |host: &MachineFqdn| expected.filter(|expected| expected.host == *host);
    for endpoint in &org.endpoints {
        let late = || Why::BridgeUnavailable(format!("{} gave no answer in time", endpoint.host));
        observed.endpoints.insert(endpoint.host.clone(), Fact::Unknown(late()));
        observed.registrars.insert(endpoint.host.clone(), Fact::Unknown(late()));
        observed.store_services.insert(endpoint.host.clone(), Fact::Unknown(late()));
    }
    let asks = org.endpoints.iter().map(|endpoint| async move {
        let at = org.clock.now();
        let mut queries = vec![Query::WindowsService { computer: endpoint.host.clone() }];
        queries.extend(expects(&endpoint.host).into_iter().flat_map(Expected::queries));
        (&endpoint.host, at, org.bridge.query(&endpoint.host, &queries).await)
    });
    let mut asks: FuturesUnordered<_> = asks.collect();
    let mut early = None;
    let mut patience = Patience { awaits_expected: expected.is_some(), until: None };
    while let Some((host, at, mut answers)) = patience.next(&mut asks).await {
        patience.heard(expects(host).is_some(), answers.is_ok());
        let asked = Asked { at, source: Source::Service(host.clone()) };
        let (state, running, of_store) = match &answers {
            Ok(answers) => {
                let none = || Err(CallError::Unreadable("no answer".to_owned()));
                let own = answers.first().cloned().unwrap_or_else(none);
                let sight = org.bridge.sight(host);
                observed.guards.extend(sight.iter().map(|sight| (host.clone(), sight.guard)));
                let state = match sight.and_then(|sight| sight.unfit) {
                    Some(why) => EndpointState::Unfit(why),
                    None => EndpointState::Connected,
                };
                (
                    Fact::known(state, at, Source::Probe),
                    asked.read(&own, outputs::registrar_running),
                    asked.read(&own, outputs::store_services_installed),
                )
            }
            Err(err) => (endpoint_state(err, at), Fact::Unknown(why(err)), Fact::Unknown(why(err))),
        };
        observed.endpoints.insert(host.clone(), state);
        observed.registrars.insert(host.clone(), running);
        observed.store_services.insert(host.clone(), of_store);
        if let (Some(expected), Ok(answers)) = (expects(host), &mut answers) {
            let rest = answers.split_off(1.min(answers.len()));
            early = Some(expected.sort(at, rest));
        }
    }
    early
}

/// How long it is worth while to wait.
struct Patience {
    awaits_expected: bool,
    until: Option<Instant>,
}

impl Patience {
    /// The next answer; `None` when there is none to come, or none in time.
    async fn next<T>(&self, asks: &mut (impl futures::Stream<Item = T> + Unpin)) -> Option<T> {
        match self.until {
            Some(until) => timeout_at(until, asks.next()).await.ok().flatten(),
            None => asks.next().await,
        }
    }

    /// Nobody is waited for any longer because somebody said nothing: there would be nobody else to ask.
    fn heard(&mut self, is_expected: bool, is_answer: bool) {
        self.awaits_expected &= !is_expected;
        if is_answer || self.until.is_some() {
            let span = if self.awaits_expected { FOR_EXPECTED } else { FOR_OTHERS };
            let until = Instant::now() + span;
            self.until = Some(self.until.map_or(until, |earlier| earlier.min(until)));
        }
    }
}

/// Only who does not take a connection is a witness against its pool. A certificate, a quota, a name that is
/// not found, a broken handshake: nobody knows.
fn endpoint_state(err: &CallError, at: jiff::Timestamp) -> Fact<EndpointState> {
    let state = match err {
        CallError::Unreachable(text) => EndpointState::Unreachable(text.clone()),
        CallError::Denied(text) => EndpointState::Denied(text.clone()),
        CallError::NotSent(_) | CallError::Refused(_) | CallError::Unknown(_) | CallError::Unreadable(_) => {
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
