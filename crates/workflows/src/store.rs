//! What a store must do for workflows.

use async_trait::async_trait;
use mission_control_kernel::{MissionId, ProjectId, RunId, Scope, StoreError, Timestamp};
use mission_control_missions::{Once, Receipt, Run, ShortName};

use crate::definition::{Definition, WorkflowName};
use crate::run::Tally;

/// About how many workflows a project may have: more than anybody finds their way in.
pub const MOST_WORKFLOWS: u32 = 1_000;

/// How many versions a workflow may have: one a day for years, and a stop for what saves one anew each
/// time it launches.
pub const MOST_VERSIONS: u32 = 1_000;

/// One version of a workflow, as it is kept.
#[derive(Clone, PartialEq, Debug)]
pub struct Workflow {
    /// Whose.
    pub project: ProjectId,
    /// What runs.
    pub definition: Definition,
    /// 1, 2, …
    pub version: u32,
    /// When this version was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: ShortName,
}

/// The newest version of a workflow, for a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkflowSummary {
    /// Its name.
    pub name: WorkflowName,
    /// What it is for.
    pub description: String,
    /// The newest version.
    pub version: u32,
    /// How many steps that has.
    pub steps: u32,
    /// When that was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: ShortName,
}

/// What became of a definition that was to be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SavedAs {
    /// The first of its name.
    New,
    /// It differs from the newest version.
    NewVersion,
    /// It is the newest version; nothing has changed.
    Same,
}

/// A definition that is kept.
#[derive(Clone, PartialEq, Debug)]
pub struct Saved {
    /// As it is kept now.
    pub workflow: Workflow,
    /// Whether that is new.
    pub how: SavedAs,
}

/// Why a definition is not kept; nothing has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoRoom {
    /// The project has as many as it may.
    #[error(
        "a project has at most {MOST_WORKFLOWS} workflows: save it under the name of one that nobody \
         needs"
    )]
    Workflows,
    /// The workflow has as many versions as it may.
    #[error("a workflow has at most {MOST_VERSIONS} versions: save it under another name")]
    Versions,
}

/// A run, and how its missions stand.
#[derive(Clone, PartialEq, Debug)]
pub struct RunView {
    /// Its row.
    pub run: Run,
    /// Its missions, counted.
    pub tally: Tally,
}

/// Which runs, newest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RunQuery {
    /// Of this workflow alone.
    pub workflow: Option<WorkflowName>,
    /// After this one, which is to say older.
    pub after: Option<RunId>,
    /// At most this many.
    pub limit: u32,
}

/// A page of runs.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RunPage {
    /// Newest first.
    pub runs: Vec<RunView>,
    /// After which the next page begins, when there is more.
    pub next: Option<RunId>,
}

/// Which missions of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Members {
    /// Every one.
    All,
    /// Pending and running ones.
    Open,
    /// Those that failed where others may not go on, or were called off.
    Broken {
        /// Which had happened by then.
        ended_by: Timestamp,
    },
    /// Those that could still wait, and that do not know whether the run is paused.
    Unaligned,
}

/// Where workflows are kept and runs are counted. Runs are made, and asked for something, by
/// [`mission_control_missions::MissionStore::apply`].
///
/// Every implementation MUST:
/// - answer a write only after it is durable;
/// - find nothing outside the project or scope it is given;
/// - count the missions of all runs of a page in one statement, by index.
#[async_trait]
pub trait WorkflowStore: Send + Sync + 'static {
    /// Keeps a definition as the next version, unless it is the newest one, and the receipt with it. Of
    /// two that come at the same time each gets a version of its own. [`NoRoom::Workflows`] MAY come a
    /// few late when several are saved at once.
    async fn save_workflow(
        &self,
        project: &ProjectId,
        definition: &Definition,
        by: &ShortName,
        receipt: Option<Receipt<Saved>>,
    ) -> Result<Once<Result<Saved, NoRoom>>, StoreError>;

    /// A version of a workflow, the newest when none is named.
    async fn workflow(
        &self,
        project: &ProjectId,
        name: &WorkflowName,
        version: Option<u32>,
    ) -> Result<Option<Workflow>, StoreError>;

    /// The newest versions of a project's workflows, by name after `after`.
    async fn workflows(
        &self,
        project: &ProjectId,
        after: Option<&WorkflowName>,
        limit: u32,
    ) -> Result<Vec<WorkflowSummary>, StoreError>;

    /// A run and its tally.
    async fn run(&self, scope: &Scope, id: RunId) -> Result<Option<RunView>, StoreError>;

    /// A page of runs with their tallies.
    async fn runs(&self, scope: &Scope, query: &RunQuery) -> Result<RunPage, StoreError>;

    /// Missions of a run by id after `after`, which is an order that puts each after all that it
    /// depends on.
    async fn members(
        &self,
        run: RunId,
        which: Members,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError>;
}
