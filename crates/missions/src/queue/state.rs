//! What operators see of queues, and what they set.

use mission_control_kernel::Timestamp;

use super::facts::QueueSetting;
use crate::metrics::KindCounts;
use crate::words::{Kind, ShortName};

/// Missions of one kind that may start, that wait for their time and that wait for others are each
/// counted this far where the counters of the journal do not tell.
pub const WAITING_COUNTED: u32 = 10_000;

/// What an operator wants otherwise about a queue; what is none stays as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct QueueChange {
    /// Whether nothing is claimed.
    pub paused: Option<bool>,
    /// What may run.
    pub limits: Option<QueueLimits>,
}

/// How many may run at a time; none for as many as there are agents.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct QueueLimits {
    /// Of the kind.
    pub running: Option<u32>,
    /// With one concurrency key; none for [`DEFAULT_KEY_LIMIT`](super::DEFAULT_KEY_LIMIT).
    pub of_key: Option<u32>,
}

impl From<QueueSetting> for QueueChange {
    /// All of it.
    fn from(setting: QueueSetting) -> Self {
        let QueueSetting { paused, limit, key_limit } = setting;
        let limits = QueueLimits { running: limit, of_key: key_limit };
        Self { paused: Some(paused), limits: Some(limits) }
    }
}

/// The last change of a queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueueChanged {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Option<ShortName>,
}

/// How a queue is set.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct QueueSet {
    /// What an operator has set.
    pub setting: QueueSetting,
    /// Who set it last; none where nobody has, nobody noted it, or nothing is set for a kind.
    pub changed: Option<QueueChanged>,
}

/// The queue of one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueueState {
    /// Which kind; none for the project as a whole.
    pub kind: Option<Kind>,
    /// What an operator has set.
    pub setting: QueueSetting,
    /// Who set it last; none when nobody has, nobody noted it, or nothing is set for a kind.
    pub changed: Option<QueueChanged>,
    /// How many run.
    pub running: u32,
}

impl From<QueueState> for QueueSet {
    fn from(state: QueueState) -> Self {
        let QueueState { setting, changed, .. } = state;
        Self { setting, changed }
    }
}

/// How many there are, counted as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Many {
    /// So many at least.
    pub count: u32,
    /// Whether there are no more.
    pub whole: bool,
}

/// How what waits of one kind is divided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueueLine {
    /// Which kind.
    pub kind: Kind,
    /// Those that may start as far as time is concerned.
    pub ready: Many,
    /// Those that wait for their time.
    pub scheduled: Many,
    /// Those that wait for something else than an approval, their time or an agent.
    pub blocked: Many,
    /// Since when the first of those that may start has been able to.
    pub ready_since: Option<Timestamp>,
}

/// Everything about the queue of one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KindQueue {
    /// Which kind.
    pub kind: Kind,
    /// What an operator has set.
    pub setting: QueueSetting,
    /// Who set it last.
    pub changed: Option<QueueChanged>,
    /// How many wait by priority and for an approval, and how many run.
    pub counts: KindCounts,
    /// Those that may start as far as they themselves are concerned.
    pub ready: u64,
    /// Those that wait for their time.
    pub scheduled: u64,
    /// Those that wait for other missions or for their run; of the kind `external`, whose missions
    /// are in no queue, also those that somebody may start.
    pub blocked: u64,
    /// Whether these three are exact; else they are at least so many.
    pub exact: bool,
    /// Since when the first of those that may start has been able to.
    pub ready_since: Option<Timestamp>,
}

impl KindQueue {
    /// Puts together what operators have set, what the journal counts and what the queue holds.
    ///
    /// Of what may start and what waits for its time at most one needs to be counted to its end:
    /// the other is what is left of all that wait.
    #[must_use]
    pub fn of(state: QueueState, counts: KindCounts, line: &QueueLine) -> Self {
        let [ready, scheduled, blocked] =
            [line.ready, line.scheduled, line.blocked].map(|many| u64::from(many.count));
        let not_queued = counts.held.unsigned_abs().saturating_add(blocked);
        let queued = counts.waiting().saturating_sub(not_queued);
        let (ready, scheduled) = match (line.ready.whole, line.scheduled.whole) {
            (false, true) => (queued.saturating_sub(scheduled).max(ready), scheduled),
            (true, false) => (ready, queued.saturating_sub(ready).max(scheduled)),
            (true, true) | (false, false) => (ready, scheduled),
        };
        Self {
            kind: line.kind.clone(),
            setting: state.setting,
            changed: state.changed,
            counts,
            ready,
            scheduled,
            blocked,
            exact: line.blocked.whole && (line.ready.whole || line.scheduled.whole),
            ready_since: line.ready_since,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn many(count: u32, whole: bool) -> Many {
        Many { count, whole }
    }

    fn queue(waiting: i64, held: i64, [ready, scheduled, blocked]: [Many; 3]) -> KindQueue {
        let kind = Kind::default_kind();
        let counts = KindCounts { pending: [0, waiting, 0, 0], held, ..KindCounts::default() };
        let state = QueueState {
            kind: Some(kind.clone()),
            setting: QueueSetting::default(),
            changed: None,
            running: 0,
        };
        let line = QueueLine { kind, ready, scheduled, blocked, ready_since: None };
        KindQueue::of(state, counts, &line)
    }

    #[test]
    fn what_is_not_counted_to_its_end_is_the_rest_of_what_waits() {
        let divided = |waiting, held, parts| {
            let queue = queue(waiting, held, parts);
            (queue.ready, queue.scheduled, queue.blocked, queue.exact)
        };
        let whole = [many(5, true), many(3, true), many(1, true)];
        assert_eq!(divided(10, 1, whole), (5, 3, 1, true));
        let deep = [many(10_000, false), many(3, true), many(7, true)];
        assert_eq!(divided(1_000_000, 90, deep), (999_900, 3, 7, true));
        let later = [many(3, true), many(10_000, false), many(0, true)];
        assert_eq!(divided(50_003, 0, later), (3, 50_000, 0, true));
        let both = [many(10_000, false), many(10_000, false), many(0, true)];
        assert_eq!(divided(50_000, 0, both), (10_000, 10_000, 0, false));
        let blocked = [many(5, true), many(0, true), many(10_000, false)];
        assert_eq!(divided(50_000, 0, blocked), (5, 0, 10_000, false));
    }

    #[test]
    fn counters_that_are_a_moment_behind_take_nothing_away() {
        let deep = [many(10_000, false), many(3, true), many(7, true)];
        let queue = queue(4, 9, deep);
        assert_eq!((queue.ready, queue.scheduled, queue.blocked), (10_000, 3, 7));
    }
}
