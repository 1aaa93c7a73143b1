//! Who has agreed to what. Consent selects nothing: it only allows.

use super::{
    Verdict,
    row::{ConsentField, Wait, WaitKind},
    world::World,
};
use crate::{api::DisasterConsent, lync::PoolFqdn};

/// Whether disaster mode may be used against a source.
pub(super) enum Consent {
    /// It may.
    Given,
    /// It may as soon as the source has been down for long enough.
    Waiting(Wait),
    /// It may not; this field would allow it.
    Missing { field: ConsentField, why: String },
}

/// Asks for consent to take something from `source` in disaster mode. `can_be_planned` says that the
/// same could be done without loss if the source were seen alive.
pub(super) fn consent(world: &World<'_>, source: &PoolFqdn, can_be_planned: bool) -> Consent {
    let verdict = world.verdict(source);
    match (world.desired.disaster_mode, verdict) {
        (DisasterConsent::Always, _) | (DisasterConsent::WhenSourceDown, Verdict::Down { .. }) => {
            Consent::Given
        }
        (DisasterConsent::WhenSourceDown, Verdict::Suspect { since: Some(since) }) => {
            Consent::Waiting(Wait {
                kind: WaitKind::SourceDown,
                what: format!("{source} has been down for {} s", world.limits.down_sustained_for.as_secs()),
                until: Some(since + world.limits.down_sustained_for),
            })
        }
        (DisasterConsent::WhenSourceDown, verdict) => Consent::Missing {
            field: ConsentField::DisasterModeAlways,
            why: match verdict {
                Verdict::Up if can_be_planned => format!("{source} is up"),
                Verdict::Up => format!("{source} is up, yet what it would have to do without loss is broken"),
                _ => format!(
                    "the verdict about {source} is {}: not enough observers call it down",
                    verdict.name()
                ),
            },
        },
        (DisasterConsent::Never, verdict) => Consent::Missing {
            field: match verdict {
                Verdict::Down { .. } | Verdict::Suspect { since: Some(_) } => {
                    ConsentField::DisasterModeWhenSourceDown
                }
                _ => ConsentField::DisasterModeAlways,
            },
            why: format!(
                "the verdict about {source} is {}; without it, what was not replicated is lost",
                verdict.name()
            ),
        },
    }
}
