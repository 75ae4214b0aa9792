//! How the counters begin: from where they were saved, else from the tables.

use mission_control_kernel::StoreError;
use tracing::info;

use super::fold::fold;
use crate::journal::{Journal, Snapshot};

/// Beyond this many entries counting the tables is quicker than reading the journal.
const TAIL_AT_START: i64 = 200_000;

/// How many entries are read at a time at the start.
const READ: u32 = 2_000;

/// The counters as they stand now, up to the journal's head at the time of the call.
pub(crate) async fn load(journal: &dyn Journal) -> Result<Snapshot, StoreError> {
    let head = journal.head().await?;
    let removed = journal.removed_until().await?;
    let usable = |saved: &Snapshot| {
        saved.seq >= removed && saved.seq <= head && head - saved.seq <= TAIL_AT_START
    };
    let mut snapshot = match journal.checkpoint().await?.filter(usable) {
        Some(saved) => saved,
        None => journal.aggregate().await?,
    };
    let begin = snapshot.seq;
    while snapshot.seq < head {
        let entries = journal.read(snapshot.seq, READ).await?;
        // A hole here is for the tail to see, which counts anew.
        if entries.first().is_none_or(|first| first.seq != snapshot.seq + 1) {
            break;
        }
        for sequenced in &entries {
            fold(&mut snapshot, sequenced);
        }
    }
    info!(from = begin, position = snapshot.seq, head, "the projection is loaded");
    Ok(snapshot)
}
