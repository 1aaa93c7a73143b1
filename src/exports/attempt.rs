//! What came of an attempt, and when the next one may be.

use jiff::{SignedDuration, Timestamp};

use crate::{
    bridge::CallError,
    lync::{ExportMade, ExportOf, MachineFqdn},
};

/// The pause after a first failure; each further one doubles it.
const PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// The longest pause, unless the interval of the schedule is shorter: whoever mends the share in the morning has his
/// exports on the same day.
const LONGEST: SignedDuration = SignedDuration::from_hours(6);
/// Enough to pass the longest one, and not so many that a number overflows.
const DOUBLINGS: u32 = 10;

/// The last attempt to make exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it was over.
    pub ended_at: Timestamp,
    /// Where it was made.
    pub host: MachineFqdn,
    /// What was made.
    pub made: Vec<ExportOf>,
    /// What was not, each with why.
    pub failed: Vec<(ExportOf, String)>,
    /// What went wrong beside: old files that could not be removed.
    pub notes: Vec<String>,
    /// How many attempts have failed one after the other, in whole or in part.
    pub failures: u32,
}

impl Attempt {
    /// What came of an attempt that follows another one. What was ordered and is not spoken of has failed.
    pub fn new(
        before: Option<&Self>,
        host: MachineFqdn,
        ordered: &[ExportOf],
        answer: Result<Vec<ExportMade>, CallError>,
        ended_at: Timestamp,
    ) -> Self {
        let (mut made, mut failed, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        let silence = match &answer {
            Ok(_) => "the host says nothing about it".to_owned(),
            Err(error) => error.to_string(),
        };
        let said = answer.unwrap_or_default();
        for of in ordered {
            match said.iter().find(|said| said.of == *of) {
                Some(ExportMade { file: Some(_), problem, .. }) => {
                    made.push(of.clone());
                    notes.extend(problem.iter().map(|why| format!("{of}: old files stay: {why}")));
                }
                Some(ExportMade { problem: Some(why), .. }) => failed.push((of.clone(), why.clone())),
                _ => failed.push((of.clone(), silence.clone())),
            }
        }
        let failures = if failed.is_empty() { 0 } else { before.map_or(0, |before| before.failures) + 1 };
        Self { ended_at, host, made, failed, notes, failures }
    }

    /// Whether something was made.
    pub fn has_made(&self, of: &ExportOf) -> bool {
        self.made.contains(of)
    }

    /// When another one may be, where exports are made at an interval.
    pub fn again_at(&self, every: SignedDuration) -> Timestamp {
        if self.failures == 0 {
            return self.ended_at;
        }
        let doubled = PAUSE * 2_i32.pow((self.failures - 1).min(DOUBLINGS));
        self.ended_at + doubled.min(LONGEST).min(every)
    }

    /// What went wrong, in words; `None` if nothing did.
    pub fn problem(&self) -> Option<String> {
        let failed = self.failed.iter().map(|(of, why)| format!("{of}: {why}"));
        let all: Vec<String> = failed.chain(self.notes.iter().cloned()).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}
