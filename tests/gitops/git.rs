//! A namespace that GitOps tools keep as Git has it.

use serde_json::Value;

use crate::{
    judge::verdicts,
    picture::keep,
    stage::Stage,
    states::{State, state},
};

/// How Argo CD and Flux call themselves when they apply from the server's side.
pub const TOOLS: [&str; 2] = ["argocd-controller", "kustomize-controller"];

/// A stage, and what Git says about its `LyncFailover`.
pub struct Git {
    pub stage: Stage<'static>,
    text: String,
}

impl Git {
    /// Git says this, and both tools have made it so.
    pub fn new(stage: Stage<'static>, text: &str) -> Self {
        let mut git = Self { stage, text: String::new() };
        git.push(text);
        git
    }

    /// Somebody has pushed a change, and both tools have made it so.
    pub fn push(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.sync();
    }

    /// Both tools make it as Git says.
    pub fn sync(&self) {
        for tool in TOOLS {
            self.with("apply", tool).ok();
        }
    }

    fn with(&self, verb: &str, tool: &str) -> crate::controlplane::kubectl::Output {
        let manager = format!("--field-manager={tool}");
        let args = [verb, "--server-side", "--force-conflicts", &manager, "-f", "-"];
        self.stage.try_kubectl(&args, &self.text)
    }

    /// Neither tool sees a difference between Git and what is.
    #[track_caller]
    pub fn shows_no_difference(&self, when: &str) {
        for tool in TOOLS {
            let diff = self.with("diff", tool);
            assert_eq!(
                (diff.code, &*diff.stdout),
                (0, ""),
                "{tool} sees a difference, {when}: {}",
                diff.stderr
            );
        }
    }

    /// Waits for a state of the `LyncFailover`, has it judged, compares it with Git and with what is kept.
    #[track_caller]
    pub fn visits(&self, name: &str) -> Value {
        self.visits_when(name, |_| true)
    }

    /// The same, for a state that its `Ready` does not tell from others.
    #[track_caller]
    pub fn visits_when(&self, name: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let found = self.sees(&state("LyncFailover", name), holds);
        self.shows_no_difference(name);
        found
    }

    /// Waits for a state of the `LyncDeployment`, has it judged and compares it with what is kept.
    #[track_caller]
    pub fn sees_deployment(&self, name: &str) {
        self.sees(&state("LyncDeployment", name), |_| true);
    }

    #[track_caller]
    fn sees(&self, state: &State, holds: impl Fn(&Value) -> bool) -> Value {
        let kind = state.kind.to_lowercase();
        let mut found = Value::Null;
        self.stage.until(state.name, || {
            let text = self.stage.kubectl(&["get", &kind, "contoso", "-o", "json"]);
            found = serde_json::from_str(&text).unwrap();
            let is_seen = found["metadata"]["generation"] == found["status"]["observedGeneration"];
            let may_be_new = ["unseen", "new-spec"].contains(&state.name);
            is_seen != may_be_new && ready(&found) == state.ready && holds(&found)
        });
        let verdict = verdicts(std::slice::from_ref(&found)).remove(0);
        assert_eq!(
            [&*verdict.kstatus, &*verdict.argo, &*verdict.flux],
            state.words,
            "{}: {found:#}",
            state.name
        );
        keep(state, &found);
        found
    }
}

/// Status and reason of `Ready`; empty when there is none.
fn ready(object: &Value) -> String {
    let conditions = object["status"]["conditions"].as_array().into_iter().flatten();
    let ready = conditions.into_iter().find(|condition| condition["type"] == "Ready");
    ready.map_or(String::new(), |ready| {
        let word = |field: &str| ready[field].as_str().unwrap_or_default();
        format!("{} {}", word("status"), word("reason"))
    })
}

/// What the operator says is to be done next.
pub fn next(object: &Value) -> &str {
    object["status"]["nextAction"]["message"].as_str().unwrap_or_default()
}
