//! The facade over SQLite, as a program that embeds it sees it.

mod choosing;
mod crew;
mod fleet;
mod missions;
mod schedules;
mod workers;
mod workflows;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use mission_control::AgentView;
use mission_control::kernel::{ProjectId, Scope, StoreError, Text};
use mission_control::missions::{Kind, Mission, NewMission, Totals, Verdict};
use mission_control::{MissionControl, Stores};
use mission_control_persistence::{Options, sqlite};
use tempfile::TempDir;

/// Only a real failure takes so long.
const LONG: Duration = Duration::from_secs(60);

/// How often an answer may be put off because the projection is behind, each time for a second: on
/// a machine that is busy with other tests it is.
const ASKED: usize = 30;

/// A mission control with a file of its own.
struct App {
    control: MissionControl,
    store: Arc<sqlite::Sqlite>,
    folder: TempDir,
}

impl App {
    async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (control, store) = open(folder.path()).await?;
        Ok(Self { control, store, folder })
    }

    /// The same file again, as after a restart of the program.
    async fn restarted(self) -> Result<Self> {
        let Self { control, store, folder } = self;
        control.stop().await;
        drop(store);
        let (control, store) = open(folder.path()).await?;
        Ok(Self { control, store, folder })
    }

    fn draft(&self, title: &str) -> NewMission {
        let title = Text::parse(title).expect("a title of a test");
        self.control.draft(ProjectId::default_project(), Kind::default_kind(), title)
    }

    async fn make(&self, missions: Vec<NewMission>) -> Result<Vec<Mission>> {
        match self.control.create(missions, None).await? {
            Verdict::Done(outcome, _) => Ok(outcome.missions),
            refused => anyhow::bail!("not made: {refused:?}"),
        }
    }

    async fn make_one(&self, title: &str) -> Result<Mission> {
        Ok(self.make(vec![self.draft(title)]).await?.remove(0))
    }

    /// The counters of everything.
    async fn totals(&self) -> Result<Totals> {
        caught_up(async || self.control.totals(&everything()).await).await
    }

    /// The agents of a project.
    async fn agents(&self, project: &ProjectId) -> Result<Vec<AgentView>> {
        caught_up(async || self.control.agents(project).await).await
    }

    async fn ended(&self, mission: &Mission) -> Result<Mission> {
        let ended = self.control.ended(&everything(), mission.id).await?;
        ended.ok_or_else(|| anyhow::anyhow!("{} is gone", mission.id))
    }
}

async fn open(folder: &Path) -> Result<(MissionControl, Arc<sqlite::Sqlite>)> {
    let file = folder.join("missions.db");
    let store = sqlite::Sqlite::open(&file, sqlite::Durability::Off, Options::default())?;
    let control = MissionControl::builder(Stores::of(Arc::clone(&store))).start().await?;
    Ok((control, store))
}

/// The answer to a question that is refused while the projection is behind.
async fn caught_up<T>(ask: impl AsyncFn() -> Result<T, StoreError>) -> Result<T> {
    for _ in 1..ASKED {
        match ask().await {
            Err(StoreError::Busy(_) | StoreError::Unavailable(_)) => {}
            answer => return Ok(answer?),
        }
    }
    Ok(ask().await?)
}

fn everything() -> Scope {
    Scope::one(ProjectId::default_project())
}
