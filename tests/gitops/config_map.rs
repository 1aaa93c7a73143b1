//! `deploy/argocd/argocd-cm.yaml` has the scripts in it that stand beside it.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{golden, judge::lua};

const HEAD: &str = "# What Argo CD is to make of our kinds, for its ConfigMap. Made of the scripts beside this file; do not edit.
# kubectl apply --server-side --field-manager lync-failover -f deploy/argocd/argocd-cm.yaml
# adds these keys and leaves all others alone. With Argo CD's Helm chart they belong under configs.cm.
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  namespace: argocd
  labels:
    app.kubernetes.io/part-of: argocd
data:
";

/// The actions on a `LyncFailover`.
pub const ACTIONS: [&str; 2] = ["resume", "suspend"];

fn indented(text: &str, by: usize) -> String {
    let line = |line: &str| match line {
        "" => "\n".to_owned(),
        _ => format!("{:by$}{line}\n", ""),
    };
    text.lines().map(line).collect()
}

fn config_map() -> String {
    let mut text = HEAD.to_owned();
    for kind in ["LyncDeployment", "LyncFailover"] {
        let script = indented(&lua(kind, "health.lua"), 4);
        write!(text, "  resource.customizations.health.lyncfailover.dev_{kind}: |\n{script}").unwrap();
    }
    let discovery = indented(&lua("LyncFailover", "actions/discovery.lua"), 6);
    write!(
        text,
        "  resource.customizations.actions.lyncfailover.dev_LyncFailover: |\n    discovery.lua: |\n{discovery}    \
         definitions:\n"
    )
    .unwrap();
    for action in ACTIONS {
        let script = indented(&lua("LyncFailover", &format!("actions/{action}/action.lua")), 8);
        write!(text, "    - name: {action}\n      action.lua: |\n{script}").unwrap();
    }
    text
}

#[test]
fn the_config_map_of_argo_cd_has_the_scripts() {
    let text = config_map();
    golden("deploy/argocd/argocd-cm.yaml", &text);
    let map: Value = serde_yaml::from_str(&text).unwrap();
    let key = |what: &str, kind: &str| format!("resource.customizations.{what}.lyncfailover.dev_{kind}");
    for kind in ["LyncDeployment", "LyncFailover"] {
        assert_eq!(map["data"][key("health", kind)], lua(kind, "health.lua"));
    }
    let actions = map["data"][key("actions", "LyncFailover")].as_str().unwrap();
    let actions: Value = serde_yaml::from_str(actions).unwrap();
    assert_eq!(actions["discovery.lua"], lua("LyncFailover", "actions/discovery.lua"));
    for (action, definition) in ACTIONS.iter().zip(actions["definitions"].as_array().unwrap()) {
        assert_eq!(definition["name"], *action);
        assert_eq!(definition["action.lua"], lua("LyncFailover", &format!("actions/{action}/action.lua")));
    }
}
