//! The safety rules, read off the target's transcript. The numbers are those of the assurance table.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lync_failover::{
    lync::PoolFqdn,
    simulator::{Entry, EntryKind, Transcript},
};

/// What the driver was allowed to do, as far as the target cannot know it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowed {
    /// Disaster mode for users and store.
    pub disaster: bool,
    /// Failback without the backup pool.
    pub failback_disaster: bool,
    /// A failback at all: a spec that asks for it.
    pub failback: bool,
}

/// Every rule that a transcript breaks.
pub fn violations(transcript: &Transcript, allowed: Allowed) -> Vec<String> {
    let mut found = Vec::new();
    for entry in transcript.starts().filter(|entry| entry.operation.is_some()) {
        found.extend(start_problems(entry, allowed));
    }
    found.extend(overlaps(transcript));
    found.extend(epochs(transcript));
    found
}

fn pool_of(entry: &Entry) -> Option<PoolFqdn> {
    let mut words = entry.command.split(' ');
    words.find(|word| *word == "-PoolFqdn")?;
    words.next()?.parse().ok()
}

fn start_problems(entry: &Entry, allowed: Allowed) -> Vec<String> {
    let mut found = Vec::new();
    let mut rule = |holds: bool, text: &str| {
        if !holds {
            found.push(format!("{text}: {} at {}: {:?}", entry.command, entry.at, entry.state));
        }
    };
    let command = entry.command.as_str();
    let state = &entry.state;
    if command.starts_with("Invoke-CsPoolFailOver ") {
        let pool = pool_of(entry).unwrap();
        rule(!state.next_hops.values().any(|hop| *hop == pool), "S1 an Edge has the pool as next hop");
        let only: Vec<_> = state.cms.active.iter().collect();
        let agree = only == [&state.cms.pointer] && state.cms.master.as_ref() == Some(&state.cms.pointer);
        rule(agree && state.cms.heartbeat && state.cms.writable, "S2 the store is not healthy in one place");
        rule(state.cms.pointer != pool, "S2 the store is on the pool");
        rule(state.living.contains(&state.cms.pointer), "S2 the store's pool is dead");
    }
    rule(entry.effect_present != Some(true), "S6 the effect was already there");
    let is_failback = command.starts_with("Invoke-CsPoolFailBack");
    if command.contains("-DisasterMode") && is_failback {
        rule(allowed.failback_disaster, "S8 failback in disaster mode without consent");
    } else if command.contains("-DisasterMode") || command.contains("-Force") {
        rule(allowed.disaster, "S7 disaster mode without consent");
    }
    rule(!is_failback || allowed.failback, "S8 a failback that nobody asked for");
    rule(!command.contains("-Clean"), "S8 -Clean");
    rule(!command.contains("RegistrarConfiguration"), "S8 PoolState written by hand");
    found
}

/// S3: one operation at a time; S6: no identity starts twice.
fn overlaps(transcript: &Transcript) -> Vec<String> {
    let mut found = Vec::new();
    let mut running = None;
    let mut started = BTreeSet::new();
    for entry in transcript.entries.iter().filter(|entry| entry.operation.is_some()) {
        match &entry.kind {
            EntryKind::Start => {
                if let Some(other) = running.replace(entry.operation) {
                    found.push(format!("S3 {other:?} still runs when {:?} starts", entry.operation));
                }
                if !started.insert(entry.operation) {
                    found.push(format!("S6 {:?} starts twice", entry.operation));
                }
            }
            EntryKind::End(_) if running == Some(entry.operation) => running = None,
            _ => {}
        }
    }
    found
}

/// S9: the epochs of successive starts never fall.
fn epochs(transcript: &Transcript) -> Vec<String> {
    let epochs: Vec<_> = transcript.starts().filter_map(|entry| entry.epoch).collect();
    let falls = epochs.windows(2).filter(|pair| pair[1] < pair[0]);
    falls.map(|pair| format!("S9 epoch {} after {}", pair[1], pair[0])).collect()
}

/// What the guard on the target refused, or had seen before.
pub fn refusals(transcript: &Transcript) -> Vec<&Entry> {
    let is_refused = |entry: &&Entry| matches!(entry.kind, EntryKind::Refused(_) | EntryKind::Repeated);
    let delayed = |entry: &&Entry| match &entry.kind {
        // What the test itself sends late.
        EntryKind::Refused(refusal) => refusal.error_id.starts_with("StaleEpoch"),
        _ => false,
    };
    transcript.entries.iter().filter(is_refused).filter(|entry| !delayed(entry)).collect()
}

/// The commands that started, in order, with the time of each.
pub fn commands(transcript: &Transcript) -> Vec<(Timestamp, &str)> {
    let starts = transcript.starts().filter(|entry| entry.operation.is_some());
    starts.map(|entry| (entry.at, entry.command.as_str())).collect()
}

/// The names of the cmdlets that started, in order.
pub fn names(transcript: &Transcript) -> Vec<&str> {
    commands(transcript).into_iter().map(|(_, command)| command.split(' ').next().unwrap()).collect()
}
