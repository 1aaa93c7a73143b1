//! The simulator as its users meet it: cmdlets and times in, answers out.

mod exports;
mod faults;
mod guard;
mod outputs;
mod procedure;
mod refusals;
mod replicas;
mod store_move;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{EntryKind, Failure, Order, Scenario, Simulator};
use crate::{
    bridge::{CallError, Ended, OperationId, Refusal},
    lync::{
        Invocation, MachineFqdn,
        ps::{PsObject, PsValue},
    },
};

const FE1: &str = "fe01.pool1.contoso.com";
const FE2: &str = "fe01.pool2.contoso.com";

/// A simulator with a short way to say things, `secs` after its start.
struct World {
    simulator: Simulator,
    secs: i64,
    operations: u128,
}

impl World {
    fn new(yaml: &str) -> Self {
        let scenario = Scenario::from_yaml(yaml).expect("the scenario reads");
        let simulator = Simulator::new(&scenario, Timestamp::UNIX_EPOCH).expect("the scenario makes sense");
        Self { simulator, secs: 0, operations: 1000 }
    }

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(self.secs)
    }

    fn pass(&mut self, secs: i64) {
        self.secs += secs;
        let now = self.now();
        self.simulator.advance(now);
    }

    fn inject(&mut self, yaml: &str) {
        let failure: Failure = serde_yaml::from_str(yaml).expect("the failure reads");
        let now = self.now();
        self.simulator.inject(failure, now).expect("the failure makes sense");
    }

    fn ask(&mut self, host: &str, call: &Invocation) -> Result<Vec<PsObject>, CallError> {
        let now = self.now();
        self.simulator.query(&machine(host), std::slice::from_ref(call), now)?.remove(0)
    }

    fn rows(&mut self, host: &str, call: &Invocation) -> Vec<PsObject> {
        self.ask(host, call).unwrap_or_else(|error| panic!("{call}: {error}"))
    }

    fn order(&mut self, host: &str, call: &Invocation) -> Order {
        self.operations += 1;
        Order {
            id: OperationId(Uuid::from_u128(self.operations)),
            host: machine(host),
            invocation: call.clone(),
            epoch: 1,
        }
    }

    fn start(&mut self, order: &Order) -> Result<(), CallError> {
        let now = self.now();
        self.simulator.start(order, now)
    }

    /// Runs an operation to its end, at most an hour.
    fn run(&mut self, host: &str, call: &Invocation) -> Ended {
        let order = self.order(host, call);
        self.start(&order).unwrap_or_else(|error| panic!("{call}: {error}"));
        let began = self.secs;
        loop {
            if let Some(ended) = self.ended(&order) {
                return ended;
            }
            assert!(self.secs - began < 3600, "{call} does not end");
            self.pass(1);
        }
    }

    fn ended(&mut self, order: &Order) -> Option<Ended> {
        let now = self.now();
        self.simulator.advance(now);
        self.simulator.transcript().entries.iter().find_map(|entry| match &entry.kind {
            EntryKind::End(ended) if entry.operation == Some(order.id) => Some(ended.clone()),
            _ => None,
        })
    }

    fn refused(&mut self, host: &str, call: &Invocation) -> Refusal {
        match self.run(host, call) {
            Ended::Failed(refusal) => refusal,
            other => panic!("{call} was not refused: {other:?}"),
        }
    }

    fn must(&mut self, host: &str, call: &Invocation) {
        assert_eq!(self.run(host, call), Ended::Completed, "{call}");
    }

    /// The state of a pool, as the registrar configuration tells it.
    fn state(&mut self, host: &str, pool: &str) -> Option<String> {
        let rows = self.rows(host, &Invocation::new("Get-CsRegistrarConfiguration"));
        let identity = format!("Service:Registrar:{pool}");
        rows.iter().find(|row| text(row, "Identity") == identity).map(|row| text(row, "PoolState"))
    }
}

fn machine(name: &str) -> MachineFqdn {
    name.parse().expect("valid")
}

fn text(row: &PsObject, name: &str) -> String {
    match row.get(name) {
        Some(PsValue::Text(text)) => text.clone(),
        other => panic!("{name} is {other:?}"),
    }
}

fn set_edge(edge: &str, pool: &str) -> Invocation {
    Invocation::new("Set-CsEdgeServer")
        .text("Identity", format_args!("EdgeServer:{edge}"))
        .text("Registrar", format_args!("Registrar:{pool}"))
        .unprompted()
}

fn cms_normal() -> Invocation {
    Invocation::new("Invoke-CsManagementServerFailover").unprompted()
}

fn cms_disaster(sql: &str) -> Invocation {
    cms_normal().text("BackupSqlServerFqdn", sql).text("BackupSqlInstanceName", "rtc").switch("Force")
}

fn fail_over(pool: &str) -> Invocation {
    Invocation::new("Invoke-CsPoolFailOver").text("PoolFqdn", pool).unprompted()
}

fn fail_back(pool: &str) -> Invocation {
    Invocation::new("Invoke-CsPoolFailBack").text("PoolFqdn", pool).unprompted()
}

fn service(role: &str) -> Invocation {
    Invocation::new("Get-CsService").switch(role)
}
