//! How often something is tried: never in step with others, never without a bound.

use std::time::Duration;

/// A span drawn evenly between three and five quarters of `span`, so that processes which began
/// together do not go on together.
pub(crate) fn jittered(span: Duration) -> Duration {
    span.mul_f64(rand::random_range(0.75..1.25))
}

/// Waits between tries, doubling from the first to the longest, with jitter.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    pub(crate) const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// The wait before the next try.
    pub(crate) fn next(&mut self) -> Duration {
        let wait = self.next;
        self.next = wait.saturating_mul(2).min(self.longest);
        jittered(wait)
    }

    /// A try went well: the next wait is the first again.
    pub(crate) const fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_to_the_longest_and_begin_anew_after_a_success() {
        let mut backoff = Backoff::new(Duration::from_secs(4), Duration::from_secs(10));
        let mut whole = || (backoff.next().as_secs_f64() * 4.0).round() / 4.0;
        for expected in [4.0, 8.0, 10.0, 10.0] {
            let wait = whole();
            assert!((expected * 0.75..=expected * 1.25).contains(&wait), "{wait} for {expected}");
        }
        backoff.reset();
        assert!(backoff.next() <= Duration::from_secs(5));
    }
}
