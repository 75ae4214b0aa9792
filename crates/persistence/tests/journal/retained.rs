//! Entries that a durable reader has not read yet.

use std::time::{Duration, Instant};

use anyhow::ensure;
use mission_control::{Journal as _, Perishable, Retention as _};
use mission_control_conformance::private_postgres::Durability;

use crate::stage::Stage;

/// No reader that is alive is behind for this long.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn nothing_leaves_that_a_durable_reader_has_not_read() -> anyhow::Result<()> {
    let stage = Stage::new(Durability::Relaxed).await?;
    let handle = stage.handle().await?;
    let session = stage.session().await?;
    session.execute(include_str!("sql/stalled_consumer.sql"), &[]).await?;
    for _ in 0..5 {
        stage.make(&handle, 1).await?;
    }
    let head = handle.head().await?;
    let begin = Instant::now();
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    loop {
        let row = session.query_one(include_str!("sql/search_position.sql"), &[]).await?;
        if row.try_get::<_, i64>(0)? == head {
            break;
        }
        ensure!(begin.elapsed() < PATIENCE, "the index of texts does not follow");
        looks.tick().await;
    }
    // What happened at this very moment by the handle's clock is not old yet.
    let mut removed = 0;
    while removed < 2 {
        ensure!(begin.elapsed() < PATIENCE, "only {removed} have left");
        removed += handle.remove(Perishable::Journal, Duration::ZERO, 100).await?;
        looks.tick().await;
    }
    removed += handle.remove(Perishable::Journal, Duration::ZERO, 100).await?;
    assert_eq!((removed, handle.removed_until().await?), (2, 2), "the stalled one is at 2");
    Ok(())
}
