//! A cmdlet that changes Lync, as it is tried without changing anything: with `-WhatIf`.

use super::Mutation;
use crate::lync::Invocation;

/// What goes with an operation and not with a trial: nothing is asked, and what it tells nobody reads.
const OF_OPERATIONS: [&str; 2] = ["Confirm", "Verbose"];

/// A cmdlet with `-WhatIf`. There is no other way to make one, and nothing takes the switch away again.
#[derive(Clone, Debug, PartialEq)]
pub struct WhatIf {
    call: Invocation,
    is_reduced: bool,
}

impl WhatIf {
    /// `-Force` is never tried. A cmdlet that asks `ShouldProcess` only where `-Force` is not given would do
    /// its work in spite of `-WhatIf`, and no page says that Lync's do not. The parameter set of disaster
    /// recovery cannot go without it, so the cmdlet is then tried without arguments: the one form that
    /// Microsoft's page prints (JJ204678, step 1).
    fn of(mut call: Invocation) -> Self {
        let is_reduced = call.has_switch("Force");
        call.parameters.retain(|own| !is_reduced && !OF_OPERATIONS.contains(&own.name.as_str()));
        Self { call: call.switch("WhatIf"), is_reduced }
    }

    /// The command with its arguments.
    pub fn invocation(&self) -> Invocation {
        self.call.clone()
    }

    /// Whether it is tried without its arguments, because `-Force` is among them.
    pub fn is_reduced(&self) -> bool {
        self.is_reduced
    }
}

impl Mutation {
    /// The cmdlet as it is tried. `None`: it does not know `-WhatIf`, so it can only be looked for (Gg413060).
    pub fn what_if(&self) -> Option<WhatIf> {
        match self {
            Self::SetEdgeServer { .. }
            | Self::InvokeManagementServerFailover { .. }
            | Self::InvokePoolFailOver { .. }
            | Self::InvokePoolFailBack { .. } => Some(WhatIf::of(self.invocation())),
            Self::InvokeManagementStoreReplication { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lync::{PoolFqdn, cmdlet::CmsFailoverMode};

    fn all() -> Vec<Mutation> {
        let pool = || "pool1.contoso.com".parse::<PoolFqdn>().expect("valid");
        let sql = || "sql2.contoso.com\\rtc".parse().expect("valid");
        let cms = |mode| Mutation::InvokeManagementServerFailover { mode };
        let mut all = vec![
            Mutation::SetEdgeServer { edge: "edge1.contoso.com".parse().expect("valid"), next_hop: pool() },
            cms(CmsFailoverMode::Normal),
            cms(CmsFailoverMode::DisasterRecovery { backup: sql(), mirror: Some(sql()) }),
            Mutation::InvokeManagementStoreReplication { replica: "fe1.contoso.com".parse().expect("valid") },
        ];
        for disaster_mode in [false, true] {
            all.push(Mutation::InvokePoolFailOver { pool: pool(), disaster_mode });
            all.push(Mutation::InvokePoolFailBack { pool: pool(), disaster_mode });
        }
        all
    }

    /// Without the switch a trial would be a failover.
    #[test]
    fn no_trial_goes_without_what_if_or_with_force() {
        let trials: Vec<_> = all().iter().filter_map(Mutation::what_if).collect();
        assert_eq!(trials.len(), 7, "all but the kick of a replica");
        for call in trials.iter().map(WhatIf::invocation) {
            assert!(call.has_switch("WhatIf"), "{call}");
            for other in ["Force", "Confirm", "Verbose"] {
                assert_eq!(call.get(other), None, "{call}");
            }
        }
    }

    #[test]
    fn a_trial_has_the_arguments_of_the_cmdlet_unless_force_is_among_them() {
        let tried = |at: usize| all()[at].what_if().expect("it knows -WhatIf");
        assert_eq!(
            tried(0).invocation().to_string(),
            "Set-CsEdgeServer -Identity EdgeServer:edge1.contoso.com -Registrar Registrar:pool1.contoso.com \
             -WhatIf"
        );
        let store = "Invoke-CsManagementServerFailover -WhatIf";
        assert_eq!([1, 2].map(|at| tried(at).invocation().to_string()), [store, store]);
        assert_eq!([1, 2].map(|at| tried(at).is_reduced()), [false, true]);
        assert_eq!(
            tried(6).invocation().to_string(),
            "Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com -DisasterMode -WhatIf"
        );
    }

    #[test]
    fn what_does_not_know_what_if_has_no_trial() {
        assert_eq!(all()[3].what_if(), None);
    }
}
