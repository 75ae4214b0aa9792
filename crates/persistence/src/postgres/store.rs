//! The ports, each verb handed to the file that knows it.

use std::time::Duration;

use async_trait::async_trait;
use mission_control::{Epoch, Journal, Sequenced, Slice, Snapshot};
use mission_control_agents::{Agent, AgentCommand, AgentStore, AgentVerdict, Registration};
use mission_control_kernel::{
    AgentId, LeaseId, MissionId, ProjectId, Scope, StoreError, Timestamp,
};
use mission_control_missions::queue::{QueueChange, QueueLine, QueueSet, QueueState};
use mission_control_missions::{
    Actor, AttemptRecord, ClaimRequest, Claims, DeadLetter, Due, FollowUpTask, Found, HeldLease,
    KeptAnswer, KeptFollowUp, Kind, ListPage, ListQuery, LogLevel, LogLine, Mission, MissionEvent,
    MissionStore, Once, QueueView, Receipt, Refusal, Renewal, Request, Verdict,
};

use super::committer::Context;
use super::load::{Columns, sql};
use super::pool::COUNT_WITHIN;
use super::{
    Postgres, agents, dead_letter, journal, leases, lists, logs, queue, queues, reads, receipts,
    snapshot, sweep,
};

/// How often counting is tried again when batches were just being numbered.
const COUNT_TRIES: u32 = 50;

#[async_trait]
impl MissionStore for Postgres {
    async fn apply(&self, request: Request) -> Result<Verdict, StoreError> {
        self.committer.apply(request).await
    }

    async fn kept_answer(
        &self,
        project: &ProjectId,
        principal: &str,
        key: &str,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        receipts::kept_answer(&self.context.pool, project, principal, key).await
    }

    async fn claim(&self, request: ClaimRequest) -> Result<Claims, StoreError> {
        self.claimer.claim(request).await
    }

    async fn renew(&self, agent: AgentId, held: &[HeldLease]) -> Result<Renewal, StoreError> {
        leases::renew(&self.context.pool, self.context.clock.now(), agent, held).await
    }

    fn now(&self) -> Timestamp {
        self.context.clock.now()
    }

    fn arrivals(&self) -> u64 {
        self.context.signals.arrivals()
    }

    async fn wait_for_arrivals(&self, seen: u64) {
        self.context.signals.wait_for_arrivals(seen).await;
    }

    async fn mission(&self, scope: &Scope, id: MissionId) -> Result<Option<Mission>, StoreError> {
        Ok(reads::missions(&self.context.pool, scope, &[id]).await?.pop())
    }

    async fn missions(&self, scope: &Scope, ids: &[MissionId]) -> Result<Vec<Mission>, StoreError> {
        reads::missions(&self.context.pool, scope, ids).await
    }

    async fn results(
        &self,
        scope: &Scope,
        ids: &[MissionId],
        room: usize,
    ) -> Result<Vec<Found>, StoreError> {
        reads::results(&self.context.pool, scope, ids, room).await
    }

    async fn list(&self, scope: &Scope, query: &ListQuery) -> Result<ListPage, StoreError> {
        lists::page(&self.context.pool, &self.sequencer, scope, query).await
    }

    async fn count(&self, scope: &Scope, query: &ListQuery, cap: u32) -> Result<u32, StoreError> {
        lists::count(&self.context.pool, &self.sequencer, scope, query, cap).await
    }

    async fn descendants(
        &self,
        scope: &Scope,
        id: MissionId,
        limit: u32,
    ) -> Result<Vec<Mission>, StoreError> {
        reads::descendants(&self.context.pool, scope, id, limit).await
    }

    async fn tree_progress(
        &self,
        ids: &[MissionId],
    ) -> Result<Vec<(MissionId, u32, u32)>, StoreError> {
        reads::tree_progress(&self.context.pool, ids).await
    }

    async fn events(
        &self,
        scope: &Scope,
        id: MissionId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<MissionEvent>, StoreError> {
        reads::events(&self.context.pool, scope, id, after, limit).await
    }

    async fn attempts(
        &self,
        scope: &Scope,
        id: MissionId,
    ) -> Result<Vec<AttemptRecord>, StoreError> {
        reads::attempts(&self.context.pool, scope, id).await
    }

    async fn append_logs(
        &self,
        scope: &Scope,
        id: MissionId,
        lease: Option<LeaseId>,
        lines: Vec<LogLine>,
    ) -> Result<Result<i64, Refusal>, StoreError> {
        let now = self.context.clock.now();
        logs::append(&self.context.pool, scope, id, lease, lines, now).await
    }

    async fn logs(
        &self,
        scope: &Scope,
        id: MissionId,
        after: i64,
        level: LogLevel,
        limit: u32,
    ) -> Result<Vec<LogLine>, StoreError> {
        logs::read(&self.context.pool, scope, id, after, level, limit).await
    }

    async fn queue_view(
        &self,
        mission: &Mission,
        ageing: Duration,
    ) -> Result<QueueView, StoreError> {
        queue::view(&self.context, mission, ageing).await
    }

    async fn queues(&self, project: &ProjectId) -> Result<Vec<QueueState>, StoreError> {
        queues::states(&self.context.pool, project).await
    }

    async fn queue_lines(
        &self,
        project: &ProjectId,
        kinds: &[Kind],
    ) -> Result<Vec<QueueLine>, StoreError> {
        queues::waiting(&self.context, project, kinds).await
    }

    async fn change_queue(
        &self,
        project: &ProjectId,
        kind: Option<&Kind>,
        change: QueueChange,
        by: &Actor,
        receipt: Option<Receipt<QueueSet>>,
    ) -> Result<Once<QueueSet>, StoreError> {
        queues::change(&self.context, (project, kind), change, by, receipt).await
    }

    async fn dead_letter(&self, project: &ProjectId, limit: u32) -> Result<DeadLetter, StoreError> {
        dead_letter::read(&self.context.pool, project, limit).await
    }

    async fn due(&self, limit: u32) -> Result<Vec<Due>, StoreError> {
        sweep::due(&self.context.pool, self.context.clock.now(), limit).await
    }

    async fn take_follow_ups(&self, limit: u32) -> Result<Vec<FollowUpTask>, StoreError> {
        sweep::take_follow_ups(&self.context.pool, self.context.clock.now(), limit).await
    }

    async fn keep_follow_up(
        &self,
        id: i64,
        taken_until: Timestamp,
    ) -> Result<Option<KeptFollowUp>, StoreError> {
        let context = &self.context;
        sweep::keep_follow_up(&context.pool, context.clock.now(), id, taken_until).await
    }

    async fn finish_follow_up(&self, id: i64, taken_until: Timestamp) -> Result<bool, StoreError> {
        sweep::finish_follow_up(&self.context.pool, id, taken_until).await
    }

    async fn dependants(
        &self,
        id: MissionId,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError> {
        reads::dependants(&self.context.pool, id, after, limit).await
    }

    async fn open_children(
        &self,
        id: MissionId,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError> {
        reads::open_children(&self.context.pool, id, after, limit).await
    }
}

#[async_trait]
impl AgentStore for Postgres {
    async fn register(&self, registration: Registration) -> Result<(Agent, bool), StoreError> {
        let context = &self.context;
        let (clock, signals) = (&*context.clock, &context.signals);
        let registering = |client| agents::register(client, clock, signals, registration);
        context.pool.writing(registering).await
    }

    async fn command(
        &self,
        scope: &Scope,
        id: AgentId,
        command: AgentCommand,
    ) -> Result<AgentVerdict, StoreError> {
        let context = &self.context;
        let (clock, signals) = (&*context.clock, &context.signals);
        let commanding = |client| agents::command(client, clock, signals, scope, id, command);
        context.pool.writing(commanding).await
    }

    async fn agent(&self, scope: &Scope, id: AgentId) -> Result<Option<Agent>, StoreError> {
        agents::one(&self.context.pool, scope, id).await
    }

    async fn agents(&self, project: &ProjectId) -> Result<Vec<Agent>, StoreError> {
        agents::all(&self.context.pool, project).await
    }

    async fn silent(&self, limit: u32) -> Result<Vec<AgentId>, StoreError> {
        agents::silent(&self.context.pool, self.context.clock.now(), limit).await
    }
}

#[async_trait]
impl Journal for Postgres {
    async fn epoch(&self) -> Result<Epoch, StoreError> {
        let rows = self.context.pool.query(sql!("epoch"), &Vec::new()).await?;
        let row = rows.first().ok_or_else(|| StoreError::Defect("no epoch".to_owned()))?;
        let mut columns = Columns::of(row);
        Ok(Epoch { store: columns.take()?, number: columns.take()? })
    }

    async fn head(&self) -> Result<i64, StoreError> {
        self.sequencer.pass().await
    }

    async fn removed_until(&self) -> Result<i64, StoreError> {
        journal::removed_until(&self.context.pool).await
    }

    async fn read(&self, seq: i64, limit: u32) -> Result<Vec<Sequenced>, StoreError> {
        journal::read(&self.context.pool, seq, limit).await
    }

    async fn wait_past(&self, seq: i64) {
        self.context.signals.wait_past(seq).await;
    }

    async fn aggregate(&self) -> Result<Snapshot, StoreError> {
        for _ in 0..COUNT_TRIES {
            self.sequencer.pass().await?;
            let Context { pool, clock, .. } = &self.context;
            let counting = snapshot::aggregate(pool, &self.sequencer, &**clock);
            let counted = pool.reading(COUNT_WITHIN, counting).await?;
            if let Some(snapshot) = counted {
                return Ok(snapshot);
            }
        }
        Err(StoreError::Busy("the journal does not come to rest".to_owned()))
    }

    async fn slice(&self, after: Option<MissionId>, limit: u32) -> Result<Slice, StoreError> {
        for _ in 0..COUNT_TRIES {
            self.sequencer.pass().await?;
            let pool = &self.context.pool;
            let counting = snapshot::slice(pool, &self.sequencer, after, limit);
            if let Some(slice) = pool.reading(COUNT_WITHIN, counting).await? {
                return Ok(slice);
            }
        }
        Err(StoreError::Busy("the journal does not come to rest".to_owned()))
    }

    async fn checkpoint(&self) -> Result<Option<Snapshot>, StoreError> {
        snapshot::checkpoint(&self.context.pool).await
    }

    async fn save_checkpoint(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        snapshot::save(&self.context.pool, &*self.context.clock, snapshot).await
    }
}
