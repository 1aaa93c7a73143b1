//! Every manifest in the repository, tried on a real API server with its own schemas; and the chart, with all that can be
//! switched on, for each version of Kubernetes that it is for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    admission::installed,
    controlplane::{ControlPlane, kubectl::Output},
    objects::{Key, kustomized, parse, path, scratch, template, templated},
};

/// Kinds whose definitions others bring: they are looked at for their form, since nobody here knows their fields.
const ELSEWHERE: [(&str, &str); 5] = [
    ("argoproj.io/", "Argo CD; tests/gitops tries them with its definitions"),
    ("source.toolkit.fluxcd.io/", "Flux; the same"),
    ("kustomize.toolkit.fluxcd.io/", "Flux; tests/gitops asks its expressions"),
    ("cert-manager.io/", "cert-manager"),
    ("monitoring.coreos.com/", "the Prometheus operator"),
];
/// YAML that is no object, by the end of its name.
const NO_OBJECTS: [(&str, &str); 7] = [
    ("pull-request/github.yaml", "a workflow; tests/pages looks at it"),
    ("pull-request/gitlab.yaml", "the same"),
    ("health_test.yaml", "what Argo CD's own tests of its scripts read"),
    ("action_test.yaml", "the same"),
    ("monitoring/rules.yaml", "what the PrometheusRule is made of; promtool checks it in tests/monitoring"),
    ("dashboards/failover.yaml", "what a dashboard is made of"),
    ("dashboards/overview.yaml", "the same"),
];

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|end| end == "yaml" || end == "yml")
            || path.ends_with("Kustomization")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The documents of a file; a file that is no object says nothing.
fn documents(file: &Path) -> Vec<Value> {
    let name = file.to_string_lossy();
    if NO_OBJECTS.iter().any(|(end, _)| name.ends_with(end)) {
        return Vec::new();
    }
    let text = fs::read_to_string(file).unwrap();
    let documents: Vec<Value> =
        serde_yaml::from_multiple(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    documents.into_iter().filter(|document| !document.is_null()).collect()
}

/// The name of the group if somebody else brings the kind.
fn elsewhere(object: &Value) -> bool {
    let version = object["apiVersion"].as_str().unwrap_or_default();
    ELSEWHERE.iter().any(|(group, _)| version.starts_with(group))
}

/// Has the form of an object: what any API server asks for before it looks at the fields.
fn well_formed(object: &Value) -> bool {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let is_label = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    object["kind"].is_string() && object["spec"].is_object() && name.split('.').all(is_label)
}

fn tried(plane: &ControlPlane, objects: &[&Value], more: &[&str]) -> Output {
    let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": objects});
    let args = ["apply", "--dry-run=server", "--validate=strict", "-f", "-"];
    plane.kubectl(&[&args, more].concat(), &list.to_string())
}

/// Namespaced objects are refused while their namespace is only tried.
fn with_namespaces<'a>(plane: &ControlPlane, objects: impl Iterator<Item = &'a Value>) {
    let named = objects.filter_map(|object| object["metadata"]["namespace"].as_str());
    for namespace in named.collect::<BTreeSet<&str>>() {
        let object =
            serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
        // With a manager of its own: else the labels that others gave the namespace would go.
        let apply = ["apply", "--server-side", "--field-manager=accepted", "-f", "-"];
        plane.kubectl(&apply, &object.to_string()).ok();
    }
}

#[test]
fn each_manifest_is_accepted_as_it_stands() {
    let plane = installed();
    let mut seen = 0;
    for file in ["deploy", "examples", "crds"].iter().flat_map(|directory| files(Path::new(&path(directory))))
    {
        let documents = documents(&file);
        let ours = |object: &&Value| {
            let version = object["apiVersion"].as_str().unwrap_or_default();
            // What kustomize reads itself; its result is tried below.
            !version.starts_with("kustomize.config.k8s.io/") && !elsewhere(object)
        };
        for object in documents.iter().filter(|object| elsewhere(object)) {
            assert!(well_formed(object), "{}: {object}", file.display());
        }
        let objects: Vec<&Value> = documents.iter().filter(ours).collect();
        if objects.is_empty() {
            continue;
        }
        with_namespaces(plane, objects.iter().copied());
        let output = tried(plane, &objects, &[]);
        assert!(output.code == 0, "{}:\n{}", file.display(), output.stderr);
        assert_eq!(output.stdout.lines().count(), objects.len(), "{}", file.display());
        seen += objects.len();
    }
    assert!(seen > 60, "only {seen} objects were tried");
}

#[test]
fn each_kustomization_is_accepted() {
    let plane = installed();
    let mut directories = BTreeMap::new();
    for file in files(Path::new(&path("deploy"))) {
        for document in documents(&file) {
            let version = document["apiVersion"].as_str().unwrap_or_default();
            if version.starts_with("kustomize.config.k8s.io/") {
                directories.insert(file.parent().unwrap().to_path_buf(), document["kind"] == "Component");
            }
        }
    }
    let flux = directories.remove(Path::new(&path("deploy/flux")));
    assert_eq!(flux, Some(true), "it changes objects of Flux only: see the_component_for_flux");
    assert!(directories.len() >= 5, "{directories:?}");
    for (directory, is_component) in directories {
        let name = directory.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_string_lossy().into_owned();
        let objects = if is_component { with_component(&name) } else { kustomized(&name) };
        let objects: Vec<&Value> = objects.values().filter(|object| !elsewhere(object)).collect();
        with_namespaces(plane, objects.iter().copied());
        let output = tried(plane, &objects, &[]);
        assert!(output.code == 0, "{name}:\n{}", output.stderr);
    }
}

/// The whole installation with a component of ours.
fn with_component(name: &str) -> BTreeMap<Key, Value> {
    built("deploy", name)
}

/// A kustomization of one directory, or of an object of Flux, and one component.
fn built(resource: &str, component: &str) -> BTreeMap<Key, Value> {
    let directory = scratch(&format!("component-{}", component.replace('/', "-")));
    fs::write(directory.join("flux.yaml"), FLUX).unwrap();
    // kustomize takes relative paths alone.
    let up = "../".repeat(directory.components().count() - 1);
    let from = |part: &str| {
        if part.ends_with(".yaml") {
            part.to_owned()
        } else {
            up.clone() + path(part).trim_start_matches('/')
        }
    };
    let text = format!("resources: [{}]\ncomponents: [{}]\n", from(resource), from(component));
    fs::write(directory.join("kustomization.yaml"), text).unwrap();
    let args = ["kustomize", "--load-restrictor=LoadRestrictionsNone", &directory.to_string_lossy()];
    parse(&ControlPlane::shared().kubectl(&args, "").ok())
}

const FLUX: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n\
    metadata: {name: lync, namespace: flux-system}\nspec: {interval: 10m, path: ./lync, prune: false}\n";

#[test]
fn the_component_for_flux_changes_what_it_is_for() {
    let objects = built("flux.yaml", "deploy/flux");
    let (_, object) = objects.first_key_value().unwrap();
    assert!(well_formed(object), "{object}");
    let expressions = object["spec"]["healthCheckExprs"].as_array().unwrap();
    assert_eq!((expressions.len(), &object["spec"]["path"]), (2, &"./lync".into()));
}

/// The check itself: what is misspelt, of a wrong type, or of an unknown kind is refused.
#[test]
fn what_is_wrong_is_not_accepted() {
    let plane = installed();
    let example = documents(Path::new(&path("examples/registrars-lost.yaml")));
    with_namespaces(plane, example.iter());
    tried(plane, &example.iter().collect::<Vec<_>>(), &[]).ok();
    for (field, value) in [
        ("/spec/suspended", Value::Bool(true)),
        ("/spec/suspend", "yes".into()),
        ("/spec/users", serde_json::json!([{"homePool": "pool1.contoso.com"}])),
        ("/kind", "LyncFailback".into()),
    ] {
        let mut wrong = example[1].clone();
        let (parent, name) = field.rsplit_once('/').unwrap();
        wrong.pointer_mut(parent).unwrap()[name] = value;
        tried(plane, &[&wrong], &[]).refused();
    }
    let mut unnamed = example[1].clone();
    unnamed["metadata"]["name"] = "Not_a_name".into();
    assert!(!well_formed(&unnamed));
}

/// Everything that can be switched on at once.
const ALL: [&str; 10] = [
    "--set=networkPolicy.enabled=true,revisionHistoryLimit=0,podDisruptionBudget.minAvailable=1,webhook.enabled=true",
    "--set=secretAccess[0].namespace=lync-dr,secretAccess[0].names={lync-bridge}",
    "--set=imagePullSecrets[0].name=pull,priorityClassName=system-cluster-critical",
    "--set=nodeSelector.disk=ssd,podAnnotations.note=x,podLabels.team=uc",
    "--set=tolerations[0].key=dr,tolerations[0].operator=Exists,tolerations[0].effect=NoSchedule",
    "--set-json=affinity={\"podAntiAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":[{\"topologyKey\":\"zone\",\"labelSelector\":{}}]}}",
    "--set=extraEnv[0].name=SSL_CERT_FILE,extraEnv[0].value=/ca/ca.crt",
    "--set=extraVolumes[0].name=ca,extraVolumes[0].configMap.name=ca",
    "--set=extraVolumeMounts[0].name=ca,extraVolumeMounts[0].mountPath=/ca",
    "--set=crds.annotations.argocd\\.argoproj\\.io/sync-options=Prune=false",
];

#[test]
fn the_chart_with_everything_and_with_little_is_accepted() {
    let plane = installed();
    let name = ["--namespace", "dr-tools", "--name-template", "trial"];
    let little = ["--set=rbac.create=false,crds.install=false,admissionPolicies.enabled=false,\
                   podDisruptionBudget.enabled=false,serviceAccount.create=false,serviceAccount.name=mine"];
    let one = ["--set=watchNamespaces={lync-dr}"];
    for settings in [&ALL[..], &little, &one, &[&ALL[..], &one].concat()] {
        let objects = in_namespace(&[settings, &name].concat());
        with_namespaces(plane, objects.values());
        let output = tried(plane, &objects.values().collect::<Vec<_>>(), &[]);
        assert!(output.code == 0, "{settings:?}:\n{}", output.stderr);
    }
}

/// `helm template` of a release with a name of its own.
fn in_namespace(settings: &[&str]) -> BTreeMap<Key, Value> {
    let chart = path("charts/lync-failover");
    parse(&ControlPlane::shared().helm(&[&["template", &chart], settings].concat()).ok())
}

#[test]
fn each_version_of_kubernetes_gets_the_same_and_older_ones_are_refused() {
    let usual = templated(&[]);
    for version in ["1.31.0", "1.32.4", "1.33.0-gke.100", "1.34.4", "v1.35.4", "1.36.3", "1.37.2"] {
        assert!(templated(&["--kube-version", version]) == usual, "{version}");
    }
    for version in ["1.30.14", "1.28.0-eks-1"] {
        let refused = template(&["--kube-version", version]).refused();
        assert!(refused.contains("chart requires kubeVersion: >=1.31.0-0"), "{refused}");
    }
}
