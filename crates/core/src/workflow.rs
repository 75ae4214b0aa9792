//! Workflows and their runs.

use mission_control_kernel::{JsonText, MissionId, ProjectId, RunId, Scope, StoreError};
use mission_control_missions::{
    Action, Actor, Label, ListQuery, MAX_LABELS, Mission, NewMission, NewRun, Once, Priority,
    Receipt, Request, RunCommand, ShortName, Sort, SortKey, Spec, Step, Title, Verdict,
};
use mission_control_workflows::{
    Definition, MAX_STEPS, NoRoom, OnFailure, RunPage, RunQuery, RunView, Saved, StepDefinition,
    StepKey, Workflow, WorkflowName, WorkflowSummary,
};

use crate::json::Overlay;
use crate::mission_control::MissionControl;

/// The most that the missions of one run may carry in texts, metadata and input together: they are
/// one transaction, and its journal is replayed by every replica.
pub const MAX_RUN_BYTES: usize = 16 * 1024 * 1024;

/// What is asked for when a workflow is to run.
#[derive(Clone, PartialEq, Debug)]
pub struct Launch {
    /// In which project.
    pub project: ProjectId,
    /// Which workflow.
    pub workflow: WorkflowName,
    /// Which version; the newest when none is named.
    pub version: Option<u32>,
    /// A JSON object that is laid over each step's input: its members win.
    pub input: Option<JsonText>,
    /// In a few words.
    pub title: Option<Title>,
    /// The priority of every step, whatever the definition says.
    pub priority: Option<Priority>,
    /// Labels that every step gets besides its own.
    pub labels: Vec<Label>,
    /// Who asks.
    pub by: ShortName,
}

/// Why a workflow does not run; nothing has been made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LaunchRefusal {
    /// It is not there.
    #[error("there is no workflow {name}")]
    UnknownWorkflow {
        /// What was asked for.
        name: WorkflowName,
    },
    /// That version is not there.
    #[error("the workflow {name} has no version {version}")]
    UnknownVersion {
        /// What was asked for.
        name: WorkflowName,
        /// Which version.
        version: u32,
    },
    /// The input is not laid over anything.
    #[error("the input of a run must be a JSON object")]
    InputIsNoObject,
    /// With the run's input over it, a step's is larger than an input may be.
    #[error("the input of the step {step} would be too large")]
    InputTooLarge {
        /// Which step.
        step: StepKey,
    },
    /// All steps together carry more than [`MAX_RUN_BYTES`].
    #[error(
        "the missions of the run would carry {at_least} bytes or more, and at most {MAX_RUN_BYTES} are allowed"
    )]
    TooLarge {
        /// How much was counted before it was given up.
        at_least: usize,
    },
    /// With the run's labels a step would have more than a mission may.
    #[error("the step {step} would have more than {MAX_LABELS} labels")]
    TooManyLabels {
        /// Which step.
        step: StepKey,
    },
}

impl MissionControl {
    /// Keeps a definition as the next version of its name, unless it is the newest one.
    ///
    /// # Errors
    /// The refusal inside; storage trouble outside.
    pub async fn save_workflow(
        &self,
        project: &ProjectId,
        definition: &Definition,
        by: &ShortName,
        receipt: Option<Receipt<Saved>>,
    ) -> Result<Result<Once<Saved>, NoRoom>, StoreError> {
        let workflows = &self.inner.stores.workflows;
        Ok(workflows.save_workflow(project, definition, by, receipt).await?.transpose())
    }

    /// A version of a workflow, the newest when none is named.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn workflow(
        &self,
        project: &ProjectId,
        name: &WorkflowName,
        version: Option<u32>,
    ) -> Result<Option<Workflow>, StoreError> {
        self.inner.stores.workflows.workflow(project, name, version).await
    }

    /// The newest versions of a project's workflows, by name after `after`.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn workflows(
        &self,
        project: &ProjectId,
        after: Option<&WorkflowName>,
        limit: u32,
    ) -> Result<Vec<WorkflowSummary>, StoreError> {
        self.inner.stores.workflows.workflows(project, after, limit).await
    }

    /// Makes a run: its row, its missions, their edges and the receipt in one transaction. The
    /// outcome holds the run, and its missions in an order that puts each after all that it depends
    /// on; `Step::position` is the place in the definition.
    ///
    /// # Errors
    /// The refusal inside; storage trouble outside.
    pub async fn launch_run(
        &self,
        launch: Launch,
        receipt: Option<Receipt>,
    ) -> Result<Result<Verdict, LaunchRefusal>, StoreError> {
        let found = self.workflow(&launch.project, &launch.workflow, launch.version).await?;
        let Some(workflow) = found else { return Ok(Err(absent(launch))) };
        let (run, missions) = match self.instantiate(&launch, &workflow) {
            Ok(made) => made,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let action = Action::Launch { run, missions };
        let by = Actor::Principal(launch.by);
        self.act(Request { action, by, receipt }).await.map(Ok)
    }

    /// A run and how its missions stand.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn run(&self, scope: &Scope, id: RunId) -> Result<Option<RunView>, StoreError> {
        self.inner.stores.workflows.run(scope, id).await
    }

    /// A page of runs, newest first.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn runs(&self, scope: &Scope, query: &RunQuery) -> Result<RunPage, StoreError> {
        self.inner.stores.workflows.runs(scope, query).await
    }

    /// The missions of a run, by the position of their steps.
    ///
    /// # Errors
    /// Storage trouble.
    pub async fn run_missions(&self, scope: &Scope, id: RunId) -> Result<Vec<Mission>, StoreError> {
        let mut query = ListQuery {
            runs: vec![id],
            sort: Sort { key: SortKey::CreatedAt, descending: false },
            limit: RUN_PAGE,
            ..ListQuery::default()
        };
        let mut missions = Vec::new();
        loop {
            let page = self.inner.stores.missions.list(scope, &query).await?;
            missions.extend(page.missions);
            query.after = page.next;
            if query.after.is_none() || missions.len() >= MAX_STEPS {
                break;
            }
        }
        missions.sort_by_key(|mission| mission.spec.step.as_ref().map(|step| step.position));
        Ok(missions)
    }

    /// Asks something of a whole run that `scope` may see. Its row changes at once; its missions
    /// follow in steps that are worked off right away. The outcome holds the run alone.
    ///
    /// # Errors
    /// Storage trouble; a refusal is a verdict.
    pub async fn run_command(
        &self,
        by: Actor,
        scope: Scope,
        id: RunId,
        command: RunCommand,
        receipt: Option<Receipt>,
    ) -> Result<Verdict, StoreError> {
        let action = Action::Run { scope, run: id, command };
        let verdict = self.act(Request { action, by, receipt }).await?;
        self.inner.follow_ups.notify_one();
        Ok(verdict)
    }

    fn instantiate(
        &self,
        launch: &Launch,
        workflow: &Workflow,
    ) -> Result<(NewRun, Vec<NewMission>), LaunchRefusal> {
        let definition = &workflow.definition;
        let over = launch.input.as_ref().map(Overlay::of).transpose();
        let over = over.map_err(|_| LaunchRefusal::InputIsNoObject)?;
        let now = self.clock().now();
        let run = RunId::new(self.ids().next(now));
        let mut ids = vec![None; definition.steps().len()];
        let mut missions = Vec::with_capacity(definition.steps().len());
        let mut bytes = 0;
        for place in definition.order().iter().copied() {
            let step = &definition.steps()[place];
            let spec = spec_of(launch, over.as_ref(), run, place, step)?;
            bytes += spec.description.as_str().len() + spec.metadata.as_str().len();
            bytes += spec.input.as_ref().map_or(0, |input| input.as_str().len());
            // At once: a large input over many steps must not be laid out whole to be refused.
            if bytes > MAX_RUN_BYTES {
                return Err(LaunchRefusal::TooLarge { at_least: bytes });
            }
            // Drawn in this order, so that the order of ids is one in which the missions can be made.
            let id = MissionId::new(self.ids().next(now));
            ids[place] = Some(id);
            missions.push(NewMission {
                id,
                project: launch.project.clone(),
                spec: spec.into(),
                parent: None,
                under: None,
                depends_on: definition.depends_on(place).iter().filter_map(|on| ids[*on]).collect(),
                held: step.held,
                scheduled_at: None,
                expires_at: None,
                agent_type: step.agent_type.clone(),
                model_used: step.model_used.clone(),
            });
        }
        Ok((new_run(run, launch, workflow), missions))
    }
}

/// Missions read at a time when those of a run are: the largest page of a list.
const RUN_PAGE: u32 = 200;

fn absent(launch: Launch) -> LaunchRefusal {
    let name = launch.workflow;
    match launch.version {
        Some(version) => LaunchRefusal::UnknownVersion { name, version },
        None => LaunchRefusal::UnknownWorkflow { name },
    }
}

fn new_run(id: RunId, launch: &Launch, workflow: &Workflow) -> NewRun {
    let name = workflow.definition.name().as_str();
    NewRun {
        id,
        project: launch.project.clone(),
        workflow: ShortName::parse(name).expect("a workflow's name is a short text"),
        version: workflow.version,
        title: launch.title.clone(),
        input: launch.input.clone().unwrap_or_else(JsonText::empty_object),
        steps: u32::try_from(workflow.definition.steps().len()).unwrap_or(u32::MAX),
        created_by: launch.by.clone(),
    }
}

fn spec_of(
    launch: &Launch,
    over: Option<&Overlay<'_>>,
    run: RunId,
    place: usize,
    step: &StepDefinition,
) -> Result<Spec, LaunchRefusal> {
    let input = match over {
        None => step.input.clone(),
        Some(over) => {
            let laid = over.over(step.input.as_ref());
            let laid = laid.map_err(|_| LaunchRefusal::InputIsNoObject)?;
            let fits = laid.map_err(|_| LaunchRefusal::InputTooLarge { step: step.key.clone() });
            Some(fits?)
        }
    };
    let mut labels = step.labels.clone();
    labels.extend(launch.labels.iter().cloned());
    labels.sort();
    labels.dedup();
    if labels.len() > MAX_LABELS {
        return Err(LaunchRefusal::TooManyLabels { step: step.key.clone() });
    }
    Ok(Spec {
        title: step.title.clone(),
        description: step.description.clone(),
        priority: launch.priority.unwrap_or(step.priority),
        kind: step.kind.clone(),
        metadata: step.metadata.clone(),
        input,
        labels,
        complexity: step.complexity,
        required_capabilities: step.required_capabilities.clone(),
        fairness_key: step.fairness_key.clone(),
        concurrency_key: step.concurrency_key.clone(),
        max_attempts: step.max_attempts,
        backoff: step.backoff.clone(),
        timeout: step.timeout,
        step: Some(Step {
            run,
            key: step.key.clone(),
            position: u32::try_from(place + 1).unwrap_or(u32::MAX),
            continues_on_failure: step.on_failure == OnFailure::Continue,
        }),
        template: None,
        created_by: launch.by.clone(),
    })
}
