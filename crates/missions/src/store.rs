//! What a store must do for missions.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mission_control_kernel::{
    AgentId, JsonText, LeaseId, MissionId, ProjectId, RunId, Scope, StoreError, Timestamp,
};

use crate::actor::Actor;
use crate::change::{AttemptOutcome, Entry};
use crate::command::{Command, Refusal};
use crate::dead_letter::DeadLetter;
use crate::list::{ListPage, ListQuery};
use crate::mission::Mission;
use crate::queue::{
    Claimant, LaneRanks, QueueChange, QueueFacts, QueueLine, QueueSet, QueueState, Turns,
};
use crate::request::{KeptAnswer, Once, Receipt, Request, Verdict};
use crate::run::Task;
use crate::words::{Failure, Kind, ShortName, Usage};

/// Agents that ask for missions, together.
#[derive(Clone, Debug)]
pub struct ClaimRequest {
    /// Who, in the order in which they are served.
    pub claimants: Vec<ClaimingAgent>,
    /// When each fairness key was served last, as far as this process knows.
    pub turns: Turns,
    /// The period after which a waiting mission is one priority more urgent; zero for never.
    pub ageing: Duration,
}

/// One call of an agent that asks. An agent may ask with several calls at a time.
#[derive(Clone, Debug)]
pub struct ClaimingAgent {
    /// What kind of agent.
    pub agent_type: ShortName,
    /// Who it is, what it can take, and how many.
    pub claimant: Claimant,
    /// How long it may stay silent about one.
    pub lease: Duration,
}

/// What a claim took.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// What each claimant got, by its place in the request, in that order.
    pub taken: Vec<(usize, Mission)>,
    /// When the next mission for one of the claimants may start that waits for its time, if they got
    /// fewer than they have room for; they need not ask before.
    pub next_at: Option<Timestamp>,
}

/// A lease that an agent says it holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct HeldLease {
    /// On which mission.
    pub mission: MissionId,
    /// Which one.
    pub lease: LeaseId,
}

/// What became of leases that were to be renewed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Renewal {
    /// Renewed, with their new ends.
    pub renewed: Vec<(HeldLease, Timestamp)>,
    /// Over because the mission was cancelled.
    pub cancelled: Vec<MissionId>,
    /// Over otherwise, or never held by this agent.
    pub lost: Vec<MissionId>,
}

/// One attempt at a mission, as it is remembered.
#[derive(Clone, PartialEq, Debug)]
pub struct AttemptRecord {
    /// At which mission.
    pub mission: MissionId,
    /// Its fence, which is also its key.
    pub lease: LeaseId,
    /// Its number, from 1.
    pub attempt: u32,
    /// The agent, unless it was driven from outside.
    pub agent: Option<AgentId>,
    /// What kind of agent.
    pub agent_type: Option<ShortName>,
    /// Which model.
    pub model_used: Option<ShortName>,
    /// When it began.
    pub began: Timestamp,
    /// When and how it ended.
    pub ended: Option<(Timestamp, AttemptOutcome)>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What it used; while it runs, what it has used so far.
    pub usage: Usage,
}

/// How loud a log line is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LogLevel {
    /// For whoever writes the executor.
    Debug,
    /// What happened.
    Info,
    /// What looks wrong.
    Warn,
    /// What went wrong.
    Error,
}

/// One line that an attempt wrote.
#[derive(Clone, PartialEq, Debug)]
pub struct LogLine {
    /// Its number, which rises within the mission; 0 when it is yet to be stored.
    pub n: i64,
    /// When it was written.
    pub at: Timestamp,
    /// How loud.
    pub level: LogLevel,
    /// At most 8 KiB, clean.
    pub text: Arc<str>,
    /// By which attempt; none when written from outside.
    pub lease: Option<LeaseId>,
}

/// One entry with its place in the order.
#[derive(Clone, PartialEq, Debug)]
pub struct MissionEvent {
    /// Its place; none in the moment before it is numbered.
    pub seq: Option<i64>,
    /// The entry.
    pub entry: Entry,
}

/// A command that time alone has made due.
#[derive(Clone, PartialEq, Debug)]
pub struct Due {
    /// For which mission.
    pub mission: MissionId,
    /// `Lose`, `TimeOut` or `Expire`.
    pub command: Command,
}

/// A follow-up that waits to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FollowUpTask {
    /// Its row.
    pub id: i64,
    /// What is to be done.
    pub task: Task,
    /// Until when nobody else takes it. Only its taker knows, and names it from now on.
    pub taken_until: Timestamp,
}

/// A follow-up that its taker holds on to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeptFollowUp {
    /// Until when nobody else takes it now.
    pub taken_until: Timestamp,
    /// When it was first held on to, by whoever had taken it then.
    pub begun_at: Timestamp,
}

/// What a question about the queue is answered from.
#[derive(Clone, Debug)]
pub struct QueueView {
    /// What holds for lanes.
    pub facts: QueueFacts,
    /// The lanes of the mission's kind, as far as they may come before it; empty unless the mission
    /// itself may start now.
    pub lanes: Vec<LaneRanks>,
    /// Whether these are all such lanes.
    pub whole: bool,
    /// The store's clock.
    pub now: Timestamp,
}

/// What a mission has found, for those that waited for it.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// Which mission.
    pub mission: MissionId,
    /// The step that it performs: of which run, and under which key.
    pub step: Option<(RunId, ShortName)>,
    /// What came out of it.
    pub finding: Finding,
}

/// What came out of a mission, as far as it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// Nothing: it is not completed, or was without a result.
    Nothing,
    /// Its result.
    Result(JsonText),
    /// A result for which there was no room.
    LeftOut,
}

/// Where missions live.
///
/// Every implementation MUST:
/// - answer a write only after it is durable, and then never lose it;
/// - apply [`crate::decide`] to the row it has locked, with its own clock, and to nothing staler;
/// - write the mission, its journal entry, attempt, lease, queue row, edges, follow-ups and receipt
///   in one transaction;
/// - carry out commands of one mission in the order in which they arrived;
/// - find nothing outside the scope it is given.
#[async_trait]
pub trait MissionStore: Send + Sync + 'static {
    /// Carries out a request. Requests of many callers may share a transaction; each has its own
    /// verdict.
    async fn apply(&self, request: Request) -> Result<Verdict, StoreError>;

    /// What was answered under a key, as long as it is kept. Whoever has to look things up before a
    /// request can be made asks here first: they may have changed since it was answered.
    async fn kept_answer(
        &self,
        project: &ProjectId,
        principal: &str,
        key: &str,
    ) -> Result<Option<KeptAnswer>, StoreError>;

    /// Takes missions from the queue for agents, under leases.
    ///
    /// MUST judge each agent by its row as it stands in the transaction that takes: one that is
    /// draining, disabled or not there gets nothing, and none ever holds more than `max_concurrent`,
    /// whoever else claims for it at the same time. What ends a lease counts as an arrival.
    async fn claim(&self, request: ClaimRequest) -> Result<Claims, StoreError>;

    /// Extends leases by their lengths; neither journalled nor a change of the mission.
    async fn renew(&self, agent: AgentId, leases: &[HeldLease]) -> Result<Renewal, StoreError>;

    /// The present instant by the clock that leases and schedules are judged by; asks nobody.
    fn now(&self) -> Timestamp;

    /// How often work has arrived since the process began: taken before a claim that finds nothing,
    /// it makes the wait for more lose no wake-up.
    fn arrivals(&self) -> u64;

    /// Waits until [`Self::arrivals`] is past `seen`. A hint: callers also poll.
    async fn wait_for_arrivals(&self, seen: u64);

    /// One mission.
    async fn mission(&self, scope: &Scope, id: MissionId) -> Result<Option<Mission>, StoreError>;

    /// Those of `ids` that are there, in any order.
    async fn missions(&self, scope: &Scope, ids: &[MissionId]) -> Result<Vec<Mission>, StoreError>;

    /// What those of `ids` have found that are there, in the order of `ids`, which are without
    /// repeats and at most [`crate::MAX_DEPENDENCIES`].
    ///
    /// MUST hand out no more than `room` bytes of results, as long as it keeps them, and read none
    /// behind the first one that does not fit: what is left out is told as such.
    async fn results(
        &self,
        scope: &Scope,
        ids: &[MissionId],
        room: usize,
    ) -> Result<Vec<Found>, StoreError>;

    /// A page of a list, by index, in a total and stable order.
    async fn list(&self, scope: &Scope, query: &ListQuery) -> Result<ListPage, StoreError>;

    /// How many missions a list has, counted up to `cap`.
    async fn count(&self, scope: &Scope, query: &ListQuery, cap: u32) -> Result<u32, StoreError>;

    /// All missions below `id`, nearest first, at most `limit`.
    async fn descendants(
        &self,
        scope: &Scope,
        id: MissionId,
        limit: u32,
    ) -> Result<Vec<Mission>, StoreError>;

    /// For missions with children: (completed descendants, all descendants).
    async fn tree_progress(
        &self,
        ids: &[MissionId],
    ) -> Result<Vec<(MissionId, u32, u32)>, StoreError>;

    /// The journal of one mission after its `version`, oldest first.
    async fn events(
        &self,
        scope: &Scope,
        id: MissionId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<MissionEvent>, StoreError>;

    /// All attempts at a mission, oldest first.
    async fn attempts(
        &self,
        scope: &Scope,
        id: MissionId,
    ) -> Result<Vec<AttemptRecord>, StoreError>;

    /// Stores log lines. With a lease, only while it is current (`LeaseLost`); without, only on a
    /// mission that is not leased (`LeaseRequired`). Returns the last line's number.
    async fn append_logs(
        &self,
        scope: &Scope,
        id: MissionId,
        lease: Option<LeaseId>,
        lines: Vec<LogLine>,
    ) -> Result<Result<i64, Refusal>, StoreError>;

    /// Log lines after number `after` of at least `level`, oldest first.
    async fn logs(
        &self,
        scope: &Scope,
        id: MissionId,
        after: i64,
        level: LogLevel,
        limit: u32,
    ) -> Result<Vec<LogLine>, StoreError>;

    /// What explains a waiting mission, in bounded time: what holds for its lane and what may come
    /// before it, when what waits is one priority more urgent after each period of `ageing`.
    async fn queue_view(
        &self,
        mission: &Mission,
        ageing: Duration,
    ) -> Result<QueueView, StoreError>;

    /// What operators have set for the queues of a project, and how many run in each.
    async fn queues(&self, project: &ProjectId) -> Result<Vec<QueueState>, StoreError>;

    /// How what waits of these kinds is divided, in bounded time and in their order.
    async fn queue_lines(
        &self,
        project: &ProjectId,
        kinds: &[Kind],
    ) -> Result<Vec<QueueLine>, StoreError>;

    /// Changes the queue of a kind, or without one that of the project; tells nobody who did it when
    /// it was so already. A kind for which nothing is set any more is not kept. Whoever waits for
    /// work looks again. Says how it is set then, and keeps the receipt.
    async fn change_queue(
        &self,
        project: &ProjectId,
        kind: Option<&Kind>,
        change: QueueChange,
        by: &Actor,
        receipt: Option<Receipt<QueueSet>>,
    ) -> Result<Once<QueueSet>, StoreError>;

    /// What is in the dead letter of a project, by what failed; at most `limit` failures, by index
    /// and in bounded time.
    async fn dead_letter(&self, project: &ProjectId, limit: u32) -> Result<DeadLetter, StoreError>;

    /// What time has made due: leases and timeouts that are over, missions that expired.
    async fn due(&self, limit: u32) -> Result<Vec<Due>, StoreError>;

    /// Takes follow-ups for this process to do; untouched ones come back after half a minute.
    ///
    /// MUST hand out those of one run one by one, the earlier first: what was asked last holds.
    async fn take_follow_ups(&self, limit: u32) -> Result<Vec<FollowUpTask>, StoreError>;

    /// Holds on to a follow-up that is taken until `taken_until`, for another half minute from now;
    /// none when it is gone, or somebody else has taken it since.
    ///
    /// MUST remember when this was first done: that instant never moves, whoever takes it later.
    async fn keep_follow_up(
        &self,
        id: i64,
        taken_until: Timestamp,
    ) -> Result<Option<KeptFollowUp>, StoreError>;

    /// Removes a follow-up that is done; says whether it was still taken until `taken_until`. One that
    /// somebody else has taken since stays.
    async fn finish_follow_up(&self, id: i64, taken_until: Timestamp) -> Result<bool, StoreError>;

    /// The missions that depend on `id`, by id after `after`.
    async fn dependants(
        &self,
        id: MissionId,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError>;

    /// The unfinished children of `id`, by id after `after`.
    async fn open_children(
        &self,
        id: MissionId,
        after: Option<MissionId>,
        limit: u32,
    ) -> Result<Vec<MissionId>, StoreError>;
}
