//! What a round may do about what is in flight, and whether it may begin anything.

use super::{Kept, Mandate, OrganisationRecord, Party, Shell, Standing, StoreError, Subject, trail::span};
use crate::{
    lync::{Fact, Observed, Source},
    plan::{Progress, Watch},
};

/// Why nothing is to be found out about what is in flight, nor decided; `None` if it is followed, or nothing is.
pub(super) fn left_alone(shell: Shell<'_>, mandate: &Mandate, record: &OrganisationRecord) -> Option<String> {
    let owned = record.intent.as_ref()?;
    if let Mandate::Show(why) = mandate {
        return Some(format!("nobody is asked about it: {why}"));
    }
    match shell.party.standing(owned, &shell.org.endpoints) {
        Standing::Own => None,
        Standing::Theirs(name) => Some(format!("LyncDeployment {name}, which has sent it, follows it")),
        Standing::Nobody(why) => Some(why),
    }
}

/// Enters who follows what nobody is left to follow, so that one does. The next one finds it taken.
pub(super) async fn claim(shell: Shell<'_>, mut kept: Kept) -> Result<Kept, StoreError> {
    let span = span(shell.party, &kept.record);
    let (Some(own), Some(owned)) = (&shell.party.own, &mut kept.record.intent) else { return Ok(kept) };
    if owned.sender.as_ref().is_none_or(|sender| sender.id != own.id) {
        span.in_scope(|| tracing::warn!(left_by = ?owned.sender, "it is followed from here now"));
        owned.sender = Some(own.clone());
    }
    kept.save(shell.store).await
}

/// What is remembered for a subject, and what stands in its way.
pub(super) fn remembered(
    shell: Shell<'_>,
    mandate: &Mandate,
    record: &OrganisationRecord,
    subject: &Subject<'_>,
    watch: &Watch,
) -> Progress {
    let progress = record.progress(subject.owner, subject.generation, watch);
    let left_alone = left_alone(shell, mandate, record);
    let busy = progress.busy.map(|busy| match &left_alone {
        Some(why) => format!("{busy} ({why})"),
        None => busy,
    });
    Progress { busy, left_alone, barred: mandate.barred(), ..progress }
}

/// The domain of a topology that was read from the store: a replica may be older.
pub(super) fn live_domain(observed: &Observed) -> Option<String> {
    match &observed.topology {
        Fact::Known { value, source: Source::CentralManagement(_), .. } => value.domain(),
        _ => None,
    }
}

impl Party {
    /// Why nothing is begun under the record in use: the organisation is another one by now.
    pub(super) fn is_elsewhere(&self, observed: &Observed) -> Option<String> {
        let (known, now) = (self.domain.as_ref()?, live_domain(observed)?);
        let why = || format!("its record is kept under the domain {known}, and the topology says {now} now");
        (*known != now).then(why)
    }
}
