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

#[derive(Debug, Serialize, Deserialize)]
struct Response {
    uid: String,
    allowed: bool,
    #[serde(default)]
    warnings: Vec<String>,
}

/// What came of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// A plan.
    Plan,
    /// This replica leads, and cannot make one.
    NoPlan,
    /// What the replica that leads has said.
    Forwarded,
    /// That one could not be asked.
    Unreachable,
    /// There is nobody to ask.
    Standby,
}

impl Came {
    /// It as a label of the metric `webhook_reviews`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::NoPlan => "no_plan",
            Self::Forwarded => "forwarded",
            Self::Unreachable => "unreachable",
            Self::Standby => "standby",
        }
    }
}

impl Answer {
    /// With these warnings. It is allowed whatever they say.
    pub(super) fn of(review: Review, warnings: Vec<String>) -> Self {
        let response = Response { uid: review.request.uid, allowed: true, warnings };
        Self { api_version: "admission.k8s.io/v1", kind: "AdmissionReview", response }
    }

    /// With the reason why there is no plan.
    pub(super) fn without_plan(review: Review, why: &str) -> Self {
        Self::of(review, bounded([format!("the plan could not be computed: {why}")]))
    }
}

/// The warnings of another replica's answer. What else it says does not count: its version may be another one.
///
/// # Errors
///
/// It is no answer.
pub(super) fn warnings_of(text: &[u8]) -> Result<Vec<String>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Theirs {
        response: Response,
    }
    serde_json::from_slice::<Theirs>(text).map(|theirs| theirs.response.warnings)
}

/// Answers a review with the plan.
pub(super) fn answer(mut review: Review, known: &Known, now: Timestamp) -> (Answer, Came) {
    let object = std::mem::take(&mut review.request.object);
    match warnings(&review.request.namespace, object, known, now) {
        Ok(warnings) => (Answer::of(review, warnings), Came::Plan),
        Err(why) => (Answer::without_plan(review, &why), Came::NoPlan),
    }
}

fn warnings(
    namespace: &str,
    object: serde_json::Value,
    known: &Known,
    now: Timestamp,
) -> Result<Vec<String>, String> {
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

    fn ask(object: serde_json::Value, known: &Known) -> serde_json::Value {
        let review = json!({"request": {"uid": "u", "namespace": "dr", "object": object}});
        let review = serde_json::from_value(review).expect("a review");
        serde_json::to_value(answer(review, known, Timestamp::UNIX_EPOCH).0).expect("JSON")
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
            (failover(), "nothing was seen yet through LyncDeployment dr/contoso"),
            (json!({"spec": 1}), "cannot read the resource"),
            (json!(null), "cannot read the resource"),
        ];
        for (object, says) in cases {
            let answer = ask(object, &known);
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
    fn what_may_come_of_a_review_is_on_the_page_about_metrics() {
        let page = include_str!("../../../docs/metrics.md");
        let row = page.lines().find(|line| line.contains("webhook_reviews_total")).expect("a row");
        for came in [Came::Plan, Came::NoPlan, Came::Forwarded, Came::Unreachable, Came::Standby] {
            assert!(row.contains(&format!("`{}`", came.word())), "{came:?}: {row}");
        }
    }

    #[test]
    fn what_another_replica_answers_is_passed_on_and_denies_nothing() {
        let theirs = json!({"response": {"uid": "other", "allowed": false, "warnings": ["a", "b"]}});
        let warnings = warnings_of(theirs.to_string().as_bytes()).expect("an answer");
        let review = json!({"request": {"uid": "u", "object": null}});
        let answer = Answer::of(serde_json::from_value(review).expect("a review"), warnings);
        let expected = json!({"uid": "u", "allowed": true, "warnings": ["a", "b"]});
        assert_eq!(serde_json::to_value(answer).expect("JSON")["response"], expected);
        assert!(warnings_of(b"{\"response\": 1}").is_err());
    }

    #[test]
    fn what_was_not_seen_is_not_taken_for_done() {
        let known = Known::default();
        let deployment = json!({
            "apiVersion": "lyncfailover.dev/v1alpha1", "kind": "LyncDeployment",
            "metadata": {"name": "contoso", "namespace": "dr"}, "spec": {"bridge": {"simulated": {"scenario": {}}}},
        });
        known.keep(&serde_json::from_value(deployment).expect("a deployment"), Seen::default());
        let warnings = ask(failover(), &known)["response"]["warnings"].to_string();
        assert!(
            warnings.contains("no step is certain") && warnings.contains("Cannot see: topology"),
            "{warnings}"
        );
        assert!(!warnings.contains("nothing to do"), "{warnings}");
    }
}
