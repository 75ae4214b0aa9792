//! When a frame goes out and which entries are in it.

use std::time::Duration;

use mission_control::kernel::Scope;
use mission_control::missions::EventKind;
use mission_control::{JournalEntry, Sequenced};
use tokio::time::Instant;

use super::topics::{Topic, Topics};

/// How often frames go out while changes never stop: as often as a screen can show something new
/// without a blur, and seldom enough that a write to each of a thousand viewers carries many changes.
const FRAME_EVERY: Duration = Duration::from_millis(20);
/// So many frames may go out one right after the other before that: changes that come now and then
/// never wait for one another, and a burst costs no more frames than this and those that are full.
const FRAMES_AT_ONCE: u32 = 5;
/// Counters change with almost every entry; nobody reads them faster.
const COUNTED_EVERY: Duration = Duration::from_secs(1);
/// After this without a frame one says that the stream lives.
const SILENCE: Duration = Duration::from_secs(2);
/// The most entries of a frame: their missions are read at once.
pub(super) const FRAME_ENTRIES: usize = 100;

/// What a viewer watches.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Watch {
    pub(super) topics: Topics,
    /// Whether of several reports on the progress of a mission the latest is enough.
    pub(super) conflate: bool,
    pub(super) scope: Scope,
}

/// What is to be sent.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Output {
    /// Entries, never none. Everything up to `upto` is in them or is not for this viewer.
    Events { upto: i64, entries: Vec<Sequenced> },
    /// What is counted in `scope` may have changed.
    Metrics { upto: i64, scope: Scope },
    /// Nothing has happened up to `upto`.
    Beat { upto: i64 },
}

/// One viewer's stream. Entries go in with [`Self::handle`] and come out of [`Self::poll`], which is
/// to be asked after every input and at [`Self::alarm`], until it has nothing more.
#[derive(Debug)]
pub(super) struct Protocol {
    watch: Watch,
    /// The last place that was seen.
    seen: i64,
    waiting: Vec<Sequenced>,
    /// When the frames so far would all have gone out had each waited its turn ([`FRAME_EVERY`]). It
    /// runs ahead of the clock by those that went out at once, never by more than may: frames that
    /// go out early because they are full make nobody wait longer than for one turn.
    turn: Instant,
    last_frame: Instant,
    /// Whether something that is counted has happened since the counters were told, which may be
    /// done again then.
    uncounted: bool,
    count_at: Instant,
}

impl Protocol {
    /// Behind the place `seen`, which a frame has told at `now`.
    pub(super) fn new(watch: Watch, seen: i64, now: Instant) -> Self {
        Self {
            watch,
            seen,
            waiting: Vec::new(),
            turn: now,
            last_frame: now,
            uncounted: false,
            count_at: now,
        }
    }

    /// Takes the next entries of the journal.
    pub(super) fn handle(&mut self, batch: &[Sequenced]) {
        for sequenced in batch {
            self.seen = self.seen.max(sequenced.seq);
            self.uncounted |= self.watch.counts(&sequenced.entry);
            if self.watch.shows(&sequenced.entry) {
                if self.watch.conflate {
                    self.drop_older_progress(&sequenced.entry);
                }
                self.waiting.push(sequenced.clone());
            }
        }
    }

    /// What is to be sent at `now`.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Output> {
        if !self.waiting.is_empty() {
            return (now >= self.next_frame() || self.is_full()).then(|| self.events(now));
        }
        if self.uncounted && now >= self.count_at {
            (self.uncounted, self.count_at, self.last_frame) = (false, now + COUNTED_EVERY, now);
            return Some(Output::Metrics { upto: self.seen, scope: self.watch.scope.clone() });
        }
        (now >= self.last_frame + SILENCE).then(|| {
            self.last_frame = now;
            Output::Beat { upto: self.seen }
        })
    }

    /// What of the entries is left to be sent, without waiting for more.
    pub(super) fn flush(&mut self, now: Instant) -> Option<Output> {
        (!self.waiting.is_empty()).then(|| self.events(now))
    }

    /// When to ask again if nothing comes in.
    pub(super) fn alarm(&self) -> Instant {
        if !self.waiting.is_empty() {
            return self.next_frame();
        }
        let beat = self.last_frame + SILENCE;
        if self.uncounted { beat.min(self.count_at) } else { beat }
    }

    fn events(&mut self, now: Instant) -> Output {
        let rest = self.waiting.split_off(self.waiting.len().min(FRAME_ENTRIES));
        let entries = std::mem::replace(&mut self.waiting, rest);
        self.last_frame = now;
        let furthest = now + FRAME_EVERY * FRAMES_AT_ONCE;
        self.turn = (self.turn.max(now) + FRAME_EVERY).min(furthest);
        let last = entries.last().map_or(self.seen, |entry| entry.seq);
        let upto = if self.waiting.is_empty() { self.seen } else { last };
        Output::Events { upto, entries }
    }

    /// From when on what waits may go out: until then it is gathered.
    fn next_frame(&self) -> Instant {
        // An instant may have nothing before it; then nothing was sent ahead of its turn either.
        self.turn.checked_sub(FRAME_EVERY * (FRAMES_AT_ONCE - 1)).unwrap_or(self.turn)
    }

    fn is_full(&self) -> bool {
        self.waiting.len() >= FRAME_ENTRIES
    }

    /// What waits of a mission's progress, if nothing else has happened to it since, is told by
    /// `newer` as well.
    fn drop_older_progress(&mut self, newer: &JournalEntry) {
        let Some(mission) = progressed(newer) else { return };
        let of_mission = |waiting: &Sequenced| match &waiting.entry {
            JournalEntry::Mission(entry) => entry.mission == mission,
            JournalEntry::Agent(_) | JournalEntry::Removal(_) => false,
        };
        let last = self.waiting.iter().rposition(of_mission);
        if let Some(at) = last.filter(|at| progressed(&self.waiting[*at].entry).is_some()) {
            self.waiting.remove(at);
        }
    }
}

impl Watch {
    /// What decides which entries are shown, and how.
    pub(super) fn of_the_journal(&self) -> Self {
        Self { topics: self.topics.of_the_journal(), ..self.clone() }
    }

    fn counts(&self, entry: &JournalEntry) -> bool {
        match entry {
            JournalEntry::Mission(entry) => {
                self.topics.has(Topic::Metrics) && self.scope.sees(&entry.project)
            }
            // What was removed stays in the counters.
            JournalEntry::Agent(_) | JournalEntry::Removal(_) => false,
        }
    }

    fn shows(&self, entry: &JournalEntry) -> bool {
        self.scope.sees(entry.project()) && self.topics.want(entry)
    }
}

/// The mission whose progress, and nothing else, an entry tells.
fn progressed(entry: &JournalEntry) -> Option<mission_control::kernel::MissionId> {
    match entry {
        JournalEntry::Mission(entry) if entry.event == EventKind::Progressed => Some(entry.mission),
        JournalEntry::Mission(_) | JournalEntry::Agent(_) | JournalEntry::Removal(_) => None,
    }
}

#[cfg(test)]
pub(super) mod tests;
