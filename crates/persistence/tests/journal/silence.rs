//! A database that is reached and does not answer.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use mission_control::{Journal as _, Retention as _};
use mission_control_agents::{AgentStore as _, Registration};
use mission_control_conformance::private_postgres::Durability;
use mission_control_kernel::{
    AgentId, Capabilities, Clock as _, Ids as _, ProjectId, Scope, StoreError, SystemClock,
    SystemIds, Text,
};
use mission_control_missions::{ListQuery, MissionStore as _};
use mission_control_persistence::postgres::Postgres;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::stage::{Stage, create};

/// A caller is told within 5 s that storage is away; the rest is for a machine that is busy.
const TOLD_WITHIN: Duration = Duration::from_secs(8);
/// Requests that wait behind one that hangs: several batches, each of which would wait for a
/// connection of its own.
const WAITING: usize = 1_500;
/// The pause between two tries whether it is back.
const TRY_AGAIN: Duration = Duration::from_millis(20);
/// Questions asked at once so that there are open connections for the next ones.
const WARM: usize = 16;

/// A way to a server that can fall silent: connections stay and are made, and nothing comes through
/// until it speaks again.
struct Way {
    port: u16,
    silent: watch::Sender<bool>,
}

impl Way {
    async fn to(server: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (silent, heard) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                let Ok(there) = TcpStream::connect(("127.0.0.1", server)).await else { return };
                let ((from, to), (back, forth)) = (here.into_split(), there.into_split());
                tokio::spawn(carry(from, forth, heard.clone()));
                tokio::spawn(carry(back, to, heard.clone()));
            }
        });
        Ok(Self { port, silent })
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut silent: watch::Receiver<bool>) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let speaks = silent.wait_for(|silent| !silent).await.is_ok();
        if !speaks || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

fn registration(name: &str) -> Registration {
    Registration {
        id: AgentId::new(SystemIds::default().next(SystemClock.now())),
        project: ProjectId::default_project(),
        name: Text::parse(name).unwrap(),
        agent_type: Text::parse("worker").unwrap(),
        capabilities: Capabilities::default(),
        kinds: None,
        max_concurrent: 1,
    }
}

/// Every kind of question, each with its name and what came of it.
async fn ask_everything(handle: &Postgres, stage: &Stage) -> Vec<(&'static str, StoreError)> {
    let scope = Scope::All;
    let (id, project) = (stage.draft().id, ProjectId::default_project());
    let query = ListQuery::default();
    let kept = Duration::from_secs(1);
    let (one, list, agents, registered, read, head, removed) = tokio::join!(
        handle.mission(&scope, id),
        handle.list(&scope, &query),
        handle.agents(&project),
        handle.register(registration("atlas")),
        handle.read(0, 10),
        handle.head(),
        handle.remove(mission_control::Perishable::Logs, kept, 10),
    );
    vec![
        ("mission", one.unwrap_err()),
        ("list", list.unwrap_err()),
        ("agents", agents.unwrap_err()),
        ("register", registered.unwrap_err()),
        ("read", read.unwrap_err()),
        ("head", head.unwrap_err()),
        ("remove", removed.unwrap_err()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_answer_keeps_nobody_waiting() -> anyhow::Result<()> {
    let stage = Arc::new(Stage::new(Durability::Relaxed).await?);
    let way = Way::to(stage.port()?).await?;
    let handle = stage.handle_through(way.port).await?;
    stage.make(&handle, 1).await?;
    let before = handle.head().await?;
    let id = stage.draft().id;
    for found in join_all((0..WARM).map(|_| handle.mission(&Scope::All, id))).await {
        found?;
    }

    way.silent.send_replace(true);
    let begin = Instant::now();
    let first = tokio::spawn({
        let (handle, stage) = (Arc::clone(&handle), Arc::clone(&stage));
        async move { (create(&handle, vec![stage.draft()]).await, begin.elapsed()) }
    });
    // Most of them wait for the batch before theirs, and then for a connection.
    let waiting = (0..WAITING).map(|_| create(&handle, vec![stage.draft()]));
    let (created, asked) =
        tokio::join!(async { (join_all(waiting).await, begin.elapsed()) }, async {
            (ask_everything(&handle, &stage).await, begin.elapsed())
        },);
    assert!(created.1 < TOLD_WITHIN, "a request in the queue hung for {:?}", created.1);
    assert!(asked.1 < TOLD_WITHIN, "a question hung for {:?}", asked.1);
    let (hung, took) = first.await?;
    assert!(took < TOLD_WITHIN, "the request under way hung for {took:?}");
    let is_away = |error: &StoreError| {
        matches!(error, StoreError::Unavailable(_) | StoreError::OutcomeUnknown)
    };
    for (name, error) in asked.0 {
        assert!(is_away(&error), "{name}: {error}");
    }
    assert!(hung.is_err_and(|error| is_away(&error)));
    let unsure = created.0.iter().filter(|told| **told == Err(StoreError::OutcomeUnknown)).count();
    assert!(created.0.iter().all(|told| told.as_ref().is_err_and(is_away)));

    way.silent.send_replace(false);
    let begin = Instant::now();
    let mut unsure = unsure;
    let mut tries = tokio::time::interval(TRY_AGAIN);
    while let Err(error) = create(&handle, vec![stage.draft()]).await {
        unsure += usize::from(error == StoreError::OutcomeUnknown);
        assert!(begin.elapsed() < Duration::from_mins(1), "it does not come back: {error}");
        tries.tick().await;
    }
    let made = handle.head().await? - before;
    let possible = i64::try_from(unsure + 2)?;
    assert!((1..=possible).contains(&made), "{made} were made, of {unsure} one cannot know");
    Ok(())
}
