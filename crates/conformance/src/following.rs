//! What hangs on a mission or a run, done as every process does it in the background.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use mission_control_kernel::{MissionId, Scope};
use mission_control_missions::{
    Action, Command, FollowUp, FollowUpTask, Outcome, Refusal, RunCommand, RunTask, Task,
};
use mission_control_workflows::Members;

use crate::stage::Stage;

/// Follow-ups and missions are read in pages of this size.
const PAGE: u32 = 100;

impl Stage {
    /// Does the follow-ups until there are none.
    pub(crate) async fn follow_through(&self) -> anyhow::Result<()> {
        let missions = Arc::clone(&self.store.stores.missions);
        loop {
            let tasks = missions.take_follow_ups(PAGE).await?;
            if tasks.is_empty() {
                return Ok(());
            }
            for task in tasks {
                self.follow(&task).await?;
                missions.finish_follow_up(task.id).await?;
            }
        }
    }

    /// Does one of them.
    pub(crate) async fn follow(&self, task: &FollowUpTask) -> anyhow::Result<()> {
        match &task.task {
            Task::Mission { mission, what } => self.follow_mission(*mission, *what).await,
            Task::Run(task) => self.follow_run(task).await,
        }
    }

    async fn follow_mission(&self, mission: MissionId, what: FollowUp) -> anyhow::Result<()> {
        let missions = &self.store.stores.missions;
        match what {
            FollowUp::Dependants => {
                for dependant in missions.dependants(mission, None, PAGE).await? {
                    self.settle(dependant, mission).await?;
                }
            }
            FollowUp::Dependencies => {
                let found = missions.mission(&Scope::All, mission).await?;
                for edge in found.context("a follow-up names a mission")?.dependencies {
                    self.settle(mission, edge.on).await?;
                }
            }
            FollowUp::CancelChildren => {
                for mission in missions.open_children(mission, None, PAGE).await? {
                    let command = Command::Cancel { reason: None, children: true };
                    self.apply(Action::Command { scope: Scope::All, mission, command }).await??;
                }
            }
        }
        Ok(())
    }

    async fn follow_run(&self, task: &RunTask) -> anyhow::Result<()> {
        match &task.command {
            RunCommand::Cancel { reason } => {
                let command = Command::Cancel { reason: reason.clone(), children: true };
                self.tell_members(task, Members::Open, |_| command.clone()).await?;
            }
            RunCommand::Retry => {
                let mut retried = HashSet::new();
                loop {
                    let more = self.tell_members(task, Members::Broken, |_| Command::Retry).await?;
                    let before = retried.len();
                    retried.extend(more);
                    if retried.len() == before {
                        break;
                    }
                }
            }
            RunCommand::Pause | RunCommand::Resume => {
                let unaligned = self.members(task, Members::Unaligned).await?;
                for mission in unaligned {
                    self.apply(Action::Align { run: task.run, mission }).await??;
                }
            }
        }
        Ok(())
    }

    /// Those that a command has moved.
    async fn tell_members(
        &self,
        task: &RunTask,
        which: Members,
        command: impl Fn(MissionId) -> Command,
    ) -> anyhow::Result<Vec<MissionId>> {
        let mut moved = Vec::new();
        for mission in self.members(task, which).await? {
            let command = command(mission);
            match self.apply(Action::Command { scope: Scope::All, mission, command }).await? {
                Ok(outcome) if outcome.changed => moved.push(mission),
                Ok(_)
                | Err(Refusal::InvalidTransition { .. } | Refusal::DependencyBroken { .. }) => {}
                Err(refusal) => bail!("{mission} of a run refused: {refusal}"),
            }
        }
        Ok(moved)
    }

    async fn members(&self, task: &RunTask, which: Members) -> anyhow::Result<Vec<MissionId>> {
        let workflows = &self.store.stores.workflows;
        let mut all: Vec<MissionId> = Vec::new();
        loop {
            let page = workflows.members(task.run, which, all.last().copied(), PAGE).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    pub(crate) async fn settle(
        &self,
        dependant: MissionId,
        dependency: MissionId,
    ) -> anyhow::Result<Outcome> {
        Ok(self.apply(Action::Settle { dependant, dependency }).await??)
    }
}
