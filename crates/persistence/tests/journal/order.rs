//! One order for every reader, whatever order transactions are committed in.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::try_join_all;
use mission_control::Journal as _;
use mission_control_conformance::private_postgres::Durability;
use mission_control_kernel::MissionId;
use rand::RngExt as _;
use tokio::sync::watch;
use tokio_postgres::Client;

use crate::stage::{Stage, follow, versions};
use crate::writer::Writer;

const WRITERS: usize = 8;
const READERS: usize = 8;
/// Written by all writers together.
const ENTRIES: usize = 5_000;
/// Missions that they write about: few enough to meet.
const MISSIONS: usize = 64;
/// Entries of one transaction.
const AT_ONCE: usize = 3;
/// The longest that a transaction stays open after it has written.
const LONGEST: Duration = Duration::from_millis(20);

/// Writes until there are enough, each transaction open for a while that chance decides.
async fn write(
    mut writer: Writer,
    missions: Vec<MissionId>,
    written: Arc<AtomicUsize>,
) -> anyhow::Result<()> {
    while written.fetch_add(AT_ONCE, Ordering::SeqCst) < ENTRIES {
        let (chosen, span) = {
            let mut chance = rand::rng();
            let chosen: HashSet<usize> =
                (0..AT_ONCE).map(|_| chance.random_range(0..missions.len())).collect();
            (chosen, LONGEST.mul_f64(chance.random_range(0.0..1.0)))
        };
        let chosen: Vec<MissionId> = chosen.into_iter().map(|index| missions[index]).collect();
        writer.write(&chosen).await?.commit_after(span).await?;
    }
    Ok(())
}

/// What a reader sees who follows the ids of batches: the control.
async fn follow_batches(
    session: Client,
    finished: watch::Receiver<bool>,
) -> anyhow::Result<HashSet<(i64, i32)>> {
    let statement = session.prepare(include_str!("sql/read_by_batch.sql")).await?;
    let mut seen = HashSet::new();
    let mut last = 0_i64;
    loop {
        let over = *finished.borrow();
        for row in session.query(&statement, &[&last]).await? {
            last = row.try_get(0)?;
            seen.insert((last, row.try_get(1)?));
        }
        if over {
            return Ok(seen);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reader_on_every_replica_sees_each_entry_once_and_in_the_same_order()
-> anyhow::Result<()> {
    let stage = Stage::new(Durability::Relaxed).await?;
    let replicas = [stage.handle().await?, stage.handle().await?];
    let missions = stage.make(&replicas[0], MISSIONS).await?;

    let (finish, finished) = watch::channel(false);
    let doors = replicas.each_ref().map(|replica| watch::channel(Arc::clone(replica)));
    let readers: Vec<_> = (0..READERS)
        .map(|n| tokio::spawn(follow(doors[n % 2].1.clone(), finished.clone())))
        .collect();
    let control = tokio::spawn(follow_batches(stage.session().await?, finished));
    let written = Arc::new(AtomicUsize::new(0));
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        let writer = Writer::new(&stage).await?;
        writers.push(tokio::spawn(write(writer, missions.clone(), Arc::clone(&written))));
    }
    for writer in try_join_all(writers).await? {
        writer?;
    }
    // Both number at the same moment, again and again: neither may number a batch twice.
    for _ in 0..20 {
        tokio::try_join!(replicas[0].head(), replicas[1].head())?;
    }
    finish.send_replace(true);

    let mut told = Vec::new();
    for reader in try_join_all(readers).await? {
        told.push(reader?);
    }
    let session = stage.session().await?;
    let row = session.query_one(include_str!("sql/count_entries.sql"), &[]).await?;
    let entries = usize::try_from(row.try_get::<_, i64>(0)?)?;
    assert!(entries > ENTRIES / 2, "only {entries} entries were written");
    assert_eq!(told[0].len(), entries, "each entry once, from the first place on");
    for other in &told[1..] {
        assert!(*other == told[0], "two readers were told different orders");
    }
    for mission in missions {
        let versions = versions(&told[0], mission);
        let rising: Vec<i64> = (1..).take(versions.len()).collect();
        assert_eq!(versions, rising, "the entries of {mission} are out of order");
    }
    let by_batch = control.await??;
    assert!(by_batch.len() < entries, "blind: reading by the ids of batches lost nothing");
    Ok(())
}
