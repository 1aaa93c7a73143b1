//! The life of a release: installed, upgraded, rolled back, uninstalled, installed again.

use std::{fs, path::Path, process::Command};

use super::{
    controlplane::ControlPlane,
    objects::{NAME, NAMESPACE, path, scratch},
};

#[test]
fn the_linter_has_nothing_to_say() {
    let text = ControlPlane::shared().helm(&["lint", "--strict", &path("charts/lync-failover")]).ok();
    // A chart without an icon is a chart without an icon.
    let said: Vec<&str> = text.lines().filter(|line| line.starts_with('[')).collect();
    assert_eq!(said, ["[INFO] Chart.yaml: icon is recommended"], "{text}");
    assert!(text.contains("0 chart(s) failed"), "{text}");
}

/// A copy of the chart as an older version would have been: a column less, and another number.
fn older_chart() -> String {
    let dir = scratch("older");
    let copied = Command::new("cp").arg("-R").arg(path("charts/lync-failover")).arg(&dir).status().unwrap();
    assert!(copied.success());
    let chart = dir.join("lync-failover");
    let edit = |file: &Path, from: &str, to: &str| {
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(from), "{} has no {from}", file.display());
        fs::write(file, text.replacen(from, to, 1)).unwrap();
    };
    let crd = chart.join("files/crds/lyncfailover.dev_lyncfailovers.yaml");
    edit(&crd, "name: Next\n", "name: Formerly\n");
    edit(&chart.join("Chart.yaml"), &format!("version: {}", env!("CARGO_PKG_VERSION")), "version: 0.0.1");
    chart.to_string_lossy().into_owned()
}

#[test]
fn a_release_takes_the_definitions_along_and_leaves_them_and_the_resources_behind() {
    let plane = ControlPlane::start();
    let chart = path("charts/lync-failover");
    let older = older_chart();
    let in_namespace = ["--namespace", NAMESPACE];
    let helm = |args: &[&str]| plane.helm(&[args, &in_namespace].concat());
    let columns = || {
        let columns = "jsonpath={.spec.versions[0].additionalPrinterColumns[*].name}";
        plane.kubectl(&["get", "crd", "lyncfailovers.lyncfailover.dev", "-o", columns], "").ok()
    };
    let image = || {
        let image = "jsonpath={.spec.template.spec.containers[0].image}";
        plane.kubectl(&["get", "deployment", NAME, "-n", NAMESPACE, "-o", image], "").ok()
    };

    let notes = helm(&["install", NAME, &older, "--create-namespace"]).ok();
    assert!(notes.contains("image.repository is the default"), "{notes}");
    assert!(columns().contains("Formerly"), "{}", columns());
    plane.kubectl(&["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"], "").ok();
    plane.forget_discovery();
    let sample = path("deploy/samples");
    plane.kubectl(&["apply", "-k", &sample], "").ok();
    let record =
        ["create", "configmap", "lync-organisation-0", "-n", NAMESPACE, "--from-literal=record.json={}"];
    let operator = plane.existing_account(NAMESPACE, NAME);
    plane.kubectl_as(&operator, &record, "").ok();

    let setting = ["--set", "image.repository=elsewhere"];
    helm(&[&["upgrade", NAME, &chart], &setting[..]].concat()).ok();
    assert!(columns().contains("Next") && !columns().contains("Formerly"), "{}", columns());
    assert!(image().starts_with("elsewhere:"), "{}", image());

    helm(&["rollback", NAME, "1"]).ok();
    assert!(image().starts_with("lync-failover:"), "{}", image());
    assert!(columns().contains("Formerly"), "{}", columns());
    helm(&["upgrade", NAME, &chart]).ok();

    helm(&["uninstall", NAME]).ok();
    let gone = plane
        .kubectl(&["get", "deployment,service,role,rolebinding,pdb,sa", "-n", NAMESPACE, "-o", "name"], "")
        .ok();
    assert!(!gone.contains(NAME), "{gone}");
    let roles = plane.kubectl(&["get", "clusterrole,clusterrolebinding", "-o", "name"], "").ok();
    assert!(!roles.contains(NAME), "{roles}");
    assert_kept(&plane);
    plane.kubectl(&["get", "configmap", "lync-organisation-0", "-n", NAMESPACE], "").ok();

    helm(&["install", NAME, &chart]).ok();
    assert!(columns().contains("Next"), "{}", columns());
    helm(&["upgrade", NAME, &chart, "--set", "crds.install=false"]).ok();
    assert_kept(&plane);
}

/// The definitions are there to stay (a deletion would take its time), and so are the samples.
fn assert_kept(plane: &ControlPlane) {
    let deleted = ["get", "crd", "-o", "jsonpath={.items[*].metadata.deletionTimestamp}"];
    assert_eq!(plane.kubectl(&deleted, "").ok(), "");
    let kept = ["get", "lyncdeployments,lyncfailovers", "-n", "lync-dr", "-o", "name"];
    let kept = plane.kubectl(&kept, "").ok();
    assert_eq!(kept.lines().count(), 2, "{kept}");
}

/// Who began with kustomize goes on with Helm without losing the definitions in between.
#[test]
fn helm_takes_over_from_kustomize() {
    let plane = ControlPlane::start();
    plane.kubectl(&["apply", "--server-side", "-k", &path("deploy")], "").ok();
    let chart = path("charts/lync-failover");
    let install = ["install", NAME, &chart, "--namespace", NAMESPACE];
    let refused = plane.helm(&install).refused();
    assert!(refused.contains("invalid ownership metadata"), "{refused}");
    let version = ["get", "crd", "lyncfailovers.lyncfailover.dev", "-o", "jsonpath={.metadata.uid}"];
    let before = plane.kubectl(&version, "").ok();
    plane.helm(&[&install[..], &["--take-ownership"]].concat()).ok();
    assert_eq!(plane.kubectl(&version, "").ok(), before);
}
