//! The image, as far as it can be looked at without an engine.

use super::objects::{kustomized, only, read};

#[test]
fn the_image_runs_as_the_user_of_the_deployment_and_is_built_from_the_lock_file() {
    let containerfile = read("Containerfile");
    let instruction = |name: &str| -> Vec<&str> {
        containerfile.lines().filter_map(|line| line.strip_prefix(name)).map(str::trim).collect()
    };
    let objects = kustomized("deploy");
    let pod = &only(&objects, "Deployment")["spec"]["template"]["spec"];
    let user = &pod["securityContext"]["runAsUser"];
    // A name would not do: runAsNonRoot needs a number.
    assert_eq!(instruction("USER"), [format!("{user}:{user}")]);
    assert_eq!(instruction("ENTRYPOINT"), [r#"["/usr/local/bin/lync-failover"]"#]);
    assert!(pod["containers"][0]["command"].is_null(), "the entry point is the image's");
    assert!(containerfile.contains("--locked"));
    for program in ["lync-failover", "kubectl-lync"] {
        assert!(containerfile.contains(&format!("--bin {program}")), "{program} is not built");
        let place = format!("/usr/local/bin/{program}");
        assert!(
            instruction("COPY").iter().any(|copy| copy.ends_with(&place)),
            "{program} is not in the image"
        );
    }
    // What is copied is what the engine is given.
    let given = read(".containerignore");
    for name in ["Cargo.toml", "Cargo.lock", "src"] {
        assert!(given.lines().any(|line| line == format!("!{name}")), "{name}");
        assert!(instruction("COPY").iter().any(|copy| copy.split(' ').any(|word| word == name)), "{name}");
    }
}
