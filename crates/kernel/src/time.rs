//! Instants in microseconds, the precision that both stores keep.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::Invalid;

/// An instant in UTC, in whole microseconds since 1970-01-01T00:00:00Z.
///
/// Microseconds are what PostgreSQL's `timestamptz` keeps; a finer clock would make a value differ
/// from itself after one trip through the store.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The latest instant that we accept: 9999-12-30T22:00:00Z, the end of `jiff`'s range.
    pub const MAX: Self = Self(253_402_207_200_000_000);
    /// The earliest instant we accept: 1970-01-01T00:00:00Z.
    pub const MIN: Self = Self(0);

    /// From microseconds since the epoch, clamped to [`Self::MIN`]..=[`Self::MAX`].
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Self(micros)
        }
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// This instant moved into the future, at most to [`Self::MAX`].
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// This instant moved into the past, at most to [`Self::MIN`].
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }

    /// How long after `earlier` this instant is; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with `Z` and always six digits after the second: what both stores keep, so
    /// that a time that was read finds the same instant when it is asked for, and of one width, so
    /// that times sort as text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(at) => write!(f, "{at:.6}"),
            Err(_) => Err(fmt::Error),
        }
    }
}

impl FromStr for Timestamp {
    type Err = Invalid;

    /// Reads RFC 3339 with `Z` or an offset; digits beyond the microsecond are cut off.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let at: jiff::Timestamp = text.parse().map_err(|_| {
            Invalid::new("invalid_time", "must be an RFC 3339 time like 2026-01-31T08:30:00Z")
        })?;
        let micros = at.as_microsecond();
        if !(Self::MIN.0..=Self::MAX.0).contains(&micros) {
            return Err(Invalid::new("invalid_time", "must lie between the years 1970 and 9999"));
        }
        Ok(Self(micros))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_reads_back_what_it_wrote() {
        for micros in [0, 1, 1_000, 1_722_926_400_000_000, Timestamp::MAX.as_micros()] {
            let at = Timestamp::from_micros(micros);
            assert_eq!(at.to_string().parse::<Timestamp>().unwrap(), at);
        }
    }

    #[test]
    fn every_instant_is_written_with_the_same_width() {
        let table = [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_722_926_400_250_000, "2024-08-06T06:40:00.250000Z"),
            (1_722_926_400_000_001, "2024-08-06T06:40:00.000001Z"),
            (Timestamp::MAX.as_micros(), "9999-12-30T22:00:00.000000Z"),
        ];
        for (micros, text) in table {
            assert_eq!(Timestamp::from_micros(micros).to_string(), text);
        }
    }

    #[test]
    fn moving_past_the_ends_stays_at_the_ends() {
        assert_eq!(Timestamp::MAX.plus(Duration::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::MIN.minus(Duration::MAX), Timestamp::MIN);
        assert_eq!(Timestamp::MIN.since(Timestamp::MAX), Duration::ZERO);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "yesterday", "2024-08-06", "2024-08-06T06:30:00", "1969-12-31T23:59:59Z"] {
            assert_eq!(text.parse::<Timestamp>().unwrap_err().code, "invalid_time", "{text:?}");
        }
    }
}
