//! The endpoints: whether each of them takes cmdlets. One is enough for a failover, until it is that one
//! that fails.

use super::{Check, Fix, Inputs, Subject};
use crate::{
    api::CheckName,
    lync::{EndpointState, Fact, MachineFqdn},
};

const CHECK: CheckName = CheckName::ExecutorFit;

pub(super) fn fit(inputs: Inputs<'_>) -> Vec<Check> {
    if inputs.observed.endpoints.is_empty() {
        let message = "no endpoint has been asked yet";
        return vec![Check::unknown(CHECK, Subject::Organisation, message, Fix::see_the_bridge())];
    }
    inputs.observed.endpoints.iter().map(|(host, fact)| one(inputs, host, fact)).collect()
}

fn one(inputs: Inputs<'_>, host: &MachineFqdn, fact: &Fact<EndpointState>) -> Check {
    let subject = Subject::Host(host.clone());
    match fact.live(inputs.now, inputs.limits.stale_after) {
        Ok(EndpointState::Connected) => Check::pass(CHECK, subject, "it takes cmdlets"),
        Ok(EndpointState::Unfit(why)) => Check::fail(
            CHECK,
            subject,
            format!("it answers and cannot be used: {why}"),
            Fix::minutes("install the endpoint anew by docs/windows.md, then lync-failover bridge check"),
        ),
        Ok(EndpointState::Denied(why)) => Check::fail(
            CHECK,
            subject,
            format!("it refuses the account: {why}"),
            Fix::minutes(
                "put the right password in the Secret of the bridge, then lync-failover bridge check",
            ),
        ),
        Ok(EndpointState::Unreachable(why)) => Check::fail(
            CHECK,
            subject,
            format!("it cannot be reached: {why}"),
            Fix::hours("bring the server back, or open WinRM to it (TCP 5986 or 5985): docs/connect.md"),
        ),
        Err(why) => Check::unknown(CHECK, subject, why, Fix::see_the_bridge()),
    }
}
