//! Filters that have an index of their own.

use std::fmt::Display;

use mission_control_kernel::{Scope, StoreError};
use mission_control_missions::{ListQuery, SortKey, Status};
use tokio_postgres::Row;

use super::Statement;
use super::branches::{Source, cells_of, priorities_of, statuses};
use super::filter::first_id_at;
use crate::postgres::load::Columns;

/// What leaves at most this many missions is read whole and sorted: some milliseconds. With more of
/// them, one mission of 300 among a million passes, and a page is found on a walk past some ten
/// thousand.
const FEW: i64 = 3_000;

/// The most values for which walks are merged, one for each of its statuses.
const VALUES: usize = 16;

/// Columns whose index does not tell statuses apart.
const WITHOUT_STATUS: [&str; 3] = ["m.parent_id", "m.run_id", "m.fingerprint"];

/// A filter that may leave few missions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Narrow {
    /// A column with one of these values.
    Column(&'static str, Vec<String>),
    /// In one of these trees.
    Trees(Vec<String>),
    /// With one of these labels.
    Labels(Vec<String>),
    /// What an index holds alone.
    Flag(&'static str),
    /// Made between these ids.
    Span(Option<String>, Option<String>),
}

impl Narrow {
    /// Those of a query.
    pub(super) fn all_of(query: &ListQuery) -> Vec<Self> {
        let mut all = Vec::new();
        let mut add = |column, values: Vec<String>| {
            if !values.is_empty() {
                all.push(Self::Column(column, values));
            }
        };
        add("m.parent_id", texts(&query.parents));
        add("m.run_id", texts(&query.runs));
        add("m.agent_id", texts(&query.agents));
        add("m.template", texts(&query.templates));
        add("m.model_used", texts(&query.models));
        add("m.agent_type", texts(&query.agent_types));
        add("m.complexity", texts(&query.complexities));
        add("m.fingerprint", texts(&query.fingerprints));
        if query.kinds.iter().all(|kind| kind.as_str() != "default") {
            add("m.kind", texts(&query.kinds));
        }
        if !query.roots.is_empty() {
            all.push(Self::Trees(texts(&query.roots)));
        }
        if !query.labels.is_empty() {
            all.push(Self::Labels(texts(&query.labels)));
        }
        if query.dead_letter == Some(true) {
            all.push(Self::Flag("m.dead_letter"));
        }
        if query.held == Some(true) {
            all.push(Self::Flag("m.held"));
        }
        if query.created_from.is_some() || query.created_until.is_some() {
            let (from, until) = (query.created_from, query.created_until);
            all.push(Self::Span(from.map(first_id_at), until.map(first_id_at)));
        }
        all
    }
}

/// Whether there is nothing to choose among, so that nothing need be counted.
pub(super) fn is_chosen(query: &ListQuery, narrow: &[Narrow]) -> bool {
    match narrow {
        [] => true,
        [Narrow::Column(..)] => query.sort.key == SortKey::CreatedAt,
        _ => false,
    }
}

impl Source {
    /// Given the filters of a query and the answer to [`Statement::measure`], if it was asked.
    pub(super) fn narrowest(
        query: &ListQuery,
        mut all: Vec<Narrow>,
        counts: Option<&Row>,
    ) -> Result<Self, StoreError> {
        let Some(counts) = counts else {
            return Ok(all.pop().map_or(Self::Order, |only| Self::Filter(only, Vec::new())));
        };
        let mut columns = Columns::of(counts);
        let mut narrowest: Option<(i64, Self)> = None;
        for narrow in all {
            let parts = parts(query, &narrow);
            let counts =
                parts.iter().map(|_| columns.take()).collect::<Result<Vec<i64>, StoreError>>()?;
            let total = counts.iter().sum();
            let few = |(part, count): (Option<Status>, i64)| part.filter(|_| count <= FEW);
            let few = parts.into_iter().zip(counts).filter_map(few).collect();
            if narrowest.as_ref().is_none_or(|(least, _)| total < *least) {
                let source = if total <= FEW { Self::Few } else { Self::Filter(narrow, few) };
                narrowest = Some((total, source));
            }
        }
        Ok(narrowest.map_or(Self::Order, |(_, source)| source))
    }
}

/// What is counted of a filter: each status by itself where its index tells them apart.
fn parts(query: &ListQuery, narrow: &Narrow) -> Vec<Option<Status>> {
    match narrow {
        Narrow::Column(column, _) if !WITHOUT_STATUS.contains(column) => {
            statuses(query).into_iter().map(Some).collect()
        }
        Narrow::Column(..)
        | Narrow::Trees(_)
        | Narrow::Labels(_)
        | Narrow::Flag(_)
        | Narrow::Span(..) => vec![None],
    }
}

impl Narrow {
    /// Whether a list in the order of creation walks the index of this filter, value by value.
    pub(super) fn is_walked(&self) -> bool {
        match self {
            Self::Column(_, values) | Self::Trees(values) => values.len() <= VALUES,
            Self::Labels(_) | Self::Flag(_) | Self::Span(..) => false,
        }
    }
}

impl Statement {
    /// How many missions each of some filters leaves, counted just past [`FEW`].
    pub(super) fn measure(scope: &Scope, query: &ListQuery, all: &[Narrow]) -> Self {
        let mut statement = Self::default();
        let projects = statement.projects(scope);
        let cap = FEW + 1;
        let mut counts = Vec::new();
        for narrow in all {
            let condition = statement.narrow(narrow);
            for part in parts(query, narrow) {
                let status = part.map(|status| format!(" AND m.status = '{status}'"));
                let status = status.unwrap_or_default();
                counts.push(format!(
                    "(SELECT count(*) FROM (SELECT 1 FROM missions m \
                     WHERE {projects} AND {condition}{status} LIMIT {cap}) AS counted)"
                ));
            }
        }
        statement.text = format!("SELECT {}", counts.join(", "));
        statement
    }

    /// A filter as a condition.
    pub(super) fn narrow(&mut self, narrow: &Narrow) -> String {
        match narrow {
            Narrow::Column(column, values) => self.equal(column, values),
            Narrow::Trees(roots) => {
                let roots = self.bind(roots.clone());
                // Roots are in the index of ids alone, all others in that of trees.
                format!(
                    "(m.root_id = ANY({roots}) AND m.parent_id IS NOT NULL \
                     OR m.id = ANY({roots}) AND m.parent_id IS NULL)"
                )
            }
            Narrow::Labels(labels) => {
                format!("m.labels IS NOT NULL AND m.labels ?| {}", self.bind(labels.clone()))
            }
            Narrow::Flag(flag) => (*flag).to_owned(),
            Narrow::Span(from, until) => {
                let from = from.clone().map(|id| format!("m.id >= {}", self.bind(id)));
                let until = until.clone().map(|id| format!("m.id < {}", self.bind(id)));
                let bounds: Vec<String> = from.into_iter().chain(until).collect();
                bounds.join(" AND ")
            }
        }
    }

    /// Conditions of walks along the index of a filter, each in the order of the ids.
    pub(super) fn walks(&mut self, query: &ListQuery, narrow: &Narrow) -> Vec<String> {
        let (priorities, cells) = (priorities_of(query), cells_of(query));
        if !narrow.is_walked() {
            return vec![cells];
        }
        match narrow {
            Narrow::Column(column, values) => {
                let mut walks = Vec::new();
                for value in values {
                    let value = self.bind(value.clone());
                    walks.extend(parts(query, narrow).into_iter().map(|part| match part {
                        Some(status) => {
                            format!(" AND {column} = {value} AND m.status = '{status}'{priorities}")
                        }
                        None => format!(" AND {column} = {value}{cells}"),
                    }));
                }
                walks
            }
            Narrow::Trees(roots) => roots
                .iter()
                .flat_map(|root| {
                    let root = self.bind(root.clone());
                    [
                        format!(" AND m.root_id = {root} AND m.parent_id IS NOT NULL{cells}"),
                        format!(" AND m.id = {root} AND m.parent_id IS NULL{cells}"),
                    ]
                })
                .collect(),
            Narrow::Labels(_) | Narrow::Flag(_) | Narrow::Span(..) => vec![cells],
        }
    }

    fn equal(&mut self, column: &str, values: &[String]) -> String {
        match values {
            [value] => format!("{column} = {}", self.bind(value.clone())),
            values => format!("{column} = ANY({})", self.bind(values.to_vec())),
        }
    }
}

fn texts<T: Display>(values: &[T]) -> Vec<String> {
    let mut texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}
