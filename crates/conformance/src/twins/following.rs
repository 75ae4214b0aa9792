//! Follow-ups and runs on one store.

use mission_control_missions::{RunCommand, Task};
use mission_control_workflows::RunQuery;

use super::answer;
use super::player::{ALL, Player};
use crate::graph::Steps;

/// The graphs that are run.
const SHAPES: [Steps<'static>; 3] = [
    &[("one", &[]), ("two", &["one"]), ("three", &["two"])],
    &[("fork", &[]), ("left", &["fork"]), ("right?", &["fork"]), ("join", &["left", "right?"])],
    &[("alone", &[]), ("other?", &[])],
];

impl Player {
    /// Does the follow-ups of its missions and runs, in an order that both stores have.
    pub(super) async fn follow_up(&self) -> anyhow::Result<String> {
        let mut tasks = self.stage.store.stores.missions.take_follow_ups(ALL).await?;
        tasks.retain(|task| match &task.task {
            Task::Mission { mission, .. } => self.missions.contains(mission),
            Task::Run(asked) => self.runs.iter().any(|known| known.run == asked.run),
        });
        // Runs first, of which there is one at a time.
        tasks.sort_by_key(|task| match &task.task {
            Task::Mission { mission, what } => (Some((*mission, *what)), None),
            Task::Run(asked) => (None, Some(asked.run)),
        });
        let follow_ups = self.stage.follow_ups().one_by_one();
        let mut text = String::new();
        for task in tasks {
            let followed = follow_ups.work_off(&task).await?;
            text.push_str(&format!("{:?} {followed:?}\n", task.task));
        }
        Ok(text)
    }

    pub(super) async fn launch(&mut self, shape: usize) -> anyhow::Result<String> {
        let (graph, action) = self.stage.graph("reef", SHAPES[shape]);
        let verdict = self.stage.apply(action).await?;
        if let Ok(outcome) = &verdict {
            self.missions.extend(outcome.missions.iter().map(|mission| mission.id));
            self.runs.push(graph);
        }
        Ok(answer::of_verdict(&verdict))
    }

    pub(super) async fn ask_run(&self, run: usize, command: &RunCommand) -> anyhow::Result<String> {
        let Some(graph) = self.runs.get(run % self.runs.len().max(1)) else {
            return Ok(String::new());
        };
        let verdict = self.stage.ask_run(graph.run, command.clone()).await?;
        let view = self.stage.store.stores.workflows.run(&self.stage.scope, graph.run).await?;
        Ok(format!("{}{:?} {view:?}", answer::of_verdict(&verdict), verdict.map(|it| it.run)))
    }

    /// Every run that there is, with its tally.
    pub(super) async fn all_runs(&self) -> anyhow::Result<String> {
        let query = RunQuery { limit: ALL, ..RunQuery::default() };
        let page = self.stage.store.stores.workflows.runs(&self.stage.scope, &query).await?;
        Ok(format!("\n{page:?}"))
    }
}
