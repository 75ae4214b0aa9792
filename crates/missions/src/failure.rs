//! What follows a failure: again, later, or never.

use std::time::Duration;

use mission_control_kernel::{Chance, Timestamp};

use crate::mission::{Driver, Mission};
use crate::words::{Backoff, FailureClass, FailureReport};

/// The first exponential wait.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// No exponential wait is longer: a person would have looked by then.
const LONGEST_WAIT: Duration = Duration::from_mins(10);
/// A quota that does not say when it ends is asked again after this long.
const QUOTA_WAIT: Duration = Duration::from_mins(1);
/// More snoozes in a row than this count as failures, so that nothing sleeps for ever.
pub const MAX_SNOOZES: u32 = 20;

impl FailureClass {
    /// What whoever looks at such a failure should do, in a sentence.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Transient => {
                "It may well succeed now: retry it, and look at what it calls if it fails again."
            }
            Self::Quota => {
                "A provider's limit was reached too often: wait until it is over or raise it, then \
                 retry; a limit for its queue keeps it from coming back."
            }
            Self::InvalidInput => {
                "Its input can never work: discard it, and create it again with another input."
            }
            Self::Crashed => {
                "What performs it died: read the last lines of its log, mend the program or give \
                 it more memory, then retry."
            }
            Self::TimedOut => {
                "It ran or waited for longer than it may: give it more time, or make it smaller, \
                 then retry."
            }
            Self::Lost => {
                "Its agent fell silent each time: see whether the agent's machine is well, then \
                 retry."
            }
            Self::Cancelled => "Somebody called it off: retry it if it is wanted after all.",
            Self::Unknown => {
                "Nothing was said about what kind of failure it is: read its log before you retry, \
                 and let its agent report a class."
            }
        }
    }
}

/// What is done after a failed attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Aftermath {
    /// Try again, not before `at`.
    Again { at: Timestamp },
    /// Wait until `until`; the attempt does not count.
    Snooze { until: Timestamp },
    /// It is over.
    Final,
}

/// Decides what follows the failure of the attempt under way.
pub(crate) fn aftermath(
    mission: &Mission,
    driver: &Driver,
    report: &FailureReport,
    now: Timestamp,
    chance: Chance,
) -> Aftermath {
    let class = report.failure.class;
    let wanted = report.retryable.unwrap_or(match driver {
        Driver::Outside => false,
        Driver::Leased { .. } => class_is_retryable(class),
    });
    if !wanted {
        return Aftermath::Final;
    }
    if class == FailureClass::Quota && mission.snoozes < MAX_SNOOZES {
        let until = report.retry_after.unwrap_or_else(|| now.plus(QUOTA_WAIT));
        return Aftermath::Snooze { until: until.max(now) };
    }
    if mission.attempt >= mission.spec.max_attempts {
        return Aftermath::Final;
    }
    let wait = wait_after(&mission.spec.backoff, mission.attempt, chance);
    Aftermath::Again { at: now.plus(wait).max(report.retry_after.unwrap_or(now)) }
}

const fn class_is_retryable(class: FailureClass) -> bool {
    match class {
        FailureClass::Transient
        | FailureClass::Quota
        | FailureClass::Crashed
        | FailureClass::TimedOut
        | FailureClass::Lost
        | FailureClass::Unknown => true,
        FailureClass::InvalidInput | FailureClass::Cancelled => false,
    }
}

/// The wait after the failure of the `attempt`-th attempt, counted from 1.
#[must_use]
pub fn wait_after(backoff: &Backoff, attempt: u32, chance: Chance) -> Duration {
    match backoff {
        Backoff::None => Duration::ZERO,
        Backoff::Fixed(waits) => {
            let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
            waits.get(index).or(waits.last()).copied().unwrap_or(Duration::ZERO)
        }
        Backoff::Exponential => {
            let factor = 2_u32.saturating_pow(attempt.saturating_sub(1).min(31));
            chance.of(FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_exponential_wait_never_passes_its_cap(attempt: u32, draw in 0.0..=1.0_f64) {
            let wait = wait_after(&Backoff::Exponential, attempt, Chance::new(draw));
            let whole = wait_after(&Backoff::Exponential, attempt, Chance::new(1.0));
            prop_assert!(wait <= whole && whole <= LONGEST_WAIT);
            let next = wait_after(&Backoff::Exponential, attempt.saturating_add(1), Chance::new(1.0));
            prop_assert!(whole <= next, "the cap of the wait never falls");
        }
    }

    #[test]
    fn every_class_says_something_else_to_do() {
        let advice: std::collections::HashSet<_> =
            FailureClass::ALL.iter().map(|class| class.advice()).collect();
        assert_eq!(advice.len(), FailureClass::ALL.len());
    }

    #[test]
    fn waits_double_from_one_second_to_ten_minutes() {
        let whole =
            |attempt| wait_after(&Backoff::Exponential, attempt, Chance::new(1.0)).as_secs();
        assert_eq!([1, 2, 3, 10, 11, u32::MAX].map(whole), [1, 2, 4, 512, 600, 600]);
    }

    #[test]
    fn a_fixed_list_repeats_its_last_wait() {
        let list = Backoff::Fixed(vec![Duration::from_secs(5), Duration::from_secs(9)]);
        let wait = |attempt| wait_after(&list, attempt, Chance::new(0.5)).as_secs();
        assert_eq!([1, 2, 3, 100].map(wait), [5, 9, 9, 9]);
    }
}
