//! The database's clock, read without asking the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use mission_control_kernel::{Clock, StoreError, Timestamp};

use super::link::{FLIGHT_WITHIN, Link};
use super::values::{At, store_error};

/// How often the two clocks are compared; in between the machine's monotonic clock counts on.
pub(super) const SYNC_EVERY: Duration = Duration::from_secs(1);

const NOW: &str = include_str!("../../sql/postgres/clock.sql");

/// PostgreSQL's clock as it was at the last comparison, plus the time that has passed since.
///
/// The comparison takes the answer for the moment at which it arrived, so this clock is late by at
/// most one trip, never early: no lease ends before its time. Nor does a slower trip set it back: what
/// a quicker one has found stands for as long as it may be true.
#[derive(Debug)]
pub(super) struct DatabaseClock {
    origin: Instant,
    /// Database microseconds at `origin`.
    offset: AtomicI64,
}

impl DatabaseClock {
    /// Compared once.
    pub(super) async fn synced(link: &mut Link) -> Result<Arc<Self>, StoreError> {
        let clock = Self { origin: Instant::now(), offset: AtomicI64::new(0) };
        clock.sync(link).await?;
        Ok(Arc::new(clock))
    }

    /// Compares again.
    pub(super) async fn sync(&self, link: &mut Link) -> Result<(), StoreError> {
        let away = || StoreError::Unavailable("PostgreSQL does not answer".to_owned());
        let nothing = Vec::new();
        let sent = self.elapsed();
        let asked = tokio::time::timeout(FLIGHT_WITHIN, link.query(NOW, &nothing));
        let rows = asked.await.map_err(|_| away())?.map_err(|error| store_error(&error))?;
        let At(database) = rows
            .first()
            .ok_or_else(|| StoreError::Defect("no row from the clock".to_owned()))?
            .get(0);
        let (least, most) =
            (database.saturating_sub(self.elapsed()), database.saturating_sub(sent));
        let offset = compared(self.offset.load(Ordering::Relaxed), least, most);
        self.offset.store(offset, Ordering::Relaxed);
        Ok(())
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.origin.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

/// The offset after a comparison by which the true one lies from `least` to `most`, as far apart as the
/// trip was long.
fn compared(before: i64, least: i64, most: i64) -> i64 {
    before.min(most).max(least)
}

impl Clock for DatabaseClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.offset.load(Ordering::Relaxed).saturating_add(self.elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_trip_does_not_set_the_clock_back_and_a_clock_that_was_set_back_does() {
        assert_eq!(compared(100, 90, 110), 100, "both may be true");
        assert_eq!(compared(100, 105, 110), 105, "the new one is closer");
        assert_eq!(compared(100, 40, 60), 60, "the database's clock was set back");
    }
}
