//! Runs of small graphs.

use std::collections::BTreeMap;

use anyhow::Context as _;
use mission_control_kernel::{JsonText, MissionId, RunId};
use mission_control_missions::{
    Action, FailureClass, Mission, NewRun, Outcome, Refusal, RunCommand, Status, Step,
};
use mission_control_workflows::{RunView, Tally};

use crate::draft::text;
use crate::stage::{Stage, complete, fail, start};

/// Steps and what each depends on, in an order in which they can be made. A key that ends with `?`
/// is a step whose failure lets the others go on.
pub(crate) type Steps<'a> = &'a [(&'a str, &'a [&'a str])];

/// A run and the missions of its steps.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) run: RunId,
    steps: BTreeMap<String, MissionId>,
}

impl Graph {
    pub(crate) fn step(&self, key: &str) -> MissionId {
        *self.steps.get(key).unwrap_or_else(|| panic!("there is no step {key}"))
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = MissionId> {
        self.steps.values().copied()
    }
}

impl Stage {
    pub(crate) fn new_run(&self, workflow: &str, steps: usize) -> NewRun {
        NewRun {
            id: RunId::new(self.mission_id().uuid()),
            project: self.project.clone(),
            workflow: text(workflow),
            version: 1,
            title: None,
            input: JsonText::empty_object(),
            steps: u32::try_from(steps).expect("a small graph"),
            created_by: text("ada"),
        }
    }

    /// What makes a run, and the missions of its steps.
    pub(crate) fn graph(&self, workflow: &str, steps: Steps<'_>) -> (Graph, Action) {
        let run = self.new_run(workflow, steps.len());
        let mut made: BTreeMap<String, MissionId> = BTreeMap::new();
        let mut missions = Vec::with_capacity(steps.len());
        for (position, (key, depends_on)) in (1..).zip(steps) {
            let depends_on: Vec<MissionId> = depends_on.iter().map(|on| made[*on]).collect();
            let step = Step {
                run: run.id,
                key: text(key),
                position,
                continues_on_failure: key.ends_with('?'),
            };
            let draft = self.draft().titled(key).after(&depends_on);
            let new = draft.spec(|spec| spec.step = Some(step)).into_new();
            made.insert((*key).to_owned(), new.id);
            missions.push(new);
        }
        let graph = Graph { run: run.id, steps: made };
        (graph, Action::Launch { run, missions })
    }

    pub(crate) async fn launch(&self, workflow: &str, steps: Steps<'_>) -> anyhow::Result<Graph> {
        let (graph, action) = self.graph(workflow, steps);
        let outcome = self.apply(action).await??;
        anyhow::ensure!(outcome.run.is_some_and(|run| run.id == graph.run), "it names its run");
        Ok(graph)
    }

    pub(crate) async fn ask_run(
        &self,
        run: RunId,
        command: RunCommand,
    ) -> anyhow::Result<Result<Outcome, Refusal>> {
        self.apply(Action::Run { scope: self.scope.clone(), run, command }).await
    }

    /// Asks something of a run and does what follows.
    pub(crate) async fn tell_run(&self, run: RunId, command: RunCommand) -> anyhow::Result<()> {
        self.ask_run(run, command).await??;
        self.follow_through().await
    }

    pub(crate) async fn run(&self, run: RunId) -> anyhow::Result<RunView> {
        let found = self.store.stores.workflows.run(&self.scope, run).await?;
        found.with_context(|| format!("there is no run {run}"))
    }

    /// The tally of a run, which is that of its missions.
    pub(crate) async fn tally(&self, graph: &Graph) -> anyhow::Result<Tally> {
        let tally = self.run(graph.run).await?.tally;
        let mut missions: Vec<Mission> = Vec::new();
        for id in graph.ids() {
            missions.push(self.mission(id).await?);
        }
        anyhow::ensure!(tally == Tally::of(&missions), "{tally:?} is not what {missions:?} are");
        Ok(tally)
    }

    /// How the steps of a run stand, by key.
    pub(crate) async fn statuses(&self, graph: &Graph) -> anyhow::Result<Vec<(String, Status)>> {
        let mut statuses = Vec::new();
        for (key, id) in &graph.steps {
            statuses.push((key.clone(), self.mission(*id).await?.status()));
        }
        Ok(statuses)
    }

    /// Those of them that stand so, by key.
    pub(crate) async fn steps_that_are(
        &self,
        graph: &Graph,
        status: Status,
    ) -> anyhow::Result<Vec<String>> {
        let all = self.statuses(graph).await?;
        Ok(all.into_iter().filter(|(_, it)| *it == status).map(|(key, _)| key).collect())
    }

    pub(crate) async fn succeed(&self, id: MissionId) -> anyhow::Result<()> {
        self.tell(id, start()).await?;
        self.tell(id, complete(None)).await?;
        self.follow_through().await
    }

    pub(crate) async fn break_down(&self, id: MissionId) -> anyhow::Result<()> {
        self.tell(id, start()).await?;
        self.tell(id, fail(None, FailureClass::InvalidInput)).await?;
        self.follow_through().await
    }
}
