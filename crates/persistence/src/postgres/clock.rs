//! The database's clock, read without asking the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use mission_control_kernel::{Clock, StoreError, Timestamp};

use super::link::Link;
use super::values::{At, store_error};

/// How often the two clocks are compared; in between the machine's monotonic clock counts on.
pub(super) const SYNC_EVERY: Duration = Duration::from_secs(1);

const NOW: &str = include_str!("../../sql/postgres/clock.sql");

/// PostgreSQL's clock as it was at the last comparison, plus the time that has passed since.
///
/// The comparison takes the answer for the moment at which it arrived, so this clock is late by at
/// most one trip, never early: no lease ends before its time.
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
        let rows = link.query(NOW, &Vec::new()).await.map_err(|error| store_error(&error))?;
        let At(database) = rows
            .first()
            .ok_or_else(|| StoreError::Defect("no row from the clock".to_owned()))?
            .get(0);
        self.offset.store(database.saturating_sub(self.elapsed()), Ordering::Relaxed);
        Ok(())
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.origin.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.offset.load(Ordering::Relaxed).saturating_add(self.elapsed()))
    }
}
