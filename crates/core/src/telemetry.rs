//! Who is told how the work inside goes.

use std::time::Duration;

/// Told of work that no call of a port shows, for whoever counts. It must answer at once.
pub trait Telemetry: Send + Sync + 'static {
    /// The piece of work called `sweep` took so long and did so many things; it failed where
    /// nothing is said of them.
    fn swept(&self, sweep: &'static str, took: Duration, done: Option<u64>);

    /// A store has carried so many requests out in one transaction, which took so long.
    fn committed(&self, requests: usize, took: Duration);

    /// A connection was taken from a store's pool: `open` are there, `free` of them are left, and
    /// so many callers wait.
    fn pooled(&self, open: usize, free: usize, waiting: usize);
}

/// Nobody is told.
impl Telemetry for () {
    fn swept(&self, _: &'static str, _: Duration, _: Option<u64>) {}

    fn committed(&self, _: usize, _: Duration) {}

    fn pooled(&self, _: usize, _: usize, _: usize) {}
}
