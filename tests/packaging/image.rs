//! What Containerfile says, read as an engine would read it, and by hadolint.

use std::process::Command;

use super::{
    layout::tools,
    objects::{kustomized, only, path, read},
};

/// The instructions of Containerfile, each on one line: its name and the rest.
pub fn instructions() -> Vec<(String, String)> {
    let text = read("Containerfile").replace("\\\n", " ");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let (name, rest) = line.split_once(' ').unwrap_or_else(|| panic!("{line}"));
            (name.to_owned(), rest.split_whitespace().collect::<Vec<_>>().join(" "))
        })
        .collect()
}

/// The last stage: what is in the image.
pub fn last_stage() -> Vec<(String, String)> {
    let all = instructions();
    let begin = all.iter().rposition(|(name, _)| name == "FROM").unwrap();
    all[begin..].to_vec()
}

#[test]
fn the_image_runs_as_the_user_of_the_deployment_and_is_built_from_the_lock_file() {
    let containerfile = read("Containerfile");
    let instruction = |name: &str| -> Vec<String> {
        instructions().into_iter().filter(|(own, _)| own == name).map(|(_, rest)| rest).collect()
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
    for name in ["Cargo.toml", "Cargo.lock", "src", "image"] {
        assert!(given.lines().any(|line| line == format!("!{name}")), "{name}");
        let is_copied = |copy: &String| copy.split([' ', '/']).any(|word| word == name);
        assert!(instruction("COPY").iter().any(is_copied), "{name}");
    }
}

/// Nothing but what `image/root` makes and the programs: the last stage begins empty and runs nothing.
#[test]
fn the_image_begins_empty() {
    let stage = last_stage();
    assert_eq!(stage[0], ("FROM".to_owned(), "scratch".to_owned()));
    let copies: Vec<&str> =
        stage.iter().filter(|(name, _)| name == "COPY").map(|(_, rest)| rest.as_str()).collect();
    let [program, plugin] = ["lync-failover", "kubectl-lync"]
        .map(|name| format!("--from=builder /usr/local/bin/{name} /usr/local/bin/{name}"));
    assert_eq!(copies, ["--from=root /image /", &program, &plugin]);
    assert!(!stage.iter().any(|(name, _)| ["RUN", "ADD"].contains(&name.as_str())), "{stage:?}");
    let made = ("RUN".to_owned(), "image-root /image".to_owned());
    assert!(instructions().contains(&made), "the root is made by image/root");
}

#[test]
fn hadolint_has_nothing_to_say_and_would_say_it() {
    let hadolint = |file: &str| {
        let output =
            Command::new(tools().join("bin/hadolint")).args(["--failure-threshold", "style", file]).output();
        let output = output.unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(hadolint(&path("Containerfile")), (true, String::new()));
    let spoilt = super::objects::scratch("hadolint").join("Containerfile");
    std::fs::write(&spoilt, read("Containerfile").replace("FROM scratch", "FROM debian:latest")).unwrap();
    let (is_well, said) = hadolint(&spoilt.to_string_lossy());
    assert!(!is_well && said.contains("DL3007"), "{said}");
}
