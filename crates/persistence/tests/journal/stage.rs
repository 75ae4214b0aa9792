//! A server of the test's own, handles on it, and what is asked of them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use mission_control::{Journal as _, JournalEntry, Sequenced};
use mission_control_conformance::private_postgres::{Durability, PrivatePostgres};
use mission_control_kernel::{
    Capabilities, Clock as _, Ids as _, JsonText, MissionId, ProjectId, StoreError, SystemClock,
    SystemIds, Text,
};
use mission_control_missions::{
    Action, Actor, Backoff, Kind, MissionStore as _, NewMission, Priority, Request, Spec, Verdict,
};
use mission_control_persistence::Options;
use mission_control_persistence::postgres::Postgres;
use tokio::sync::watch;
use tokio_postgres::Client;

/// A wake-up is a hint; a reader also looks by itself.
const POLL: Duration = Duration::from_millis(50);
/// Entries of one page: small, so that pages begin in the middle of batches.
const PAGE: u32 = 37;

/// A server with our schema in it.
pub(crate) struct Stage {
    server: PrivatePostgres,
    ids: SystemIds,
}

impl Stage {
    pub(crate) async fn new(durability: Durability) -> anyhow::Result<Self> {
        let server = PrivatePostgres::start(durability).await?;
        Ok(Self { server, ids: SystemIds::default() })
    }

    /// A handle, as a process of its own has.
    pub(crate) async fn handle(&self) -> anyhow::Result<Arc<Postgres>> {
        Ok(Postgres::connect(&self.server.dsn(), Options::default()).await?)
    }

    /// A handle that reaches the server through `port` of this machine.
    pub(crate) async fn handle_through(&self, port: u16) -> anyhow::Result<Arc<Postgres>> {
        let dsn = self.server.dsn();
        let through = dsn.replace(&format!(":{}/", self.port()?), &format!(":{port}/"));
        ensure!(through != dsn, "no port to be replaced");
        Ok(Postgres::connect(&through, Options::default()).await?)
    }

    /// Where the server listens on the loopback.
    pub(crate) fn port(&self) -> anyhow::Result<u16> {
        let config: tokio_postgres::Config = self.server.dsn().parse()?;
        config.get_ports().first().copied().context("the server has a port")
    }

    /// A session beside all handles.
    pub(crate) async fn session(&self) -> anyhow::Result<Client> {
        Ok(self.server.client().await?)
    }

    pub(crate) async fn run(&self, statements: &str) -> anyhow::Result<()> {
        Ok(self.server.run(statements).await?)
    }

    pub(crate) fn draft(&self) -> NewMission {
        NewMission {
            id: MissionId::new(self.ids.next(SystemClock.now())),
            project: ProjectId::default_project(),
            spec: Arc::new(spec(JsonText::empty_object())),
            parent: None,
            under: None,
            depends_on: Vec::new(),
            held: false,
            scheduled_at: None,
            expires_at: None,
            agent_type: None,
            model_used: None,
        }
    }

    /// New missions, made through a handle.
    pub(crate) async fn make(
        &self,
        handle: &Postgres,
        count: usize,
    ) -> anyhow::Result<Vec<MissionId>> {
        let drafts: Vec<NewMission> = (0..count).map(|_| self.draft()).collect();
        let ids = drafts.iter().map(|draft| draft.id).collect();
        create(handle, drafts).await?;
        Ok(ids)
    }
}

/// Asks a handle to make missions; an error says that nothing was made, or that nobody knows.
pub(crate) async fn create(handle: &Postgres, drafts: Vec<NewMission>) -> Result<(), StoreError> {
    let request = Request { action: Action::Create(drafts), by: Actor::System, receipt: None };
    match handle.apply(request).await? {
        Verdict::Done(..) => Ok(()),
        other => panic!("nothing speaks against a plain mission: {other:?}"),
    }
}

pub(crate) fn spec(metadata: JsonText) -> Spec {
    Spec {
        title: Text::parse("Sound the channel").unwrap(),
        description: Text::parse("").unwrap(),
        priority: Priority::Medium,
        kind: Kind::default_kind(),
        metadata,
        input: None,
        labels: Vec::new(),
        complexity: None,
        required_capabilities: Capabilities::default(),
        fairness_key: None,
        concurrency_key: None,
        max_attempts: 3,
        backoff: Backoff::None,
        timeout: None,
        step: None,
        template: None,
        created_by: Text::parse("ada").unwrap(),
    }
}

/// Everything in the order in which a handle tells it, until the writers have finished and the head
/// is reached. Handles come from `current`, which may change at any time.
///
/// # Errors
/// When a place is left out, comes twice or comes too early.
pub(crate) async fn follow(
    current: watch::Receiver<Arc<Postgres>>,
    finished: watch::Receiver<bool>,
) -> anyhow::Result<Vec<Sequenced>> {
    let mut seen: Vec<Sequenced> = Vec::new();
    loop {
        let handle = Arc::clone(&current.borrow());
        let over = *finished.borrow();
        let head = if over { Some(handle.head().await?) } else { None };
        let after = seen.last().map_or(0, |last| last.seq);
        let page = handle.read(after, PAGE).await?;
        for next in page {
            let expected = seen.last().map_or(1, |last| last.seq + 1);
            ensure!(next.seq == expected, "{} comes where {expected} is due", next.seq);
            seen.push(next);
        }
        let last = seen.last().map_or(0, |last| last.seq);
        if head == Some(last) {
            return Ok(seen);
        }
        if last == after {
            let _looks_again_anyway = tokio::time::timeout(POLL, handle.wait_past(last)).await;
        }
    }
}

/// Each mission's entries, in their order.
pub(crate) fn versions(told: &[Sequenced], of: MissionId) -> Vec<i64> {
    told.iter()
        .filter_map(|sequenced| match &sequenced.entry {
            JournalEntry::Mission(entry) if entry.mission == of => Some(entry.version),
            JournalEntry::Mission(_) | JournalEntry::Agent(_) | JournalEntry::Removal(_) => None,
        })
        .collect()
}
