//! The projection is saved and read back.

use std::time::Duration;

use mission_control::{Completion, Minute, Snapshot};
use mission_control_agents::Standing;
use mission_control_kernel::{Money, Timestamp};
use mission_control_missions::{Delta, Kind, KindCounts, Priority, Status, Totals};

use crate::draft::project;
use crate::stage::Stage;

fn snapshot(stage: &Stage) -> Snapshot {
    let sums = Delta {
        tokens: i64::MAX,
        cost_nanos: 1,
        duration_micros: 2,
        timed: 3,
        dead_letter: 4,
        held: 5,
    };
    let cells = [((Status::Failed, Priority::Low), 9), ((Status::Pending, Priority::High), 1)];
    let totals = Totals { cells: cells.into(), sums };
    let minute = Minute {
        completed: 1,
        failed: 2,
        duration: Duration::from_micros(1_234_567),
        timed: 3,
        tokens: 4,
        cost: Money::MAX,
    };
    let completion = |agent| Completion {
        mission: stage.mission_id(),
        at: stage.now(),
        agent,
        status: Status::Completed,
        duration: Duration::from_micros(1),
    };
    let (one, other) = (stage.agent_id(), stage.agent_id());
    let counts = KindCounts { pending: [1, 2, i64::MAX, 4], running: 5, held: 6 };
    Snapshot {
        seq: 77,
        totals: [(project("default"), totals.clone()), (project("elsewhere"), totals.clone())]
            .into(),
        kinds: [(project("default"), [(Kind::default_kind(), counts)].into())].into(),
        removed: [(project("gone"), totals)].into(),
        standings: [(one, Standing { completed: 8, failed: 1 })].into(),
        running: [(one, 2), (other, 1)].into(),
        minutes: [((project("default"), Timestamp::from_micros(60_000_000)), minute)].into(),
        completions: [(project("default"), vec![completion(Some(one)), completion(None)])].into(),
    }
}

pub(super) async fn a_saved_projection_reads_back(stage: Stage) -> anyhow::Result<()> {
    let journal = &stage.store.stores.journal;
    assert_eq!(journal.checkpoint().await?, None);
    let empty = Snapshot::default();
    journal.save_checkpoint(&empty).await?;
    assert_eq!(journal.checkpoint().await?, Some(empty));
    let full = snapshot(&stage);
    journal.save_checkpoint(&full).await?;
    assert_eq!(journal.checkpoint().await?, Some(full.clone()));
    let stage = stage.reopened().await?;
    assert_eq!(stage.store.stores.journal.checkpoint().await?, Some(full));
    Ok(())
}
