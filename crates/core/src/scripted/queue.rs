//! A mission store that hands out what it is given and notes what it is asked to do.

mod follow_ups;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{
    AgentId, LeaseId, MissionId, ProjectId, Scope, StoreError, Timestamp,
};
use mission_control_missions::queue::{QueueChange, QueueLine, QueueSet, QueueState};
use mission_control_missions::{
    Action, Actor, AttemptRecord, ClaimRequest, Claims, DeadLetter, Dependency, Due, FollowUpTask,
    Found, HeldLease, KeptAnswer, KeptFollowUp, Kind, ListPage, ListQuery, LogLevel, LogLine,
    Mission, MissionEvent, MissionStore, Once, Outcome, QueueView, Receipt, Refusal, Renewal,
    Request, Verdict,
};
use tokio::sync::{Semaphore, watch};

use self::follow_ups::FollowUps;
use super::story::{Story, mission};

/// The store's clock stands.
const NOW: Timestamp = Timestamp::from_micros(1_000_000);

/// By how much leases are extended.
const LEASE: Duration = Duration::from_secs(15);

#[derive(Default)]
struct State {
    ready: VecDeque<u32>,
    next_at: Option<Timestamp>,
    now: Option<Timestamp>,
    /// How many calls each claim was for.
    claims: Vec<usize>,
    applied: Vec<String>,
    busy: Vec<MissionId>,
    away: Vec<&'static str>,
    stuck: Vec<MissionId>,
    due: VecDeque<Due>,
    follow_ups: FollowUps,
    /// How long each request takes.
    pace: Duration,
    related: Vec<MissionId>,
}

pub(crate) struct ScriptedQueue {
    state: Mutex<State>,
    arrivals: watch::Sender<u64>,
    noted: watch::Sender<usize>,
    /// A claim takes one of these.
    allowed_claims: Semaphore,
}

impl Default for ScriptedQueue {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            arrivals: watch::Sender::new(0),
            noted: watch::Sender::new(0),
            allowed_claims: Semaphore::new(Semaphore::MAX_PERMITS),
        }
    }
}

impl ScriptedQueue {
    /// Whose claims are answered only when it is allowed.
    pub(crate) fn with_held_claims() -> Self {
        Self { allowed_claims: Semaphore::new(0), ..Self::default() }
    }

    pub(crate) fn allow_claims(&self, count: usize) {
        self.allowed_claims.add_permits(count);
    }

    /// The mission with this number becomes ready.
    pub(crate) fn arrive(&self, n: u32) {
        self.state.lock().unwrap().ready.push_back(n);
        self.arrivals.send_modify(|count| *count += 1);
    }

    /// A mission becomes ready by time alone: nothing is said.
    pub(crate) fn become_ready(&self, n: u32) {
        self.state.lock().unwrap().ready.push_back(n);
    }

    pub(crate) fn set_now(&self, now: Timestamp) {
        self.state.lock().unwrap().now = Some(now);
    }

    pub(crate) fn set_next_at(&self, at: Timestamp) {
        self.state.lock().unwrap().next_at = Some(at);
    }

    pub(crate) fn claims(&self) -> Vec<usize> {
        self.state.lock().unwrap().claims.clone()
    }

    /// Waits until `count` claims have come.
    pub(crate) async fn claimed(&self, count: usize) {
        self.noted.subscribe().wait_for(|_| self.claims().len() >= count).await.unwrap();
    }

    /// Every action so far, in words, sorted.
    pub(crate) fn applied(&self) -> Vec<String> {
        let mut applied = self.state.lock().unwrap().applied.clone();
        applied.sort();
        applied
    }

    /// Waits until `count` actions were carried out.
    pub(crate) async fn has_applied(&self, count: usize) {
        self.noted.subscribe().wait_for(|_| self.applied().len() >= count).await.unwrap();
    }

    pub(crate) fn make_due(&self, due: Due) {
        self.state.lock().unwrap().due.push_back(due);
    }

    /// What depends on, or lies below, every mission.
    pub(crate) fn set_related(&self, ids: Vec<MissionId>) {
        self.state.lock().unwrap().related = ids;
    }

    /// Whatever is asked of this mission is refused as busy.
    pub(crate) fn set_busy(&self, id: MissionId) {
        self.state.lock().unwrap().busy.push(id);
    }

    /// Every later call of this name fails.
    pub(crate) fn lose(&self, call: &'static str) {
        self.state.lock().unwrap().away.push(call);
    }

    /// From now on there is trouble with whatever is done to this mission.
    pub(crate) fn set_stuck(&self, mission: MissionId) {
        self.state.lock().unwrap().stuck.push(mission);
    }

    fn related_after(&self, after: Option<MissionId>, limit: u32) -> Vec<MissionId> {
        let state = self.state.lock().unwrap();
        let later = state.related.iter().filter(|id| after.is_none_or(|after| **id > after));
        later.take(limit as usize).copied().collect()
    }

    fn is_there(&self, call: &'static str) -> Result<(), StoreError> {
        let away = self.state.lock().unwrap().away.contains(&call);
        if away { Err(StoreError::Unavailable(format!("{call} is away"))) } else { Ok(()) }
    }

    fn note(&self) {
        self.noted.send_modify(|count| *count += 1);
    }
}

#[async_trait]
impl MissionStore for ScriptedQueue {
    async fn apply(&self, request: Request) -> Result<Verdict, StoreError> {
        let (target, words) = match &request.action {
            Action::Create(missions) => (None, format!("create {}", missions.len())),
            Action::Command { mission, command, .. }
            | Action::Selected { mission, command, .. } => {
                (Some(*mission), format!("{} {mission}", command.name()))
            }
            Action::Launch { missions, .. } => (None, format!("launch {}", missions.len())),
            Action::Run { run, command, .. } => (None, format!("{} run {run}", command.name())),
            Action::Align { run, mission } => {
                (Some(*mission), format!("align {mission} with {run}"))
            }
            Action::Settle { dependant, dependency } => {
                (Some(*dependant), format!("settle {dependant} on {dependency}"))
            }
        };
        self.is_there("apply")?;
        let mut state = self.state.lock().unwrap();
        if target.is_some_and(|target| state.stuck.contains(&target)) {
            return Err(StoreError::Unavailable("scripted".to_owned()));
        }
        if target.is_some_and(|target| state.busy.contains(&target)) {
            return Ok(Verdict::Refused(Refusal::Busy));
        }
        state.applied.push(words);
        state.now = Some(state.now.unwrap_or(NOW).plus(state.pace));
        drop(state);
        self.note();
        let done = Outcome { missions: Vec::new(), run: None, changed: true, repeated: None };
        Ok(Verdict::Done(done, None))
    }

    async fn kept_answer(
        &self,
        _: &ProjectId,
        _: &str,
        _: &str,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        Ok(None)
    }

    async fn claim(&self, request: ClaimRequest) -> Result<Claims, StoreError> {
        self.state.lock().unwrap().claims.push(request.claimants.len());
        self.note();
        self.allowed_claims.acquire().await.unwrap().forget();
        let mut state = self.state.lock().unwrap();
        let mut claims = Claims { taken: Vec::new(), next_at: state.next_at };
        for (place, asking) in request.claimants.into_iter().enumerate() {
            let claimant = asking.claimant;
            for _ in 0..claimant.free {
                let Some(n) = state.ready.pop_front() else { return Ok(claims) };
                let story = Story::of(n, &ProjectId::default_project()).claimed_by(claimant.id);
                let mut mission = story.mission;
                mission.dependencies = edges_to(&state.related);
                claims.taken.push((place, mission));
            }
        }
        Ok(claims)
    }

    async fn renew(&self, _: AgentId, held: &[HeldLease]) -> Result<Renewal, StoreError> {
        self.is_there("renew")?;
        let expires_at = self.now().plus(LEASE);
        let renewed = held.iter().map(|held| (*held, expires_at)).collect();
        Ok(Renewal { renewed, ..Renewal::default() })
    }

    fn now(&self) -> Timestamp {
        self.state.lock().unwrap().now.unwrap_or(NOW)
    }

    fn arrivals(&self) -> u64 {
        *self.arrivals.borrow()
    }

    async fn wait_for_arrivals(&self, seen: u64) {
        let _ = self.arrivals.subscribe().wait_for(|count| *count > seen).await;
    }

    async fn mission(&self, _: &Scope, id: MissionId) -> Result<Option<Mission>, StoreError> {
        let related = self.related_after(None, u32::MAX);
        let mut found = mission(0);
        found.id = id;
        found.dependencies = edges_to(&related);
        Ok(Some(found))
    }

    async fn missions(&self, _: &Scope, _: &[MissionId]) -> Result<Vec<Mission>, StoreError> {
        unscripted()
    }

    async fn results(
        &self,
        _: &Scope,
        _: &[MissionId],
        _: usize,
    ) -> Result<Vec<Found>, StoreError> {
        self.is_there("results")?;
        Ok(Vec::new())
    }

    async fn list(&self, _: &Scope, _: &ListQuery) -> Result<ListPage, StoreError> {
        Ok(ListPage::default())
    }

    async fn count(&self, _: &Scope, _: &ListQuery, _: u32) -> Result<u32, StoreError> {
        unscripted()
    }

    async fn descendants(
        &self,
        _: &Scope,
        _: MissionId,
        _: u32,
    ) -> Result<Vec<Mission>, StoreError> {
        unscripted()
    }

    async fn tree_progress(
        &self,
        _: &[MissionId],
    ) -> Result<Vec<(MissionId, u32, u32)>, StoreError> {
        unscripted()
    }

    async fn events(
        &self,
        _: &Scope,
        _: MissionId,
        _: i64,
        _: u32,
    ) -> Result<Vec<MissionEvent>, StoreError> {
        unscripted()
    }

    async fn attempts(&self, _: &Scope, _: MissionId) -> Result<Vec<AttemptRecord>, StoreError> {
        unscripted()
    }

    async fn append_logs(
        &self,
        _: &Scope,
        _: MissionId,
        _: Option<LeaseId>,
        _: Vec<LogLine>,
    ) -> Result<Result<i64, Refusal>, StoreError> {
        unscripted()
    }

    async fn logs(
        &self,
        _: &Scope,
        _: MissionId,
        _: i64,
        _: LogLevel,
        _: u32,
    ) -> Result<Vec<LogLine>, StoreError> {
        unscripted()
    }

    async fn queue_view(&self, _: &Mission, _: Duration) -> Result<QueueView, StoreError> {
        unscripted()
    }

    async fn queues(&self, _: &ProjectId) -> Result<Vec<QueueState>, StoreError> {
        unscripted()
    }

    async fn queue_lines(&self, _: &ProjectId, _: &[Kind]) -> Result<Vec<QueueLine>, StoreError> {
        unscripted()
    }

    async fn change_queue(
        &self,
        _: &ProjectId,
        _: Option<&Kind>,
        _: QueueChange,
        _: &Actor,
        _: Option<Receipt<QueueSet>>,
    ) -> Result<Once<QueueSet>, StoreError> {
        unscripted()
    }

    async fn dead_letter(&self, _: &ProjectId, _: u32) -> Result<DeadLetter, StoreError> {
        unscripted()
    }

    async fn due(&self, limit: u32) -> Result<Vec<Due>, StoreError> {
        let mut state = self.state.lock().unwrap();
        let count = state.due.len().min(limit as usize);
        Ok(state.due.drain(..count).collect())
    }

    async fn take_follow_ups(&self, limit: u32) -> Result<Vec<FollowUpTask>, StoreError> {
        Ok(self.state.lock().unwrap().follow_ups.take(limit))
    }

    async fn keep_follow_up(
        &self,
        id: i64,
        _: Timestamp,
    ) -> Result<Option<KeptFollowUp>, StoreError> {
        let now = self.now();
        Ok(self.state.lock().unwrap().follow_ups.keep(id, now))
    }

    async fn finish_follow_up(&self, id: i64, _: Timestamp) -> Result<bool, StoreError> {
        Ok(self.state.lock().unwrap().follow_ups.finish(id))
    }

    async fn dependants(
        &self,
        _: MissionId,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError> {
        Ok(self.related_after(after, limit))
    }

    async fn open_children(
        &self,
        _: MissionId,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError> {
        Ok(self.related_after(after, limit))
    }
}

fn unscripted<T>() -> Result<T, StoreError> {
    Err(StoreError::Defect("no test has scripted this".to_owned()))
}

fn edges_to(related: &[MissionId]) -> Vec<Dependency> {
    related.iter().map(|on| Dependency { on: *on, settled: false }).collect()
}
