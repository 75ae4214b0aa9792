//! The port to the journal: the ordered, durable record of every change.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use mission_control_agents::{AgentEntry, Standing};
use mission_control_kernel::{AgentId, MissionId, Money, ProjectId, StoreError, Timestamp};
use mission_control_missions::{Entry, Kind, KindCounts, Status, Totals};

/// One change, of a mission or of an agent, or the end of many missions.
#[derive(Clone, PartialEq, Debug)]
pub enum JournalEntry {
    /// Of a mission.
    Mission(Entry),
    /// Of an agent.
    Agent(AgentEntry),
    /// Old missions left the store.
    Removal(Removal),
}

impl JournalEntry {
    /// When, on the store's clock.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Mission(entry) => entry.at,
            Self::Agent(entry) => entry.at,
            Self::Removal(entry) => entry.at,
        }
    }

    /// Whose.
    #[must_use]
    pub const fn project(&self) -> &ProjectId {
        match self {
            Self::Mission(entry) => &entry.project,
            Self::Agent(entry) => &entry.project,
            Self::Removal(entry) => &entry.project,
        }
    }
}

/// Missions of one project that left the store in one step because they were old.
#[derive(Clone, PartialEq, Debug)]
pub struct Removal {
    /// When, on the store's clock.
    pub at: Timestamp,
    /// Whose.
    pub project: ProjectId,
    /// The first and the last of them by id; others between the two may have stayed.
    pub span: (MissionId, MissionId),
    /// What they were in the counters, and now are in the counters of what was removed.
    pub counted: Totals,
    /// How the attempts at them ended, of agents that are there: still a part of how these stand.
    pub standings: BTreeMap<AgentId, Standing>,
}

/// An entry with its place in the one order of all entries, from 1 without holes.
#[derive(Clone, PartialEq, Debug)]
pub struct Sequenced {
    /// Its place.
    pub seq: i64,
    /// The entry.
    pub entry: JournalEntry,
}

/// Which history a place belongs to; restoring a store begins a new one.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Epoch {
    /// Which store, drawn when it was made.
    pub store: String,
    /// How often it was restored.
    pub number: i64,
}

/// What the projection holds, at one place of the journal.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Snapshot {
    /// Everything up to here is in it, nothing after.
    pub seq: i64,
    /// Counts and sums by project, of the missions that are there.
    pub totals: BTreeMap<ProjectId, Totals>,
    /// Of each project what is not over, by kind; absent is none.
    pub kinds: BTreeMap<ProjectId, BTreeMap<Kind, KindCounts>>,
    /// Counts and sums of the missions that retention has removed.
    pub removed: BTreeMap<ProjectId, Totals>,
    /// How the attempts of each agent that is there ended since it registered.
    pub standings: BTreeMap<AgentId, Standing>,
    /// How many missions each agent runs; absent is none.
    pub running: BTreeMap<AgentId, u32>,
    /// Each minute of the last hour, by project and minute (its begin).
    pub minutes: BTreeMap<(ProjectId, Timestamp), Minute>,
    /// The last completions of each project, oldest first, at most 100.
    pub completions: BTreeMap<ProjectId, Vec<Completion>>,
}

/// What one minute saw.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Minute {
    /// Missions completed.
    pub completed: u64,
    /// Missions failed for good.
    pub failed: u64,
    /// Their durations together.
    pub duration: Duration,
    /// How many of them had one.
    pub timed: u64,
    /// Tokens that were booked in it, by missions that ended or went on.
    pub tokens: u64,
    /// Money that was booked in it.
    pub cost: Money,
}

/// A mission that was completed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// Which one.
    pub mission: MissionId,
    /// When.
    pub at: Timestamp,
    /// By whom, unless it was driven from outside.
    pub agent: Option<AgentId>,
    /// How it ended: only completed today, kept open for others.
    pub status: Status,
    /// How long it took.
    pub duration: Duration,
}

/// Some of the missions, counted at one instant.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Slice {
    /// Their totals, their kinds, the standings from attempts at them, and who runs how many of them, with the
    /// place that belongs to the instant; neither minutes nor completions. In the first slice also
    /// the totals of what was removed, and the standings from attempts that were.
    pub counted: Snapshot,
    /// The last of them; none when there is no mission behind them.
    pub last: Option<MissionId>,
}

/// Where the journal lives.
///
/// Every implementation MUST give the same order to every reader on every replica, without holes,
/// such that whoever saw one change durable before asking for another finds the first before the
/// second. A place once given never changes, whoever dies.
#[async_trait]
pub trait Journal: Send + Sync + 'static {
    /// Which history this is.
    async fn epoch(&self) -> Result<Epoch, StoreError>;

    /// The last place given. Every change that was durable before the call has its place then, at
    /// or before the answer.
    async fn head(&self) -> Result<i64, StoreError>;

    /// The last place that retention has removed; 0 when everything is still there.
    async fn removed_until(&self) -> Result<i64, StoreError>;

    /// Entries after `seq`, in order, at most `limit`.
    async fn read(&self, seq: i64, limit: u32) -> Result<Vec<Sequenced>, StoreError>;

    /// Waits until there may be entries after `seq`, a second longer at most than they are there,
    /// also when another process wrote them and nothing was heard of it; may end without any.
    async fn wait_past(&self, seq: i64);

    /// Counts everything in the tables, at one instant and with the place that belongs to it.
    async fn aggregate(&self) -> Result<Snapshot, StoreError>;

    /// Counts the `limit` missions that come first by id after `after`, with the attempts and leases
    /// of the same ids, at one instant and with the place that belongs to it.
    async fn slice(&self, after: Option<MissionId>, limit: u32) -> Result<Slice, StoreError>;

    /// The projection as it was last saved, if it was.
    async fn checkpoint(&self) -> Result<Option<Snapshot>, StoreError>;

    /// Saves the projection, so that the next start reads the tail alone.
    async fn save_checkpoint(&self, snapshot: &Snapshot) -> Result<(), StoreError>;
}
