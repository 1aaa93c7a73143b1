//! What was measured, and the bar that holds for it whatever the machine.

use std::time::Duration;

use crate::{relay::Count, summary::Summary};

/// Everything that was measured over one kind of connection.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) is_tls: bool,
    pub(crate) cases: Vec<Case>,
    /// Peak of the resident memory of each process of ours, and of pypsrp's, in bytes.
    pub(crate) memory: [Vec<Option<u64>>; 2],
}

/// One thing to do, and what it cost each client.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) is_observation: bool,
    /// Ours is the first.
    pub(crate) entries: Vec<Entry>,
}

/// A client at one thing.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) client: &'static str,
    /// One of each round.
    pub(crate) turns: Vec<Turn>,
}

/// What a client did in one round.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) times: u32,
    pub(crate) count: Count,
    pub(crate) seconds: Vec<f64>,
    pub(crate) cpu: Option<Duration>,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figure {
    Connections,
    Requests,
    Empty,
    Turns,
    Sent,
    Received,
    Bytes,
    /// In seconds.
    Latency,
    /// In seconds.
    Cpu,
}

impl Turn {
    /// For one time.
    fn figure(&self, figure: Figure) -> Option<f64> {
        let Count { connections, requests, empty, turns, sent, received } = self.count;
        let counted = match figure {
            Figure::Connections => connections,
            Figure::Requests => requests,
            Figure::Empty => empty,
            Figure::Turns => turns,
            Figure::Sent => sent,
            Figure::Received => received,
            Figure::Bytes => sent + received,
            Figure::Latency => return Some(Summary::of(self.seconds.clone()).median),
            Figure::Cpu => return Some(self.cpu?.as_secs_f64() / f64::from(self.times)),
        };
        Some(counted as f64 / f64::from(self.times))
    }
}

impl Entry {
    /// For one time, over the rounds; `None` where it is not known.
    pub(crate) fn summary(&self, figure: Figure) -> Option<Summary> {
        self.turns.iter().map(|turn| turn.figure(figure)).collect::<Option<Vec<_>>>().map(Summary::of)
    }
}

impl Case {
    /// The median of ours by that of another entry; `None` where it is not known, or nothing.
    pub(crate) fn ratio(&self, other: &Entry, figure: Figure) -> Option<f64> {
        let [own, other] = [&self.entries[0], other].map(|entry| entry.summary(figure));
        Some(own?.median / other?.median).filter(|ratio| ratio.is_finite())
    }
}

impl Comparison {
    /// Fails if an observation takes our client more than pypsrp as it is usually used, with a pipeline for each
    /// query: in requests, in turns, in bytes one way or the other.
    pub(crate) fn check(&self) {
        for case in self.cases.iter().filter(|case| case.is_observation) {
            for figure in [Figure::Requests, Figure::Turns, Figure::Sent, Figure::Received] {
                // Nobody sees requests within TLS.
                let Some(ratio) = case.ratio(&case.entries[1], figure) else { continue };
                assert!(ratio <= 1.0, "{}: {figure:?} is {ratio:.2} of pypsrp's", case.name);
            }
        }
    }
}
