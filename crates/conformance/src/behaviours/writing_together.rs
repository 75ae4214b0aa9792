//! One order for every reader, however many write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::try_join_all;
use mission_control::{JournalEntry, Sequenced};
use mission_control_kernel::MissionId;

use crate::folded::Folded;
use crate::stage::{Stage, cancel, complete, progress, start};

const WRITERS: usize = 16;
const READERS: usize = 4;
/// Lives that each writer leads.
const ROUNDS: usize = 12;
/// A reader polls as well, since a wake-up is a hint.
const POLL: Duration = Duration::from_millis(50);

/// One life after another, with claims between.
async fn write(stage: Arc<Stage>, name: String) -> anyhow::Result<()> {
    let agent = stage.agent(&name).await?;
    for round in 0..ROUNDS {
        let made = stage.make_all([stage.draft(), stage.draft()]).await?;
        let outside = made[0].id;
        // Somebody else may have claimed it already.
        if stage.ask(outside, start()).await?.is_ok() {
            stage.tell(outside, progress(None, 7)).await?;
            let end = if round % 2 == 0 { complete(None) } else { cancel(false) };
            stage.tell(outside, end).await?;
        }
        for held in stage.claim(&agent, 2).await? {
            stage.tell(held.id, progress(Some(held.lease_id), 3)).await?;
            stage.tell(held.id, complete(Some(held.lease_id))).await?;
        }
    }
    Ok(())
}

/// Everything in the order in which it is told, until the writers are done and the head is reached.
async fn follow(stage: Arc<Stage>, done: Arc<AtomicBool>) -> anyhow::Result<Vec<Sequenced>> {
    let journal = Arc::clone(&stage.store.stores.journal);
    let mut seen: Vec<Sequenced> = Vec::new();
    loop {
        let over = done.load(Ordering::SeqCst);
        let head = if over { Some(journal.head().await?) } else { None };
        let last = seen.last().map_or(0, |last| last.seq);
        let page = journal.read(last, 37).await?;
        for next in page {
            let expected = seen.last().map_or(1, |last| last.seq + 1);
            anyhow::ensure!(next.seq == expected, "{} follows on {}", next.seq, expected - 1);
            seen.push(next);
        }
        let last = seen.last().map_or(0, |last| last.seq);
        if head == Some(last) {
            return Ok(seen);
        }
        // Past the deadline it looks again all the same.
        let _hint = tokio::time::timeout(POLL, journal.wait_past(last)).await;
    }
}

pub(super) async fn every_reader_sees_the_same_order_without_gaps(
    stage: Stage,
) -> anyhow::Result<()> {
    let next_door = stage.next_door().await?;
    let stage = Arc::new(stage);
    let doors = [Arc::clone(&stage), next_door.map_or_else(|| Arc::clone(&stage), Arc::new)];
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..READERS)
        .map(|n| tokio::spawn(follow(Arc::clone(&doors[n % 2]), Arc::clone(&done))))
        .collect();
    let writers =
        (0..WRITERS).map(|n| tokio::spawn(write(Arc::clone(&doors[n % 2]), format!("agent {n}"))));
    let written = try_join_all(writers).await;
    done.store(true, Ordering::SeqCst);
    written?.into_iter().collect::<anyhow::Result<()>>()?;

    let mut told = Vec::new();
    for reader in try_join_all(readers).await? {
        told.push(reader?);
    }
    assert!(told[0].len() > WRITERS * ROUNDS * 2);
    for other in &told[1..] {
        assert_eq!(*other, told[0]);
    }
    let mut versions = std::collections::BTreeMap::<MissionId, i64>::new();
    for sequenced in &told[0] {
        if let JournalEntry::Mission(entry) = &sequenced.entry {
            let version = versions.entry(entry.mission).or_default();
            assert_eq!(entry.version, *version + 1, "a mission's entries rise with the order");
            *version = entry.version;
        }
    }
    let counted = Folded::from_snapshot(stage.store.stores.journal.aggregate().await?);
    let folded = Folded::from_journal(&told[0]);
    assert_eq!((counted.totals, counted.standings), (folded.totals, folded.standings));
    Ok(())
}

pub(super) async fn what_was_seen_durable_comes_first(stage: Stage) -> anyhow::Result<()> {
    let next_door = stage.next_door().await?;
    let doors = [&stage, next_door.as_ref().unwrap_or(&stage)];
    let mut asked = Vec::new();
    for n in 0..40_usize {
        asked.push(doors[n % 2].make_plain().await?.id);
    }
    let order: Vec<_> =
        stage.mission_entries().await?.into_iter().map(|entry| entry.mission).collect();
    assert_eq!(order, asked, "each was answered before the next was asked");
    Ok(())
}
