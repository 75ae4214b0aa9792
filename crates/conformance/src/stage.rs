//! A store with somebody to use it: the verbs in which behaviours are told.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use mission_control::{JournalEntry, Sequenced};
use mission_control_agents::{Agent, MAX_CONCURRENT, Registration};
use mission_control_kernel::{
    AgentId, Clock as _, Ids as _, LeaseId, MissionId, ProjectId, Scope, SeededIds, Timestamp,
};
use mission_control_missions::queue::{
    AgentFacts, Claimant, Explanation, LaneKey, Queue, QueueSetting, Turns, explain,
};
use mission_control_missions::{
    Action, Actor, ClaimRequest, ClaimingAgent, Claims, Command, Entry, Failure, FailureClass,
    FailureReport, Kind, ListQuery, Mission, Outcome, Refusal, Request, UsageReport, Verdict,
};

use crate::draft::{Draft, kind, text};
use crate::subject::{Store, Subject};

/// The lease that agents ask for.
pub(crate) const LEASE: Duration = Duration::from_secs(15);
/// The period after which what waits is one priority more urgent.
pub(crate) const AGEING: Duration = Duration::from_mins(10);
/// Entries and missions are read in pages of this size.
const PAGE: u32 = 100;

/// A fresh store, and what a process keeps beside it.
pub(crate) struct Stage {
    pub(crate) subject: Arc<dyn Subject>,
    pub(crate) store: Store,
    pub(crate) project: ProjectId,
    pub(crate) scope: Scope,
    pub(crate) turns: Mutex<Turns>,
    ids: Arc<SeededIds>,
}

impl Stage {
    pub(crate) async fn fresh(subject: Arc<dyn Subject>) -> anyhow::Result<Self> {
        let store = subject.fresh().await.context("making a fresh store")?;
        Ok(Self::over(subject, store, ProjectId::default_project(), Arc::default()))
    }

    pub(crate) fn over(
        subject: Arc<dyn Subject>,
        store: Store,
        project: ProjectId,
        ids: Arc<SeededIds>,
    ) -> Self {
        let scope = Scope::one(project.clone());
        Self { subject, store, project, scope, turns: Mutex::default(), ids }
    }

    /// The same store as another process has it; none where it belongs to one.
    pub(crate) async fn next_door(&self) -> anyhow::Result<Option<Self>> {
        let subject = Arc::clone(&self.subject);
        let Some(store) = subject.another_handle(&self.store).await? else { return Ok(None) };
        Ok(Some(Self::over(subject, store, self.project.clone(), Arc::clone(&self.ids))))
    }

    /// The same store seen from another project.
    pub(crate) fn of_project(&self, name: &str) -> Self {
        let project = crate::draft::project(name);
        let subject = Arc::clone(&self.subject);
        Self::over(subject, self.store.clone(), project, Arc::clone(&self.ids))
    }

    /// The same data after every handle was dropped.
    pub(crate) async fn reopened(self) -> anyhow::Result<Self> {
        let Self { subject, store, project, ids, .. } = self;
        let store = subject.reopened(store).await.context("opening the store again")?;
        Ok(Self::over(subject, store, project, ids))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.store.clock.now()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.store.clock.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn mission_id(&self) -> MissionId {
        MissionId::new(self.ids.next(self.now()))
    }

    pub(crate) fn agent_id(&self) -> AgentId {
        AgentId::new(self.ids.next(self.now()))
    }

    pub(crate) fn draft(&self) -> Draft {
        Draft::new(self.mission_id(), self.project.clone())
    }
}

/// Missions.
impl Stage {
    pub(crate) async fn make(&self, draft: Draft) -> anyhow::Result<Mission> {
        let mut made = self.make_all([draft]).await?;
        made.pop().context("a batch of one makes one")
    }

    pub(crate) async fn make_plain(&self) -> anyhow::Result<Mission> {
        self.make(self.draft()).await
    }

    pub(crate) async fn make_all(
        &self,
        drafts: impl IntoIterator<Item = Draft>,
    ) -> anyhow::Result<Vec<Mission>> {
        match self.create(drafts).await? {
            Ok(outcome) => Ok(outcome.missions),
            Err(refusal) => bail!("creating was refused: {refusal}"),
        }
    }

    pub(crate) async fn create(
        &self,
        drafts: impl IntoIterator<Item = Draft>,
    ) -> anyhow::Result<Result<Outcome, Refusal>> {
        self.apply(Action::Create(drafts.into_iter().map(Draft::into_new).collect())).await
    }

    pub(crate) async fn ask(
        &self,
        mission: MissionId,
        command: Command,
    ) -> anyhow::Result<Result<Outcome, Refusal>> {
        self.apply(Action::Command { scope: self.scope.clone(), mission, command }).await
    }

    /// The mission after a command that must be carried out.
    pub(crate) async fn tell(&self, id: MissionId, command: Command) -> anyhow::Result<Mission> {
        let name = command.name();
        match self.ask(id, command).await? {
            Ok(mut outcome) => outcome.missions.pop().context("a command answers its mission"),
            Err(refusal) => bail!("{name} was refused: {refusal}"),
        }
    }

    /// Why a command that must be refused was.
    pub(crate) async fn refused(&self, id: MissionId, command: Command) -> anyhow::Result<Refusal> {
        let name = command.name();
        match self.ask(id, command).await? {
            Ok(outcome) => bail!("{name} was carried out: {outcome:?}"),
            Err(refusal) => Ok(refusal),
        }
    }

    pub(crate) async fn apply(&self, action: Action) -> anyhow::Result<Result<Outcome, Refusal>> {
        let by = Actor::System;
        match self.store.stores.missions.apply(Request { action, by, receipt: None }).await? {
            Verdict::Done(outcome, None) => Ok(Ok(outcome)),
            Verdict::Refused(refusal) => Ok(Err(refusal)),
            other => bail!("without a receipt nothing is kept: {other:?}"),
        }
    }

    pub(crate) async fn mission(&self, id: MissionId) -> anyhow::Result<Mission> {
        let found = self.store.stores.missions.mission(&self.scope, id).await?;
        found.with_context(|| format!("there is no mission {id}"))
    }

    /// Everything in the project, in the order of creation.
    pub(crate) async fn all(&self) -> anyhow::Result<Vec<Mission>> {
        let mut query = ListQuery { limit: PAGE, ..ListQuery::default() };
        query.sort.descending = false;
        self.walk(query).await
    }

    /// Every page of a list.
    pub(crate) async fn walk(&self, mut query: ListQuery) -> anyhow::Result<Vec<Mission>> {
        let mut all = Vec::new();
        loop {
            let page = self.store.stores.missions.list(&self.scope, &query).await?;
            all.extend(page.missions);
            query.after = page.next;
            if query.after.is_none() {
                return Ok(all);
            }
        }
    }

    /// The journal of a mission.
    pub(crate) async fn story(&self, id: MissionId) -> anyhow::Result<Vec<Entry>> {
        let missions = &self.store.stores.missions;
        let events = missions.events(&self.scope, id, 0, PAGE).await?;
        Ok(events.into_iter().map(|event| event.entry).collect())
    }
}

/// Agents and their claims.
impl Stage {
    pub(crate) fn registration(&self, name: &str, able: &[&str]) -> Registration {
        Registration {
            id: self.agent_id(),
            project: self.project.clone(),
            name: text(name),
            agent_type: text("worker"),
            capabilities: crate::draft::capabilities(able),
            kinds: None,
            max_concurrent: MAX_CONCURRENT,
        }
    }

    pub(crate) async fn agent(&self, name: &str) -> anyhow::Result<Agent> {
        self.able_agent(name, &[]).await
    }

    pub(crate) async fn able_agent(&self, name: &str, able: &[&str]) -> anyhow::Result<Agent> {
        let registration = self.registration(name, able);
        Ok(self.store.stores.agents.register(registration).await?.0)
    }

    /// What an agent takes when it wants `free` missions.
    pub(crate) async fn claim(&self, agent: &Agent, free: u32) -> anyhow::Result<Vec<Mission>> {
        let claims = self.claim_as(vec![claiming(agent, free)]).await?;
        Ok(claims.taken.into_iter().map(|(_, mission)| mission).collect())
    }

    /// The one mission that there must be for an agent.
    pub(crate) async fn claim_one(&self, agent: &Agent) -> anyhow::Result<Mission> {
        let mut taken = self.claim(agent, 1).await?;
        taken.pop().context("there is nothing to take")
    }

    /// A new mission that an agent holds.
    pub(crate) async fn make_and_claim(
        &self,
        agent: &Agent,
        draft: Draft,
    ) -> anyhow::Result<Mission> {
        let made = self.make(draft).await?;
        let taken = self.claim_one(agent).await?;
        anyhow::ensure!(taken.id == made.id, "another mission was first in the queue");
        Ok(taken)
    }

    pub(crate) async fn claim_as(&self, claimants: Vec<ClaimingAgent>) -> anyhow::Result<Claims> {
        let request = ClaimRequest { claimants, turns: self.turns(), ageing: AGEING };
        let claims = self.store.stores.missions.claim(request).await?;
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, mission) in &claims.taken {
            turns.serve(&LaneKey::of(mission));
        }
        Ok(claims)
    }

    /// How things stand with a mission, as this process tells it.
    pub(crate) async fn explain(&self, mission: &Mission) -> anyhow::Result<Explanation> {
        let view = self.store.stores.missions.queue_view(mission, AGEING).await?;
        anyhow::ensure!(view.now == self.now(), "the store has a clock of its own");
        let turns = self.turns();
        let queue = Queue {
            lanes: &view.lanes,
            whole: view.whole,
            facts: &view.facts,
            turns: &turns,
            now: view.now,
            ageing: AGEING,
        };
        Ok(explain(mission, &queue))
    }

    pub(crate) fn turns(&self) -> Turns {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) async fn set_queue(
        &self,
        kind: Option<&str>,
        setting: QueueSetting,
    ) -> anyhow::Result<()> {
        let kind: Option<Kind> = kind.map(self::kind);
        let missions = &self.store.stores.missions;
        let (change, by) = (setting.into(), Actor::System);
        missions.change_queue(&self.project, kind.as_ref(), change, &by, None).await?;
        Ok(())
    }
}

/// The journal.
impl Stage {
    /// Every entry, once all that is durable has its place.
    pub(crate) async fn journal(&self) -> anyhow::Result<Vec<Sequenced>> {
        let journal = &self.store.stores.journal;
        let head = journal.head().await?;
        let mut all: Vec<Sequenced> = Vec::new();
        loop {
            let seq = all.last().map_or(0, |last| last.seq);
            if seq >= head {
                return Ok(all);
            }
            let page = journal.read(seq, PAGE).await?;
            anyhow::ensure!(!page.is_empty(), "nothing after {seq} though {head} is given");
            all.extend(page);
        }
    }

    /// Every entry about missions.
    pub(crate) async fn mission_entries(&self) -> anyhow::Result<Vec<Entry>> {
        let entries = self.journal().await?.into_iter().filter_map(|one| match one.entry {
            JournalEntry::Mission(entry) => Some(entry),
            JournalEntry::Agent(_) | JournalEntry::Removal(_) => None,
        });
        Ok(entries.collect())
    }
}

/// An agent that wants `free` missions of any kind that it performs.
pub(crate) fn claiming(agent: &Agent, free: u32) -> ClaimingAgent {
    let kinds =
        agent.kinds.as_ref().map(|kinds| kinds.iter().map(|name| kind(name.as_str())).collect());
    let facts = AgentFacts {
        project: agent.project.clone(),
        kinds,
        capabilities: agent.capabilities.clone(),
    };
    ClaimingAgent {
        agent_type: agent.agent_type.clone(),
        claimant: Claimant { id: agent.id, agent: facts, free },
        lease: LEASE,
    }
}

pub(crate) fn start() -> Command {
    Command::Start { agent_type: None, model_used: None }
}

pub(crate) fn progress(lease: Option<LeaseId>, tokens: u64) -> Command {
    let usage = UsageReport { tokens_used: Some(tokens), ..UsageReport::default() };
    Command::Progress { lease, progress: None, message: None, result: None, usage }
}

pub(crate) fn complete(lease: Option<LeaseId>) -> Command {
    Command::Complete { lease, result: None, usage: UsageReport::default() }
}

pub(crate) fn fail(lease: Option<LeaseId>, class: FailureClass) -> Command {
    let failure = Failure { class, message: text("the tide came in") };
    let report = FailureReport { failure, retryable: None, retry_after: None };
    Command::Fail { lease, report, usage: UsageReport::default() }
}

pub(crate) fn cancel(children: bool) -> Command {
    Command::Cancel { reason: None, children }
}

/// The ids of missions, in their order.
pub(crate) fn ids<'a>(missions: impl IntoIterator<Item = &'a Mission>) -> Vec<MissionId> {
    missions.into_iter().map(|mission| mission.id).collect()
}
