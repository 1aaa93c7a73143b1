//! One step of each kind and mode, with the names of the example.

use crate::{
    lync::{SqlInstance, cmdlet::CmsFailoverMode},
    plan::{Mode, Step},
};

/// Every kind of step in every mode, in the order of the procedure.
pub(crate) fn one_of_each() -> Vec<Step> {
    let pool1 = || name("pool1.contoso.com");
    let pool2 = || name("pool2.contoso.com");
    let store = |mode| Step::FailOverCentralManagement { from: pool1(), to: pool2(), mode };
    let disaster =
        |mirror| CmsFailoverMode::DisasterRecovery { backup: name("sql2.contoso.com\\rtc"), mirror };
    let mirror: SqlInstance = name("sqlm2.contoso.com\\rtc");
    vec![
        Step::SetEdgeNextHop { edge: name("edge1.contoso.com"), from: pool1(), to: pool2() },
        Step::KickReplication { replica: name("edge01.contoso.com") },
        store(CmsFailoverMode::Normal),
        store(disaster(None)),
        store(disaster(Some(mirror))),
        Step::FailOverPool { home: pool1(), to: pool2(), mode: Mode::Planned },
        Step::FailOverPool { home: pool1(), to: pool2(), mode: Mode::Disaster },
        Step::FailBackPool { home: pool1(), from: pool2(), mode: Mode::Planned },
        Step::FailBackPool { home: pool1(), from: pool2(), mode: Mode::Disaster },
    ]
}

fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("the names of the example are names")
}

/// Where its cmdlet runs.
pub(super) fn place(step: &Step) -> &'static str {
    match step {
        Step::SetEdgeNextHop { .. } => "a Front End of the new next hop, else of any living pool",
        Step::KickReplication { .. } => "a Front End of the pool that has the store, else of any living pool",
        Step::FailOverCentralManagement { .. } => "a Front End of the pool that receives the store",
        Step::FailOverPool { .. } => "a Front End of the pool that takes the users",
        Step::FailBackPool { mode: Mode::Planned, .. } => "a Front End of the pool that serves the users",
        Step::FailBackPool { .. } => "a Front End of the home pool",
    }
}
