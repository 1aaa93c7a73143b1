//! Whether the servers have the newest configuration.

use super::{Check, Fix, Inputs, Subject};
use crate::{
    api::CheckName,
    lync::{MachineFqdn, Topology},
};

/// The replicas of some servers, as far as they are not current.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Late<'a> {
    /// Known to be behind, and for longer than a change takes.
    pub(super) behind: Vec<&'a MachineFqdn>,
    /// Not in the list of replicas.
    pub(super) unlisted: Vec<&'a MachineFqdn>,
}

/// Which of some servers are not current. After each change all are behind for some minutes, which is normal.
pub(super) fn late<'a>(
    inputs: Inputs<'_>,
    machines: impl IntoIterator<Item = &'a MachineFqdn>,
) -> Result<Late<'a>, String> {
    let replicas = inputs.live(Some(&inputs.observed.replicas))?;
    let mut late = Late::default();
    for machine in machines {
        match replicas.get(machine) {
            None => late.unlisted.push(machine),
            Some(replica) if replica.up_to_date => {}
            Some(replica) => {
                let is_news = |at| inputs.now.duration_since(at).abs() <= inputs.limits.replica_wait;
                if !replica.last_update_creation.is_some_and(is_news) {
                    late.behind.push(machine);
                }
            }
        }
    }
    Ok(late)
}

pub(super) fn names(machines: &[&MachineFqdn]) -> String {
    machines.iter().map(|machine| machine.as_str()).collect::<Vec<_>>().join(", ")
}

/// The internal servers; those of an Edge pool are its own check's matter.
pub(super) fn current(inputs: Inputs<'_>, topology: &Topology) -> Check {
    let (check, subject) = (CheckName::ReplicasCurrent, Subject::Organisation);
    let look = "see Get-CsManagementStoreReplicationStatus";
    match late(inputs, topology.pools.values().flat_map(|pool| &pool.machines)) {
        Err(why) => {
            Check::unknown(check, subject, format!("the replicas are not known: {why}"), Fix::minutes(look))
        }
        Ok(Late { behind, .. }) if !behind.is_empty() => {
            let fix = format!(
                "Invoke-CsManagementStoreReplication -ReplicaFqdn {}; if it stays so, the service REPLICA there and \
                 TCP 445 from the pool with the store",
                behind[0]
            );
            Check::fail(check, subject, format!("behind: {}", names(&behind)), Fix::minutes(fix))
        }
        Ok(Late { unlisted, .. }) if !unlisted.is_empty() => {
            let message = format!("not in the list of replicas: {}", names(&unlisted));
            Check::unknown(check, subject, message, Fix::minutes(look))
        }
        Ok(_) => Check::pass(check, subject, "every internal server has the newest configuration"),
    }
}
