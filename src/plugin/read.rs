//! What is read of the cluster: both kinds, and the Lease of the operator.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::Lease;
use kube::{
    Api, Resource, ResourceExt,
    api::{ApiResource, DynamicObject, ListParams},
    core::NamespaceResourceScope,
};
use serde::de::DeserializeOwned;

use super::{
    cluster::{Cluster, Options},
    report::{LeaseSeen, Life, Scope, Unreadable, is_in_doubt, life},
    trouble::{Asked, Trouble},
};
use crate::{
    api::{LyncDeployment, LyncFailover},
    operator::LEASE,
};

/// How long one question to the API server may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);
/// How long a Lease that looks old is watched for a change: a leader renews it every two seconds.
const SECOND_LOOK: Duration = Duration::from_secs(5);
/// How many objects one answer may hold.
const PAGE: u32 = 200;

/// Objects of one kind: what could be read, and what not.
pub(super) struct Listed<K> {
    pub objects: Vec<K>,
    pub unreadable: Vec<Unreadable>,
}

/// All objects of a kind. One that this version cannot read does not hide the others.
pub(super) async fn list<K>(
    cluster: &Cluster,
    scope: &Scope,
    name: Option<&str>,
) -> Result<Listed<K>, Trouble>
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()> + DeserializeOwned,
{
    let resource = ApiResource::erase::<K>(&());
    let api: Api<DynamicObject> = match scope {
        Scope::All => Api::all_with(cluster.client.clone(), &resource),
        Scope::Namespace(namespace) => Api::namespaced_with(cluster.client.clone(), namespace, &resource),
    };
    let asked = Asked { resource: K::plural(&()).into_owned(), scope: scope.clone() };
    let mut params = ListParams::default().limit(PAGE);
    if let Some(name) = name {
        params = params.fields(&format!("metadata.name={name}"));
    }
    let mut listed = Listed { objects: Vec::new(), unreadable: Vec::new() };
    loop {
        let page =
            in_time(api.list(&params)).await.map_err(|why| Trouble::new(asked.clone(), why, cluster))?;
        for object in page.items {
            let (namespace, name) = (object.namespace().unwrap_or_default(), object.name_any());
            match object.try_parse::<K>() {
                Ok(object) => listed.objects.push(object),
                Err(error) => listed.unreadable.push(Unreadable {
                    kind: K::kind(&()).into_owned(),
                    namespace,
                    name,
                    message: error.to_string(),
                }),
            }
        }
        match page.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => params = params.continue_token(&token),
            None => return Ok(listed),
        }
    }
}

/// The namespaces that have one of the two kinds, if that may be known: of this name, if one is given.
pub(super) async fn namespaces_with(cluster: &Cluster, name: Option<&str>) -> Option<Vec<String>> {
    let failovers = list::<LyncFailover>(cluster, &Scope::All, name).await.ok()?;
    let deployments = list::<LyncDeployment>(cluster, &Scope::All, name).await.ok()?;
    let mut found: Vec<String> = Vec::new();
    found.extend(failovers.objects.iter().filter_map(ResourceExt::namespace));
    found.extend(deployments.objects.iter().filter_map(ResourceExt::namespace));
    found.extend(failovers.unreadable.into_iter().chain(deployments.unreadable).map(|one| one.namespace));
    found.sort();
    found.dedup();
    Some(found)
}

/// Whether the operator lives, by its Lease.
pub(super) async fn operator_life(cluster: &Cluster, options: &Options) -> Life {
    let home = options.operator_home().to_owned();
    let (home, first) = match lease(cluster, &home).await {
        LeaseSeen::Missing if options.operator_namespace.is_none() => match other_home(cluster).await {
            Some(other) => (other.clone(), lease(cluster, &other).await),
            None => (home, LeaseSeen::Missing),
        },
        seen => (home, seen),
    };
    let doubted = match &first {
        LeaseSeen::Found(spec) if is_in_doubt(spec, Timestamp::now()) => spec.clone(),
        _ => return life(&home, &first, false, Timestamp::now()),
    };
    // The clocks may differ: a Lease that changes is held by somebody who lives.
    let changed = async {
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            match lease(cluster, &home).await {
                LeaseSeen::Found(spec) if *spec != *doubted => return spec,
                _ => {}
            }
        }
    };
    match tokio::time::timeout(SECOND_LOOK, changed).await {
        Ok(spec) => life(&home, &LeaseSeen::Found(spec), true, Timestamp::now()),
        Err(_) => life(&home, &first, false, Timestamp::now()),
    }
}

async fn lease(cluster: &Cluster, namespace: &str) -> LeaseSeen {
    let api: Api<Lease> = Api::namespaced(cluster.client.clone(), namespace);
    match in_time(api.get_opt(LEASE)).await {
        Ok(Some(lease)) => LeaseSeen::Found(Box::new(lease.spec.unwrap_or_default())),
        Ok(None) => LeaseSeen::Missing,
        Err(why) => {
            let asked =
                Asked { resource: "leases".to_owned(), scope: Scope::Namespace(namespace.to_owned()) };
            LeaseSeen::Unreadable(Trouble::new(asked, why, cluster).to_string())
        }
    }
}

/// The one other namespace with such a Lease, for an operator that was installed elsewhere.
async fn other_home(cluster: &Cluster) -> Option<String> {
    let api: Api<Lease> = Api::all(cluster.client.clone());
    let named = ListParams::default().fields(&format!("metadata.name={LEASE}"));
    let all = in_time(api.list(&named)).await.ok()?.items;
    match all.as_slice() {
        [one] => one.namespace(),
        _ => None,
    }
}

/// Why a question was not answered.
pub(super) enum Unanswered {
    /// The API server said so, or there was no way to it.
    Kube(Box<kube::Error>),
    /// It took too long.
    TimedOut,
}

async fn in_time<T>(asked: impl Future<Output = Result<T, kube::Error>>) -> Result<T, Unanswered> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answer) => answer.map_err(|error| Unanswered::Kube(Box::new(error))),
        Err(_) => Err(Unanswered::TimedOut),
    }
}
