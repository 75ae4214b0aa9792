//! A transaction that stays open holds nobody up, and loses nothing.

use std::collections::HashSet;
use std::time::Duration;

use mission_control::{Journal as _, JournalEntry};
use mission_control_conformance::private_postgres::Durability;
use mission_control_kernel::MissionId;
use mission_control_persistence::postgres::Postgres;
use tokio::time::Instant;
use tokio_postgres::Client;

use crate::stage::Stage;
use crate::writer::Writer;

/// How long the transaction stays open at least, and others go on.
const OPEN: Duration = Duration::from_secs(3);
/// How many missions others make meanwhile, at least.
const OTHERS: usize = 20;
/// From the answer to a commit until another replica can read it, mostly: far more than on a quiet
/// machine, and less than the time after which everything is looked at anew.
const SOON: Duration = Duration::from_secs(4);
/// No machine is busy for this long; the transaction stays open until the others are heard of.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads a journal from its place on, and remembers the missions it has heard of.
struct Reader<'a> {
    handle: &'a Postgres,
    at: i64,
    heard: HashSet<MissionId>,
}

impl Reader<'_> {
    /// How long it takes until a mission is heard of.
    async fn hear_of(&mut self, mission: MissionId) -> anyhow::Result<Duration> {
        let since = Instant::now();
        while !self.heard.contains(&mission) {
            let left = PATIENCE.saturating_sub(since.elapsed());
            let grown = tokio::time::timeout(left, self.handle.wait_past(self.at)).await;
            anyhow::ensure!(grown.is_ok(), "{mission} is not there after {PATIENCE:?}");
            self.catch_up().await?;
        }
        Ok(since.elapsed())
    }

    async fn catch_up(&mut self) -> anyhow::Result<()> {
        for sequenced in self.handle.read(self.at, 1_000).await? {
            anyhow::ensure!(sequenced.seq == self.at + 1, "a hole before {}", sequenced.seq);
            self.at = sequenced.seq;
            if let JournalEntry::Mission(entry) = sequenced.entry {
                self.heard.insert(entry.mission);
            }
        }
        Ok(())
    }
}

/// What a reader sees who waits for every open transaction: the control.
async fn below_horizon(session: &Client) -> anyhow::Result<HashSet<MissionId>> {
    let rows = session.query(include_str!("sql/read_below_horizon.sql"), &[]).await?;
    rows.iter().map(|row| Ok(row.try_get::<_, &str>(0)?.parse()?)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_stays_open_delays_nothing_but_its_own_entries() -> anyhow::Result<()> {
    let stage = Stage::new(Durability::Relaxed).await?;
    let (here, there) = (stage.handle().await?, stage.handle().await?);
    let made = stage.make(&here, 1).await?;
    let mut reader = Reader { handle: &there, at: there.head().await?, heard: HashSet::new() };

    let mut writer = Writer::new(&stage).await?;
    let open = writer.write(&made).await?;
    let mut others = Vec::new();
    let mut delays = Vec::new();
    let since = Instant::now();
    while others.len() < OTHERS || since.elapsed() < OPEN {
        let mission = stage.make(&here, 1).await?[0];
        delays.push(reader.hear_of(mission).await?);
        others.push(mission);
    }
    delays.sort_unstable();
    let median = delays[delays.len() / 2];
    assert!(median < SOON, "half of them took {median:?} and more");
    assert!(!reader.heard.contains(&made[0]), "what is not committed was told");

    let session = stage.session().await?;
    let stalled = below_horizon(&session).await?;
    let blind = others.iter().any(|mission| stalled.contains(mission));
    assert!(!blind, "blind: waiting for every open transaction stalled nobody");

    open.commit().await?;
    there.head().await?;
    reader.hear_of(made[0]).await?;
    let unstalled = below_horizon(&session).await?;
    assert!(others.iter().all(|mission| unstalled.contains(mission)), "the control reads nothing");
    Ok(())
}

#[tokio::test]
async fn a_batch_that_was_open_while_a_process_started_gets_its_place() -> anyhow::Result<()> {
    let stage = Stage::new(Durability::Relaxed).await?;
    let first = stage.handle().await?;
    let missions = stage.make(&first, 2).await?;
    let before = first.head().await?;
    drop(first);

    let (mut slow, mut quick) = (Writer::new(&stage).await?, Writer::new(&stage).await?);
    let open = slow.write(&missions[..1]).await?;
    quick.write(&missions[1..]).await?.commit().await?;
    let next = stage.handle().await?;
    assert_eq!(next.head().await?, before + 1, "the later batch has its place");

    open.commit().await?;
    assert_eq!(next.head().await?, before + 2, "the earlier one has its own");
    Ok(())
}
