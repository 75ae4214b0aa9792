//! How fast the API answered in the last minute.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What is looked at.
const WINDOW: Duration = Duration::from_mins(1);

/// So many slices make the window: what is older than it leaves slice by slice.
const SLICES: usize = 12;

/// So many buckets double the duration: each is 9 % wide, finer than anybody can see.
const PER_DOUBLING: f64 = 8.0;

/// From a microsecond up to two minutes, beyond every deadline.
const BUCKETS: usize = 216;

/// Calls that wait because they were asked to say nothing about how fast the API is.
const WAITING: [&str; 2] = ["/api/agents/{id}/claim", "/api/agents/{id}/heartbeat"];

/// The requests of the last minute, some kilobytes however many there are.
pub(super) struct Recent {
    begin: Instant,
    slices: Mutex<[Slice; SLICES]>,
}

#[derive(Clone, Copy)]
struct Slice {
    /// Which slice since the begin.
    number: u64,
    failed: u32,
    buckets: [u32; BUCKETS],
}

/// How they went.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Answered {
    /// How many there were.
    pub(crate) requests: u64,
    /// Half of them took no longer, in milliseconds; 0 without any.
    pub(crate) p50_ms: f64,
    /// 95 of 100 took no longer, in milliseconds; 0 without any.
    pub(crate) p95_ms: f64,
    /// Percent that ended in a fault of ours; 0 without any.
    pub(crate) error_rate: f64,
}

impl Recent {
    pub(super) fn new(begin: Instant) -> Self {
        let empty = Slice { number: 0, failed: 0, buckets: [0; BUCKETS] };
        Self { begin, slices: Mutex::new([empty; SLICES]) }
    }

    /// A request to `route` was answered at `now`, `failed` by a fault of ours.
    pub(super) fn note(&self, route: &str, took: Duration, failed: bool, now: Instant) {
        if !route.starts_with("/api/") || WAITING.contains(&route) {
            return;
        }
        let number = self.number(now);
        let index = usize::try_from(number).unwrap_or(0) % SLICES;
        let mut slices = self.slices.lock().unwrap_or_else(PoisonError::into_inner);
        let slice = &mut slices[index];
        if slice.number != number {
            *slice = Slice { number, failed: 0, buckets: [0; BUCKETS] };
        }
        slice.failed += u32::from(failed);
        slice.buckets[bucket(took)] += 1;
    }

    /// Those of the minute before `now`, the slice under way among them.
    pub(super) fn answered(&self, now: Instant) -> Answered {
        let number = self.number(now);
        let mut buckets = [0_u64; BUCKETS];
        let mut failed = 0_u64;
        {
            let slices = self.slices.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = |slice: &&Slice| number - slice.number.min(number) < SLICES as u64;
            for slice in slices.iter().filter(fresh) {
                failed += u64::from(slice.failed);
                for (sum, count) in buckets.iter_mut().zip(slice.buckets) {
                    *sum += u64::from(count);
                }
            }
        }
        let requests: u64 = buckets.iter().sum();
        if requests == 0 {
            return Answered::default();
        }
        Answered {
            requests,
            p50_ms: quantile(&buckets, requests.div_ceil(2)),
            p95_ms: quantile(&buckets, (requests * 95).div_ceil(100)),
            error_rate: failed as f64 / requests as f64 * 100.0,
        }
    }

    fn number(&self, now: Instant) -> u64 {
        let slice = WINDOW / u32::try_from(SLICES).unwrap_or(1);
        let since = now.saturating_duration_since(self.begin);
        u64::try_from(since.as_micros() / slice.as_micros()).unwrap_or(0)
    }
}

/// The bucket of a duration: the first one whose end it does not exceed.
fn bucket(took: Duration) -> usize {
    let micros = took.as_micros().max(1) as f64;
    // It is positive and the cast saturates.
    ((micros.log2() * PER_DOUBLING).ceil() as usize).min(BUCKETS - 1)
}

/// The end of the bucket that the request of this rank lies in, in milliseconds.
fn quantile(buckets: &[u64; BUCKETS], rank: u64) -> f64 {
    let mut seen = 0;
    let found = buckets.iter().position(|count| {
        seen += count;
        seen >= rank
    });
    (found.unwrap_or(BUCKETS - 1) as f64 / PER_DOUBLING).exp2() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTE: &str = "/api/missions";

    fn close(measured: f64, real: f64) -> bool {
        (real..real * 1.1).contains(&measured)
    }

    #[test]
    fn quantiles_are_those_of_what_was_noted() {
        let begin = Instant::now();
        let recent = Recent::new(begin);
        assert_eq!(recent.answered(begin), Answered::default());
        for n in 1..=100 {
            recent.note(ROUTE, Duration::from_millis(n), n > 96, begin);
        }
        let answered = recent.answered(begin);
        assert_eq!((answered.requests, answered.error_rate), (100, 4.0));
        assert!(close(answered.p50_ms, 50.0) && close(answered.p95_ms, 95.0), "{answered:?}");
    }

    #[test]
    fn what_is_older_than_a_minute_is_forgotten() {
        let begin = Instant::now();
        let (recent, slow) = (Recent::new(begin), Duration::from_secs(1));
        recent.note(ROUTE, slow, true, begin);
        let later = |seconds| begin + Duration::from_secs(seconds);
        assert_eq!(recent.answered(later(59)).requests, 1);
        assert_eq!(recent.answered(later(60)).requests, 0);
        recent.note(ROUTE, Duration::from_millis(2), false, later(61));
        let answered = recent.answered(later(70));
        assert_eq!((answered.requests, answered.error_rate), (1, 0.0));
        assert!(close(answered.p95_ms, 2.0), "{answered:?}");
        assert_eq!(recent.answered(later(600)).requests, 0);
    }

    #[test]
    fn what_waits_or_is_no_api_does_not_count() {
        let begin = Instant::now();
        let recent = Recent::new(begin);
        for route in ["/livez", "-", "/api/agents/{id}/claim", "/api/agents/{id}/heartbeat"] {
            recent.note(route, Duration::from_secs(30), false, begin);
        }
        assert_eq!(recent.answered(begin).requests, 0);
        recent.note(ROUTE, Duration::from_hours(9), false, begin);
        recent.note(ROUTE, Duration::ZERO, false, begin);
        assert_eq!(recent.answered(begin).requests, 2);
    }
}
