//! Agents that have not been heard of.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use mission_control_agents::{AgentCommand, AgentStore};
use mission_control_kernel::{Scope, StoreError};

use super::{APPLYING, FOLLOW_EVERY, STEP, Sweep};

/// Notes that silent agents are offline. Their leases run out by themselves.
pub(crate) struct SilentSweep {
    pub(crate) store: Arc<dyn AgentStore>,
}

/// Who was silent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct SilentReport {
    /// Agents that were told to be.
    pub(crate) silent: u32,
    /// Agents that could not be told now.
    pub(crate) failed: u32,
}

#[async_trait]
impl Sweep for SilentSweep {
    type Report = SilentReport;

    const NAME: &'static str = "silent agents";
    const PERIOD: Duration = FOLLOW_EVERY;

    fn done(report: &SilentReport) -> u64 {
        u64::from(report.silent)
    }

    async fn sweep(&self) -> Result<SilentReport, StoreError> {
        let silent = self.store.silent(STEP).await?;
        let report =
            stream::iter(silent)
                .map(|id| async move {
                    self.store.command(&Scope::All, id, AgentCommand::FallSilent).await
                })
                .buffer_unordered(APPLYING)
                .fold(SilentReport::default(), |mut report, verdict| async move {
                    match verdict {
                        Ok(_) => report.silent += 1,
                        Err(_) => report.failed += 1,
                    }
                    report
                })
                .await;
        Ok(report)
    }
}
