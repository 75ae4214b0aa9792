//! A reader that follows the journal with a cursor.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_postgres::Client;

use crate::Order;

const BY_PLACE: &str = include_str!("../../sql/postgres/read_journal.sql");
const BY_BATCH: &str = include_str!("sql/read_by_batch.sql");

/// Entries of one page.
const PAGE: i64 = 1_000;
/// Between two looks that found nothing.
const PAUSE: Duration = Duration::from_millis(1);

/// When each mission was seen first, until `over`; the look after that is the last.
pub(crate) async fn follow(
    client: Client,
    order: Order,
    over: watch::Receiver<bool>,
) -> anyhow::Result<HashMap<String, Instant>> {
    let by_place = order == Order::AfterCommit;
    let statement = client.prepare(if by_place { BY_PLACE } else { BY_BATCH }).await?;
    let mut seen = HashMap::new();
    let mut cursor = 0_i64;
    loop {
        let last_look = *over.borrow();
        let rows = if by_place {
            client.query(&statement, &[&cursor, &PAGE]).await?
        } else {
            client.query(&statement, &[&cursor]).await?
        };
        let now = Instant::now();
        for row in &rows {
            cursor = row.try_get(0)?;
            let mission: String = row.try_get(if by_place { 3 } else { 1 })?;
            seen.entry(mission).or_insert(now);
        }
        if rows.is_empty() {
            if last_look {
                return Ok(seen);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
