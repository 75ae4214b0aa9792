//! Finding missions by what they say.
//!
//! A frequent text is found among the newest missions, in the order of the list. A rare one is
//! found by an index of trigrams, which a reader of the journal keeps up to date outside the
//! create path; what it has not come to yet is looked at one by one. Either way the answer is
//! exact: the index only says where to look.

use std::sync::Arc;
use std::time::Duration;

use mission_control_kernel::{Scope, StoreError};
use mission_control_missions::SearchText;

use super::load::{Columns, sql};
use super::pool::{COUNT_WITHIN, Pool};
use super::reads::projects;
use super::sequencer::Sequencer;
use super::values::{params, store_error};

/// Texts shorter than this have no trigram.
const SHORTEST: usize = 3;
/// A text found in more missions than this is frequent: walking the list finds it soon. Among a
/// million missions a page is then found on a walk past ten thousand at most, if they are spread
/// evenly; naming and reading twice as many would take as long.
const RARE: i64 = 5_000;
/// The most places that the index may lag behind; beyond it the list is walked.
const TAIL: i64 = 20_000;
/// The pause between two looks, so that what happens together is taken in together.
const FEED_EVERY: Duration = Duration::from_millis(250);
/// How often one looks although no place was given, in case another process took places in and died
/// before it had indexed them.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Places taken in per step.
const STEP: i64 = 2_000;

/// Where a text may be found.
pub(super) enum Candidates {
    /// In these missions, if anywhere.
    Among(Vec<String>),
    /// Too many to name, or too short to index.
    Anywhere,
}

/// The missions that may contain a text.
pub(super) async fn candidates(
    pool: &Pool,
    sequencer: &Sequencer,
    scope: &Scope,
    sought: &SearchText,
) -> Result<Candidates, StoreError> {
    if sought.as_str().chars().count() < SHORTEST {
        return Ok(Candidates::Anywhere);
    }
    // The position is read first: whatever the index takes in meanwhile is then found twice, never
    // missed.
    let indexed = position(pool).await?;
    let head = sequencer.pass().await?;
    if head - indexed > TAIL {
        return Ok(Candidates::Anywhere);
    }
    let parameters = params![like_pattern(sought.as_str()), projects(scope), RARE + 1];
    let rows = pool.query(sql!("search_candidates"), &parameters).await?;
    if i64::try_from(rows.len()).unwrap_or(i64::MAX) > RARE {
        return Ok(Candidates::Anywhere);
    }
    let mut ids =
        rows.iter().map(|row| Columns::of(row).take()).collect::<Result<Vec<String>, _>>()?;
    if head > indexed {
        ids.extend(changed(pool, indexed, head).await?.1);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(Candidates::Among(ids))
}

/// Keeps the index up to date until the task is aborted. Any number of processes may do so: one at
/// a time holds the position.
pub(super) async fn feed(pool: Pool, sequencer: Arc<Sequencer>) {
    loop {
        let head = sequencer.known_head();
        let feeding = step(&pool, head);
        match pool.reading(COUNT_WITHIN, feeding).await {
            Ok(true) => {}
            Ok(false) => {
                let _ = tokio::time::timeout(LOOK_EVERY, sequencer.wait_past(head)).await;
                tokio::time::sleep(FEED_EVERY).await;
            }
            Err(error) => {
                tracing::debug!(%error, "the search index is not being fed");
                tokio::time::sleep(FEED_EVERY).await;
            }
        }
    }
}

/// Takes in the next entries; whether there may be more.
async fn step(pool: &Pool, head: i64) -> Result<bool, StoreError> {
    if position(pool).await? >= head {
        return Ok(false);
    }
    let mut client = pool.client().await?;
    let transaction = client.transaction().await.map_err(|error| store_error(&error))?;
    let run = async |sql: &str, params: super::values::Params| {
        let rows = transaction.query(sql, &super::link::refs(&params)).await;
        rows.map_err(|error| store_error(&error))
    };
    let patiently = transaction.batch_execute(sql!("count_patiently"));
    patiently.await.map_err(|error| store_error(&error))?;
    let rows = run(sql!("lock_search_position"), Vec::new()).await?;
    let Some(row) = rows.first() else { return Ok(false) };
    let from: i64 = Columns::of(row).take()?;
    let until = head.min(from + STEP);
    if until <= from {
        return Ok(false);
    }
    let rows = run(sql!("changed_texts"), params![from, until]).await?;
    let (last, ids) = changed_of(rows.first())?;
    if !ids.is_empty() {
        run(sql!("index_texts"), params![ids]).await?;
    }
    run(sql!("move_search_position"), params![last.unwrap_or(until)]).await?;
    transaction.commit().await.map_err(|error| store_error(&error))?;
    Ok(until < head)
}

async fn position(pool: &Pool) -> Result<i64, StoreError> {
    let rows = pool.query(sql!("search_position"), &Vec::new()).await?;
    rows.first().map_or(Ok(0), |row| Columns::of(row).take())
}

async fn changed(
    pool: &Pool,
    after: i64,
    until: i64,
) -> Result<(Option<i64>, Vec<String>), StoreError> {
    let rows = pool.query(sql!("changed_texts"), &params![after, until]).await?;
    changed_of(rows.first())
}

fn changed_of(row: Option<&tokio_postgres::Row>) -> Result<(Option<i64>, Vec<String>), StoreError> {
    let Some(row) = row else { return Ok((None, Vec::new())) };
    let mut columns = Columns::of(row);
    let last = columns.take()?;
    Ok((last, columns.take::<Option<Vec<String>>>()?.unwrap_or_default()))
}

/// What is sought, anywhere, with the wildcards of LIKE taken literally.
pub(super) fn like_pattern(sought: &str) -> String {
    let mut pattern = String::from("%");
    for c in sought.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_sought_as_they_are_written() {
        assert_eq!(like_pattern("50%_\\A"), "%50\\%\\_\\\\a%");
    }
}
