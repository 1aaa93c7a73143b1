//! The topology document.

use lync_failover::lync::{Edge, Pool, PoolKind, Site, Version, outputs::topology_document};

use crate::{machine, pool, printed::fixture, sql};

const STANDARD: &str = "mocks/topology-xml-excerpt.sfb2019-standard.xml";
const ENTERPRISE: &str = "reconstructed/topology-xml-two-sites-enterprise.xml";

fn enterprise() -> String {
    fixture(ENTERPRISE)
}

/// The enterprise document with one text replaced, which has to be in it.
fn changed(from: &str, to: &str) -> String {
    let text = enterprise();
    assert!(text.contains(from), "the fixture has no {from}");
    text.replacen(from, to, 1)
}

#[test]
fn a_standard_edition_server() {
    let document = topology_document(&fixture(STANDARD)).expect("readable");
    let name = pool("sfb.contoso.com");
    let expected = Pool {
        site: "Contoso".to_owned(),
        kind: PoolKind::FrontEnd,
        version: Version::SFB_2019,
        machines: vec![machine("sfb.contoso.com")],
        backup: None,
        central_management_store: Some(sql("sfb.contoso.com\\rtc")),
        central_management_mirror: None,
        // The excerpt leaves the UserStore service out.
        user_store: None,
    };
    assert!(expected.is_standard_edition(&name));
    assert_eq!(document.topology.pools.into_iter().collect::<Vec<_>>(), [(name.clone(), expected)]);
    assert_eq!(document.topology.sites, [Site { name: "Contoso".to_owned() }]);
    let roles: Vec<_> = document.central_management.iter().map(|r| (&r.pool, r.active, r.version)).collect();
    assert_eq!(roles, [(&name, true, Version::SFB_2019)]);
    assert!(document.topology.edges.is_empty() && document.next_hops.is_empty());
}

#[test]
fn two_sites_with_everything() {
    let document = topology_document(&enterprise()).expect("readable");
    let topology = &document.topology;
    let names: Vec<_> = topology.pools.keys().map(|name| name.as_str()).collect();
    assert_eq!(names, ["dir1.contoso.com", "pool1.contoso.com", "pool2.contoso.com"]);

    let one = &topology.pools[&pool("pool1.contoso.com")];
    let servers = ["fe1", "fe2", "fe3"].map(|server| machine(&format!("{server}.pool1.contoso.com")));
    assert_eq!(one.machines, servers, "machines go by their ordinal");
    assert_eq!((one.site.as_str(), one.kind, one.version), ("DC1", PoolKind::FrontEnd, Version::LYNC_2013));
    assert_eq!(one.central_management_store, Some(sql("sql1.contoso.com\\rtc")));
    assert_eq!(one.central_management_mirror, Some(sql("sql1m.contoso.com\\rtc")));
    assert_eq!(one.user_store, Some(sql("sql1.contoso.com\\rtc")), "the primary, not its mirror");
    assert_eq!(topology.pools[&pool("pool2.contoso.com")].site, "DC2");

    let director = &topology.pools[&pool("dir1.contoso.com")];
    assert_eq!(director.kind, PoolKind::Director);
    assert_eq!(director.central_management_store, None);

    let edge = &topology.edges[&"edge1.contoso.com".parse().expect("valid")];
    let machines = vec![machine("edge1a.contoso.com"), machine("edge1b.contoso.com")];
    assert_eq!(*edge, Edge { site: "DC1".to_owned(), version: Version::LYNC_2013, machines });
    let hops: Vec<_> = document.next_hops.iter().map(|(edge, hop)| (edge.as_str(), hop.as_str())).collect();
    assert_eq!(hops, [("edge1.contoso.com", "dir1.contoso.com"), ("edge2.contoso.com", "pool2.contoso.com")]);

    let roles: Vec<_> = document.central_management.iter().map(|r| (r.pool.as_str(), r.active)).collect();
    assert_eq!(roles, [("pool1.contoso.com", true), ("pool2.contoso.com", false)]);
}

#[test]
fn any_namespace_will_do() {
    let expected = topology_document(&enterprise());
    assert_eq!(topology_document(&enterprise().replace(".2008\"", ".2012\"")), expected);
    assert!(expected.is_ok());
}

#[test]
fn what_is_missing_or_leads_nowhere_is_refused() {
    for (from, to) in [
        ("<Sites>", "<Sights>"),
        ("<Name>DC1</Name>", "<Name />"),
        ("<CentralSite SiteId=\"2\">", "<CentralSite SiteId=\"1\">"),
        ("<Name>DC2</Name>", "<Name>dc1</Name>"),
        ("<ClusterId SiteId=\"1\" Number=\"2\" />", "<ClusterId SiteId=\"1\" Number=\"1\" />"),
        ("<ClusterId SiteId=\"2\" Number=\"1\" />", "<ClusterId SiteId=\"2\" Number=\"99\" />"),
        ("OrdinalInCluster=\"3\"", "OrdinalInCluster=\"2\""),
        ("OrdinalInCluster=\"3\"", "Ordinal=\"3\""),
        ("fe3.pool1.contoso.com", "fe2.pool1.contoso.com"),
        ("Fqdn=\"edge2.contoso.com\"", "Fqdn=\"edge2\""),
        ("ServiceVersion=\"6\" Type", "ServiceVersion=\"six\" Type"),
        ("RoleName=\"CentralMgmtStore\" Instance=\"2\"", "RoleName=\"CentralMgmtStore\" Instance=\"3\""),
        (" IsActive=\"true\"", ""),
        ("IsActive=\"true\"", "IsActive=\"maybe\""),
        ("IsDirector=\"true\"", "IsDirector=\"perhaps\""),
        (
            "Usage=\"Mirror\"><ServiceId SiteId=\"1\" RoleName=\"CentralMgmtStore\"",
            "Usage=\"Default\"><ServiceId SiteId=\"1\" RoleName=\"CentralMgmtStore\"",
        ),
        ("<Topology", "<Typology"),
        ("</Topology>", ""),
    ] {
        assert!(topology_document(&changed(from, to)).is_err(), "accepted {to} for {from}");
    }
}

#[test]
fn a_service_that_comes_twice_is_refused() {
    let text = enterprise();
    let start = text.find("<Service ").expect("a service");
    let end = text.find("</Service>").expect("its end") + "</Service>".len();
    let twice = format!("{}{}{}", &text[..end], &text[start..end], &text[end..]);
    let error = topology_document(&twice).expect_err("refused");
    assert!(error.problem.contains("ServiceId of another"), "{error}");
}

#[test]
fn an_edge_pool_with_two_next_hops_is_contradictory() {
    let hop = "<Dependency Usage=\"Default\"><ServiceId SiteId=\"1\" RoleName=\"Registrar\" Instance=\"2\" /></Dependency>";
    let other = hop.replace("Instance=\"2\"", "Instance=\"1\"");
    let error = topology_document(&changed(hop, &format!("{hop}{other}"))).expect_err("refused");
    assert!(error.problem.contains("more than one next hop"), "{error}");
    let without = topology_document(&changed(hop, "")).expect("readable");
    assert_eq!(without.next_hops.len(), 1, "an Edge pool that names no next hop has none");
}

#[test]
fn a_dtd_and_entities_are_refused() {
    let bomb = "<!DOCTYPE Topology [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    let external = "<!DOCTYPE Topology SYSTEM \"file:///etc/hostname\">";
    for dtd in [bomb, external] {
        let error = topology_document(&format!("{dtd}{}", enterprise())).expect_err("refused");
        assert!(error.problem.contains("DTD"), "{error}");
    }
    assert!(topology_document(&changed("DC1", "&name;")).is_err());
}

#[test]
fn a_hostile_document_is_refused_in_time() {
    let started = std::time::Instant::now();
    let deep = "<a>".repeat(600_000);
    let attributes: String = (0..200_000).map(|n| format!(" a{n}=\"\"")).collect();
    let prefixes: String = (0..20_000).map(|n| format!("<x xmlns:p{n}=\"u{n}\">")).collect();
    for text in [
        " ".repeat(9 * 1024 * 1024),
        format!("<Topology>{}</Topology>", "<a/>".repeat(1_500_000)),
        deep,
        format!("<Topology{attributes}/>"),
        prefixes,
        changed("DC1", "D\0C1"),
        changed("DC1", "D&#0;C1"),
        String::new(),
        "\u{feff}".to_owned(),
    ] {
        let error = topology_document(&text).expect_err("refused");
        assert!(error.to_string().len() < 400);
    }
    assert!(started.elapsed().as_secs() < 20, "took {:?}", started.elapsed());
}
