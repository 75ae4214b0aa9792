//! What earlier ticks have made and is not over.

use mission_control_kernel::{MissionId, RunId, Scope, StoreError};
use mission_control_missions::{Actor, Command, ErrorText, RunCommand, Verdict};
use mission_control_workflows::RunState;
use mission_control_workflows::schedule::{Fired, Schedule, Tick, TickOutcome};

use crate::mission_control::MissionControl;

/// So many ticks that have made something are looked back at. One that overlaps no other has one open, and whoever has let
/// more than this pile up with another rule ends them by hand.
const LOOKED_BACK: u32 = 50;

impl MissionControl {
    /// Whether what an earlier tick made, or is about to, is not over.
    pub(super) async fn is_open(&self, schedule: &Schedule) -> Result<bool, StoreError> {
        let ticks = self.inner.stores.schedules.made_ticks(schedule.id, None, LOOKED_BACK).await?;
        if ticks.iter().any(|tick| tick.outcome == TickOutcome::Due) {
            return Ok(true);
        }
        let (missions, runs) = self.open_of(schedule, &ticks).await?;
        Ok(!missions.is_empty() || !runs.is_empty())
    }

    /// Calls off what ticks before number `n` have made and is not over.
    pub(super) async fn call_off_others(
        &self,
        schedule: &Schedule,
        n: i64,
    ) -> Result<(), StoreError> {
        let store = &self.inner.stores.schedules;
        let ticks = store.made_ticks(schedule.id, Some(n), LOOKED_BACK).await?;
        self.call_off(schedule, &ticks).await
    }

    /// Whether a tick behind number `n` was fired, or is to be.
    pub(super) async fn is_superseded(
        &self,
        schedule: &Schedule,
        n: i64,
    ) -> Result<bool, StoreError> {
        let newest = self.inner.stores.schedules.made_ticks(schedule.id, None, 1).await?;
        Ok(newest.first().is_some_and(|newest| newest.n > n))
    }

    /// Calls off what these ticks have made and is not over.
    pub(super) async fn call_off(
        &self,
        schedule: &Schedule,
        ticks: &[Tick],
    ) -> Result<(), StoreError> {
        let (missions, runs) = self.open_of(schedule, ticks).await?;
        let scope = || Scope::one(schedule.project.clone());
        let reason =
            Some(ErrorText::cleaned(&format!("schedule {} has come again", schedule.name)));
        for id in missions {
            let command = Command::Cancel { reason: reason.clone(), children: true };
            let verdict = self.command(Actor::System, scope(), id, command, None).await?;
            wait_if_busy(&verdict)?;
        }
        for id in runs {
            let command = RunCommand::Cancel { reason: reason.clone() };
            let verdict = self.run_command(Actor::System, scope(), id, command, None).await?;
            wait_if_busy(&verdict)?;
        }
        Ok(())
    }

    async fn open_of(
        &self,
        schedule: &Schedule,
        ticks: &[Tick],
    ) -> Result<(Vec<MissionId>, Vec<RunId>), StoreError> {
        let scope = Scope::one(schedule.project.clone());
        let (mut missions, mut runs) = (Vec::new(), Vec::new());
        for tick in ticks {
            match tick.outcome {
                TickOutcome::Fired(Fired::Mission(id)) => missions.push(id),
                TickOutcome::Fired(Fired::Run(id)) => runs.push(id),
                TickOutcome::Due | TickOutcome::Skipped { .. } | TickOutcome::Failed(_) => {}
            }
        }
        let found = self.inner.stores.missions.missions(&scope, &missions).await?;
        let open = found.iter().filter(|mission| !mission.status().is_terminal());
        let missions = open.map(|mission| mission.id).collect();
        let mut open_runs = Vec::new();
        for id in runs {
            let run = self.run(&scope, id).await?;
            let moves = |state| matches!(state, RunState::Pending | RunState::Running);
            if run.is_some_and(|run| moves(run.tally.state())) {
                open_runs.push(id);
            }
        }
        Ok((missions, open_runs))
    }
}

/// What is held by somebody else for too long is not called off yet, so the tick waits as well.
fn wait_if_busy(verdict: &Verdict) -> Result<(), StoreError> {
    use mission_control_missions::Refusal;
    match verdict {
        Verdict::Refused(Refusal::Busy) => {
            Err(StoreError::Busy("what an earlier tick made".to_owned()))
        }
        Verdict::Done(..) | Verdict::Replayed(_) | Verdict::Refused(_) => Ok(()),
    }
}
