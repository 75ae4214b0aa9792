//! Lists of missions, by index alone.
//!
//! A list is put together from ordered branches ([`branches`]), each of which one index answers
//! from its first row with (value, id). The first of all of them, merged, are the page, and only
//! these missions are read whole. A filter that leaves few missions ([`narrow`]) is read whole and
//! sorted instead. What else filters ([`filter`]) stands in every branch.

mod branches;
mod filter;
mod narrow;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;

use mission_control_kernel::{Scope, StoreError};
use mission_control_missions::{ListPage, ListPlace, ListQuery, Mission};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use self::branches::{Direction, Source};
use self::narrow::Narrow;
use super::link::refs;
use super::load::{Columns, mission};
use super::pool::Pool;
use super::search::{self, Candidates};
use super::sequencer::Sequencer;
use super::values::Params;

const COLUMNS: &str = include_str!("../../../sql/postgres/mission_columns.sql");
const FROM: &str = include_str!("../../../sql/postgres/list_from.sql");

/// A page and the place of the next.
pub(super) async fn page(
    pool: &Pool,
    sequencer: &Sequencer,
    scope: &Scope,
    query: &ListQuery,
) -> Result<ListPage, StoreError> {
    let among = among(pool, sequencer, scope, query).await?;
    let source = match among {
        Some(_) => Source::Few,
        None => {
            let narrow = Narrow::all_of(query);
            let counts = match narrow::is_chosen(query, &narrow) {
                true => Vec::new(),
                false => Statement::measure(scope, query, &narrow).run(pool).await?,
            };
            Source::narrowest(query, narrow, counts.first())?
        }
    };
    let rows = Statement::page(scope, query, among, &source).run(pool).await?;
    let mut missions = rows.iter().map(mission).collect::<Result<Vec<Mission>, _>>()?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = missions.len() > limit;
    missions.truncate(limit);
    let next = missions
        .last()
        .filter(|_| more)
        .map(|last| ListPlace { value: query.sort.key.value(last), id: last.id });
    Ok(ListPage { missions, next })
}

/// How many there are, counted up to `cap`.
pub(super) async fn count(
    pool: &Pool,
    sequencer: &Sequencer,
    scope: &Scope,
    query: &ListQuery,
    cap: u32,
) -> Result<u32, StoreError> {
    let among = among(pool, sequencer, scope, query).await?;
    let rows = Statement::count(scope, query, among, cap).run(pool).await?;
    let row = rows.first().ok_or_else(|| StoreError::Defect("no count".to_owned()))?;
    let count: i64 = Columns::of(row).take()?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The only missions that a text search needs to look at, when that is known.
async fn among(
    pool: &Pool,
    sequencer: &Sequencer,
    scope: &Scope,
    query: &ListQuery,
) -> Result<Option<Vec<String>>, StoreError> {
    let Some(sought) = &query.text else { return Ok(None) };
    Ok(match search::candidates(pool, sequencer, scope, sought).await? {
        Candidates::Among(ids) => Some(ids),
        Candidates::Anywhere => None,
    })
}

/// A statement that is put together.
#[derive(Default)]
struct Statement {
    text: String,
    params: Params,
}

impl Statement {
    /// The rows of a page and, to see whether there is more, one beyond it.
    fn page(scope: &Scope, query: &ListQuery, among: Option<Vec<String>>, source: &Source) -> Self {
        let mut statement = Self::default();
        let limit = statement.bind(i64::from(query.limit) + 1);
        let filter = statement.filter(query, among, source.walked(query));
        let branches = statement.branches(scope, query, source);
        let direction = Direction::of(query.sort);
        let word = direction.word;
        statement.text.push_str("WITH page AS (SELECT sort_key, id FROM (");
        for (index, branch) in branches.iter().enumerate() {
            let union = if index == 0 { "" } else { " UNION ALL " };
            let after = statement.after(query, &branch.key, &direction);
            let (key, order) = (branch.key.expression(), branch.key.order(word));
            // Behind OFFSET nothing is read in the order that is asked for outside.
            let (fence, end) =
                if branch.is_few { ("(SELECT * FROM ", " OFFSET 0) AS m") } else { ("", "") };
            let _ = write!(
                statement.text,
                "{union}(SELECT {key} AS sort_key, m.id FROM {fence}missions m \
                 WHERE {}{filter}{after}{end} ORDER BY {order}m.id {word} LIMIT {limit})",
                branch.condition,
            );
        }
        let _ = write!(
            statement.text,
            ") AS branches ORDER BY sort_key {word}, id {word} LIMIT {limit}) \
             {COLUMNS}, l.length_ms, l.expires_at {FROM} \
             ORDER BY page.sort_key {word}, page.id {word}"
        );
        statement
    }

    fn count(scope: &Scope, query: &ListQuery, among: Option<Vec<String>>, cap: u32) -> Self {
        let mut statement = Self::default();
        let cap = statement.bind(i64::from(cap));
        let filter = statement.filter(query, among, None);
        let projects = statement.projects(scope);
        let cells = branches::cells_of(query);
        let _ = write!(
            statement.text,
            "SELECT count(*) FROM (SELECT 1 FROM missions m WHERE {projects}{cells}{filter} \
             LIMIT {cap}) AS counted"
        );
        statement
    }

    async fn run(&self, pool: &Pool) -> Result<Vec<Row>, StoreError> {
        pool.query_text(&self.text, &refs(&self.params)).await
    }

    /// A parameter, by its number.
    fn bind(&mut self, value: impl ToSql + Sync + Send + 'static) -> String {
        self.params.push(Box::new(value));
        format!("${}", self.params.len())
    }

    fn projects(&mut self, scope: &Scope) -> String {
        match super::reads::projects(scope) {
            None => "true".to_owned(),
            Some(projects) => format!("m.project_id = ANY({})", self.bind(projects)),
        }
    }
}
