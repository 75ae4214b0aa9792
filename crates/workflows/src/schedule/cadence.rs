//! When a schedule is due: a cron expression in a time zone.
//!
//! What happens where a zone's clocks jump is what croner documents. Forward, a tick at a fixed time
//! that does not exist comes at the first instant after the gap, once; one of a step or a star that
//! falls into the gap does not come at all. Back, a tick at a fixed time comes at the first of its
//! two instants; one of a step or a star comes at both.

use std::fmt;
use std::sync::Arc;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Zoned;
use jiff::tz::TimeZone;
use mission_control_kernel::{Invalid, Text, Timestamp};

/// The longest expression: room for lists in every field, and parsed in no time.
pub const MAX_CRON_CHARS: usize = 200;

/// A cron expression of five fields, or of six with seconds first, and the zone whose clocks it is
/// read by. It comes once a second at most, since no field is finer.
#[derive(Clone)]
pub struct Cadence {
    cron: Arc<Cron>,
    /// As it was written.
    text: Text<1, MAX_CRON_CHARS>,
    zone: TimeZone,
    /// Its name in the IANA database.
    zone_name: Arc<str>,
}

impl Cadence {
    /// Takes an expression and a zone from outside. It is looked at from `now` on: what never comes
    /// again is none.
    ///
    /// # Errors
    /// `cron` or `time_zone`, and why.
    pub fn parse(cron: &str, zone: &str, now: Timestamp) -> Result<Self, (&'static str, Invalid)> {
        let cadence = Self::of(cron, zone)?;
        if cadence.next_after(now).is_none() {
            let sentence = "never comes: there is no such day";
            return Err(("cron", Invalid::new("never_due", sentence)));
        }
        Ok(cadence)
    }

    /// One that was taken before; it may have come for the last time since.
    ///
    /// # Errors
    /// As [`Self::parse`], except that it need not come again.
    pub fn of(cron: &str, zone: &str) -> Result<Self, (&'static str, Invalid)> {
        let text = Text::parse(cron).map_err(|invalid| ("cron", invalid))?;
        let refused = Invalid::new(
            "invalid_cron",
            "must be a cron expression of 5 fields, or of 6 with seconds first, like 30 2 * * MON-FRI",
        );
        if !(5..=6).contains(&text.as_str().split_whitespace().count()) {
            return Err(("cron", refused));
        }
        let parser =
            CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
        let cron = parser.parse(text.as_str()).map_err(|_| ("cron", refused))?;
        let refused = Invalid::new(
            "invalid_time_zone",
            "must be a time zone of the IANA database, like UTC or Europe/Berlin",
        );
        let known = TimeZone::get(zone).map_err(|_| ("time_zone", refused))?;
        let zone_name = known.iana_name().ok_or(("time_zone", refused))?.into();
        Ok(Self { cron: Arc::new(cron), text, zone: known, zone_name })
    }

    /// The expression as it was written.
    #[must_use]
    pub fn cron(&self) -> &str {
        self.text.as_str()
    }

    /// The zone's name.
    #[must_use]
    pub fn zone(&self) -> &str {
        &self.zone_name
    }

    /// The first tick after `at`; none when it never comes again.
    #[must_use]
    pub fn next_after(&self, at: Timestamp) -> Option<Timestamp> {
        // Half a second before a tick is still before it, and never the tick itself.
        let next = self.cron.find_next_occurrence(&self.zoned(at)?, false).ok()?;
        instant(&next).filter(|next| *next > at)
    }

    /// The last tick at or before `at`.
    #[must_use]
    pub fn last_until(&self, at: Timestamp) -> Option<Timestamp> {
        let last = self.cron.find_previous_occurrence(&self.zoned(at)?, true).ok()?;
        instant(&last).filter(|last| *last <= at)
    }

    /// The ticks after `at`, in order, `count` at most.
    #[must_use]
    pub fn upcoming(&self, at: Timestamp, count: usize) -> Vec<Timestamp> {
        let following = |at: &Timestamp| self.next_after(*at);
        std::iter::successors(self.next_after(at), following).take(count).collect()
    }

    /// By the zone's clocks, in whole seconds, rounded down: no tick lies between two seconds.
    fn zoned(&self, at: Timestamp) -> Option<Zoned> {
        let seconds = at.as_micros().div_euclid(1_000_000);
        let at = jiff::Timestamp::from_second(seconds).ok()?;
        Some(at.to_zoned(self.zone.clone()))
    }
}

fn instant(at: &Zoned) -> Option<Timestamp> {
    let micros = at.timestamp().as_microsecond();
    let found = Timestamp::from_micros(micros);
    (found.as_micros() == micros && found < Timestamp::MAX).then_some(found)
}

impl PartialEq for Cadence {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, &self.zone_name) == (&other.text, &other.zone_name)
    }
}

impl fmt::Debug for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.text, self.zone_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn told(cron: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let cadence = Cadence::parse(cron, zone, at(from)).unwrap();
        let told = cadence.upcoming(at(from), count);
        told.iter().map(|at| at.to_string()[..19].to_owned()).collect()
    }

    #[test]
    fn ticks_come_in_the_time_of_their_zone() {
        let table = [
            ("30 2 * * *", "UTC", "2026-01-31T02:30:00Z", &["2026-02-01T02:30:00"][..]),
            (
                "*/7 * * * * *",
                "UTC",
                "2026-01-31T00:00:50Z",
                &["2026-01-31T00:00:56", "2026-01-31T00:01:00"],
            ),
            ("0 9 * * MON", "Asia/Tokyo", "2026-01-30T00:00:00Z", &["2026-02-02T00:00:00"]),
            ("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", &["2028-02-29T00:00:00"]),
            ("0 0 L * *", "UTC", "2026-02-01T00:00:00.5Z", &["2026-02-28T00:00:00"]),
        ];
        for (cron, zone, from, expected) in table {
            assert_eq!(told(cron, zone, from, expected.len()), expected, "{cron}");
        }
    }

    #[test]
    fn a_fixed_time_in_a_gap_comes_once_right_after_it() {
        // 2026-03-29, 02:00 to 03:00 does not exist in Berlin: 01:00 UTC is 03:00 there.
        let expected = ["2026-03-28T01:30:00", "2026-03-29T01:00:00", "2026-03-30T00:30:00"];
        assert_eq!(told("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3), expected);
    }

    #[test]
    fn a_step_in_a_gap_does_not_come() {
        let expected = ["2026-03-29T00:40:00", "2026-03-29T01:00:00", "2026-03-29T01:20:00"];
        assert_eq!(told("*/20 * * * *", "Europe/Berlin", "2026-03-29T00:20:00Z", 3), expected);
    }

    #[test]
    fn a_fixed_time_that_is_there_twice_comes_the_first_time() {
        // 2026-10-25, 02:30 is there twice in Berlin: at 00:30 and at 01:30 UTC.
        let expected = ["2026-10-25T00:30:00", "2026-10-26T01:30:00"];
        assert_eq!(told("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2), expected);
    }

    #[test]
    fn a_step_in_an_hour_that_is_there_twice_comes_both_times() {
        let expected = [
            "2026-10-25T00:00:00",
            "2026-10-25T00:30:00",
            "2026-10-25T01:00:00",
            "2026-10-25T01:30:00",
            "2026-10-25T02:00:00",
        ];
        assert_eq!(told("*/30 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 5), expected);
    }

    #[test]
    fn what_is_no_cadence_is_refused() {
        let table = [
            ("", "UTC", ("cron", "too_short")),
            ("* * * *", "UTC", ("cron", "invalid_cron")),
            ("* * * * * * *", "UTC", ("cron", "invalid_cron")),
            ("61 * * * *", "UTC", ("cron", "invalid_cron")),
            ("@daily", "UTC", ("cron", "invalid_cron")),
            ("0 0 30 2 *", "UTC", ("cron", "never_due")),
            ("0 0 * * *", "Mars/Olympus", ("time_zone", "invalid_time_zone")),
            ("0 0 * * *", "", ("time_zone", "invalid_time_zone")),
        ];
        for (cron, zone, expected) in table {
            let refused = Cadence::parse(cron, zone, at("2026-01-01T00:00:00Z")).unwrap_err();
            assert_eq!((refused.0, refused.1.code), expected, "{cron:?} {zone:?}");
        }
        let long = "1,".repeat(MAX_CRON_CHARS);
        assert_eq!(Cadence::of(&long, "UTC").unwrap_err().1.code, "too_long");
    }

    #[test]
    fn the_last_tick_is_found_from_any_instant_behind_it() {
        let cadence = Cadence::of("0 * * * *", "UTC").unwrap();
        for now in ["2026-01-01T10:00:00Z", "2026-01-01T10:00:00.7Z", "2026-01-01T10:59:59Z"] {
            assert_eq!(cadence.last_until(at(now)), Some(at("2026-01-01T10:00:00Z")), "{now}");
        }
    }
}
