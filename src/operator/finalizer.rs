//! A `LyncDeployment` cannot be deleted while an operation of it runs in Lync: its finalizer is there from
//! before the first intent of a run until the run is over.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use kube::{
    Api, Client, Resource, ResourceExt,
    api::{Patch, PatchParams},
};
use serde_json::json;

use super::config_map_store::ConfigMapStore;
use crate::{
    api::LyncDeployment,
    controller::{Mandate, OrganisationRecord, OwnedIntent, Owner, RecordStore, Revision, StoreError},
};

/// The finalizer of a deployment with an operation in flight.
pub const FINALIZER: &str = "lyncfailover.dev/operation-in-flight";
/// How long the API server may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Whether a deployment has the finalizer.
pub(super) fn has_finalizer(deployment: &LyncDeployment) -> bool {
    deployment.finalizers().iter().any(|finalizer| finalizer == FINALIZER)
}

/// Adds the finalizer, or takes it away. A deployment that is gone needs neither.
pub(super) async fn set_finalizer(
    client: &Client,
    deployment: &LyncDeployment,
    wanted: bool,
) -> Result<(), String> {
    let api: Api<LyncDeployment> =
        Api::namespaced(client.clone(), &deployment.namespace().unwrap_or_default());
    // Server-side apply owns the one entry of the list and nothing else; the uid keeps it from making a
    // deployment anew.
    let mut metadata = json!({ "name": deployment.name_any(), "uid": deployment.uid() });
    if wanted {
        metadata["finalizers"] = json!([FINALIZER]);
    }
    let patch = json!({
        "apiVersion": LyncDeployment::api_version(&()),
        "kind": LyncDeployment::kind(&()),
        "metadata": metadata,
    });
    let (name, params) = (deployment.name_any(), PatchParams::apply("lync-failover").force());
    match tokio::time::timeout(TIMEOUT, api.patch(&name, &params, &Patch::Apply(patch))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(kube::Error::Api(status))) if status.is_not_found() || status.is_conflict() => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("the API server did not answer within {} s", TIMEOUT.as_secs())),
    }
}

/// A record store that sees to the finalizer before an intent is written.
pub(super) struct GuardedStore<'a> {
    store: ConfigMapStore,
    client: &'a Client,
    deployment: &'a LyncDeployment,
    is_guarded: AtomicBool,
    mandate: Mandate,
    /// The resources of the deployment.
    owners: Vec<Owner>,
}

impl<'a> GuardedStore<'a> {
    pub(super) fn new(
        store: ConfigMapStore,
        client: &'a Client,
        deployment: &'a LyncDeployment,
        mandate: Mandate,
        owners: Vec<Owner>,
    ) -> Self {
        let is_guarded = AtomicBool::new(has_finalizer(deployment));
        Self { store, client, deployment, is_guarded, mandate, owners }
    }
}

#[async_trait]
impl RecordStore for GuardedStore<'_> {
    fn mandate(&self) -> Mandate {
        self.mandate.clone()
    }

    async fn load(&self) -> Result<(OrganisationRecord, Revision), StoreError> {
        let (record, revision) = self.store.load().await?;
        match &self.mandate {
            // Whose record it is, is not known: of what others have in it nothing is told.
            Mandate::Show(_) => {
                Ok((record.own(&self.deployment.uid().unwrap_or_default(), &self.owners), revision))
            }
            Mandate::Full | Mandate::Finish(_) => Ok((record, revision)),
        }
    }

    async fn save(&self, record: &OrganisationRecord, revision: &Revision) -> Result<Revision, StoreError> {
        if let Mandate::Show(why) = &self.mandate {
            return Err(StoreError::Unavailable(format!("it is not written: {why}")));
        }
        let is_leaving = self.deployment.metadata.deletion_timestamp.is_some();
        let own = Some(self.deployment.uid().unwrap_or_default());
        let is_own = |owned: &OwnedIntent| owned.sender.as_ref().map(|sender| sender.id.clone()) == own;
        if record.intent.as_ref().is_some_and(is_own)
            && !is_leaving
            && !self.is_guarded.load(Ordering::Relaxed)
        {
            set_finalizer(self.client, self.deployment, true)
                .await
                .map_err(|error| StoreError::Unavailable(format!("the finalizer: {error}")))?;
            self.is_guarded.store(true, Ordering::Relaxed);
        }
        self.store.save(record, revision).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{apiserver::ApiService, clock::SystemClock, controller::Memory};

    /// Whose record it is, is only assumed: a status may be wrong, or forged.
    #[tokio::test]
    async fn of_an_assumed_record_only_ones_own_is_read_and_nothing_is_written() {
        let client = ApiService::new(Arc::new(SystemClock)).client();
        let store = ConfigMapStore::new(Api::namespaced(client.clone(), "operator"), "record".to_owned());
        let (mine, theirs) = (Owner("mine".to_owned()), Owner("theirs".to_owned()));
        let memory = || Memory { converged_generation: Some(1), ..Memory::default() };
        let resources = [(mine.clone(), memory()), (theirs, memory())].into();
        let record = OrganisationRecord { resources, ..OrganisationRecord::default() };
        store.save(&record, &Revision::default()).await.expect("it is made");

        let deployment: LyncDeployment = serde_json::from_value(json!({
            "apiVersion": "lyncfailover.dev/v1alpha1", "kind": "LyncDeployment",
            "metadata": {"name": "contoso", "namespace": "lync-dr", "uid": "a"},
            "spec": {"bridge": {"simulated": {"scenario": {}}}},
        }))
        .expect("it reads");
        let under =
            |mandate| GuardedStore::new(store.clone(), &client, &deployment, mandate, vec![mine.clone()]);
        let assumed = under(Mandate::Show("nobody has said who it is".to_owned()));
        let (read, revision) = assumed.load().await.expect("it is there");
        assert_eq!(read.resources.keys().collect::<Vec<_>>(), [&mine]);
        assert!(matches!(assumed.save(&read, &revision).await, Err(StoreError::Unavailable(_))));
        assert_eq!(under(Mandate::Full).load().await.expect("it is there").0, record, "nothing is lost");
    }
}
