//! `Start-LfOperation`: from the parameters of the function to the cmdlet that runs.

use super::{guard::Order, refusals};
use crate::{
    bridge::{OperationId, Refusal},
    lync::{Argument, Invocation, MachineFqdn},
};

/// Where the simulated hosts keep their journal.
pub(super) const HOME: &str = r"\\files.contoso.com\lyncdr$";

/// A cmdlet that may run as an operation.
struct Action {
    name: &'static str,
    /// Whether it would ask.
    confirms: bool,
    /// Whether what it tells is worth having.
    tells: bool,
    /// Whether the module keeps the report that it writes.
    reports: bool,
}

const ACTIONS: [Action; 5] = [
    Action { name: "Set-CsEdgeServer", confirms: true, tells: false, reports: false },
    Action { name: "Invoke-CsManagementServerFailover", confirms: true, tells: true, reports: true },
    Action { name: "Invoke-CsPoolFailOver", confirms: true, tells: true, reports: false },
    Action { name: "Invoke-CsPoolFailBack", confirms: true, tells: true, reports: false },
    Action { name: "Invoke-CsManagementStoreReplication", confirms: false, tells: false, reports: false },
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
    let action = action_of(call)?;
    let id = call.get_text("OperationId").unwrap_or_default();
    let id = id.parse().map(OperationId).map_err(|_| invalid("OperationId", id))?;
    let epoch = match call.get("Fence") {
        Some(Argument::Int(fence)) => u64::try_from(*fence),
        _ => Ok(0),
    };
    let epoch = epoch.map_err(|_| refusals::guard("StaleEpoch", "No epoch is below zero.".to_owned()))?;
    let mut invocation = whole(action, call);
    if action.reports {
        invocation = invocation.text("Report", format_args!("{HOME}\\reports\\{id}.html"));
    }
    Ok(Order { id, host: host.clone(), invocation, epoch })
}

/// What a bound call of `Test-LfOperation` gives: the cmdlet as an operation would run it, and what is tried of
/// it. A cmdlet that would ask knows `-WhatIf`; with `-Force` it is tried without arguments.
pub(super) fn trial(call: &Invocation) -> Result<(Invocation, Option<Invocation>), Refusal> {
    let action = action_of(call)?;
    let tried = action.confirms.then(|| {
        let bare = Invocation::new(action.name);
        let arguments = if call.has_switch("Force") { bare } else { handed_on(action, call) };
        arguments.switch("WhatIf")
    });
    Ok((whole(action, call), tried))
}

fn action_of(call: &Invocation) -> Result<&'static Action, Refusal> {
    let named = call.get_text("Action").unwrap_or_default();
    let action = ACTIONS.iter().find(|action| action.name.eq_ignore_ascii_case(named));
    action.ok_or_else(|| invalid("Action", named))
}

fn handed_on(action: &Action, call: &Invocation) -> Invocation {
    HANDED_ON.into_iter().fold(Invocation::new(action.name), |invocation, name| match call.get(name) {
        None | Some(Argument::Switch(false)) => invocation,
        Some(value) => invocation.with(name, value.clone()),
    })
}

fn whole(action: &Action, call: &Invocation) -> Invocation {
    let own = handed_on(action, call);
    let own = if action.confirms { own.unprompted() } else { own };
    own.switch_if("Verbose", action.tells)
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

    const ID: Uuid = Uuid::from_u128(7);

    fn host() -> MachineFqdn {
        "fe01.pool2.contoso.com".parse().expect("valid")
    }

    fn start(action: &str) -> Invocation {
        let start = Invocation::new("start-lfoperation").text("action", action);
        start.text("OperationId", ID).with("Fence", Argument::Int(5))
    }

    fn runs(start: &Invocation) -> String {
        let Order { id, host: at, invocation, epoch } = order(&host(), start).expect("an order");
        assert_eq!((id, at, epoch), (OperationId(ID), host(), 5));
        invocation.to_string()
    }

    /// `tests/endpoint` holds it against what the cmdlets' types say.
    #[test]
    fn what_the_cmdlet_needs_besides_is_added() {
        let edge =
            start("set-csedgeserver").text("Registrar", "Registrar:b").text("identity", "EdgeServer:a");
        let expected = "Set-CsEdgeServer -Identity EdgeServer:a -Registrar Registrar:b -Confirm:$false";
        assert_eq!(runs(&edge), expected);
        let over = start("Invoke-CsPoolFailOver").switch("DisasterMode").text("PoolFqdn", "p.x");
        let expected = "Invoke-CsPoolFailOver -PoolFqdn p.x -DisasterMode -Confirm:$false -Verbose";
        assert_eq!(runs(&over), expected);
        let over = start("Invoke-CsPoolFailOver").with("DisasterMode", Argument::Switch(false));
        assert_eq!(runs(&over), "Invoke-CsPoolFailOver -Confirm:$false -Verbose");
        let replica = start("Invoke-CsManagementStoreReplication").text("ReplicaFqdn", "a.x");
        assert_eq!(runs(&replica), "Invoke-CsManagementStoreReplication -ReplicaFqdn a.x");
        let store = runs(&start("Invoke-CsManagementServerFailover"));
        let report = r"\\files.contoso.com\lyncdr$\reports\00000000-0000-0000-0000-000000000007.html";
        assert_eq!(
            store,
            format!("Invoke-CsManagementServerFailover -Confirm:$false -Verbose -Report '{report}'")
        );
    }

    #[test]
    fn what_is_no_operation_is_refused() {
        for action in ["Move-CsManagementServer", "Get-CsTopology", ""] {
            let refusal = order(&host(), &start(action)).expect_err("refused");
            assert_eq!(refusal.error_id, "ParameterArgumentValidationError");
        }
        let mut negative = start("Invoke-CsPoolFailOver");
        negative.parameters.retain(|it| it.name != "Fence");
        let refusal = order(&host(), &negative.with("Fence", Argument::Int(-1))).expect_err("refused");
        assert_eq!(refusal.error_id, "StaleEpoch");
    }
}
