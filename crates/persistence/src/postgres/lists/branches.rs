//! The ordered pieces of a list.

use std::cmp::Ordering;
use std::fmt::Display;

use mission_control_kernel::Scope;
use mission_control_missions::{ListQuery, Priority, Sort, SortKey, Status};

use super::Statement;
use super::narrow::Narrow;
use crate::postgres::values::At;

/// Where a list is read from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Source {
    /// From the indexes of its order.
    Order,
    /// In the order of creation from the index of this filter; in any other from the indexes of the
    /// order, except for the statuses in which the filter leaves few missions: these are sorted.
    Filter(Narrow, Vec<Status>),
    /// From whatever leaves few; these are sorted.
    Few,
}

/// A piece of a list that is read in the order of the list.
pub(super) struct Branch {
    /// What its missions have in common, with their project and their statuses.
    pub(super) condition: String,
    pub(super) key: Key,
    /// Whether it is read whole and sorted.
    pub(super) is_few: bool,
}

/// By what a branch is sorted; the id decides between equal ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Key {
    /// All of it has this value.
    Same(i64),
    /// By the value of an expression.
    By(&'static str),
}

/// A direction, in the words of SQL.
pub(super) struct Direction {
    pub(super) word: &'static str,
    beyond: &'static str,
    descending: bool,
}

const PRIORITY_RANK: &str = "CASE m.priority WHEN 'critical' THEN 0 WHEN 'high' THEN 1 \
                             WHEN 'medium' THEN 2 ELSE 3 END::bigint";

impl Source {
    /// The filter of which a walk each is made for its values.
    pub(super) fn walked(&self, query: &ListQuery) -> Option<&Narrow> {
        match self {
            Self::Filter(narrow, _) if query.sort.key == SortKey::CreatedAt => {
                Some(narrow).filter(|narrow| narrow.is_walked())
            }
            Self::Filter(..) | Self::Order | Self::Few => None,
        }
    }
}

impl Key {
    pub(super) fn expression(self) -> String {
        match self {
            Self::Same(value) => format!("({value})::bigint"),
            Self::By(expression) => expression.to_owned(),
        }
    }

    /// What stands before the id in ORDER BY.
    pub(super) fn order(self, direction: &str) -> String {
        match self {
            Self::Same(_) => String::new(),
            Self::By(expression) => format!("{expression} {direction}, "),
        }
    }
}

impl Direction {
    pub(super) const fn of(sort: Sort) -> Self {
        let (word, beyond) = if sort.descending { ("DESC", "<") } else { ("ASC", ">") };
        Self { word, beyond, descending: sort.descending }
    }
}

impl Statement {
    /// The pieces, each of them ordered, which together hold the list.
    pub(super) fn branches(
        &mut self,
        scope: &Scope,
        query: &ListQuery,
        source: &Source,
    ) -> Vec<Branch> {
        let mut branches = Vec::new();
        let live = live(query.sort.key);
        let mut statuses = statuses(query);
        if *source == Source::Few {
            let condition = format!("{}{}", self.projects(scope), cells_of(query));
            return vec![Branch { condition, key: live, is_few: true }];
        }
        if let Source::Filter(narrow, few) = source
            && query.sort.key != SortKey::CreatedAt
        {
            let few: Vec<Status> = statuses.extract_if(.., |one| few.contains(one)).collect();
            if !few.is_empty() {
                let (projects, narrow) = (self.projects(scope), self.narrow(narrow));
                let cells = format!("{}{}", any_of("m.status", &few), priorities_of(query));
                let condition = format!("{projects} AND {narrow}{cells}");
                branches.push(Branch { condition, key: live, is_few: true });
            }
        }
        if statuses.is_empty() {
            if branches.is_empty() {
                branches.push(Branch { condition: "false".to_owned(), key: live, is_few: false });
            }
            return branches;
        }
        for project in self.one_by_one(scope) {
            let mut add = |condition: String, key| {
                let condition = format!("{project}{condition}");
                branches.push(Branch { condition, key, is_few: false });
            };
            if query.sort.key == SortKey::CreatedAt {
                for condition in self.by_creation(query, source) {
                    add(condition, CREATION);
                }
                continue;
            }
            for status in &statuses {
                if query.sort.key != SortKey::Priority {
                    settled(query, *status, &mut add);
                    continue;
                }
                for (cell, priority) in cells(query, *status) {
                    add(cell, Key::Same(i64::from(priority.rank())));
                }
            }
        }
        branches
    }

    /// What lies behind the place of a query in a branch, as a condition.
    pub(super) fn after(&mut self, query: &ListQuery, key: &Key, direction: &Direction) -> String {
        let Some(place) = query.after else { return String::new() };
        let beyond = direction.beyond;
        let id = place.id.to_string();
        let mut by_id = || format!(" AND m.id {beyond} {}", self.bind(id.clone()));
        if query.sort.key == SortKey::CreatedAt {
            return by_id();
        }
        match *key {
            Key::Same(value) => {
                let order = value.cmp(&place.value);
                match if direction.descending { order.reverse() } else { order } {
                    Ordering::Less => " AND false".to_owned(),
                    Ordering::Equal => by_id(),
                    Ordering::Greater => String::new(),
                }
            }
            Key::By(expression) => {
                let value = if query.sort.key == SortKey::UpdatedAt {
                    self.bind(At(place.value))
                } else {
                    self.bind(place.value)
                };
                let id = self.bind(id);
                format!(" AND ({expression}, m.id) {beyond} ({value}, {id})")
            }
        }
    }

    fn one_by_one(&mut self, scope: &Scope) -> Vec<String> {
        match scope {
            Scope::All => vec!["true".to_owned()],
            Scope::Projects(projects) if projects.is_empty() => vec!["false".to_owned()],
            Scope::Projects(projects) => projects
                .iter()
                .map(|project| format!("m.project_id = {}", self.bind(project.to_string())))
                .collect(),
        }
    }

    /// Conditions of walks that each give missions in the order of creation.
    fn by_creation(&mut self, query: &ListQuery, source: &Source) -> Vec<String> {
        if let Source::Filter(narrow, _) = source {
            return self.walks(query, narrow);
        }
        if query.statuses.is_empty() && query.priorities.is_empty() {
            return vec![String::new()];
        }
        let statuses = statuses(query);
        statuses.iter().flat_map(|status| cells(query, *status)).map(|cell| cell.0).collect()
    }
}

/// The order of creation is that of the ids.
const CREATION: Key = Key::Same(0);

/// The present value of a key, which no index has.
const fn live(key: SortKey) -> Key {
    match key {
        SortKey::CreatedAt => CREATION,
        SortKey::UpdatedAt => Key::By("m.updated_at"),
        SortKey::Priority => Key::By(PRIORITY_RANK),
        SortKey::Duration => Key::By("m.settled_duration_us"),
        SortKey::Cost => Key::By("m.cost_nanos"),
        SortKey::Tokens => Key::By("m.tokens_used"),
    }
}

/// The branches of one status by a value that is indexed as it stood at the last move of the life.
/// What runs is read live; what never had a value is not in the index, and all the same.
fn settled(query: &ListQuery, status: Status, add: &mut impl FnMut(String, Key)) {
    let key = query.sort.key;
    let (column, none) = match key {
        SortKey::Duration => ("m.settled_duration_us", -1),
        SortKey::Cost => ("m.settled_cost_nanos", 0),
        SortKey::Tokens => ("m.settled_tokens", 0),
        SortKey::UpdatedAt | SortKey::CreatedAt | SortKey::Priority => ("m.settled_at", 0),
    };
    let whole = format!(" AND m.status = '{status}'{}", priorities_of(query));
    match status {
        Status::Completed | Status::Failed | Status::Cancelled => add(whole, Key::By(column)),
        Status::Pending if key == SortKey::UpdatedAt => add(whole, Key::By(column)),
        Status::Running if key != SortKey::Duration => add(whole, live(key)),
        // One that waits or runs has no duration; one that has waited from the start, no usage.
        Status::Running | Status::Pending => {
            let mut never = String::new();
            if key != SortKey::Duration {
                add(format!("{whole} AND {column} > {none}"), Key::By(column));
                never = format!(" AND {column} = {none}");
            }
            for (cell, _) in cells(query, status) {
                add(format!("{cell}{never}"), Key::Same(none));
            }
        }
    }
}

/// The statuses that a mission of a list can have.
pub(super) fn statuses(query: &ListQuery) -> Vec<Status> {
    let mut statuses = asked_or_all(&query.statuses, Status::ALL);
    let failed_alone = query.dead_letter == Some(true) || !query.fingerprints.is_empty();
    statuses.retain(|status| !failed_alone || *status == Status::Failed);
    statuses
}

/// One condition for each priority that a query asks for: within one status and priority an index
/// has the order of the ids.
fn cells(query: &ListQuery, status: Status) -> Vec<(String, Priority)> {
    asked_or_all(&query.priorities, Priority::ALL)
        .into_iter()
        .map(|one| (format!(" AND m.status = '{status}' AND m.priority = '{one}'"), one))
        .collect()
}

fn asked_or_all<T: Copy + PartialEq>(asked: &[T], all: &[T]) -> Vec<T> {
    all.iter().copied().filter(|one| asked.is_empty() || asked.contains(one)).collect()
}

/// The statuses and priorities that a query asks for, as conditions.
pub(super) fn cells_of(query: &ListQuery) -> String {
    format!("{}{}", any_of("m.status", &query.statuses), priorities_of(query))
}

pub(super) fn priorities_of(query: &ListQuery) -> String {
    any_of("m.priority", &query.priorities)
}

fn any_of(column: &str, words: &[impl Display]) -> String {
    if words.is_empty() {
        return String::new();
    }
    let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    format!(" AND {column} IN ({})", words.join(", "))
}
