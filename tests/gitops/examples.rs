//! `examples/gitops`: what its kustomizations come to, taken by a real API server that has the definitions of Argo CD
//! and Flux as these publish them; and the life of the `LyncFailover` in it.

use std::{fs, sync::OnceLock};

use serde_json::{Value, json};

use crate::{
    controlplane::{ControlPlane, binaries, kubectl::Output},
    git::{Git, next},
    judge::ask,
    path,
    stage::{AWAY, Stage, USERS},
};

const APPLICATIONS: &str = "argocd/apps";
const LAYERS: [&str; 3] = ["operator", "deployment", "failover"];
const KEPT: &str = "Prune=false,Delete=false";

fn read(name: &str) -> String {
    fs::read_to_string(path(&format!("examples/gitops/{name}"))).unwrap()
}

/// What kubectl makes of a directory.
fn build(directory: &str) -> String {
    let directory = path(directory).to_string_lossy().into_owned();
    ControlPlane::shared().kubectl(&["kustomize", &directory], "").ok()
}

fn objects(text: &str) -> Vec<Value> {
    serde_yaml::from_multiple(text).unwrap()
}

fn built(directory: &str) -> Vec<Value> {
    objects(&build(&format!("examples/gitops/{directory}")))
}

/// The object of a kind, with the end of its name.
fn one(objects: &[Value], kind: &str, name: &str) -> Value {
    let is_it = |object: &&Value| {
        object["kind"] == kind && object["metadata"]["name"].as_str().is_some_and(|it| it.ends_with(name))
    };
    objects.iter().find(is_it).unwrap_or_else(|| panic!("no {kind} {name}")).clone()
}

/// The shared control plane, which knows the kinds of Argo CD and Flux.
fn with_tools() -> &'static ControlPlane {
    static DONE: OnceLock<()> = OnceLock::new();
    let plane = ControlPlane::shared();
    DONE.get_or_init(|| {
        let file = binaries::published().to_string_lossy().into_owned();
        plane.kubectl(&["apply", "--server-side", "-f", &file], "").ok();
        plane.kubectl(&["wait", "--for=condition=Established", "--timeout=60s", "-f", &file], "").ok();
        for namespace in ["argocd", "flux-system"] {
            plane.kubectl(&["create", "namespace", namespace], "").ok();
        }
        plane.forget_discovery();
    });
    plane
}

fn try_apply(text: &str) -> Output {
    let strictly = ["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"];
    with_tools().kubectl(&strictly, text)
}

#[test]
fn argo_cd_and_flux_would_take_what_is_written_for_them() {
    for text in
        [build("examples/gitops/argocd/apps"), build("examples/gitops/flux"), read("argocd/root.yaml")]
    {
        try_apply(&text).ok();
        // A word that they do not know is refused, so the words above are known.
        for word in ["selfHeal:", "deletionPolicy:"].iter().filter(|word| text.contains(**word)) {
            let refused = try_apply(&text.replacen(word, "nonsense:", 1)).refused();
            assert!(refused.contains("nonsense: field not declared in schema"), "{refused}");
        }
    }
}

#[test]
fn the_operator_is_that_of_deploy_with_an_image_and_is_not_pruned() {
    let mut ours = built("repository/operator");
    let mut kept = Vec::new();
    for object in &mut ours {
        let Some(metadata) = object["metadata"].as_object_mut() else { continue };
        let Some(annotations) = metadata.get("annotations").cloned() else { continue };
        if annotations["argocd.argoproj.io/sync-options"] == KEPT
            && annotations["kustomize.toolkit.fluxcd.io/prune"] == "disabled"
        {
            metadata.remove("annotations");
            kept.push(object["kind"].as_str().unwrap().to_owned());
        }
    }
    kept.sort();
    assert_eq!(kept, ["CustomResourceDefinition", "CustomResourceDefinition", "Namespace"]);
    let image = |objects: &mut [Value]| {
        let pods = objects.iter_mut().filter(|object| object["kind"] == "Deployment");
        let images: Vec<Value> =
            pods.map(|pod| pod["spec"]["template"]["spec"]["containers"][0]["image"].take()).collect();
        images
    };
    let mut plain = objects(&build("deploy"));
    let images = image(&mut ours);
    assert!(images[0].as_str().unwrap().starts_with("registry.example.com/lync-failover:"), "{images:?}");
    image(&mut plain);
    assert_eq!(ours, plain);
}

/// A tool that prunes by mistake, or whose Application is deleted, leaves ours where they are.
#[test]
fn nothing_of_ours_is_pruned_and_flux_leaves_an_approval_alone() {
    let mut ours = built("repository/deployment");
    ours.extend(built("repository/failover"));
    for object in &ours {
        let annotations = &object["metadata"]["annotations"];
        assert_eq!(annotations["argocd.argoproj.io/sync-options"], KEPT, "{object:#}");
        assert_eq!(annotations["kustomize.toolkit.fluxcd.io/prune"], "disabled", "{object:#}");
    }
    let failover = one(&ours, "LyncFailover", "contoso");
    assert_eq!(failover["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/ssa"], "Merge");
}

#[test]
fn an_application_neither_prunes_nor_undoes_a_failover_by_kubectl() {
    let mut all = built(APPLICATIONS);
    all.extend(objects(&read("argocd/root.yaml")));
    let wave = |object: &Value| {
        let wave = &object["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"];
        wave.as_str().map(|wave| wave.parse::<i32>().unwrap())
    };
    let waves = LAYERS.map(|layer| wave(&one(&all, "Application", layer)));
    assert_eq!(waves, [Some(0), Some(1), Some(2)]);
    assert_eq!(wave(&one(&all, "AppProject", "lync-dr")), Some(-1));
    for application in all.iter().filter(|object| object["kind"] == "Application") {
        let spec = &application["spec"];
        assert!(application["metadata"]["finalizers"].is_null(), "{application:#}");
        assert!(spec["ignoreDifferences"].is_null(), "there is nothing to ignore: {application:#}");
        assert_eq!(spec["syncPolicy"]["automated"]["prune"], false);
        assert_eq!(spec["syncPolicy"]["syncOptions"], json!(["ServerSideApply=true"]));
        assert_eq!(spec["syncPolicy"]["retry"]["limit"], -1, "it would give up");
        let source = path(spec["source"]["path"].as_str().unwrap());
        assert!(source.join("kustomization.yaml").is_file(), "{}", source.display());
    }
    let failover = one(&all, "Application", "failover");
    assert_eq!(failover["spec"]["syncPolicy"]["automated"]["selfHeal"], false);
    let project = one(&all, "AppProject", "lync-dr");
    let allowed: Vec<&Value> =
        project["spec"]["clusterResourceWhitelist"].as_array().unwrap().iter().collect();
    for object in LAYERS.iter().flat_map(|layer| built(&format!("repository/{layer}"))) {
        if object["metadata"]["namespace"].is_null() {
            let is_it = |entry: &&&Value| entry["kind"] == object["kind"];
            assert!(allowed.iter().any(|entry| is_it(&entry)), "{} is not in the project", object["kind"]);
        }
    }
}

/// Flux takes no new revision while it waits for health, and applies nothing whose dependency is not ready. Neither may
/// hold up a failover, or the way back.
#[test]
fn flux_neither_prunes_nor_holds_a_failover_up() {
    let all = built("flux");
    let exprs: Value =
        serde_yaml::from_str(&fs::read_to_string(path("deploy/flux/health-check-exprs.yaml")).unwrap())
            .unwrap();
    for (layer, before) in
        [("operator", None), ("deployment", Some("operator")), ("failover", Some("deployment"))]
    {
        let spec = one(&all, "Kustomization", layer)["spec"].take();
        assert_eq!((&spec["prune"], &spec["deletionPolicy"]), (&json!(false), &json!("Orphan")), "{layer}");
        assert_eq!(spec["wait"], true);
        assert_eq!(spec["healthCheckExprs"], exprs["spec"]["healthCheckExprs"]);
        assert!(["2m", "5m"].contains(&spec["timeout"].as_str().unwrap()), "a revert waits for it: {layer}");
        let source = path(spec["path"].as_str().unwrap());
        assert!(source.join("kustomization.yaml").is_file(), "{}", source.display());
        let dependency = before.map(|name| format!("lync-dr-{name}"));
        assert_eq!(spec["dependsOn"][0]["name"].as_str(), dependency.as_deref());
        if before.is_some() {
            holds_up_the_first_time_only(spec["dependsOn"][0]["readyExpr"].as_str().unwrap());
        }
    }
}

/// Flux's own evaluator knows no `dep` here; it is put where it looks.
fn holds_up_the_first_time_only(expression: &str) {
    let expression = expression.replace("dep.", "status.dep.");
    let cases = [
        (json!({}), false),
        (json!({"status": {"observedGeneration": 1}}), false),
        (json!({"status": {"lastAppliedRevision": "main@sha1:0123"}}), true),
        (
            json!({"status": {"lastAppliedRevision": "main@sha1:0123", "observedGeneration": 1,
                "conditions": [{"type": "Ready", "status": "False", "reason": "HealthCheckFailed"}]}}),
            true,
        ),
    ];
    let requests: Vec<Value> = cases
        .iter()
        .map(|(dependency, _)| {
            let object = json!({
                "apiVersion": "v1", "kind": "Any", "metadata": {"name": "any", "generation": 2},
                "status": {"dep": dependency},
            });
            json!({"object": object, "flux": {"current": expression}})
        })
        .collect();
    for ((dependency, lets), answer) in cases.iter().zip(ask(&requests)) {
        assert_eq!(answer["flux"] == "Current", *lets, "{dependency}: {answer}");
    }
}

/// One line away, one `git revert` back; and no difference for either tool at any time.
#[test]
fn a_failover_is_one_line_and_its_revert_the_way_back() {
    let at_home = read("repository/failover/lyncfailover.yaml");
    let away = at_home.replace("servedBy: pool1", "servedBy: pool2");
    assert_eq!(at_home.lines().zip(away.lines()).filter(|(home, away)| home != away).count(), 1);
    let mut git = Git::new(Stage::new("gitops-revert", ""), &at_home);
    let _operator = git.stage.operator();
    git.stage.wait_for_ready();
    assert!(git.stage.cmdlets().is_empty(), "{:?}", git.stage.cmdlets());
    git.push(&away);
    git.stage.wait_for_ready();
    git.shows_no_difference("failed over");
    let there = git.stage.cmdlets();
    assert_eq!(there.last().map(String::as_str), Some(USERS), "{there:?}");
    git.push(&at_home);
    git.stage.wait_for_ready();
    git.shows_no_difference("failed back");
    assert_eq!(git.stage.cmdlets()[there.len()..], ["Invoke-CsPoolFailBack"]);
    assert_eq!(git.stage.field("{.status.nextAction.actor}"), "Nobody");
}

/// A cluster that is built anew, with a Git that says what was so once: Lync is well, so nothing moves until somebody
/// agrees. The agreement is nobody's difference, and stays when the tools apply again.
#[test]
fn a_rebuilt_cluster_waits_and_goes_on_when_somebody_agrees() {
    let git = Git::new(Stage::new("gitops-rebuilt", ""), AWAY);
    let _operator = git.stage.operator();
    let found = git.visits("awaiting-approval");
    assert!(next(&found).contains("approve it by its hash"), "{}", next(&found));
    git.sync();
    git.stage.until_looked(2);
    assert!(git.stage.cmdlets().is_empty(), "{:?}", git.stage.cmdlets());
    let hash = found["status"]["plan"]["hash"].as_str().unwrap();
    git.stage.edit(&format!(r#"{{"approval": {{"planHash": "{hash}"}}}}"#));
    git.sync();
    assert_eq!(git.stage.field("{.spec.approval.planHash}"), hash, "the tools took the approval away");
    git.stage.wait_for_ready();
    assert_eq!(git.stage.cmdlets().last().map(String::as_str), Some(USERS));
    git.shows_no_difference("approved by hand");
}
