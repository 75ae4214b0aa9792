//! The facade over SQLite, as a program that embeds it sees it.

mod crew;
mod fleet;
mod missions;
mod workers;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use mission_control::kernel::{ProjectId, Scope, Text};
use mission_control::missions::{Kind, Mission, NewMission, Verdict};
use mission_control::{MissionControl, Stores};
use mission_control_persistence::{Options, sqlite};
use tempfile::TempDir;

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

fn everything() -> Scope {
    Scope::one(ProjectId::default_project())
}
