//! What holds for an organisation, whatever is wanted of it: the conditions that both kinds share.

use jiff::Timestamp;

use super::conditions::unknown;
use crate::{
    api::{ConditionType, Finding, Reason},
    lync::{EndpointState, Fact, Guard, Observed, Why},
    plan::{CmsState, Limits},
};

/// Whether the Central Management store works.
pub(super) fn central_management_healthy(state: &CmsState) -> Finding {
    let condition = ConditionType::CentralManagementHealthy;
    match state {
        CmsState::Healthy { pool } => Finding::new(
            condition,
            true,
            Reason::Healthy,
            format!("the Central Management store works on {pool}"),
        ),
        CmsState::Impaired { pool, why } => {
            Finding::new(condition, false, Reason::Impaired, format!("on {pool}: {why}"))
        }
        CmsState::Dead { why, .. } => Finding::new(condition, false, Reason::Unavailable, why.clone()),
        CmsState::SplitBrain { why } => Finding::new(condition, false, Reason::Contradictory, why.clone()),
        CmsState::Unknown { why } => unknown(condition, why.clone()),
    }
}

/// Whether some server takes cmdlets.
pub(super) fn bridge_connected(observed: &Observed, limits: &Limits, now: Timestamp) -> Finding {
    let condition = ConditionType::BridgeConnected;
    let endpoints = &observed.endpoints;
    let states = || endpoints.iter().map(|(host, fact)| (host, fact.live(now, limits.stale_after)));
    let connected = states().filter(|(_, state)| *state == Ok(&EndpointState::Connected)).count();
    if connected > 0 {
        let mut message = format!("{connected} of {} endpoints take cmdlets", endpoints.len());
        let plain = observed.guards.values().filter(|guard| **guard == Guard::Plain).count();
        if plain > 0 {
            message += &format!(
                "; {plain} plain, without a guard on the server: a cmdlet whose end is not seen is decided by \
                 observation"
            );
        }
        return Finding::new(condition, true, Reason::Connected, message);
    }
    for (host, state) in states() {
        if let Ok(EndpointState::Denied(why)) = state {
            return Finding::new(condition, false, Reason::Denied, format!("{host}: {why}"));
        }
    }
    for (host, state) in states() {
        if let Ok(EndpointState::Unfit(why)) = state {
            return Finding::new(condition, false, Reason::Unfit, format!("{host}: {why}"));
        }
    }
    let unreached = states().find_map(|(host, state)| match state {
        Ok(EndpointState::Unreachable(why)) => Some(format!("{host}: {why}")),
        _ => None,
    });
    let unasked =
        || endpoints.iter().find_map(|(host, fact)| Some(format!("{host}: {}", why_not_asked(fact)?)));
    match unreached.or_else(unasked) {
        Some(why) => Finding::new(condition, false, Reason::Unreachable, why),
        None => unknown(condition, "no endpoint has been asked"),
    }
}

/// Why the last attempt to ask a server came to nothing, when that says nothing about the server.
pub(super) fn why_not_asked(fact: &Fact<EndpointState>) -> Option<String> {
    match fact {
        Fact::Known { .. } | Fact::Unknown(Why::NotObserved) => None,
        Fact::Unknown(Why::BridgeUnavailable(why)) => Some(why.clone()),
        Fact::Unknown(why) => Some(why.to_string()),
    }
}

/// Whether the answers about the store exclude each other.
pub(super) fn split_brain_suspected(state: &CmsState) -> Finding {
    let condition = ConditionType::SplitBrainSuspected;
    match state {
        CmsState::SplitBrain { why } => Finding::new(condition, true, Reason::Contradictory, why.clone()),
        CmsState::Unknown { why } => unknown(condition, why.clone()),
        _ => Finding::new(condition, false, Reason::Consistent, "the answers about the store agree"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::lync::{MachineFqdn, Source};

    fn says(fact: Fact<EndpointState>) -> Finding {
        let host: MachineFqdn = "fe1.contoso.com".parse().expect("a name");
        let observed = Observed { endpoints: BTreeMap::from([(host, fact)]), ..Observed::default() };
        bridge_connected(&observed, &Limits::default(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn why_no_server_could_be_asked_is_said() {
        let expired = says(Fact::Unknown(Why::BridgeUnavailable("the certificate has expired".to_owned())));
        let unasked = unknown(ConditionType::BridgeConnected, "no endpoint has been asked");
        let not_connected = |why: &str| {
            let text = format!("fe1.contoso.com: {why}");
            Finding::new(ConditionType::BridgeConnected, false, Reason::Unreachable, text)
        };
        assert_eq!(expired, not_connected("the certificate has expired"));
        let refused = EndpointState::Unreachable("refused".to_owned());
        let refused = Fact::known(refused, Timestamp::UNIX_EPOCH, Source::Probe);
        assert_eq!(says(refused), not_connected("refused"));
        assert_eq!(says(Fact::default()), unasked);
    }
}
