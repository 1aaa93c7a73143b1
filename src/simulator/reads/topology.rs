//! `Get-CsTopology`, `Get-CsSite`, `Get-CsPool`, `Get-CsComputer`.

use super::{Reading, Rows, texts, topology_xml::xml};
use crate::lync::ps::PsObject;

pub(super) fn document(reading: &Reading<'_>) -> Rows {
    let configuration = reading.configuration()?;
    if reading.call.has_switch("AsXml") {
        return Ok(vec![PsObject {
            type_name: "System.Xml.Linq.XDocument".to_owned(),
            ..PsObject::of_text(xml(reading.organisation, configuration))
        }]);
    }
    let organisation = reading.organisation;
    let clusters = organisation.pools.keys().map(ToString::to_string);
    Ok(vec![
        PsObject::new("Microsoft.Rtc.Management.Deploy.Internal.DefaultTopology")
            .with("Machines", texts(organisation.replicas.keys()))
            .with("Sites", texts(&organisation.sites))
            .with("Clusters", texts(clusters.chain(organisation.edges.keys().map(ToString::to_string)))),
    ])
}

pub(super) fn sites(reading: &Reading<'_>) -> Rows {
    reading.configuration()?;
    let organisation = reading.organisation;
    let row = |name: &String| {
        let pools = organisation.pools.iter().filter(|(_, p)| p.site.eq_ignore_ascii_case(name));
        let edges = organisation.edges.iter().filter(|(_, e)| e.site.eq_ignore_ascii_case(name));
        let all = pools.map(|(pool, _)| pool.to_string()).chain(edges.map(|(edge, _)| edge.to_string()));
        PsObject::new("Microsoft.Rtc.Management.Deploy.Internal.Site+CentralSite")
            .with("Identity", format!("Site:{name}"))
            .with("SiteId", i64::try_from(organisation.site_id(name)).unwrap_or(i64::MAX))
            .with("DisplayName", name.as_str())
            .with("Pools", texts(all))
    };
    Ok(organisation.sites.iter().filter(|name| reading.wants("Identity", name)).map(row).collect())
}

pub(super) fn pools(reading: &Reading<'_>) -> Rows {
    reading.configuration()?;
    let row = |fqdn: &str, site: &str, roles: &[&str], machines| {
        PsObject::new("Microsoft.Rtc.Management.Deploy.Internal.Cluster")
            .with("Identity", fqdn)
            .with("Services", texts(roles.iter().map(|role| format!("{role}:{fqdn}"))))
            .with("Computers", machines)
            .with("Fqdn", fqdn)
            .with("Site", format!("Site:{site}"))
    };
    let organisation = reading.organisation;
    let mut rows = Vec::new();
    for (name, pool) in organisation.pools.iter().filter(|(name, _)| reading.wants("Identity", name.as_str()))
    {
        let mut roles = vec!["Registrar"];
        roles.extend((!pool.director).then_some("UserServer"));
        roles.extend(pool.store.as_ref().map(|_| "CentralManagement"));
        rows.push(row(name.as_str(), &pool.site, &roles, texts(&pool.machines)));
    }
    for (name, edge) in organisation.edges.iter().filter(|(name, _)| reading.wants("Identity", name.as_str()))
    {
        rows.push(row(name.as_str(), &edge.site, &["EdgeServer"], texts(&edge.machines)));
    }
    Ok(rows)
}

pub(super) fn computers(reading: &Reading<'_>) -> Rows {
    reading.configuration()?;
    let organisation = reading.organisation;
    let pools = organisation.pools.iter().map(|(name, pool)| (name.as_str(), &pool.machines));
    let edges = organisation.edges.iter().map(|(name, edge)| (name.as_str(), &edge.machines));
    let mut rows = Vec::new();
    for (pool, machines) in pools.chain(edges).filter(|(pool, _)| reading.wants("Pool", pool)) {
        for machine in machines.iter().filter(|machine| reading.wants("Identity", machine.as_str())) {
            rows.push(
                PsObject::new("Microsoft.Rtc.Management.Deploy.Internal.Machine")
                    .with("Identity", machine.as_str())
                    .with("Pool", pool)
                    .with("Fqdn", machine.as_str()),
            );
        }
    }
    Ok(rows)
}
