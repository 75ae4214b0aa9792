//! What time alone has made due: lost leases, timeouts, missions that expired.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use mission_control_kernel::{Scope, StoreError};
use mission_control_missions::{Action, Actor, Command, Due, MissionStore, Request, Verdict};
use tokio::sync::Notify;

use super::{APPLYING, RESCUE_EVERY, STEP, STEPS, Sweep};

/// Carries out what is due.
pub(crate) struct DueSweep {
    pub(crate) store: Arc<dyn MissionStore>,
    /// What ends a mission may leave follow-ups.
    pub(crate) follow_ups: Arc<Notify>,
}

/// What was due.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct DueReport {
    /// Leases that were over.
    pub(crate) lost: u32,
    /// Attempts over their timeout.
    pub(crate) timed_out: u32,
    /// Missions that waited for too long.
    pub(crate) expired: u32,
    /// What had changed meanwhile, was done by another process, or could not be done now.
    pub(crate) passed_over: u32,
}

#[async_trait]
impl Sweep for DueSweep {
    type Report = DueReport;

    const NAME: &'static str = "due";
    const PERIOD: Duration = RESCUE_EVERY;

    fn done(report: &DueReport) -> u64 {
        u64::from(report.lost + report.timed_out + report.expired)
    }

    async fn sweep(&self) -> Result<DueReport, StoreError> {
        let mut report = DueReport::default();
        for _ in 0..STEPS {
            let due = self.store.due(STEP).await?;
            let whole = due.len() >= STEP as usize;
            let before = report;
            self.carry_out(due, &mut report).await;
            let moved = DueReport { passed_over: before.passed_over, ..report } != before;
            if moved {
                self.follow_ups.notify_one();
            }
            if !whole || !moved {
                break;
            }
        }
        Ok(report)
    }
}

impl DueSweep {
    async fn carry_out(&self, due: Vec<Due>, report: &mut DueReport) {
        let mut done = stream::iter(due)
            .map(|Due { mission, command }| async move {
                let kind = command.clone();
                let action = Action::Command { scope: Scope::All, mission, command };
                (kind, self.store.apply(Request { action, by: Actor::System, receipt: None }).await)
            })
            .buffer_unordered(APPLYING);
        while let Some((command, outcome)) = done.next().await {
            let changed = matches!(&outcome, Ok(Verdict::Done(outcome, _)) if outcome.changed);
            let count = if !changed {
                &mut report.passed_over
            } else if matches!(command, Command::TimeOut { .. }) {
                &mut report.timed_out
            } else if matches!(command, Command::Expire) {
                &mut report.expired
            } else {
                &mut report.lost
            };
            *count += 1;
        }
    }
}
