use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{ProjectId, Timestamp};

use super::{MinuteSweep, RetentionSweep, Sweep};
use crate::journal::Snapshot;
use crate::previews::PREVIEW_KEPT;
use crate::projection::Projection;
use crate::retention::{
    DEFAULT_JOURNAL_KEPT, DEFAULT_METRICS_KEPT, DEFAULT_RECEIPTS_KEPT, Keep, Perishable,
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
    let report = RetentionSweep { store: store.clone(), keep }.sweep().await.unwrap();
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
