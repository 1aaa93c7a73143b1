//! `Start-LfOperation`: from the parameters of the function to the cmdlet that runs.

use super::{guard::Order, refusals};
use crate::{
    bridge::{OperationId, Refusal},
    lync::{Argument, Invocation, MachineFqdn},
};

/// A cmdlet that may run as an operation.
struct Action {
    name: &'static str,
    /// Whether it would ask.
    confirms: bool,
    /// Whether what it tells is worth having.
    tells: bool,
}

const ACTIONS: [Action; 5] = [
    Action { name: "Set-CsEdgeServer", confirms: true, tells: false },
    Action { name: "Invoke-CsManagementServerFailover", confirms: true, tells: true },
    Action { name: "Invoke-CsPoolFailOver", confirms: true, tells: true },
    Action { name: "Invoke-CsPoolFailBack", confirms: true, tells: true },
    Action { name: "Invoke-CsManagementStoreReplication", confirms: false, tells: false },
];

/// The parameters that are handed on, in the order in which people write them.
const HANDED_ON: [&str; 10] = [
    "Identity",
    "Registrar",
    "PoolFqdn",
    "DisasterMode",
    "BackupSqlServerFqdn",
    "BackupSqlInstanceName",
    "BackupMirrorSqlServerFqdn",
    "BackupMirrorSqlInstanceName",
    "Force",
    "ReplicaFqdn",
];

/// The cmdlets that may run as operations.
pub(super) fn actions() -> impl Iterator<Item = &'static str> {
    ACTIONS.iter().map(|action| action.name)
}

/// The order that a bound call of the function gives.
pub(super) fn order(host: &MachineFqdn, call: &Invocation) -> Result<Order, Refusal> {
    let named = call.get_text("Action").unwrap_or_default();
    let Some(action) = ACTIONS.iter().find(|action| action.name.eq_ignore_ascii_case(named)) else {
        return Err(invalid("Action", named));
    };
    let id = call.get_text("OperationId").unwrap_or_default();
    let id = id.parse().map(OperationId).map_err(|_| invalid("OperationId", id))?;
    let epoch = match call.get("Fence") {
        Some(Argument::Int(fence)) => u64::try_from(*fence),
        _ => Ok(0),
    };
    let epoch = epoch.map_err(|_| refusals::guard("StaleEpoch", "No epoch is below zero.".to_owned()))?;
    let mut invocation = Invocation::new(action.name);
    for name in HANDED_ON {
        invocation = match call.get(name) {
            None | Some(Argument::Switch(false)) => invocation,
            Some(value) => invocation.with(name, value.clone()),
        };
    }
    if action.confirms {
        invocation = invocation.unprompted();
    }
    let invocation = invocation.switch_if("Verbose", action.tells);
    Ok(Order { id, host: host.clone(), invocation, epoch })
}

fn invalid(parameter: &str, value: &str) -> Refusal {
    Refusal {
        error_id: "ParameterArgumentValidationError".to_owned(),
        category: "InvalidData".to_owned(),
        message: format!(
            "Cannot validate argument on parameter '{parameter}': \"{value}\" is none of its values."
        ),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::lync::cmdlet::{CmsFailoverMode, Mutation};

    const ID: Uuid = Uuid::from_u128(7);

    fn host() -> MachineFqdn {
        "fe01.pool2.contoso.com".parse().expect("valid")
    }

    /// What a client makes of a cmdlet: its parameters in another order, without what the module adds.
    fn start(call: &Invocation) -> Invocation {
        let mut start = Invocation::new("start-lfoperation").text("Action", &call.command);
        let own = call.parameters.iter().rev().filter(|it| it.name != "Confirm" && it.name != "Verbose");
        start.parameters.extend(own.cloned());
        start.text("OperationId", ID).with("Fence", Argument::Int(5))
    }

    #[test]
    fn the_cmdlet_is_the_one_that_the_mutation_means() {
        let pool = || "pool1.contoso.com".parse().expect("valid");
        let sql = |text: &str| text.parse().expect("valid");
        let cms = |mode| Mutation::InvokeManagementServerFailover { mode };
        let disaster =
            |mirror| CmsFailoverMode::DisasterRecovery { backup: sql("sql2.contoso.com\\rtc"), mirror };
        let over = |disaster_mode| Mutation::InvokePoolFailOver { pool: pool(), disaster_mode };
        let back = |disaster_mode| Mutation::InvokePoolFailBack { pool: pool(), disaster_mode };
        let mutations = [
            Mutation::SetEdgeServer { edge: "edge1.contoso.com".parse().expect("valid"), next_hop: pool() },
            cms(CmsFailoverMode::Normal),
            cms(disaster(None)),
            cms(disaster(Some(sql("sql3.contoso.com\\rtc")))),
            over(false),
            over(true),
            back(false),
            back(true),
            Mutation::InvokeManagementStoreReplication { replica: host() },
        ];
        for mutation in mutations {
            let call = mutation.invocation();
            let expected = Order { id: OperationId(ID), host: host(), invocation: call.clone(), epoch: 5 };
            assert_eq!(order(&host(), &start(&call)), Ok(expected), "{call}");
        }
    }

    #[test]
    fn what_is_no_operation_is_refused() {
        for call in [Invocation::new("Move-CsManagementServer"), Invocation::new("Get-CsTopology")] {
            let refusal = order(&host(), &start(&call)).expect_err("refused");
            assert_eq!(refusal.error_id, "ParameterArgumentValidationError");
        }
        let mut negative = start(&Invocation::new("Invoke-CsPoolFailOver"));
        negative.parameters.retain(|it| it.name != "Fence");
        let refusal = order(&host(), &negative.with("Fence", Argument::Int(-1))).expect_err("refused");
        assert_eq!(refusal.error_id, "StaleEpoch");
    }
}
