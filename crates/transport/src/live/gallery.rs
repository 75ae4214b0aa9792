//! Entries written once for everybody who watches.

use std::collections::{HashMap, HashSet, VecDeque};

use mission_control::kernel::{MissionId, Scope};
use mission_control::{JournalEntry, MissionControl, Sequenced, Shown};
use mission_control_wire::Encoded;
use tokio::sync::Mutex;

use crate::http::Problem;
use crate::show;

/// How much of what was written last is kept: what all viewers are about to ask for, and what one
/// who is a little behind will.
const KEPT_BYTES: usize = 8 * 1024 * 1024;

/// Writes entries together with the missions they are about, as those are by then.
///
/// A viewer that asks for what another one is having written waits for it, so that each batch of
/// the journal costs one question to the store, however many watch.
pub(super) struct Gallery {
    control: MissionControl,
    written: Mutex<Written>,
}

/// What was written, by its place.
#[derive(Default)]
struct Written {
    events: HashMap<i64, Encoded>,
    oldest_first: VecDeque<i64>,
    bytes: usize,
}

impl Gallery {
    pub(super) fn new(control: MissionControl) -> Self {
        Self { control, written: Mutex::default() }
    }

    /// `entries`, which the viewer may see, as they go over the wire.
    pub(super) async fn events(&self, entries: &[Sequenced]) -> Result<Vec<Encoded>, Problem> {
        let mut written = self.written.lock().await;
        let missing: Vec<&Sequenced> =
            entries.iter().filter(|entry| !written.events.contains_key(&entry.seq)).collect();
        let bodies = self.bodies(&missing).await?;
        let mut fresh = HashMap::with_capacity(missing.len());
        for Sequenced { seq, entry } in missing {
            let body = mission(entry).and_then(|id| bodies.get(&id)).map(show::shown);
            fresh.insert(*seq, Encoded::new(&show::event(*seq, entry, body.as_ref()))?);
        }
        let found = entries.iter().filter_map(|entry| {
            fresh.get(&entry.seq).or_else(|| written.events.get(&entry.seq)).cloned()
        });
        let found = found.collect();
        written.keep(fresh);
        Ok(found)
    }

    async fn bodies(&self, entries: &[&Sequenced]) -> Result<HashMap<MissionId, Shown>, Problem> {
        let ids: HashSet<MissionId> =
            entries.iter().filter_map(|entry| mission(&entry.entry)).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<MissionId> = ids.into_iter().collect();
        let missions = self.control.missions(&Scope::All, &ids).await?;
        let shown = self.control.view(missions).await?;
        Ok(shown.into_iter().map(|shown| (shown.mission.id, shown)).collect())
    }
}

impl Written {
    fn keep(&mut self, fresh: HashMap<i64, Encoded>) {
        for (seq, event) in fresh {
            self.bytes += event.as_str().len();
            self.events.insert(seq, event);
            self.oldest_first.push_back(seq);
        }
        while self.bytes > KEPT_BYTES
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            let size = self.events.remove(&oldest).map_or(0, |event| event.as_str().len());
            self.bytes -= size;
        }
    }
}

fn mission(entry: &JournalEntry) -> Option<MissionId> {
    match entry {
        JournalEntry::Mission(entry) => Some(entry.mission),
        JournalEntry::Agent(_) | JournalEntry::Removal(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_has_a_bound_and_the_oldest_goes_first() {
        let mut written = Written::default();
        let large = Encoded::new(&"x".repeat(KEPT_BYTES / 4)).unwrap();
        for seq in 1..=10 {
            written.keep(HashMap::from([(seq, large.clone())]));
        }
        let mut kept: Vec<i64> = written.events.keys().copied().collect();
        kept.sort_unstable();
        assert_eq!(kept, [8, 9, 10]);
        assert_eq!(written.bytes, 3 * large.as_str().len());
        assert_eq!(written.oldest_first.len(), 3);
    }
}
