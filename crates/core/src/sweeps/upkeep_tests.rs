use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use mission_control_kernel::{ProjectId, Timestamp};

use super::retention::STEPS;
use super::{MinuteSweep, RetentionSweep, Sweep};
use crate::journal::Snapshot;
use crate::previews::PREVIEW_KEPT;
use crate::projection::Projection;
use crate::retention::{
    DEFAULT_JOURNAL_KEPT, DEFAULT_METRICS_KEPT, DEFAULT_RECEIPTS_KEPT, Keep, Perishable, Walk,
};
use crate::scripted::{ScriptedQueue, ScriptedUpkeep, Story, project};

#[tokio::test(start_paused = true)]
async fn everything_that_is_old_leaves_and_what_is_kept_for_ever_stays() {
    let store = Arc::new(ScriptedUpkeep::default());
    *store.old.lock().unwrap() = vec![
        (Perishable::Journal, 1_234),
        (Perishable::Logs, 7),
        (Perishable::Receipts, 500),
        (Perishable::Metrics, 0),
        (Perishable::Previews, 3),
    ];
    let keep = Keep { logs: None, ..Keep::default() };
    let report = RetentionSweep::new(store.clone(), keep).sweep().await.unwrap();
    assert_eq!((report.journal, report.logs), (1_234, 0));
    assert_eq!((report.receipts, report.metrics), (500, 0));
    assert_eq!(report.previews, 3);
    let asked = store.asked.lock().unwrap().clone();
    let mut kinds = asked.clone();
    kinds.dedup();
    let expected = [
        (Perishable::Journal, DEFAULT_JOURNAL_KEPT),
        (Perishable::Receipts, DEFAULT_RECEIPTS_KEPT),
        (Perishable::Metrics, DEFAULT_METRICS_KEPT),
        (Perishable::Previews, PREVIEW_KEPT),
    ];
    assert_eq!(kinds, expected, "each by its own age");
    assert_eq!(asked.len(), 4 + 2 + 1 + 2, "in steps, until one finds nothing");
}

#[tokio::test]
async fn a_minute_is_noted_once_for_every_project() {
    let history = Arc::new(ScriptedUpkeep::default());
    let queue = Arc::new(ScriptedQueue::default());
    let projection = Arc::new(Projection::new(Snapshot::default()));
    let sweep = MinuteSweep::new(history.clone(), queue.clone(), Arc::clone(&projection));
    let minute = |n: u64| Timestamp::MIN.plus(Duration::from_mins(n));
    queue.set_now(minute(1).plus(Duration::from_secs(59)));
    assert_eq!(sweep.sweep().await.unwrap().noted, 1, "one project is always there");
    assert_eq!(sweep.sweep().await.unwrap().noted, 0);
    projection.fold(&Story::of(1, &project("red")).sequenced(1));
    assert_eq!(sweep.sweep().await.unwrap().noted, 0, "the minute has its rows");
    queue.set_now(minute(2));
    assert_eq!(sweep.sweep().await.unwrap().noted, 2);
    assert_eq!(*history.notes.lock().unwrap(), 2, "the store was not asked in between");
    let noted: Vec<_> = history.noted.lock().unwrap().iter().cloned().collect();
    let default = ProjectId::default_project();
    let expected =
        [(minute(1), default.clone()), (minute(2), default), (minute(2), project("red"))];
    assert_eq!(noted, expected);
}

#[tokio::test(start_paused = true)]
async fn a_walk_that_was_not_over_goes_on_where_it_stopped() {
    let store = Arc::new(ScriptedUpkeep::default());
    let place = |n: u32| Some(Story::of(n, &project("red")).mission.id);
    let step = |removed, n, done| Walk { removed, reached: place(n), done };
    let many = (0..STEPS).map(|_| step(1, 7, false));
    let end = Walk { removed: 0, reached: None, done: true };
    store.mission_walks.lock().unwrap().extend(many.chain([step(2, 9, false), end]));
    let sweep = RetentionSweep::new(store.clone(), Keep::default());
    assert_eq!(sweep.sweep().await.unwrap().missions, u64::from(STEPS), "a sweep has an end");
    assert_eq!(sweep.sweep().await.unwrap().missions, 2);
    assert_eq!(sweep.sweep().await.unwrap().missions, 0);
    let from = store.walked_from.lock().unwrap().clone();
    assert_eq!((from[0], from[1]), (None, place(7)));
    let last = &from[STEPS as usize..];
    assert_eq!(last, [place(7), place(9), None], "after the end it begins anew");
    let for_ever = Keep { missions: None, ..Keep::default() };
    let before = store.walked_from.lock().unwrap().len();
    RetentionSweep::new(store.clone(), for_ever).sweep().await.unwrap();
    assert_eq!(store.walked_from.lock().unwrap().len(), before, "nobody looks for any");
}

#[tokio::test(start_paused = true)]
async fn a_walk_that_another_process_keeps_from_going_on_stays_where_it_is() {
    let store = Arc::new(ScriptedUpkeep::default());
    let place = |n: u32| Some(Story::of(n, &project("red")).mission.id);
    let step = |n, done| Walk { removed: 0, reached: place(n), done };
    store.mission_walks.lock().unwrap().extend([step(7, false), step(7, true)]);
    let sweep = RetentionSweep::new(store.clone(), Keep::default());
    sweep.sweep().await.unwrap();
    sweep.sweep().await.unwrap();
    assert_eq!(*store.walked_from.lock().unwrap(), [None, place(7), place(7)]);
}

#[tokio::test(start_paused = true)]
async fn lanes_leave_though_missions_cannot() {
    let store = Arc::new(ScriptedUpkeep::default());
    store.missions_stay.store(true, SeqCst);
    let swept = RetentionSweep::new(store.clone(), Keep::default()).sweep().await;
    assert!(swept.is_err(), "trouble is told");
    assert_eq!(store.lane_walks.load(SeqCst), 1);
}
