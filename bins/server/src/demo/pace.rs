//! How fast the demo makes missions.

use std::time::Duration;

/// Between two missions of a young demo: 900 an hour, some two changes a second.
const BRISK: Duration = Duration::from_secs(4);

/// Up to so many missions the demo is young.
const YOUNG: u64 = 2_000;

/// No demo sleeps for longer: there must be something to see within a minute or two.
const LONGEST: Duration = Duration::from_mins(2);

/// So many missions wait at most besides those that are held; more would only be a longer list.
pub(super) const WAITING: i64 = 40;

/// The pause before the next mission when the store holds `total` of them.
///
/// Beyond [`YOUNG`] it grows with what is there, so that the store grows like the square root of
/// time: 7,000 missions after a night, 25,000 after a week.
pub(super) fn pause(total: i64) -> Duration {
    let total = u64::try_from(total).unwrap_or(0).clamp(YOUNG, u64::from(u32::MAX));
    let times = u32::try_from(total / YOUNG).unwrap_or(u32::MAX);
    BRISK.saturating_mul(times).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_there_is_the_slower_it_grows() {
        let seconds = |total| pause(total).as_secs();
        assert_eq!([-1, 0, 2_000, 4_000, 20_000].map(seconds), [4, 4, 4, 8, 40]);
        assert_eq!(pause(i64::MAX), LONGEST);
    }

    #[test]
    fn a_week_makes_no_more_than_thirty_thousand() {
        let (mut total, mut passed) = (0, Duration::ZERO);
        while passed < Duration::from_hours(24 * 7) {
            passed += pause(total);
            total += 1;
        }
        assert!((15_000..30_000).contains(&total), "{total}");
    }
}
