//! One row of the counters for each project and minute.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{ProjectId, StoreError, Timestamp};
use mission_control_missions::{MissionStore, Totals};

use super::Sweep;
use crate::history::History;
use crate::projection::{Projection, minute_of};

/// How often the minute is looked at: often enough that none passes between two looks, whatever
/// the jitter. A look at a minute that has its rows asks no store.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// Notes the counters of every project once in each minute of the store's clock. Every process
/// does so; the first one of a minute is the one that counts.
pub(crate) struct MinuteSweep {
    history: Arc<dyn History>,
    missions: Arc<dyn MissionStore>,
    projection: Arc<Projection>,
    /// The last minute that has its rows, in microseconds.
    noted: AtomicI64,
}

/// What was noted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct MinuteReport {
    /// Rows that this process wrote.
    pub(crate) noted: u64,
}

impl MinuteSweep {
    pub(crate) fn new(
        history: Arc<dyn History>,
        missions: Arc<dyn MissionStore>,
        projection: Arc<Projection>,
    ) -> Self {
        let noted = AtomicI64::new(Timestamp::MIN.as_micros());
        Self { history, missions, projection, noted }
    }
}

#[async_trait]
impl Sweep for MinuteSweep {
    type Report = MinuteReport;

    const NAME: &'static str = "minutes";
    const PERIOD: Duration = LOOK_EVERY;

    fn done(report: &MinuteReport) -> u64 {
        report.noted
    }

    async fn sweep(&self) -> Result<MinuteReport, StoreError> {
        let minute = minute_of(self.missions.now());
        if minute.as_micros() <= self.noted.load(Ordering::Relaxed) {
            return Ok(MinuteReport::default());
        }
        let mut totals: BTreeMap<ProjectId, Totals> = self.projection.totals_by_project();
        // It exists from the start, also before its first mission.
        totals.entry(ProjectId::default_project()).or_default();
        let rows: Vec<(ProjectId, Totals)> = totals.into_iter().collect();
        let noted = self.history.note_minute(minute, &rows).await?;
        self.noted.store(minute.as_micros(), Ordering::Relaxed);
        Ok(MinuteReport { noted })
    }
}
