//! Rounds: each client has its turn at everything, one right after the other, against the same server.

use std::collections::BTreeMap;

use lync_failover::lync::cmdlet::{Query, ServiceRole};

use crate::{
    comparison::{Case, Comparison, Entry, Turn},
    order::{Order, Questions, Run, Settings, call},
    process::Process,
    questions,
    relay::Relay,
    stage::{ACCOUNT, HOST, POOL, Stage},
};

/// How much is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) rounds: u32,
    /// Warm queries in a turn; observations are a quarter of it.
    pub(crate) queries: u32,
    /// Cold queries in a turn, and cold observations. Each keeps a shell of the account's 25 for a while.
    pub(crate) colds: u32,
}

impl Size {
    pub(crate) const SMOKE: Self = Self { rounds: 1, queries: 12, colds: 2 };
}

/// The clients of a round.
const OURS: usize = 0;
const PYPSRP: usize = 1;

/// Who does what for a case.
struct Plan {
    name: &'static str,
    run: Run,
    /// Name, process, and whether pypsrp asks everything in one pipeline.
    clients: Vec<(&'static str, usize, bool)>,
}

/// Measures over HTTP with sealed messages, then over HTTPS.
pub(crate) fn run(size: Size) -> Vec<Comparison> {
    [false, true].map(|is_tls| compare(size, is_tls)).into()
}

fn compare(size: Size, is_tls: bool) -> Comparison {
    let stage = Stage::new(is_tls);
    let relay = Relay::new(stage.listener, is_tls);
    let settings = settings(&stage, &relay);
    let plans = plans(size);
    let entry = |(client, ..): &(&'static str, usize, bool)| Entry { client, turns: Vec::new() };
    let case = |plan: &Plan| Case {
        name: plan.name,
        is_observation: plan.run.questions == Questions::Observation,
        entries: plan.clients.iter().map(entry).collect(),
    };
    let mut cases: Vec<Case> = plans.iter().map(case).collect();
    let mut memory = [Vec::new(), Vec::new()];
    for round in 0..size.rounds {
        let mut processes = [Process::ours(&settings), Process::pypsrp(&settings)];
        same_answers(&mut processes);
        for (plan, case) in plans.iter().zip(&mut cases) {
            let mut objects = Vec::new();
            let mut order: Vec<usize> = (0..plan.clients.len()).collect();
            // Nobody is always the first.
            order.rotate_left(round as usize % plan.clients.len());
            for at in order {
                let (_, process, joined) = plan.clients[at];
                let run = Run { joined, ..plan.run };
                let (turn, count) = turn(&mut processes[process], &relay, run);
                case.entries[at].turns.push(turn);
                objects.push(count);
            }
            assert!(
                objects[0] > 0 && objects.iter().all(|own| *own == objects[0]),
                "{}: {objects:?}",
                plan.name
            );
        }
        for (process, memory) in processes.iter_mut().zip(&mut memory) {
            memory.push(process.peak_memory());
            process.ask(Order::End);
        }
    }
    Comparison { is_tls, cases, memory }
}

/// Warms up, then does it, and gives what it cost and how many objects it brought.
fn turn(process: &mut Process, relay: &Relay, run: Run) -> (Turn, usize) {
    process.ask(Order::Run(Run { times: (run.times / 10).max(1), ..run }));
    process.ask(Order::Close);
    relay.take();
    let before = process.cpu();
    let reply = process.ask(Order::Run(run));
    let cpu = process.cpu().zip(before).map(|(after, before)| after - before);
    let count = relay.take();
    process.ask(Order::Close);
    (Turn { times: run.times, count, seconds: reply.seconds, cpu }, reply.objects)
}

/// Both clients have to read the same out of the same answers, down to each text.
fn same_answers(processes: &mut [Process; 2]) {
    let ours = processes[OURS].ask(Order::Show { joined: true }).shown;
    assert!(ours.iter().flatten().flatten().count() > 20, "so little has no sense: {ours:?}");
    for joined in [false, true] {
        let theirs = processes[PYPSRP].ask(Order::Show { joined }).shown;
        assert_eq!(ours.len(), theirs.len());
        for (at, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            assert_eq!(ours, theirs, "query {at} of the observation, read by ours and by pypsrp");
        }
    }
}

fn settings(stage: &Stage, relay: &Relay) -> Settings {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let observation = runtime.block_on(questions::of_an_observation(stage.simulator, HOST, POOL));
    let query = Query::Service { role: ServiceRole::EdgeServer };
    let calls = BTreeMap::from([
        (Questions::Query, vec![call(&query)]),
        (Questions::Observation, observation.iter().map(call).collect()),
    ]);
    Settings {
        port: relay.port,
        host: HOST.to_owned(),
        authority: stage.authority.clone(),
        account: ACCOUNT.to_owned(),
        password: stage.password.clone(),
        query,
        observation,
        calls,
    }
}

fn plans(size: Size) -> Vec<Plan> {
    use Questions::{Observation, Query};
    let two = vec![("lync-failover", OURS, true), ("pypsrp", PYPSRP, false)];
    let three = [two.clone(), vec![("pypsrp, one pipeline", PYPSRP, true)]].concat();
    let plan = |name, questions, cold, times, clients: &[_]| Plan {
        name,
        run: Run { questions, cold, joined: false, times },
        clients: clients.to_vec(),
    };
    vec![
        plan("one query, cold", Query, true, size.colds, &two),
        plan("one query, warm", Query, false, size.queries, &two),
        plan("observation, cold", Observation, true, size.colds, &two),
        plan("observation, warm", Observation, false, size.queries / 4, &three),
    ]
}
