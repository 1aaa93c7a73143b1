//! The API service in the process answers as the real API server does.

use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{
    Api, Client, Config, ResourceExt,
    api::{
        ApiResource, DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams, WatchEvent,
        WatchParams,
    },
    config::{KubeConfigOptions, Kubeconfig},
};
use lync_failover::{api::LyncFailover, apiserver::ApiService, clock::ScaledClock};
use serde_json::{Value, json};

use crate::controlplane::ControlPlane;

const FINALIZER: &str = "lyncfailover.dev/operation-in-flight";

fn failover() -> LyncFailover {
    serde_json::from_value(json!({
        "apiVersion": "lyncfailover.dev/v1alpha1", "kind": "LyncFailover", "metadata": {"name": "one"},
        "spec": {
            "deploymentRef": {"name": "contoso"},
            "users": [{"homePool": "pool1.contoso.com", "servedBy": "pool2.contoso.com"}],
        },
    }))
    .unwrap()
}

/// What of an answer has to be the same.
fn told(answer: Result<LyncFailover, kube::Error>) -> String {
    match answer {
        Ok(object) => {
            let marks = [
                object.uid().map(|_| "uid"),
                object.resource_version().map(|_| "version"),
                object.creation_timestamp().map(|_| "created"),
                object.metadata.deletion_timestamp.as_ref().map(|_| "leaving"),
            ];
            let status = serde_json::to_value(&object.status).unwrap();
            format!(
                "generation {:?}, finalizers {:?}, suspend {}, status {status}, {:?}",
                object.metadata.generation,
                object.finalizers(),
                object.spec.suspend,
                marks.into_iter().flatten().collect::<Vec<_>>()
            )
        }
        Err(kube::Error::Api(status)) => format!("{} {}", status.code, status.reason),
        Err(other) => panic!("{other}"),
    }
}

/// The same questions, one after the other.
async fn script(client: Client, namespace: &str) -> Vec<String> {
    let api: Api<LyncFailover> = Api::namespaced(client.clone(), namespace);
    let (pp, merge) = (PostParams::default(), PatchParams::default());
    let apply = PatchParams::apply("lync-failover").force();
    let patch = |value: Value| Patch::Merge(value);
    let start = api.list(&ListParams::default()).await.unwrap().metadata.resource_version.unwrap();
    let mut said = Vec::new();
    said.push(told(api.get("one").await));
    let first = api.create(&pp, &failover()).await.unwrap();
    said.push(told(Ok(first.clone())));
    said.push(told(api.create(&pp, &failover()).await));
    // A replacement that changes nothing makes no new version.
    let any: Api<DynamicObject> =
        Api::namespaced_with(client.clone(), namespace, &ApiResource::erase::<LyncFailover>(&()));
    // (The first one moves the real server's notes about who manages which field.)
    let again = any.replace("one", &pp, &any.get("one").await.unwrap()).await.unwrap();
    let same = any.replace("one", &pp, &again).await.unwrap();
    said.push(format!("same version {}", same.resource_version() == again.resource_version()));
    said.push(told(api.patch("one", &merge, &patch(json!({"spec": {"suspend": true}}))).await));
    said.push(told(api.replace("one", &pp, &first).await));
    // The status and the rest do not touch each other.
    let both = json!({"spec": {"suspend": false}, "status": {"observedGeneration": 2, "actual": "a"}});
    said.push(told(api.patch_status("one", &merge, &patch(both)).await));
    said.push(told(api.patch("one", &merge, &patch(json!({"status": {"observedGeneration": 9}}))).await));
    said.push(told(api.patch_status("one", &merge, &patch(json!({"status": {"actual": null}}))).await));
    let foreign =
        json!({"metadata": {"uid": "00000000-0000-4000-8000-000000000000"}, "status": {"actual": "b"}});
    said.push(told(api.patch_status("one", &merge, &patch(foreign.clone())).await));
    said.push(told(api.patch("one", &merge, &patch(foreign)).await));
    let old = json!({"metadata": {"resourceVersion": first.resource_version()}, "status": {"actual": "c"}});
    said.push(told(api.patch_status("one", &merge, &patch(old)).await));
    said.push(told(api.patch_status("none", &merge, &patch(json!({"status": {}}))).await));
    // The finalizer of a deployment, here on what is at hand.
    let mut owned = json!({
        "apiVersion": "lyncfailover.dev/v1alpha1", "kind": "LyncFailover",
        "metadata": {"name": "one", "uid": first.uid(), "finalizers": [FINALIZER]},
    });
    said.push(told(api.patch("one", &apply, &Patch::Apply(&owned)).await));
    said.push(told(api.patch("one", &apply, &Patch::Apply(&owned)).await));
    let mut foreign = owned.clone();
    foreign["metadata"]["uid"] = json!("00000000-0000-4000-8000-000000000000");
    said.push(told(api.patch("one", &apply, &Patch::Apply(&foreign)).await));
    api.delete("one", &DeleteParams::default()).await.unwrap();
    said.push(told(api.get("one").await));
    owned["metadata"].as_object_mut().unwrap().remove("finalizers");
    api.patch("one", &apply, &Patch::Apply(&owned)).await.unwrap();
    said.push(told(api.get("one").await));
    api.create(&pp, &failover()).await.unwrap();
    api.delete("one", &DeleteParams::default()).await.unwrap();
    said.push(told(api.get("one").await));

    // What a watch tells of all this.
    let events = api.watch(&WatchParams::default().timeout(2), &start).await.unwrap();
    let events: Vec<_> = events
        .map_ok(|event| match event {
            WatchEvent::Added(object) => format!("added {:?}", object.metadata.generation),
            WatchEvent::Modified(object) => format!("modified {:?}", object.metadata.generation),
            WatchEvent::Deleted(object) => format!("deleted {:?}", object.metadata.generation),
            other => format!("{other:?}"),
        })
        .map(Result::unwrap)
        .collect()
        .await;
    // Bookmarks, and those notes, are no news.
    said.extend(events.into_iter().filter(|e| !e.contains("Bookmark") && e != "modified Some(1)"));
    said.extend(config_maps(client, namespace).await);
    said
}

/// The records: every write names the version that it replaces.
async fn config_maps(client: Client, namespace: &str) -> Vec<String> {
    let api: Api<ConfigMap> = Api::namespaced(client, namespace);
    let pp = PostParams::default();
    let told = |answer: Result<ConfigMap, kube::Error>| match answer {
        Ok(map) => format!("{:?}, generation {:?}", map.data, map.metadata.generation),
        Err(kube::Error::Api(status)) => format!("{} {}", status.code, status.reason),
        Err(other) => panic!("{other}"),
    };
    let map = |text: &str, version: Option<String>| {
        serde_json::from_value(json!({
            "metadata": {"name": "record", "resourceVersion": version}, "data": {"record.json": text},
        }))
        .unwrap()
    };
    let first: ConfigMap = api.create(&pp, &map("a", None)).await.unwrap();
    let version = first.resource_version();
    vec![
        told(api.create(&pp, &map("a", None)).await),
        told(api.replace("record", &pp, &map("b", version.clone())).await),
        told(api.replace("record", &pp, &map("c", version)).await),
        told(api.get("record").await),
    ]
}

#[test]
fn the_service_in_the_process_answers_like_the_real_one() {
    let plane = ControlPlane::shared();
    plane.definitions();
    let namespace = plane.namespace("service");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let kubeconfig = Kubeconfig::read_from(plane.admin()).unwrap();
        let options = KubeConfigOptions::default();
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.unwrap();
        let real = Client::try_from(config).unwrap();
        let clock = std::sync::Arc::new(ScaledClock::new(Timestamp::now(), 1.0));
        let ours = ApiService::new(clock).client();
        let (real, ours) = (script(real, &namespace).await, script(ours, &namespace).await);
        for (real, ours) in real.iter().zip(&ours) {
            assert_eq!(ours, real);
        }
        assert_eq!(ours.len(), real.len());
        assert!(real.len() > 25, "{real:#?}");
    });
}
