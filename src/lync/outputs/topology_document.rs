//! `Get-CsTopology -AsXml` (Gg412824): the whole topology, also from a local replica.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;
use serde::{Deserialize, Serialize};

use super::{
    DecodeError,
    topology_xml::{
        self as xml, ClusterId, Service, ServiceId, attribute, child, children, fault, optional_child,
    },
};
use crate::lync::{
    CmsRole, Edge, EdgeFqdn, MachineFqdn, Pool, PoolFqdn, PoolKind, Site, SqlInstance, Topology,
};

/// What the topology document says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TopologyDocument {
    /// Sites, pools and Edge pools. The document does not hold the pairs: [`Pool::backup`] is empty and
    /// is to be filled from [`super::backup_pool()`].
    pub topology: Topology,
    /// The pools with the Central Management service.
    pub central_management: Vec<CmsRole>,
    /// The next hop of each Edge pool that names one.
    pub next_hops: BTreeMap<EdgeFqdn, PoolFqdn>,
}

/// Reads the text of the topology document.
///
/// How an Edge service names its next hop and a Central Management service its mirror is inferred from
/// the dependencies that public documents show; a document that says it otherwise has no next hop and
/// no mirror here.
///
/// # Errors
///
/// More than 8 MiB, a tag or text of more than 4 KiB, malformed XML, a DTD, a missing element or attribute, a malformed name, an id that
/// is used twice or leads nowhere, or a service with two next hops or two databases.
pub fn topology_document(text: &str) -> Result<TopologyDocument, DecodeError> {
    let document = xml::parse(text)?;
    let root = document.root_element();
    if root.tag_name().name() != "Topology" {
        return Err(fault("the root element is not Topology"));
    }
    let sites = xml::sites(root)?;
    let reader = Reader {
        sites: sites.iter().copied().collect(),
        clusters: xml::clusters(root)?,
        services: xml::services(root)?,
    };
    let mut topology = Topology {
        sites: sites.iter().map(|(_, name)| Site { name: (*name).to_owned() }).collect(),
        pools: reader.pools()?,
        edges: reader.edges()?,
    };
    let central_management = reader.central_management(&mut topology.pools)?;
    reader.user_stores(&mut topology.pools)?;
    Ok(TopologyDocument { topology, central_management, next_hops: reader.next_hops()? })
}

struct Reader<'a, 'i> {
    sites: BTreeMap<&'a str, &'a str>,
    clusters: BTreeMap<ClusterId<'a>, Node<'a, 'i>>,
    services: BTreeMap<ServiceId<'a>, Service<'a, 'i>>,
}

impl<'a, 'i> Reader<'a, 'i> {
    fn pools(&self) -> Result<BTreeMap<PoolFqdn, Pool>, DecodeError> {
        let mut pools = BTreeMap::new();
        for service in self.of_role("Registrar") {
            let (id, cluster) = self.cluster_of(service)?;
            let is_director = match optional_child(service.node, "RegistrarService") {
                Some(settings) if settings.has_attribute("IsDirector") => xml::flag(settings, "IsDirector")?,
                _ => false,
            };
            let pool = Pool {
                site: self.site_of(id)?,
                kind: if is_director { PoolKind::Director } else { PoolKind::FrontEnd },
                version: service.version()?,
                machines: machines(cluster)?,
                backup: None,
                central_management_store: None,
                central_management_mirror: None,
                user_store: None,
            };
            let name: PoolFqdn = xml::name(cluster)?;
            if pools.insert(name.clone(), pool).is_some() {
                return Err(fault(format!("two Registrar services on {name}")));
            }
        }
        Ok(pools)
    }

    fn edges(&self) -> Result<BTreeMap<EdgeFqdn, Edge>, DecodeError> {
        let mut edges = BTreeMap::new();
        for service in self.of_role("EdgeServer") {
            let (id, cluster) = self.cluster_of(service)?;
            let edge =
                Edge { site: self.site_of(id)?, version: service.version()?, machines: machines(cluster)? };
            let name: EdgeFqdn = xml::name(cluster)?;
            if edges.insert(name.clone(), edge).is_some() {
                return Err(fault(format!("two EdgeServer services on {name}")));
            }
        }
        Ok(edges)
    }

    fn next_hops(&self) -> Result<BTreeMap<EdgeFqdn, PoolFqdn>, DecodeError> {
        let mut hops = BTreeMap::new();
        for service in self.of_role("EdgeServer") {
            let mut pools = BTreeSet::<PoolFqdn>::new();
            for (_, id) in service.dependencies("Registrar")? {
                pools.insert(xml::name(self.cluster_of(self.service(id)?)?.1)?);
            }
            if pools.len() > 1 {
                return Err(fault(format!("contradictory: {} has more than one next hop", service.place())));
            }
            let edge: EdgeFqdn = xml::name(self.cluster_of(service)?.1)?;
            hops.extend(pools.pop_first().map(|pool| (edge, pool)));
        }
        Ok(hops)
    }

    /// The Central Management services; their databases are noted on the pools.
    fn central_management(&self, pools: &mut BTreeMap<PoolFqdn, Pool>) -> Result<Vec<CmsRole>, DecodeError> {
        let mut roles = BTreeMap::new();
        for service in self.of_role("CentralMgmt") {
            let name: PoolFqdn = xml::name(self.cluster_of(service)?.1)?;
            let pool = pools
                .get_mut(&name)
                .ok_or_else(|| fault(format!("{name} has Central Management and no Registrar")))?;
            let dependencies = service.dependencies("CentralMgmtStore")?;
            let (mirrors, stores): (Vec<_>, Vec<_>) =
                dependencies.into_iter().partition(|(usage, _)| usage.eq_ignore_ascii_case("Mirror"));
            pool.central_management_store = self.only_store(service, &stores)?;
            pool.central_management_mirror = self.only_store(service, &mirrors)?;
            let active = xml::flag(child(service.node, "CentralMgmtService")?, "IsActive")?;
            let role = CmsRole { pool: name.clone(), active, version: service.version()? };
            if roles.insert(name, role).is_some() {
                return Err(fault(format!("contradictory: {} is on a pool that has one", service.place())));
            }
        }
        Ok(roles.into_values().collect())
    }

    /// The databases behind the pools. A pool whose users are on none, on several, or on one that the document
    /// leaves out, has none here: little depends on it.
    fn user_stores(&self, pools: &mut BTreeMap<PoolFqdn, Pool>) -> Result<(), DecodeError> {
        for service in self.of_role("UserServices") {
            let name: PoolFqdn = xml::name(self.cluster_of(service)?.1)?;
            let mut stores = service.dependencies("UserStore")?;
            stores.retain(|(usage, _)| usage.eq_ignore_ascii_case("Default"));
            if let (Some(pool), [(_, id)]) = (pools.get_mut(&name), stores.as_slice())
                && let Ok(store) = self.service(*id)
            {
                pool.user_store = Some(self.sql_instance(store)?);
            }
        }
        Ok(())
    }

    fn only_store(
        &self,
        service: Service<'a, 'i>,
        stores: &[(&'a str, ServiceId<'a>)],
    ) -> Result<Option<SqlInstance>, DecodeError> {
        match stores {
            [] => Ok(None),
            [(_, id)] => self.sql_instance(self.service(*id)?).map(Some),
            _ => Err(fault(format!("contradictory: {} has several databases of one use", service.place()))),
        }
    }

    fn sql_instance(&self, store: Service<'a, 'i>) -> Result<SqlInstance, DecodeError> {
        let id = child(store.installed_on()?, "SqlInstanceId")?;
        let server: MachineFqdn = xml::name(self.cluster(xml::cluster_id(id)?)?)?;
        // The default instance has no name.
        let instance = id.attribute("Name").map(str::trim).unwrap_or_default();
        if instance.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err(fault(format!("{} has a malformed instance name", store.place())));
        }
        Ok(SqlInstance { server, instance: instance.to_ascii_lowercase() })
    }

    fn of_role(&self, role: &'static str) -> impl Iterator<Item = Service<'a, 'i>> {
        self.services.iter().filter(move |(id, _)| id.role == role).map(|(_, service)| *service)
    }

    fn service(&self, id: ServiceId<'_>) -> Result<Service<'a, 'i>, DecodeError> {
        self.services
            .get(&id)
            .copied()
            .ok_or_else(|| fault("a Dependency names a service that is not in the document"))
    }

    fn cluster(&self, id: ClusterId<'_>) -> Result<Node<'a, 'i>, DecodeError> {
        self.clusters
            .get(&id)
            .copied()
            .ok_or_else(|| fault("a ClusterId names a cluster that is not in the document"))
    }

    fn cluster_of(&self, service: Service<'a, 'i>) -> Result<(ClusterId<'a>, Node<'a, 'i>), DecodeError> {
        let id = xml::cluster_id(service.installed_on()?)?;
        Ok((id, self.cluster(id)?))
    }

    fn site_of(&self, (site, _): ClusterId<'_>) -> Result<String, DecodeError> {
        self.sites
            .get(site)
            .map(|name| (*name).to_owned())
            .ok_or_else(|| fault("a cluster is in a site that is not in the document"))
    }
}

/// The servers of a cluster in the order in which they first started, which is that of the quorum rule
/// (Gg412996).
fn machines(cluster: Node<'_, '_>) -> Result<Vec<MachineFqdn>, DecodeError> {
    let mut machines = BTreeMap::<u32, MachineFqdn>::new();
    for machine in children(cluster, "Machine") {
        if machines.insert(xml::number(machine, "OrdinalInCluster")?, xml::name(machine)?).is_some() {
            return Err(fault(format!("two machines of {} have one ordinal", attribute(cluster, "Fqdn")?)));
        }
    }
    if machines.is_empty() {
        return Err(fault(format!("the cluster {} has no machines", attribute(cluster, "Fqdn")?)));
    }
    if machines.values().collect::<BTreeSet<_>>().len() != machines.len() {
        return Err(fault(format!("the cluster {} lists a machine twice", attribute(cluster, "Fqdn")?)));
    }
    Ok(machines.into_values().collect())
}
