//! The store, measured around its port.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mission_control::Stores;
use mission_control::kernel::{
    AgentId, LeaseId, MissionId, ProjectId, Scope, StoreError, Timestamp,
};
use mission_control::missions::queue::{QueueChange, QueueLine, QueueSet, QueueState};
use mission_control::missions::{
    Action, Actor, AttemptRecord, ClaimRequest, Claims, DeadLetter, Due, FollowUpTask, Found,
    HeldLease, KeptAnswer, KeptFollowUp, Kind, ListPage, ListQuery, LogLevel, LogLine, Mission,
    MissionEvent, MissionStore, Once, QueueView, Receipt, Refusal, Renewal, Request, Verdict,
};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use tokio::time::Instant;

use super::Metrics;
use super::registering::{Registering, Shape};
use super::system::PoolReading;
use super::workflows::MeasuredWorkflows;

/// From a page in memory to the deadline of a statement, in seconds.
const SECONDS: [f64; 12] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];

/// How many missions one claim may take at most is far above the last of these.
const TAKEN: [f64; 8] = [0.0, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0];

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Call {
    verb: &'static str,
    outcome: &'static str,
}

/// Up to the most requests of one batch.
const BATCHES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct State {
    state: &'static str,
}

/// What is counted of the store.
pub(super) struct StoreMetrics {
    calls: Family<Call, Histogram, fn() -> Histogram>,
    taken: Histogram,
    batches: Histogram,
    commits: Histogram,
    connections: Family<State, Gauge>,
    waiting: Gauge,
}

impl StoreMetrics {
    pub(super) fn register(registering: &mut Registering) -> Self {
        let calls: Family<Call, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        let taken = Histogram::new(TAKEN);
        registering.add(
            ("store_call_duration_seconds", Shape::Histogram),
            &["verb", "outcome"],
            "Calls of the stores of missions and workflows until they were answered, the wait for \
             their commit included: done, or the kind of trouble",
            calls.clone(),
        );
        registering.add(
            ("claim_missions_taken", Shape::Histogram),
            &[],
            "Missions that one claim took, for all the agents whose calls it served",
            taken.clone(),
        );
        let (batches, commits) = (Histogram::new(BATCHES), Histogram::new(SECONDS));
        registering.add(
            ("store_commit_requests", Shape::Histogram),
            &[],
            "Requests that one transaction of the group commit carried out",
            batches.clone(),
        );
        registering.add(
            ("store_commit_duration_seconds", Shape::Histogram),
            &[],
            "Transactions of the group commit, from their begin until they were durable",
            commits.clone(),
        );
        let (connections, waiting) = (Family::<State, Gauge>::default(), Gauge::default());
        registering.add(
            ("store_pool_connections", Shape::Gauge),
            &["state"],
            "Connections of the pool that reads from PostgreSQL, busy or free, when one was last \
             taken",
            connections.clone(),
        );
        registering.add(
            ("store_pool_waiting", Shape::Gauge),
            &[],
            "Callers that waited for one of them then",
            waiting.clone(),
        );
        Self { calls, taken, batches, commits, connections, waiting }
    }

    /// The answer of a call, once it is counted under this verb.
    pub(super) async fn timed<T>(
        &self,
        verb: &'static str,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let started = Instant::now();
        let answer = call.await;
        let outcome = match &answer {
            Ok(_) => "done",
            Err(StoreError::Busy(_)) => "busy",
            Err(StoreError::OutcomeUnknown) => "unknown",
            Err(StoreError::Unavailable(_)) => "unavailable",
            Err(StoreError::Corrupt { .. }) => "corrupt",
            Err(StoreError::Defect(_)) => "defect",
        };
        self.calls.get_or_create(&Call { verb, outcome }).observe(started.elapsed().as_secs_f64());
        answer
    }

    pub(super) fn committed(&self, requests: usize, took: Duration) {
        self.batches.observe(requests as f64);
        self.commits.observe(took.as_secs_f64());
    }

    /// The pool as it was told of last; `None` where there is none.
    pub(super) fn pool(&self) -> Option<PoolReading> {
        let count = |gauge: &Gauge| u64::try_from(gauge.get()).unwrap_or(0);
        let of = |state| self.connections.get(&State { state }).map(|gauge| count(&gauge));
        Some(PoolReading { busy: of("busy")?, free: of("free")?, waiting: count(&self.waiting) })
    }

    pub(super) fn pooled(&self, open: usize, free: usize, waiting: usize) {
        let set = |state, count: usize| {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            self.connections.get_or_create(&State { state }).set(count);
        };
        set("free", free);
        set("busy", open.saturating_sub(free));
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
    }
}

/// A store of missions that is measured.
pub struct MeasuredStore {
    inner: Arc<dyn MissionStore>,
    metrics: Metrics,
}

impl MeasuredStore {
    /// The same stores, with those of missions and workflows measured.
    #[must_use]
    pub fn around(stores: Stores, metrics: &Metrics) -> Stores {
        let Stores { missions: inner, workflows, .. } = stores.clone();
        let missions = Arc::new(Self { inner, metrics: metrics.clone() });
        let workflows = MeasuredWorkflows { inner: workflows, metrics: metrics.clone() };
        Stores { missions, workflows: Arc::new(workflows), ..stores }
    }

    async fn timed<T>(
        &self,
        verb: &'static str,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.metrics.0.store.timed(verb, call).await
    }
}

const fn verb(action: &Action) -> &'static str {
    match action {
        Action::Create(_) => "create",
        Action::Launch { .. } => "launch",
        Action::Run { .. } => "run",
        Action::Align { .. } => "align",
        Action::Command { .. } | Action::Selected { .. } => "command",
        Action::Settle { .. } => "settle",
    }
}

#[async_trait]
impl MissionStore for MeasuredStore {
    async fn apply(&self, request: Request) -> Result<Verdict, StoreError> {
        self.timed(verb(&request.action), self.inner.apply(request)).await
    }

    async fn kept_answer(
        &self,
        project: &ProjectId,
        principal: &str,
        key: &str,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        self.timed("kept_answer", self.inner.kept_answer(project, principal, key)).await
    }

    async fn claim(&self, request: ClaimRequest) -> Result<Claims, StoreError> {
        let claims = self.timed("claim", self.inner.claim(request)).await?;
        self.metrics.0.store.taken.observe(claims.taken.len() as f64);
        Ok(claims)
    }

    async fn renew(&self, agent: AgentId, leases: &[HeldLease]) -> Result<Renewal, StoreError> {
        self.timed("renew", self.inner.renew(agent, leases)).await
    }

    fn now(&self) -> Timestamp {
        self.inner.now()
    }

    fn arrivals(&self) -> u64 {
        self.inner.arrivals()
    }

    async fn wait_for_arrivals(&self, seen: u64) {
        self.inner.wait_for_arrivals(seen).await;
    }

    async fn mission(&self, scope: &Scope, id: MissionId) -> Result<Option<Mission>, StoreError> {
        self.timed("mission", self.inner.mission(scope, id)).await
    }

    async fn missions(&self, scope: &Scope, ids: &[MissionId]) -> Result<Vec<Mission>, StoreError> {
        self.timed("missions", self.inner.missions(scope, ids)).await
    }

    async fn results(
        &self,
        scope: &Scope,
        ids: &[MissionId],
        room: usize,
    ) -> Result<Vec<Found>, StoreError> {
        self.timed("results", self.inner.results(scope, ids, room)).await
    }

    async fn list(&self, scope: &Scope, query: &ListQuery) -> Result<ListPage, StoreError> {
        self.timed("list", self.inner.list(scope, query)).await
    }

    async fn count(&self, scope: &Scope, query: &ListQuery, cap: u32) -> Result<u32, StoreError> {
        self.timed("count", self.inner.count(scope, query, cap)).await
    }

    async fn descendants(
        &self,
        scope: &Scope,
        id: MissionId,
        limit: u32,
    ) -> Result<Vec<Mission>, StoreError> {
        self.timed("descendants", self.inner.descendants(scope, id, limit)).await
    }

    async fn tree_progress(
        &self,
        ids: &[MissionId],
    ) -> Result<Vec<(MissionId, u32, u32)>, StoreError> {
        self.timed("tree_progress", self.inner.tree_progress(ids)).await
    }

    async fn events(
        &self,
        scope: &Scope,
        id: MissionId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<MissionEvent>, StoreError> {
        self.timed("events", self.inner.events(scope, id, after, limit)).await
    }

    async fn attempts(
        &self,
        scope: &Scope,
        id: MissionId,
    ) -> Result<Vec<AttemptRecord>, StoreError> {
        self.timed("attempts", self.inner.attempts(scope, id)).await
    }

    async fn append_logs(
        &self,
        scope: &Scope,
        id: MissionId,
        lease: Option<LeaseId>,
        lines: Vec<LogLine>,
    ) -> Result<Result<i64, Refusal>, StoreError> {
        self.timed("append_logs", self.inner.append_logs(scope, id, lease, lines)).await
    }

    async fn logs(
        &self,
        scope: &Scope,
        id: MissionId,
        after: i64,
        level: LogLevel,
        limit: u32,
    ) -> Result<Vec<LogLine>, StoreError> {
        self.timed("logs", self.inner.logs(scope, id, after, level, limit)).await
    }

    async fn queue_view(
        &self,
        mission: &Mission,
        ageing: Duration,
    ) -> Result<QueueView, StoreError> {
        self.timed("queue_view", self.inner.queue_view(mission, ageing)).await
    }

    async fn queues(&self, project: &ProjectId) -> Result<Vec<QueueState>, StoreError> {
        self.timed("queues", self.inner.queues(project)).await
    }

    async fn queue_lines(
        &self,
        project: &ProjectId,
        kinds: &[Kind],
    ) -> Result<Vec<QueueLine>, StoreError> {
        self.timed("queue_lines", self.inner.queue_lines(project, kinds)).await
    }

    async fn change_queue(
        &self,
        project: &ProjectId,
        kind: Option<&Kind>,
        change: QueueChange,
        by: &Actor,
        receipt: Option<Receipt<QueueSet>>,
    ) -> Result<Once<QueueSet>, StoreError> {
        let call = self.inner.change_queue(project, kind, change, by, receipt);
        self.timed("change_queue", call).await
    }

    async fn dead_letter(&self, project: &ProjectId, limit: u32) -> Result<DeadLetter, StoreError> {
        self.timed("dead_letter", self.inner.dead_letter(project, limit)).await
    }

    async fn due(&self, limit: u32) -> Result<Vec<Due>, StoreError> {
        self.timed("due", self.inner.due(limit)).await
    }

    async fn take_follow_ups(&self, limit: u32) -> Result<Vec<FollowUpTask>, StoreError> {
        self.timed("take_follow_ups", self.inner.take_follow_ups(limit)).await
    }

    async fn keep_follow_up(
        &self,
        id: i64,
        taken_until: Timestamp,
    ) -> Result<Option<KeptFollowUp>, StoreError> {
        self.timed("keep_follow_up", self.inner.keep_follow_up(id, taken_until)).await
    }

    async fn finish_follow_up(&self, id: i64, taken_until: Timestamp) -> Result<bool, StoreError> {
        self.timed("finish_follow_up", self.inner.finish_follow_up(id, taken_until)).await
    }

    async fn dependants(
        &self,
        id: MissionId,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError> {
        self.timed("dependants", self.inner.dependants(id, after, limit)).await
    }

    async fn open_children(
        &self,
        id: MissionId,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError> {
        self.timed("open_children", self.inner.open_children(id, after, limit)).await
    }
}
