//! Follow-ups and runs on one store.

use mission_control_kernel::{MissionId, Scope};
use mission_control_missions::{Action, FollowUp, RunCommand, Task};
use mission_control_workflows::RunQuery;

use super::answer;
use super::player::{ALL, Player};
use crate::graph::Steps;
use crate::stage::cancel;

/// The graphs that are run.
const SHAPES: [Steps<'static>; 3] = [
    &[("one", &[]), ("two", &["one"]), ("three", &["two"])],
    &[("fork", &[]), ("left", &["fork"]), ("right?", &["fork"]), ("join", &["left", "right?"])],
    &[("alone", &[]), ("other?", &[])],
];

impl Player {
    /// Does the follow-ups of its missions and runs, in an order that both stores have.
    pub(super) async fn follow_up(&self) -> anyhow::Result<String> {
        let missions = &self.stage.store.stores.missions;
        let tasks = missions.take_follow_ups(ALL).await?;
        let (mut of_missions, mut of_runs) = (Vec::new(), Vec::new());
        for task in tasks {
            match &task.task {
                Task::Mission { mission, what } if self.missions.contains(mission) => {
                    of_missions.push((*mission, *what, task.id));
                }
                Task::Run(asked) if self.runs.iter().any(|known| known.run == asked.run) => {
                    of_runs.push((asked.run, task));
                }
                Task::Mission { .. } | Task::Run(_) => {}
            }
        }
        of_missions.sort_unstable();
        of_runs.sort_by_key(|(run, _)| *run);
        let mut text = String::new();
        for (run, task) in of_runs {
            text.push_str(&format!("{run} {:?}\n", task.task));
            self.stage.follow(&task).await?;
            missions.finish_follow_up(task.id).await?;
        }
        for (mission, what, id) in of_missions {
            text.push_str(&format!("{mission} {what:?}\n"));
            for action in self.actions(mission, what).await? {
                text.push_str(&answer::of_verdict(&self.stage.apply(action).await?));
            }
            missions.finish_follow_up(id).await?;
        }
        Ok(text)
    }

    async fn actions(&self, mission: MissionId, what: FollowUp) -> anyhow::Result<Vec<Action>> {
        let missions = &self.stage.store.stores.missions;
        Ok(match what {
            FollowUp::Dependants => {
                let dependants = missions.dependants(mission, None, ALL).await?;
                let settle = |dependant| Action::Settle { dependant, dependency: mission };
                dependants.into_iter().map(settle).collect()
            }
            FollowUp::Dependencies => {
                let edges = self.stage.mission(mission).await?.dependencies;
                let settle = |on| Action::Settle { dependant: mission, dependency: on };
                edges.into_iter().map(|edge| settle(edge.on)).collect()
            }
            FollowUp::CancelChildren => {
                let children = missions.open_children(mission, None, ALL).await?;
                let ask =
                    |mission| Action::Command { scope: Scope::All, mission, command: cancel(true) };
                children.into_iter().map(ask).collect()
            }
        })
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
