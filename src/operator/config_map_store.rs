//! The record of an organisation in a ConfigMap of the operator's own namespace, where the authors of
//! resources cannot write. Every write names the version that it replaces.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{Api, ResourceExt, api::PostParams};

use crate::controller::{FormatError, OrganisationRecord, RecordStore, Revision, StoreError};

/// The key of the record in the data of the ConfigMap.
const KEY: &str = "record.json";
/// How long the API server may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A record in a ConfigMap.
#[derive(Clone)]
pub struct ConfigMapStore {
    maps: Api<ConfigMap>,
    name: String,
}

impl ConfigMapStore {
    /// The record under a name; the ConfigMap is made with the first write.
    pub fn new(maps: Api<ConfigMap>, name: String) -> Self {
        Self { maps, name }
    }

    async fn read(&self) -> Result<Option<ConfigMap>, StoreError> {
        in_time(self.maps.get_opt(&self.name)).await?.map_err(|err| unavailable(&err))
    }

    fn manifest(&self, text: String, revision: &Revision) -> ConfigMap {
        let mut map =
            ConfigMap { data: Some(BTreeMap::from([(KEY.to_owned(), text)])), ..ConfigMap::default() };
        map.metadata.name = Some(self.name.clone());
        map.metadata.resource_version = (!revision.0.is_empty()).then(|| revision.0.clone());
        let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        map.metadata.labels = Some(BTreeMap::from([
            label("app.kubernetes.io/managed-by", "lync-failover"),
            label("app.kubernetes.io/component", "organisation-record"),
        ]));
        map
    }
}

#[async_trait]
impl RecordStore for ConfigMapStore {
    async fn load(&self) -> Result<(OrganisationRecord, Revision), StoreError> {
        let Some(map) = self.read().await? else { return Ok(Default::default()) };
        let revision = Revision(map.resource_version().unwrap_or_default());
        let text = map.data.as_ref().and_then(|data| data.get(KEY));
        let text = text.ok_or_else(|| {
            StoreError::Unavailable(format!("ConfigMap {} has no key {KEY}; restore it", self.name))
        })?;
        let record = OrganisationRecord::from_text(text).map_err(|err| {
            let text = format!("ConfigMap {}, key {KEY}: {err}", self.name);
            match err {
                FormatError::TooNew { .. } => StoreError::TooNew(text),
                FormatError::Unreadable(_) => StoreError::Unavailable(text),
            }
        })?;
        Ok((record, revision))
    }

    async fn save(&self, record: &OrganisationRecord, revision: &Revision) -> Result<Revision, StoreError> {
        let text = record.to_text().map_err(|err| StoreError::Unavailable(err.to_string()))?;
        let map = self.manifest(text.clone(), revision);
        let pp = PostParams::default();
        let written = if revision.0.is_empty() {
            in_time(self.maps.create(&pp, &map)).await?
        } else {
            in_time(self.maps.replace(&self.name, &pp, &map)).await?
        };
        match written {
            Ok(map) => Ok(Revision(map.resource_version().unwrap_or_default())),
            Err(kube::Error::Api(status)) if status.is_conflict() || status.is_already_exists() => {
                // The client repeats a write whose answer was lost, and then meets what it wrote itself.
                let stored = self.read().await?;
                let is_ours = stored.as_ref().and_then(|map| map.data.as_ref()?.get(KEY)) == Some(&text);
                match stored {
                    Some(map) if is_ours => Ok(Revision(map.resource_version().unwrap_or_default())),
                    _ => Err(StoreError::Conflict),
                }
            }
            Err(err) => Err(unavailable(&err)),
        }
    }
}

async fn in_time<T>(call: impl Future<Output = T>) -> Result<T, StoreError> {
    tokio::time::timeout(TIMEOUT, call).await.map_err(|_| {
        StoreError::Unavailable(format!("the API server did not answer within {} s", TIMEOUT.as_secs()))
    })
}

fn unavailable(err: &kube::Error) -> StoreError {
    StoreError::Unavailable(err.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{apiserver::ApiService, clock::SystemClock};

    /// What an operator of tomorrow has written is not for this one: neither to read nor to write over.
    #[tokio::test]
    async fn a_record_of_a_newer_operator_is_refused_and_left_as_it_is() {
        let client = ApiService::new(Arc::new(SystemClock)).client();
        let maps: Api<ConfigMap> = Api::namespaced(client, "operator");
        let store = ConfigMapStore::new(maps.clone(), "record".to_owned());
        let newer = r#"{"formatVersion":2,"intents":[]}"#.to_owned();
        let map = store.manifest(newer, &Revision::default());
        let before = maps.create(&PostParams::default(), &map).await.expect("it is made");

        let Err(StoreError::TooNew(why)) = store.load().await else { panic!("it was read") };
        assert!(why.contains("ConfigMap record") && why.contains("format version 2"), "{why}");
        // Nor by somebody who has not looked.
        let blind = store.save(&OrganisationRecord::default(), &Revision::default()).await;
        assert_eq!(blind, Err(StoreError::Conflict));
        assert_eq!(maps.get("record").await.expect("it is there"), before);
    }
}
