//! The plan as admission warnings: off unless it is asked for, the same by either way, and with a certificate that fits.

use std::{collections::BTreeMap, fs};

use openssl::{
    pkey::PKey,
    stack::Stack,
    x509::{X509, X509PurposeId, X509StoreContext, store::X509StoreBuilder},
};
use serde_json::Value;

use super::{
    controlplane::ControlPlane,
    objects::{Key, NAME, NAMESPACE, kustomized, only, parse, path, scratch, templated},
};

const ON: [&str; 2] = ["--set", "webhook.enabled=true"];

/// A kustomization of somebody's own, as `docs/admission.md` has it.
fn component() -> BTreeMap<Key, Value> {
    let dir = scratch("webhook");
    let base = "../../../..";
    let text = format!(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [{base}/deploy]\n\
         components: [{base}/deploy/webhook]\n"
    );
    fs::write(dir.join("kustomization.yaml"), text).unwrap();
    assert_eq!(
        fs::canonicalize(dir.join(base)).unwrap(),
        fs::canonicalize(env!("CARGO_MANIFEST_DIR")).unwrap(),
        "the folder for tests is elsewhere"
    );
    let built = ControlPlane::shared().kubectl(&["kustomize", &dir.to_string_lossy()], "").ok();
    parse(&built)
}

#[test]
fn nothing_of_it_is_there_unless_it_is_asked_for() {
    for objects in [kustomized("deploy"), templated(&[])] {
        assert!(!objects.keys().any(|key| key.0.contains("Webhook") || key.2.contains("webhook")));
        let deployment = only(&objects, "Deployment").to_string();
        assert!(!deployment.contains("webhook") && !deployment.contains("POD_IP"));
    }
}

#[test]
fn kustomize_and_helm_install_the_same_webhook() {
    let theirs = templated(&["--skip-tests", ON[0], ON[1], "--set", "webhook.certManager=true"]);
    let ours = component();
    let usual = kustomized("deploy");
    let mut compared = 0;
    for (key, object) in ours.iter().filter(|(key, object)| usual.get(*key) != Some(*object)) {
        assert_eq!(&theirs[key], object, "{key:?}: on the left the chart, on the right deploy/webhook");
        compared += 1;
    }
    // Service, Issuer, Certificate, the registration; and the Deployment, which is another one.
    assert_eq!((compared, ours.len()), (5, usual.len() + 4));
}

/// Whoever installs it must not be able to stop anything with it.
#[test]
fn it_cannot_be_in_the_way() {
    for objects in [component(), templated(&ON)] {
        let webhooks = only(&objects, "ValidatingWebhookConfiguration")["webhooks"].as_array().unwrap();
        let [webhook] = webhooks.as_slice() else { panic!("{webhooks:?}") };
        assert_eq!((&webhook["failurePolicy"], &webhook["sideEffects"]), (&"Ignore".into(), &"None".into()));
        assert!(webhook["timeoutSeconds"].as_u64().unwrap() <= 5);
        assert_eq!(webhook["rules"][0]["resources"], serde_json::json!(["lyncfailovers"]));
        let pod = &only(&objects, "Deployment")["spec"]["template"]["spec"];
        assert_eq!(pod["volumes"][0]["secret"]["optional"], true, "a Pod would wait for its certificate");
        let env = pod["containers"][0]["env"].as_array().unwrap();
        let ip = env.iter().find(|one| one["name"] == "POD_IP").expect("a standby has to find the leader");
        assert_eq!(ip["valueFrom"]["fieldRef"]["fieldPath"], "status.podIP");
        let readiness = &pod["containers"][0]["readinessProbe"]["httpGet"]["port"];
        assert_eq!(readiness, "http", "readiness does not depend on it");
    }
    // Of one namespace it asks no other.
    let one = templated(&[&ON[..], &["--set", "watchNamespaces={lync-dr}"]].concat());
    let selector = &only(&one, "ValidatingWebhookConfiguration")["webhooks"][0]["namespaceSelector"];
    assert_eq!(selector["matchExpressions"][0]["values"], serde_json::json!(["lync-dr"]));
}

/// The real API server takes it, and an upgrade keeps the certificate that Helm has made.
#[test]
fn helm_makes_a_certificate_that_fits_and_keeps_it() {
    let plane = ControlPlane::start();
    let chart = path("charts/lync-failover");
    let args = [&[NAME, &chart, "-n", NAMESPACE], &ON[..]].concat();
    plane.helm(&[&["install", "--create-namespace"], &args[..]].concat()).ok();
    let get = |kind: &str, name: &str| -> Value {
        let text = plane.kubectl(&["get", kind, name, "-n", NAMESPACE, "-o", "json"], "").ok();
        serde_json::from_str(&text).unwrap()
    };
    let secret = || get("secret", "lync-failover-webhook")["data"].clone();
    let trusted = || {
        let object = get("validatingwebhookconfiguration", "lync-failover-plan");
        object["webhooks"][0]["clientConfig"]["caBundle"].clone()
    };
    let first = secret();
    let decoded = |field: &str| openssl::base64::decode_block(first[field].as_str().unwrap()).unwrap();
    let certificate = X509::from_pem(&decoded("tls.crt")).unwrap();
    let key = PKey::private_key_from_pem(&decoded("tls.key")).unwrap();
    let public = certificate.public_key().unwrap();
    assert!(public.public_eq(&key) && certificate.verify(&public).unwrap());
    let names = certificate.subject_alt_names().unwrap();
    let host = format!("lync-failover-webhook.{NAMESPACE}.svc");
    assert!(names.iter().any(|name| name.dnsname() == Some(host.as_str())), "the API server asks for {host}");
    assert_eq!(trusted(), first["tls.crt"]);
    // A replica believes another one by this certificate itself: there is no authority.
    assert_eq!(first["ca.crt"], Value::Null);
    let mut store = X509StoreBuilder::new().unwrap();
    store.add_cert(certificate.clone()).unwrap();
    store.set_purpose(X509PurposeId::SSL_SERVER).unwrap();
    let mut check = X509StoreContext::new().unwrap();
    let verified =
        check.init(&store.build(), &certificate, &Stack::new().unwrap(), |check| check.verify_cert());
    assert!(verified.unwrap(), "{}", check.error());

    plane.helm(&[&["upgrade"], &args[..], &["--set", "logLevel=debug"]].concat()).ok();
    assert!(secret() == first && trusted() == first["tls.crt"], "an upgrade has made another one");
}
