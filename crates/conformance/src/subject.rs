//! What an adapter hands to the suite.

use std::sync::Arc;

use async_trait::async_trait;
use mission_control::Stores;
use mission_control_kernel::ManualClock;

/// One handle on one set of data, judging time by a clock that the test moves.
#[derive(Clone)]
pub struct Store {
    /// The ports.
    pub stores: Stores,
    /// The clock that leases and schedules are judged by.
    pub clock: Arc<ManualClock>,
    /// Where the data is, in words that only the subject reads: a path, a connection string.
    pub place: String,
}

/// An adapter under test.
///
/// Its back-offs MUST draw the whole jitter ([`Chance`](mission_control_kernel::Chance) 1), so that
/// what waits is known.
#[async_trait]
pub trait Subject: Send + Sync + 'static {
    /// An empty store of its own.
    async fn fresh(&self) -> anyhow::Result<Store>;

    /// The same data and clock, after the last handle was dropped and opened anew.
    async fn reopened(&self, store: Store) -> anyhow::Result<Store>;

    /// A second handle on the same data and clock, as another process has; none where the data
    /// belongs to one process.
    async fn another_handle(&self, store: &Store) -> anyhow::Result<Option<Store>>;
}
