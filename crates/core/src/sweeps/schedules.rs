//! Schedules whose time has come.

use std::sync::Weak;
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::StoreError;

use super::Sweep;
use crate::mission_control::{Inner, MissionControl};
use crate::schedules::Ticked;

/// The period of what comes every second at most.
const TICK_EVERY: Duration = Duration::from_secs(1);

/// Decides about ticks and fires them, as long as the mission control is there. Every process does so:
/// one of them decides about each tick, and what it leaves undone the others do.
pub(crate) struct ScheduleSweep {
    pub(crate) control: Weak<Inner>,
}

#[async_trait]
impl Sweep for ScheduleSweep {
    type Report = Ticked;

    const NAME: &'static str = "schedules";
    const PERIOD: Duration = TICK_EVERY;

    fn done(report: &Ticked) -> u64 {
        u64::from(report.fired + report.skipped + report.failed)
    }

    async fn sweep(&self) -> Result<Ticked, StoreError> {
        let Some(inner) = self.control.upgrade() else { return Ok(Ticked::default()) };
        MissionControl { inner }.tend_schedules().await
    }
}
