//! Replicas come and go while others write.

use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;
use mission_control::Journal as _;
use mission_control_conformance::private_postgres::Durability;
use mission_control_kernel::MissionId;
use mission_control_persistence::postgres::Postgres;
use rand::RngExt as _;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::stage::{Stage, follow, versions};
use crate::writer::Writer;

const WRITERS: usize = 4;
/// How often a replica dies.
const DEATHS: usize = 20;
/// The longest that a transaction stays open after it has written.
const LONGEST: Duration = Duration::from_millis(10);

/// Four writers are not silent for this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Writes about one mission until told to stop; how many entries.
async fn write(
    mut writer: Writer,
    mission: MissionId,
    finished: watch::Receiver<bool>,
) -> anyhow::Result<usize> {
    let mut written = 0;
    while !*finished.borrow() {
        let span = LONGEST.mul_f64(rand::rng().random_range(0.0..1.0));
        writer.write(&[mission]).await?.commit_after(span).await?;
        written += 1;
    }
    Ok(written)
}

/// Numbers without pause, so that a death finds it in the middle.
async fn number(replica: Arc<Postgres>) {
    while replica.head().await.is_ok() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn the_death_of_whoever_numbers_leaves_no_gap_and_no_double() -> anyhow::Result<()> {
    let stage = Stage::new(Durability::Relaxed).await?;
    let steady = stage.handle().await?;
    let missions = stage.make(&steady, WRITERS).await?;
    let (finish, finished) = watch::channel(false);
    let (stop, stopped) = watch::channel(false);
    let (door, open_door) = watch::channel(steady);
    let reader = tokio::spawn(follow(open_door, finished));
    let mut writers = Vec::new();
    for mission in &missions {
        let writer = Writer::new(&stage).await?;
        writers.push(tokio::spawn(write(writer, *mission, stopped.clone())));
    }

    let mut seen_by_the_last = 0;
    for _ in 0..DEATHS {
        let mortal = stage.handle().await?;
        let numbering = tokio::spawn(number(Arc::clone(&mortal)));
        timeout(PATIENCE, mortal.wait_past(mortal.head().await?)).await?;
        numbering.abort();
        drop(mortal);
        // The reader goes on at another replica, and the one it had is gone as well.
        let next = stage.handle().await?;
        let head = next.head().await?;
        assert!(head > seen_by_the_last, "nothing got a place between two deaths");
        seen_by_the_last = head;
        door.send_replace(next);
    }
    stop.send_replace(true);
    let mut written = missions.len();
    for count in try_join_all(writers).await? {
        written += count?;
    }
    finish.send_replace(true);

    let told = reader.await??;
    assert_eq!(told.len(), written, "every entry once");
    for mission in missions {
        let versions = versions(&told, mission);
        let rising: Vec<i64> = (1..).take(versions.len()).collect();
        assert_eq!(versions, rising, "the entries of {mission} are out of order");
    }
    let row = stage.session().await?.query_one(include_str!("sql/places.sql"), &[]).await?;
    let (places, different, last): (i64, i64, i64) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    assert_eq!((places, different), (last, last), "places are dense from 1");
    Ok(())
}
