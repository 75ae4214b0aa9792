//! Mission Control inside another program: a kind of mission of its own, on SQLite, without HTTP.
use std::sync::Arc;

use mission_control::{kernel::*, missions::*, *};
use mission_control_persistence::{Options, sqlite::*};
use tokio_util::sync::CancellationToken as Token;

struct Greeter(Kind);

#[async_trait::async_trait]
impl Executor for Greeter {
    fn kind(&self) -> &Kind {
        &self.0
    }
    async fn run(&self, work: Work, _: Reporter, _: Token) -> Result<Done, FailureReport> {
        let result = JsonText::from_checked(&format!("\"hello, {}\"", work.title)).ok();
        Ok(Done { result, ..Done::default() })
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?; // A service would keep its file.
    let file = folder.path().join("missions.db");
    let stores = Stores::of(Sqlite::open(&file, Durability::Full, Options::default())?);
    let control = MissionControl::builder(stores).start().await?;
    let (project, kind) = (ProjectId::default_project(), "greet".parse::<Kind>()?);
    let source = Arc::new(LocalSource::new(control.clone(), project.clone()));
    let greeters: Vec<Arc<dyn Executor>> = vec![Arc::new(Greeter(kind.clone()))];
    let (worker, stop) = (Worker::builder(source, greeters, Text::parse("me")?, 4), Token::new());
    let working = tokio::spawn(worker.build().run(stop.clone(), stop.clone()));
    let mission = control.draft(project, kind, Title::parse("world")?);
    let (scope, id) = (Scope::one(mission.project.clone()), mission.id);
    control.create(vec![mission], None).await?;
    assert!(control.ended(&scope, id).await?.is_some_and(|it| it.status() == Status::Completed));
    stop.cancel();
    working.await?;
    control.stop().await;
    Ok(())
}
