//! What can go wrong with a request, by what it means for the next one.

use crate::{
    bridge::CallError,
    wsman::{Fault, FaultKind},
};

/// Why a request did not bring an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// No TCP connection: the host, or the way to it. Each address refused or was silent. Nothing was sent.
    #[error("not reached: {0}")]
    Unreachable(String),
    /// No byte of the request left, for a reason that says nothing about whether the host is up. It may be
    /// made again.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The host refused the account. Nothing was done.
    #[error("access denied: {0}")]
    Denied(String),
    /// The request, or a part of it, left, and no answer came.
    #[error("outcome unknown: {0}")]
    Unknown(String),
    /// An answer came and could not be read.
    #[error("unreadable answer: {0}")]
    Unreadable(String),
    /// The service, or PowerShell behind it, said no.
    #[error("{0}")]
    Fault(Box<Fault>),
}

impl From<SessionError> for CallError {
    /// What a fault means to somebody who wanted to run a cmdlet. A quota or a missing session configuration
    /// stops it before it starts; of other faults it is not known.
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Unreachable(why) => Self::Unreachable(why),
            SessionError::NotSent(why) => Self::NotSent(why),
            SessionError::Denied(why) => Self::Denied(why),
            SessionError::Unknown(why) => Self::Unknown(why),
            SessionError::Unreadable(why) => Self::Unreadable(why),
            SessionError::Fault(fault) => match fault.kind() {
                FaultKind::AccessDenied => Self::Denied(format!(
                    "{fault}; the account needs access to the session configuration \
                     (Set-PSSessionConfiguration -ShowSecurityDescriptorUI)"
                )),
                FaultKind::QuotaExceeded | FaultKind::Unsupported => Self::NotSent(fault.to_string()),
                _ => Self::Unknown(fault.to_string()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_mean_what_they_mean() {
        let fault = |subcode: &str| {
            CallError::from(SessionError::Fault(Box::new(Fault {
                subcode: Some(subcode.to_owned()),
                ..Fault::default()
            })))
        };
        assert!(matches!(fault("AccessDenied"), CallError::Denied(_)));
        assert!(matches!(fault("QuotaLimit"), CallError::NotSent(_)));
        assert!(matches!(fault("InternalError"), CallError::Unknown(_)));
        assert!(matches!(fault("TimedOut"), CallError::Unknown(_)));
    }
}
