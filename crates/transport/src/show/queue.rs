//! What waits and what failed, as the wire tells it.

use mission_control::QueueOverview;
use mission_control::kernel::ProjectId;
use mission_control::missions::queue::{KindQueue, QueueChanged};
use mission_control::missions::{FailureGroup, Priority, Status};
use mission_control_wire::{Time, Word, reply};

/// The queues of a project together.
pub(crate) fn project_queue<'a>(
    project: &'a ProjectId,
    queues: &'a QueueOverview,
) -> reply::ProjectQueue<'a> {
    let of = |status, priority| queues.totals.count(&[status], &[priority]);
    let (updated_at, updated_by) = changed(queues.changed.as_ref());
    reply::ProjectQueue {
        id: project.as_str(),
        paused: queues.setting.paused,
        running: queues.totals.status(Status::Running).unsigned_abs(),
        waiting: waiting(|priority| of(Status::Pending, priority)),
        held: queues.totals.sums.held.unsigned_abs(),
        dead_letter: queues.totals.sums.dead_letter.unsigned_abs(),
        updated_at,
        updated_by,
    }
}

/// The queue of one kind.
pub(crate) fn queue(queue: &KindQueue) -> reply::Queue<'_> {
    let counts = &queue.counts;
    let (updated_at, updated_by) = changed(queue.changed.as_ref());
    reply::Queue {
        kind: queue.kind.as_str(),
        paused: queue.setting.paused,
        running_limit: queue.setting.limit,
        key_limit: queue.setting.key_limit,
        running: counts.running.unsigned_abs(),
        waiting: waiting(|priority| counts.pending[usize::from(priority.rank())]),
        ready: queue.ready,
        scheduled: queue.scheduled,
        held: counts.held.unsigned_abs(),
        blocked: queue.blocked,
        exact: queue.exact,
        oldest_waiting_since: queue.ready_since.map(Word),
        updated_at,
        updated_by,
    }
}

/// Missions that failed alike, and what to do about them.
pub(crate) fn failure_group(group: &FailureGroup) -> reply::FailureGroup<'_> {
    reply::FailureGroup {
        fingerprint: group.fingerprint.as_str(),
        failure_class: group.class.as_str(),
        advice: group.class.advice(),
        sample_error: group.sample.as_str(),
        count: group.count.count.into(),
        count_capped: !group.count.whole,
        kinds: group.kinds.iter().map(|kind| kind.as_str()).collect(),
        agent_types: group.agent_types.iter().map(|word| word.as_str()).collect(),
        first_failed_at: Word(group.first_failed_at),
        last_failed_at: Word(group.last_failed_at),
        mission_ids: group.missions.iter().copied().map(Word).collect(),
    }
}

fn waiting(count: impl Fn(Priority) -> i64) -> reply::Waiting {
    let count = |priority| u64::try_from(count(priority)).unwrap_or(0);
    let [critical, high, medium, low] =
        [Priority::Critical, Priority::High, Priority::Medium, Priority::Low].map(count);
    let total = critical.saturating_add(high).saturating_add(medium).saturating_add(low);
    reply::Waiting { total, critical, high, medium, low }
}

fn changed(changed: Option<&QueueChanged>) -> (Option<Time>, Option<&str>) {
    let by = changed.and_then(|changed| changed.by.as_ref()).map(|by| by.as_str());
    (changed.map(|changed| Word(changed.at)), by)
}
