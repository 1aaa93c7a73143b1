//! An admission review in, and the answer out: always allowed, with warnings.
//! The form is that of `admission.k8s.io/v1` (Kubernetes, *Dynamic Admission Control*).

use jiff::Timestamp;
use kube::ResourceExt;
use serde::{Deserialize, Serialize};

use super::{
    Known,
    lines::{bounded, lines},
};
use crate::{
    api::LyncFailover,
    controller::Owner,
    plan::Desired,
    status::{self, Found, Outcome},
};

/// What the API server asks.
#[derive(Debug, Deserialize)]
pub(super) struct Review {
    request: Request,
}

#[derive(Debug, Deserialize)]
struct Request {
    uid: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    object: serde_json::Value,
}

/// What it is answered.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    api_version: &'static str,
    kind: &'static str,
    response: Response,
}

#[derive(Debug, Serialize)]
struct Response {
    uid: String,
    allowed: bool,
    warnings: Vec<String>,
}

/// Why this process has no plan to give, if that is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Post {
    /// It makes the rounds.
    Leads,
    /// Another replica does, and has the observation.
    StandsBy,
}

/// Answers a review. It is allowed whatever comes.
pub(super) fn answer(review: Review, known: &Known, post: Post, now: Timestamp) -> Answer {
    let Request { uid, namespace, object } = review.request;
    let warnings = match warnings(&namespace, object, known, post, now) {
        Ok(warnings) => warnings,
        Err(why) => bounded([format!("the plan could not be computed: {why}")]),
    };
    let response = Response { uid, allowed: true, warnings };
    Answer { api_version: "admission.k8s.io/v1", kind: "AdmissionReview", response }
}

fn warnings(
    namespace: &str,
    object: serde_json::Value,
    known: &Known,
    post: Post,
    now: Timestamp,
) -> Result<Vec<String>, String> {
    if post == Post::StandsBy {
        return Err("the replica that was asked stands by and has not looked at Lync. Ask again: the next one may be \
                    the one that leads"
            .to_owned());
    }
    let lfo: LyncFailover = serde_json::from_value(object)
        .map_err(|err| format!("this version of the operator cannot read the resource: {err}"))?;
    let desired = Desired::try_from(&lfo.spec).map_err(|err| err.to_string())?;
    let deployment = lfo.spec.deployment_ref.name.to_string();
    let seen = known.get(namespace, &deployment).ok_or_else(|| {
        format!("nothing was seen yet through LyncDeployment {namespace}/{deployment}; its status says why, if it is there")
    })?;
    let owner = Owner(lfo.uid().unwrap_or_default());
    let (name, generation) = (lfo.name_any(), lfo.metadata.generation.unwrap_or(1));
    let (plan, progress) = seen.plan(&owner, &name, &desired, generation, now);
    let found = Found {
        namespace,
        name: &name,
        generation,
        desired: &desired,
        observed: &seen.observed,
        plan: &plan,
        progress: &progress,
        limits: &seen.limits,
        sign_ins: &Default::default(),
    };
    let status = status::next(&Default::default(), &Outcome::Found(found), now);
    Ok(lines(&plan, desired.management, status.next_action.as_ref(), seen.at))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::operator::webhook::Seen;

    fn ask(object: serde_json::Value, known: &Known, post: Post) -> serde_json::Value {
        let review = json!({"request": {"uid": "u", "namespace": "dr", "object": object}});
        let review = serde_json::from_value(review).expect("a review");
        serde_json::to_value(answer(review, known, post, Timestamp::UNIX_EPOCH)).expect("JSON")
    }

    fn failover() -> serde_json::Value {
        json!({
            "apiVersion": "lyncfailover.dev/v1alpha1", "kind": "LyncFailover", "metadata": {"name": "a"},
            "spec": {"deploymentRef": {"name": "contoso"}, "users": [
                {"homePool": "pool1.contoso.com", "servedBy": "pool2.contoso.com"}]},
        })
    }

    #[test]
    fn whatever_is_asked_it_is_allowed_and_says_why_there_is_no_plan() {
        let known = Known::default();
        let cases = [
            (failover(), Post::StandsBy, "stands by"),
            (failover(), Post::Leads, "nothing was seen yet through LyncDeployment dr/contoso"),
            (json!({"spec": 1}), Post::Leads, "cannot read the resource"),
            (json!(null), Post::Leads, "cannot read the resource"),
        ];
        for (object, post, says) in cases {
            let answer = ask(object, &known, post);
            assert_eq!(
                (&answer["response"]["allowed"], &answer["response"]["uid"]),
                (&true.into(), &"u".into())
            );
            let warnings = answer["response"]["warnings"].to_string();
            assert!(
                warnings.contains("the plan could not be computed") && warnings.contains(says),
                "{warnings}"
            );
        }
    }

    #[test]
    fn what_was_not_seen_is_not_taken_for_done() {
        let known = Known::default();
        let deployment = json!({
            "apiVersion": "lyncfailover.dev/v1alpha1", "kind": "LyncDeployment",
            "metadata": {"name": "contoso", "namespace": "dr"}, "spec": {"bridge": {"simulated": {"scenario": {}}}},
        });
        known.keep(&serde_json::from_value(deployment).expect("a deployment"), Seen::default());
        let warnings = ask(failover(), &known, Post::Leads)["response"]["warnings"].to_string();
        assert!(
            warnings.contains("no step is certain") && warnings.contains("Cannot see: topology"),
            "{warnings}"
        );
        assert!(!warnings.contains("nothing to do"), "{warnings}");
    }
}
