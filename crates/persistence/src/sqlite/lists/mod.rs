//! Lists of missions: which indexes are walked, and how their rows become one page.
//!
//! A list is a few branches ([`branch`]), each a walk of one index that gives (value, id) in the
//! order of the list; the first rows of all of them, merged, are the page. Which branches these are
//! is decided by the order that is asked for and by the narrowest filter ([`plan`]): a filter that
//! leaves few missions is read whole and sorted, otherwise the order's own index is walked.

mod branch;
mod filter;
mod plan;
#[cfg(test)]
mod tests;

use mission_control_kernel::{ProjectId, Scope};
use mission_control_missions::{ListPage, ListPlace, ListQuery};
use rusqlite::Connection;

use super::fault::Fault;
use super::load::{all_seen, parse_id};
use super::{search, sql};
use crate::row::Reader;
use branch::{Branch, Order};
use filter::Filter;
use plan::Source;

/// A fragment of the statements of lists.
macro_rules! fragment {
    ($file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/sqlite/list/", $file, ".sql"))
    };
}
use fragment;

/// A source with fewer missions than this is read whole and sorted: some milliseconds.
const FEW: u32 = 2_000;

/// A page of a list.
pub(super) fn page(
    connection: &Connection,
    scope: &Scope,
    query: &ListQuery,
) -> Result<ListPage, Fault> {
    let wanted = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut found: Vec<(i64, String)> = Vec::new();
    for project in projects(connection, scope)? {
        let filter = Filter::new(&project, query);
        for branch in branches(connection, query, &filter)? {
            let rows = branch.rows(connection, query, &filter, query.limit.saturating_add(1))?;
            found.extend(rows);
        }
    }
    found.sort_unstable();
    if query.sort.descending {
        found.reverse();
    }
    let more = found.len() > wanted;
    found.truncate(wanted);
    let places = found
        .iter()
        .map(|(value, id)| Ok(ListPlace { value: *value, id: parse_id(id)? }))
        .collect::<Result<Vec<_>, Fault>>()?;
    let ids: Vec<_> = places.iter().map(|place| place.id).collect();
    let missions = all_seen(connection, scope, &ids)?;
    Ok(ListPage { missions, next: places.last().copied().filter(|_| more) })
}

/// How many missions a list has, counted up to `cap`.
pub(super) fn count(
    connection: &Connection,
    scope: &Scope,
    query: &ListQuery,
    cap: u32,
) -> Result<u32, Fault> {
    let mut counted = 0;
    for project in projects(connection, scope)? {
        let filter = Filter::new(&project, query);
        let (sources, _) = narrowest(connection, query, &filter)?;
        for source in sources {
            counted += source.count(connection, &filter, true, cap - counted)?;
            if counted >= cap {
                return Ok(cap);
            }
        }
    }
    Ok(counted)
}

/// The branches of one project's part of a list.
fn branches(
    connection: &Connection,
    query: &ListQuery,
    filter: &Filter,
) -> Result<Vec<Branch>, Fault> {
    if plan::is_by_creation(query) {
        let (sources, _) = narrowest(connection, query, filter)?;
        return Ok(sources
            .into_iter()
            .map(|from| Branch { from, order: Order::Created })
            .collect());
    }
    let (sources, few) = narrowest(connection, query, filter)?;
    if few {
        let order = plan::live_order(query.sort.key);
        return Ok(sources.into_iter().map(|from| Branch { from, order }).collect());
    }
    Ok(plan::walks(query))
}

/// The sources with the fewest missions, and whether they are few.
fn narrowest(
    connection: &Connection,
    query: &ListQuery,
    filter: &Filter,
) -> Result<(Vec<Source>, bool), Fault> {
    let mut best: Option<(u32, Vec<Source>)> = None;
    if let Some(text) = &query.text
        && let Some(ids) = search::candidates(connection, &search::folded(text.as_str()))?
    {
        best = Some((u32::try_from(ids.len()).unwrap_or(FEW), vec![Source::among(&ids)]));
    }
    for sources in plan::candidates(query) {
        let limit = best.as_ref().map_or(FEW, |(fewest, _)| *fewest);
        let mut size = 0;
        for source in &sources {
            size += source.count(connection, filter, false, limit - size)?;
            if size >= limit {
                break;
            }
        }
        if best.is_none() || size < limit {
            best = Some((size, sources));
        }
    }
    Ok(match best {
        Some((size, sources)) => (sources, size < FEW),
        None => (vec![Source::whole()], false),
    })
}

fn projects(connection: &Connection, scope: &Scope) -> Result<Vec<ProjectId>, Fault> {
    if let Scope::Projects(projects) = scope {
        let mut projects = projects.clone();
        projects.sort_unstable();
        projects.dedup();
        return Ok(projects);
    }
    let mut statement = connection.prepare_cached(sql!("projects_seen"))?;
    let names = statement.query_map((), |row| row.get::<_, String>(0))?;
    names
        .map(|name| {
            let name = name?;
            Ok(Reader { table: "missions", row: &name }.parse("project_id", &name)?)
        })
        .collect()
}
