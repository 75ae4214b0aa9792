//! From which indexes a list can be read.

use std::fmt::Display;

use mission_control_missions::{ListQuery, Priority, SortKey, Status};
use rusqlite::Connection;

use super::branch::{Branch, Order};
use super::filter::Filter;
use super::fragment;
use crate::row::names_to_json;
use crate::sqlite::fault::Fault;

/// An index, and the part of it that is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Source {
    /// From FROM to the first terms of WHERE.
    pub(super) sql: &'static str,
    /// What its `:of` and `:and` mean.
    pub(super) of: Option<String>,
    pub(super) and: Option<String>,
}

impl Source {
    /// A whole project, by id.
    pub(super) const fn whole() -> Self {
        Self::plain(fragment!("by_project"))
    }

    /// These missions alone, in any order.
    pub(super) fn among(ids: &[String]) -> Self {
        let ids = names_to_json(ids.iter().map(String::as_str));
        Self { sql: fragment!("among"), of: Some(ids), and: None }
    }

    const fn plain(sql: &'static str) -> Self {
        Self { sql, of: None, and: None }
    }

    fn cell(status: Status, priority: Priority) -> Self {
        let (of, and) = (Some(status.to_string()), Some(priority.to_string()));
        Self { sql: fragment!("by_status"), of, and }
    }

    /// How many missions of the list's span of ids it has, counted up to `cap`; with `filtered` only
    /// those that the list asks for.
    pub(super) fn count(
        &self,
        connection: &Connection,
        filter: &Filter,
        filtered: bool,
        cap: u32,
    ) -> Result<u32, Fault> {
        let terms = if filtered { fragment!("filter") } else { fragment!("span") };
        let sql =
            format!("SELECT count(*) FROM (SELECT 1 FROM {}\nAND {terms}\nLIMIT :limit)", self.sql);
        let mut statement = connection.prepare_cached(&sql)?;
        filter.bind(&mut statement)?;
        filter.bind_source(&mut statement, self, cap)?;
        let mut rows = statement.raw_query();
        let row = rows.next()?.ok_or_else(|| Fault::defect("a count without a row"))?;
        Ok(row.get(0)?)
    }
}

/// Whether the order is that of the ids.
pub(super) fn is_by_creation(query: &ListQuery) -> bool {
    query.sort.key == SortKey::CreatedAt
}

/// Each way to read everything that the filters leave, and possibly more: one for each filter that
/// has an index.
pub(super) fn candidates(query: &ListQuery) -> Vec<Vec<Source>> {
    let mut all = Vec::new();
    let mut add = |sql: &'static str, values: Vec<String>| {
        if !values.is_empty() {
            let source = |of| Source { sql, of: Some(of), and: None };
            all.push(values.into_iter().map(source).collect::<Vec<_>>());
        }
    };
    add(fragment!("by_parent"), texts(&query.parents));
    add(fragment!("by_run"), texts(&query.runs));
    add(fragment!("by_agent"), texts(&query.agents));
    add(fragment!("by_template"), texts(&query.templates));
    add(fragment!("by_model"), texts(&query.models));
    add(fragment!("by_agent_type"), texts(&query.agent_types));
    add(fragment!("by_complexity"), texts(&query.complexities));
    add(fragment!("by_fingerprint"), texts(&query.fingerprints));
    if query.kinds.iter().all(|kind| kind.as_str() != "default") {
        add(fragment!("by_kind"), texts(&query.kinds));
    }
    if !query.roots.is_empty() {
        let source = |sql, of: &String| Source { sql, of: Some(of.clone()), and: None };
        let trees = texts(&query.roots);
        let below = trees.iter().map(|root| source(fragment!("by_root"), root));
        all.push(trees.iter().map(|root| source(fragment!("root"), root)).chain(below).collect());
    }
    if query.dead_letter == Some(true) {
        all.push(vec![Source::plain(fragment!("dead_letter"))]);
    }
    if query.held == Some(true) {
        all.push(vec![Source::plain(fragment!("held"))]);
    }
    if !query.statuses.is_empty() || !query.priorities.is_empty() {
        all.push(cells(query).collect());
    }
    if !query.labels.is_empty() {
        all.push(vec![Source::plain(fragment!("labelled"))]);
    }
    all
}

/// The order in a source that is read whole and sorted: every row shows its present values.
pub(super) const fn live_order(key: SortKey) -> Order {
    match key {
        SortKey::CreatedAt => Order::Created,
        SortKey::UpdatedAt => Order::By("m.updated_at"),
        SortKey::Priority => Order::By(fragment!("priority_rank")),
        SortKey::Duration => Order::By("m.settled_duration_us"),
        SortKey::Cost => Order::By("m.cost_nanos"),
        SortKey::Tokens => Order::By("m.tokens_used"),
    }
}

/// The walks that give a whole project in the order of a list: along the index of what was settled
/// last, beside it the missions that the index leaves out because they have no such value, and those
/// that run, whose values move without touching an index.
pub(super) fn walks(query: &ListQuery) -> Vec<Branch> {
    let walk = |sql, order| Branch { from: Source::plain(sql), order };
    let mut branches = match query.sort.key {
        SortKey::CreatedAt => return vec![Branch { from: Source::whole(), order: Order::Created }],
        SortKey::Priority => return by_priority(query),
        SortKey::UpdatedAt => vec![walk(fragment!("by_update"), Order::By("m.settled_at"))],
        SortKey::Duration => vec![
            walk(fragment!("by_duration"), Order::By("m.settled_duration_us")),
            walk(fragment!("without_duration"), Order::All(-1)),
        ],
        SortKey::Cost => vec![
            walk(fragment!("by_cost"), Order::By("m.settled_cost_nanos")),
            walk(fragment!("without_cost"), Order::All(0)),
        ],
        SortKey::Tokens => vec![
            walk(fragment!("by_tokens"), Order::By("m.settled_tokens")),
            walk(fragment!("without_tokens"), Order::All(0)),
        ],
    };
    let order = live_order(query.sort.key);
    branches.extend(
        Priority::ALL
            .iter()
            .map(|priority| Branch { from: Source::cell(Status::Running, *priority), order }),
    );
    branches
}

fn by_priority(query: &ListQuery) -> Vec<Branch> {
    let cells = statuses_and_priorities(query);
    cells
        .map(|(status, priority)| Branch {
            from: Source::cell(status, priority),
            order: Order::All(i64::from(priority.rank())),
        })
        .collect()
}

fn cells(query: &ListQuery) -> impl Iterator<Item = Source> {
    statuses_and_priorities(query).map(|(status, priority)| Source::cell(status, priority))
}

fn statuses_and_priorities(query: &ListQuery) -> impl Iterator<Item = (Status, Priority)> {
    let statuses = distinct_or_all(&query.statuses, Status::ALL);
    let priorities = distinct_or_all(&query.priorities, Priority::ALL);
    statuses
        .into_iter()
        .flat_map(move |status| priorities.clone().into_iter().map(move |one| (status, one)))
}

fn distinct_or_all<T: Copy + PartialEq>(asked: &[T], all: &[T]) -> Vec<T> {
    all.iter().copied().filter(|one| asked.is_empty() || asked.contains(one)).collect()
}

fn texts<T: Display>(values: &[T]) -> Vec<String> {
    let mut texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}
