//! Turns what is to be said into frames.

use std::sync::Arc;

use mission_control::kernel::MissionId;
use mission_control::missions::{LogLine, Totals};
use mission_control::{MissionControl, Sequenced};
use mission_control_wire::live::{Frame, News, ResyncReason};
use mission_control_wire::{EncodeError, Encoded, Time, Word};

use super::gallery::Gallery;
use super::place::Place;
use super::print::Print;
use super::protocol::{Output, Watch};
use super::snapshot::Picture;
use crate::Signer;
use crate::http::Problem;
use crate::show;

/// Beyond this a frame is closed and the next one begun: missions may carry large values.
const FRAME_BYTES: usize = 1024 * 1024;

/// The place of a frame that tells nothing of the journal.
const NOWHERE: i64 = 0;

/// What every frame needs, whoever gets it.
pub(super) struct Press {
    control: MissionControl,
    signer: Signer,
    build: &'static str,
    gallery: Gallery,
}

impl Press {
    pub(super) fn new(control: MissionControl, signer: Signer, build: &'static str) -> Self {
        let gallery = Gallery::new(control.clone());
        Self { control, signer, build, gallery }
    }

    pub(super) const fn control(&self) -> &MissionControl {
        &self.control
    }

    /// The first frame for `user`, whose feed begins behind `upto`.
    pub(super) fn hello(&self, user: &str, upto: i64) -> Result<Arc<Print>, Problem> {
        let epoch = self.control.epoch();
        let epoch = format!("{}.{}", epoch.store, epoch.number);
        let (cursor, server_time) = (self.cursor(upto), self.now());
        let frame =
            Frame::Hello { epoch: &epoch, cursor: &cursor, server_time, build: self.build, user };
        print(&frame, upto)
    }

    /// Why the place of a viewer cannot be followed.
    pub(super) fn resync(&self, reason: ResyncReason, upto: i64) -> Result<Arc<Print>, Problem> {
        print(&Frame::Resync { reason }, upto)
    }

    /// That nothing has happened up to `upto`.
    pub(super) fn beat(&self, upto: i64) -> Result<Arc<Print>, Problem> {
        let cursor = self.cursor(upto);
        print(&Frame::Beat { cursor: &cursor, server_time: self.now() }, upto)
    }

    /// Everything that `watch` shows, as of `upto` or a little later: what happens in between is
    /// shown twice, never missed.
    pub(super) async fn snapshot(&self, watch: &Watch, upto: i64) -> Result<Arc<Print>, Problem> {
        let picture = Picture::take(&self.control, watch).await?;
        let (cursor, topics) = (self.cursor(upto), watch.topics.names());
        print(&Frame::Snapshot(picture.shape(&cursor, self.now(), &topics)), upto)
    }

    /// What is counted, to a viewer that knows the journal up to `upto`.
    pub(super) fn metrics(&self, totals: &Totals, upto: i64) -> Result<Arc<Print>, Problem> {
        let news = Encoded::new(&News::Metrics { metrics: show::metrics(totals) })?;
        let cursor = self.cursor(upto);
        print(&Frame::Events { cursor: Some(&cursor), data: &[news] }, upto)
    }

    /// Lines of a mission's log. They stand beside the journal: the frame moves no cursor.
    pub(super) fn log(&self, mission: MissionId, lines: &[LogLine]) -> Result<Arc<Print>, Problem> {
        let lines: Vec<_> = lines.iter().map(show::log_line).collect();
        let news = Encoded::new(&News::MissionLog { mission: Word(mission), lines })?;
        print(&Frame::Events { cursor: None, data: &[news] }, NOWHERE)
    }

    /// What of the journal a protocol has to say.
    pub(super) async fn output(&self, output: &Output) -> Result<Vec<Arc<Print>>, Problem> {
        match output {
            Output::Beat { upto } => Ok(vec![self.beat(*upto)?]),
            Output::Metrics { upto, scope } => {
                Ok(vec![self.metrics(&self.control.counters(scope), *upto)?])
            }
            Output::Events { upto, entries } => {
                let events = self.gallery.events(entries).await?;
                let mut prints = Vec::with_capacity(1);
                for (upto, data) in frames(*upto, entries, &events) {
                    let cursor = self.cursor(upto);
                    prints.push(print(&Frame::Events { cursor: Some(&cursor), data }, upto)?);
                }
                Ok(prints)
            }
        }
    }

    fn cursor(&self, seq: i64) -> String {
        Place::new(self.control.epoch(), seq).seal(&self.signer)
    }

    fn now(&self) -> Time {
        Word(self.control.clock().now())
    }
}

fn print(frame: &Frame<'_>, upto: i64) -> Result<Arc<Print>, Problem> {
    Ok(Arc::new(Print::of(frame, upto).map_err(|error: EncodeError| Problem::from(error))?))
}

/// `events`, which are `entries` written out, in frames that are not too large, each with its
/// place; that of the last is `upto`.
fn frames<'a>(
    upto: i64,
    entries: &[Sequenced],
    events: &'a [Encoded],
) -> Vec<(i64, &'a [Encoded])> {
    let (mut frames, mut begin, mut bytes) = (Vec::new(), 0, 0);
    for (index, event) in events.iter().enumerate() {
        bytes += event.as_str().len();
        if bytes >= FRAME_BYTES && index + 1 < events.len() {
            frames.push((entries[index].seq, &events[begin..=index]));
            (begin, bytes) = (index + 1, 0);
        }
    }
    frames.push((upto, &events[begin..]));
    frames
}

#[cfg(test)]
mod tests {
    use mission_control::missions::EventKind;

    use super::super::protocol::tests::mission_entry;
    use super::*;

    #[test]
    fn large_entries_are_spread_over_frames_with_cursors_of_their_own() {
        let one = "019126f4-5d40-7000-8000-000000000001";
        let entries: Vec<Sequenced> = (1..=5)
            .map(|seq| Sequenced { seq, entry: mission_entry(one, EventKind::Created) })
            .collect();
        let sized = |bytes: usize| Encoded::new(&"x".repeat(bytes)).unwrap();
        let large = [1, 1, 1, 1, 1].map(|_| sized(FRAME_BYTES / 2));
        let got: Vec<(i64, usize)> = frames(9, &entries, &large)
            .into_iter()
            .map(|(upto, part)| (upto, part.len()))
            .collect();
        assert_eq!(got, [(2, 2), (4, 2), (9, 1)]);
        let small = [1, 1, 1, 1, 1].map(|_| sized(10));
        assert_eq!(frames(9, &entries, &small).len(), 1);
    }
}
