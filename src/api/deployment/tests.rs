use super::*;
use crate::api::{Endpoint, KerberosSpec, TlsSpec};

fn deployment(edit: impl FnOnce(&mut LyncDeploymentSpec, &mut WinRm)) -> LyncDeployment {
    let mut winrm = WinRm {
        configuration_name: "LyncFailover".to_owned(),
        authentication: Authentication::Kerberos,
        credentials_secret_ref: SecretReference { name: "lync-bridge".into() },
        kerberos: Some(KerberosSpec { kdcs: vec!["dc1.contoso.com".to_owned()] }),
        tls: Some(TlsSpec::default()),
        endpoints: vec![Endpoint {
            host: "fe01.pool1.contoso.com".to_owned(),
            pool: "pool1.contoso.com".to_owned(),
            ..Default::default()
        }],
    };
    let mut spec = LyncDeploymentSpec {
        bridge: BridgeSpec::default(),
        observation: ObservationSpec::default(),
        source_down: SourceDownSpec::default(),
        objectives: ObjectivesSpec::default(),
        checks: ChecksSpec::default(),
        exports: None,
        drill: None,
    };
    edit(&mut spec, &mut winrm);
    if spec.bridge.simulated.is_none() {
        spec.bridge.winrm = Some(winrm);
    }
    LyncDeployment::new("contoso", spec)
}

fn broken_rules(deployment: &LyncDeployment) -> Vec<String> {
    match deployment.validate_cel() {
        Ok(()) => Vec::new(),
        Err(broken) => broken.iter().map(ToString::to_string).collect(),
    }
}

#[track_caller]
fn refused(wanted: &str, edit: impl FnOnce(&mut LyncDeploymentSpec, &mut WinRm)) {
    assert_eq!(broken_rules(&deployment(edit)), [wanted]);
}

fn simulated() -> Option<SimulatedBridge> {
    Some(SimulatedBridge { scenario: Some(serde_json::json!({ "pools": [] })), address: None })
}

#[test]
fn either_bridge_is_accepted() {
    assert!(broken_rules(&deployment(|_, _| {})).is_empty());
    assert!(broken_rules(&deployment(|spec, _| spec.bridge.simulated = simulated())).is_empty());
}

#[test]
fn exactly_one_bridge_is_set() {
    let text = "spec.bridge: exactly one bridge must be set: winrm or simulated";
    let mut both = deployment(|_, _| {});
    both.spec.bridge.simulated = simulated();
    assert_eq!(broken_rules(&both), [text]);
    let mut none = both;
    none.spec.bridge = BridgeSpec::default();
    assert_eq!(broken_rules(&none), [text]);
}

#[test]
fn passwords_and_certificates_travel_by_tls_only() {
    let text = "spec.bridge.winrm: authentication Basic or Certificate needs tls";
    for authentication in [Authentication::Basic, Authentication::Certificate] {
        refused(text, |_, winrm| {
            winrm.authentication = authentication;
            winrm.tls = None;
        });
    }
    assert!(broken_rules(&deployment(|_, winrm| winrm.tls = None)).is_empty());
    assert!(broken_rules(&deployment(|_, w| w.authentication = Authentication::Basic)).is_empty());
}

#[test]
fn endpoints_have_names_and_addresses() {
    refused(
        "spec.bridge.winrm.endpoints[0].host: host must be a fully qualified domain name in lower case, \
         such as pool1.contoso.com",
        |_, winrm| winrm.endpoints[0].host = "FE01".to_owned(),
    );
    refused(
        "spec.bridge.winrm.endpoints[0].pool: pool must be a fully qualified domain name in lower case, \
         such as pool1.contoso.com",
        |_, winrm| winrm.endpoints[0].pool = "pool1".to_owned(),
    );
    refused(
        "spec.bridge.winrm.endpoints[0].address: address must be an IP address, such as 10.2.0.11",
        |_, winrm| winrm.endpoints[0].address = Some("fe01".to_owned()),
    );
    let known = |address: &str| {
        broken_rules(&deployment(|_, winrm| winrm.endpoints[0].address = Some(address.to_owned())))
    };
    assert!(known("10.2.0.11").is_empty() && known("2001:db8::1").is_empty());
}

#[test]
fn durations_are_durations_within_their_limits() {
    type Set = fn(&mut LyncDeploymentSpec, &str);
    let cases: Vec<(&str, &str, Set)> = vec![
        ("observation.interval", "from 5s to 1h", |spec, text| spec.observation.interval = text.to_owned()),
        ("sourceDown.sustainedFor", "from 0s to 1h", |spec, text| {
            spec.source_down.sustained_for = text.to_owned();
        }),
        ("objectives.rto", "from 1m to 168h", |spec, text| spec.objectives.rto = text.to_owned()),
        ("objectives.rpo", "from 1m to 168h", |spec, text| spec.objectives.rpo = text.to_owned()),
    ];
    for (path, limits, set) in cases {
        let field = path.rsplit('.').next().unwrap_or(path);
        let text = format!(
            "spec.{path}: {field} must be a duration {limits}, written in h, m and s, such as 90s, 2m or 1h30m"
        );
        for bad in ["", "90", "-5s", "1.5h", "200ms", "169h", "1h 1m"] {
            let found = broken_rules(&deployment(|spec, _| set(spec, bad)));
            assert!(found.contains(&text), "{bad:?} gave {found:?}");
        }
    }
    refused(
        "spec.observation.staleAfter: staleAfter must be a duration from 10s to 24h, written in h, m and s, \
         such as 90s, 2m or 1h30m",
        |spec, _| spec.observation.stale_after = "25h".to_owned(),
    );
}

#[test]
fn a_fact_is_believed_until_it_can_be_read_again() {
    refused("spec.observation: staleAfter must not be shorter than interval", |spec, _| {
        spec.observation.interval = "5m".to_owned();
    });
}

#[test]
fn defaults_are_durations() {
    let spec = deployment(|_, _| {}).spec;
    assert_eq!(spec.observation.interval_duration(), Ok(SignedDuration::from_secs(60)));
    assert_eq!(spec.observation.stale_after_duration(), Ok(SignedDuration::from_secs(180)));
    assert_eq!(spec.source_down.sustained_for_duration(), Ok(SignedDuration::from_secs(60)));
    assert_eq!(spec.objectives.rto_duration(), Ok(SignedDuration::from_secs(1800)));
    assert_eq!(spec.objectives.rpo_duration(), Ok(SignedDuration::from_secs(1800)));
}

#[test]
fn exports_are_made_between_every_hour_and_every_week() {
    let every = |text: &str| Some(ExportsSpec { every: text.to_owned(), ..ExportsSpec::default() });
    for good in ["1h", "24h", "168h"] {
        assert!(broken_rules(&deployment(|spec, _| spec.exports = every(good))).is_empty(), "{good}");
    }
    let text = "spec.exports.every: every must be a duration from 1h to 168h, written in h, m and s, such as 90s, \
                2m or 1h30m";
    for bad in ["59m", "169h", "daily", ""] {
        refused(text, |spec, _| spec.exports = every(bad));
    }
    let defaults: ExportsSpec = serde_json::from_str("{}").expect("all have defaults");
    assert_eq!((defaults.every.as_str(), defaults.keep), ("24h", 14));
    let schema =
        serde_json::to_string(&<LyncDeployment as kube::CustomResourceExt>::crd()).expect("it serialises");
    assert!(schema.contains(r#""maximum":365.0,"minimum":1.0"#), "the API server counts what stays");
}

#[test]
fn a_drill_is_made_once_a_day_at_most_and_twice_a_year_at_least() {
    let every = |every: &str| Some(crate::api::DrillSpec { every: every.to_owned() });
    for good in ["24h", "720h", "4320h"] {
        assert!(broken_rules(&deployment(|spec, _| spec.drill = every(good))).is_empty(), "{good}");
    }
    for bad in ["23h59m", "4321h", "30d", "monthly", ""] {
        let broken = broken_rules(&deployment(|spec, _| spec.drill = every(bad)));
        assert!(
            broken.len() == 1 && broken[0].contains("every must be a duration from 24h to 4320h"),
            "{bad}: {broken:?}"
        );
    }
}
