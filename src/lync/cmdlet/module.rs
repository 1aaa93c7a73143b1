//! The functions of the operator's own module on a host (`deploy/windows`), through which changes are made.

use uuid::Uuid;

use super::{Mutation, Query};
use crate::lync::{Argument, ExportOf, ExportOrder, Invocation};

/// Parameters of a cmdlet that the module adds by itself.
const ADDED_THERE: [&str; 2] = ["Confirm", "Verbose"];

/// How many records `Get-LfOperation` gives in one answer, at most. After as many there may be more.
pub const RECORDS_AT_MOST: usize = 1000;

/// A function of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleFunction<'a> {
    /// `Get-LfEndpoint`: what the host says about itself.
    Endpoint,
    /// `Step-LfFence`: raises the fence epoch by one, and gives it with the identity of the journal's home.
    StepFence,
    /// `Start-LfOperation`: hands a cmdlet over. An id that is known is not started again.
    StartOperation {
        /// The identity of the operation.
        id: Uuid,
        /// The fence epoch of the sender; an older one than the stored one is refused.
        fence: u64,
        /// The identity of the home that the journal has to be in; another one is refused.
        home: &'a str,
        /// The cmdlet.
        mutation: &'a Mutation,
    },
    /// `Get-LfOperation`: what the journal says; of an id that it does not know, that it is `NotKnown`.
    Operation {
        /// The identity of the operation.
        id: Uuid,
        /// The records after this number are wanted; [`RECORDS_AT_MOST`] of them come.
        after: u64,
    },
    /// `Test-LfOperation`: tries a cmdlet with `-WhatIf`, which the function adds by itself. No journal, no
    /// fence, no lock.
    TestOperation {
        /// The cmdlet.
        mutation: &'a Mutation,
    },
    /// `Invoke-LfQuery`: several reading cmdlets, each with the end of its answer marked.
    Queries(&'a [Query]),
    /// `New-LfExport`: makes one export, and removes old ones of the same kind and pool.
    MakeExport {
        /// Of what.
        of: &'a ExportOf,
        /// How many whole files stay.
        keep: u16,
    },
}

impl ModuleFunction<'_> {
    /// The calls that an order of exports amounts to, one for each.
    pub fn exports(order: &ExportOrder) -> impl Iterator<Item = Invocation> {
        order.exports.iter().map(|of| ModuleFunction::MakeExport { of, keep: order.keep }.invocation())
    }

    /// The command with its arguments. A cmdlet's own parameters go under their own names.
    pub fn invocation(&self) -> Invocation {
        let number = |number: u64| Argument::Int(i64::try_from(number).unwrap_or(i64::MAX));
        match self {
            Self::Endpoint => Invocation::new("Get-LfEndpoint"),
            Self::StepFence => Invocation::new("Step-LfFence"),
            Self::StartOperation { id, fence, home, mutation } => {
                let order = Invocation::new("Start-LfOperation")
                    .text("OperationId", id)
                    .with("Fence", number(*fence))
                    .text("HomeId", home);
                with_cmdlet(order, mutation)
            }
            Self::TestOperation { mutation } => with_cmdlet(Invocation::new("Test-LfOperation"), mutation),
            Self::Operation { id, after } => {
                Invocation::new("Get-LfOperation").text("OperationId", id).with("After", number(*after))
            }
            Self::Queries(queries) => {
                let calls = queries.iter().map(Query::invocation).collect();
                Invocation::new("Invoke-LfQuery").with("Query", Argument::Calls(calls))
            }
            Self::MakeExport { of, keep } => {
                let call = Invocation::new("New-LfExport").text("Kind", of.kind());
                let call = match of.pool() {
                    Some(pool) => call.text("PoolFqdn", pool),
                    None => call,
                };
                call.with("Keep", number(u64::from(*keep)))
            }
        }
    }
}

/// Names the cmdlet and hands its own parameters on.
fn with_cmdlet(function: Invocation, mutation: &Mutation) -> Invocation {
    let call = mutation.invocation();
    let mut function = function.text("Action", call.command);
    let own = call.parameters.into_iter().filter(|own| !ADDED_THERE.contains(&own.name.as_str()));
    function.parameters.extend(own);
    function
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_has_the_parameters_of_the_cmdlet_without_those_that_the_module_adds() {
        let pool = "pool1.contoso.com".parse().expect("valid");
        let mutation = Mutation::InvokePoolFailOver { pool, disaster_mode: true };
        let order = ModuleFunction::StartOperation {
            id: Uuid::from_u128(7),
            fence: 3,
            home: "7d0c",
            mutation: &mutation,
        };
        assert_eq!(
            order.invocation().to_string(),
            "Start-LfOperation -OperationId 00000000-0000-0000-0000-000000000007 -Fence 3 \
             -HomeId 7d0c -Action Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com -DisasterMode"
        );
    }

    /// The host adds `-WhatIf`: nobody who calls can leave it out.
    #[test]
    fn a_trial_has_the_parameters_of_the_cmdlet_and_nothing_to_start_it_with() {
        let pool = "pool1.contoso.com".parse().expect("valid");
        let mutation = Mutation::InvokePoolFailOver { pool, disaster_mode: true };
        assert_eq!(
            ModuleFunction::TestOperation { mutation: &mutation }.invocation().to_string(),
            "Test-LfOperation -Action Invoke-CsPoolFailOver -PoolFqdn pool1.contoso.com -DisasterMode"
        );
    }
}
