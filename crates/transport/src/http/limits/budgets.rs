//! Budgets of many keys in memory that does not grow.
//!
//! Each key has one number: the instant at which its budget will be whole again, GCRA's theoretical
//! arrival time (ATM Forum, Traffic Management 4.1, section 4.4.2). A request moves it on by one
//! interval and is refused where that would be further ahead than the whole budget lasts.
//!
//! Keys lie in sets of [`WAYS`]. Where a set is full, a new key takes the place of the one that has
//! used least, *and its instant with it* (Metwally et al., "Efficient computation of frequent
//! elements", 2005). So the least instant of a set never goes back, and whoever was pushed out finds
//! no more on returning than was left on leaving: no number of other keys gives a budget back. Under
//! such a flood newcomers get less than theirs, never more.

use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// In which a whole budget comes back.
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// Places of one set: enough that keys which are spread by chance hardly ever fill one early.
const WAYS: usize = 8;
/// Sets are locked in so many groups, so that requests seldom wait for each other.
const GROUPS: usize = 64;
/// Sets of a page, which is made when the first of its keys comes: 16 KiB. Left to the system, an
/// untouched megabyte becomes resident with its first key where it hands out huge pages.
const SETS_PER_PAGE: usize = 128;

/// A key and its instant in nanoseconds, both 0 where nobody is.
type Place = [u64; 2];

/// Sets that lie together; none until the first of their keys comes.
type Page = Option<Box<[Place]>>;

/// Budgets of one size.
pub(super) struct Budgets {
    rate: NonZeroU32,
    /// From one request to the next of an even stream, in nanoseconds.
    interval: u64,
    groups: Box<[Mutex<Box<[Page]>>]>,
    pages_per_group: usize,
    sets_per_page: usize,
    /// Not to be guessed, so that nobody chooses whose set they fall into.
    hasher: RandomState,
}

/// What came of one request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Taken {
    /// How many more may follow at once.
    pub(super) remaining: u32,
    /// After how long the budget is whole again.
    pub(super) whole_in: Duration,
    /// After how long this request may be sent again; `None` when it was let in.
    pub(super) wait: Option<Duration>,
}

impl Budgets {
    /// Of `rate` requests a minute, all of which may come at once, for `keys` keys at least.
    pub(super) fn new(rate: NonZeroU32, keys: usize, hasher: RandomState) -> Self {
        let interval = nanos(WINDOW).div_ceil(u64::from(rate.get()));
        let sets_per_group = keys.div_ceil(WAYS * GROUPS).max(1);
        let sets_per_page = sets_per_group.min(SETS_PER_PAGE);
        let pages_per_group = sets_per_group.div_ceil(sets_per_page);
        let group = || Mutex::new(vec![None; pages_per_group].into_boxed_slice());
        let groups = (0..GROUPS).map(|_| group()).collect();
        Self { rate, interval, groups, pages_per_group, sets_per_page, hasher }
    }

    /// How many requests a minute.
    pub(super) const fn rate(&self) -> NonZeroU32 {
        self.rate
    }

    /// Takes one request from the budget of `key`, `now` after an instant of the caller's choice
    /// that stays the same.
    pub(super) fn take(&self, key: impl Hash, now: Duration) -> Taken {
        self.ask(key, now, true)
    }

    /// What [`Self::take`] would say; nothing is taken.
    pub(super) fn look(&self, key: impl Hash, now: Duration) -> Taken {
        self.ask(key, now, false)
    }

    fn ask(&self, key: impl Hash, now: Duration, take: bool) -> Taken {
        let hash = self.hasher.hash_one(key).max(1);
        let (mut group, page, set) = self.locked(hash);
        let page = group[page]
            .get_or_insert_with(|| vec![[0; 2]; WAYS * self.sets_per_page].into_boxed_slice());
        let set = &mut page[set];
        let known = set.iter().position(|[key, _]| *key == hash);
        let least = || (0..WAYS).min_by_key(|way| set[*way][1]).unwrap_or(0);
        let place = known.unwrap_or_else(least);
        let taken = self.judge(set[place][1], nanos(now));
        if let Ok(whole_at) = taken
            && take
        {
            set[place] = [hash, whole_at];
        }
        let whole_at = taken.unwrap_or_else(|_| set[place][1]);
        drop(group);
        self.told(whole_at, nanos(now), taken.err())
    }

    /// When the budget is whole again after one request more, or how long that has to wait.
    fn judge(&self, whole_at: u64, now: u64) -> Result<u64, u64> {
        let next = whole_at.max(now).saturating_add(self.interval);
        match next.saturating_sub(now).checked_sub(self.whole()) {
            None | Some(0) => Ok(next),
            Some(wait) => Err(wait),
        }
    }

    fn told(&self, whole_at: u64, now: u64, wait: Option<u64>) -> Taken {
        let whole_in = whole_at.saturating_sub(now);
        let remaining = self.whole().saturating_sub(whole_in) / self.interval;
        Taken {
            remaining: u32::try_from(remaining).unwrap_or(u32::MAX),
            whole_in: Duration::from_nanos(whole_in),
            wait: wait.map(Duration::from_nanos),
        }
    }

    /// How long a whole budget lasts in an even stream: a minute, but for the rounding.
    fn whole(&self) -> u64 {
        self.interval * u64::from(self.rate.get())
    }

    /// The group of a key, locked, and where its set lies: in which page, and where in that.
    fn locked(&self, hash: u64) -> (MutexGuard<'_, Box<[Page]>>, usize, Range<usize>) {
        let upto = |rest: u64, bound: usize| usize::try_from(rest % bound as u64).unwrap_or(0);
        let group = upto(hash, GROUPS);
        let rest = hash / GROUPS as u64;
        let set = upto(rest, self.sets_per_page) * WAYS;
        let page = upto(rest / self.sets_per_page as u64, self.pages_per_group);
        let group = self.groups[group].lock().unwrap_or_else(PoisonError::into_inner);
        (group, page, set..set + WAYS)
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    fn budgets(rate: u32, keys: usize) -> Budgets {
        Budgets::new(NonZeroU32::new(rate).unwrap(), keys, RandomState::new())
    }

    fn let_in(budgets: &Budgets, key: u64, now: Duration) -> bool {
        budgets.take(key, now).wait.is_none()
    }

    /// How many places are taken, and how many there are.
    fn places(budgets: &Budgets) -> (usize, usize) {
        let groups = budgets.groups.iter().map(|group| group.lock().unwrap());
        groups.fold((0, 0), |(taken, all), group| {
            let places = || group.iter().flatten().flatten();
            let taken_here = places().filter(|[key, _]| *key != 0).count();
            (taken + taken_here, all + group.len() * WAYS * budgets.sets_per_page)
        })
    }

    #[test]
    fn a_whole_budget_may_come_at_once_and_the_rest_evenly() {
        let (budgets, start) = (budgets(100, 1), Duration::from_secs(7));
        for left in (0..100).rev() {
            let taken = budgets.take(1_u64, start);
            assert_eq!((taken.wait, taken.remaining), (None, left));
        }
        let refused = budgets.take(1_u64, start);
        assert_eq!((refused.wait, refused.remaining), (Some(600 * MILLI), 0));
        assert_eq!(refused.whole_in, WINDOW);
        assert!(let_in(&budgets, 2, start), "another key has its own");
        // Refusals cost nothing, however many.
        assert!(!let_in(&budgets, 1, start + 599 * MILLI));
        assert!(let_in(&budgets, 1, start + 600 * MILLI));
        assert!(!let_in(&budgets, 1, start + 600 * MILLI));
        let later = start + WINDOW * 10;
        assert_eq!(
            (0..200).filter(|_| let_in(&budgets, 1, later)).count(),
            100,
            "no more is saved"
        );
    }

    #[test]
    fn an_even_stream_at_the_rate_is_never_refused_and_one_beyond_gets_just_the_rate() {
        let budgets = budgets(6_000, 1);
        let minutes = 10;
        assert!((0..6_000 * minutes).all(|n| let_in(&budgets, 1, 10 * MILLI * n)));
        let twice = (0..12_000 * minutes).filter(|n| let_in(&budgets, 2, 5 * MILLI * *n)).count();
        assert_eq!(twice, 6_000 + 6_000 * minutes as usize - 1);
    }

    #[test]
    fn a_budget_is_not_given_back_to_whoever_is_pushed_out() {
        // One set for each group, and more who spend all they get than have room.
        let (budgets, now) = (budgets(100, 1), Duration::from_secs(1));
        let mut let_in_so_far = vec![0; 2_000];
        for _ in 0..3 {
            for (key, count) in (0_u64..).zip(&mut let_in_so_far) {
                while let_in(&budgets, key, now) {
                    *count += 1;
                }
                assert!(*count <= 100, "{key} was let in {count} times");
            }
        }
    }

    #[test]
    fn a_crowd_of_others_does_not_push_out_whoever_is_at_the_end() {
        let (budgets, now) = (budgets(100, 1), Duration::from_secs(1));
        while let_in(&budgets, 1, now) {}
        for other in 2..40_000 {
            let_in(&budgets, other, now);
            assert!(other % 1_000 > 0 || !let_in(&budgets, 1, now), "after {other} others");
        }
    }

    #[test]
    fn a_million_keys_find_room_and_more_take_none() {
        let (budgets, now) = (budgets(100, 1_000_000), Duration::from_secs(1));
        let (none, all) = places(&budgets);
        assert!(none == 0 && budgets.groups.iter().all(|group| group.lock().unwrap()[0].is_none()));
        assert!(all >= 1_000_000 && size_of::<Place>() * all <= 17 * 1024 * 1024);
        while let_in(&budgets, 0, now) {}
        // More than there is room for share, and there is enough for all of them.
        for key in 1..1_300_000_u64 {
            assert!(let_in(&budgets, key, now), "{key}");
        }
        assert!(!let_in(&budgets, 0, now), "whoever was at the end still is");
        assert_eq!(places(&budgets).1, all);
        assert!(places(&budgets).0 > all * 9 / 10);
    }

    proptest! {
        /// However requests and other keys come, what is let in would have been let in by a budget
        /// of the key's own.
        #[test]
        fn nobody_ever_gets_more_than_alone(
            steps in proptest::collection::vec(
                (prop_oneof![1 => 0_u64..4, 3 => 4_u64..3_000], 0_u32..20),
                1..4_000,
            ),
        ) {
            let crowded = budgets(2, 1);
            let mut alone = HashMap::<u64, u64>::new();
            let mut now = Duration::from_secs(1);
            for (key, pause) in steps {
                now += MILLI * pause;
                if let_in(&crowded, key, now) {
                    let own = alone.entry(key).or_default();
                    let judged = crowded.judge(*own, nanos(now));
                    prop_assert!(judged.is_ok(), "key {key} at {now:?}");
                    *own = judged.unwrap_or_default();
                }
            }
        }
    }
}
