//! The port of missions: each verb is a job of the writer or a question to a reader.

use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{
    AgentId, LeaseId, MissionId, ProjectId, Scope, StoreError, Timestamp,
};
use mission_control_missions::queue::{QueueChange, QueueLine, QueueSet, QueueState};
use mission_control_missions::{
    Actor, AttemptRecord, ClaimRequest, Claims, DeadLetter, Due, FollowUpTask, Found, HeldLease,
    KeptAnswer, KeptFollowUp, Kind, ListPage, ListQuery, LogLevel, LogLine, Mission, MissionEvent,
    MissionStore, Once, QueueView, Receipt, Refusal, Renewal, Request, Verdict,
};
use tokio::sync::oneshot;

use super::job::{Job, Turn};
use super::writer::Tx;
use super::{
    Sqlite, claim, dead_letter, lists, load, logs, queue, queues, reads, receipts, renew, sql,
    sweep,
};

#[async_trait]
impl MissionStore for Sqlite {
    async fn apply(&self, request: Request) -> Result<Verdict, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.inbox.put(Job::request(request, reply)).await?;
        answer.await.map_err(|_| StoreError::OutcomeUnknown)?
    }

    async fn kept_answer(
        &self,
        project: &ProjectId,
        principal: &str,
        key: &str,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        let (project, principal, key) = (project.clone(), principal.to_owned(), key.to_owned());
        self.read(move |connection| receipts::kept_answer(connection, &project, &principal, &key))
            .await
    }

    async fn claim(&self, request: ClaimRequest) -> Result<Claims, StoreError> {
        self.write(Turn::Claim, move |tx| claim::claim(tx, &request)).await
    }

    async fn renew(&self, agent: AgentId, leases: &[HeldLease]) -> Result<Renewal, StoreError> {
        let leases = leases.to_vec();
        self.write(Turn::Renewal, move |tx| renew::renew(tx, agent, &leases)).await
    }

    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn arrivals(&self) -> u64 {
        self.signals.arrivals()
    }

    async fn wait_for_arrivals(&self, seen: u64) {
        self.signals.wait_for_arrivals(seen).await;
    }

    async fn mission(&self, scope: &Scope, id: MissionId) -> Result<Option<Mission>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| load::seen(connection, &scope, id)).await
    }

    async fn missions(&self, scope: &Scope, ids: &[MissionId]) -> Result<Vec<Mission>, StoreError> {
        let (scope, mut ids) = (scope.clone(), ids.to_vec());
        ids.sort_unstable();
        ids.dedup();
        self.read(move |connection| load::all_seen(connection, &scope, &ids)).await
    }

    async fn results(
        &self,
        scope: &Scope,
        ids: &[MissionId],
        room: usize,
    ) -> Result<Vec<Found>, StoreError> {
        let (scope, ids) = (scope.clone(), ids.to_vec());
        self.read(move |connection| reads::results(connection, &scope, &ids, room)).await
    }

    async fn list(&self, scope: &Scope, query: &ListQuery) -> Result<ListPage, StoreError> {
        let (scope, query) = (scope.clone(), query.clone());
        self.read(move |connection| lists::page(connection, &scope, &query)).await
    }

    async fn count(&self, scope: &Scope, query: &ListQuery, cap: u32) -> Result<u32, StoreError> {
        let (scope, query) = (scope.clone(), query.clone());
        self.read(move |connection| lists::count(connection, &scope, &query, cap)).await
    }

    async fn descendants(
        &self,
        scope: &Scope,
        id: MissionId,
        limit: u32,
    ) -> Result<Vec<Mission>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| reads::descendants(connection, &scope, id, limit)).await
    }

    async fn tree_progress(
        &self,
        ids: &[MissionId],
    ) -> Result<Vec<(MissionId, u32, u32)>, StoreError> {
        let ids = ids.to_vec();
        self.read(move |connection| reads::tree_progress(connection, &ids)).await
    }

    async fn events(
        &self,
        scope: &Scope,
        id: MissionId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<MissionEvent>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| reads::events(connection, &scope, id, after, limit)).await
    }

    async fn attempts(
        &self,
        scope: &Scope,
        id: MissionId,
    ) -> Result<Vec<AttemptRecord>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| reads::attempts(connection, &scope, id)).await
    }

    async fn append_logs(
        &self,
        scope: &Scope,
        id: MissionId,
        lease: Option<LeaseId>,
        lines: Vec<LogLine>,
    ) -> Result<Result<i64, Refusal>, StoreError> {
        let scope = scope.clone();
        self.write(Turn::Plain, move |tx| logs::append(tx, &scope, id, lease, &lines)).await
    }

    async fn logs(
        &self,
        scope: &Scope,
        id: MissionId,
        after: i64,
        level: LogLevel,
        limit: u32,
    ) -> Result<Vec<LogLine>, StoreError> {
        let scope = scope.clone();
        self.read(move |connection| logs::read(connection, &scope, id, after, level, limit)).await
    }

    async fn queue_view(
        &self,
        mission: &Mission,
        ageing: Duration,
    ) -> Result<QueueView, StoreError> {
        let (mission, now) = (mission.clone(), self.now());
        self.read(move |connection| queue::view(connection, &mission, now, ageing)).await
    }

    async fn queues(&self, project: &ProjectId) -> Result<Vec<QueueState>, StoreError> {
        let project = project.clone();
        self.read(move |connection| queues::states(connection, &project)).await
    }

    async fn queue_lines(
        &self,
        project: &ProjectId,
        kinds: &[Kind],
    ) -> Result<Vec<QueueLine>, StoreError> {
        let (project, kinds, now) = (project.clone(), kinds.to_vec(), self.now());
        self.read(move |connection| queues::waiting(connection, &project, &kinds, now)).await
    }

    async fn change_queue(
        &self,
        project: &ProjectId,
        kind: Option<&Kind>,
        change: QueueChange,
        by: &Actor,
        receipt: Option<Receipt<QueueSet>>,
    ) -> Result<Once<QueueSet>, StoreError> {
        let (project, kind, by) = (project.clone(), kind.cloned(), by.clone());
        self.write(Turn::Plain, move |tx| {
            let changing =
                |tx: &mut Tx<'_>| queues::change(tx, &project, kind.as_ref(), change, &by);
            receipts::once(tx, receipt.as_ref(), changing, |set| Some(set))
        })
        .await
    }

    async fn dead_letter(&self, project: &ProjectId, limit: u32) -> Result<DeadLetter, StoreError> {
        let project = project.clone();
        self.read(move |connection| dead_letter::read(connection, &project, limit)).await
    }

    async fn due(&self, limit: u32) -> Result<Vec<Due>, StoreError> {
        let now = self.now();
        self.read(move |connection| sweep::due(connection, now, limit)).await
    }

    async fn take_follow_ups(&self, limit: u32) -> Result<Vec<FollowUpTask>, StoreError> {
        self.write(Turn::Plain, move |tx| sweep::take(tx, limit)).await
    }

    async fn keep_follow_up(
        &self,
        id: i64,
        taken_until: Timestamp,
    ) -> Result<Option<KeptFollowUp>, StoreError> {
        self.write(Turn::Plain, move |tx| sweep::keep(tx, id, taken_until)).await
    }

    async fn finish_follow_up(&self, id: i64, taken_until: Timestamp) -> Result<bool, StoreError> {
        self.write(Turn::Plain, move |tx| sweep::finish(tx, id, taken_until)).await
    }

    async fn dependants(
        &self,
        id: MissionId,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError> {
        self.read(move |connection| sweep::page(connection, sql!("dependants"), id, after, limit))
            .await
    }

    async fn open_children(
        &self,
        id: MissionId,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError> {
        self.read(move |connection| {
            sweep::page(connection, sql!("open_children"), id, after, limit)
        })
        .await
    }
}
