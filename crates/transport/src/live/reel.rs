//! What has been told to an audience lately.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::print::Print;

/// How far a viewer may fall behind the others before it is let go: a burst of some thousand changes
/// fits, and it is held once for all of them.
const KEPT_BYTES: usize = 4 * 1024 * 1024;
/// Frames that are kept however large they are, so that nobody is let go between two of them.
const KEPT_FRAMES: usize = 4;

/// Frames in their order, written by one and read by many. What a reader has not read yet is not
/// copied for it: each knows how far it is, and one that is too far behind is told so.
#[derive(Debug)]
pub(super) struct Reel {
    state: Mutex<State>,
    moved: watch::Sender<()>,
}

/// Why no more frames come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// The process drains.
    Draining,
    /// Retention has removed entries before they were read: what comes next is not known.
    Hole,
}

/// Where frames are missing for a reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lost {
    /// It has read too slowly.
    TooSlow,
    /// None will come.
    Ended(End),
}

#[derive(Debug)]
struct State {
    prints: VecDeque<Arc<Print>>,
    /// How many frames were there before the first that is kept, and up to where they told.
    before: (u64, i64),
    bytes: usize,
    end: Option<End>,
}

impl Reel {
    /// An empty one that begins behind the place `upto`.
    pub(super) fn new(upto: i64) -> Self {
        let state = State { prints: VecDeque::new(), before: (0, upto), bytes: 0, end: None };
        Self { state: Mutex::new(state), moved: watch::Sender::new(()) }
    }

    /// One frame more.
    pub(super) fn push(&self, print: Arc<Print>) {
        let mut state = self.state();
        state.bytes += print.size();
        state.prints.push_back(print);
        while state.bytes > KEPT_BYTES
            && state.prints.len() > KEPT_FRAMES
            && let Some(oldest) = state.prints.pop_front()
        {
            state.bytes -= oldest.size();
            state.before = (state.before.0 + 1, oldest.upto);
        }
        drop(state);
        self.moved.send_replace(());
    }

    /// No frame more.
    pub(super) fn end(&self, end: End) {
        self.state().end = Some(end);
        self.moved.send_replace(());
    }

    /// Why no frame will come any more; `None` while they do.
    pub(super) fn ended(&self) -> Option<End> {
        self.state().end
    }

    /// Up to where all frames together tell.
    pub(super) fn upto(&self) -> i64 {
        self.end_of_it().0
    }

    /// Up to where all frames together tell, and where a reader goes on that wants those which
    /// come from now on.
    pub(super) fn end_of_it(&self) -> (i64, u64) {
        let state = self.state();
        let upto = state.prints.back().map_or(state.before.1, |last| last.upto);
        (upto, state.before.0 + state.prints.len() as u64)
    }

    /// Whether a reader can go on at `index`.
    pub(super) fn has(&self, index: u64) -> bool {
        index >= self.state().before.0
    }

    /// Where a reader goes on that knows the journal up to `place` and nothing behind it; `None`
    /// where no frame ends exactly there.
    pub(super) fn seek(&self, place: i64) -> Option<u64> {
        let state = self.state();
        let index = state.prints.partition_point(|print| print.upto <= place);
        let known = match index.checked_sub(1) {
            Some(last) => state.prints.get(last)?.upto,
            None => state.before.1,
        };
        (known == place).then(|| state.before.0 + index as u64)
    }

    /// Moves `index` behind what it puts into `out`, at most about `budget` bytes. Says up to where
    /// that tells; `None` of nothing.
    ///
    /// # Errors
    /// [`Lost`] when the frames from there on are not to be had.
    pub(super) fn read(
        &self,
        index: &mut u64,
        budget: usize,
        out: &mut impl Extend<Arc<Print>>,
    ) -> Result<Option<i64>, Lost> {
        let state = self.state();
        let Some(behind) = index.checked_sub(state.before.0) else { return Err(Lost::TooSlow) };
        let (mut bytes, mut upto) = (0, None);
        let behind = usize::try_from(behind).unwrap_or(usize::MAX);
        for print in state.prints.iter().skip(behind) {
            let size = print.message().len();
            if bytes > 0 && bytes + size > budget {
                break;
            }
            bytes += size;
            *index += 1;
            upto = Some(print.upto);
            out.extend([Arc::clone(print)]);
        }
        match state.end {
            Some(end) if upto.is_none() => Err(Lost::Ended(end)),
            _ => Ok(upto),
        }
    }

    /// Tells of everything that happens here from now on.
    pub(super) fn moves(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    /// Whoever holds it changes a few numbers: a panic leaves nothing half done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use mission_control::kernel::Timestamp;
    use mission_control_wire::Word;
    use mission_control_wire::live::Frame;

    use super::*;

    fn print(upto: i64, bytes: usize) -> Arc<Print> {
        let cursor = "x".repeat(bytes);
        let frame = Frame::Beat { cursor: &cursor, server_time: Word(Timestamp::MIN) };
        Arc::new(Print::of(&frame, upto).unwrap())
    }

    fn read(reel: &Reel, index: &mut u64) -> Result<Vec<i64>, Lost> {
        let mut out: Vec<Arc<Print>> = Vec::new();
        reel.read(index, 2_000, &mut out)?;
        Ok(out.iter().map(|print| print.upto).collect())
    }

    #[test]
    fn readers_read_at_their_own_pace_within_their_budgets() {
        let reel = Reel::new(3);
        let (mut fast, mut slow) = (reel.seek(3).unwrap(), reel.seek(3).unwrap());
        reel.push(print(5, 10));
        assert_eq!(read(&reel, &mut fast), Ok(vec![5]));
        assert_eq!(read(&reel, &mut fast), Ok(vec![]));
        reel.push(print(7, 1_500));
        reel.push(print(9, 1_500));
        assert_eq!(read(&reel, &mut slow), Ok(vec![5, 7]));
        assert_eq!(read(&reel, &mut slow), Ok(vec![9]));
        assert_eq!(reel.upto(), 9);
    }

    #[test]
    fn a_reader_goes_on_only_where_a_frame_ends() {
        let reel = Reel::new(3);
        reel.push(print(5, 10));
        reel.push(print(5, 10));
        reel.push(print(8, 10));
        let places = [2, 3, 4, 5, 7, 8, 9].map(|place| reel.seek(place));
        assert_eq!(places, [None, Some(0), None, Some(2), None, Some(3), None]);
    }

    #[test]
    fn whoever_is_too_far_behind_is_told_so() {
        let reel = Reel::new(0);
        let mut index = reel.seek(0).unwrap();
        for upto in 1..=10 {
            reel.push(print(upto, KEPT_BYTES / 4));
        }
        assert_eq!(read(&reel, &mut index), Err(Lost::TooSlow));
        assert_eq!((reel.seek(1), reel.seek(6)), (None, Some(6)), "the last four are kept");
        let state = reel.state();
        assert_eq!(state.bytes, state.prints.iter().map(|it| it.size()).sum::<usize>());
    }

    #[test]
    fn what_is_kept_has_its_bound_though_frames_are_written_a_second_way_meanwhile() {
        let reel = Reel::new(0);
        for upto in 1..=100 {
            let print = print(upto, KEPT_BYTES / 20);
            reel.push(Arc::clone(&print));
            print.event();
            let state = reel.state();
            let held = |it: &Arc<Print>| it.message().len() + it.event().len();
            let held: usize = state.prints.iter().map(held).sum();
            assert!(held <= KEPT_BYTES, "{held} behind {upto}");
        }
    }

    #[test]
    fn the_end_comes_behind_what_was_there_before_it() {
        let reel = Reel::new(0);
        let mut index = reel.seek(0).unwrap();
        reel.push(print(1, 10));
        reel.end(End::Draining);
        assert_eq!(read(&reel, &mut index), Ok(vec![1]));
        assert_eq!(read(&reel, &mut index), Err(Lost::Ended(End::Draining)));
    }
}
