//! What lists of missions can be asked for.

use mission_control_kernel::{AgentId, MissionId, RunId, Timestamp, closed_words};

use crate::fingerprint::Fingerprint;
use crate::mission::Mission;
use crate::words::{Complexity, Kind, Label, Priority, ShortName, Status};

closed_words! {
    /// By what a list is sorted; the id breaks ties, so the order is total.
    SortKey, "invalid_sort",
    "must be created_at, updated_at, priority, duration, cost_estimate or tokens_used, with - for descending",
    {
        /// When it was made.
        CreatedAt = "created_at",
        /// When it last changed.
        UpdatedAt = "updated_at",
        /// How urgent it is; ascending begins with critical.
        Priority = "priority",
        /// How long it took; none sorts as shorter than any.
        Duration = "duration",
        /// What it cost.
        Cost = "cost_estimate",
        /// What it used.
        Tokens = "tokens_used",
    }
}

/// A sort key and its direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Largest first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { key: SortKey::CreatedAt, descending: true }
    }
}

/// Which missions, in which order, from where. Filters combine; an empty list of values filters
/// nothing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ListQuery {
    /// Any of these statuses.
    pub statuses: Vec<Status>,
    /// Any of these priorities.
    pub priorities: Vec<Priority>,
    /// Any of these kinds.
    pub kinds: Vec<Kind>,
    /// Any of these kinds of agent.
    pub agent_types: Vec<ShortName>,
    /// Any of these agents.
    pub agents: Vec<AgentId>,
    /// Any of these models.
    pub models: Vec<ShortName>,
    /// Children of any of these.
    pub parents: Vec<MissionId>,
    /// In the tree of any of these.
    pub roots: Vec<MissionId>,
    /// Only missions without a parent.
    pub only_roots: bool,
    /// Steps of any of these runs.
    pub runs: Vec<RunId>,
    /// Made from any of these templates.
    pub templates: Vec<ShortName>,
    /// Any of these complexities.
    pub complexities: Vec<Complexity>,
    /// With any of these labels.
    pub labels: Vec<Label>,
    /// Whose title, description or error contains this, whatever the case.
    pub text: Option<SearchText>,
    /// Made at or after.
    pub created_from: Option<Timestamp>,
    /// Made before.
    pub created_until: Option<Timestamp>,
    /// In the dead letter, or not.
    pub dead_letter: Option<bool>,
    /// Waiting for an approval, or not.
    pub held: Option<bool>,
    /// Failed like any of these.
    pub fingerprints: Vec<Fingerprint>,
    /// The order.
    pub sort: Sort,
    /// After this place.
    pub after: Option<Place>,
    /// At most this many.
    pub limit: u32,
}

/// What is looked for, 1–200 characters.
pub type SearchText = mission_control_kernel::Text<1, 200>;

/// A place in a sorted list: the value that was sorted by, and the id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Microseconds, rank, nano-dollars or tokens; −1 for no duration.
    pub value: i64,
    /// Of the mission there.
    pub id: MissionId,
}

/// A page of a list.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ListPage {
    /// In order.
    pub missions: Vec<Mission>,
    /// Where the next page begins, when there is more.
    pub next: Option<Place>,
}

impl ListQuery {
    /// Whether only status and priority filter, so that counters alone know how many there are.
    #[must_use]
    pub fn counts_by_cells(&self) -> bool {
        let unfiltered = Self {
            statuses: self.statuses.clone(),
            priorities: self.priorities.clone(),
            sort: self.sort,
            after: self.after,
            limit: self.limit,
            ..Self::default()
        };
        *self == unfiltered
    }
}

impl SortKey {
    /// The value of a mission that this key sorts by.
    #[must_use]
    pub fn value(self, mission: &Mission) -> i64 {
        let whole = |value: u128| i64::try_from(value).unwrap_or(i64::MAX);
        match self {
            Self::CreatedAt => mission.created_at.as_micros(),
            Self::UpdatedAt => mission.updated_at.as_micros(),
            Self::Priority => i64::from(mission.spec.priority.rank()),
            Self::Duration => mission.duration().map_or(-1, |span| whole(span.as_micros())),
            Self::Cost => mission.usage().cost.as_nanos(),
            Self::Tokens => whole(u128::from(mission.usage().tokens_used)),
        }
    }
}
