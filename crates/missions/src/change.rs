//! What a decision changes: the mission, its journal, its attempts, and what must follow.

use mission_control_kernel::{
    AgentId, LeaseId, MissionId, ProjectId, RunId, Timestamp, closed_words,
};

use crate::actor::{Actor, Why};
use crate::mission::{Mission, Phase};
use crate::words::{ErrorText, Failure, Kind, Priority, Progress, Status, Usage};

/// What a command does.
#[derive(Clone, PartialEq, Debug)]
pub enum Decision {
    /// Nothing: it was so already.
    Unchanged,
    /// The lease alone is longer now; neither the mission's row nor the journal changes.
    Renewed(Box<Mission>),
    /// The mission moves.
    Changed(Box<Change>),
}

impl From<Change> for Decision {
    fn from(change: Change) -> Self {
        Self::Changed(Box::new(change))
    }
}

/// One move of a mission, to be stored whole or not at all.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// The mission after it.
    pub mission: Mission,
    /// What the journal says.
    pub entry: Entry,
    /// What the list of attempts says.
    pub attempt: Option<AttemptChange>,
    /// What must be done to other missions, in steps of its own.
    pub follow_ups: Vec<FollowUp>,
}

closed_words! {
    /// What a journal entry tells.
    EventKind, "invalid_event", "is no event of the journal",
    {
        /// A mission was made.
        Created = "created",
        /// An attempt began.
        Started = "started",
        /// It said how far it is.
        Progressed = "progressed",
        /// The mission is done.
        Completed = "completed",
        /// The mission is over, badly.
        Failed = "failed",
        /// An attempt ended and the mission waits for the next.
        Requeued = "requeued",
        /// The mission was called off.
        Cancelled = "cancelled",
        /// A mission that was over begins anew.
        Retried = "retried",
        /// A failed mission was put aside.
        Discarded = "discarded",
        /// It waits for an approval.
        Held = "held",
        /// It was approved.
        Approved = "approved",
        /// A person changed it.
        Edited = "edited",
        /// One of its dependencies is satisfied.
        Settled = "settled",
        /// Its run was paused.
        Paused = "paused",
        /// Its run goes on.
        Resumed = "resumed",
    }
}

closed_words! {
    /// How an attempt ended.
    AttemptOutcome, "invalid_outcome", "is no outcome of an attempt",
    {
        /// Well.
        Completed = "completed",
        /// It said that it failed.
        Failed = "failed",
        /// Its worker fell silent.
        Lost = "lost",
        /// It ran for too long.
        TimedOut = "timed_out",
        /// It waits for something outside.
        Snoozed = "snoozed",
        /// Its worker gave it back.
        Released = "released",
        /// An operator took it back.
        TakenBack = "taken_back",
        /// The mission was called off.
        Cancelled = "cancelled",
    }
}

/// One line of the journal: enough to keep every counter, never a body.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// When, on the store's clock.
    pub at: Timestamp,
    /// Whose.
    pub project: ProjectId,
    /// Which mission.
    pub mission: MissionId,
    /// The mission's own count of entries, from 1.
    pub version: i64,
    /// What happened.
    pub event: EventKind,
    /// Who asked for it. A decision does not know: whoever carries it out says so.
    pub by: Actor,
    /// Why, where it failed or was called off, or somebody has given a reason.
    pub why: Option<Why>,
    /// The status before; none for a new mission.
    pub from: Option<Status>,
    /// The status after.
    pub to: Status,
    /// How the attempt ended, when one did.
    pub outcome: Option<AttemptOutcome>,
    /// The priority after.
    pub priority: Priority,
    /// The priority before, when it differs.
    pub was_priority: Option<Priority>,
    /// What runs it.
    pub kind: Kind,
    /// Its run.
    pub run: Option<RunId>,
    /// The root of its tree.
    pub root: MissionId,
    /// The agent of the attempt that began, moved or ended.
    pub agent: Option<AgentId>,
    /// The fence of that attempt.
    pub lease: LeaseId,
    /// Its number, from 1; none for what concerns no attempt.
    pub attempt: Option<u32>,
    /// How far, after it.
    pub progress: Progress,
    /// What sums must add.
    pub delta: Delta,
}

/// What one entry adds to the sums over all missions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Delta {
    /// Tokens.
    pub tokens: i64,
    /// Nano-dollars.
    pub cost_nanos: i64,
    /// Microseconds of duration.
    pub duration_micros: i64,
    /// Missions with a duration.
    pub timed: i64,
    /// Missions in the dead letter.
    pub dead_letter: i64,
    /// Pending missions that wait for an approval.
    pub held: i64,
}

/// What happens to the row of an attempt.
#[derive(Clone, PartialEq, Debug)]
pub enum AttemptChange {
    /// A new one.
    Began,
    /// The one that was under way is over.
    Ended {
        /// Which one.
        lease: LeaseId,
        /// How.
        outcome: AttemptOutcome,
        /// What it used.
        usage: Usage,
        /// Why it failed, when it did.
        failure: Option<Failure>,
    },
}

/// What one mission's move asks of others; done afterwards, in idempotent steps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FollowUp {
    /// Tell what depends on it how it stands now.
    Dependants,
    /// Ask again how the missions stand that it depends on.
    Dependencies,
    /// Call off what is below it.
    CancelChildren,
}

impl Change {
    /// A new mission.
    #[must_use]
    pub fn created(mission: Mission) -> Self {
        let entry = Entry::between(None, &mission, EventKind::Created);
        Self { mission, entry, attempt: None, follow_ups: Vec::new() }
    }

    /// A move from `before` to `next`, with what must follow from it.
    pub(crate) fn moved(before: &Mission, next: Mission, event: EventKind) -> Self {
        let entry = Entry::between(Some(before), &next, event);
        let (was_over, is_over) = (before.status().is_terminal(), next.status().is_terminal());
        let mut follow_ups = Vec::new();
        if was_over != is_over && next.has_dependants {
            follow_ups.push(FollowUp::Dependants);
        }
        if was_over && !is_over && !next.dependencies.is_empty() {
            follow_ups.push(FollowUp::Dependencies);
        }
        Self { mission: next, entry, attempt: None, follow_ups }
    }

    /// The same, ending the attempt that was under way.
    pub(crate) fn ending(
        mut self,
        lease: LeaseId,
        outcome: AttemptOutcome,
        usage: Usage,
        failure: Option<Failure>,
    ) -> Self {
        self.entry.outcome = Some(outcome);
        self.entry.why = failure.as_ref().map(Why::from);
        self.attempt = Some(AttemptChange::Ended { lease, outcome, usage, failure });
        self
    }

    /// The same, for a reason that somebody has given.
    pub(crate) fn because(mut self, reason: Option<&ErrorText>) -> Self {
        self.entry.why = reason.map(Why::given).or(self.entry.why);
        self
    }

    /// The same, beginning an attempt.
    pub(crate) fn beginning(mut self) -> Self {
        self.attempt = Some(AttemptChange::Began);
        self
    }

    /// The same, calling off what is below.
    pub(crate) fn with_children(mut self, children: bool) -> Self {
        if children && self.mission.has_children {
            self.follow_ups.push(FollowUp::CancelChildren);
        }
        self
    }
}

impl Entry {
    fn between(before: Option<&Mission>, after: &Mission, event: EventKind) -> Self {
        let agent = after.agent().or_else(|| before.and_then(Mission::agent));
        // What was given back does not count the attempt any more, but it was that one.
        let tried = before.filter(|it| it.running().is_some());
        let tried = tried.or_else(|| after.running().map(|_| after));
        // Without an attempt: called off or expired while it waited.
        let ends = matches!(event, EventKind::Failed | EventKind::Cancelled);
        Self {
            at: after.updated_at,
            project: after.project.clone(),
            mission: after.id,
            version: after.version,
            event,
            by: Actor::System,
            why: after.last_failure.as_ref().filter(|_| ends).map(Why::from),
            from: before.map(Mission::status),
            to: after.status(),
            outcome: None,
            priority: after.spec.priority,
            was_priority: before
                .map(|before| before.spec.priority)
                .filter(|priority| *priority != after.spec.priority),
            kind: after.spec.kind.clone(),
            run: after.spec.step.as_ref().map(|step| step.run),
            root: after.place.root,
            agent,
            lease: after.lease_id,
            attempt: tried.map(|mission| mission.attempt),
            progress: after.output().map_or(Progress::NONE, |output| output.progress),
            delta: Delta::between(before, after),
        }
    }
}

impl Delta {
    /// What turns the sums with `before` in them into the sums with `after`.
    #[must_use]
    pub fn between(before: Option<&Mission>, after: &Mission) -> Self {
        let after = Self::whole(after);
        let before = before.map(Self::whole).unwrap_or_default();
        Self {
            tokens: after.tokens.saturating_sub(before.tokens),
            cost_nanos: after.cost_nanos.saturating_sub(before.cost_nanos),
            duration_micros: after.duration_micros.saturating_sub(before.duration_micros),
            timed: after.timed - before.timed,
            dead_letter: after.dead_letter - before.dead_letter,
            held: after.held - before.held,
        }
    }

    /// What a mission is in the sums.
    fn whole(mission: &Mission) -> Self {
        let usage = mission.usage();
        let duration = mission.duration();
        Self {
            tokens: i64::try_from(usage.tokens_used).unwrap_or(i64::MAX),
            cost_nanos: usage.cost.as_nanos(),
            duration_micros: duration
                .map_or(0, |span| i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
            timed: i64::from(duration.is_some()),
            dead_letter: i64::from(mission.is_dead_letter()),
            held: i64::from(mission.held && matches!(mission.phase, Phase::Pending { .. })),
        }
    }

    /// What turns the sums with the other in them into the sums without it.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_sub(other.tokens),
            cost_nanos: self.cost_nanos.saturating_sub(other.cost_nanos),
            duration_micros: self.duration_micros.saturating_sub(other.duration_micros),
            timed: self.timed - other.timed,
            dead_letter: self.dead_letter - other.dead_letter,
            held: self.held - other.held,
        }
    }

    /// The sum of two.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(other.tokens),
            cost_nanos: self.cost_nanos.saturating_add(other.cost_nanos),
            duration_micros: self.duration_micros.saturating_add(other.duration_micros),
            timed: self.timed + other.timed,
            dead_letter: self.dead_letter + other.dead_letter,
            held: self.held + other.held,
        }
    }
}
