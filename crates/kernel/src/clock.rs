//! The one place that reads the clock of the machine and draws ids.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use uuid::Uuid;

use crate::Timestamp;

/// Where "now" comes from.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Where new ids come from.
pub trait Ids: Send + Sync + 'static {
    /// A fresh UUIDv7 (RFC 9562, section 5.7) for an object made at `now`.
    fn next(&self, now: Timestamp) -> Uuid;
}

/// A random draw in `0.0..1.0`, handed in by the caller.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Chance(f64);

impl Chance {
    /// Clamps `value` into `0.0..=1.0`; not-a-number becomes 0.
    #[must_use]
    pub fn new(value: f64) -> Self {
        Self(if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) })
    }

    /// `span` × this draw.
    #[must_use]
    pub fn of(self, span: Duration) -> Duration {
        span.mul_f64(self.0)
    }
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one owner of the machine's clock")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        Timestamp::MIN.plus(since)
    }
}

/// Ids from the machine's randomness, monotone within a process.
#[derive(Debug, Default)]
pub struct SystemIds {
    context: Mutex<uuid::ContextV7>,
}

impl Ids for SystemIds {
    fn next(&self, now: Timestamp) -> Uuid {
        let micros = now.as_micros().unsigned_abs();
        let nanos = u32::try_from(micros % 1_000_000).unwrap_or(0) * 1_000;
        let context = self.context.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Uuid::new_v7(uuid::Timestamp::from_unix(&*context, micros / 1_000_000, nanos))
    }
}

/// A clock for tests: it stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Standing at `now`.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.as_micros()))
    }

    /// Moves forward.
    pub fn advance(&self, span: Duration) {
        let now = self.now().plus(span);
        self.0.store(now.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Ids for tests: the same ones in the same order each time.
#[derive(Debug, Default)]
pub struct SeededIds(AtomicU64);

impl Ids for SeededIds {
    fn next(&self, now: Timestamp) -> Uuid {
        let millis = now.as_micros().unsigned_abs() / 1_000;
        let count = self.0.fetch_add(1, Ordering::SeqCst);
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&count.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}
