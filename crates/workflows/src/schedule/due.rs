//! What is to be done about ticks whose time has come: pure functions over instants.

use std::time::Duration;

use mission_control_kernel::{Timestamp, closed_words};

use super::{Cadence, SkipReason, Tick, TickOutcome};

/// A tick that is no older than this is in time: longer than a restart takes, so that a program that
/// was started again misses none.
pub const IN_TIME: Duration = Duration::from_secs(60);

/// The most ticks that are caught up on: the newest ones; what is older counts as missed. Whoever
/// was away for longer does not want thousands of missions at once.
pub const MOST_CAUGHT_UP: usize = 100;

/// Up to here ticks that were missed are counted; a schedule of every second misses more in an hour.
pub const MOST_COUNTED: usize = 1_000;

/// So long before a tick is before it, and behind all that came earlier.
const BEFORE: Duration = Duration::from_micros(1);

closed_words! {
    /// What becomes of a tick while what an earlier one made is not over.
    Overlap, "invalid_overlap", "must be skip, queue or cancel_other",
    {
        /// It is passed over.
        Skip = "skip",
        /// It is fired all the same; what it makes waits its turn like everything.
        Queue = "queue",
        /// It is fired, and what the earlier ones made is called off.
        CancelOther = "cancel_other",
    }
}

closed_words! {
    /// What becomes of ticks that nobody was there for.
    CatchUp, "invalid_catch_up", "must be none, latest or all",
    {
        /// They are passed over.
        None = "none",
        /// The newest of all that are due is fired.
        Latest = "latest",
        /// The newest hundred are fired.
        All = "all",
    }
}

/// A tick and what is to become of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided {
    /// When it was due.
    pub at: Timestamp,
    /// [`TickOutcome::Due`], where it is to be fired, or that it is passed over.
    pub outcome: TickOutcome,
}

impl Decided {
    /// The tick as it is kept, with its number.
    #[must_use]
    pub fn tick(&self, n: i64, decided_at: Timestamp) -> Tick {
        Tick { n, at: self.at, outcome: self.outcome.clone(), decided_at, settled_at: None }
    }
}

/// What is to become of all ticks whose time has come.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Decision {
    /// In order of their times.
    pub ticks: Vec<Decided>,
    /// The next tick; none when there is none any more.
    pub next: Option<Timestamp>,
}

/// Decides what becomes of the ticks from `first`, which is one, up to `now`; `open` says whether what
/// an earlier tick made is not over.
#[must_use]
pub fn decide(
    cadence: &Cadence,
    first: Timestamp,
    now: Timestamp,
    catch_up: CatchUp,
    overlap: Overlap,
    open: bool,
) -> Decision {
    let come = Come::until(cadence, first, now);
    let fired = come.to_fire(now, catch_up);
    let mut ticks = Vec::with_capacity(fired.len() + 1);
    ticks.extend(come.missed(cadence, fired.first().copied()));
    ticks.extend(overlapping(fired, overlap, open));
    Decision { ticks, next: cadence.next_after(now) }
}

/// Ticks whose time has come.
struct Come {
    /// The first one that nobody has decided about.
    first: Timestamp,
    /// In order: all of them, or the newest.
    ticks: Vec<Timestamp>,
    /// Whether these are all.
    all: bool,
}

impl Come {
    fn until(cadence: &Cadence, first: Timestamp, now: Timestamp) -> Self {
        // Forward, since a search back does not find what a gap in the zone's clocks has moved.
        let following = |at: &Timestamp| cadence.next_after(*at);
        let ticks: Vec<Timestamp> = std::iter::successors(Some(first), following)
            .take_while(|at| *at <= now)
            .take(MOST_COUNTED + 1)
            .collect();
        if ticks.len() <= MOST_COUNTED {
            return Self { first, ticks, all: true };
        }
        let earlier = |at: &Timestamp| cadence.last_until(at.minus(BEFORE));
        let mut ticks: Vec<Timestamp> = std::iter::successors(cadence.last_until(now), earlier)
            .take_while(|at| *at > first)
            .take(MOST_CAUGHT_UP)
            .collect();
        ticks.reverse();
        Self { first, ticks, all: false }
    }

    /// The ticks that are to be fired as far as time alone decides, oldest first.
    fn to_fire(&self, now: Timestamp, catch_up: CatchUp) -> Vec<Timestamp> {
        let in_time = now.minus(IN_TIME);
        let late = self.first < in_time;
        let newest = |many: usize| self.ticks.len().saturating_sub(many);
        let from = match catch_up {
            CatchUp::Latest if late => newest(1),
            CatchUp::All => newest(MOST_CAUGHT_UP),
            CatchUp::None | CatchUp::Latest => self.ticks.partition_point(|at| *at < in_time),
        };
        self.ticks[from..].to_vec()
    }

    /// One entry for all ticks that lie before those that are fired.
    fn missed(&self, cadence: &Cadence, fired: Option<Timestamp>) -> Option<Decided> {
        let until = |fired| self.ticks.partition_point(|at| *at < fired);
        let before = fired.map_or(self.ticks.len(), until);
        let last = match self.ticks[..before].last() {
            Some(last) => *last,
            None if self.all => return None,
            // As many are fired as were looked at, and there are others before them.
            None => cadence.last_until(fired?.minus(BEFORE))?.max(self.first),
        };
        let covers = self.all.then_some(u32::try_from(before).unwrap_or(u32::MAX));
        let outcome =
            TickOutcome::Skipped { reason: SkipReason::Missed, since: self.first, covers };
        Some(Decided { at: last, outcome })
    }
}

fn overlapping(ticks: Vec<Timestamp>, overlap: Overlap, open: bool) -> Vec<Decided> {
    let last = ticks.len().saturating_sub(1);
    let decided = ticks.into_iter().enumerate().map(|(place, at)| {
        let skipped = |reason| TickOutcome::Skipped { reason, since: at, covers: Some(1) };
        let outcome = match overlap {
            Overlap::Queue => TickOutcome::Due,
            // What the first of them makes is open for those behind it.
            Overlap::Skip if open || place > 0 => skipped(SkipReason::Overlap),
            Overlap::CancelOther if place < last => skipped(SkipReason::Superseded),
            Overlap::Skip | Overlap::CancelOther => TickOutcome::Due,
        };
        Decided { at, outcome }
    });
    decided.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds of 2026-01-01, and a letter: fired, missed, overlapped, superseded.
    fn told(decision: &Decision) -> Vec<(i64, char)> {
        let ticks = decision.ticks.iter().map(|Decided { at, outcome }| {
            let letter = match outcome {
                TickOutcome::Due => 'F',
                TickOutcome::Skipped { reason: SkipReason::Missed, .. } => 'M',
                TickOutcome::Skipped { reason: SkipReason::Overlap, .. } => 'O',
                TickOutcome::Skipped { reason: SkipReason::Superseded, .. } => 'S',
                TickOutcome::Fired(_) | TickOutcome::Failed(_) => '?',
            };
            ((at.as_micros() - second(0).as_micros()) / 1_000_000, letter)
        });
        ticks.collect()
    }

    fn second(number: i64) -> Timestamp {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        Timestamp::from_micros(start.as_micros() + number * 1_000_000)
    }

    fn every(seconds: u32) -> Cadence {
        Cadence::of(&format!("*/{seconds} * * * * *"), "UTC").unwrap()
    }

    #[test]
    fn what_is_in_time_is_fired_whatever_is_caught_up_on() {
        for catch_up in CatchUp::ALL {
            let decision =
                decide(&every(10), second(10), second(41), *catch_up, Overlap::Queue, true);
            assert_eq!(told(&decision), [(10, 'F'), (20, 'F'), (30, 'F'), (40, 'F')]);
            assert_eq!(decision.next, Some(second(50)));
        }
    }

    #[test]
    fn what_is_late_is_passed_over_or_caught_up_on() {
        let table = [
            // In time is from 3540 on; the last of those that were missed stands for all of them.
            (CatchUp::None, vec![(3_530, 'M'), (3_540, 'F'), (3_550, 'F'), (3_560, 'F')]),
            (CatchUp::Latest, vec![(3_590, 'M'), (3_600, 'F')]),
        ];
        for (catch_up, begin) in table {
            let decision =
                decide(&every(10), second(0), second(3_600), catch_up, Overlap::Queue, false);
            assert_eq!(told(&decision)[..begin.len()], begin, "{catch_up}");
            assert_eq!(told(&decision).last(), Some(&(3_600, 'F')));
        }
        let decision =
            decide(&every(10), second(0), second(3_600), CatchUp::All, Overlap::Queue, false);
        let all = told(&decision);
        assert_eq!(all.len(), MOST_CAUGHT_UP + 1);
        assert_eq!(all[..2], [(2_600, 'M'), (2_610, 'F')]);
    }

    #[test]
    fn ticks_that_were_missed_are_counted_as_far_as_it_matters() {
        let missed = |until| {
            let decision =
                decide(&every(1), second(0), second(until), CatchUp::None, Overlap::Queue, false);
            decision.ticks[0].outcome.clone()
        };
        let told =
            |covers| TickOutcome::Skipped { reason: SkipReason::Missed, since: second(0), covers };
        assert_eq!(missed(100), told(Some(40)));
        assert_eq!(missed(100_000), told(None));
    }

    #[test]
    fn what_overlaps_is_passed_over_queued_or_takes_the_place() {
        let table = [
            (Overlap::Queue, true, "FFF"),
            (Overlap::Queue, false, "FFF"),
            (Overlap::Skip, true, "OOO"),
            (Overlap::Skip, false, "FOO"),
            (Overlap::CancelOther, true, "SSF"),
            (Overlap::CancelOther, false, "SSF"),
        ];
        for (overlap, open, expected) in table {
            let decision = decide(&every(10), second(10), second(30), CatchUp::None, overlap, open);
            let got: String = told(&decision).iter().map(|(_, letter)| letter).collect();
            assert_eq!(got, expected, "{overlap} {open}");
        }
    }

    #[test]
    fn what_a_gap_of_the_clocks_has_moved_is_fired() {
        let cadence = Cadence::of("30 2 * * *", "Europe/Berlin").unwrap();
        let tick: Timestamp = "2026-03-29T01:00:00Z".parse().unwrap();
        let now = tick.plus(Duration::from_secs(1));
        let decision = decide(&cadence, tick, now, CatchUp::None, Overlap::Skip, false);
        assert_eq!(decision.ticks, [Decided { at: tick, outcome: TickOutcome::Due }]);
        assert_eq!(decision.next, Some("2026-03-30T00:30:00Z".parse().unwrap()));
    }

    #[test]
    fn every_tick_is_fired_or_stands_under_one_that_was_passed_over() {
        for (seconds, until) in [(1, 500), (3, 1_000), (7, 65), (20, 10_000)] {
            for catch_up in CatchUp::ALL {
                let cadence = every(seconds);
                let decision =
                    decide(&cadence, second(0), second(until), *catch_up, Overlap::Queue, false);
                let stands: u32 = decision
                    .ticks
                    .iter()
                    .map(|tick| match tick.outcome {
                        TickOutcome::Skipped { covers, .. } => covers.unwrap_or(0),
                        _ => 1,
                    })
                    .sum();
                let all = cadence.upcoming(second(-1), 20_000);
                let due = all.iter().filter(|at| **at <= second(until)).count();
                assert_eq!(stands as usize, due, "{seconds} {catch_up}");
            }
        }
    }
}
