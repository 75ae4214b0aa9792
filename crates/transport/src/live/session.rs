//! One viewer's stream from its greeting to its end.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use mission_control::{Feed, Sequenced};
use mission_control_wire::live::{Frame, ResyncReason};
use mission_control_wire::{Encoded, Word};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::Live;
use super::place::Place;
use super::protocol::{Output, Protocol, Watch};
use super::snapshot::Picture;
use super::sse;
use crate::http::Problem;

/// A viewer that takes no frame for so long is let go; it can resume.
const TAKEN_WITHIN: Duration = Duration::from_secs(10);
/// Beyond this a frame is closed and the next one begun: missions may carry large values.
const FRAME_BYTES: usize = 1024 * 1024;

/// What a stream begins with, behind its greeting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Opening {
    /// Everything there is.
    Snapshot,
    /// What was missed.
    Resume,
    /// Why nothing can be resumed, then everything there is.
    Resync(ResyncReason),
}

/// Why a stream ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("the viewer is gone")]
    HungUp,
    #[error("the viewer reads too slowly")]
    TooSlow,
    #[error("the process drains")]
    Draining,
    #[error("{0}")]
    Failed(#[from] Problem),
}

/// A stream that is under way.
pub(super) struct Session {
    pub(super) live: Arc<Live>,
    pub(super) watch: Watch,
    pub(super) user: String,
    pub(super) feed: Feed,
    pub(super) opening: Opening,
    pub(super) frames: mpsc::Sender<Bytes>,
}

impl Session {
    /// Streams until one side ends it.
    pub(super) async fn run(mut self) {
        let Err(ended) = self.stream().await;
        tracing::debug!(%ended, "a live stream ended");
    }

    async fn stream(&mut self) -> Result<std::convert::Infallible, Ended> {
        self.greet().await?;
        let position = self.feed.position();
        let mut protocol = Protocol::new(self.watch.clone(), position, Instant::now());
        loop {
            while let Some(output) = protocol.poll(Instant::now()) {
                self.put_out(output).await?;
            }
            tokio::select! {
                batch = self.feed.next() => protocol.handle(&batch.map_err(Problem::from)?),
                () = sleep_until(protocol.alarm()) => {}
                () = self.frames.closed() => return Err(Ended::HungUp),
                () = self.live.draining.cancelled() => return Err(Ended::Draining),
            }
        }
    }

    async fn greet(&self) -> Result<(), Ended> {
        let cursor = self.cursor(self.feed.position());
        let epoch = self.live.control.epoch();
        let epoch = format!("{}.{}", epoch.store, epoch.number);
        let hello = Frame::Hello {
            epoch: &epoch,
            cursor: &cursor,
            server_time: self.now(),
            build: self.live.build,
            user: &self.user,
        };
        self.send(&hello).await?;
        match self.opening {
            Opening::Resume => return Ok(()),
            Opening::Snapshot => {}
            Opening::Resync(reason) => self.send(&Frame::Resync { reason }).await?,
        }
        let picture = Picture::take(&self.live.control, &self.watch).await?;
        self.send(&Frame::Snapshot(picture.shape(&cursor, self.now()))).await
    }

    async fn put_out(&self, output: Output) -> Result<(), Ended> {
        match output {
            Output::Beat { upto } => {
                let cursor = self.cursor(upto);
                self.send(&Frame::Beat { cursor: &cursor, server_time: self.now() }).await
            }
            Output::Events { upto, entries } => {
                let events = self.live.gallery.events(&entries).await?;
                for (upto, part) in frames(upto, &entries, &events) {
                    let cursor = self.cursor(upto);
                    self.send(&Frame::Events { cursor: &cursor, data: part }).await?;
                }
                Ok(())
            }
        }
    }

    async fn send(&self, frame: &Frame<'_>) -> Result<(), Ended> {
        let event = sse::event(frame).map_err(Problem::from)?;
        tokio::select! {
            sent = timeout(TAKEN_WITHIN, self.frames.send(event)) => match sent {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) => Err(Ended::HungUp),
                Err(_) => Err(Ended::TooSlow),
            },
            () = self.live.draining.cancelled() => Err(Ended::Draining),
        }
    }

    fn cursor(&self, seq: i64) -> String {
        Place::new(self.live.control.epoch(), seq).seal(&self.live.signer)
    }

    fn now(&self) -> Word<mission_control::kernel::Timestamp> {
        Word(self.live.control.clock().now())
    }
}

/// `events`, which are `entries` written out, in frames that are not too large, each with its
/// cursor; that of the last is `upto`.
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
