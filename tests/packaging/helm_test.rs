//! `helm test`: what its Pod would run, on what it would be given. There is no kubelet here, so the test takes both
//! from the rendered chart and runs the same program on the same file.

use std::{collections::BTreeMap, fs, process::Command};

use serde_json::Value;

use super::{
    admission::installed,
    objects::{Key, NAMESPACE, only, read, scratch, templated},
};

/// The Pod and the ConfigMap, and where the Pod finds the files of the latter.
fn parts(objects: &BTreeMap<Key, Value>) -> (&Value, &Value, &str) {
    let (pod, files) = (only(objects, "Pod"), only(objects, "ConfigMap"));
    let spec = &pod["spec"];
    assert_eq!(spec["volumes"][0]["configMap"]["name"], files["metadata"]["name"]);
    let mount = &spec["containers"][0]["volumeMounts"][0];
    assert_eq!((&mount["name"], &mount["readOnly"]), (&spec["volumes"][0]["name"], &true.into()));
    (pod, files, mount["mountPath"].as_str().unwrap())
}

#[test]
fn its_pod_runs_a_whole_failover_and_ends_well() {
    let objects = templated(&[]);
    let (pod, files, mounted) = parts(&objects);
    let dir = scratch("helm-test");
    for (name, text) in files["data"].as_object().unwrap() {
        fs::write(dir.join(name), text.as_str().unwrap()).unwrap();
    }
    let run = |args: Vec<String>| {
        Command::new(env!("CARGO_BIN_EXE_lync-failover")).args(args).env_clear().output().unwrap()
    };
    let container = &pod["spec"]["containers"][0];
    assert_eq!(container["command"], Value::Null, "the entry point is the image's");
    let told: Vec<&str> =
        container["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
    let here = dir.to_string_lossy();
    let args: Vec<String> = told.iter().map(|arg| arg.replacen(mounted, &here, 1)).collect();
    assert_ne!(args, told, "it reads none of the files");
    let output = run(args.clone());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{}:\n{said}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.contains("pool1@pool2"), "{said}");

    // A failover that waits for consent is not one that went well.
    let example = dir.join("registrars-lost.yaml");
    let text = fs::read_to_string(&example).unwrap();
    fs::write(&example, text.replace("WhenSourceDown", "Never")).unwrap();
    assert_eq!(run(args).status.code(), Some(3));
}

#[test]
fn its_example_is_that_of_the_repository() {
    let example = read("examples/registrars-lost.yaml");
    assert!(
        read("charts/lync-failover/files/registrars-lost.yaml") == example,
        "cp examples/registrars-lost.yaml charts/lync-failover/files/"
    );
    let objects = templated(&[]);
    let (_, files, _) = parts(&objects);
    let given = files["data"]["registrars-lost.yaml"].as_str().unwrap();
    assert_eq!(given.trim_end(), example.trim_end());
}

/// Both are hooks: Helm makes them for the test alone, in this order, and takes them away.
#[test]
fn it_is_no_part_of_the_installation() {
    let objects = templated(&[]);
    let (pod, files, _) = parts(&objects);
    let weight = |object: &Value| -> i32 {
        let annotations = &object["metadata"]["annotations"];
        assert_eq!(annotations["helm.sh/hook"], "test");
        assert_eq!(annotations["helm.sh/hook-delete-policy"], "before-hook-creation,hook-succeeded");
        annotations["helm.sh/hook-weight"].as_str().map_or(0, |text| text.parse().unwrap())
    };
    assert!(weight(files) < weight(pod), "the Pod waits for its file");
    // Neither the Service nor the disruption budget nor the network policy counts the Pod.
    let labels = pod["metadata"]["labels"].as_object().unwrap();
    for (name, selector) in [
        ("Service", &only(&objects, "Service")["spec"]["selector"]),
        ("PodDisruptionBudget", &only(&objects, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"]),
    ] {
        let selector = selector.as_object().unwrap();
        assert!(
            selector.iter().any(|(key, value)| labels.get(key) != Some(value)),
            "{name} selects the test"
        );
    }
    assert_eq!(pod["spec"]["automountServiceAccountToken"], false);
}

#[test]
fn the_api_server_takes_both_where_restricted_is_enforced() {
    let plane = installed();
    let objects = templated(&[]);
    let (pod, files, _) = parts(&objects);
    let create = ["create", "--dry-run=server", "--validate=strict", "-n", NAMESPACE, "-f", "-"];
    for object in [pod, files] {
        plane.kubectl(&create, &object.to_string()).ok();
    }
}
