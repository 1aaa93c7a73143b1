//! Who has agreed to what. Consent selects nothing: it only allows.

use jiff::Timestamp;

use super::{
    Step, Verdict,
    row::{ConsentField, Wait, WaitKind},
    world::World,
};
use crate::{api::DisasterConsent, lync::PoolFqdn};

/// Whether disaster mode may be used against a source.
pub(super) enum Consent {
    /// It may.
    Given,
    /// It may as soon as what speaks for it has lasted long enough.
    Waiting(Wait),
    /// It may not; this field would allow it.
    Missing { field: ConsentField, why: String },
}

/// Asks for consent to take something from `source` in disaster mode.
pub(super) fn consent(world: &World<'_>, source: &PoolFqdn) -> Consent {
    let verdict = world.verdict(source);
    match (world.desired.disaster_mode, verdict) {
        (DisasterConsent::WhenSourceDown | DisasterConsent::Always, Verdict::Down { .. }) => Consent::Given,
        // It was down for long enough when the run began, and looks down now.
        (DisasterConsent::WhenSourceDown | DisasterConsent::Always, Verdict::Suspect { since: Some(_) })
            if is_begun(world, source) =>
        {
            Consent::Given
        }
        (DisasterConsent::WhenSourceDown, Verdict::Suspect { since: Some(since) }) => {
            Consent::Waiting(down(world, source, since))
        }
        // One bad look is not enough to lose data.
        (DisasterConsent::Always, _) => lasting(
            world,
            world.progress.watch.unfit_since.get(source).copied(),
            format!("{source} cannot take part without loss"),
        ),
        (DisasterConsent::WhenSourceDown, verdict) => Consent::Missing {
            field: ConsentField::DisasterModeAlways,
            why: match verdict {
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
                "the verdict about {source} is {}; without that pool, what was not replicated is lost",
                verdict.name()
            ),
        },
    }
}

/// Given once something has lasted for the configured time.
pub(super) fn lasting(world: &World<'_>, since: Option<Timestamp>, what: String) -> Consent {
    let until = since.map(|since| since + world.limits.down_sustained_for);
    if until.is_some_and(|until| world.now >= until) {
        return Consent::Given;
    }
    let what = format!("{what}, for {} s", world.limits.down_sustained_for.as_secs());
    Consent::Waiting(Wait { kind: WaitKind::SourceDown, what, until })
}

fn down(world: &World<'_>, source: &PoolFqdn, since: Timestamp) -> Wait {
    let span = world.limits.down_sustained_for;
    Wait {
        kind: WaitKind::SourceDown,
        what: format!("{source} has been down for {} s", span.as_secs()),
        until: Some(since + span),
    }
}

/// Whether the run that is under way set out to take something from this source in disaster mode.
fn is_begun(world: &World<'_>, source: &PoolFqdn) -> bool {
    let run = world.progress.run.as_ref().filter(|run| run.generation == world.progress.generation);
    run.is_some_and(|run| {
        let sets_out = |step: &Step| step.source() == Some(source) && step.risk() == super::Risk::DataLoss;
        run.steps.iter().any(sets_out)
    })
}
