//! Which part of the past is asked for, and how finely.

use std::time::Duration;

use mission_control::kernel::{Invalid, Timestamp};

use crate::http::{FieldError, Problem, Query};

/// Every parameter that [`period`] reads.
pub(crate) const PERIOD_PARAMETERS: &[&str] = &["from", "to", "step"];

/// A day minute by minute, some more than a graph has columns; each costs a probe of an index.
pub(crate) const MOST_POINTS: u32 = 1_440;

/// What is shown when nothing is said.
const USUAL_PERIOD: Duration = Duration::from_mins(60);

/// How often the counters are noted: nothing finer is known.
const FINEST: Duration = Duration::from_mins(1);

/// What is chosen from when no step is given, finest first.
const STEPS: [Duration; 6] = [
    FINEST,
    Duration::from_mins(5),
    Duration::from_mins(15),
    Duration::from_hours(1),
    Duration::from_hours(6),
    Duration::from_hours(24),
];

/// A leap year: longer steps show less than two points of what is kept.
const LONGEST_STEP_MINUTES: u64 = 366 * 24 * 60;

/// A span of the past in equal steps, at most [`MOST_POINTS`] of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Period {
    /// Its begin.
    pub(crate) from: Timestamp,
    /// Its end, which is outside.
    pub(crate) to: Timestamp,
    /// From one point to the next.
    pub(crate) step: Duration,
}

/// `from`, `to` and `step`: the last 60 minutes when nothing is said, in the finest step that fits.
///
/// # Errors
/// 422 naming the parameter.
pub(crate) fn period(query: &Query, now: Timestamp) -> Result<Period, Problem> {
    let to: Timestamp = query.get("to")?.unwrap_or(now);
    let from = query.get("from")?.unwrap_or_else(|| to.minus(USUAL_PERIOD));
    let asked = query.get_with("step", step)?;
    if from >= to {
        let invalid =
            Invalid::new("invalid_period", "must be before `to`, which is now by default");
        return Err(Problem::invalid("from", invalid));
    }
    let fits = |step: &Duration| *step * MOST_POINTS >= to.since(from);
    let step = asked.or_else(|| STEPS.into_iter().find(fits)).filter(fits);
    let step = step.ok_or_else(|| {
        let message =
            format!("leads to more than {MOST_POINTS} points: take a longer one or ask for less");
        let (field, code) = ("step".to_owned(), "too_many_points".into());
        Problem::wrong_field(FieldError { field, code, message })
    })?;
    Ok(Period { from, to, step })
}

/// Whole minutes: `5` or `5m`, `2h`, `1d`.
fn step(text: &str) -> Result<Duration, Invalid> {
    let (digits, minutes) = match text.as_bytes().last() {
        Some(b'm') => (&text[..text.len() - 1], 1),
        Some(b'h') => (&text[..text.len() - 1], 60),
        Some(b'd') => (&text[..text.len() - 1], 24 * 60),
        _ => (text, 1),
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let count = digits.parse::<u64>().ok().filter(|_| plain);
    let minutes = count.and_then(|count| count.checked_mul(minutes));
    let minutes = minutes.filter(|minutes| (1..=LONGEST_STEP_MINUTES).contains(minutes));
    minutes.map(Duration::from_mins).ok_or_else(|| {
        Invalid::new("invalid_step", "must be whole minutes, hours or days, like 5, 5m, 2h or 1d")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-01-31T12:00:30Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn parsed(raw: &str) -> Result<Period, Problem> {
        period(&Query::parse(Some(raw), PERIOD_PARAMETERS)?, at(NOW))
    }

    #[test]
    fn without_a_word_it_is_the_last_hour_minute_by_minute() {
        let period = parsed("").unwrap();
        assert_eq!((period.from, period.to), (at("2026-01-31T11:00:30Z"), at(NOW)));
        assert_eq!(period.step, FINEST);
    }

    #[test]
    fn a_step_is_minutes_or_says_its_unit() {
        let cases =
            [("5", 5), ("5m", 5), ("2h", 120), ("1d", 1_440), ("366d", LONGEST_STEP_MINUTES)];
        for (text, minutes) in cases {
            assert_eq!(step(text), Ok(Duration::from_mins(minutes)), "{text}");
        }
        for text in [
            "",
            "0",
            "m",
            "-1",
            "+5",
            "1s",
            "1.5h",
            "1 h",
            "367d",
            "99999999999999999999d",
            "5\u{2064}",
        ] {
            let problem = parsed(&format!("step={text}")).unwrap_err();
            assert_eq!(
                (problem.code(), &*problem.errors()[0].field),
                ("invalid_step", "step"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_long_period_is_shown_in_coarser_steps() {
        for (from, minutes) in [
            ("2026-01-30T12:00:30Z", 1),
            ("2026-01-30T12:00:29Z", 5),
            ("2026-01-20T00:00:00Z", 15),
            ("2025-12-31T00:00:00Z", 60),
            ("2025-06-01T00:00:00Z", 6 * 60),
            ("2023-06-01T00:00:00Z", 24 * 60),
        ] {
            let period = parsed(&format!("from={from}")).unwrap();
            assert_eq!(period.step, Duration::from_mins(minutes), "{from}");
        }
    }

    #[test]
    fn what_is_too_long_or_turned_round_is_refused() {
        for (raw, field, code) in [
            ("from=2026-01-30T12:00:29Z&step=1", "step", "too_many_points"),
            ("from=1970-01-01T00:00:00Z", "step", "too_many_points"),
            ("from=2026-01-31T12:00:30Z", "from", "invalid_period"),
            ("from=2027-01-01T00:00:00Z", "from", "invalid_period"),
            ("from=yesterday", "from", "invalid_time"),
            ("to=now", "to", "invalid_time"),
        ] {
            let problem = parsed(raw).unwrap_err();
            assert_eq!((&*problem.errors()[0].field, problem.code()), (field, code), "{raw}");
        }
    }
}
