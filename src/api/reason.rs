//! The reasons of conditions: a closed vocabulary that alerts and scripts can rely on.

use super::closed::closed_enum;

closed_enum! {
    /// Why a condition has its status, in one word.
    pub enum Reason {
        /// What is equals what should be.
        Converged,
        /// A step is being carried out.
        Executing,
        /// There is a plan, and it is not carried out: the policy says `Plan`.
        Planned,
        /// The operator only looks: the policy says `Observe`.
        Observing,
        /// Nothing is changed: `suspend` is set.
        Suspended,
        /// Something that takes its time is awaited: replication, a sustained verdict, a window.
        Waiting,
        /// Going on may lose data, and the spec does not consent to it.
        AwaitingConsent,
        /// The plan has to be approved first.
        AwaitingApproval,
        /// A step that only people can do is awaited.
        AwaitingManualStep,
        /// A step has been done and its effect is awaited.
        Verifying,
        /// Another operation on the same Lync organisation goes first.
        Queued,
        /// Lync does not allow what the spec asks for.
        Refused,
        /// Another resource asks for the contrary.
        Conflict,
        /// The spec cannot be understood, or names what is not there.
        InvalidSpec,
        /// The LyncDeployment that the spec names is not there.
        DeploymentNotFound,
        /// The operator's record of the organisation cannot be read or written: without it nothing is done.
        RecordUnusable,
        /// A step failed, and doing it again would not help.
        Failed,
        /// A step was started and it is not known what it did.
        OutcomeUnknown,
        /// The facts do not say.
        Unknown,
        /// Nobody has looked yet.
        NotObserved,
        /// It works.
        Healthy,
        /// It does not work.
        Unavailable,
        /// It works in part.
        Impaired,
        /// Two answers exclude each other.
        Contradictory,
        /// All answers agree.
        Consistent,
        /// No Edge sends traffic to a pool that is down or failed over.
        Safe,
        /// An Edge sends traffic to a pool that is down or failed over.
        AtRisk,
        /// Users have full service where they should.
        Served,
        /// Users do not have full service where they should.
        NotServed,
        /// Seen to be up.
        Up,
        /// Seen to be down, by enough witnesses for long enough.
        Down,
        /// Some say that it is down; not enough, or not for long enough.
        Suspect,
        /// Nobody can tell.
        Undetermined,
        /// It can take the users.
        Capable,
        /// It cannot take the users.
        NotCapable,
        /// As far as can be seen, a failover would work.
        Prepared,
        /// Something stands in the way of a failover.
        NotPrepared,
        /// At least one server takes cmdlets.
        Connected,
        /// No server can be reached.
        Unreachable,
        /// The credentials are refused.
        Denied,
        /// The servers answer, but lack a module, a cmdlet or a parameter.
        Unfit,
        /// No approval is needed.
        NotRequired,
        /// The approval is there.
        Given,
        /// The approval is not there.
        Missing,
        /// The approval is for another plan.
        Outdated,
        /// There is nothing of the kind.
        None,
        /// It was changed behind the operator's back.
        Drifted,
        /// It is as the operator left it.
        InSync,
        /// It could be done now.
        Available,
        /// It could not be done now.
        NotAvailable,
        /// It is under way.
        Progressing,
        /// It has nothing to do with this resource.
        NotApplicable,
    }
}
