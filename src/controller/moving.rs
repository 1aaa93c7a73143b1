//! From one record to another: the organisation is known by another name than before.

use super::{Kept, OwnedIntent, Owner, RecordStore, StoreError};

/// Whether the new record counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It does.
    Done,
    /// The old one does: this is in flight under it, and whoever works under it holds its lock.
    Waits(Box<OwnedIntent>),
}

/// Moves what is remembered of resources, unless something is in flight. It may be cut off anywhere and be begun
/// again: what was moved is taken out of the old record last.
///
/// # Errors
///
/// [`StoreError`]. The old record counts then.
pub async fn move_record(
    old: &dyn RecordStore,
    new: &dyn RecordStore,
    owners: &[Owner],
) -> Result<Moved, StoreError> {
    let mut from = Kept::load(old).await?;
    if let Some(owned) = from.record.intent {
        return Ok(Moved::Waits(Box::new(owned)));
    }
    if owners.iter().any(|owner| from.record.resources.contains_key(owner)) {
        let mut to = Kept::load(new).await?;
        to.record.take_over(&from.record, owners);
        to.save(new).await?;
        from.record.resources.retain(|owner, _| !owners.contains(owner));
        from.save(old).await?;
    }
    Ok(Moved::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        controller::{Memory, MemoryStore, OrganisationRecord},
        plan::Run,
    };

    fn owner(name: &str) -> Owner {
        Owner(name.to_owned())
    }

    fn converged(generation: i64) -> Memory {
        Memory { converged_generation: Some(generation), ..Memory::default() }
    }

    fn running(generation: i64) -> Memory {
        let run = Run {
            id: String::new(),
            started_at: jiff::Timestamp::UNIX_EPOCH,
            finished_at: None,
            down_since: None,
            generation,
            steps: Vec::new(),
            records: Vec::new(),
        };
        Memory { run: Some(run), ..converged(generation - 1) }
    }

    async fn stored(resources: &[(&str, Memory)]) -> MemoryStore {
        let store = MemoryStore::default();
        let resources = resources.iter().map(|(name, memory)| (owner(name), memory.clone())).collect();
        let record = OrganisationRecord { resources, ..OrganisationRecord::default() };
        let (_, revision) = store.load().await.expect("memory");
        store.save(&record, &revision).await.expect("memory");
        store
    }

    async fn memories(store: &MemoryStore) -> Vec<(String, Memory)> {
        let record = store.load().await.expect("memory").0;
        record.resources.into_iter().map(|(owner, memory)| (owner.0, memory)).collect()
    }

    /// What has converged stays disarmed; what had begun asks again.
    #[tokio::test]
    async fn what_is_remembered_of_own_resources_moves_and_no_run_does() {
        let old = stored(&[("a", converged(5)), ("b", running(3)), ("stranger", converged(9))]).await;
        let new = stored(&[("a", converged(2)), ("other", converged(1))]).await;
        for _ in 0..2 {
            let moved = move_record(&old, &new, &[owner("a"), owner("b"), owner("c")]).await;
            assert_eq!(moved, Ok(Moved::Done));
            let expected = [("a", converged(5)), ("b", converged(2)), ("other", converged(1))];
            assert_eq!(memories(&new).await, expected.map(|(name, memory)| (name.to_owned(), memory)));
            assert_eq!(memories(&old).await, [("stranger".to_owned(), converged(9))]);
        }
    }

    #[tokio::test]
    async fn a_record_in_which_nothing_is_ones_own_is_not_written() {
        let (old, new) = (stored(&[("stranger", converged(9))]).await, MemoryStore::default());
        let before = (old.load().await, new.load().await);
        assert_eq!(move_record(&old, &new, &[owner("a")]).await, Ok(Moved::Done));
        assert_eq!((old.load().await, new.load().await), before);
    }
}
