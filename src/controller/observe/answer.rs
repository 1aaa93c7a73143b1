//! From the answer of one query to a fact.

use jiff::Timestamp;

use crate::{
    bridge::{Answer, CallError, KnownRefusal},
    lync::{Fact, Source, Why, outputs::DecodeError, ps::PsObject},
};

/// When and where a question was asked.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) at: Timestamp,
    pub(crate) source: Source,
}

impl Asked {
    /// Decodes an answer. The time of a fact is the time of the question: the truth may have changed
    /// between question and answer, but not before.
    pub(crate) fn read<T>(
        &self,
        answer: &Answer,
        decode: impl FnOnce(&[PsObject]) -> Result<T, DecodeError>,
    ) -> Fact<T> {
        match answer {
            Ok(objects) => match decode(objects) {
                Ok(value) => Fact::known(value, self.at, self.source.clone()),
                Err(err) => Fact::Unknown(Why::Unreadable(err.to_string())),
            },
            Err(err) => Fact::Unknown(why(err)),
        }
    }
}

/// Why a call gave no answer, in the words of facts.
pub(super) fn why(err: &CallError) -> Why {
    match err {
        CallError::Unreachable(text) | CallError::NotSent(text) | CallError::Unknown(text) => {
            Why::BridgeUnavailable(text.clone())
        }
        CallError::Denied(text) => Why::Denied(text.clone()),
        CallError::Unreadable(text) => Why::Unreadable(text.clone()),
        CallError::Refused(refusal) => match refusal.known() {
            Some(KnownRefusal::CentralManagementUnavailable) => {
                Why::CentralManagementUnavailable(refusal.message.clone())
            }
            _ => Why::CmdletFailed(refusal.to_string()),
        },
    }
}
