//! Whether the pair has the data: the Backup Service now, and for how long it has not kept up.

use jiff::Timestamp;

use super::{Check, Fix, Inputs, Subject};
use crate::{
    api::{CheckName, format_duration},
    lync::PoolFqdn,
    plan::{CmsState, Travel, travel},
};

/// The documented interval is two minutes; a service in steady state keeps within it.
pub(super) fn steady(inputs: Inputs<'_>, pool: &PoolFqdn, pair: &PoolFqdn) -> Check {
    let (check, subject) = (CheckName::BackupServiceSteady, Subject::Pool(pool.clone()));
    match see(inputs, pool) {
        Ok(Travel::KeepsUp) => Check::pass(check, subject, format!("its changes reach {pair} as they come")),
        Ok(Travel::Behind(why)) => Check::fail(
            check,
            subject,
            why,
            Fix::minutes(format!(
                "give it time; if it stays so, Invoke-CsBackupServiceSync -PoolFqdn {pool}, then \
                 Get-CsBackupServiceStatus -PoolFqdn {pool} until every module says SteadyState"
            )),
        ),
        Ok(Travel::Broken(why)) => Check::fail(
            check,
            subject,
            why,
            Fix::hours(format!(
                "see the event log Lync Server (source LS Backup Service) on the Front Ends of {pool} and {pair}, \
                 TCP 445 between them and the rights on both file shares; then Invoke-CsBackupServiceSync \
                 -PoolFqdn {pool} (JJ205252)"
            )),
        ),
        Err(why) => Check::unknown(check, subject, why, ask(pool)),
    }
}

/// The cmdlet gives states and no times, so the age is the time since it was last seen to keep up.
pub(super) fn age(inputs: Inputs<'_>, pool: &PoolFqdn, pair: &PoolFqdn) -> Check {
    let (check, subject) = (CheckName::BackupAge, Subject::Pool(pool.clone()));
    let rpo = inputs.objectives.rpo;
    let objective = format_duration(rpo);
    let is_past = |since: Timestamp| inputs.now.duration_since(since) >= rpo;
    let why = match see(inputs, pool) {
        Ok(Travel::KeepsUp) => {
            let text = format!("{pair} has its data as of the last minutes; the objective is {objective}");
            return Check::pass(check, subject, text);
        }
        Ok(Travel::Behind(why) | Travel::Broken(why)) => why,
        Err(why) => return Check::unknown(check, subject, why, ask(pool)),
    };
    let kept_up = inputs.watch.kept_up_at.get(pool).copied();
    let behind = inputs.watch.behind_since.get(pool).copied();
    match (kept_up, behind) {
        (Some(at), _) if !is_past(at) => Check::pass(
            check,
            subject,
            format!("{why}; it kept up at {at:.0}, and the objective allows {objective}"),
        ),
        (Some(at), _) => {
            too_old(subject, format!("{why}, at least since {at:.0}: longer than {objective}"), pool)
        }
        (None, Some(since)) if is_past(since) => {
            too_old(subject, format!("{why}, since {since:.0} or before: longer than {objective}"), pool)
        }
        (None, _) => Check::unknown(
            check,
            subject,
            format!("{why}; it has not been seen to keep up, so the age of what {pair} has is not known"),
            ask(pool),
        ),
    }
}

fn too_old(subject: Subject, message: String, pool: &PoolFqdn) -> Check {
    let fix = format!(
        "a failover without {pool} would lose more than the objective allows: make BackupServiceSteady pass, or \
         set spec.objectives.rpo to what people accept"
    );
    Check::fail(CheckName::BackupAge, subject, message, Fix::hours(fix))
}

fn ask(pool: &PoolFqdn) -> Fix {
    Fix::minutes(format!(
        "run Get-CsBackupServiceStatus -PoolFqdn {pool} as the account of the bridge, which has to be in \
         RTCUniversalServerAdmins (JJ205032)"
    ))
}

/// The store's module has nothing to send from the pool that is not the master; on the master it has.
fn see(inputs: Inputs<'_>, pool: &PoolFqdn) -> Result<Travel, String> {
    let is_master =
        matches!(&inputs.assessment.central_management, CmsState::Healthy { pool: on } if on == pool);
    travel(inputs.observed, pool, is_master, inputs.limits, inputs.now)
}
