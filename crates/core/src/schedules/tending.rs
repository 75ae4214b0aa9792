//! Looking after all schedules.

use std::time::Duration;

use futures::{StreamExt, stream};
use mission_control_kernel::StoreError;
use mission_control_workflows::schedule::{Schedule, UndoneTick};

use super::Ticked;
use crate::mission_control::MissionControl;

/// How long whoever has decided about a tick is left alone to fire it. After that anybody does: the
/// receipt keeps it from being fired twice.
pub const FIRED_WITHIN: Duration = Duration::from_secs(5);

/// How many schedules, or ticks, are looked at in one step.
const STEP: u32 = 500;

/// How many steps are made before a period passes, so that a store which gives the same rows again and
/// again is not asked without a pause.
const STEPS: usize = 40;

/// How many schedules are looked after at a time.
const AT_ONCE: usize = 8;

impl MissionControl {
    /// Decides about all ticks whose time has come, fires them, and fires what others have left
    /// undone. The background does so every second; whoever moves clocks may do so besides.
    ///
    /// # Errors
    /// Storage trouble, once all has been tried.
    pub async fn tend_schedules(&self) -> Result<Ticked, StoreError> {
        let mut report = Ticked::default();
        let came = self.tend_due(&mut report).await;
        // Whatever keeps some from their decisions, what was decided is fired.
        let fired = self.tend_undone(&mut report).await;
        came.and(fired).map(|()| report)
    }

    async fn tend_due(&self, report: &mut Ticked) -> Result<(), StoreError> {
        for _ in 0..STEPS {
            let due = self.inner.stores.schedules.due_schedules(STEP).await?;
            let whole = due.len() >= STEP as usize;
            self.all_come_due(due, report).await?;
            if !whole {
                break;
            }
        }
        Ok(())
    }

    async fn tend_undone(&self, report: &mut Ticked) -> Result<(), StoreError> {
        let before = self.store_time().minus(FIRED_WITHIN);
        let undone = self.inner.stores.schedules.undone_ticks(before, STEP).await?;
        // One after the other: each schedule's in their order.
        for UndoneTick { schedule, tick } in undone {
            report.add(self.fire(&schedule, tick.n, tick.at).await);
        }
        Ok(())
    }

    /// One that fails does not keep the others from their ticks; the first error is told at the end.
    async fn all_come_due(
        &self,
        due: Vec<Schedule>,
        report: &mut Ticked,
    ) -> Result<(), StoreError> {
        let mut coming =
            stream::iter(due).map(|schedule| self.come_due(schedule)).buffer_unordered(AT_ONCE);
        let mut trouble = None;
        while let Some(ticked) = coming.next().await {
            match ticked {
                Ok(ticked) => report.add(ticked),
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
        trouble.map_or(Ok(()), Err)
    }
}
