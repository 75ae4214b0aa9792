//! Background work, timed around whatever it is.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::StoreError;
use tokio::time::Instant;

use super::Sweep;
use crate::telemetry::Telemetry;

/// Does what the sweep does that it is around, and tells how that went.
pub(crate) struct Measured<S> {
    sweep: S,
    telemetry: Arc<dyn Telemetry>,
}

impl<S> Measured<S> {
    pub(crate) fn around(sweep: S, telemetry: &Arc<dyn Telemetry>) -> Self {
        Self { sweep, telemetry: Arc::clone(telemetry) }
    }
}

#[async_trait]
impl<S: Sweep> Sweep for Measured<S> {
    type Report = S::Report;

    const NAME: &'static str = S::NAME;
    const PERIOD: Duration = S::PERIOD;

    fn done(report: &S::Report) -> u64 {
        S::done(report)
    }

    async fn sweep(&self) -> Result<S::Report, StoreError> {
        let started = Instant::now();
        let outcome = self.sweep.sweep().await;
        self.telemetry.swept(S::NAME, started.elapsed(), outcome.as_ref().ok().map(S::done));
        outcome
    }
}
