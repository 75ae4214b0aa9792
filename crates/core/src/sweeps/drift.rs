//! The projection compared with the tables, at one and the same place of the journal.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::StoreError;
use tokio::sync::mpsc;
use tracing::error;

use super::{CHECK_EVERY, Sweep};
use crate::health::Health;
use crate::journal::{Journal, Snapshot};
use crate::projection::{Projection, differences, fold_until};

/// How many differences are written to the log.
const SHOWN: usize = 5;

/// Counts the tables and compares. The tables are right: what they say replaces the projection.
pub(crate) struct DriftCheck {
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) projection: Arc<Projection>,
    pub(crate) health: Arc<Health>,
    /// Whoever folds takes the truth over.
    pub(crate) truths: mpsc::Sender<Snapshot>,
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct DriftReport {
    /// Where the two were compared.
    pub(crate) compared_at: Option<i64>,
    /// In what they differ, in words.
    pub(crate) differences: Vec<String>,
}

#[async_trait]
impl Sweep for DriftCheck {
    type Report = DriftReport;

    const NAME: &'static str = "drift";
    const PERIOD: Duration = CHECK_EVERY;

    async fn sweep(&self) -> Result<DriftReport, StoreError> {
        let mut truth = self.journal.aggregate().await?;
        let mut counted = self.projection.snapshot();
        let place = truth.seq.max(counted.seq);
        let whole = fold_until(&*self.journal, &mut truth, place).await?
            && fold_until(&*self.journal, &mut counted, place).await?;
        if !whole {
            return Ok(DriftReport::default());
        }
        let differences = differences(&counted, &truth);
        self.health.set_drift(!differences.is_empty());
        if !differences.is_empty() {
            let shown = &differences[..differences.len().min(SHOWN)];
            error!(
                place,
                found = differences.len(),
                ?shown,
                "the projection differs from the tables"
            );
            // A full channel holds a truth already.
            let _ = self.truths.try_send(truth);
        }
        Ok(DriftReport { compared_at: Some(place), differences })
    }
}
