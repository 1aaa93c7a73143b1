//! What goes on beside the rounds of a deployment: drills, exports, sign-ins of test users. No round waits for it, and
//! of the three only one goes on at a time, so that a host has one more shell at most.

use std::sync::Arc;

use super::{
    control::Shared,
    deployment::Reached,
    drills::{DrillNews, Drills},
    exports::Exporter,
};
use crate::{
    api::LyncDeployment,
    controller::{Mandate, Passed, Round, SignInTests, SignIns},
    plan::Desired,
    status::ExportsTold,
};

/// What goes on beside the rounds on one organisation. What it has begun is given up with it.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) drills: Drills,
    exporter: Exporter,
    sign_ins: SignInTests,
    /// The organisation that all of it is about.
    identity: Option<String>,
}

/// What there is to say about it after a round.
pub(super) struct BesideNews {
    pub(super) drill: DrillNews,
    pub(super) exports: ExportsTold,
    pub(super) sign_ins: SignIns,
}

impl Beside {
    /// Takes in which organisation the rounds are about: what was found of another one says nothing.
    pub(super) fn meet(&mut self, identity: &str) {
        if self.identity.as_deref() != Some(identity) {
            *self = Self { identity: Some(identity.to_owned()), ..Self::default() };
        }
    }

    /// Takes in that no round could be made: nobody sees any more whether this is a time for it.
    pub(super) fn hold(&self, why: &str) {
        self.drills.stop(why);
    }

    /// Takes in what has ended, and begins what is due, if this is a time for it.
    pub(super) async fn go_on(
        &mut self,
        shared: &Shared,
        deployment: &Arc<LyncDeployment>,
        reached: &Reached,
        round: &Round,
        members: &[(&Desired, &Passed)],
    ) -> BesideNews {
        self.exporter.collect().await;
        let unrest = round.unrest();
        if unrest.is_some() {
            self.exporter.give_up();
        }
        let barred = barred(deployment, reached);
        let occupied = self.occupied();
        let drill = self.drills.consider(deployment, reached, round, (barred.clone(), occupied.clone()));

        let drills = || self.drills.is_running().then(|| "a drill is under way".to_owned());
        let unseen = || round.without_exports.then(|| "a failover was under way until now".to_owned());
        let busy = barred.or(unrest).or_else(drills).or(occupied).or_else(unseen);
        let exports = self.exporter.consider(shared, deployment, reached, round, busy.as_deref());

        if deployment.spec.checks.registration {
            let is_free = !self.drills.is_running() && !self.exporter.is_running();
            self.sign_ins.go_on(&reached.organisation, &round.observed, members, is_free);
        } else {
            self.sign_ins = SignInTests::default();
        }
        BesideNews { drill, exports, sign_ins: self.sign_ins.results() }
    }

    /// What goes on besides drills.
    fn occupied(&self) -> Option<String> {
        let exports = self.exporter.is_running().then_some("exports are being made");
        let all = exports.or_else(|| self.sign_ins.is_running().then_some("a test user signs in"));
        all.map(str::to_owned)
    }
}

/// Why nothing may be begun on the organisation at all.
fn barred(deployment: &LyncDeployment, reached: &Reached) -> Option<String> {
    if deployment.metadata.deletion_timestamp.is_some() {
        return Some("the deployment is being deleted".to_owned());
    }
    (reached.mandate != Mandate::Full).then(|| "the organisation is not identified".to_owned())
}
