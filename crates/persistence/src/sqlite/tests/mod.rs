//! What is true of this adapter alone; what every store does is the conformance suite's.

mod claiming;
mod group_commit;
mod opening;
mod retaining;
mod schedules;
mod searching;
pub(super) mod statements;
mod workflows;

use std::path::PathBuf;
use std::sync::Arc;

use mission_control_agents::{AgentStore as _, MAX_CONCURRENT, Registration};
use mission_control_kernel::{
    AgentId, Capabilities, Chance, Clock as _, Ids as _, JsonText, ManualClock, MissionId,
    ProjectId, Scope, SeededIds, Text, Timestamp,
};
use mission_control_missions::{
    Action, Actor, Backoff, Kind, Mission, MissionStore as _, NewMission, Outcome, Priority,
    Request, Spec, Verdict,
};

use super::{Durability, OpenError, Sqlite};
use crate::Options;

/// A folder with a store in it, and what a caller brings along.
pub(super) struct Home {
    folder: tempfile::TempDir,
    pub(super) clock: Arc<ManualClock>,
    ids: SeededIds,
    store: Option<Arc<Sqlite>>,
}

impl Home {
    pub(super) fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_760_000_000_000_000)));
        let folder = tempfile::tempdir().unwrap();
        let mut home = Self { folder, clock, ids: SeededIds::default(), store: None };
        home.store = Some(home.open().unwrap());
        home
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("mission-control.db")
    }

    pub(super) fn open(&self) -> Result<Arc<Sqlite>, OpenError> {
        self.open_at(&self.path())
    }

    pub(super) fn open_at(&self, path: &std::path::Path) -> Result<Arc<Sqlite>, OpenError> {
        let options = Options {
            clock: Some(Arc::clone(&self.clock) as _),
            chance: Arc::new(|| Chance::new(1.0)),
            ..Options::default()
        };
        Sqlite::open(path, Durability::Off, options)
    }

    pub(super) fn store(&self) -> &Arc<Sqlite> {
        self.store.as_ref().unwrap()
    }

    /// Ends the store, as dropping the last handle does.
    pub(super) fn close(&mut self) {
        self.store = None;
    }

    pub(super) fn draft(&self, title: &str) -> NewMission {
        NewMission {
            id: MissionId::new(self.ids.next(self.clock.now())),
            project: ProjectId::default_project(),
            spec: Arc::new(spec(title)),
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

    /// An agent that may hold as many missions as any; always the same one.
    pub(super) async fn agent(&self) -> AgentId {
        let registration = Registration {
            id: AgentId::new(self.ids.next(self.clock.now())),
            project: ProjectId::default_project(),
            name: Text::parse("atlas").unwrap(),
            agent_type: Text::parse("worker").unwrap(),
            capabilities: Capabilities::default(),
            kinds: None,
            max_concurrent: MAX_CONCURRENT,
        };
        self.store().register(registration).await.unwrap().0.id
    }

    pub(super) async fn make(&self, draft: NewMission) -> Mission {
        self.apply(Action::Create(vec![draft])).await.missions.remove(0)
    }

    pub(super) async fn apply(&self, action: Action) -> Outcome {
        let request = Request { action, by: Actor::System, receipt: None };
        match self.store().apply(request).await.unwrap() {
            Verdict::Done(outcome, None) => outcome,
            other => panic!("not carried out: {other:?}"),
        }
    }

    pub(super) async fn find(&self, id: MissionId) -> Option<Mission> {
        self.store().mission(&Scope::All, id).await.unwrap()
    }
}

fn spec(title: &str) -> Spec {
    Spec {
        title: Text::parse(title).unwrap(),
        description: Text::parse("").unwrap(),
        priority: Priority::Medium,
        kind: Kind::default_kind(),
        metadata: JsonText::empty_object(),
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
        created_by: Text::parse("operator").unwrap(),
    }
}
