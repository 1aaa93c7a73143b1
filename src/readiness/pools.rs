//! The pools: each with its pair, and whether that pair could take over.

use super::{Check, Fix, Inputs, Subject, backup};
use crate::{
    api::CheckName,
    lync::{EndpointState, Pool, PoolFqdn, PoolKind, PoolState, Topology, Version},
    plan::Verdict,
};

/// What can be asked of a pair only.
const OF_PAIRS: [CheckName; 6] = [
    CheckName::PairIsMutual,
    CheckName::TargetAlive,
    CheckName::PoolStatesActive,
    CheckName::BackupServiceSteady,
    CheckName::BackupAge,
    CheckName::TargetExecutor,
];

pub(super) fn look(inputs: Inputs<'_>, topology: &Topology) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut pairs = 0;
    for (name, pool) in &topology.pools {
        checks.push(paired(name, pool));
        let pair = pool.backup.as_ref().filter(|_| homes_users(pool) && has_failover(pool));
        let Some(pair) = pair else { continue };
        pairs += 1;
        checks.extend([
            mutual(topology, name, pair),
            alive(inputs, name, pair),
            states(inputs, name, pair),
            backup::steady(inputs, name, pair),
            backup::age(inputs, name, pair),
            executor(inputs, topology, name, pair),
        ]);
    }
    if pairs == 0 {
        checks.extend(OF_PAIRS.map(|name| {
            let message = "no pool has a pair: there is nowhere to fail over to";
            Check::fail(name, Subject::Organisation, message, pair_it("two of the pools"))
        }));
    }
    checks
}

fn homes_users(pool: &Pool) -> bool {
    pool.kind == PoolKind::FrontEnd
}

fn has_failover(pool: &Pool) -> bool {
    pool.version >= Version::LYNC_2013
}

fn of(pool: &PoolFqdn) -> Subject {
    Subject::Pool(pool.clone())
}

fn pair_it(what: &str) -> Fix {
    Fix::hours(format!(
        "pair {what}: Topology Builder, Edit Properties, Resiliency, Associated Backup Pool; publish, run the \
         deployment wizard on every Front End of both, then Invoke-CsBackupServiceSync (JJ204773)"
    ))
}

fn paired(name: &PoolFqdn, pool: &Pool) -> Check {
    let check = CheckName::Paired;
    match &pool.backup {
        _ if !homes_users(pool) => {
            Check::not_applicable(check, of(name), "a Director pool: it homes no users")
        }
        _ if !has_failover(pool) => Check::fail(
            check,
            of(name),
            format!("it runs {}, which has no pairs and no failover", pool.version),
            Fix::days("move its users to a paired pool of Lync Server 2013 (Move-CsUser)"),
        ),
        Some(pair) => Check::pass(check, of(name), format!("paired with {pair}")),
        None => Check::fail(check, of(name), "it has no backup pool", pair_it("it")),
    }
}

fn mutual(topology: &Topology, name: &PoolFqdn, pair: &PoolFqdn) -> Check {
    let check = CheckName::PairIsMutual;
    let fix = || {
        Fix::hours(format!(
            "see Get-CsPoolBackupRelationship -PoolFqdn {pair}; set the Associated Backup Pool of both in \
             Topology Builder, publish, and run the deployment wizard on every Front End of both (JJ204773)"
        ))
    };
    match topology.pools.get(pair) {
        Some(entry) if entry.backup.as_ref() == Some(name) => {
            Check::pass(check, of(name), format!("{pair} names it as its pair, too"))
        }
        Some(entry) => {
            let other = entry.backup.as_ref().map_or("no pool", |other| other.as_str());
            Check::fail(check, of(name), format!("its pair {pair} names {other} as its own"), fix())
        }
        None => Check::fail(check, of(name), format!("its pair {pair} is no pool of the topology"), fix()),
    }
}

fn alive(inputs: Inputs<'_>, name: &PoolFqdn, pair: &PoolFqdn) -> Check {
    let check = CheckName::TargetAlive;
    let verdict = inputs.assessment.verdicts.get(pair).copied().unwrap_or(Verdict::Undetermined);
    let seen: Vec<&str> = inputs
        .assessment
        .ballots
        .get(pair)
        .into_iter()
        .flatten()
        .map(|ballot| ballot.seen.as_str())
        .collect();
    let message = format!("its pair {pair} is {}: {}", verdict.name(), seen.join("; "));
    match verdict {
        Verdict::Up => Check::pass(check, of(name), format!("its pair {pair} is seen alive")),
        Verdict::Down { .. } | Verdict::Suspect { .. } => Check::fail(
            check,
            of(name),
            message,
            Fix::hours(format!(
                "bring {pair} back: Get-CsWindowsService -ComputerName on each of its Front Ends, then \
                 Start-CsWindowsService there; below the quorum, Gg412996"
            )),
        ),
        Verdict::Undetermined => Check::unknown(
            check,
            of(name),
            message,
            Fix::minutes(format!(
                "let the operator reach the Front Ends of {pair}: TCP 5061, and an endpoint of the bridge \
                 (lync-failover bridge check)"
            )),
        ),
    }
}

fn states(inputs: Inputs<'_>, name: &PoolFqdn, pair: &PoolFqdn) -> Check {
    let check = CheckName::PoolStatesActive;
    let seen = [name, pair].map(|pool| (pool, inputs.live(inputs.observed.pool_states.get(pool))));
    let moved = seen.iter().find_map(|(pool, state)| match state {
        Ok(state) if **state != PoolState::Active => Some((*pool, **state)),
        _ => None,
    });
    if let Some((pool, state)) = moved {
        let fix = match state {
            PoolState::FailedOver => {
                format!("fail {pool} back once it is up: servedBy: {pool} in spec.users of its LyncFailover")
            }
            _ => format!(
                "see status.nextAction of the LyncFailover of {pool}; where none is at work, run the cmdlet that \
                 stopped half-way again (JJ204678, JJ204945)"
            ),
        };
        let message =
            format!("PoolState of {pool} is {state}: the pair cannot be failed over again (JJ721939)");
        return Check::fail(check, of(name), message, Fix::hours(fix));
    }
    match seen.into_iter().find_map(|(pool, state)| Some((pool, state.err()?))) {
        Some((pool, why)) => Check::unknown(
            check,
            of(name),
            format!("PoolState of {pool} is not known: {why}"),
            Fix::minutes("see what Get-CsRegistrarConfiguration says on an endpoint; it needs the store"),
        ),
        None => Check::pass(check, of(name), format!("it and {pair} serve their own users")),
    }
}

/// Cmdlets of a failover run on the pool that receives.
fn executor(inputs: Inputs<'_>, topology: &Topology, name: &PoolFqdn, pair: &PoolFqdn) -> Check {
    let check = CheckName::TargetExecutor;
    let machines = topology.pools.get(pair).map_or(&[][..], |pool| pool.machines.as_slice());
    let listed = machines.iter().filter_map(|host| Some((host, inputs.observed.endpoints.get(host)?)));
    let asked: Vec<_> = listed.map(|(host, fact)| (host, inputs.live(Some(fact)))).collect();
    if let Some((host, _)) = asked.iter().find(|(_, state)| *state == Ok(&EndpointState::Connected)) {
        return Check::pass(check, of(name), format!("cmdlets can run on {pair}: {host}"));
    }
    let fix = Fix::minutes(format!("mend an endpoint of {pair}: lync-failover bridge check says how"));
    if let Some((host, Err(why))) = asked.iter().find(|(_, state)| state.is_err()) {
        return Check::unknown(check, of(name), format!("{host}: {why}"), fix);
    }
    match asked.first() {
        Some((host, _)) => {
            let message = format!("no endpoint of its pair {pair} takes cmdlets, {host} among them");
            Check::fail(check, of(name), message, fix)
        }
        None if inputs.observed.endpoints.is_empty() => {
            Check::unknown(check, of(name), "no endpoint has been asked yet", Fix::see_the_bridge())
        }
        None => Check::fail(
            check,
            of(name),
            format!("no server of its pair {pair} is an endpoint"),
            Fix::minutes(format!(
                "list a Front End of {pair} in spec.bridge.winrm.endpoints, and prepare it by docs/windows.md"
            )),
        ),
    }
}
