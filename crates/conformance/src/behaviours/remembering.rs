//! The counters as they were, one row for each project and minute.

use std::time::Duration;

use mission_control::MetricsPoint;
use mission_control_kernel::{Money, Timestamp};
use mission_control_missions::{Delta, Priority, Status, Totals};

use crate::draft::project;
use crate::stage::Stage;

const MINUTE: Duration = Duration::from_mins(1);

fn totals(completed: i64) -> Totals {
    let sums = Delta {
        tokens: 7_000_000_000,
        cost_nanos: 2_500_000_001,
        duration_micros: 3_000_000 * completed,
        timed: completed,
        ..Delta::default()
    };
    let cell = |status, count| ((status, Priority::Medium), count);
    let cells = [
        cell(Status::Completed, completed),
        cell(Status::Failed, 5),
        cell(Status::Running, 2),
        cell(Status::Pending, 3),
        cell(Status::Cancelled, 1),
    ];
    Totals { cells: cells.into(), sums }
}

fn point(at: Timestamp, completed: i64) -> MetricsPoint {
    let totals = totals(completed);
    MetricsPoint {
        at,
        total: completed + 11,
        completed,
        failed: 5,
        running: 2,
        average_duration: 3.0,
        success_rate: totals.success_rate(),
        tokens: 7_000_000_000,
        cost: Money::from_nanos(2_500_000_001).expect("it is positive"),
    }
}

pub(super) async fn a_store_knows_how_much_it_takes(stage: Stage) -> anyhow::Result<()> {
    /// What the tables and indexes of an empty store take at least.
    const EMPTY: u64 = 64 * 1024;
    let size = stage.store.stores.history.size().await?;
    assert!(size >= EMPTY, "{size}");
    Ok(())
}

pub(super) async fn a_minute_is_noted_once_whoever_notes_it(stage: Stage) -> anyhow::Result<()> {
    let other = stage.next_door().await?;
    let history = &stage.store.stores.history;
    let theirs = other.as_ref().map_or(history, |other| &other.store.stores.history);
    let (minute, elsewhere) = (stage.now(), project("elsewhere"));
    assert_eq!(history.note_minute(minute, &[]).await?, 0);
    let first = [(stage.project.clone(), totals(10))];
    assert_eq!(history.note_minute(minute, &first).await?, 1);
    let second = [(stage.project.clone(), totals(20)), (elsewhere.clone(), totals(30))];
    assert_eq!(theirs.note_minute(minute, &second).await?, 1, "only what was not there");
    let end = minute.plus(MINUTE);
    for (project, completed) in [(&stage.project, 10), (&elsewhere, 30)] {
        let found = history.history(project, minute, end, MINUTE, 10).await?;
        assert_eq!(found, [point(minute, completed)]);
    }
    Ok(())
}

pub(super) async fn history_comes_in_steps(stage: Stage) -> anyhow::Result<()> {
    let history = &stage.store.stores.history;
    let begin = stage.now();
    let minute = |n: u32| begin.plus(MINUTE * n);
    for n in (0..10).chain(25..28) {
        let rows = [(stage.project.clone(), totals(i64::from(n) + 1))];
        history.note_minute(minute(n), &rows).await?;
    }
    for (from, to, step, limit, expected) in [
        (0, 100, 1, 100, (0..10).chain(25..28).collect::<Vec<u32>>()),
        (0, 100, 5, 100, vec![0, 5, 25]),
        (1, 100, 5, 100, vec![1, 6, 25, 26]),
        (2, 8, 3, 100, vec![2, 5]),
        (0, 100, 1, 3, vec![0, 1, 2]),
        (30, 100, 1, 100, vec![]),
    ] {
        let step = MINUTE * step;
        let found = history.history(&stage.project, minute(from), minute(to), step, limit).await?;
        let expected: Vec<_> =
            expected.iter().map(|n| point(minute(*n), i64::from(*n) + 1)).collect();
        assert_eq!(found, expected, "from {from} to {to}");
    }
    let all = (begin, minute(100));
    let none = history.history(&project("elsewhere"), all.0, all.1, MINUTE, 10).await?;
    assert_eq!(none, []);
    Ok(())
}
