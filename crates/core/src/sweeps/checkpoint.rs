//! The projection, saved so that the next start reads the tail of the journal alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::StoreError;

use super::{CHECK_EVERY, Sweep};
use crate::journal::Journal;
use crate::projection::Projection;

/// Saves the projection where it has moved.
pub(crate) struct Checkpoint {
    journal: Arc<dyn Journal>,
    projection: Arc<Projection>,
    saved: AtomicI64,
}

/// What was saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct CheckpointReport {
    /// The place that it stands at.
    pub(crate) saved: Option<i64>,
}

impl Checkpoint {
    pub(crate) fn new(journal: Arc<dyn Journal>, projection: Arc<Projection>) -> Self {
        Self { journal, projection, saved: AtomicI64::new(0) }
    }
}

#[async_trait]
impl Sweep for Checkpoint {
    type Report = CheckpointReport;

    const NAME: &'static str = "checkpoint";
    const PERIOD: Duration = CHECK_EVERY;

    fn done(report: &CheckpointReport) -> u64 {
        u64::from(report.saved.is_some())
    }

    async fn sweep(&self) -> Result<CheckpointReport, StoreError> {
        if self.projection.position() <= self.saved.load(Ordering::Relaxed) {
            return Ok(CheckpointReport::default());
        }
        let snapshot = self.projection.snapshot();
        self.journal.save_checkpoint(&snapshot).await?;
        self.saved.store(snapshot.seq, Ordering::Relaxed);
        Ok(CheckpointReport { saved: Some(snapshot.seq) })
    }
}
