//! The topology document, in the shape of `(Get-CsTopology -AsXml).ToString()`.

use std::{collections::BTreeMap, fmt::Write};

use crate::{
    lync::{MachineFqdn, PoolFqdn, SqlInstance},
    simulator::model::{Configuration, Edge, Organisation, Pool},
};

const ROLES: &str = "urn:schema:Microsoft.Rtc.Management.Deploy.ServiceRoles.2008";
const TYPES: &str = "Microsoft.Rtc.Management.Deploy.Internal.ServiceRoles";

/// Numbers clusters and services per site, as the document does.
struct Writer<'a> {
    organisation: &'a Organisation,
    clusters: BTreeMap<String, (usize, usize)>,
    instances: BTreeMap<(usize, &'static str), usize>,
    registrars: BTreeMap<PoolFqdn, (usize, usize)>,
    cluster_xml: String,
    sql_xml: String,
    service_xml: String,
}

/// The document of a configuration.
pub(super) fn xml(organisation: &Organisation, configuration: &Configuration) -> String {
    let mut writer = Writer {
        organisation,
        clusters: BTreeMap::new(),
        instances: BTreeMap::new(),
        registrars: BTreeMap::new(),
        cluster_xml: String::new(),
        sql_xml: String::new(),
        service_xml: String::new(),
    };
    for (name, pool) in &organisation.pools {
        writer.pool(name, pool, configuration.active.contains(name));
    }
    for (name, edge) in &organisation.edges {
        let hop = configuration.next_hops.get(name).and_then(|hop| writer.registrars.get(hop)).copied();
        writer.edge(name.as_str(), edge, hop);
    }
    let sites: String = organisation
        .sites
        .iter()
        .enumerate()
        .map(|(at, name)| {
            format!("<CentralSite SiteId=\"{}\"><Name>{name}</Name><Location /></CentralSite>", at + 1)
        })
        .collect();
    format!(
        "<Topology xmlns=\"urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008\" \
         Signature=\"bd39024c-6b05-49e9-9388-d45e4f6d5ea5\">\
         <Sites>{sites}</Sites><Clusters>{}</Clusters><SqlInstances>{}</SqlInstances>\
         <Services>{}</Services></Topology>",
        writer.cluster_xml, writer.sql_xml, writer.service_xml
    )
}

impl Writer<'_> {
    fn pool(&mut self, name: &PoolFqdn, pool: &Pool, active: bool) {
        let site = self.organisation.site_id(&pool.site);
        let cluster = self.cluster(site, name.as_str(), &pool.machines, true);
        let installed = cluster_id(cluster);
        let version = pool.version;
        let primary = self.sql(site, &pool.back_end.primary);
        let mirror = pool.back_end.mirror.as_ref().map(|sql| self.sql(site, sql));
        if pool.director {
            let own = self.service(site, "Registrar", version, "RegistrarService", &[], &installed, |kind| {
                format!("<{kind} xmlns=\"{ROLES}\" IsDirector=\"true\" />")
            });
            self.registrars.insert(name.clone(), own);
        } else {
            let files = self.plain(site, "FileStore", version, &[], &installed);
            let users = self.plain(site, "UserStore", version, &[], &primary);
            let needs = [(users, "UserStore", "Default"), (files, "FileStore", "Default")];
            let services = self.plain(site, "UserServices", version, &needs, &installed);
            let needs = [(services, "UserServices", "Default")];
            let own =
                self.service(site, "Registrar", version, "RegistrarService", &needs, &installed, |kind| {
                    format!(
                        "<{kind} xmlns=\"{ROLES}\" IsDirector=\"false\" IsPoolEnabledForSAOnEdge=\"false\" />"
                    )
                });
            self.registrars.insert(name.clone(), own);
        }
        if pool.store.is_some() {
            let first = self.plain(site, "CentralMgmtStore", version, &[], &primary);
            let mut needs = vec![(first, "CentralMgmtStore", "Default")];
            if let Some(mirror) = &mirror {
                let second = self.plain(site, "CentralMgmtStore", version, &[], mirror);
                needs.push((second, "CentralMgmtStore", "Mirror"));
            }
            self.service(site, "CentralMgmt", version, "CentralMgmtService", &needs, &installed, |kind| {
                format!("<{kind} xmlns=\"{ROLES}\" IsActive=\"{active}\" />")
            });
        }
    }

    fn edge(&mut self, name: &str, edge: &Edge, hop: Option<(usize, usize)>) {
        let site = self.organisation.site_id(&edge.site);
        let cluster = self.cluster(site, name, &edge.machines, true);
        let needs: Vec<_> = hop.map(|hop| (hop, "Registrar", "Default")).into_iter().collect();
        self.service(site, "EdgeServer", edge.version, "EdgeService", &needs, &cluster_id(cluster), |kind| {
            format!("<{kind} xmlns=\"{ROLES}\" />")
        });
    }

    /// The cluster of a name, written when it is first met: a Standard Edition pool is its own SQL server.
    fn cluster(&mut self, site: usize, fqdn: &str, machines: &[MachineFqdn], lync: bool) -> (usize, usize) {
        if let Some(known) = self.clusters.get(fqdn) {
            return *known;
        }
        let number = self.clusters.values().filter(|(other, _)| *other == site).count() + 1;
        self.clusters.insert(fqdn.to_owned(), (site, number));
        let mut text = format!(
            "<Cluster RequiresReplication=\"{lync}\" RequiresSetup=\"{lync}\" Fqdn=\"{fqdn}\">{}",
            cluster_id((site, number))
        );
        for (at, machine) in machines.iter().enumerate() {
            let _ = write!(
                text,
                "<Machine OrdinalInCluster=\"{}\" Fqdn=\"{machine}\" FaultDomain=\"{machine}\" \
                 UpgradeDomain=\"{machine}\"><NetInterface InterfaceSide=\"Primary\" InterfaceNumber=\"1\" \
                 IPAddress=\"0.0.0.0\" /></Machine>",
                at + 1
            );
        }
        self.cluster_xml += &(text + "</Cluster>");
        (site, number)
    }

    /// A SQL instance; gives its id, for `InstalledOn`.
    fn sql(&mut self, site: usize, sql: &SqlInstance) -> String {
        let cluster = self.cluster(site, sql.server.as_str(), std::slice::from_ref(&sql.server), false);
        let id = format!("<SqlInstanceId Name=\"{}\">{}</SqlInstanceId>", sql.instance, cluster_id(cluster));
        let entry = format!("<SqlInstance>{id}</SqlInstance>");
        if !self.sql_xml.contains(&entry) {
            self.sql_xml += &entry;
        }
        id
    }

    fn plain(
        &mut self,
        site: usize,
        role: &'static str,
        version: i32,
        needs: &[((usize, usize), &str, &str)],
        installed: &str,
    ) -> (usize, usize) {
        self.service(site, role, version, "", needs, installed, |_| String::new())
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one element of the document")]
    fn service(
        &mut self,
        site: usize,
        role: &'static str,
        version: i32,
        kind: &str,
        needs: &[((usize, usize), &str, &str)],
        installed: &str,
        own: impl FnOnce(&str) -> String,
    ) -> (usize, usize) {
        let instance = self.instances.entry((site, role)).or_default();
        *instance += 1;
        let id = (site, *instance);
        let type_name = if kind.is_empty() { String::new() } else { format!(" Type=\"{TYPES}.{kind}\"") };
        let depends: String = needs
            .iter()
            .map(|(on, role, usage)| {
                format!("<Dependency Usage=\"{usage}\">{}</Dependency>", service_id(*on, role))
            })
            .collect();
        let _ = write!(
            self.service_xml,
            "<Service RoleVersion=\"1\" ServiceVersion=\"{version}\"{type_name}>{}<DependsOn>{depends}</DependsOn>\
             <InstalledOn>{installed}</InstalledOn><Ports xmlns=\"{ROLES}\" />{}</Service>",
            service_id(id, role),
            own(kind)
        );
        id
    }
}

fn cluster_id((site, number): (usize, usize)) -> String {
    format!("<ClusterId SiteId=\"{site}\" Number=\"{number}\" />")
}

fn service_id((site, instance): (usize, usize), role: &str) -> String {
    format!("<ServiceId SiteId=\"{site}\" RoleName=\"{role}\" Instance=\"{instance}\" />")
}
