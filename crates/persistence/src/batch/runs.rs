//! Runs of a batch: those that it makes, and what it does to others.

use std::collections::HashMap;

use mission_control_kernel::{RunId, Scope};
use mission_control_missions::{Refusal, Run, RunCommand, RunTask};

use super::writes::RunWrite;
use crate::row::{FollowUpRow, RunRow};

/// Runs as they were loaded and locked, and all that has been done to them since.
#[derive(Default)]
pub(crate) struct Runs {
    now: HashMap<RunId, Run>,
    /// The command that was asked last of a run, where nobody has begun to do it.
    waiting: HashMap<RunId, String>,
    /// Those that differ from their rows, in order.
    written: Vec<(RunWrite, RunId)>,
    /// What is to be done to their missions, in order.
    tasks: Vec<RunTask>,
}

impl Runs {
    /// Over runs that are locked, with what was asked last of those that are asked again.
    pub(crate) fn over(
        loaded: impl IntoIterator<Item = Run>,
        waiting: HashMap<RunId, String>,
    ) -> Self {
        let now = loaded.into_iter().map(|run| (run.id, run)).collect();
        Self { now, waiting, ..Self::default() }
    }

    pub(super) fn find(&self, id: RunId) -> Option<&Run> {
        self.now.get(&id)
    }

    pub(super) fn add(&mut self, run: Run) {
        self.written.push((RunWrite::Insert, run.id));
        self.now.insert(run.id, run);
    }

    /// Does what is asked of a run that `scope` may see; says whether anything changes.
    pub(super) fn ask(&mut self, scope: &Scope, task: RunTask) -> Result<(Run, bool), Refusal> {
        let found = self.now.get_mut(&task.run).filter(|run| scope.sees(&run.project));
        let run = found.ok_or(Refusal::UnknownRun)?;
        let paused = match task.command {
            RunCommand::Pause => true,
            RunCommand::Resume => false,
            RunCommand::Cancel { .. } | RunCommand::Retry => {
                let run = run.clone();
                // What will be done for the one who asked before is done for this one too.
                let waits = self.waiting.get(&run.id).is_some_and(|it| it == task.command.name());
                if !waits {
                    self.add_task(task);
                }
                return Ok((run, !waits));
            }
        };
        if run.paused == paused {
            return Ok((run.clone(), false));
        }
        run.paused = paused;
        if !self.written.iter().any(|(_, id)| *id == run.id) {
            self.written.push((RunWrite::Update, run.id));
        }
        let run = run.clone();
        self.add_task(task);
        Ok((run, true))
    }

    fn add_task(&mut self, task: RunTask) {
        self.waiting.insert(task.run, task.command.name().to_owned());
        self.tasks.push(task);
    }

    /// The rows to write.
    pub(super) fn into_rows(self) -> (Vec<(RunWrite, RunRow)>, Vec<FollowUpRow>) {
        let Self { now, waiting: _, written, tasks } = self;
        let row = |(write, id)| now.get(&id).map(|run| (write, RunRow::of(run)));
        let asked = tasks.iter().filter_map(|task| {
            let run = now.get(&task.run)?;
            Some(FollowUpRow::of_run(&run.project, task))
        });
        (written.into_iter().filter_map(row).collect(), asked.collect())
    }
}
