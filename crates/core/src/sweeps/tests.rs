use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{LeaseId, MissionId, RunId, StoreError, Timestamp};
use mission_control_missions::{
    Actor, Command, Due, FollowUp, FollowUpTask, RunCommand, RunTask, Task,
};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::{Checkpoint, DueSweep, FollowUpSweep, FollowUps, RESCUE_EVERY, STEP, Sweep, repeat};
use crate::journal::Snapshot;
use crate::projection::Projection;
use crate::scripted::{ScriptedJournal, ScriptedQueue, ScriptedWorkflows, Story, mission, project};

fn ids(count: u32) -> Vec<MissionId> {
    (1..=count).map(|n| mission(n).id).collect()
}

/// The store's clock stands at a second when they are taken.
const TAKEN_UNTIL: Timestamp = Timestamp::from_micros(31_000_000);

fn follow_up(id: i64, what: FollowUp) -> FollowUpTask {
    let task = Task::Mission { mission: mission(0).id, what };
    FollowUpTask { id, task, taken_until: TAKEN_UNTIL }
}

fn over(queue: &Arc<ScriptedQueue>) -> FollowUpSweep {
    let workflows = Arc::<ScriptedWorkflows>::default();
    FollowUpSweep { follow_ups: FollowUps::of(queue.clone(), workflows) }
}

#[tokio::test]
async fn every_dependant_is_told_however_many_there_are() {
    let queue = Arc::new(ScriptedQueue::default());
    let dependants = ids(STEP + 3);
    queue.set_related(dependants.clone());
    queue.add_follow_up(follow_up(7, FollowUp::Dependants));
    let report = over(&queue).sweep().await.unwrap();
    assert_eq!((report.finished, report.left, report.moved), (1, 0, STEP + 3));
    let mut expected: Vec<String> =
        dependants.iter().map(|id| format!("settle {id} on {}", mission(0).id)).collect();
    expected.sort();
    assert_eq!((queue.applied(), queue.finished()), (expected, vec![7]));
}

#[tokio::test]
async fn a_retried_mission_asks_about_each_of_its_open_dependencies() {
    let queue = Arc::new(ScriptedQueue::default());
    queue.set_related(ids(2));
    queue.add_follow_up(follow_up(1, FollowUp::Dependencies));
    over(&queue).sweep().await.unwrap();
    let me = mission(0).id;
    let expected: Vec<String> = ids(2).iter().map(|on| format!("settle {me} on {on}")).collect();
    assert_eq!(queue.applied(), expected);
}

#[tokio::test]
async fn open_children_are_cancelled_and_a_busy_one_leaves_the_task_for_later() {
    let queue = Arc::new(ScriptedQueue::default());
    let children = ids(3);
    queue.set_related(children.clone());
    queue.set_busy(children[1]);
    queue.add_follow_up(follow_up(1, FollowUp::CancelChildren));
    let report = over(&queue).sweep().await.unwrap();
    assert_eq!((report.finished, report.left, report.moved), (0, 1, 2));
    let expected = [children[0], children[2]].map(|id| format!("cancel {id}"));
    assert_eq!((queue.applied(), queue.finished()), (expected.to_vec(), vec![]));
}

#[tokio::test]
async fn every_mission_of_a_run_is_told_in_the_order_of_ids_and_a_busy_one_once_more() {
    let cancel = RunCommand::Cancel { reason: None };
    for (command, words) in [(cancel, "cancel"), (RunCommand::Pause, "align")] {
        let queue = Arc::new(ScriptedQueue::default());
        let sweep = over_members(&queue, ids(STEP + 3));
        queue.add_follow_up(of_run(7, command.clone()));
        let report = sweep.sweep().await.unwrap();
        assert_eq!((report.finished, report.left, report.moved), (1, 0, STEP + 3), "{words}");
        let told = queue.applied();
        assert_eq!((told.len(), queue.finished()), (STEP as usize + 3, vec![7]));
        assert!(told.iter().all(|told| told.starts_with(words)), "{told:?}");

        queue.set_busy(mission(2).id);
        queue.add_follow_up(of_run(8, command));
        assert_eq!(sweep.sweep().await.unwrap().left, 1, "it comes back");
    }
}

#[tokio::test]
async fn what_a_retry_of_a_run_has_retried_it_does_not_retry_again() {
    let queue = Arc::new(ScriptedQueue::default());
    // They stay broken, as what fails again at once does.
    let sweep = over_members(&queue, ids(5));
    queue.add_follow_up(of_run(1, RunCommand::Retry));
    let report = sweep.sweep().await.unwrap();
    assert_eq!((report.finished, report.moved, queue.applied().len()), (1, 5, 5));
}

/// A page takes eight seconds here: of those half a minute there is enough left for two more.
#[tokio::test]
async fn a_follow_up_is_held_on_to_page_by_page() {
    let cancel = RunCommand::Cancel { reason: None };
    for (task, words) in [
        (of_run(7, cancel), "cancel"),
        (of_run(7, RunCommand::Pause), "align"),
        (follow_up(7, FollowUp::Dependants), "settle"),
        (follow_up(7, FollowUp::CancelChildren), "cancel"),
    ] {
        let queue = Arc::new(ScriptedQueue::default());
        let sweep = over_members(&queue, ids(4 * STEP + 1));
        queue.set_related(ids(4 * STEP + 1));
        queue.set_pace(Duration::from_millis(16));
        queue.add_follow_up(task);
        let report = sweep.sweep().await.unwrap();
        assert_eq!((report.finished, report.moved), (1, 4 * STEP + 1), "{words}");
        assert_eq!((queue.kept(), queue.finished()), (vec![7, 7], vec![7]), "{words}");
    }
}

#[tokio::test]
async fn a_follow_up_that_somebody_else_has_taken_is_given_up() {
    let cancel = RunCommand::Cancel { reason: None };
    for (task, told) in [
        (of_run(7, cancel), 2 * STEP),
        (of_run(7, RunCommand::Pause), 2 * STEP),
        (of_run(7, RunCommand::Retry), 0),
        (follow_up(7, FollowUp::Dependants), 2 * STEP),
        (follow_up(7, FollowUp::CancelChildren), 2 * STEP),
    ] {
        let queue = Arc::new(ScriptedQueue::default());
        let sweep = over_members(&queue, ids(4 * STEP + 1));
        queue.set_related(ids(4 * STEP + 1));
        queue.set_pace(Duration::from_millis(16));
        queue.take_over();
        queue.add_follow_up(task);
        let report = sweep.sweep().await.unwrap();
        assert_eq!((report.finished, report.left, report.moved), (0, 1, told));
        assert_eq!((queue.kept(), queue.finished()), (vec![7], vec![]));
    }
}

fn over_members(queue: &Arc<ScriptedQueue>, members: Vec<MissionId>) -> FollowUpSweep {
    let workflows = Arc::<ScriptedWorkflows>::default();
    workflows.set_members(members);
    FollowUpSweep { follow_ups: FollowUps::of(queue.clone(), workflows) }
}

fn of_run(id: i64, command: RunCommand) -> FollowUpTask {
    let run = RunId::new(mission(0).id.uuid());
    let task = Task::Run(RunTask { run, command, by: Actor::System });
    FollowUpTask { id, task, taken_until: TAKEN_UNTIL }
}

#[tokio::test]
async fn what_is_due_is_carried_out_and_its_follow_ups_are_looked_for() {
    let queue = Arc::new(ScriptedQueue::default());
    let lease = LeaseId::new(1);
    for command in [Command::Lose { lease }, Command::TimeOut { lease }, Command::Expire] {
        queue.make_due(Due { mission: mission(1).id, command });
    }
    let busy = mission(2).id;
    queue.set_busy(busy);
    queue.make_due(Due { mission: busy, command: Command::Expire });
    let follow_ups = Arc::new(Notify::new());
    let sweep = DueSweep { store: queue.clone(), follow_ups: Arc::clone(&follow_ups) };
    let report = sweep.sweep().await.unwrap();
    assert_eq!((report.lost, report.timed_out, report.expired, report.passed_over), (1, 1, 1, 1));
    follow_ups.notified().await;
}

#[tokio::test]
async fn a_checkpoint_is_saved_when_the_projection_has_moved() {
    let journal = Arc::new(ScriptedJournal::default());
    let projection = Arc::new(Projection::new(Snapshot::default()));
    let sweep = Checkpoint::new(journal.clone(), Arc::clone(&projection));
    assert_eq!(sweep.sweep().await.unwrap().saved, None);
    projection.fold(&Story::of(1, &project("red")).sequenced(1));
    assert_eq!(sweep.sweep().await.unwrap().saved, Some(1));
    assert_eq!(journal.saved(), Some(projection.snapshot()));
    assert_eq!(sweep.sweep().await.unwrap().saved, None, "nothing has moved since");
}

/// Counts how often it is swept.
struct Counting(mpsc::Sender<tokio::time::Instant>);

#[async_trait]
impl Sweep for Counting {
    type Report = ();

    const NAME: &'static str = "counting";
    const PERIOD: Duration = RESCUE_EVERY;

    fn done((): &()) -> u64 {
        0
    }

    async fn sweep(&self) -> Result<(), StoreError> {
        self.0.send(tokio::time::Instant::now()).await.unwrap();
        Err(StoreError::Unavailable("away".to_owned()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_nudge_sweeps_at_once_and_a_failure_is_tried_again_after_the_period() {
    let (swept, mut sweeps) = mpsc::channel(1);
    let (nudge, stop) = (Arc::new(Notify::new()), CancellationToken::new());
    let task = tokio::spawn(repeat(Counting(swept), Arc::clone(&nudge), stop.clone()));
    let begin = tokio::time::Instant::now();
    nudge.notify_one();
    assert_eq!(sweeps.recv().await.unwrap() - begin, Duration::ZERO);
    let wait = sweeps.recv().await.unwrap() - begin;
    assert!((RESCUE_EVERY * 3 / 4..=RESCUE_EVERY * 5 / 4).contains(&wait), "{wait:?}");
    stop.cancel();
    task.await.unwrap();
}
